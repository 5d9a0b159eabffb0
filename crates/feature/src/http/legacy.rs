//! What the paths of replaced systems have in common: values as their callers send them.

use database::GuildId;
use serde_json::Value;

use super::{Caller, Problem};
use crate::House;

/// A value that is of no kind that the field takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a value of the wrong kind")]
pub struct Misfit;

/// An id as a number or a text; nothing when it is absent.
///
/// # Errors
///
/// Fails when it is neither.
pub fn legacy_id(value: &Value) -> Result<Option<u64>, Misfit> {
    let id = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    id.filter(|id| (1..=i64::MAX.unsigned_abs()).contains(id))
        .map(Some)
        .ok_or(Misfit)
}

/// A text, or a number in its place; nothing when it is absent or blank.
///
/// # Errors
///
/// Fails when it is neither.
pub fn legacy_text(value: &Value) -> Result<Option<String>, Misfit> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.trim().is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.trim().to_owned())),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(Misfit),
    }
}

impl House {
    /// The guild that is meant: the named one, or the only one that the key covers and the bot is in.
    ///
    /// # Errors
    ///
    /// Answers 404 where the key or the bot does not reach it, and 422 where it could be one of several.
    pub fn legacy_guild(&self, caller: &Caller, asked: Option<u64>) -> Result<GuildId, Problem> {
        if let Some(asked) = asked {
            let guild: Option<GuildId> = asked.to_string().parse().ok();
            return guild
                .filter(|guild| {
                    caller.is_for(*guild) && self.cache.guild((*guild).into()).is_some()
                })
                .ok_or_else(Problem::not_found);
        }
        let mut guilds = self
            .cache
            .iter()
            .guilds()
            .map(|guild| GuildId::from(guild.id()))
            .filter(|guild| caller.is_for(*guild))
            .take(2);
        match (guilds.next(), guilds.next()) {
            (Some(guild), None) => Ok(guild),
            (Some(_), Some(_)) => Err(Problem::invalid(
                "guild_id",
                "is required: the key covers several servers",
            )),
            (None, _) => Err(Problem::not_found()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_and_texts_come_as_callers_write_them() {
        for (value, id) in [
            (json!(null), Ok(None)),
            (json!(42), Ok(Some(42))),
            (json!(" 42 "), Ok(Some(42))),
            (json!(0), Err(Misfit)),
            (json!(-1), Err(Misfit)),
            (json!(u64::MAX), Err(Misfit)),
            (json!("x"), Err(Misfit)),
            (json!([1]), Err(Misfit)),
        ] {
            assert_eq!(legacy_id(&value), id, "{value}");
        }
        assert_eq!(legacy_text(&json!(" Mill ")), Ok(Some("Mill".to_owned())));
        assert_eq!(legacy_text(&json!(7)), Ok(Some("7".to_owned())));
        assert_eq!(legacy_text(&json!("  ")), Ok(None));
        assert_eq!(legacy_text(&json!(true)), Err(Misfit));
    }
}
