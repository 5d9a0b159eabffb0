//! Who sits in voice, as Discord tells it: events and what a session begins with are [gathered](crate::gather), and a
//! job says every half minute (`beat`) of those who sit that they still do, while the gateway is connected.

use std::collections::{BTreeMap, BTreeSet};

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{Failure, Hold, Kit, On, Outcome};
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use twilight_model::{
    gateway::payload::incoming::{GuildCreate, VoiceStateUpdate},
    guild::Member,
    voice::VoiceState,
};

use crate::{
    Activity,
    capture::{place_is_counted, shown},
    gather::{self, Gather, Gathered},
    model::Person,
    settings::ActivitySettings,
    store, sums,
    voice::{Book, Plan, SILENCE, Seat, State},
};

/// How often those who sit are said to sit still.
const BEAT: SignedDuration = SignedDuration::from_secs(30);

/// Something that changes who sits where.
pub(crate) struct Change {
    guild: GuildId,
    at: Timestamp,
    what: What,
}

enum What {
    /// Somebody sits somewhere, or nowhere any more.
    Member {
        user: UserId,
        seat: Option<Seat>,
        name: Option<String>,
    },
    /// A session begins: these sit there.
    Everyone {
        seats: Vec<Seat>,
        people: Vec<Person>,
    },
    /// The true state of the guild is known, and all that was told before is handled.
    Known,
    /// Nothing is heard of the guild for now.
    Away,
    /// The bot is not in the guild any more.
    Nobody,
}

impl Gathered for Change {
    const WHAT: &'static str = "voice";

    fn gather(feature: &Activity) -> &Gather<Self> {
        &feature.changes
    }

    async fn write(kit: &Kit<Activity>, batch: &[Self]) -> Outcome<()> {
        let mut people: BTreeMap<(GuildId, UserId), Person> = BTreeMap::new();
        let mut sitting: BTreeSet<(GuildId, UserId)> = BTreeSet::new();
        for change in batch {
            sitting.extend(change.seats().map(|seat| (change.guild, seat.user)));
            people.extend(change.people().map(|one| ((one.guild, one.user), one)));
        }
        let people: Vec<Person> = people.into_values().collect();
        let sitting: Vec<(GuildId, UserId)> = sitting.into_iter().collect();
        let guilds: BTreeSet<GuildId> = batch.iter().map(|change| change.guild).collect();
        let guilds: Vec<GuildId> = guilds.into_iter().collect();
        let mut db = kit.database.begin().await?;
        let out = store::people::out(&mut db, &sitting).await?;
        store::people::name(&mut db, &people, kit.clock.now()).await?;
        let open = store::voice::open(&mut db, &guilds).await?;
        let mut books: BTreeMap<GuildId, Book> = open
            .into_iter()
            .map(|(guild, open)| (guild, Book::new(open)))
            .collect();
        let is_counted = |guild, seat: &Seat| !out.contains(&(guild, seat.user));
        for Change { guild, at, what } in batch {
            let (guild, at) = (*guild, *at);
            let Some(book) = books.get_mut(&guild) else {
                continue;
            };
            match what {
                What::Member { user, seat, .. } => {
                    let seat = seat.clone().filter(|seat| is_counted(guild, seat));
                    book.member(*user, seat, at);
                }
                What::Everyone { seats, .. } => {
                    let mut seats = seats.clone();
                    seats.retain(|seat| is_counted(guild, seat));
                    book.anew(seats, at);
                }
                What::Known => book.stale(at),
                What::Away => {}
                What::Nobody => book.nobody(at),
            }
        }
        let is_occupied = books.values().any(Book::is_occupied);
        let plans: Vec<(GuildId, Plan)> = books
            .into_iter()
            .map(|(guild, book)| (guild, book.plan()))
            .collect();
        settle(kit, &mut db, &plans).await?;
        if is_occupied {
            beat_later(kit, &mut db).await?;
        }
        db.commit().await?;
        let mut caught_up = kit.feature.caught_up.lock();
        for change in batch {
            match change.what {
                What::Known => {
                    caught_up.insert(change.guild);
                }
                What::Away | What::Nobody => {
                    caught_up.remove(&change.guild);
                }
                What::Member { .. } | What::Everyone { .. } => {}
            }
        }
        Ok(())
    }
}

