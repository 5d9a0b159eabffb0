//! Writing, editing, deleting, reacting, voting.

use serde_json::json;

use crate::{
    acts::{drafts::Mentioning, reactions::parse_emoji},
    clock::Millis,
    gateway::Reach,
    ids::Id,
    intents,
    people::{Argument, Cannot, ChannelRef, Person, SeenMessage},
    permissions::Permissions,
    rest::Upload,
    state::{Author, ChannelKind, Message, World},
    validate::messages::{Use, draft},
};

impl Person {
    /// Writes a message.
    ///
    /// # Panics
    ///
    /// If they may not; see [`try_says`](Self::try_says).
    #[track_caller]
    pub fn says(&self, channel: &ChannelRef, text: &str) -> SeenMessage {
        done(self.try_says(channel, text, &[]))
    }

    /// Writes a message with files.
    ///
    /// # Errors
    ///
    /// [`Cannot`] if their client or Discord would not let them.
    pub fn try_says(
        &self,
        channel: &ChannelRef,
        text: &str,
        files: &[Argument],
    ) -> Result<SeenMessage, Cannot> {
        self.sim.with(|world| {
            let id = self.write(world, channel.id, text, files, None)?;
            SeenMessage::look(world, &self.sim, channel.id, id)
                .ok_or_else(|| self.cannot(world, "write", "the message is gone"))
        })
    }

    /// Answers a message.
    ///
    /// # Panics
    ///
    /// If they may not.
    #[track_caller]
    pub fn replies(&self, to: &SeenMessage, text: &str) -> SeenMessage {
        done(self.sim.with(|world| {
            let id = self.write(world, to.channel, text, &[], Some(to.id))?;
            SeenMessage::look(world, &self.sim, to.channel, id)
                .ok_or_else(|| self.cannot(world, "write", "the message is gone"))
        }))
    }

    /// Writes to the bot directly and returns the message; its channel is where the bot answers.
    ///
    /// # Panics
    ///
    /// If they may not.
    #[track_caller]
    pub fn says_to_bot(&self, text: &str) -> SeenMessage {
        let channel = self.dm();
        self.says(&channel, text)
    }

    /// Their DM channel with the bot.
    pub fn dm(&self) -> ChannelRef {
        ChannelRef {
            sim: self.sim.clone(),
            id: self.sim.with(|world| world.dm_with(self.id)),
        }
    }

