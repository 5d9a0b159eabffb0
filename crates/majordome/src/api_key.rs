//! `majordome api-key`: keys for the API, from the machine itself.
//!
//! Who may run this has the database at hand, so it is not asked who they are; keys for several servers, or for all,
//! are made here.

use std::fmt::Write as _;

use anyhow::Context as _;
use api::keys::{self, BadKey, Key, NewKey, Token};
use database::Database;
use feature::{Explain as _, Lang};
use jiff::{SignedDuration, Timestamp};
use jobs::Clock;

use crate::{cli::KeyAct, config::Config};

/// Does it, and says what came of it.
pub(crate) async fn act(config: Config, act: KeyAct) -> anyhow::Result<()> {
    let database = Database::open(&config.database).await?;
    let done = with(&database, act).await;
    database.close().await;
    crate::tell(&done?)
}

async fn with(database: &Database, act: KeyAct) -> anyhow::Result<String> {
    let now = Clock::system().now();
    let mut db = database.begin().await?;
    let said = match act {
        KeyAct::Create {
            name,
            scopes,
            guilds,
            channels,
            content,
            deleted,
            days,
        } => {
            let known = crate::features::all().build()?.scopes();
            let new = NewKey {
                name,
                scopes: keys::scopes(&scopes, &known).map_err(|bad| {
                    let known: Vec<String> = known.into_iter().collect();
                    explained(bad)
                        .context(format!("the scopes are: *, *.read, {}", known.join(", ")))
                })?,
                guilds: (!guilds.is_empty()).then_some(guilds),
                channels: (!channels.is_empty()).then_some(channels),
                content,
                deleted,
                by: None,
                expires_at: days.map(|days| now + SignedDuration::from_hours(24 * days)),
            };
            made(&keys::create(&mut db, new, now).await.map_err(explained)?)
        }
        KeyAct::List => list(&keys::list(&mut db, None, now).await.map_err(explained)?),
        KeyAct::Rotate { key, hours } => {
            let overlap = SignedDuration::from_hours(hours);
            let new = keys::rotate(&mut db, None, open_part(&key), None, overlap, now).await;
            made(&new.map_err(explained)?)
        }
        KeyAct::Revoke { key } => {
            let key = keys::revoke(&mut db, None, open_part(&key), now)
                .await
                .map_err(explained)?;
            format!("{} (mj_{}…) no longer works.\n", key.is.name, key.prefix)
        }
    };
    db.commit().await.context("the change can not be kept")?;
    Ok(said)
}

fn open_part(typed: &str) -> &str {
    typed
        .strip_prefix("mj_")
        .unwrap_or(typed)
        .trim_end_matches('…')
}

/// The sentence that a member would read, where there is one.
fn explained(bad: BadKey) -> anyhow::Error {
    match bad.explain(Lang::En) {
        Some(said) => anyhow::anyhow!(said),
        None => bad.into(),
    }
}

fn made((key, token): &(Key, Token)) -> String {
    format!(
        "{}\n\nThis is {}; it is never shown again. It may {}.\n",
        token.reveal(),
        key.is.name,
        scopes(key)
    )
}

fn scopes(key: &Key) -> String {
    let scopes: Vec<&str> = key.is.scopes.iter().map(String::as_str).collect();
    scopes.join(", ")
}

fn list(keys: &[Key]) -> String {
    if keys.is_empty() {
        return "There are no keys.\n".to_owned();
    }
    let day = |at: Option<Timestamp>| at.map_or_else(|| "never".to_owned(), |at| at.to_string());
    let mut text = String::new();
    for key in keys {
        let guilds = key.is.guilds.as_ref().map_or_else(
            || "all servers".to_owned(),
            |guilds| {
                guilds
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            },
        );
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "mj_{}…  {}\n    may {}\n    in {guilds}\n    used {}, ends {}",
            key.prefix,
            key.is.name,
            scopes(key),
            day(key.used_at),
            day(key.is.expires_at)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use database::test_support::TestDatabase;

    use super::*;

    fn create(scopes: &str) -> KeyAct {
        KeyAct::Create {
            name: "Power BI".to_owned(),
            scopes: scopes.to_owned(),
            guilds: vec!["1".parse().unwrap(), "2".parse().unwrap()],
            channels: Vec::new(),
            content: false,
            deleted: false,
            days: Some(30),
        }
    }

    #[tokio::test]
    async fn keys_are_made_listed_replaced_and_revoked() {
        let database = TestDatabase::create().await;
        let run = async |act| with(database.database(), act).await;
        assert_eq!(run(KeyAct::List).await.unwrap(), "There are no keys.\n");
        let made = run(create("*.read, health.read")).await.unwrap();
        let token = made.lines().next().unwrap().to_owned();
        let listed = run(KeyAct::List).await.unwrap();
        assert!(
            listed.contains("Power BI") && listed.contains("in 1, 2") && !listed.contains(&token),
            "{listed}"
        );
        let key = token[3..11].to_owned();
        let replaced = run(KeyAct::Rotate {
            key: key.clone(),
            hours: 1,
        })
        .await
        .unwrap();
        assert_ne!(replaced.lines().next(), Some(token.as_str()));
        run(KeyAct::Revoke {
            key: format!("mj_{key}…"),
        })
        .await
        .unwrap();
        let again = run(KeyAct::Revoke { key }).await.unwrap_err().to_string();
        assert!(again.contains("There is no key"), "{again}");
        let wrong = format!("{:#}", run(create("hubs.raed")).await.unwrap_err());
        assert!(
            wrong.contains("hubs.raed") && wrong.contains("health.read"),
            "{wrong}"
        );
    }
}
