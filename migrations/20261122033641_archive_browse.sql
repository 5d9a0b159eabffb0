-- Owner: the crate `archive`. What is held of a channel, as numbers and times for who looks at the table; what retention
-- removed may be looked at too.
create function archive.parts(held int8multirange) returns integer
    language sql immutable strict parallel safe
    as $$ select count(*)::integer from unnest(held) $$;

alter table archive.channel
    add column held_parts integer not null generated always as (archive.parts(held)) stored,
    add column held_from timestamptz generated always as (archive.made_at(lower(held))) stored,
    add column held_to timestamptz generated always as (archive.made_at(upper(held) - 1)) stored;

alter table archive.purged enable row level security;
create policy purged_browse on archive.purged for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
