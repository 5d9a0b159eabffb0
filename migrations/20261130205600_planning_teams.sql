-- Owner: the crate `planning`. Calendars of a team, with tasks in them or not, and whole days of others' calendars as absence.
alter table planning.feed
    -- Everybody with this role.
    add column role_id bigint,
    -- Whether what they are to do by when stands in it too.
    add column has_tasks boolean not null default true,
    drop constraint feed_of_one,
    add constraint feed_of_one check (num_nonnulls(user_id, site, role_id) <= 1);
alter table planning.calendar
    -- Whether whole days in it count as absence.
    add column is_away boolean not null default true;
alter table planning.imported
    -- Whether somebody is free meanwhile by their own account.
    add column is_free boolean not null default false;
