//! What changed between two audits. Pure.
//!
//! Objects are told apart by id, compared field by field as they stand in the file. A place in a list counts as
//! changed only for those that moved among the others: one new role at the bottom moves no role, though it changes
//! the position of all.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use twilight_model::guild::Permissions;

use super::model::{Audit, Bits, Key, Overwrite};

/// A part of an audit.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Section {
    Server,
    Category,
    Channel,
    Role,
    Thread,
    Emoji,
    Sticker,
    Webhook,
    Integration,
    AutoMod,
    Event,
    Bot,
}

/// What happened to an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    Added,
    Removed,
    Changed(Vec<FieldChange>),
}

/// A field of an object that is there before and after.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FieldChange {
    /// It moved among the others of its kind.
    Moved,
    /// Permissions of a role or a bot.
    Permissions { added: Bits, removed: Bits },
    /// What a channel allows and denies a role or a member; `None` where there is no overwrite.
    Overwrite {
        target: Key,
        kind: u8,
        before: Option<(Bits, Bits)>,
        after: Option<(Bits, Bits)>,
    },
    /// Anything else.
    Value {
        field: String,
        before: Value,
        after: Value,
    },
}

/// A change of one object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) section: Section,
    pub(crate) key: Key,
    /// Its name, the newer one where there are two.
    pub(crate) name: String,
    pub(crate) what: What,
}

/// An object, ready to be compared.
#[derive(Debug, Default)]
struct Item {
    name: String,
    fields: BTreeMap<String, Value>,
    permissions: Option<Bits>,
    overwrites: BTreeMap<(u8, Key), (Bits, Bits)>,
    position: i64,
}

/// Fields that are compared in another way, follow from others, or change by themselves.
const PASSED_OVER: [&str; 8] = [
    "id",
    "id_str",
    "position",
    "overwrites",
    "channels",
    "members",
    "permissions",
    "guild_id",
];

impl Item {
    fn of(object: &impl Serialize, permissions: Option<Bits>, overwrites: &[Overwrite]) -> Self {
        let mut item = Self {
            permissions,
            overwrites: overwrites
                .iter()
                .map(|one| ((one.kind, one.key), (one.allow, one.deny)))
                .collect(),
            ..Self::default()
        };
        // All of them are plain structures: they become objects.
        if let Ok(Value::Object(fields)) = serde_json::to_value(object) {
            item.position = fields.get("position").and_then(Value::as_i64).unwrap_or(0);
            if let Some(Value::String(name)) = fields.get("name") {
                item.name.clone_from(name);
            }
            item.fields = fields
                .into_iter()
                .filter(|(name, _)| !PASSED_OVER.contains(&name.as_str()))
                .collect();
        }
        item
    }
}

type Items = BTreeMap<Key, Item>;

fn plain<T: Serialize>(objects: Option<&Vec<T>>, key: impl Fn(&T) -> Key) -> Option<Items> {
    objects.map(|objects| {
        let items = objects.iter();
        items
            .map(|object| (key(object), Item::of(object, None, &[])))
            .collect()
    })
}

/// The objects of each section; `None` for one that was not read.
fn sections(audit: &Audit) -> [(Section, Option<Items>); 12] {
    let server = audit.server.as_ref().map(|server| {
        let mut item = Item::of(server, None, &[]);
        item.name.clone_from(&audit.guild_name);
        item.fields
            .insert("name".to_owned(), audit.guild_name.as_str().into());
        BTreeMap::from([(audit.key, item)])
    });
    let categories = audit.categories.iter();
    let categories = categories.map(|one| (one.key, Item::of(one, None, &one.overwrites)));
    let channels = audit.all_channels();
    let channels = channels.map(|one| (one.key, Item::of(one, None, &one.overwrites)));
    let roles = audit.roles.iter();
    let roles = roles.map(|one| (one.key, Item::of(one, Some(one.permissions), &[])));
    let permissions: BTreeMap<u64, Permissions> = audit
        .roles
        .iter()
        .map(|role| (role.key.0, role.permissions.0))
        .collect();
    let bots = audit.bots.as_ref().map(|bots| {
        let bots = bots.iter();
        bots.map(|one| {
            // What @everyone gained, every bot gained: it is told once.
            let own = one.roles.as_ref().map(|roles| {
                let of_roles = roles.iter().filter_map(|role| permissions.get(&role.0));
                Bits(of_roles.copied().collect())
            });
            (one.key, Item::of(one, own, &[]))
        })
        .collect()
    });
    [
        (Section::Server, server),
        (Section::Category, Some(categories.collect())),
        (Section::Channel, Some(channels.collect())),
        (Section::Role, Some(roles.collect())),
        (
            Section::Thread,
            plain(audit.threads.as_ref(), |one| one.key),
        ),
        (Section::Emoji, plain(audit.emoji.as_ref(), |one| one.key)),
        (
            Section::Sticker,
            plain(audit.stickers.as_ref(), |one| one.key),
        ),
        (
            Section::Webhook,
            plain(audit.webhooks.as_ref(), |one| one.key),
        ),
        (
            Section::Integration,
            plain(audit.integrations.as_ref(), |one| one.key),
        ),
        (
            Section::AutoMod,
            plain(audit.automod_rules.as_ref(), |one| one.key),
        ),
        (
            Section::Event,
            plain(audit.scheduled_events.as_ref(), |one| one.key),
        ),
        (Section::Bot, bots),
    ]
}