impl Change {
    fn seats(&self) -> impl Iterator<Item = &Seat> {
        let (one, all): (_, &[Seat]) = match &self.what {
            What::Member { seat, .. } => (seat.as_ref(), &[]),
            What::Everyone { seats, .. } => (None, seats),
            What::Known | What::Away | What::Nobody => (None, &[]),
        };
        one.into_iter().chain(all)
    }

    fn people(&self) -> impl Iterator<Item = Person> {
        let (one, all): (_, &[Person]) = match &self.what {
            What::Member { user, name, .. } => {
                let person = name.clone().map(|name| Person {
                    guild: self.guild,
                    user: *user,
                    name,
                    is_bot: false,
                });
                (person, &[])
            }
            What::Everyone { people, .. } => (None, people),
            What::Known | What::Away | What::Nobody => (None, &[]),
        };
        one.into_iter().chain(all.iter().cloned())
    }
}

/// Writes down what follows, and has it summed up.
async fn settle(
    kit: &Kit<Activity>,
    db: &mut PgConnection,
    plans: &[(GuildId, Plan)],
) -> Outcome<()> {
    if plans.iter().all(|(_, plan)| plan.is_empty()) {
        return Ok(());
    }
    store::voice::apply(db, plans).await?;
    sums::later(kit, db).await
}

async fn put(kit: &Kit<Activity>, guild: GuildId, what: What, hold: Option<Hold>) -> Outcome<()> {
    let at = kit.clock.now();
    gather::put(kit, Change { guild, at, what }, hold).await
}

/// A seat, as Discord tells of it; none for who left, and where nobody is counted.
fn seat(
    kit: &Kit<Activity>,
    settings: &ActivitySettings,
    guild: GuildId,
    told: &VoiceState,
    roles: &[RoleId],
) -> Option<Seat> {
    let channel = ChannelId::from(told.channel_id?);
    if !place_is_counted(kit, settings, channel) || settings.leaves_out(roles) {
        return None;
    }
    let afk = kit
        .cache
        .guild(guild.into())
        .and_then(|guild| guild.afk_channel_id());
    Some(Seat {
        user: told.user_id.into(),
        channel,
        session: told.session_id.chars().take(100).collect(),
        state: State {
            muted: told.mute || told.self_mute,
            deafened: told.deaf || told.self_deaf,
            streaming: told.self_stream,
            filming: told.self_video,
            afk: afk.map(ChannelId::from) == Some(channel),
            alone: false,
        },
    })
}

fn roles(member: Option<&Member>) -> Vec<RoleId> {
    let roles = member.map(|member| member.roles.as_slice());
    let roles = roles.unwrap_or_default().iter().copied();
    roles.map(Into::into).collect()
}

fn name(member: &Member) -> String {
    let user = &member.user;
    shown(
        member.nick.as_deref(),
        user.global_name.as_deref(),
        &user.name,
    )
}

/// Somebody joins, moves, leaves, or changes something.
pub(crate) async fn voice_state(kit: Kit<Activity>, on: On<VoiceStateUpdate>) -> Outcome<()> {
    let told = &on.0;
    let Some(guild) = told.guild_id.map(GuildId::from) else {
        return Ok(());
    };
    let member = told.member.as_ref();
    if member.is_some_and(|member| member.user.bot) {
        return Ok(());
    }
    let settings = kit.settings.get::<ActivitySettings>(guild).await?;
    let seat = seat(&kit, &settings, guild, told, &roles(member));
    let what = What::Member {
        user: told.user_id.into(),
        name: seat.as_ref().and(member).map(name),
        seat,
    };
    put(&kit, guild, what, Some(on.hold())).await
}

