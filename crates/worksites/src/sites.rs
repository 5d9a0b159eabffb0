//! What features that work at worksites may know of them: the one door into this crate.

use std::collections::{BTreeMap, BTreeSet};

use database::{ChannelId, GuildId, UserId};
use sqlx::PgConnection;

use crate::{
    model::{Worksite, slug},
    store,
};

/// A worksite, as others see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its number in the guild.
    pub number: i32,
    /// What it is called.
    pub name: String,
    /// Who leads it.
    pub lead: Option<UserId>,
    /// Its channel, if it is there.
    pub channel: Option<ChannelId>,
    /// Whether work goes on there.
    pub is_open: bool,
}

impl From<Worksite> for Site {
    fn from(site: Worksite) -> Self {
        Self {
            number: site.number,
            name: site.name,
            lead: site.lead,
            channel: site.channel,
            is_open: site.archived_at.is_none(),
        }
    }
}

/// The worksite that somebody typed: `#3`, `3`, or a name of an open one in any spelling.
///
/// # Errors
///
/// Fails when the database does.
pub async fn find(
    db: &mut PgConnection,
    guild: GuildId,
    typed: &str,
) -> sqlx::Result<Option<Site>> {
    Ok(meant(db, guild, typed).await?.map(Site::from))
}

/// As [`find`], with all that is known of it.
pub(crate) async fn meant(
    db: &mut PgConnection,
    guild: GuildId,
    typed: &str,
) -> sqlx::Result<Option<Worksite>> {
    let typed = typed.trim();
    let number = typed.strip_prefix('#').unwrap_or(typed).parse::<i32>();
    if let Ok(number) = number
        && let Some(found) = store::get(db, guild, number).await?
    {
        return Ok(Some(found));
    }
    let Some(slug) = slug(typed) else {
        return Ok(None);
    };
    store::named(db, guild, &slug).await
}

/// What each of these texts means, as [`find`] reads them, in one go. Where no worksite that is open is called so, one that
/// is archived is meant, the newest of them.
///
/// # Errors
///
/// Fails when the database does.
pub async fn find_all<'a>(
    db: &mut PgConnection,
    guild: GuildId,
    typed: impl IntoIterator<Item = &'a str>,
) -> sqlx::Result<BTreeMap<String, Site>> {
    let typed: BTreeSet<&str> = typed.into_iter().collect();
    let number = |typed: &str| {
        let typed = typed.trim();
        typed.strip_prefix('#').unwrap_or(typed).parse::<i32>().ok()
    };
    let numbers: Vec<i32> = typed.iter().filter_map(|typed| number(typed)).collect();
    let slugs: Vec<String> = typed
        .iter()
        .filter_map(|typed| slug(typed.trim()))
        .collect();
    let found = store::any(db, guild, &numbers, &slugs).await?;
    let mut meant = BTreeMap::new();
    for typed in typed {
        let by_number = number(typed);
        let by_number = found.iter().find(|site| Some(site.number) == by_number);
        let slug = slug(typed.trim());
        let by_name = || found.iter().find(|site| Some(&site.slug) == slug.as_ref());
        if let Some(site) = by_number.or_else(by_name) {
            meant.insert(typed.to_owned(), site.clone().into());
        }
    }
    Ok(meant)
}

/// A worksite by its number.
///
/// # Errors
///
/// Fails when the database does.
pub async fn get(db: &mut PgConnection, guild: GuildId, number: i32) -> sqlx::Result<Option<Site>> {
    Ok(store::get(db, guild, number).await?.map(Site::from))
}

/// Up to 25 open worksites with this in their name, the newest first: choices while somebody types.
///
/// # Errors
///
/// Fails when the database does.
pub async fn like(db: &mut PgConnection, guild: GuildId, part: &str) -> sqlx::Result<Vec<Site>> {
    let part = slug(part).unwrap_or_default();
    let found = store::list(db, guild, false, &part, None, 25).await?;
    Ok(found.into_iter().map(Site::from).collect())
}

/// Who leads worksites, by number; those without a lead are left out.
///
/// # Errors
///
/// Fails when the database does.
pub async fn leads(
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
) -> sqlx::Result<BTreeMap<i32, UserId>> {
    let found = store::leads(db, guild, numbers).await?;
    Ok(found.into_iter().collect())
}

/// The colours of worksites, `0xRRGGBB`, by number.
///
/// # Errors
///
/// Fails when the database does.
pub async fn colours(
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
) -> sqlx::Result<BTreeMap<i32, u32>> {
    let found = store::colours(db, guild, numbers).await?;
    Ok(found.into_iter().collect())
}

/// The addresses of worksites, by number; those without one are left out.
///
/// # Errors
///
/// Fails when the database does.
pub async fn addresses(
    db: &mut PgConnection,
    guild: GuildId,
    numbers: &[i32],
) -> sqlx::Result<BTreeMap<i32, String>> {
    let found = store::addresses(db, guild, numbers).await?;
    Ok(found.into_iter().collect())
}
