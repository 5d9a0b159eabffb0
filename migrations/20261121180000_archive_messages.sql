-- Owner: the crate `archive`. Messages of the channels that a guild keeps, and how complete they are.
create schema archive;

-- Small letters without accents, for the search. `unaccent` is not on every machine, and not immutable.
create function archive.fold(said text) returns text
    language sql immutable strict parallel safe
    return translate(
        replace(replace(lower(said), 'œ', 'oe'), 'æ', 'ae'),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ’',
        'aaaaaaceeeeiiiinoooooouuuuyy'''
    );

-- What is looked for in: the words as they stand, and their French and English stems.
create function archive.lexemes(said text) returns tsvector
    language sql immutable strict parallel safe
    return to_tsvector('pg_catalog.simple'::regconfig, archive.fold(said))
        || to_tsvector('pg_catalog.french'::regconfig, archive.fold(said))
        || to_tsvector('pg_catalog.english'::regconfig, archive.fold(said));

-- Words of a search as a query. `$1` is a list of `{"text": …, "prefix": bool, "not": bool, "or": bool}`, where `or`
-- joins to what stands before. A text of several words is a phrase.
create function archive.query(terms jsonb) returns tsquery
    language plpgsql immutable parallel safe
as $$
declare
    term jsonb;
    said text;
    one tsquery;
    whole tsquery;
begin
    for term in select value from jsonb_array_elements(terms) loop
        said := archive.fold(term ->> 'text');
        if (term ->> 'prefix')::boolean then
            one := to_tsquery('pg_catalog.simple', quote_literal(said) || ':*');
        else
            one := phraseto_tsquery('pg_catalog.simple', said);
            -- A phrase is meant as it stands: without its small words it would be another.
            if numnode(one) = 1 then
                one := one || phraseto_tsquery('pg_catalog.french', said)
                    || phraseto_tsquery('pg_catalog.english', said);
            end if;
        end if;
        if numnode(one) = 0 then
            continue;
        end if;
        if (term ->> 'not')::boolean then
            one := !!one;
        end if;
        whole := case
            when whole is null then one
            when (term ->> 'or')::boolean then whole || one
            else whole && one
        end;
    end loop;
    return whole;
end
$$;

-- Raised by every change: who asks for what changed since a number misses nothing, because writers take the lock of
-- `archive.change()` one after the other and keep it until they commit.
create sequence archive.change_number;
create function archive.change() returns void
    language sql volatile
as $$ select pg_advisory_xact_lock(hashtext('archive.change')) $$;

create table archive.message (
    id bigint not null,
    guild_id bigint not null,
    channel_id bigint not null,
    -- Absent when only the deletion is known, and once the words are erased.
    author_id bigint,
    author_name text
        constraint message_author_name_length check (char_length(author_name) between 1 and 100),
    is_bot boolean not null default false,
    kind smallint not null default 0,
    flags bigint not null default 0,
    is_pinned boolean not null default false,
    -- Null is not known: nobody told, or the author does not want to be kept.
    content text
        constraint message_content_length check (char_length(content) <= 6000),
    -- What embeds, components, polls and files say, for the search.
    said_besides text
        constraint message_said_besides_length check (char_length(said_besides) <= 8000),
    edited_at timestamptz,
    -- Of two tellings with the same edit: 1 is of an update or of the history, 0 of the creation.
    rank smallint not null default 0,
    told_at timestamptz not null,
    -- When it was first known to be deleted.
    deleted_at timestamptz,
    reply_to bigint,
    attachment_count smallint not null default 0,
    embed_count smallint not null default 0,
    -- link, file, image, embed, poll, sticker, forward
    has text[] not null default '{}',
    mentions bigint[] not null default '{}',
    payload jsonb,
    is_withheld boolean not null default false,
    change bigint not null default nextval('archive.change_number'),
    lexemes tsvector generated always as (
        archive.lexemes(coalesce(content, '') || ' ' || coalesce(said_besides, ''))
    ) stored,
    constraint message_key primary key (id)
) partition by range (id);
create index message_channel on archive.message (guild_id, channel_id, id);
create index message_author on archive.message (guild_id, author_id, id);
create index message_change on archive.message (guild_id, change);
create index message_lexemes on archive.message using gin (lexemes);
create index message_deleted on archive.message (deleted_at) where deleted_at is not null;

-- The first id of a day.
create function archive.first_id(day timestamptz) returns bigint
    language sql immutable strict parallel safe
    return (extract(epoch from day) * 1000)::bigint - 1420070400000 << 22;

create function archive.made_at(id bigint) returns timestamptz
    language sql immutable strict parallel safe
    return to_timestamp(((id >> 22) + 1420070400000) / 1000.0);

-- Makes the partitions, a month each, that hold these ids.
create function archive.make_room(ids bigint[]) returns void
    language plpgsql
as $$
declare
    month timestamp;
    name text;
begin
    for month in
        select distinct date_trunc('month', archive.made_at(id) at time zone 'utc') from unnest(ids) as wanted (id)
    loop
        name := 'message_' || to_char(month, 'YYYY_MM');
        if to_regclass('archive.' || name) is null then
            perform pg_advisory_xact_lock(hashtext('archive.make_room'));
            begin
                execute format('create table archive.%I (like archive.message including all)', name);
                execute format(
                    'alter table archive.message attach partition archive.%I for values from (%s) to (%s)',
                    name,
                    archive.first_id(month at time zone 'utc'),
                    archive.first_id((month + interval '1 month') at time zone 'utc')
                );
            exception when duplicate_table then
                -- Somebody else made it while we waited.
                null;
            end;
        end if;
    end loop;
