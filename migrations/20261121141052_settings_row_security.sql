-- Who browses settings sees those of one guild.
alter table settings.document enable row level security;
create policy document_browse on settings.document for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);

alter table settings.change enable row level security;
create policy change_browse on settings.change for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