/// A session begins: Discord tells who sits there.
pub(crate) async fn guild_create(kit: Kit<Activity>, on: On<GuildCreate>) -> Outcome<()> {
    let GuildCreate::Available(told) = &*on else {
        return Ok(());
    };
    let guild = GuildId::from(told.id);
    let settings = kit.settings.get::<ActivitySettings>(guild).await?;
    let members: BTreeMap<UserId, &Member> = told
        .members
        .iter()
        .map(|member| (member.user.id.into(), member))
        .collect();
    let mut seats: BTreeMap<UserId, Seat> = BTreeMap::new();
    for state in &told.voice_states {
        let member = members.get(&state.user_id.into()).copied();
        if member.is_some_and(|member| member.user.bot) {
            continue;
        }
        if let Some(seat) = seat(&kit, &settings, guild, state, &roles(member)) {
            seats.entry(seat.user).or_insert(seat);
        }
    }
    let people = members
        .iter()
        .filter(|(user, member)| seats.contains_key(user) || member.user.bot)
        .map(|(user, member)| Person {
            guild,
            user: *user,
            name: name(member),
            is_bot: member.user.bot,
        })
        .collect();
    let seats = seats.into_values().collect();
    let what = What::Everyone { seats, people };
    put(&kit, guild, what, Some(on.hold())).await
}

/// The true state of a guild is known, and all that was told of it before is handled.
pub(crate) async fn reconcile(kit: &Kit<Activity>, guild: GuildId) -> Outcome<()> {
    put(kit, guild, What::Known, None).await
}

/// The guild is away for a while, or the bot was taken out of it.
pub(crate) async fn gone(
    kit: &Kit<Activity>,
    guild: GuildId,
    is_left: bool,
    hold: Hold,
) -> Outcome<()> {
    let what = if is_left { What::Nobody } else { What::Away };
    put(kit, guild, what, Some(hold)).await
}

/// Ends what is open of a member now.
pub(crate) async fn end(
    kit: &Kit<Activity>,
    db: &mut PgConnection,
    guild: GuildId,
    user: UserId,
) -> Outcome<()> {
    let mut plans = Vec::new();
    for (guild, open) in store::voice::open(db, &[guild]).await? {
        let mut book = Book::new(open);
        book.member(user, None, kit.clock.now());
        plans.push((guild, book.plan()));
    }
    settle(kit, db, &plans).await
}

/// Says of those who sit that they still do.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Beat {}

impl Job for Beat {
    const NAME: &'static str = "activity.beat";
}

async fn beat_later(kit: &Kit<Activity>, db: &mut PgConnection) -> Outcome<()> {
    // A key of its own instant: many beginnings must not put the beat off again and again.
    let now = kit.clock.now();
    let slot = now.as_second().div_euclid(BEAT.as_secs()) + 1;
    let at = Timestamp::from_second(slot * BEAT.as_secs()).unwrap_or(now);
    let job = NewJob::new(&Beat {})
        .map_err(Failure::fault)?
        .key("all")
        .at(at);
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

pub(crate) async fn beat(kit: Kit<Activity>, _: Beat) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    let occupied = store::voice::occupied(&mut db).await?;
    if occupied.is_empty() {
        return Ok(());
    }
    let mut heard = Vec::new();
    for guild in occupied {
        // While nothing is heard of a guild, nothing is certain.
        if is_heard(&kit, guild)
            && !kit
                .is_off(<Activity as feature::Feature>::NAME, guild)
                .await?
        {
            heard.push(guild);
        }
    }
    let now = kit.clock.now();
    store::voice::beat(&mut db, &heard, now - SILENCE, now).await?;
    if !heard.is_empty() {
        sums::later(&kit, &mut db).await?;
    }
    beat_later(&kit, &mut db).await?;
    db.commit().await?;
    Ok(())
}

/// Whether events of a guild come in now, and all that came before were handled.
fn is_heard(kit: &Kit<Activity>, guild: GuildId) -> bool {
    let shards = kit.pulse.shards();
    let count = u64::try_from(shards.len()).unwrap_or(1).max(1);
    let shard = u32::try_from((guild.get() >> 22) % count).unwrap_or_default();
    let is_connected = shards.get(&shard).is_some_and(|shard| shard.is_active);
    let is_there = kit.cache.guild(guild.into()).is_some() && !kit.pulse.awaits(guild);
    is_connected && is_there && kit.feature.caught_up.lock().contains(&guild)
}
