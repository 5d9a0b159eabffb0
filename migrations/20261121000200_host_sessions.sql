-- What the gateway needs to go on after a restart.
create schema host;

-- The session of each shard, so that a new process resumes it and Discord replays what was missed.
create table host.session (
    application_id bigint not null,
    shard integer not null,
    shard_count integer not null,
    session_id text not null constraint session_id_length check (length(session_id) between 1 and 256),
    resume_url text not null constraint session_resume_url_length check (length(resume_url) between 1 and 512),
    -- The last event that was fully handled: everything behind it is to be replayed.
    sequence bigint not null,
    saved_at timestamptz not null,
    constraint session_key primary key (application_id, shard)
);

-- Every identify of the last day: Discord allows 1,000 and resets the token of a bot that needs more.
create table host.identify (
    id bigint generated always as identity primary key,
    application_id bigint not null,
    shard integer not null,
    at timestamptz not null
);
create index identify_recent on host.identify (application_id, at);
