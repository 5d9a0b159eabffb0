-- Owner: the crate `archive`. Files that were attached, where a guild wants them kept: each content once, by its hash,
-- below `DATA_DIR`.

create table archive.file (
    hash bytea not null constraint file_key primary key
        constraint file_hash_length check (octet_length(hash) = 32),
    bytes bigint not null
        constraint file_bytes_range check (bytes >= 0),
    made_at timestamptz not null
);

create table archive.attachment (
    guild_id bigint not null,
    channel_id bigint not null,
    message_id bigint not null,
    attachment_id bigint not null,
    name text not null
        constraint attachment_name_length check (char_length(name) between 1 and 260),
    content_type text
        constraint attachment_content_type_length check (char_length(content_type) <= 200),
    -- As Discord tells it.
    bytes bigint not null,
    -- Where it was when it was told of; it ends after a day.
    address text
        constraint attachment_address_length check (char_length(address) <= 2000),
    state text not null default 'waiting'
        constraint attachment_state_known check (state in ('waiting', 'stored', 'refused', 'gone')),
    -- Why it was refused: `type`, `size` or `room`.
    reason text,
    hash bytea
        constraint attachment_file references archive.file (hash),
    attempts integer not null default 0,
    constraint attachment_key primary key (attachment_id),
    constraint attachment_stored check ((state = 'stored') = (hash is not null))
);
create index attachment_message on archive.attachment (guild_id, message_id);
create index attachment_waiting on archive.attachment (guild_id, attachment_id) where state = 'waiting';
create index attachment_hash on archive.attachment (hash) where hash is not null;
