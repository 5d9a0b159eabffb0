-- Owner: the crate `planning`. Who is where from when to when, leave, and the weekly post.
create schema planning;

-- The last number that a guild gave.
create table planning.counter (
    guild_id bigint not null constraint counter_key primary key,
    last integer not null
);

create table planning.entry (
    guild_id bigint not null,
    number integer not null,
    kind text not null
        constraint entry_kind_known check (kind in ('site', 'leave', 'training', 'sick', 'other')),
    -- Only what is approved is planned.
    state text not null
        constraint entry_state_known check (state in ('pending', 'approved', 'refused')),
    people bigint[] not null
        constraint entry_people_count check (cardinality(people) between 1 and 25),
    -- The number of a worksite, and what it was called when it was named.
    site integer,
    site_name text
        constraint entry_site_name_length check (char_length(site_name) between 1 and 100),
    -- What clocks and calendars of the guild show: eight o'clock stays eight o'clock. The end is the first moment after.
    starts timestamp not null,
    ends timestamp not null,
    is_days boolean not null,
    note text
        constraint entry_note_length check (char_length(note) between 1 and 500),
    -- How it comes again, the days on which it does not, and the end of its last time; absent for one without an end.
    repeat jsonb,
    except_days jsonb not null default '[]',
    last_end timestamp,
    -- Why it was refused.
    reason text
        constraint entry_reason_length check (char_length(reason) between 1 and 500),
    -- Rises with every change, for calendars.
    version integer not null default 0,
    created_by bigint not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    decided_by bigint,
    decided_at timestamptz,
    deleted_by bigint,
    deleted_at timestamptz,
    -- Where who decides is asked.
    channel_id bigint,
    message_id bigint,
    constraint entry_key primary key (guild_id, number),
    constraint entry_ends_after check (ends > starts),
    constraint entry_days_are_whole check (
        not is_days or (starts = date_trunc('day', starts) and ends = date_trunc('day', ends))),
    constraint entry_site_named check (kind <> 'site' or site is not null),
    constraint entry_refused_why check (state = 'refused' or reason is null)
);
create index entry_window on planning.entry (guild_id, starts, last_end) where deleted_at is null;
create index entry_people on planning.entry using gin (people);
create index entry_deleted on planning.entry (deleted_at) where deleted_at is not null;

-- Who changed what, and when.
create table planning.change (
    id bigint generated always as identity constraint change_key primary key,
    guild_id bigint not null,
    number integer not null,
    at timestamptz not null,
    by_user bigint not null,
    what text not null
        constraint change_what_length check (char_length(what) between 1 and 40),
    old text,
    new text,
    constraint change_entry foreign key (guild_id, number)
        references planning.entry (guild_id, number) on delete cascade
);
create index change_of on planning.change (guild_id, number, id);

-- What people were called when they were last seen here: pictures and calendars name them.
create table planning.person (
    guild_id bigint not null,
    user_id bigint not null,
    name text not null
        constraint person_name_length check (char_length(name) between 1 and 100),
    constraint person_key primary key (guild_id, user_id)
);

-- The role that somebody has while on leave; not yet given while it is on its way.
create table planning.held_role (
    guild_id bigint not null,
    user_id bigint not null,
    role_id bigint not null,
    is_given boolean not null default false,
    constraint held_role_key primary key (guild_id, user_id)
);

-- The messages of the weekly post, and what they say.
create table planning.post (
    guild_id bigint not null,
    monday date not null,
    part smallint not null
        constraint post_part_range check (part between 0 and 40),
    channel_id bigint not null,
    message_id bigint not null,
    shows text not null,
    constraint post_key primary key (guild_id, monday, part)
);
create index post_message on planning.post (message_id);

create schema if not exists reporting;
create view reporting.planning as
    select e.number as id, e.guild_id, p.user_id, coalesce(n.name, p.user_id::text) as user_name,
        e.site_name as chantier, e.kind as type, e.starts as date_debut,
        -- The last day of it, as the replaced system kept it.
        case when e.is_days then e.ends - interval '1 day' else e.ends end as date_fin,
        e.note as notes, e.state as status, e.is_days, e.repeat, e.created_by, e.created_at
    from planning.entry e
    cross join lateral unnest(e.people) as p (user_id)
    left join planning.person n on n.guild_id = e.guild_id and n.user_id = p.user_id
    where e.deleted_at is null;
do $$ begin
    if not exists (select from pg_roles where rolname = 'majordome_reporting') then
        create role majordome_reporting nologin;
    end if;
    grant usage on schema reporting to majordome_reporting;
    grant select on reporting.planning to majordome_reporting;
exception when insufficient_privilege or duplicate_object or unique_violation then null;
end $$;
