//! Taking over the groups of a replaced program, under their old numbers: its posted menus go on answering.

use std::collections::{BTreeMap, BTreeSet};

use database::{GuildId, RoleId};
use feature::legacy::{Imported, has_table, nobody};
use jiff::Timestamp;
use sqlx::PgConnection;
use twilight_model::guild::Permissions;

use crate::{
    model::{LONGEST_NAME, MOST_ROLES, Mode, Rules, Surface},
    store::{
        groups::{self, By, Edit, Item, NewGroup},
        legacy::{self, OldGroup, OldItem},
    },
};

/// The longest label of a button, in characters.
const LONGEST_LABEL: usize = 80;
/// The longest emoji that is stored, in characters.
const LONGEST_EMOJI: usize = 100;

/// Takes over `autorole_group` and `autorole_item` of Vagrolant, read from `from`, in the transaction of `to`. A group
/// that is here already stays as it is, with its roles, so that a second time changes nothing.
///
/// # Errors
///
/// What one of the databases said.
pub async fn vagrolant(
    from: &mut PgConnection,
    to: &mut PgConnection,
    now: Timestamp,
) -> sqlx::Result<Vec<Imported>> {
    let mut taken = Imported::of("autorole_group");
    let mut items = Imported::of("autorole_item");
    for table in ["autorole_group", "autorole_item"] {
        if !has_table(from, table).await? {
            taken.skip(table, "there is no such table");
            return Ok(vec![taken, items]);
        }
    }
    let mut of_group: BTreeMap<i64, Vec<OldItem>> = BTreeMap::new();
    for item in legacy::items(from).await? {
        of_group.entry(item.group_id).or_default().push(item);
    }
    for group in legacy::groups(from).await? {
        let old = of_group.remove(&group.id).unwrap_or_default();
        take_group(to, &group, &old, &mut taken, &mut items, now).await?;
    }
    for (group, left) in of_group {
        items.skip(
            format!("{} roles of group {group}", left.len()),
            "there is no such group",
        );
    }
    Ok(vec![taken, items])
}

async fn take_group(
    to: &mut PgConnection,
    old: &OldGroup,
    old_items: &[OldItem],
    taken: &mut Imported,
    items: &mut Imported,
    now: Timestamp,
) -> sqlx::Result<()> {
    let count = u64::try_from(old_items.len()).unwrap_or(u64::MAX);
    let told = format!("group {} `{}`", old.id, old.name);
    let mut leave = |reason: &str| {
        taken.skip(&told, reason);
        if count > 0 {
            items.skip(
                format!("{count} roles of {told}"),
                "their group is left out",
            );
        }
    };
    let Ok(guild) = old.guild_id.to_string().parse::<GuildId>() else {
        leave("its server is no id of Discord's");
        return Ok(());
    };
    let name = old.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        leave(&format!("a name has 1 to {LONGEST_NAME} characters here"));
        return Ok(());
    }
    if groups::find(to, guild, By::Legacy(old.id)).await?.is_some() {
        taken.known += 1;
        items.known += count;
        return Ok(());
    }
    let new = NewGroup {
        name,
        message: "",
        rules: rules(old),
        legacy_id: Some(old.id),
    };
    let Some(id) = groups::create(to, guild, &new, nobody(), now).await? else {
        leave("a group of this name is here already");
        return Ok(());
    };
    let label: String = old.button_label.chars().take(LONGEST_LABEL).collect();
    let edit = Edit {
        name,
        message: "",
        button_label: &label,
        button_style: style(&old.button_style),
        surface: Surface::Auto,
        rules: &new.rules,
    };
    groups::update(to, guild, id, &edit, nobody(), now).await?;
    taken.added += 1;
    if old.is_posted {
        taken.skip(
            &told,
            "taken over; its posted menu answers as it is, and /autorole link posts one that changes with the group",
        );
    }
    let new_items = take_items(&told, old_items, items);
    groups::put_items(to, guild, id, &new_items).await
}

fn take_items(group: &str, old: &[OldItem], items: &mut Imported) -> Vec<Item> {
    let (mut seen, mut kept) = (BTreeSet::new(), Vec::new());
    for item in old {
        let Ok(role) = item.role_id.to_string().parse::<RoleId>() else {
            items.skip(format!("{} of {group}", item.role_id), "no id of Discord's");
            continue;
        };
        if kept.len() >= MOST_ROLES {
            items.skip(
                format!("{role} of {group}"),
                format!("a group has at most {MOST_ROLES} roles here"),
            );
        } else if !seen.insert(role) {
            items.skip(format!("{role} of {group}"), "the group has it twice");
        } else {
            items.added += 1;
            let emoji = item
                .emoji
                .clone()
                .filter(|emoji| !emoji.is_empty() && emoji.chars().count() <= LONGEST_EMOJI);
            kept.push(Item {
                role,
                emoji,
                label: String::new(),
                description: String::new(),
                seats: None,
                // Who took such a role before agreed to nothing here: the owner is asked when it matters.
                approved: Permissions::empty(),
                is_broken: false,
            });
        }
    }
    kept
}

fn rules(old: &OldGroup) -> Rules {
    let max = u16::try_from(old.max).ok().filter(|max| *max > 0);
    let (mode, max) = match (old.multi, max) {
        (false, _) => (Mode::Single, None),
        (true, None) => (Mode::Free, None),
        (true, Some(max)) => (Mode::Multiple, Some(max)),
    };
    Rules {
        mode,
        max,
        quiet: !old.feedback,
        ..Rules::default()
    }
}

/// Discord's number of a button's style, which may be written as a word.
fn style(written: &str) -> i16 {
    match written.to_lowercase().as_str() {
        "1" | "primary" | "blurple" => 1,
        "3" | "success" | "green" => 3,
        "4" | "danger" | "red" => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_rules_become_ours() {
        let old = |multi, max| {
            rules(&OldGroup {
                id: 1,
                guild_id: 1,
                name: String::new(),
                multi,
                max,
                feedback: false,
                button_label: String::new(),
                button_style: String::new(),
                is_posted: false,
            })
        };
        assert_eq!(old(false, 3).most(), Some(1));
        assert_eq!(old(true, 0).most(), None);
        assert_eq!(old(true, 3).most(), Some(3));
        assert!(old(true, 0).quiet);
        assert_eq!([style("Success"), style("4"), style("")], [3, 4, 2]);
    }
}