end
$$;

-- What a message said before it was edited; what it says now stands in `archive.message`.
create table archive.version (
    guild_id bigint not null,
    channel_id bigint not null,
    message_id bigint not null,
    -- When it began to say so.
    said_at timestamptz not null,
    content text not null
        constraint version_content_length check (char_length(content) <= 6000),
    constraint version_key primary key (message_id, said_at)
);
create index version_guild on archive.version (guild_id, message_id);

-- Who reacted, as far as it was told live.
create table archive.reaction (
    guild_id bigint not null,
    channel_id bigint not null,
    message_id bigint not null,
    emoji text not null
        constraint reaction_emoji_length check (char_length(emoji) between 1 and 100),
    user_id bigint not null,
    constraint reaction_key primary key (message_id, emoji, user_id)
);
create index reaction_user on archive.reaction (guild_id, user_id);

-- What a guild keeps in all its channels.
create table archive.guild (
    guild_id bigint not null constraint guild_key primary key,
    since timestamptz not null,
    by_user bigint not null
);

-- A channel or thread of which something is kept.
create table archive.channel (
    guild_id bigint not null,
    channel_id bigint not null constraint channel_key primary key,
    -- Set for threads, which are kept when it is.
    parent_id bigint,
    name text not null default ''
        constraint channel_name_length check (char_length(name) <= 100),
    kind smallint not null default 0,
    -- Whether somebody turned it on itself; null when it is kept because of its parent or the guild.
    is_on boolean,
    since timestamptz,
    by_user bigint,
    -- Null is for ever.
    retention_days integer
        constraint channel_retention_range check (retention_days between 1 and 36500),
    is_readable boolean not null default true,
    -- The ids between which everything is held.
    held int8multirange not null default '{}'
);
create index channel_guild on archive.channel (guild_id, channel_id);

-- Reading the history of a channel, newest to oldest.
create table archive.backfill (
    guild_id bigint not null,
    channel_id bigint not null constraint backfill_key primary key,
    run bigint not null default 1,
    state text not null
        constraint backfill_state_known check (state in ('running', 'paused', 'cancelled', 'waiting', 'done')),
    -- Everything from here on was read.
    before_id bigint not null,
    -- Where it began.
    from_id bigint not null,
    read_count bigint not null default 0,
    begun_at timestamptz not null,
    ended_at timestamptz
);
create index backfill_guild on archive.backfill (guild_id, state);

-- Who wants not to be kept, and whose words were erased. The id is hashed with the salt.
create table archive.person (
    guild_id bigint not null,
    hash bytea not null constraint person_hash_length check (octet_length(hash) = 32),
    opted_out_at timestamptz,
    -- Words up to this id never come back.
    erased_to bigint not null default 0,
    constraint person_key primary key (guild_id, hash)
);
create table archive.salt (
    is_one boolean not null default true constraint salt_key primary key
        constraint salt_one check (is_one),
    value bytea not null constraint salt_length check (octet_length(value) = 32)
);
insert into archive.salt (value) values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'utf8')));

-- A search on somebody's screen.
create table archive.search (
    id bigint generated always as identity constraint search_key primary key,
    guild_id bigint not null,
    user_id bigint not null,
    wanted jsonb not null,
    made_at timestamptz not null
);
create index search_made on archive.search (made_at);

-- Row security: who browses sees one guild.
alter table archive.channel enable row level security;
create policy channel_browse on archive.channel for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);

-- For reporting tools, with the names that the replaced systems had. A role that may read these reads no more.
create schema reporting;
create view reporting.discord_messages as
    select id::text as message_id, guild_id, channel_id, author_id, author_name, coalesce(content, '') as content,
        archive.made_at(id) as created_at, edited_at, deleted_at is not null as deleted,
        attachment_count::integer as attachment_count, embed_count::integer as embed_count,
        payload as raw_json, told_at as ingested_at
    from archive.message;
create view reporting.messages as
    select id, id as message_id, guild_id, channel_id, author_id as user_id, author_name as user_name,
        coalesce(content, '') as content, archive.made_at(id) as created_at, edited_at, deleted_at
    from archive.message;
create view reporting.messages_daily as
    select guild_id, channel_id, (archive.made_at(id) at time zone 'utc')::date as day, count(*) as messages,
        count(distinct author_id) as authors, count(*) filter (where deleted_at is not null) as deleted
    from archive.message group by 1, 2, 3;
create view reporting.channels as
    select guild_id, channel_id, parent_id, name, kind, is_on, retention_days, is_readable, held::text as held
    from archive.channel;

-- Who may read the views and nothing else: `grant majordome_reporting to …` makes it so. Roles belong to the whole
-- server, and not everybody may make one; then an administrator does it by hand.
do $$ begin
    if not exists (select from pg_roles where rolname = 'majordome_reporting') then
        create role majordome_reporting nologin;
    end if;
    grant usage on schema reporting to majordome_reporting;
    grant select on all tables in schema reporting to majordome_reporting;
exception when insufficient_privilege or duplicate_object or unique_violation then null;
end $$;
