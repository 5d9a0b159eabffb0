-- Owner: the crate `activity`. Row security: who browses sees one guild.
alter table activity.written enable row level security;
create policy written_browse on activity.written for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
alter table activity.stretch enable row level security;
create policy stretch_browse on activity.stretch for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
