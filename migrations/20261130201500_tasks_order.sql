-- Owner: the crate `tasks`. Pages of lists go along an index, in the order in which lists are.

-- By what buttons name tags, which are too long for them.
create function tasks.tag_hashes(tags text[]) returns integer[] language sql immutable strict parallel safe
    return array(select hashtext(tag) from unnest(tags) as tag);
alter table tasks.task add column tag_hashes integer[] generated always as (tasks.tag_hashes(tags)) stored;

create index task_order on tasks.task
    (guild_id, ((closed_at is null)::integer), coalesce(due_at, 'infinity'), (3 - priority), number)
    where deleted_at is null;
create index task_site_order on tasks.task
    (guild_id, site, ((closed_at is null)::integer), coalesce(due_at, 'infinity'), (3 - priority), number)
    where deleted_at is null and site is not null;
create index task_assignees on tasks.task using gin (assignees) where deleted_at is null;
create index task_tags on tasks.task using gin (tag_hashes) where deleted_at is null;
-- What is overdue comes first in that order.
drop index tasks.task_due;
