//! `/audit`: how a server is set up, as a file, with what is dangerous or left over, and what changed since.
//!
//! - [`collect`] reads Discord, [`model`] is what stands in the file, [`findings`] and [`diff`] are pure,
//!   [`store`] keeps the newest audits, [`file`](mod@file) writes and reads files.
//! - Every use takes an audit. It is kept under a number of its own if anything changed since the newest that is
//!   kept; the [`store::KEPT`] newest of a server are kept.
//! - Nothing is written to the disk: the file goes to the member alone.

pub(crate) mod api;
mod collect;
pub(crate) mod diff;
mod file;
pub(crate) mod findings;
pub(crate) mod model;
pub(crate) mod store;

use database::{GuildId, UserId};
use feature::{
    Access, Capability, Choice, ChoiceValue, Ctx, Explain, Failure, Kit, Lang, Outcome, Reply,
    SlashCommand, Typing,
};
use twilight_interactions::command::{AutocompleteValue, CommandModel, CreateCommand};
use twilight_model::{channel::Attachment, guild::Permissions};

pub(crate) use self::collect::PEOPLE;
use self::{
    diff::Change,
    model::Audit,
    store::{Kept, Snapshot},
};
use crate::{Admin, text};

/// Seeing how the server is set up, hidden channels among it.
pub(crate) const READ: Capability = Capability {
    name: "audit.read",
    by_default: Permissions::MANAGE_GUILD,
    staff: false,
};

/// See how this server is set up, what is dangerous in it, and what changed
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "audit")]
pub(crate) struct Command {
    /// Which earlier audit to compare with
    #[command(autocomplete = true, min_value = 1, max_value = 2_147_483_647)]
    compare: Option<i64>,
    /// An audit file to compare with
    file: Option<Attachment>,
}

impl SlashCommand for Command {
    const ACCESS: Access = Access::needs(&READ);
    const SHOWN_TO: Permissions = Permissions::MANAGE_GUILD;
}

/// `/audit` while its option is typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct CommandTyping {
    compare: AutocompleteValue<i64>,
}

impl Typing for CommandTyping {
    const COMMAND: &'static str = "audit";
}

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
enum NothingToCompare {
    #[error("both an audit and a file are named")]
    TwoNamed,
    #[error("no audit {asked}")]
    NotKept { asked: i64, kept: Vec<i32> },
}

impl Explain for NothingToCompare {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::TwoNamed => text::audit::two_named(lang),
            Self::NotKept { asked, kept } => text::audit::not_kept(lang, *asked, kept, store::KEPT),
        })
    }
}

/// What an audit is compared with.
#[derive(Debug)]
pub(crate) enum Earlier {
    Kept(Snapshot),
    File(Option<jiff::Timestamp>),
}

/// What is shown of an audit.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) audit: &'a Audit,
    pub(crate) findings: &'a [findings::Finding],
    pub(crate) kept: Kept,
    pub(crate) compared: Option<(Earlier, Vec<Change>)>,
    /// Whether the file could be sent.
    pub(crate) has_file: bool,
}

pub(crate) async fn audit(ctx: Ctx<Admin>, command: Command) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    // First, so that a typing error costs no calls.
    let earlier = earlier(&ctx, guild, &command).await?;
    let Taken {
        audit,
        findings,
        kept,
    } = take(&ctx, guild, ctx.user()).await?;
    let number = kept.number();
    let name = format!("audit-{guild}-{number}");
    let file = file::write(&audit, &findings, &name, ctx.scene.attachment_limit)
        .map_err(Failure::fault)?;
    let compared = earlier.map(|(earlier, before)| (earlier, diff::diff(&before, &audit)));
    let card = text::audit::card(
        ctx.lang(),
        &Shown {
            audit: &audit,
            findings: &findings,
            kept,
            compared,
            has_file: file.is_some(),
        },
    );
    Ok(Reply::card(match file {
        Some((name, bytes)) => card.file(name, bytes),
        None => card,
    }))
}

/// An audit that was just taken.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) audit: Audit,
    pub(crate) findings: Vec<findings::Finding>,
    pub(crate) kept: Kept,
}

/// Takes an audit, and keeps it unless nothing changed since the newest.
pub(crate) async fn take(kit: &Kit<Admin>, guild: GuildId, by: UserId) -> Outcome<Taken> {
    let audit = collect::collect(kit, guild).await?;
    let mut transaction = kit.database.begin().await?;
    let kept = store::keep(&mut transaction, guild, by, &audit, kit.clock.now()).await?;
    transaction.commit().await?;
    let findings = findings::findings(&audit, kit.me.id().get());
    Ok(Taken {
        audit,
        findings,
        kept,
    })
}

async fn earlier(
    ctx: &Ctx<Admin>,
    guild: GuildId,
    command: &Command,
) -> Outcome<Option<(Earlier, Audit)>> {
    match (command.compare, &command.file) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(NothingToCompare::TwoNamed.into()),
        (None, Some(file)) => {
            let bytes = ctx.discord.file(&file.url, file::LARGEST).await?;
            let audit = file::read(&bytes, guild.get())?;
            Ok(Some((Earlier::File(audit.taken_at), audit)))
        }
        (Some(asked), None) => {
            let mut connection = ctx.database.acquire().await?;
            let found = match i32::try_from(asked) {
                Ok(number) => store::snapshot(&mut connection, guild, number).await?,
                Err(_) => None,
            };
            if let Some((snapshot, audit)) = found {
                return Ok(Some((Earlier::Kept(snapshot), audit)));
            }
            let kept = store::snapshots(&mut connection, guild).await?;
            let kept = kept.into_iter().map(|snapshot| snapshot.number).collect();
            Err(NothingToCompare::NotKept { asked, kept }.into())
        }
    }
}

