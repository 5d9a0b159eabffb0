//! The members of each guild: `/sync_users` reads them all, `/list_users` shows them.
//!
//! - Members see: who may manage the server, and its staff, `/list_users` (capability `users.read`) and `/sync_users`
//!   (capability `users.sync`).
//! - Tables: `users.discord_user`, what a user is called everywhere; `users.member`, who is or was a member;
//!   `users.sync`, how far the last reading came; `users.listing`, what a list on somebody's screen shows.
//! - Discord: the privileged intent for members. Without it only those are known whom Discord tells of anyway (the bot
//!   and who sits in voice when a session begins), and `/sync_users` says what to switch on.
//!
//! How it works: events keep the table true; what was missed while the bot was away is made good by reading all
//! members, page by page of 1,000 (`sync.rs`). That happens by itself when Discord counts other than the table does
//! (`events.rs`). Each row remembers when Discord told of it, so a page that was asked for before an event
//! does not undo what the event said.
//!
//! What is known of the members of a server that the bot was taken out of is erased 30 days later (`forget.rs`), with the
//! names of those who are in no other.

mod api;
mod events;
mod forget;
pub mod import;
mod list;
mod model;
mod store;
mod sync;
mod text;

use std::time::Duration;

use database::UserId;
use feature::{
    Browsable, Capability, Column, ColumnKind, Feature, Kit, Label, Outcome, Scope, holders,
};
use twilight_cache_inmemory::ResourceType;
use twilight_model::guild::Permissions;

/// How often lists that nobody turns any more are dropped.
const TIDY: Duration = Duration::from_mins(30);
/// The longest that a reading may take in one go; it goes on where it was.
const LONGEST_RUN: Duration = Duration::from_mins(30);

/// Reading who the members are.
pub(crate) const READ: Capability = Capability {
    name: "users.read",
    by_default: Permissions::MANAGE_GUILD,
    staff: true,
};
/// Having all members read from Discord.
pub(crate) const SYNC: Capability = Capability {
    name: "users.sync",
    by_default: Permissions::MANAGE_GUILD,
    staff: true,
};

static MEMBERS: Browsable = Browsable {
    table: "users.member",
    label: Label {
        en: "Members",
        fr: "Membres",
    },
    guild: "guild_id",
    key: &["user_id"],
    columns: &[
        Column::new("user_id", ColumnKind::User, "Member", "Membre"),
        Column::new("shown", ColumnKind::Text, "Name", "Nom"),
        Column::new("joined_at", ColumnKind::Time, "Joined", "Arrivée"),
        Column::new("left_at", ColumnKind::Time, "Left", "Départ"),
        Column::new("roles", ColumnKind::Roles, "Roles", "Rôles"),
        Column::new("nick", ColumnKind::Text, "Nickname", "Pseudo"),
        Column::new("is_bot", ColumnKind::Flag, "Bot", "Bot"),
        Column::new(
            "told_at",
            ColumnKind::Time,
            "Last told",
            "Dernière nouvelle",
        ),
    ],
    capability: &READ,
};

/// The feature.
#[derive(Debug, Default)]
pub struct Users;

impl Feature for Users {
    const NAME: &'static str = "users";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD)
            // To read members Discord asks for the intent alone.
            .needs(Permissions::empty())
            .french(include_str!("../i18n/fr/commands.ftl"))
            .command(list::list_users)
            .component(list::turn)
            .command(sync::sync_users)
            .component(sync::progress)
            .on(events::member_add)
            .on(events::member_update)
            .on(events::member_remove)
            .on(events::guild_create)
            .on_even_off(forget::guild_delete)
            .holders(holders)
            .reconcile(events::reconcile)
            .job_with(
                ::jobs::Options {
                    timeout: LONGEST_RUN,
                    ..::jobs::Options::default()
                },
                sync::run,
            )
            .job(forget::forget)
            .job(list::tidy)
            .schedule(
                ::jobs::Schedule::every(TIDY).expect("half an hour is a pause"),
                &list::Tidy {},
            )
            .routes(api::routes())
            .browse(&MEMBERS);
    }
}

/// Who has a role, for features that work with members.
async fn holders(kit: Kit<Users>, asked: holders::Question) -> Outcome<Vec<UserId>> {
    let mut db = kit.database.acquire().await?;
    Ok(store::holders(&mut db, asked.guild, asked.role, asked.most).await?)
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Users).build() {
            panic!("{clashes}");
        }
    }

    #[test]
    fn every_sentence_is_in_both_languages_and_used() {
        assert_eq!(
            text::WORDS.problems(include_str!("text.rs")),
            Vec::<String>::new()
        );
    }
}
