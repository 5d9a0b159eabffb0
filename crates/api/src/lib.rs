//! The HTTP engine: listener, keys, limits, problem documents, documentation, metrics; it mounts what features hand
//! it with `Scope::routes`.
//!
//! - It is two things: the engine, which [`bind`] and [`Bound::serve`] start, and the feature [`Api`], which owns the
//!   keys: `/api-key` (capability `api.keys`, for administrators) and `GET /health/detailed`. The feature lives here
//!   because its tables do; it stands on what every feature stands on.
//! - Tables: `api.key`; `api.request`, answers that are kept for a day so that a repeated POST is answered alike;
//!   `api.secret`, what cursors are signed with.
//! - Discord: no intent beyond the guilds themselves, and no permission but to write where programs send messages. It
//!   can not be switched off.
//!
//! How a request goes: `server` takes the connection, `shell` gives it an id and writes what came of it, `gate` looks
//! at key, limits, scope, query and body, all as the route's own documentation says, and hands it to the feature on
//! that feature's threads.

mod callers;
mod channels;
mod commands;
mod docs;
mod gate;
mod health;
mod idempotency;
mod interactions;
pub mod keys;
mod limits;
mod measures;
mod messages;
mod server;
mod shell;
mod store;
mod text;

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use feature::{Feature, Scope, http::covers};
use secrecy::{ExposeSecret as _, SecretString};
use twilight_cache_inmemory::ResourceType;
use twilight_model::gateway::payload::incoming::InteractionCreate;
use utoipa_axum::routes;

use self::keys::Hash;
pub use self::server::{Bound, Server, StartError, bind};

/// How often what is kept no longer is dropped.
const TIDY: Duration = Duration::from_hours(1);

/// What the engine needs to know.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where it listens; off without.
    pub address: Option<SocketAddr>,
    /// A key that covers all guilds and may do everything.
    pub key: Option<SecretString>,
    /// The origins whose pages may call it from a browser.
    pub origins: Vec<String>,
    /// Whether `/metrics` is served.
    pub metrics: bool,
    /// Where `/metrics` is served besides, alone.
    pub metrics_address: Option<SocketAddr>,
    /// How often a key may call in a minute; 120 times otherwise. Half of that at once.
    pub calls_per_minute: Option<NonZeroU32>,
    /// The proxies that are believed about whom they call for.
    pub proxies: Vec<IpAddr>,
    /// What Discord signs interactions with that it sends over HTTP.
    pub discord_key: Option<[u8; 32]>,
}

/// Takes an interaction that came over HTTP; it is answered by the callback, as one from the gateway.
pub type Answering = Arc<dyn Fn(Box<InteractionCreate>) + Send + Sync>;

/// The feature that owns the keys.
#[derive(Debug, Default)]
pub struct Api {
    /// What is kept of the key of the configuration.
    configured: Option<Hash>,
}

impl Api {
    /// That knows the key of the configuration too.
    pub fn knowing(key: Option<&SecretString>) -> Self {
        Self {
            configured: key.map(|key| keys::hash(key.expose_secret())),
        }
    }
}

impl Feature for Api {
    const NAME: &'static str = "api";
    const CAN_BE_OFF: bool = false;

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .cache(ResourceType::GUILD | ResourceType::CHANNEL | ResourceType::ROLE)
            .french(include_str!("../i18n/fr/commands.ftl"))
            .command(commands::api_key)
            .typing(commands::typing)
            .callers(callers::look)
            .routes(
                messages::routes()
                    .routes(routes!(health::detailed))
                    .routes(routes!(channels::legacy_channels)),
            )
            .job(idempotency::tidy)
            .schedule(
                ::jobs::Schedule::every(TIDY).expect("an hour is a pause"),
                &idempotency::Tidy {},
            );
    }
}

/// Whether handing this scope out is for administrators alone: whoever may change who may do what may do all.
fn is_for_administrators(scope: &str) -> bool {
    covers(&[scope.to_owned()].into(), "permissions.write")
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        if let Err(clashes) = Registry::new().with(Api::default()).build() {
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

    #[test]
    fn only_administrators_hand_out_what_leads_to_everything() {
        assert!(is_for_administrators("*") && is_for_administrators("permissions.write"));
        assert!(!is_for_administrators("*.read") && !is_for_administrators("hubs.write"));
    }
}
