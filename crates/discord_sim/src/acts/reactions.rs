//! Reactions under messages.

use serde_json::{Value, json};

use crate::{
    gateway::Reach,
    ids::Id,
    intents,
    state::{Author, World, message::Reaction},
};

/// An emoji as paths and people write it: unicode, or `name:id`.
pub(crate) fn parse_emoji(text: &str) -> Option<Value> {
    let text = text
        .trim_matches(['<', '>'])
        .trim_start_matches("a:")
        .trim_start_matches(':');
    match text.rsplit_once(':') {
        Some((name, id)) => {
            let id: Id = id.parse().ok()?;
            Some(json!({"id": id, "name": name}))
        }
        None if text.is_empty() || text.is_ascii() => None,
        None => Some(json!({"id": null, "name": text})),
    }
}

/// Whether two emojis are the same: by id, or by name where there is none.
pub(crate) fn same_emoji(one: &Value, other: &Value) -> bool {
    let (a, b) = (&one["id"], &other["id"]);
    if a.is_null() && b.is_null() {
        one["name"] == other["name"]
    } else {
        a == b
    }
}

impl World {
    fn reaction_reach(&self, channel: Id) -> (Option<Id>, Reach, u64) {
        match self
            .channels
            .get(&channel)
            .and_then(|channel| channel.guild)
        {
            Some(guild) => (
                Some(guild),
                Reach::Guild(guild),
                intents::GUILD_MESSAGE_REACTIONS,
            ),
            None => (None, Reach::Direct, intents::DIRECT_MESSAGE_REACTIONS),
        }
    }

    fn emit_reaction(&mut self, name: &str, channel: Id, mut payload: Value) {
        let (guild, reach, intent) = self.reaction_reach(channel);
        if let Some(guild) = guild {
            payload["guild_id"] = json!(guild);
        }
        if self.bot_sees(channel) {
            self.emit_with(name, intent, reach, |_| payload);
        }
    }

    /// Adds a reaction and announces it; nothing happens if it is there already.
    pub(crate) fn react(&mut self, channel: Id, id: Id, user: Id, emoji: &Value) {
        let Some(message) = self.message_mut(channel, id) else {
            return;
        };
        let author = match &message.author {
            Author::User(user) => Some(*user),
            Author::Webhook { .. } => None,
        };
        let known = message
            .reactions
            .iter_mut()
            .find(|r| same_emoji(&r.emoji, emoji));
        match known {
            Some(reaction) if reaction.users.contains(&user) => return,
            Some(reaction) => reaction.users.push(user),
            None => message.reactions.push(Reaction {
                emoji: emoji.clone(),
                users: vec![user],
            }),
        }
        let mut payload = json!({
            "user_id": user, "channel_id": channel, "message_id": id, "emoji": emoji,
            "burst": false, "burst_colors": [], "type": 0,
        });
        if let Some(author) = author {
            payload["message_author_id"] = json!(author);
        }
        let guild = self
            .channels
            .get(&channel)
            .and_then(|channel| channel.guild);
        let member = guild
            .and_then(|guild| self.guilds.get(&guild))
            .and_then(|guild| guild.members.get(&user));
        if let Some(member) = member {
            payload["member"] = self.member_json(member);
        }
        self.emit_reaction("MESSAGE_REACTION_ADD", channel, payload);
    }

    /// Takes a reaction away and announces it; `false` if there was none.
    pub(crate) fn unreact(&mut self, channel: Id, id: Id, user: Id, emoji: &Value) -> bool {
        let Some(message) = self.message_mut(channel, id) else {
            return false;
        };
        let known = message
            .reactions
            .iter_mut()
            .find(|r| same_emoji(&r.emoji, emoji));
        let Some(reaction) = known.filter(|reaction| reaction.users.contains(&user)) else {
            return false;
        };
        reaction.users.retain(|other| *other != user);
        message
            .reactions
            .retain(|reaction| !reaction.users.is_empty());
        let payload = json!({
            "user_id": user, "channel_id": channel, "message_id": id, "emoji": emoji,
            "burst": false, "type": 0,
        });
        self.emit_reaction("MESSAGE_REACTION_REMOVE", channel, payload);
        true
    }

    /// Takes all reactions away, or all of one emoji.
    pub(crate) fn clear_reactions(&mut self, channel: Id, id: Id, emoji: Option<&Value>) {
        let Some(message) = self.message_mut(channel, id) else {
            return;
        };
        match emoji {
            None => message.reactions.clear(),
            Some(emoji) => message.reactions.retain(|r| !same_emoji(&r.emoji, emoji)),
        }
        let mut payload = json!({"channel_id": channel, "message_id": id});
        let name = if let Some(emoji) = emoji {
            payload["emoji"] = emoji.clone();
            "MESSAGE_REACTION_REMOVE_EMOJI"
        } else {
            "MESSAGE_REACTION_REMOVE_ALL"
        };
        self.emit_reaction(name, channel, payload);
    }
}
