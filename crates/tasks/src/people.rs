//! Who is to do a task, as somebody types it or a program names it: members, or one role.

use database::{GuildId, RoleId, UserId};
use feature::{Kit, Outcome, import};

use crate::{Tasks, model::ASSIGNEES, work::Refused};

/// Who was named.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Named {
    pub(crate) users: Vec<UserId>,
    pub(crate) role: Option<RoleId>,
}

/// Reads mentions, with spaces or commas between. Ids alone are none: Discord would be asked about any number.
///
/// # Errors
///
/// Says what is neither, that there are more than a task may have, or that there is more than a role.
pub(crate) fn read(typed: &str) -> Outcome<Named> {
    let mut named = Named::default();
    let words = typed.replace("><", "> <");
    let words = words.split(|at: char| at.is_whitespace() || matches!(at, ',' | ';'));
    for word in words.filter(|word| !word.is_empty()) {
        let unread = || Refused::Unread(word.to_owned());
        let inside = word
            .strip_prefix('<')
            .and_then(|word| word.strip_suffix('>'));
        let id = inside.and_then(|mention| mention.strip_prefix('@'));
        let id = id.ok_or_else(unread)?;
        if let Some(role) = id.strip_prefix('&') {
            if named
                .role
                .replace(role.parse().map_err(|_| unread())?)
                .is_some()
            {
                return Err(Refused::Both.into());
            }
            continue;
        }
        let id = id.strip_prefix('!').unwrap_or(id);
        let user: UserId = id.parse().map_err(|_| unread())?;
        if !named.users.contains(&user) {
            named.users.push(user);
        }
    }
    if named.role.is_some() && !named.users.is_empty() {
        return Err(Refused::Both.into());
    }
    require_count(named.users.len())?;
    Ok(named)
}

/// Refuses more members than a task may have.
pub(crate) fn require_count(count: usize) -> Outcome<()> {
    if count > ASSIGNEES {
        return Err(Refused::Assignees(count).into());
    }
    Ok(())
}

/// Refuses a role that the guild does not have.
pub(crate) fn require_role(kit: &Kit<Tasks>, guild: GuildId, role: Option<RoleId>) -> Outcome<()> {
    let Some(role) = role else { return Ok(()) };
    let known = kit.cache.role(role.into());
    if known.is_some_and(|known| GuildId::from(known.guild_id()) == guild) {
        Ok(())
    } else {
        Err(Refused::Role(role).into())
    }
}

/// Refuses those who are not members, and bots. One call for each, of at most 25.
pub(crate) async fn require_members(
    kit: &Kit<Tasks>,
    guild: GuildId,
    users: &[UserId],
) -> Outcome<()> {
    require_count(users.len())?;
    for user in users {
        match kit.named(guild, *user).await? {
            import::Named::Member(_) => {}
            import::Named::Bot => return Err(Refused::Bot(*user).into()),
            import::Named::Stranger => return Err(Refused::Stranger(*user).into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_read_once_each_or_one_role() {
        let users = |typed: &str| {
            let named = read(typed).ok()?;
            let ids: Vec<u64> = named.users.iter().map(|user| user.get()).collect();
            Some((ids, named.role.map(RoleId::get)))
        };
        assert_eq!(users("<@1><@!2>, <@3>; <@1>"), Some((vec![1, 2, 3], None)));
        assert_eq!(users("<@&9>"), Some((vec![], Some(9))));
        for wrong in [
            "<@&9> <@&8>",
            "<@&9> <@1>",
            "alice",
            "<#1>",
            "<@0>",
            "<@x>",
            "&9",
        ] {
            assert_eq!(users(wrong), None, "{wrong}");
        }
        let many: Vec<String> = (1..=26).map(|id| format!("<@{id}>")).collect();
        assert_eq!(users(&many.join(" ")), None);
    }
}
