-- Owner: the crate `activity`. Who writes and speaks how much, and when; never what.
create schema activity;

-- Since when a guild is counted, and in which zone its days were summed up.
create table activity.guild (
    guild_id bigint not null constraint guild_key primary key,
    since timestamptz not null,
    zone text not null
        constraint guild_zone_length check (char_length(zone) between 1 and 100),
    -- When its days were last summed up.
    summed_at timestamptz not null
);

-- What people were called when they were last heard, and who does not want to be counted.
create table activity.member (
    guild_id bigint not null,
    user_id bigint not null,
    name text not null
        constraint member_name_length check (char_length(name) between 1 and 100),
    is_bot boolean not null,
    told_at timestamptz not null,
    -- Then nothing is stored but that.
    opted_out_at timestamptz,
    constraint member_key primary key (guild_id, user_id)
);
create index member_out on activity.member (guild_id) where opted_out_at is not null;

-- Messages of the last three days that were counted: one that is told again is not counted again. Older ones are not
-- counted when they are told.
create table activity.counted (
    guild_id bigint not null,
    message_id bigint not null constraint counted_key primary key
);

-- How many messages somebody wrote in a channel, by quarters of an hour: all zones differ by whole quarters, so that
-- every local day and hour is a sum of them.
create table activity.written (
    guild_id bigint not null,
    at timestamptz not null,
    user_id bigint not null,
    channel_id bigint not null,
    messages integer not null
        constraint written_messages_some check (messages > 0),
    constraint written_key primary key (guild_id, at, user_id, channel_id)
);
create index written_user on activity.written (guild_id, user_id);

-- Somebody in a voice channel, as long as nothing about it changed.
create table activity.stretch (
    id bigint generated always as identity constraint stretch_key primary key,
    guild_id bigint not null,
    user_id bigint not null,
    channel_id bigint not null,
    -- Discord's name for the time between joining and leaving voice.
    session text not null
        constraint stretch_session_length check (char_length(session) <= 100),
    from_at timestamptz not null,
    -- The end; of an open one, until when it is certain.
    until_at timestamptz not null,
    is_open boolean not null,
    muted boolean not null,
    deafened boolean not null,
    streaming boolean not null,
    filming boolean not null,
    afk boolean not null,
    alone boolean not null,
    constraint stretch_not_negative check (until_at >= from_at)
);
create unique index stretch_open on activity.stretch (guild_id, user_id) where is_open;
create index stretch_until on activity.stretch (guild_id, until_at);
create index stretch_user on activity.stretch (guild_id, user_id, until_at);

-- From joining to leaving the guild. Who was there before anybody counted joined at -infinity.
create table activity.stay (
    guild_id bigint not null,
    user_id bigint not null,
    joined_at timestamptz not null,
    left_at timestamptz,
    constraint stay_key primary key (guild_id, user_id, joined_at)
);
create index stay_joined on activity.stay (guild_id, joined_at);
create index stay_left on activity.stay (guild_id, left_at) where left_at is not null;

-- Days (in UTC) of which something changed since they were summed up.
create table activity.dirty (
    guild_id bigint not null,
    day date not null,
    constraint dirty_key primary key (guild_id, day)
);

-- Sums by local day of the guild, member and channel; times in seconds.
create table activity.day (
    guild_id bigint not null,
    day date not null,
    user_id bigint not null,
    channel_id bigint not null,
    messages integer not null,
    voice integer not null,
    muted integer not null,
    deafened integer not null,
    streaming integer not null,
    filming integer not null,
    afk integer not null,
    alone integer not null,
    constraint day_key primary key (guild_id, day, user_id, channel_id)
);
create index day_user on activity.day (guild_id, user_id);

-- Sums of people, without bots, by quarter of an hour of a guild.
create table activity.slot (
    guild_id bigint not null,
    at timestamptz not null,
    messages integer not null,
    voice integer not null,
    constraint slot_key primary key (guild_id, at)
);

-- Today in a zone, or in UTC where Postgres does not know the zone.
create function activity.today(zone text) returns date
    language plpgsql stable parallel safe
as $$
begin
    return (now() at time zone zone)::date;
exception when invalid_parameter_value then
    return (now() at time zone 'utc')::date;
end
$$;

-- For reporting tools, with the names that the replaced systems had.
create schema if not exists reporting;
create view reporting.user_stats as
    select d.guild_id, d.user_id, m.name as user_name,
        coalesce(sum(d.messages) filter (where d.day > t.today - 7), 0)::bigint as messages_7d,
        coalesce(sum(d.messages), 0)::bigint as messages_30d,
        coalesce(sum(d.voice), 0)::bigint as voice_seconds_30d,
        g.summed_at as updated_at
    from activity.guild g
    cross join lateral activity.today(g.zone) as t (today)
    join activity.day d on d.guild_id = g.guild_id and d.day > t.today - 30 and d.day <= t.today
    join activity.member m on m.guild_id = d.guild_id and m.user_id = d.user_id
    where not m.is_bot and m.opted_out_at is null
    group by d.guild_id, d.user_id, m.name, g.summed_at;
create view reporting.stats_globales as
    select g.guild_id,
        count(distinct d.user_id) as total_users,
        coalesce(sum(d.messages), 0)::bigint as total_messages,
        coalesce(sum(d.messages) filter (where d.day > t.today - 7), 0)::bigint as messages_7d,
        coalesce(sum(d.messages) filter (where d.day > t.today - 30), 0)::bigint as messages_30d,
        coalesce(sum(d.messages) filter (where d.day = t.today), 0)::bigint as messages_today,
        g.summed_at as updated_at
    from activity.guild g
    cross join lateral activity.today(g.zone) as t (today)
    left join (
        activity.day d join activity.member m on m.guild_id = d.guild_id and m.user_id = d.user_id and not m.is_bot
    ) on d.guild_id = g.guild_id and d.day <= t.today
    group by g.guild_id, g.summed_at;

do $$ begin
    if not exists (select from pg_roles where rolname = 'majordome_reporting') then
        create role majordome_reporting nologin;
    end if;
    grant usage on schema reporting to majordome_reporting;
    grant select on reporting.user_stats, reporting.stats_globales to majordome_reporting;
exception when insufficient_privilege or duplicate_object or unique_violation then null;
end $$;
