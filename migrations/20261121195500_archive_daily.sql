-- Owner: the crate `archive`. A day's counts cost what the day holds, however large the archive is: the days are made
-- first, and each finds its messages by their ids.
create or replace view reporting.messages_daily as
    select counted.guild_id, counted.channel_id, days.day, counted.messages, counted.authors, counted.deleted
    from (
        select at::date as day
        from generate_series(
            (select archive.made_at(min(id)) at time zone 'utc' from archive.message)::date,
            (select archive.made_at(max(id)) at time zone 'utc' from archive.message)::date,
            interval '1 day'
        ) as at
    ) as days
    cross join lateral (
        select guild_id, channel_id, count(*) as messages, count(distinct author_id) as authors,
            count(*) filter (where deleted_at is not null) as deleted
        from archive.message
        where id >= archive.first_id(days.day::timestamp at time zone 'utc')
            and id < archive.first_id((days.day + 1)::timestamp at time zone 'utc')
        group by 1, 2
    ) as counted;
