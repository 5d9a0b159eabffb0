-- Owner: the crate `users`. Members for reporting tools.
create view reporting.members as
    select m.guild_id, m.user_id, u.username as user_name, m.shown as display_name, m.nick, m.is_bot, m.roles,
        m.joined_at, m.left_at, m.told_at
    from users.member m left join users.discord_user u on u.id = m.user_id;

do $$ begin
    grant select on reporting.members to majordome_reporting;
exception when insufficient_privilege or undefined_object then null;
end $$;
