//! The whole world, and the questions everything asks of it.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::{
    Author, Channel, ChannelKind, Command, Guild, Interaction, Member, Message, Stage, User,
    guild::ShownMember,
};
use crate::{
    clock::{Clock, Millis},
    endpoint::Endpoint,
    error::{ApiError, code},
    faults::Faulty,
    gateway::{Gateway, Presence},
    ids::{Id, Mint},
    journal::Journal,
    limits::Limits,
    options::SimOptions,
    permissions::Permissions,
    transcript::Diary,
};

/// Everything there is.
pub(crate) struct World {
    pub(crate) options: SimOptions,
    pub(crate) clock: Clock,
    pub(crate) mint: Mint,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    /// The application, and its bot user, which share an id.
    pub(crate) bot: Id,
    /// What the application says about itself.
    pub(crate) description: String,
    pub(crate) users: HashMap<Id, User>,
    /// People by their names.
    pub(crate) people: HashMap<String, Id>,
    pub(crate) guilds: BTreeMap<Id, Guild>,
    /// Channels of guilds, threads and DMs.
    pub(crate) channels: HashMap<Id, Channel>,
    pub(crate) commands: BTreeMap<Id, Command>,
    pub(crate) interactions: BTreeMap<Id, Interaction>,
    pub(crate) tokens: HashMap<String, Id>,
    /// Who is there; users without an entry are offline.
    pub(crate) presences: BTreeMap<Id, Presence>,
    /// Open stages, by their channel.
    pub(crate) stages: BTreeMap<Id, Stage>,
    pub(crate) gateway: Gateway,
    pub(crate) faults: Faulty,
    pub(crate) limits: Limits,
    pub(crate) endpoint: Endpoint,
    pub(crate) journal: Journal,
    pub(crate) diary: Diary,
    /// Uploaded files, by attachment.
    pub(crate) files: BTreeMap<Id, axum::body::Bytes>,
    /// When commands were created, by scope, for the daily limit.
    pub(crate) command_creates: BTreeMap<Option<Id>, Vec<Millis>>,
    /// When channels were renamed, for the limit of two in ten minutes.
    pub(crate) renames: BTreeMap<Id, Vec<Millis>>,
    secret_state: u64,
}

/// The secret half of the application's keys: different from run to run, and guarding nothing.
fn seed_from(now: Millis) -> [u8; 32] {
    let mut seed = [7; 32];
    for (place, byte) in seed.iter_mut().zip(now.to_le_bytes()) {
        *place = byte;
    }
    seed
}

