//! What people and programs do with groups: the same checks, whichever way they come.

use database::{GuildId, RoleId, UserId};
use feature::{Ctx, Failure, Kit, Outcome};
use jobs::NewJob;
use sqlx::PgConnection;

use crate::{
    Autorole,
    error::Refused,
    hierarchy::Who,
    jobs::Survey,
    model::{GroupId, LONGEST_NAME, MOST_ROLES, PER_SELECT, Rules, Surface},
    own::{self, Ranks},
    panel,
    store::{
        self,
        groups::{By, Edit, Group, Item, NewGroup},
    },
};

/// In whose name something is done, with what they hold: nobody hands out more than they might.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    pub(crate) user: UserId,
    roles: Vec<RoleId>,
}

impl Hand {
    /// Of whoever asks with a command.
    pub(crate) fn of(ctx: &Ctx<Autorole>) -> Self {
        let member = &ctx.scene.member;
        Self {
            user: member.id,
            roles: member.roles.clone(),
        }
    }

    /// Of a member who does not ask themselves, or of the bot.
    pub(crate) async fn look_up(
        kit: &Kit<Autorole>,
        guild: GuildId,
        user: UserId,
    ) -> Outcome<Self> {
        let roles = if user == kit.me.id() {
            kit.me.roles(&kit.discord, guild).await?.to_vec()
        } else {
            let request = kit.discord.http().guild_member(guild.into(), user.into());
            let member = kit.discord.one(request).await?;
            member.roles.into_iter().map(RoleId::from).collect()
        };
        Ok(Self { user, roles })
    }

    pub(crate) fn who(&self) -> Who<'_> {
        Who {
            user: self.user,
            roles: &self.roles,
        }
    }

    /// Refuses a role that the bot can not hand out, or that this member must not have it hand out.
    pub(crate) fn check(&self, ranks: &Ranks, item: &Item) -> Result<(), Refused> {
        let problem = ranks
            .roles
            .problem_for(self.who(), item.role, &ranks.bot, item.approved);
        match problem {
            None => Ok(()),
            Some(problem) => Err(Refused::BadRole {
                role: item.role,
                problem,
            }),
        }
    }
}

/// A group that somebody wants.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) message: &'a str,
    pub(crate) rules: Rules,
    pub(crate) items: Vec<Item>,
}

/// Makes a group; its number.
///
/// # Errors
///
/// Says what is wrong with its name, or which role can not be handed out; nothing is stored then.
pub(crate) async fn create(
    kit: &Kit<Autorole>,
    guild: GuildId,
    hand: &Hand,
    wanted: Wanted<'_>,
) -> Outcome<GroupId> {
    let name = check_name(wanted.name)?;
    if wanted.items.len() > MOST_ROLES {
        return Err(Refused::TooManyRoles(wanted.items.len()).into());
    }
    let ranks = own::ranks(kit, guild).await?;
    for item in &wanted.items {
        hand.check(&ranks, item)?;
    }
    let new = NewGroup {
        name,
        message: wanted.message,
        rules: wanted.rules,
        legacy_id: None,
    };
    let now = kit.clock.now();
    let mut transaction = kit.database.begin().await?;
    let made = store::groups::create(&mut transaction, guild, &new, hand.user, now).await?;
    let group = made.ok_or_else(|| Refused::NameTaken(name.to_owned()))?;
    store::groups::put_items(&mut transaction, guild, group, &wanted.items).await?;
    transaction.commit().await?;
    Ok(group)
}

/// A name of 1 to 60 characters.
pub(crate) fn check_name(name: &str) -> Result<&str, Refused> {
    let name = name.trim();
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) {
        Ok(name)
    } else {
        Err(Refused::NameLength(length))
    }
}

/// Changes a group under its lock, and has its message follow.
pub(crate) async fn change(
    kit: &Kit<Autorole>,
    guild: GuildId,
    group: GroupId,
    by: UserId,
    change: impl FnOnce(&mut Group) -> Result<(), Refused> + Send,
) -> Outcome<()> {
    let mut transaction = kit.database.begin().await?;
    let mut found = locked(&mut transaction, guild, group).await?;
    change(&mut found)?;
    let roles = found.items.len();
    if found.surface == Surface::Buttons && roles > PER_SELECT {
        return Err(Refused::TooManyButtons(roles).into());
    }
    let written = Edit {
        name: check_name(&found.name)?,
        message: &found.message,
        button_label: &found.button_label,
        button_style: found.button_style,
        surface: found.surface,
        rules: &found.rules,
    };
    let now = kit.clock.now();
    if !store::groups::update(&mut transaction, guild, group, &written, by, now).await? {
        return Err(Refused::NameTaken(found.name).into());
    }
    panel::refresh_soon(kit, &mut transaction, guild, group).await?;
    transaction.commit().await?;
    Ok(())
}