/// What changed from `before` to `after`, by section and id. Sections that one of them did not read are passed over.
pub(crate) fn diff(before: &Audit, after: &Audit) -> Vec<Change> {
    let mut changes = Vec::new();
    for ((section, before), (_, after)) in sections(before).into_iter().zip(sections(after)) {
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        let moved = match section {
            // Channels are in an order within their category, and a new category is told already.
            Section::Channel => moved_channels(&before, &after),
            _ => moved(before.iter(), after.iter()),
        };
        let keys: BTreeSet<Key> = before.keys().chain(after.keys()).copied().collect();
        for key in keys {
            let (name, what) = match (before.get(&key), after.get(&key)) {
                (None, Some(new)) => (&new.name, What::Added),
                (Some(old), None) => (&old.name, What::Removed),
                (Some(old), Some(new)) => {
                    let mut fields = changed(old, new);
                    if moved.contains(&key) {
                        fields.push(FieldChange::Moved);
                    }
                    if fields.is_empty() {
                        continue;
                    }
                    (&new.name, What::Changed(fields))
                }
                (None, None) => continue,
            };
            let name = name.clone();
            changes.push(Change {
                section,
                key,
                name,
                what,
            });
        }
    }
    changes
}

fn changed(old: &Item, new: &Item) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    // A field that only one of them knows is of another version of the file.
    for (field, after) in &new.fields {
        if let Some(before) = old.fields.get(field).filter(|before| *before != after) {
            changes.push(FieldChange::Value {
                field: field.clone(),
                before: before.clone(),
                after: after.clone(),
            });
        }
    }
    if let (Some(before), Some(after)) = (old.permissions, new.permissions)
        && before != after
    {
        changes.push(FieldChange::Permissions {
            added: Bits(after.0 - before.0),
            removed: Bits(before.0 - after.0),
        });
    }
    let targets: BTreeSet<_> = old.overwrites.keys().chain(new.overwrites.keys()).collect();
    for (kind, target) in targets {
        let key = (*kind, *target);
        let (before, after) = (old.overwrites.get(&key), new.overwrites.get(&key));
        if before != after {
            changes.push(FieldChange::Overwrite {
                target: *target,
                kind: *kind,
                before: before.copied(),
                after: after.copied(),
            });
        }
    }
    changes
}

fn moved_channels(before: &Items, after: &Items) -> BTreeSet<Key> {
    let parent = |item: &Item| item.fields.get("parent_id").map(Value::to_string);
    let homes: BTreeSet<_> = after.values().map(parent).collect();
    homes
        .into_iter()
        .flat_map(|home| {
            let here = |(_, item): &(&Key, &Item)| parent(item) == home;
            moved(before.iter().filter(here), after.iter().filter(here))
        })
        .collect()
}

/// The fewest that must have moved so that the order of those in both lists became what it is.
fn moved<'a>(
    before: impl Iterator<Item = (&'a Key, &'a Item)>,
    after: impl Iterator<Item = (&'a Key, &'a Item)>,
) -> BTreeSet<Key> {
    let order = |items: Vec<(&'a Key, &'a Item)>| -> Vec<Key> {
        let mut items: Vec<_> = items
            .into_iter()
            .map(|(key, item)| (item.position, *key))
            .collect();
        items.sort_unstable();
        items.into_iter().map(|(_, key)| key).collect()
    };
    let (before, after) = (order(before.collect()), order(after.collect()));
    let places: BTreeMap<Key, usize> = after.into_iter().zip(0..).collect();
    let common: Vec<(Key, usize)> = before
        .into_iter()
        .filter_map(|key| Some((key, *places.get(&key)?)))
        .collect();
    let stayed = longest_rise(&common);
    common
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| !stayed.contains(key))
        .collect()
}

