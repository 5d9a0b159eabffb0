//! Who is behind a key.

use feature::{House, Kit, Outcome, http::Caller};
use std::collections::BTreeSet;

use crate::{
    Api,
    keys::{Hash, Key},
    store,
};

/// Behind a key that is stored.
pub(crate) fn stored(house: &House, key: Key) -> Caller {
    Caller {
        key: key.id,
        mark: mark(&key.hash),
        name: key.is.name,
        acts_for: key.is.by.unwrap_or_else(|| house.me.id()),
        scopes: key.is.scopes,
        guilds: key.is.guilds,
        channels: key.is.channels,
        content: key.is.content,
        deleted: key.is.deleted,
    }
}

/// Behind the key of the configuration.
pub(crate) fn configured(house: &House, hash: &Hash) -> Caller {
    Caller {
        key: 0,
        mark: mark(hash),
        name: "API_KEY".to_owned(),
        acts_for: house.me.id(),
        scopes: BTreeSet::from(["*".to_owned()]),
        guilds: None,
        channels: None,
        content: true,
        deleted: true,
    }
}

fn mark(hash: &[u8]) -> u64 {
    let first = hash.first_chunk().copied();
    first.map_or(0, u64::from_be_bytes)
}

/// The key of this number, while it works.
pub(crate) async fn look(kit: Kit<Api>, key: i64) -> Outcome<Option<Caller>> {
    if key == 0 {
        let hash = kit.feature.configured.as_ref();
        return Ok(hash.map(|hash| configured(&kit, hash)));
    }
    let mut db = kit.database.acquire().await?;
    let found = store::one(&mut db, key).await?;
    drop(db);
    let found = found.filter(|key| key.works(kit.clock.now()));
    Ok(found.map(|key| stored(&kit, key)))
}
