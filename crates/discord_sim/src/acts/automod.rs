//! Automatic moderation at work on what people write.

use serde_json::{Value, json};

use crate::{
    clock::Millis, gateway::Reach, ids::Id, intents, permissions::Permissions, state::World,
};

const BLOCK: u64 = 1;
const TIMEOUT: u64 = 3;

impl World {
    /// Runs the enabled keyword and mention rules over a text somebody is about to write; `true` if one of
    /// them blocks it.
    pub(crate) fn moderate(&mut self, guild: Id, channel: Id, user: Id, text: &str) -> bool {
        let exempt = Permissions::MANAGE_GUILD;
        if self.permissions_in_guild(user, guild).contains(exempt) {
            return false;
        }
        let Some(home) = self.guilds.get(&guild) else {
            return false;
        };
        let roles = home
            .members
            .get(&user)
            .map(|member| member.roles.clone())
            .unwrap_or_default();
        let hits: Vec<(Value, String)> = home
            .automod
            .values()
            .filter(|rule| rule["enabled"] == json!(true))
            .filter(|rule| !lists(&rule["exempt_channels"], &[channel]))
            .filter(|rule| !lists(&rule["exempt_roles"], &roles))
            .filter_map(|rule| Some((rule.clone(), hit(rule, text)?)))
            .collect();
        let mut is_blocked = false;
        for (rule, word) in hits {
            let actions = rule["actions"].as_array().cloned().unwrap_or_default();
            let blocks = actions.iter().any(|action| action["type"] == json!(BLOCK));
            is_blocked |= blocks;
            for action in actions {
                self.execute(guild, channel, user, text, &rule, &word, &action);
            }
        }
        is_blocked
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per field of the event"
    )]
    fn execute(
        &mut self,
        guild: Id,
        channel: Id,
        user: Id,
        text: &str,
        rule: &Value,
        word: &str,
        action: &Value,
    ) {
        if action["type"] == json!(TIMEOUT) {
            let seconds = action["metadata"]["duration_seconds"]
                .as_u64()
                .unwrap_or(60);
            let until: Millis = self.now() + seconds * 1000;
            self.change_member(guild, user, |member| member.timeout_until = Some(until));
        }
        if !self
            .permissions_in_guild(self.bot, guild)
            .contains(Permissions::MANAGE_GUILD)
        {
            return;
        }
        let payload = |shows_content: bool| {
            let shown = |text: &str| {
                if shows_content {
                    text.to_owned()
                } else {
                    String::new()
                }
            };
            json!({
                "guild_id": guild, "action": action, "rule_id": rule["id"],
                "rule_trigger_type": rule["trigger_type"], "user_id": user, "channel_id": channel,
                "content": shown(text), "matched_keyword": word, "matched_content": shown(word),
            })
        };
        let (full, bare) = (payload(true).to_string(), payload(false).to_string());
        let reach = Reach::Guild(guild);
        self.gateway.emit_by_content(
            "AUTO_MODERATION_ACTION_EXECUTION",
            intents::AUTO_MODERATION_EXECUTION,
            reach,
            &full,
            Some(&bare),
        );
    }
}

fn lists(list: &Value, ids: &[Id]) -> bool {
    let list = list.as_array();
    list.into_iter()
        .flatten()
        .filter_map(Id::from_json)
        .any(|id| ids.contains(&id))
}

/// The word of a rule that a text contains.
fn hit(rule: &Value, text: &str) -> Option<String> {
    let metadata = &rule["trigger_metadata"];
    if rule["trigger_type"] == json!(5) {
        let limit = metadata["mention_total_limit"].as_u64()?;
        let count = u64::try_from(text.matches("<@").count()).unwrap_or(u64::MAX);
        return (count > limit).then(|| "mentions".to_owned());
    }
    let text = text.to_lowercase();
    let words = metadata["keyword_filter"].as_array()?;
    words
        .iter()
        .filter_map(Value::as_str)
        .find(|word| matches(&word.to_lowercase(), &text))
        .map(str::to_owned)
}

/// Whether a keyword, with `*` at its ends for parts of words, is in a text.
fn matches(word: &str, text: &str) -> bool {
    let bare = word.trim_matches('*');
    if word.starts_with('*') && word.ends_with('*') {
        return text.contains(bare);
    }
    text.split(|c: char| !c.is_alphanumeric()).any(|part| {
        if word.starts_with('*') {
            part.ends_with(bare)
        } else if word.ends_with('*') {
            part.starts_with(bare)
        } else {
            part == bare
        }
    }) || (bare.contains(' ') && text.contains(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_the_rest_of_a_word() {
        assert!(matches("cat", "a cat!"));
        assert!(!matches("cat", "catalogue"));
        assert!(matches("cat*", "catalogue"));
        assert!(matches("*cat", "bobcat"));
        assert!(matches("*at*", "category"));
    }
}