/// The keys of a longest rising subsequence.
fn longest_rise(sequence: &[(Key, usize)]) -> BTreeSet<Key> {
    // For each length, where the rise of that length with the lowest end ends; and for each place, where its rise
    // was before.
    let mut ends: Vec<usize> = Vec::new();
    let mut earlier: Vec<Option<usize>> = Vec::with_capacity(sequence.len());
    for (index, (_, value)) in sequence.iter().enumerate() {
        let length = ends.partition_point(|end| sequence[*end].1 < *value);
        earlier.push(length.checked_sub(1).map(|length| ends[length]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut rise = BTreeSet::new();
    let mut next = ends.last().copied();
    while let Some(index) = next {
        rise.insert(sequence[index].0);
        next = earlier[index];
    }
    rise
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{model::Role, tests::audits},
        *,
    };

    fn role(id: u64, position: i64) -> Role {
        let role = serde_json::json!({"id": id, "name": format!("r{id}"), "position": position});
        serde_json::from_value(role).unwrap()
    }

    fn with_roles(roles: Vec<Role>) -> Audit {
        Audit {
            key: Key(1),
            roles,
            ..Audit::default()
        }
    }

    #[test]
    fn a_new_role_at_the_bottom_moves_nobody_and_one_that_jumps_moves_alone() {
        let before = with_roles((1..=5).map(|id| role(id, id.cast_signed())).collect());
        let mut after = with_roles((1..=5).map(|id| role(id, id.cast_signed() + 1)).collect());
        after.roles.push(role(9, 1));
        let changes = diff(&before, &after);
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!((changes[0].key, &changes[0].what), (Key(9), &What::Added));
        let mut jumped = before.clone();
        jumped.roles[0].position = 100;
        jumped.roles[1].permissions = Bits(Permissions::BAN_MEMBERS);
        let changes = diff(&before, &jumped);
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert_eq!(changes[0].what, What::Changed(vec![FieldChange::Moved]));
    }

    #[test]
    fn a_section_that_one_of_them_did_not_read_is_passed_over() {
        let mut after = with_roles(vec![]);
        after.emoji = Some(vec![
            serde_json::from_value(serde_json::json!({"id": "4", "name": "a"})).unwrap(),
        ]);
        assert_eq!(diff(&with_roles(vec![]), &after), vec![]);
    }

    proptest! {
        #[test]
        fn an_audit_does_not_differ_from_itself(audit in audits()) {
            prop_assert_eq!(diff(&audit, &audit), vec![]);
            let written = serde_json::to_string(&audit).unwrap();
            let read: Audit = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(diff(&audit, &read), vec![]);
        }

        #[test]
        fn what_was_added_one_way_was_removed_the_other(one in audits(), other in audits()) {
            let there = diff(&one, &other);
            let back = diff(&other, &one);
            let of = |changes: &[Change], what: &What| -> BTreeSet<(Section, Key)> {
                changes.iter().filter(|change| change.what == *what).map(|change| (change.section, change.key)).collect()
            };
            prop_assert_eq!(of(&there, &What::Added), of(&back, &What::Removed));
            prop_assert_eq!(of(&there, &What::Removed), of(&back, &What::Added));
            let values = |changes: &[Change]| -> usize {
                let fields = changes.iter().filter_map(|change| match &change.what {
                    What::Changed(fields) => Some(fields),
                    _ => None,
                });
                fields.flatten().filter(|field| !matches!(field, FieldChange::Moved)).count()
            };
            prop_assert_eq!(values(&there), values(&back));
        }

        #[test]
        fn no_fewer_can_have_moved(order in Just((0usize..7).collect::<Vec<_>>()).prop_shuffle()) {
            let sequence: Vec<(Key, usize)> = order.iter().zip(1..).map(|(place, id)| (Key(id), *place)).collect();
            let rise = longest_rise(&sequence);
            let kept: Vec<usize> = sequence.iter().filter(|(key, _)| rise.contains(key)).map(|(_, place)| *place).collect();
            prop_assert!(kept.is_sorted());
            // By trying all: no longer rise there is.
            let longest = (0u32..1 << sequence.len())
                .map(|picked| {
                    let places: Vec<usize> = (0..sequence.len()).filter(|index| picked & (1 << index) != 0).map(|index| sequence[index].1).collect();
                    if places.is_sorted() { places.len() } else { 0 }
                })
                .max();
            prop_assert_eq!(Some(kept.len()), longest);
        }
    }
}
