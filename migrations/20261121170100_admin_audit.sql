-- Owner: the crate `admin`.

-- What a server looked like when somebody asked; the newest few of each server. Numbers are never given twice:
-- the newest of a server is never deleted.
create table admin.audit_snapshot (
    guild_id bigint not null,
    number integer not null
        constraint audit_snapshot_number_positive check (number > 0),
    taken_at timestamptz not null,
    taken_by bigint not null,
    -- The same as the file that was sent.
    document jsonb not null,
    constraint audit_snapshot_pkey primary key (guild_id, number)
);

-- What is in an audit is for who may read audits; who browses sees that there are some.
alter table admin.audit_snapshot enable row level security;
create policy audit_snapshot_browse on admin.audit_snapshot for select
    using (guild_id = nullif(current_setting('majordome.guild_id', true), '')::bigint);
