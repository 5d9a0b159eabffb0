-- Owner: the crate `tasks`. What somebody is to do, and was to do until lately, for calendars.
create index task_role on tasks.task (guild_id, role_id) where role_id is not null;
create index change_assignees on tasks.change (guild_id, at) where what = 'assignees';
