-- Owner: the crate `tasks`. Who is to do what, where and by when.
create schema tasks;

-- The last number that a guild gave.
create table tasks.counter (
    guild_id bigint not null constraint counter_key primary key,
    last integer not null
);

create table tasks.task (
    guild_id bigint not null,
    number integer not null,
    description text not null
        constraint task_description_length check (char_length(description) between 1 and 1000),
    state text not null
        constraint task_state_known check (state in ('todo', 'in_progress', 'blocked', 'done', 'cancelled')),
    -- Why it is blocked.
    reason text
        constraint task_reason_length check (char_length(reason) between 1 and 500),
    -- 0 low, 1 normal, 2 high, 3 urgent.
    priority smallint not null
        constraint task_priority_range check (priority between 0 and 3),
    -- The number of a worksite, and what it was called when it was named.
    site integer,
    site_name text
        constraint task_site_name_length check (char_length(site_name) between 1 and 100),
    due_at timestamptz,
    assignees bigint[] not null default '{}'
        constraint task_assignees_count check (cardinality(assignees) <= 25),
    role_id bigint,
    tags text[] not null default '{}'
        constraint task_tags_count check (cardinality(tags) <= 10),
    created_by bigint not null,
    created_at timestamptz not null,
    closed_by bigint,
    closed_at timestamptz,
    deleted_by bigint,
    deleted_at timestamptz,
    -- Where its panel stands, once it is posted.
    channel_id bigint,
    message_id bigint,
    -- The message that it was made from.
    source text
        constraint task_source_length check (char_length(source) <= 200),
    -- How it comes again, and how often it came.
    repeat jsonb,
    nth integer not null default 1,
    -- When somebody wants to be reminded besides.
    snoozed_until timestamptz,
    constraint task_key primary key (guild_id, number),
    constraint task_blocked_why check ((state = 'blocked') = (reason is not null)),
    constraint task_closed check ((state in ('done', 'cancelled')) = (closed_at is not null)),
    constraint task_one_role check (role_id is null or cardinality(assignees) = 0)
);
create index task_due on tasks.task (guild_id, due_at) where closed_at is null and deleted_at is null;
create index task_deleted on tasks.task (deleted_at) where deleted_at is not null;

-- What is to be ticked off.
create table tasks.item (
    guild_id bigint not null,
    number integer not null,
    place smallint not null
        constraint item_place_range check (place between 1 and 20),
    text text not null
        constraint item_text_length check (char_length(text) between 1 and 200),
    is_done boolean not null default false,
    constraint item_key primary key (guild_id, number, place),
    constraint item_task foreign key (guild_id, number) references tasks.task (guild_id, number) on delete cascade
);

-- Who changed what, and when.
create table tasks.change (
    id bigint generated always as identity constraint change_key primary key,
    guild_id bigint not null,
    number integer not null,
    at timestamptz not null,
    by_user bigint not null,
    what text not null
        constraint change_what_length check (char_length(what) between 1 and 40),
    old text,
    new text,
    constraint change_task foreign key (guild_id, number) references tasks.task (guild_id, number) on delete cascade
);
create index change_of on tasks.change (guild_id, number, id);

-- Reminders: each kind of each task at each planned instant to each reader once. Number 0 is of a digest, reader 0 of a role.
create table tasks.reminder (
    guild_id bigint not null,
    number integer not null,
    kind text not null
        constraint reminder_kind_known check (kind in ('day', 'hour', 'due', 'snooze', 'digest')),
    planned_at timestamptz not null,
    user_id bigint not null,
    -- Absent while it is on its way.
    sent_at timestamptz,
    constraint reminder_key primary key (guild_id, number, kind, planned_at, user_id)
);
create index reminder_planned on tasks.reminder (planned_at);

-- Who takes no direct messages from the bot.
create table tasks.closed (
    guild_id bigint not null,
    user_id bigint not null,
    since timestamptz not null,
    constraint closed_key primary key (guild_id, user_id)
);

create schema if not exists reporting;
create view reporting.tasks as
    select t.number as id, t.guild_id, t.description, t.state as status, t.priority, t.site_name as chantier, t.due_at,
        t.created_by as user_id, t.assignees[1] as assignee_id, t.assignees, t.role_id, t.tags, t.created_at,
        t.closed_at, t.closed_by
    from tasks.task t where t.deleted_at is null;
do $$ begin
    if not exists (select from pg_roles where rolname = 'majordome_reporting') then
        create role majordome_reporting nologin;
    end if;
    grant usage on schema reporting to majordome_reporting;
    grant select on reporting.tasks to majordome_reporting;
exception when insufficient_privilege or duplicate_object or unique_violation then null;
end $$;