impl World {
    /// How long an interaction waits for its first answer.
    pub(crate) fn first_answer(&self) -> Millis {
        u64::try_from(self.options.first_answer.as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn new(options: SimOptions, address: String) -> Self {
        let clock = Clock::starting_at(options.start_at);
        let now = clock.now();
        let mut mint = Mint::starting_at(now);
        let bot = mint.user();
        let account = User {
            is_bot: true,
            ..User::person(bot, &options.bot_name)
        };
        Self {
            gateway: Gateway::new(&options),
            journal: Journal::new(&options),
            diary: Diary::new(&options),
            secret_state: now ^ 0x9E37_79B9_7F4A_7C15,
            users: HashMap::from([(bot, account)]),
            people: HashMap::new(),
            guilds: BTreeMap::new(),
            channels: HashMap::new(),
            commands: BTreeMap::new(),
            interactions: BTreeMap::new(),
            tokens: HashMap::new(),
            presences: BTreeMap::new(),
            stages: BTreeMap::new(),
            faults: Faulty::default(),
            limits: Limits::new(),
            endpoint: Endpoint::new(seed_from(now)),
            renames: BTreeMap::new(),
            files: BTreeMap::new(),
            command_creates: BTreeMap::new(),
            options,
            clock,
            mint,
            address,
            bot,
            description: String::new(),
        }
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// A new id for something that comes to be now.
    pub(crate) fn new_id(&mut self) -> Id {
        self.mint.next(self.clock.now())
    }

    /// A text nobody guesses by accident: tokens, session ids, invite codes.
    pub(crate) fn secret(&mut self) -> String {
        let mut word = || {
            // SplitMix64: spread well enough for names, and no dependency.
            self.secret_state = self.secret_state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.secret_state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        format!("{:016x}{:016x}", word(), word())
    }

    pub(crate) fn bot_name(&self) -> &str {
        self.users
            .get(&self.bot)
            .map_or("bot", |bot| bot.shown_name())
    }

    /// The language of a user's client.
    pub(crate) fn locale_of(&self, user: Id) -> &str {
        self.users.get(&user).map_or("en-US", |user| &user.locale)
    }

    // ---- lookups that refuse like REST does ----

    /// A guild the bot is in.
    pub(crate) fn guild(&self, id: Id) -> Result<&Guild, ApiError> {
        let guild = self.guilds.get(&id).ok_or(code::UNKNOWN_GUILD)?;
        if guild.members.contains_key(&self.bot) {
            Ok(guild)
        } else {
            Err(code::MISSING_ACCESS.into())
        }
    }

    pub(crate) fn guild_mut(&mut self, id: Id) -> Result<&mut Guild, ApiError> {
        self.guild(id)?;
        self.guilds
            .get_mut(&id)
            .ok_or_else(|| code::UNKNOWN_GUILD.into())
    }

    pub(crate) fn channel(&self, id: Id) -> Result<&Channel, ApiError> {
        self.channels
            .get(&id)
            .ok_or_else(|| code::UNKNOWN_CHANNEL.into())
    }

    pub(crate) fn channel_mut(&mut self, id: Id) -> Result<&mut Channel, ApiError> {
        self.channels
            .get_mut(&id)
            .ok_or_else(|| code::UNKNOWN_CHANNEL.into())
    }

    pub(crate) fn member(&self, guild: Id, user: Id) -> Result<&Member, ApiError> {
        let guild = self.guild(guild)?;
        if let Some(member) = guild.members.get(&user) {
            return Ok(member);
        }
        if self.users.contains_key(&user) {
            Err(code::UNKNOWN_MEMBER.into())
        } else {
            Err(code::UNKNOWN_USER.into())
        }
    }

    // ---- permissions ----

    /// What `user` may do in the guild at large; nothing if they are no member.
    pub(crate) fn permissions_in_guild(&self, user: Id, guild: Id) -> Permissions {
        self.guilds
            .get(&guild)
            .and_then(|guild| guild.holder(user, self.now()))
            .map_or(
                Permissions::NONE,
                super::super::permissions::Holder::in_guild,
            )
    }

    /// What `user` may do in the channel; in a DM everything that makes sense there.
    pub(crate) fn permissions_in(&self, user: Id, channel: Id) -> Permissions {
        let Some(channel) = self.channels.get(&channel) else {
            return Permissions::NONE;
        };
        let Some(guild) = channel.guild.and_then(|guild| self.guilds.get(&guild)) else {
            let is_party = user == self.bot || channel.recipient == Some(user);
            return if channel.kind == ChannelKind::Dm && is_party {
                Permissions::EVERYONE | Permissions::PIN_MESSAGES
            } else {
                Permissions::NONE
            };
        };
        let Some(holder) = guild.holder(user, self.now()) else {
            return Permissions::NONE;
        };
        let overwrites = match channel.thread {
            Some(_) => channel
                .parent
                .and_then(|parent| self.channels.get(&parent))
                .map_or(&[][..], |parent| &parent.overwrites),
            None => &channel.overwrites,
        };
        holder.in_channel(overwrites, channel.place())
    }

    pub(crate) fn bot_sees(&self, channel: Id) -> bool {
        self.permissions_in(self.bot, channel)
            .contains(Permissions::VIEW_CHANNEL)
    }

    // ---- how things look in JSON ----

    pub(crate) fn user_json(&self, user: Id) -> Value {
        self.users.get(&user).map_or_else(
            || json!({"id": user, "username": "Deleted User", "discriminator": "0", "global_name": null, "avatar": null, "public_flags": 0}),
            User::json,
        )
    }

    pub(crate) fn member_json(&self, member: &Member) -> Value {
        json!(self.shown_member(member))
    }

    pub(crate) fn shown_member<'a>(&'a self, member: &'a Member) -> ShownMember<'a> {
        member.shown(self.users.get(&member.user).map(User::shown))
    }

    pub(crate) fn channel_json(&self, channel: &Channel) -> Value {
        let mut json = channel.json();
        if channel.kind == ChannelKind::Dm
            && let Some(recipient) = channel.recipient
            && let Some(object) = json.as_object_mut()
        {
            object.insert("recipients".to_owned(), json!([self.user_json(recipient)]));
            for key in ["name", "parent_id", "position", "permission_overwrites"] {
                object.remove(key);
            }
        }
        json
    }

    fn author_json(&self, author: &Author) -> Value {
        match author {
            Author::User(user) => self.user_json(*user),
            Author::Webhook { id, name, avatar } => json!({
                "id": id, "username": name, "avatar": avatar, "discriminator": "0000",
                "bot": true, "global_name": null, "public_flags": 0, "flags": 0, "primary_guild": null,
            }),
        }
    }

    /// Gives files the addresses that end after a day, where that is wanted.
    fn sign_files(&self, message: &mut Value) {
        let Some(base) = &self.options.files_at else {
            return;
        };
        let port = self.address.rsplit(':').next().unwrap_or_default();
        let base = base.replace("PORT", port);
        let own = format!("http://{}", self.address);
        let now = self.now() / 1000;
        let files = message["attachments"].as_array_mut();
        for file in files.into_iter().flatten() {
            for key in ["url", "proxy_url"] {
                let path = file[key].as_str().and_then(|url| url.strip_prefix(&own));
                if let Some(path) = path {
                    let ends = now + 24 * 3600;
                    file[key] = format!("{base}{path}?ex={ends:x}&is={now:x}&hm=0").into();
                }
            }
        }
    }

    /// The message as its full object. `member` fields are the gateway's and not part of it.
    pub(crate) fn message_json(&self, message: &Message) -> Value {
        let mut json = self.plain_message_json(message);
        self.sign_files(&mut json);
        if let Some(referenced) = message.referenced {
            json["referenced_message"] = self
                .channels
                .get(&message.channel)
                .and_then(|channel| channel.messages.get(&referenced))
                .map_or(Value::Null, |referenced| {
                    self.plain_message_json(referenced)
                });
        }
        json
    }

    fn plain_message_json(&self, message: &Message) -> Value {
        let mut json = message.bare_json();
        json["author"] = self.author_json(&message.author);
        json["mentions"] = message
            .mentions
            .users
            .iter()
            .map(|id| self.user_json(*id))
            .collect();
        if !message.reactions.is_empty() {
            json["reactions"] = message
                .reactions
                .iter()
                .map(|r| self.reaction_json(r))
                .collect();
        }
        json
    }

    fn reaction_json(&self, reaction: &super::message::Reaction) -> Value {
        json!({
            "emoji": reaction.emoji,
            "count": reaction.users.len(),
            "count_details": {"burst": 0, "normal": reaction.users.len()},
            "me": reaction.users.contains(&self.bot),
            "me_burst": false,
            "burst_colors": [],
        })
    }
}
