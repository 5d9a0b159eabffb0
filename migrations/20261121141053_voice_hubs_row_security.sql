-- Who browses hubs and rooms sees those of one guild.
alter table voice_hubs.hub enable row level security;
create policy hub_browse on voice_hubs.hub for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);

alter table voice_hubs.room enable row level security;
create policy room_browse on voice_hubs.room for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
