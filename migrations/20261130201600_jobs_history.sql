-- Owner: the crate `jobs`. What came of each attempt, and what goes before what.
alter table jobs.job
    -- When its worker took it.
    add column taken_at timestamptz,
    -- What came of the last attempts, the oldest first.
    add column history jsonb not null default '[]',
    -- 0 goes before 1, and 1 before 2.
    add column priority smallint not null default 1
        constraint job_priority_range check (priority between 0 and 2);
alter table jobs.ended
    add column history jsonb not null default '[]';

-- A history with one more attempt; of more than 20 the oldest is forgotten.
create function jobs.remember(history jsonb, attempt jsonb) returns jsonb
    language sql immutable parallel safe
    return case when jsonb_array_length(history) < 20 then history else history - 0 end || attempt;

drop index jobs.job_due;
create index job_due on jobs.job (priority, run_at, id) where locked_by is null and dead_at is null;
