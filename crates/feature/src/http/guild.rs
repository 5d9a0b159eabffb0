//! Path parameters, and the guild that most paths begin with.

use std::{str::FromStr, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use database::GuildId;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::{Caller, Problem};
use crate::{Explain, Feature, Kit, Lang, text};

/// The guild in a path, for the documentation.
#[derive(Clone, Copy, Debug, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct GuildPath {
    /// The guild's id.
    #[param(value_type = String, example = "197038439483310086")]
    pub guild: GuildId,
}

/// The guild of the path, that the key covers, that the bot is in, and in which the feature is on.
#[derive(Clone, Debug)]
pub struct InGuild {
    /// The guild.
    pub id: GuildId,
    /// Who calls.
    pub caller: Arc<Caller>,
}

/// The feature is switched off in the guild.
#[derive(Debug, thiserror::Error)]
#[error("the feature `{feature}` is off here")]
pub struct FeatureOff {
    feature: &'static str,
    command: String,
}

impl Explain for FeatureOff {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::feature_off(lang, self.feature, &self.command))
    }
}

impl<F: Feature> FromRequestParts<Kit<F>> for InGuild {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, kit: &Kit<F>) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Arc<Caller>>().cloned();
        let caller = caller.ok_or_else(Problem::unauthorised)?;
        let id: GuildId = parameter(parts, "guild").await?;
        if !caller.is_for(id) || kit.cache.guild(id.into()).is_none() {
            return Err(Problem::not_found());
        }
        if kit.is_off(F::NAME, id).await? {
            return Err(FeatureOff {
                feature: F::NAME,
                command: kit.catalogue.mention("features enable"),
            }
            .into());
        }
        Ok(Self { id, caller })
    }
}

/// A path parameter besides the guild: the last one of the path.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::not_found())?;
        let last = params.iter().last();
        // What is no id is the id of nothing.
        let value = last.and_then(|(_, value)| value.parse().ok());
        value.map(Self).ok_or_else(Problem::not_found)
    }
}

/// The last two path parameters.
#[derive(Clone, Copy, Debug)]
pub struct Path2<A, B>(pub A, pub B);

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for Path2<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::not_found())?;
        let mut values = params.iter().map(|(_, value)| value).collect::<Vec<_>>();
        let (last, before) = (values.pop(), values.pop());
        let both = before
            .and_then(|value| value.parse().ok())
            .zip(last.and_then(|value| value.parse().ok()));
        both.map(|(before, last)| Self(before, last))
            .ok_or_else(Problem::not_found)
    }
}

/// The query, of which the engine has seen that all its names are known.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|rejection| {
                Problem::invalid("query", format!("does not fit: {}", rejection.body_text()))
            })
    }
}

async fn parameter(parts: &mut Parts, name: &str) -> Result<GuildId, Problem> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    let params = params.map_err(|_| Problem::not_found())?;
    let text = params.iter().find(|(known, _)| *known == name);
    let id: Option<GuildId> = text.and_then(|(_, value)| value.parse().ok());
    id.filter(|id| i64::try_from(*id).is_ok())
        .ok_or_else(|| Problem::invalid(name, "must be an id: 1 to 19 decimal digits"))
}
