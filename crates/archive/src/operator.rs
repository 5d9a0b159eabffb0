//! What the operator wants kept, by the configuration: single channels, or everything; and where files go.
//!
//! What is to be kept counts as if somebody had turned it on: the notice is posted first, and nothing is kept where it can not be. A
//! server that turns it off again stays off, because what was said of a channel or of the whole server stands in its row.

use std::{collections::HashSet, path::PathBuf};

use database::{ChannelId, GuildId};
use feature::{Kit, Outcome, Refusal, discord::Post};
use twilight_model::gateway::Intents;

use crate::{Allowed, Archive, channels, store, text};

/// What is kept without anybody turning it on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operator {
    /// These channels, in whatever server they are.
    pub channels: Vec<ChannelId>,
    /// All channels of all servers.
    pub everything: bool,
    /// The program's directory; without one nothing is written to files.
    pub files: Option<PathBuf>,
    /// Under which `scheme://host` files are fetched; without one, links are shown without it.
    pub reach: Option<String>,
    /// How many megabytes (10⁶ bytes) all exports together may take.
    pub exports_mb: u32,
    /// Which files are kept where a server wants its files kept.
    pub attachments: Allowed,
    /// How many megabytes (10⁶ bytes) they may take together.
    pub attachments_mb: u32,
}

impl Default for Operator {
    fn default() -> Self {
        Self {
            channels: Vec::new(),
            everything: false,
            files: None,
            reach: None,
            exports_mb: 4_096,
            attachments: Allowed::default(),
            attachments_mb: 10_000,
        }
    }
}

impl Operator {
    /// How many bytes all exports together may take.
    pub(crate) fn most_bytes(&self) -> i64 {
        i64::from(self.exports_mb) * 1_000_000
    }

    /// How many bytes all kept files together may take.
    pub(crate) fn most_of_files(&self) -> i64 {
        i64::from(self.attachments_mb) * 1_000_000
    }
}

/// Turns on what is wanted of a guild and of which nobody said anything yet.
pub(crate) async fn turn_on(kit: &Kit<Archive>, guild: GuildId) -> Outcome<()> {
    let wanted = &kit.feature.operator;
    if wanted.channels.is_empty() && !wanted.everything {
        return Ok(());
    }
    let mut db = kit.database.acquire().await?;
    let kept = store::channels::kept(&mut db, guild).await?;
    let is_said = store::channels::is_said(&mut db, guild).await?;
    drop(db);
    let said: HashSet<ChannelId> = kept.channels.iter().map(|(channel, _)| *channel).collect();
    let of_guild = channels::all(kit, guild);
    let named = wanted.channels.iter().filter(|id| !said.contains(id));
    let named = named.filter_map(|id| of_guild.iter().find(|channel| channel.id == *id));
    let mut is_new = false;
    for channel in named {
        let kind = kit.cache.channel(channel.id.into()).map(|known| known.kind);
        let takes_messages = kind.is_some_and(channels::takes_messages);
        let place = if takes_messages {
            Some(channel.id)
        } else {
            lobby(kit, guild)
        };
        if tell(kit, guild, Some(channel.id), place).await? {
            let mut db = kit.database.acquire().await?;
            let (by, now) = (kit.me.id(), kit.clock.now());
            is_new |= store::channels::keep(&mut db, guild, channel, by, true, now).await?;
        }
    }
    if wanted.everything && !is_said && tell(kit, guild, None, lobby(kit, guild)).await? {
        let mut db = kit.database.acquire().await?;
        let (by, now) = (kit.me.id(), kit.clock.now());
        is_new |= store::channels::keep_everything(&mut db, guild, by, true, now).await?;
    }
    if is_new {
        if kit.missing_intents.contains(Intents::MESSAGE_CONTENT) {
            tracing::warn!(%guild, "the Message Content Intent is off: messages are kept without what they say");
        }
        kit.feature.memory.forget(guild);
        kit.feature.memory.begin_anew(guild);
    }
    Ok(())
}

/// Where a server reads what concerns all of it.
fn lobby(kit: &Kit<Archive>, guild: GuildId) -> Option<ChannelId> {
    let known = kit.cache.guild(guild.into())?;
    let lobby = known
        .system_channel_id()
        .or(known.public_updates_channel_id());
    lobby.map(Into::into)
}

/// Tells those who are read; `false` where they can not be told, which is tried again with the next repair.
async fn tell(
    kit: &Kit<Archive>,
    guild: GuildId,
    channel: Option<ChannelId>,
    place: Option<ChannelId>,
) -> Outcome<bool> {
    let Some(place) = place else {
        tracing::warn!(%guild, "nothing is kept though the configuration wants it: the server has no system channel to say so in");
        return Ok(false);
    };
    let lang = kit.manners(guild).await?.lang;
    let nonce = place.to_string();
    let post = Post {
        nonce: Some(&nonce),
        pings: &[],
        ..Post::default()
    };
    let notice = text::notice(lang, channel);
    match kit.discord.post(place, lang, &notice, post).await {
        Ok(notice) => {
            kit.feature.memory.notice(notice);
            Ok(true)
        }
        Err(refusal) if is_for_good(&refusal) => {
            tracing::warn!(
                %guild,
                channel = %place,
                error = feature::chain(&refusal),
                "nothing is kept though the configuration wants it: let the bot write there, so that it can say so"
            );
            Ok(false)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

fn is_for_good(refusal: &Refusal) -> bool {
    use feature::Explain as _;
    refusal.class() == feature::Class::Permanent
}
