-- Addresses outside that are told what happens in a guild, and what was sent to them.
create schema webhooks;

create table webhooks.hook (
    guild_id bigint not null,
    number integer not null,
    name text not null
        constraint hook_name_length check (char_length(name) between 1 and 80),
    url text not null
        constraint hook_url_length check (octet_length(url) between 1 and 2000),
    -- What it is told; empty: everything.
    kinds text[] not null,
    -- Signs what is sent. After it was replaced the old one signs too, until an instant.
    secret bytea not null,
    old_secret bytea,
    old_until timestamptz,
    created_by bigint not null,
    created_at timestamptz not null,
    -- Since when nothing gets through.
    failing_since timestamptz,
    -- When it was stopped, and why: by hand, because it said that it is gone, or because nothing got through for long.
    stopped_at timestamptz,
    stopped_why text
        constraint hook_stopped_why check (stopped_why in ('hand', 'gone', 'failing')),
    constraint hook_key primary key (guild_id, number),
    constraint hook_stopped check ((stopped_at is null) = (stopped_why is null))
);

create table webhooks.delivery (
    guild_id bigint not null,
    hook integer not null,
    -- The order in which things happened.
    sequence bigint not null,
    -- The same at every attempt, so that the receiver knows what it has already.
    id uuid not null default gen_random_uuid(),
    kind text not null,
    subject text not null,
    body text not null,
    state text not null default 'waiting'
        constraint delivery_state check (state in ('waiting', 'sent', 'failed', 'dropped')),
    attempts integer not null default 0,
    created_at timestamptz not null,
    ended_at timestamptz,
    constraint delivery_key primary key (guild_id, hook, sequence),
    constraint delivery_hook foreign key (guild_id, hook) references webhooks.hook on delete cascade
);
create index delivery_created on webhooks.delivery (created_at);

-- One request each.
create table webhooks.attempt (
    guild_id bigint not null,
    hook integer not null,
    sequence bigint not null,
    attempt integer not null,
    at timestamptz not null,
    took_ms integer not null,
    -- The HTTP status, or what stood in the way.
    status integer,
    trouble text,
    -- The beginning of the answer.
    answer text,
    constraint attempt_key primary key (guild_id, hook, sequence, attempt),
    constraint attempt_delivery foreign key (guild_id, hook, sequence) references webhooks.delivery on delete cascade
);
