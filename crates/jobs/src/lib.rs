//! Durable work and schedules on Postgres.
