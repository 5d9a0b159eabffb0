//! What people and programs do with webhooks: the same checks, whichever way they come.

use std::collections::BTreeSet;

use database::{GuildId, UserId};
use feature::{
    Explain, Kit, Lang, Outcome,
    erasure::{Erased, Person},
};
use outgoing::Address;

use crate::{
    Webhooks,
    model::{self, Hook, NAME, OVERLAP, Trouble, Why},
    sign::{Key, Scheme, Told},
    store, text,
};

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("no such webhook")]
    Unknown(String),
    #[error("an address that can not be called: {0}")]
    Url(Trouble),
    #[error("nothing of that kind happens")]
    Kind(String),
    #[error("a name of {0} characters")]
    Name(usize),
    #[error("too many webhooks")]
    TooMany,
    #[error("the webhook is stopped")]
    Stopped(i32),
    #[error("no such delivery")]
    NoDelivery,
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::refused(lang, self))
    }
}

/// A name as it is kept; the host of the address where none was given.
pub(crate) fn name(typed: Option<&str>, host: Option<&str>) -> Outcome<String> {
    let typed = typed.map(|typed| typed.trim().replace('\0', ""));
    let name = typed.filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| feature::card::cut(host.unwrap_or("webhook"), NAME));
    match name.chars().count() {
        1..=NAME => Ok(name),
        length => Err(Refused::Name(length).into()),
    }
}

/// An address that may be called.
pub(crate) fn url(typed: &str) -> Outcome<Address> {
    Ok(Address::parse(typed).map_err(|bad| Refused::Url(bad.into()))?)
}

/// Kinds out of what somebody typed.
pub(crate) fn kinds(kit: &Kit<Webhooks>, typed: &str) -> Outcome<Vec<String>> {
    let known: BTreeSet<&str> = kit.catalogue.happenings().map(|one| one.kind).collect();
    Ok(model::kinds(typed, &known).map_err(Refused::Kind)?)
}

/// Makes a webhook. What checks its signatures is told here; a secret is told nowhere else.
///
/// # Errors
///
/// Says what is wrong with the address, the kinds or the name; nothing is stored then.
pub(crate) async fn add(
    kit: &Kit<Webhooks>,
    guild: GuildId,
    by: UserId,
    url: &str,
    kinds: &[String],
    called: Option<&str>,
    scheme: Scheme,
) -> Outcome<(Hook, Told)> {
    let url = self::url(url)?;
    let name = name(called, Some(url.host()))?;
    let key = Key::new(scheme)?;
    let new = store::New {
        name: &name,
        url: url.as_str(),
        kinds,
        key: &key,
        by,
    };
    let mut db = kit.database.begin().await?;
    let made = store::add_hook(&mut db, guild, &new, kit.clock.now()).await?;
    db.commit().await?;
    Ok((made.ok_or(Refused::TooMany)?, key.told()))
}

/// Changes a webhook; `None` leaves a value.
///
/// # Errors
///
/// As [`add`], and where there is none.
pub(crate) async fn change(
    kit: &Kit<Webhooks>,
    guild: GuildId,
    number: i32,
    url: Option<&str>,
    kinds: Option<&[String]>,
    called: Option<&str>,
) -> Outcome<()> {
    let url = url.map(self::url).transpose()?;
    // Without a word of its own a webhook is called after its host when it is made; a name that is there is not emptied.
    if called.is_some_and(|called| called.trim().is_empty()) {
        return Err(Refused::Name(0).into());
    }
    let called = called.map(|called| name(Some(called), None)).transpose()?;
    let mut db = kit.database.acquire().await?;
    let url = url.as_ref().map(Address::as_str);
    if store::edit(&mut db, guild, number, called.as_deref(), url, kinds).await? {
        Ok(())
    } else {
        Err(unknown(number))
    }
}

