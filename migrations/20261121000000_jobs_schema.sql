-- Durable work. Owner: the crate `jobs`, whose module docs tell how these tables are used.
create schema jobs;
