-- Owner: the crate `archive`. Whoever counts messages from the view must tell people from bots, and what somebody wrote
-- from what Discord wrote in their name.
create or replace view reporting.messages as
    select id, id as message_id, guild_id, channel_id, author_id as user_id, author_name as user_name,
        coalesce(content, '') as content, archive.made_at(id) as created_at, edited_at, deleted_at, is_bot, kind
    from archive.message;
