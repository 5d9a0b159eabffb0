-- Owner: the crate `archive`. How much a guild holds, counted as it is written: to count millions of rows takes seconds.
-- What retention removed; where a member's last export ended.

create table archive.tally (
    guild_id bigint not null constraint tally_key primary key,
    messages bigint not null default 0,
    deleted bigint not null default 0,
    versions bigint not null default 0
);

create function archive.add_to_tally(guild bigint, messages bigint, deleted bigint, versions bigint) returns void
    language sql volatile
as $$
    insert into archive.tally as tally (guild_id, messages, deleted, versions)
    values ($1, $2, $3, $4)
    on conflict (guild_id) do update
        set messages = tally.messages + excluded.messages, deleted = tally.deleted + excluded.deleted,
            versions = tally.versions + excluded.versions
$$;

create function archive.tally_message() returns trigger
    language plpgsql
as $$
begin
    if tg_op = 'INSERT' then
        perform archive.add_to_tally(guild_id, count(*), count(deleted_at), 0)
        from after group by guild_id order by guild_id;
    elsif tg_op = 'DELETE' then
        perform archive.add_to_tally(guild_id, -count(*), -count(deleted_at), 0)
        from before group by guild_id order by guild_id;
    else
        perform archive.add_to_tally(guild_id, 0, sum(change)::bigint, 0)
        from (
            select guild_id, count(deleted_at) as change from after group by guild_id
            union all
            select guild_id, -count(deleted_at) from before group by guild_id
        ) as changes
        group by guild_id having sum(change) <> 0 order by guild_id;
    end if;
    return null;
end
$$;
create trigger message_tally_insert after insert on archive.message
    referencing new table as after for each statement execute function archive.tally_message();
create trigger message_tally_update after update on archive.message
    referencing old table as before new table as after for each statement execute function archive.tally_message();
create trigger message_tally_delete after delete on archive.message
    referencing old table as before for each statement execute function archive.tally_message();

create function archive.tally_version() returns trigger
    language plpgsql
as $$
begin
    if tg_op = 'INSERT' then
        perform archive.add_to_tally(guild_id, 0, 0, count(*)) from after group by guild_id order by guild_id;
    else
        perform archive.add_to_tally(guild_id, 0, 0, -count(*)) from before group by guild_id order by guild_id;
    end if;
    return null;
end
$$;
create trigger version_tally_insert after insert on archive.version
    referencing new table as after for each statement execute function archive.tally_version();
create trigger version_tally_delete after delete on archive.version
    referencing old table as before for each statement execute function archive.tally_version();

insert into archive.tally (guild_id, messages, deleted, versions)
select guild_id, sum(messages), sum(deleted), sum(versions)
from (
    select guild_id, count(*) as messages, count(deleted_at) as deleted, 0 as versions
    from archive.message group by guild_id
    union all
    select guild_id, 0, 0, count(*) from archive.version group by guild_id
) as held
group by guild_id;

-- What retention removed of a channel in one run; a run that was cut short has two.
create table archive.purged (
    guild_id bigint not null,
    channel_id bigint not null,
    at timestamptz not null,
    messages bigint not null
        constraint purged_messages_count check (messages > 0),
    constraint purged_key primary key (guild_id, at, channel_id)
);

-- Up to which change a member has had a channel exported.
create table archive.exported (
    guild_id bigint not null,
    user_id bigint not null,
    channel_id bigint not null,
    change bigint not null,
    at timestamptz not null,
    constraint exported_key primary key (guild_id, user_id, channel_id)
);
