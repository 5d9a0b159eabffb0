-- Durable work. Owner: the crate `jobs`, whose module docs tell how these tables are used.
create schema jobs;

create table jobs.job (
    id bigint generated always as identity primary key,
    name text not null
        constraint job_name_length check (length(name) between 1 and 100),
    payload jsonb not null,
    -- At most one waiting job per name and key.
    key text
        constraint job_key_length check (length(key) between 1 and 200),
    -- Jobs of one queue never run at the same time.
    queue text
        constraint job_queue_length check (length(queue) between 1 and 200),
    run_at timestamptz not null,
    created_at timestamptz not null,
    attempts integer not null default 0
        constraint job_attempts_count check (attempts >= 0),
    last_error text
        constraint job_last_error_length check (length(last_error) <= 2000),
    dead_at timestamptz,
    cancelled boolean not null default false,
    -- The worker that runs it, and until when that worker is believed to live.
    locked_by text,
    locked_until timestamptz,
    constraint job_lock_is_whole check ((locked_by is null) = (locked_until is null)),
    constraint job_dead_does_not_run check (dead_at is null or locked_by is null)
);

create unique index job_key_key on jobs.job (name, key)
    where key is not null and locked_by is null and dead_at is null;
create index job_due on jobs.job (run_at, id) where locked_by is null and dead_at is null;
create index job_locked on jobs.job (locked_until) where locked_by is not null;
create index job_dead on jobs.job (dead_at) where dead_at is not null;

-- Rows come and go: dead ones are worth clearing long before a fifth of the table is dead.
alter table jobs.job set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

create table jobs.schedule (
    name text primary key,
    rule text not null
        constraint schedule_rule_length check (length(rule) between 1 and 200),
    next_at timestamptz not null,
    last_at timestamptz
);
