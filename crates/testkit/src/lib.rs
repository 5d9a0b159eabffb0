//! A guild, people, a bot and a clock for tests, in one line.
