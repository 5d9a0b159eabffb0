-- Owner: the crate `dbbrowse`.
create schema dbbrowse;

-- What somebody looks at. The message on the screen carries no more than the number.
create table dbbrowse.browse (
    id bigint generated always as identity primary key,
    guild_id bigint not null,
    user_id bigint not null,
    table_name text not null
        constraint browse_table_name_length check (char_length(table_name) between 3 and 127),
    -- Counted up with every step, so that two clicks on one message are one step.
    revision bigint not null default 1,
    filters jsonb not null default '[]',
    sort text
        constraint browse_sort_length check (char_length(sort) between 1 and 63),
    descending boolean not null default false,
    -- Where the page begins or ends, and the rows that it showed.
    position jsonb not null,
    rows jsonb not null default '[]',
    used_at timestamptz not null
);
create index browse_used on dbbrowse.browse (used_at);

-- Who looked at what: kept, never changed.
create table dbbrowse.use (
    id bigint generated always as identity,
    guild_id bigint not null,
    user_id bigint not null,
    at timestamptz not null,
    act text not null
        constraint use_act_length check (char_length(act) between 1 and 32),
    table_name text
        constraint use_table_name_length check (char_length(table_name) between 3 and 127),
    detail jsonb not null default '{}',
    constraint use_key primary key (guild_id, id)
);

alter table dbbrowse.use enable row level security;
create policy use_browse on dbbrowse.use for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
