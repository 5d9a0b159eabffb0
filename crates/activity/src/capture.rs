//! From messages to counts: one buffer, emptied in batches.
//!
//! While a batch is on its way to Postgres the next one gathers. Events are held until their batch is committed: the
//! saved session never passes what is not counted, and after `kill -9` Discord tells it again. What was counted
//! already is known by its id (`activity.counted`, of the last three days), which is written in the same statement as
//! the count; a message older than [`OLDEST`] is not counted any more. So each is counted once, however often it is told.
//!
//! The buffer is bounded. While Postgres is away it fills; what does not fit waits in the mailbox of its guild.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use feature::{Class, Failure, Hold, Kit, On, Outcome, card::cut, created_at};
use jiff::SignedDuration;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use twilight_model::{
    channel::message::MessageType,
    gateway::payload::incoming::{MemberAdd, MemberRemove, MessageCreate},
};

use crate::{
    Activity,
    model::{Heard, Person},
    settings::ActivitySettings,
    store, sums,
};

/// How many messages wait at the most.
const MOST: usize = 65_536;
/// How many are counted at once.
const BATCH: usize = 2_000;
/// The longest pause before a batch is tried again.
const PAUSE: Duration = Duration::from_secs(5);
/// A message older than this is not counted when it is told: whether it was counted is soon not known any more.
const OLDEST: SignedDuration = SignedDuration::from_hours(48);
/// How long it is known which messages were counted; a day more than [`OLDEST`], so that no clock matters.
pub(crate) const KNOWN: SignedDuration = SignedDuration::from_hours(72);

struct Item {
    heard: Heard,
    name: String,
    is_bot: bool,
    #[expect(dead_code, reason = "held for its drop")]
    hold: Hold,
    #[expect(dead_code, reason = "held for its drop: its place is free then")]
    place: OwnedSemaphorePermit,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    is_running: bool,
}

/// What waits to be counted.
pub(crate) struct Buffer {
    queue: Mutex<Queue>,
    places: Arc<Semaphore>,
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            queue: Mutex::default(),
            places: Arc::new(Semaphore::new(MOST)),
        }
    }
}

/// What somebody is called: nickname, display name, or username.
pub(crate) fn shown(nick: Option<&str>, display: Option<&str>, name: &str) -> String {
    let shown = nick.or(display).unwrap_or(name);
    let shown = if shown.is_empty() { "?" } else { shown };
    cut(&shown.replace('\0', ""), 100)
}

/// Whether something in a channel is counted: neither it, nor where it is, is left out.
pub(crate) fn place_is_counted(
    kit: &Kit<Activity>,
    settings: &ActivitySettings,
    channel: ChannelId,
) -> bool {
    if settings.channels.is_empty() {
        return true;
    }
    let parent = |channel: ChannelId| -> Option<ChannelId> {
        Some(kit.cache.channel(channel.into())?.parent_id?.into())
    };
    let mut place = Some(channel);
    // A thread, its channel, and the category.
    for _ in 0..3 {
        let Some(here) = place else { break };
        if settings.channels.contains(&here) {
            return false;
        }
        place = parent(here);
    }
    true
}

/// A message is written.
pub(crate) async fn message(kit: Kit<Activity>, on: On<MessageCreate>) -> Outcome<()> {
    let told = &on.message;
    let Some(guild) = told.guild_id.map(GuildId::from) else {
        return Ok(());
    };
    let is_writing = matches!(
        told.kind,
        MessageType::Regular
            | MessageType::Reply
            | MessageType::ChatInputCommand
            | MessageType::ContextMenuCommand
    );
    // Webhooks are nobody.
    let is_application = told.application_id.is_some() && told.author.bot;
    if !is_writing || (told.webhook_id.is_some() && !is_application) {
        return Ok(());
    }
    let heard = Heard {
        guild,
        id: MessageId::from(told.id),
        channel: ChannelId::from(told.channel_id),
        user: UserId::from(told.author.id),
    };
    let age = kit.clock.now().duration_since(created_at(heard.id.get()));
    if age > OLDEST {
        return Ok(());
    }
    let settings = kit.settings.get::<ActivitySettings>(guild).await?;
    let roles: Vec<RoleId> = told
        .member
        .as_ref()
        .map(|member| member.roles.iter().copied().map(Into::into).collect())
        .unwrap_or_default();
    if settings.leaves_out(&roles) || !place_is_counted(&kit, &settings, heard.channel) {
        return Ok(());
    }
    let nick = told
        .member
        .as_ref()
        .and_then(|member| member.nick.as_deref());
    let author = &told.author;
    let places = Arc::clone(&kit.feature.buffer.places);
    let item = Item {
        heard,
        name: shown(nick, author.global_name.as_deref(), &author.name),
        is_bot: author.bot,
        hold: on.hold(),
        place: places.acquire_owned().await.map_err(Failure::fault)?,
    };
    push(&kit, item);
    Ok(())
}

