-- Owner: the crate `worksites`.
create schema worksites;

-- A place of work, with a channel of its own.
create table worksites.worksite (
    guild_id bigint not null,
    -- Counted in each guild from 1.
    number integer not null
        constraint worksite_number_positive check (number > 0),
    name text not null
        constraint worksite_name_length check (char_length(name) between 1 and 80),
    -- The name as its channel carries it: what differs only in case, accents or punctuation is the same.
    slug text not null
        constraint worksite_slug_length check (char_length(slug) between 1 and 90),
    address text
        constraint worksite_address_length check (char_length(address) between 1 and 200),
    lead_id bigint,
    colour integer not null
        constraint worksite_colour_rgb check (colour between 0 and 16777215),
    -- Absent until Discord has made it, and after somebody deleted it.
    channel_id bigint,
    made_by bigint not null,
    made_at timestamptz not null,
    archived_by bigint,
    archived_at timestamptz,
    -- The name of the channel once it is archived.
    archived_name text
        constraint worksite_archived_name_length check (char_length(archived_name) between 1 and 100),
    -- Whether the channel is as it should be.
    is_settled boolean not null default false,
    -- Until when somebody works on that.
    claimed_until timestamptz,
    tries smallint not null default 0,
    constraint worksite_key primary key (guild_id, number),
    constraint worksite_archived check ((archived_at is null) = (archived_by is null)
        and (archived_at is null) = (archived_name is null))
);
create unique index worksite_slug on worksites.worksite (guild_id, slug) where archived_at is null;
create unique index worksite_channel on worksites.worksite (channel_id);

alter table worksites.worksite enable row level security;
create policy worksite_browse on worksites.worksite for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