    fn write(
        &self,
        world: &mut World,
        channel: Id,
        text: &str,
        files: &[Argument],
        reply_to: Option<Id>,
    ) -> Result<Id, Cannot> {
        let what = "write";
        let place = world.channels.get(&channel);
        let Some(place) = place.filter(|place| place.kind.takes_messages()) else {
            return Err(self.cannot(world, what, "there is no such place for messages"));
        };
        let (guild, slowmode) = (place.guild, place.number("rate_limit_per_user"));
        let send = if place.kind.is_thread() {
            Permissions::SEND_MESSAGES_IN_THREADS
        } else {
            Permissions::SEND_MESSAGES
        };
        let own = world.permissions_in(self.id, channel);
        let mut needed = Permissions::VIEW_CHANNEL | send;
        if !files.is_empty() {
            needed |= Permissions::ATTACH_FILES;
        }
        if !own.contains(needed) {
            let missing: Vec<&str> = (needed - own).names().collect();
            return Err(self.cannot(world, what, format!("they lack {}", missing.join(", "))));
        }
        let now = world.now();
        if slowmode > 0 && !own.contains(Permissions::BYPASS_SLOWMODE) {
            let last = last_message_of(world, channel, self.id);
            if last.is_some_and(|last| now < last + slowmode * 1000) {
                return Err(self.cannot(world, what, "slowmode is on"));
            }
        }
        if text.chars().count() > 2000 {
            return Err(self.cannot(world, what, "the text has more than 2000 characters"));
        }
        if text.is_empty() && files.is_empty() {
            return Err(self.cannot(world, what, "the message is empty"));
        }
        let uploads: Vec<Upload> = files
            .iter()
            .zip(0_u64..)
            .filter_map(|(file, number)| match file {
                Argument::File(name, bytes) => Some(Upload {
                    number,
                    name: name.clone(),
                    content_type: "application/octet-stream".to_owned(),
                    bytes: bytes.clone().into(),
                }),
                _ => None,
            })
            .collect();
        let usage = Use::Create {
            may_be_ephemeral: false,
        };
        let body = json!({"content": text});
        let draft = draft(&body, "", &uploads, usage)
            .map_err(|error| self.cannot(world, what, error.message))?;
        if let Some(guild) = guild
            && world.moderate(guild, channel, self.id, text)
        {
            return Err(self.cannot(world, what, "automatic moderation blocked the message"));
        }
        let id = world.new_id();
        let mut message = Message::new(id, channel, guild, Author::User(self.id), now);
        message.is_seen = true;
        world
            .fill(&mut message, draft, &uploads, Mentioning::All)
            .map_err(|error| self.cannot(world, what, error.message))?;
        if let Some(target) = reply_to {
            message.kind = 19;
            message.referenced = Some(target);
            message.reference = Some(json!({
                "type": 0, "message_id": target, "channel_id": channel, "guild_id": guild,
            }));
            let author = world
                .message(channel, target)
                .map(|target| target.author.clone());
            if let Some(Author::User(author)) = author
                && !message.mentions.users.contains(&author)
            {
                message.mentions.users.push(author);
            }
        }
        world.post(message);
        Ok(id)
    }

    /// Changes the text of one of their messages.
    ///
    /// # Panics
    ///
    /// If it is not theirs.
    #[track_caller]
    pub fn edits(&self, message: &SeenMessage, text: &str) {
        done(self.sim.with(|world| {
            self.own(world, message, "edit")?;
            let now = world.now();
            let draft = world.message(message.channel, message.id).cloned();
            let Some(mut changed) = draft else {
                return Err(self.cannot(world, "edit", "the message is gone"));
            };
            text.clone_into(&mut changed.content);
            changed.mentions = world.mentions_of(&changed, None, Mentioning::All);
            changed.edited_now(now);
            world.edit(message.channel, message.id, |message| {
                *message = changed;
            });
            if let Some(message) = world.message_mut(message.channel, message.id) {
                message.is_seen = true;
            }
            Ok(())
        }));
    }

    /// Deletes a message: their own, or with Manage Messages anyone's.
    ///
    /// # Panics
    ///
    /// If they may not.
    #[track_caller]
    pub fn deletes(&self, message: &SeenMessage) {
        done(self.sim.with(|world| {
            let manages = world
                .permissions_in(self.id, message.channel)
                .contains(Permissions::MANAGE_MESSAGES);
            if !manages {
                self.own(world, message, "delete")?;
            }
            world.delete(message.channel, message.id);
            Ok(())
        }));
    }

    fn own(&self, world: &World, message: &SeenMessage, what: &str) -> Result<(), Cannot> {
        let found = world.message(message.channel, message.id);
        if found.is_some_and(|found| found.author == Author::User(self.id)) {
            Ok(())
        } else {
            Err(self.cannot(world, what, "the message is not theirs"))
        }
    }

    /// Puts a reaction under a message: a unicode emoji, or `name:id`.
    ///
    /// # Panics
    ///
    /// If they may not.
    #[track_caller]
    pub fn reacts(&self, message: &SeenMessage, emoji: &str) {
        done(self.sim.with(|world| {
            let own = world.permissions_in(self.id, message.channel);
            let needed = Permissions::VIEW_CHANNEL | Permissions::READ_MESSAGE_HISTORY;
            if !own.contains(needed) {
                return Err(self.cannot(world, "react", "they do not see the message"));
            }
            let Some(emoji) = parse_emoji(emoji) else {
                return Err(self.cannot(world, "react", "there is no such emoji"));
            };
            world.did(self.id, Some(message.channel), || {
                format!("reacts with {}", emoji["name"].as_str().unwrap_or_default())
            });
            world.react(message.channel, message.id, self.id, &emoji);
            Ok(())
        }));
    }