/// A webhook.
///
/// # Errors
///
/// Says that there is none.
pub(crate) async fn find(kit: &Kit<Webhooks>, guild: GuildId, number: i32) -> Outcome<Hook> {
    let mut db = kit.database.acquire().await?;
    let found = store::one(&mut db, guild, number).await?;
    found.ok_or_else(|| unknown(number))
}

fn unknown(number: i32) -> feature::Failure {
    Refused::Unknown(number.to_string()).into()
}

/// Stops a webhook, or has it go on. What waited for one that is stopped is dropped.
///
/// # Errors
///
/// Says that there is none.
pub(crate) async fn pause(
    kit: &Kit<Webhooks>,
    guild: GuildId,
    number: i32,
    is_paused: bool,
) -> Outcome<()> {
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    let changed = store::stop(
        &mut db,
        guild,
        number,
        is_paused.then_some((now, Why::Hand)),
    )
    .await?;
    if changed && is_paused {
        store::drop_waiting(&mut db, guild, number, now).await?;
    }
    if !changed && store::one(&mut db, guild, number).await?.is_none() {
        return Err(unknown(number));
    }
    db.commit().await?;
    Ok(())
}

/// Replaces the key of a webhook by one of the same kind; the old one signs too for a day.
///
/// # Errors
///
/// Says that there is none.
pub(crate) async fn rotate(kit: &Kit<Webhooks>, guild: GuildId, number: i32) -> Outcome<Told> {
    let scheme = find(kit, guild, number).await?.scheme();
    renew(kit, guild, number, scheme).await
}

/// Has a webhook signed otherwise; answers what checks that. Nothing where it is signed so already.
///
/// # Errors
///
/// Says that there is none.
pub(crate) async fn sign_by(
    kit: &Kit<Webhooks>,
    guild: GuildId,
    number: i32,
    scheme: Scheme,
) -> Outcome<Option<Told>> {
    if find(kit, guild, number).await?.scheme() == scheme {
        return Ok(None);
    }
    renew(kit, guild, number, scheme).await.map(Some)
}

async fn renew(kit: &Kit<Webhooks>, guild: GuildId, number: i32, scheme: Scheme) -> Outcome<Told> {
    let key = Key::new(scheme)?;
    let until = kit.clock.now() + OVERLAP;
    let mut db = kit.database.acquire().await?;
    if store::rotate(&mut db, guild, number, &key, until).await? {
        Ok(key.told())
    } else {
        Err(unknown(number))
    }
}

/// Sends a test.
///
/// # Errors
///
/// Says that there is no such webhook, or that it is stopped.
pub(crate) async fn test(kit: &Kit<Webhooks>, guild: GuildId, number: i32) -> Outcome<()> {
    find(kit, guild, number).await?;
    if crate::deliver::test(kit, guild, number).await? {
        Ok(())
    } else {
        Err(Refused::Stopped(number).into())
    }
}

/// Sends something again.
///
/// # Errors
///
/// Says that there is no such delivery, or that the webhook is stopped.
pub(crate) async fn again(
    kit: &Kit<Webhooks>,
    guild: GuildId,
    number: i32,
    sequence: i64,
) -> Outcome<()> {
    if find(kit, guild, number).await?.stopped.is_some() {
        return Err(Refused::Stopped(number).into());
    }
    if crate::deliver::again(kit, guild, number, sequence).await? {
        Ok(())
    } else {
        Err(Refused::NoDelivery.into())
    }
}

/// Removes a webhook with its log.
///
/// # Errors
///
/// Says that there is none.
pub(crate) async fn remove(kit: &Kit<Webhooks>, guild: GuildId, number: i32) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    if store::remove(&mut db, guild, number).await? {
        Ok(())
    } else {
        Err(unknown(number))
    }
}

/// Erases who made webhooks: the bot did, then.
pub(crate) async fn erase(kit: Kit<Webhooks>, person: Person) -> Outcome<Erased> {
    let mut db = kit.database.acquire().await?;
    let touched = store::drop_member(&mut db, person.of, person.user, kit.me.id()).await?;
    Ok(Erased::Now(touched))
}
