-- Owner: the crate `planning`. Which lines of files became entries, so that a file that is read again makes none twice.
create table planning.read_in (
    guild_id bigint not null,
    key text not null
        constraint read_in_key_length check (char_length(key) = 64),
    number integer not null,
    constraint read_in_once primary key (guild_id, key),
    constraint read_in_entry foreign key (guild_id, number)
        references planning.entry (guild_id, number) on delete cascade
);