    /// Takes their reaction away.
    pub fn unreacts(&self, message: &SeenMessage, emoji: &str) {
        self.sim.with(|world| {
            if let Some(emoji) = parse_emoji(emoji) {
                world.unreact(message.channel, message.id, self.id, &emoji);
            }
        });
    }

    /// Votes for an answer of a poll, by its number from 1.
    ///
    /// # Panics
    ///
    /// If the message has no such poll, or it is over.
    #[track_caller]
    pub fn votes(&self, message: &SeenMessage, answer: u64) {
        done(self.sim.with(|world| {
            let found = world.message_mut(message.channel, message.id);
            let poll = found.as_ref().and_then(|found| found.poll.as_ref());
            let is_open = poll.is_some_and(|poll| {
                let answers = poll["answers"].as_array().map_or(0, Vec::len);
                let is_answer = (1..=answers).any(|known| u64::try_from(known) == Ok(answer));
                is_answer && poll["results"]["is_finalized"] == json!(false)
            });
            let Some(found) = found.filter(|_| is_open) else {
                return Err(self.cannot(world, "vote", "there is no such open poll"));
            };
            found.votes.push((self.id, answer));
            let guild = found.guild;
            let intent = if guild.is_some() {
                intents::GUILD_MESSAGE_POLLS
            } else {
                intents::DIRECT_MESSAGE_POLLS
            };
            let user = self.id;
            world.emit_with("MESSAGE_POLL_VOTE_ADD", intent, Reach::of(guild), |_| {
                let mut payload = json!({
                    "user_id": user, "channel_id": message.channel, "message_id": message.id,
                    "answer_id": answer,
                });
                if let Some(guild) = guild {
                    payload["guild_id"] = json!(guild);
                }
                payload
            });
            Ok(())
        }));
    }

    /// Shows the others that they are typing.
    pub fn starts_typing(&self, channel: &ChannelRef) {
        self.sim.with(|world| {
            let guild = world
                .channels
                .get(&channel.id)
                .and_then(|channel| channel.guild);
            world.tell_typing(channel.id, guild, self.id);
        });
    }

    /// Opens a thread from a message.
    ///
    /// # Panics
    ///
    /// If they may not.
    #[track_caller]
    pub fn opens_thread(&self, message: &SeenMessage, name: &str) -> ChannelRef {
        let opened = self.sim.with(|world| {
            let own = world.permissions_in(self.id, message.channel);
            if !own.contains(Permissions::CREATE_PUBLIC_THREADS) {
                return Err(self.cannot(world, "open a thread", "they lack CREATE_PUBLIC_THREADS"));
            }
            let kind = ChannelKind::PublicThread;
            world
                .open_thread(message.channel, Some(message.id), kind, name, self.id, 4320)
                .ok_or_else(|| self.cannot(world, "open a thread", "there is no such channel"))
        });
        ChannelRef {
            sim: self.sim.clone(),
            id: done(opened),
        }
    }
}

/// When a person last wrote in a channel.
fn last_message_of(world: &World, channel: Id, user: Id) -> Option<Millis> {
    let messages = &world.channels.get(&channel)?.messages;
    let own = messages
        .values()
        .rev()
        .find(|message| message.author == Author::User(user));
    own.map(|message| message.created)
}

/// The result of a verb that is expected to work.
#[track_caller]
pub(super) fn done<T>(result: Result<T, Cannot>) -> T {
    result.unwrap_or_else(|cannot| panic!("{cannot}"))
}
