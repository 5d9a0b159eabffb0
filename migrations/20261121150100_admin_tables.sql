-- Owner: the crate `admin`.
create schema admin;

-- Settings that were uploaded and wait for the member's word; one for each member and guild.
create table admin.upload (
    guild_id bigint not null,
    user_id bigint not null,
    -- What the button carries: an older button does not apply a newer file.
    interaction_id bigint not null,
    documents jsonb not null,
    uploaded_at timestamptz not null,
    constraint upload_pkey primary key (guild_id, user_id)
);
