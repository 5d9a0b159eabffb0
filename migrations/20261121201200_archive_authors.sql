-- Owner: the crate `archive`. Who said something, by name, so that a search finds people whose name is mistyped; what
-- the operator turned on and a server turned off again; messages that were passed on; votes.

create table archive.author (
    guild_id bigint not null,
    author_id bigint not null,
    name text not null
        constraint author_name_length check (char_length(name) between 1 and 100),
    constraint author_key primary key (guild_id, author_id)
);
insert into archive.author (guild_id, author_id, name)
select distinct on (guild_id, author_id) guild_id, author_id, author_name from archive.message
where author_id is not null and author_name is not null
order by guild_id, author_id, id desc;

-- False when the server turned it off: what the operator wants kept is then not kept here.
alter table archive.guild add column is_on boolean not null default true;

-- What somebody passed on says again what another said: found when the words of the other are erased.
create index message_forward on archive.message (guild_id, reply_to) where has @> '{forward}';

-- Votes stand beside the reactions, `vote:` and the number of the answer in the place of the emoji.
create view reporting.poll_votes as
    select guild_id, channel_id, message_id, substr(emoji, 6)::integer as answer_id, user_id
    from archive.reaction where emoji like 'vote:%';
create view reporting.reactions as
    select guild_id, channel_id, message_id, emoji, user_id
    from archive.reaction where emoji not like 'vote:%';
do $$ begin
    grant select on all tables in schema reporting to majordome_reporting;
exception when insufficient_privilege or undefined_object then null;
end $$;
