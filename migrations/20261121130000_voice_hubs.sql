-- Owner: the crate `voice_hubs`.
create schema voice_hubs;

create table voice_hubs.hub (
    channel_id bigint primary key,
    guild_id bigint not null,
    -- A hub that was deleted lives on, inactive, while it has rooms.
    active boolean not null default true,
    template text
        constraint hub_template_length check (char_length(template) between 1 and 300),
    user_limit smallint
        constraint hub_user_limit_range check (user_limit between 0 and 99),
    max_rooms smallint not null default 0
        constraint hub_max_rooms_range check (max_rooms between 0 and 500),
    mode text not null default 'open'
        constraint hub_mode_known check (mode in ('open', 'closed', 'private', 'conference')),
    bitrate integer
        constraint hub_bitrate_range check (bitrate between 8000 and 384000),
    region text
        constraint hub_region_length check (char_length(region) between 1 and 40),
    category_id bigint,
    overflow bigint[] not null default '{}'
        constraint hub_overflow_count check (cardinality(overflow) <= 10),
    copies_category boolean not null default false,
    copy_from bigint,
    -- Seconds; absent when rooms can not be claimed.
    claim_delay integer default 120
        constraint hub_claim_delay_range check (claim_delay between 0 and 3600),
    per_member smallint not null default 2
        constraint hub_per_member_range check (per_member between 1 and 60),
    bots_keep boolean not null default false,
    log_channel bigint,
    status text
        constraint hub_status_length check (char_length(status) between 1 and 500),
    status_allowed boolean not null default true,
    -- What stands in the way, since when, and when it is tried again.
    problem text
        constraint hub_problem_known check (problem in ('create', 'move', 'access', 'guild_full')),
    strikes smallint not null default 0,
    paused_until timestamptz,
    staff_told_at timestamptz,
    -- The episode of a full category that staff was told of.
    full_since timestamptz,
    created_by bigint not null,
    created_at timestamptz not null
);
create index hub_guild on voice_hubs.hub (guild_id);

create table voice_hubs.room (
    id bigint generated always as identity primary key,
    guild_id bigint not null,
    hub_id bigint not null,
    owner_id bigint not null,
    -- Absent until Discord has made the channel.
    channel_id bigint
        constraint room_channel_once unique,
    number integer not null
        constraint room_number_positive check (number > 0),
    name text not null
        constraint room_name_length check (char_length(name) between 1 and 100),
    mode text not null
        constraint room_mode_known check (mode in ('open', 'closed', 'private', 'conference')),
    user_limit smallint not null
        constraint room_user_limit_range check (user_limit between 0 and 99),
    allow_users bigint[] not null default '{}',
    allow_roles bigint[] not null default '{}',
    deny_users bigint[] not null default '{}',
    deny_roles bigint[] not null default '{}',
    -- Who may speak in a conference: who was there when it began.
    speakers bigint[] not null default '{}',
    -- The overwrites that the room began with, already masked.
    base jsonb not null,
    -- The process that makes the channel, and since when it tries.
    opener text not null
        constraint room_opener_length check (char_length(opener) = 36),
    opening_since timestamptz not null,
    tries_at timestamptz not null,
    tries smallint not null default 1,
    closing boolean not null default false,
    -- Counted up with every change of what the channel, or the panel, should show.
    edit_wanted integer not null default 0,
    edit_done integer not null default 0,
    panel_wanted integer not null default 1,
    panel_done integer not null default 0,
    panel_channel bigint,
    panel_message bigint,
    owner_left_at timestamptz,
    wanted_name text
        constraint room_wanted_name_length check (char_length(wanted_name) between 1 and 100),
    renamed_at timestamptz[] not null default '{}',
    status text
        constraint room_status_length check (char_length(status) between 1 and 500),
    waits boolean not null default false,
    waiting_channel bigint
        constraint room_waiting_channel_once unique,
    problem text
        constraint room_problem_length check (char_length(problem) between 1 and 1000),
    again_at timestamptz,
    constraint room_owner_once unique (hub_id, owner_id),
    constraint room_number_once unique (hub_id, number)
);
create index room_guild on voice_hubs.room (guild_id);

-- Who sits in a hub, a room or a waiting room, as far as events were handled.
create table voice_hubs.seat (
    guild_id bigint not null,
    user_id bigint not null,
    channel_id bigint not null,
    is_bot boolean not null,
    roles bigint[] not null,
    primary key (guild_id, user_id)
);

-- Rooms opened in the last day, for the throttles.
create table voice_hubs.opened (
    guild_id bigint not null,
    member_id bigint not null,
    at timestamptz not null
);
create index opened_guild on voice_hubs.opened (guild_id, at);

-- What is remembered of a member.
create table voice_hubs.member (
    guild_id bigint not null,
    user_id bigint not null,
    lang text
        constraint member_lang_length check (char_length(lang) = 2),
    saved jsonb,
    told_at timestamptz,
    primary key (guild_id, user_id)
);

-- Who asks to be let into a room.
create table voice_hubs.request (
    room_id bigint not null references voice_hubs.room on delete cascade,
    user_id bigint not null,
    at timestamptz not null,
    -- To whom it was shown, and where.
    asked_of bigint,
    channel_id bigint,
    message_id bigint,
    primary key (room_id, user_id)
);

-- Categories that were made because others were full.
create table voice_hubs.overflow (
    category_id bigint primary key,
    guild_id bigint not null,
    hub_id bigint not null
);
create index overflow_guild on voice_hubs.overflow (guild_id);

create table voice_hubs.guild (
    guild_id bigint primary key,
    -- The day on which staff was warned of the many rooms.
    warned_on date
);
