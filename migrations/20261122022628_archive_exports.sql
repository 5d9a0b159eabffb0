-- Owner: the crate `archive`. Exports that are longer than an answer: a job writes them to files, which a signed link
-- fetches until they expire.

create table archive.export (
    id bigint generated always as identity constraint export_key primary key,
    guild_id bigint not null,
    -- Who asked; of a key, who made it.
    user_id bigint not null,
    -- Set when it was asked for over HTTP.
    key_id bigint,
    -- Set when it is of what one member said.
    author_id bigint,
    -- In this order, unless only changes are asked for.
    channels bigint[] not null,
    -- Only what changed behind this number.
    since bigint,
    with_deleted boolean not null,
    format text not null
        constraint export_format_known check (format in ('jsonl', 'csv', 'html')),
    has_mark boolean not null,
    part_by text not null
        constraint export_part_by_known check (part_by in ('none', 'size', 'count', 'month')),
    part_most bigint
        constraint export_part_most_range check (part_most > 0),
    state text not null default 'running'
        constraint export_state_known check (state in ('running', 'done', 'failed', 'cancelled')),
    -- Raised when it is written anew: its files are others then.
    run integer not null default 1,
    -- Up to which change it reaches; set when the writing begins.
    until bigint,
    total bigint,
    messages bigint not null default 0,
    bytes bigint not null default 0,
    -- Where the writing goes on, as the program writes it; null is the beginning.
    place jsonb,
    reason text,
    made_at timestamptz not null,
    ended_at timestamptz,
    expires_at timestamptz not null
);
create index export_guild on archive.export (guild_id, id);
create index export_expires on archive.export (expires_at);

-- A finished file of an export.
create table archive.export_part (
    guild_id bigint not null,
    export_id bigint not null
        constraint export_part_export references archive.export (id) on delete cascade,
    number integer not null
        constraint export_part_number_range check (number > 0),
    name text not null
        constraint export_part_name_length check (char_length(name) between 1 and 100),
    messages bigint not null,
    bytes bigint not null,
    constraint export_part_key primary key (export_id, number)
);

-- What links are signed with; made once for each database.
create table archive.link_key (
    is_one boolean not null default true constraint link_key_key primary key
        constraint link_key_one check (is_one),
    value bytea not null constraint link_key_length check (octet_length(value) = 32)
);
insert into archive.link_key (value)
values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'utf8')));
