-- Owner: the crate `planning`. Calendars of others that are read, and what stood in them.
create table planning.calendar (
    guild_id bigint not null,
    number integer not null,
    name text not null
        constraint calendar_name_length check (char_length(name) between 1 and 80),
    -- It may hold a secret: it is never shown.
    address text not null
        constraint calendar_address_length check (char_length(address) between 1 and 2000),
    -- Whose time it takes.
    user_id bigint not null,
    made_by bigint not null,
    made_at timestamptz not null,
    -- What the server called the last answer, and when all of it was last read.
    etag text
        constraint calendar_etag_length check (char_length(etag) <= 500),
    modified text
        constraint calendar_modified_length check (char_length(modified) <= 100),
    read_at timestamptz,
    -- Since the last time that it could be read.
    failures integer not null default 0,
    is_told boolean not null default false,
    constraint calendar_key primary key (guild_id, number)
);
create index calendar_user on planning.calendar (guild_id, user_id);

create table planning.imported (
    guild_id bigint not null,
    calendar integer not null,
    key text not null
        constraint imported_key_length check (char_length(key) between 1 and 100),
    title text not null
        constraint imported_title_length check (char_length(title) <= 200),
    -- On the clocks of the guild, as in `planning.entry`.
    starts timestamp not null,
    ends timestamp not null,
    is_days boolean not null,
    -- How often in a row the calendar was read without it.
    missing smallint not null default 0,
    constraint imported_id primary key (guild_id, calendar, key),
    constraint imported_ends_after check (ends > starts),
    constraint imported_calendar foreign key (guild_id, calendar)
        references planning.calendar (guild_id, number) on delete cascade
);
create index imported_window on planning.imported (guild_id, starts, ends);
