-- Owner: the crate `planning`. Calendars that anybody reads who has their address.
alter table planning.entry
    -- Who was in it once: their calendars say for a while that it is off.
    add column former bigint[] not null default '{}';
create index entry_former on planning.entry using gin (former) where former <> '{}';

create table planning.feed (
    guild_id bigint not null,
    number integer not null,
    -- Of the address nothing is kept but this.
    token_hash bytea not null
        constraint feed_token unique,
    -- Whose, or of which worksite; of the whole server where neither is named.
    user_id bigint,
    site integer,
    made_by bigint not null,
    made_at timestamptz not null,
    constraint feed_key primary key (guild_id, number),
    constraint feed_of_one check (user_id is null or site is null),
    constraint feed_token_is_a_hash check (octet_length(token_hash) = 32)
);
