-- Owner: the crate `users`.
create schema users;

-- What a user is called everywhere.
create table users.discord_user (
    id bigint primary key,
    username text not null
        constraint discord_user_username_length check (char_length(username) between 1 and 100),
    display_name text
        constraint discord_user_display_name_length check (char_length(display_name) between 1 and 100),
    is_bot boolean not null,
    updated_at timestamptz not null
);
create index discord_user_updated on users.discord_user (updated_at desc);

-- Who is or was a member of a guild.
create table users.member (
    guild_id bigint not null,
    user_id bigint not null,
    nick text
        constraint member_nick_length check (char_length(nick) between 1 and 100),
    -- What people read in this guild: nickname, display name or username.
    shown text not null
        constraint member_shown_length check (char_length(shown) between 1 and 100),
    is_bot boolean not null,
    roles bigint[] not null default '{}',
    -- Absent for guests.
    joined_at timestamptz,
    left_at timestamptz,
    -- When Discord said so: what was asked for earlier than that changes nothing any more.
    told_at timestamptz not null,
    constraint member_key primary key (guild_id, user_id)
);
create index member_name on users.member (guild_id, lower(shown), user_id);

alter table users.member enable row level security;
create policy member_browse on users.member for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);

-- The last reading of all members of a guild, and how far it came.
create table users.sync (
    guild_id bigint primary key,
    -- Counts the readings.
    run bigint not null,
    state text not null
        constraint sync_state_known check (state in ('running', 'done', 'failed')),
    -- Why it failed.
    problem text
        constraint sync_problem_known check (problem in ('intent', 'gone', 'refused')),
    -- Absent when nobody asked.
    asked_by bigint,
    begun_at timestamptz not null,
    ended_at timestamptz,
    -- The last member that was written down.
    after_id bigint not null default 0,
    seen bigint not null default 0,
    added bigint not null default 0,
    changed bigint not null default 0,
    departed bigint not null default 0,
    constraint sync_failed_why check ((state = 'failed') = (problem is not null)),
    constraint sync_ended check ((state = 'running') = (ended_at is null))
);

-- What a list that stands on somebody's screen shows.
create table users.listing (
    id bigint generated always as identity primary key,
    guild_id bigint not null,
    user_id bigint not null,
    search text
        constraint listing_search_length check (char_length(search) between 1 and 100),
    sort text not null
        constraint listing_sort_known check (sort in ('name', 'newest', 'oldest', 'gone')),
    role_id bigint,
    who text not null
        constraint listing_who_known check (who in ('here', 'gone', 'all')),
    joined_since timestamptz,
    left_since timestamptz,
    made_at timestamptz not null
);
create index listing_made on users.listing (made_at);