async fn locked(db: &mut PgConnection, guild: GuildId, group: GroupId) -> Outcome<Group> {
    store::groups::lock(db, guild, group).await?;
    let found = store::groups::find(db, guild, By::Id(group)).await?;
    Ok(found.ok_or_else(|| Refused::NoGroup(String::new()))?)
}

/// Writes checked items into a group, as many as it holds, and has its message and its seats follow.
pub(crate) async fn put(
    kit: &Kit<Autorole>,
    guild: GuildId,
    group: GroupId,
    items: &[Item],
) -> Outcome<()> {
    let mut transaction = kit.database.begin().await?;
    let found = locked(&mut transaction, guild, group).await?;
    let new = items.iter().filter(|item| found.item(item.role).is_none());
    let count = found.items.len() + new.count();
    if count > MOST_ROLES {
        return Err(Refused::TooManyRoles(count).into());
    }
    if found.surface == Surface::Buttons && count > PER_SELECT {
        return Err(Refused::TooManyButtons(count).into());
    }
    store::groups::put_items(&mut transaction, guild, group, items).await?;
    changed(kit, &mut transaction, guild, group).await?;
    transaction.commit().await?;
    Ok(())
}

/// Takes a role out of a group.
pub(crate) async fn remove(
    kit: &Kit<Autorole>,
    guild: GuildId,
    group: GroupId,
    role: RoleId,
) -> Outcome<()> {
    let mut transaction = kit.database.begin().await?;
    store::groups::lock(&mut transaction, guild, group).await?;
    if !store::groups::remove_item(&mut transaction, guild, group, role).await? {
        return Err(Refused::NotInGroup(role).into());
    }
    changed(kit, &mut transaction, guild, group).await?;
    transaction.commit().await?;
    Ok(())
}

/// Moves a role to a place of its group, from 1; behind the last is the last.
pub(crate) async fn reorder(
    kit: &Kit<Autorole>,
    guild: GuildId,
    group: GroupId,
    role: RoleId,
    place: i64,
) -> Outcome<()> {
    let mut transaction = kit.database.begin().await?;
    let found = locked(&mut transaction, guild, group).await?;
    let items = found.items.iter().map(|item| item.role);
    let mut order: Vec<RoleId> = items.filter(|other| *other != role).collect();
    let place = usize::try_from(place).unwrap_or(1);
    order.insert(place.clamp(1, order.len() + 1) - 1, role);
    store::groups::order_items(&mut transaction, guild, group, &order).await?;
    changed(kit, &mut transaction, guild, group).await?;
    transaction.commit().await?;
    Ok(())
}

/// What follows from a change of a group's items: its message, and the seats.
pub(crate) async fn changed(
    kit: &Kit<Autorole>,
    db: &mut PgConnection,
    guild: GuildId,
    group: GroupId,
) -> Outcome<()> {
    panel::refresh_soon(kit, db, guild, group).await?;
    if store::seats::sync_roles(db, guild).await? {
        let job = NewJob::new(&Survey { guild })
            .map_err(Failure::fault)?
            .key(guild.to_string());
        kit.jobs.enqueue(db, job).await?;
    }
    Ok(())
}

/// Removes a group and its menu; members keep their roles.
pub(crate) async fn delete(kit: &Kit<Autorole>, group: &Group) -> Outcome<()> {
    // The menu first: a group without a menu can be removed again, a menu without a group can not.
    panel::take_down(kit, group).await?;
    let mut transaction = kit.database.begin().await?;
    store::groups::delete(&mut transaction, group.guild, group.id).await?;
    store::seats::sync_roles(&mut transaction, group.guild).await?;
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_to_sixty_characters() {
        assert_eq!(check_name("  Couleurs ").unwrap(), "Couleurs");
        assert!(check_name("é".repeat(60).as_str()).is_ok());
        assert!(matches!(check_name(" "), Err(Refused::NameLength(0))));
        assert!(matches!(
            check_name("x".repeat(61).as_str()),
            Err(Refused::NameLength(61))
        ));
    }
}
