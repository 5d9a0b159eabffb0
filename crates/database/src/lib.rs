//! Pool, migrator, id types and the local Postgres of a fresh machine.