fn push(kit: &Kit<Activity>, item: Item) {
    let buffer = &kit.feature.buffer;
    let mut queue = buffer.queue.lock();
    queue.items.push_back(item);
    let must_start = !queue.is_running;
    queue.is_running = true;
    drop(queue);
    if must_start {
        kit.spawn("counting messages", empty(kit.clone()));
    }
}

/// Says that nobody empties the buffer, also when that panicked.
struct Ends<'a>(&'a Buffer);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.queue.lock().is_running = false;
    }
}

async fn empty(kit: Kit<Activity>) {
    let buffer = &kit.feature.buffer;
    let mut ends = Some(Ends(buffer));
    loop {
        let items: Vec<Item> = {
            let mut queue = buffer.queue.lock();
            let count = queue.items.len().min(BATCH);
            let items: Vec<Item> = queue.items.drain(..count).collect();
            if items.is_empty() {
                queue.is_running = false;
                std::mem::forget(ends.take());
                return;
            }
            items
        };
        let mut pause = Duration::from_millis(50);
        while let Err(failure) = write(&kit, &items).await {
            if failure.class() == Class::Permanent {
                // Numbers and names that pass the checks of their tables: whatever this is, it must not hold up all
                // others for ever.
                tracing::error!(
                    error = failure.chain(),
                    count = items.len(),
                    "messages can not be counted"
                );
                break;
            }
            tracing::warn!(
                error = failure.chain(),
                count = items.len(),
                "messages wait to be counted"
            );
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE);
        }
    }
}

async fn write(kit: &Kit<Activity>, items: &[Item]) -> Outcome<()> {
    let heard: BTreeMap<MessageId, &Heard> = items
        .iter()
        .map(|item| (item.heard.id, &item.heard))
        .collect();
    let heard: Vec<Heard> = heard.into_values().cloned().collect();
    let people: BTreeMap<(GuildId, UserId), Person> = items
        .iter()
        .map(|item| {
            let Heard { guild, user, .. } = item.heard;
            let person = Person {
                guild,
                user,
                name: item.name.clone(),
                is_bot: item.is_bot,
            };
            ((guild, user), person)
        })
        .collect();
    let people: Vec<Person> = people.into_values().collect();
    let mut db = kit.database.begin().await?;
    store::people::name(&mut db, &people, kit.clock.now()).await?;
    if store::written::count(&mut db, &heard).await? > 0 {
        sums::later(kit, &mut db).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Somebody joins the guild.
pub(crate) async fn member_add(kit: Kit<Activity>, on: On<MemberAdd>) -> Outcome<()> {
    let member = &on.member;
    let guild = GuildId::from(on.guild_id);
    let now = kit.clock.now();
    let joined = member
        .joined_at
        .and_then(|at| jiff::Timestamp::from_microsecond(at.as_micros()).ok());
    let mut db = kit.database.begin().await?;
    if member.user.bot {
        let bot = Person {
            guild,
            user: member.user.id.into(),
            name: shown(None, member.user.global_name.as_deref(), &member.user.name),
            is_bot: true,
        };
        store::people::name(&mut db, &[bot], now).await?;
    } else {
        let at = joined.unwrap_or(now);
        store::people::join(&mut db, guild, member.user.id.into(), at).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Somebody leaves the guild.
pub(crate) async fn member_remove(kit: Kit<Activity>, on: On<MemberRemove>) -> Outcome<()> {
    if on.user.bot {
        return Ok(());
    }
    let mut db = kit.database.acquire().await?;
    let now = kit.clock.now();
    store::people::leave(&mut db, on.guild_id.into(), on.user.id.into(), now).await?;
    Ok(())
}