pub(crate) async fn typing(ctx: Ctx<Admin>, typing: CommandTyping) -> Outcome<Reply> {
    let typed = match typing.compare {
        AutocompleteValue::Focused(typed) => typed,
        _ => String::new(),
    };
    let typed = typed.trim().trim_start_matches('#').to_owned();
    let guild = ctx.guild_id()?;
    let mut connection = ctx.database.acquire().await?;
    let snapshots = store::snapshots(&mut connection, guild).await?;
    let matching = snapshots
        .into_iter()
        .filter(|snapshot| snapshot.number.to_string().starts_with(&typed));
    Ok(Reply::choices(matching.map(|snapshot| {
        let at = snapshot.taken_at.to_zoned(ctx.scene.zone.clone());
        Choice {
            name: text::audit::choice(ctx.lang(), snapshot.number, &at),
            value: ChoiceValue::Integer(snapshot.number.into()),
        }
    })))
}

#[cfg(test)]
mod tests {
    //! Audits for property tests.

    use proptest::{
        collection::{btree_map, vec},
        option,
        prelude::*,
    };
    use serde_json::json;
    use twilight_model::guild::Permissions;

    use super::model::*;

    fn bits() -> impl Strategy<Value = Bits> {
        let some = [
            Permissions::empty(),
            Permissions::ADMINISTRATOR,
            Permissions::VIEW_CHANNEL,
            Permissions::BAN_MEMBERS,
            Permissions::MENTION_EVERYONE | Permissions::SEND_MESSAGES,
        ];
        prop::sample::select(some.to_vec()).prop_map(Bits)
    }

    fn overwrites() -> impl Strategy<Value = Vec<Overwrite>> {
        btree_map(
            1u64..12,
            (0u8..2, bits(), bits(), option::of(any::<bool>())),
            0..3,
        )
        .prop_map(|all| {
            let all = all.into_iter();
            all.map(|(id, (kind, allow, deny, target_exists))| Overwrite {
                key: Key(id),
                kind,
                allow,
                deny,
                target_exists,
            })
            .collect()
        })
    }

    fn channels() -> impl Strategy<Value = Vec<Channel>> {
        let one = (
            prop::sample::select(vec![0u8, 2, 4]),
            0i64..9,
            option::of(100u64..108),
            "[a-c]{1,2}",
            overwrites(),
        );
        btree_map(100u64..120, one, 0..9).prop_map(|all| {
            let all = all.into_iter();
            all.map(|(id, (kind, position, parent, name, overwrites))| Channel {
                parent_id: parent.map(Ref),
                overwrites,
                ..serde_json::from_value(
                    json!({"id": id, "type": kind, "position": position, "name": name}),
                )
                .unwrap()
            })
            .collect()
        })
    }

    fn roles() -> impl Strategy<Value = Vec<Role>> {
        let one = (
            0i64..9,
            bits(),
            any::<bool>(),
            option::of(0u64..3),
            option::of(1u64..8),
            "[a-c]{1,2}",
        );
        btree_map(1u64..12, one, 0..8).prop_map(|all| {
            let all = all.into_iter();
            all.map(
                |(id, (position, permissions, managed, members, bot, name))| Role {
                    permissions,
                    managed,
                    members,
                    tags: Tags {
                        bot_id: bot.map(Ref),
                        integration_id: None,
                    },
                    ..serde_json::from_value(json!({"id": id, "position": position, "name": name}))
                        .unwrap()
                },
            )
            .collect()
        })
    }

    /// Audits of one server whose objects overlap.
    pub(crate) fn audits() -> impl Strategy<Value = Audit> {
        let bots = btree_map(
            1u64..8,
            (bits(), option::of(vec((1u64..12).prop_map(Ref), 0..3))),
            0..4,
        );
        (channels(), roles(), option::of(bots)).prop_map(|(all, roles, bots)| {
            let (categories, channels) = in_categories(all);
            Audit {
                format: FORMAT,
                guild_name: "Rust FR".to_owned(),
                key: Key(1),
                categories,
                channels,
                roles,
                bots: bots.map(|bots| {
                    let bots = bots.into_iter();
                    bots.map(|(id, (permissions, roles))| Bot {
                        key: Key(id),
                        name: format!("bot{id}"),
                        permissions,
                        roles,
                    })
                    .collect()
                }),
                ..Audit::default()
            }
        })
    }

    proptest! {
        #[test]
        fn every_channel_stands_once_and_no_category_among_channels(all in channels()) {
            let count = all.len();
            let (categories, channels) = in_categories(all);
            let audit = Audit { categories, channels, ..Audit::default() };
            prop_assert_eq!(audit.categories.len() + audit.all_channels().count(), count);
            prop_assert!(audit.all_channels().all(|channel| channel.kind != json!(4)));
        }
    }
}
