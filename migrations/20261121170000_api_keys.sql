-- Owner: the crate `api`. Keys, answers that may be asked for twice, and the secrets of the engine.
create schema api;

create table api.key (
    id bigint generated always as identity primary key,
    -- The open part of the token: people recognise a key by it, and the engine finds it by it.
    prefix text not null constraint key_prefix unique
        constraint key_prefix_length check (length(prefix) = 8),
    -- SHA-256 of the whole token.
    hash bytea not null constraint key_hash_length check (octet_length(hash) = 32),
    name text not null constraint key_name_length check (char_length(name) between 1 and 80),
    scopes text[] not null constraint key_scopes_count check (cardinality(scopes) between 1 and 100),
    -- Null covers all.
    guild_ids bigint[] constraint key_guilds_count check (cardinality(guild_ids) between 1 and 100),
    channel_ids bigint[] constraint key_channels_count check (cardinality(channel_ids) between 1 and 500),
    content boolean not null,
    deleted boolean not null,
    -- Null: on the command line.
    made_by bigint,
    made_at timestamptz not null,
    expires_at timestamptz,
    -- Written at most once a minute.
    used_at timestamptz,
    revoked_at timestamptz
);
create index key_guilds on api.key using gin (guild_ids);

-- What was answered to a POST that named itself, so that its repetition is answered alike.
create table api.request (
    -- 0 is the key from the configuration.
    key_id bigint not null,
    route text not null constraint request_route_length check (length(route) between 1 and 2000),
    name text not null constraint request_name_length check (length(name) between 1 and 255),
    body_hash bytea not null constraint request_hash_length check (octet_length(body_hash) = 32),
    begun_at timestamptz not null,
    -- Who works on it has died if it is not done by then.
    held_until timestamptz not null,
    status smallint,
    content_type text,
    body bytea,
    constraint request_key primary key (key_id, route, name)
);
create index request_begun on api.request (begun_at);

-- What all instances sign with.
create table api.secret (
    name text not null constraint secret_key primary key,
    value bytea not null constraint secret_length check (octet_length(value) = 32)
);
