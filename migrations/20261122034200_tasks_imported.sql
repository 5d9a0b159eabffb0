-- Owner: the crate `tasks`. Which lines of files became tasks, so that a file that is read again makes none twice.
create table tasks.imported (
    guild_id bigint not null,
    key text not null
        constraint imported_key_length check (char_length(key) = 64),
    number integer not null,
    constraint imported_once primary key (guild_id, key),
    constraint imported_task foreign key (guild_id, number) references tasks.task (guild_id, number) on delete cascade
);
