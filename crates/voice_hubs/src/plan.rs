//! What is to be done in a guild: a pure function of what is stored and what is so.
//!
//! The same plan runs on events, at the start, after a session was lost, and as a sweep. Whatever happened in between
//! (missed events, a crash between any two lines, channels deleted by hand) it leads to the same end: a room for each
//! member who waits in a hub, and no room without people.

use std::collections::{HashMap, HashSet};

use database::{ChannelId, RoleId, UserId};
use jiff::{SignedDuration, Timestamp};

use crate::{
    model::{Hub, Problem, Room, RoomId, Seat, free_number},
    store::Request,
};

/// After how long another process may make the channel of a room that one has begun to make.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(5);
/// How often the channel of a room is tried to be made.
pub(crate) const TRIES: u16 = 4;
/// How long after its beginning a channel that Discord made late may still turn up.
const LATE: SignedDuration = SignedDuration::from_mins(10);
/// For how long a panel lets those go first who still wait for their rooms.
const COURTESY: SignedDuration = SignedDuration::from_secs(2);
/// The span of the throttles for members and guilds.
pub(crate) const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How many rooms a guild may open in a day.
pub(crate) const PER_DAY: i64 = 1800;
/// From how many of them staff is warned.
pub(crate) const WARN_AT: i64 = 1500;

/// What a piece of work is about; each is worked on once at a time.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Key {
    Room(RoomId),
    /// A member whose name is being asked for.
    Member(UserId),
    /// A member who is being told something, until an instant.
    Told(UserId),
    Category(ChannelId),
    Stray(ChannelId),
}

/// A voice channel that no room claims, with the mark of one that was made for an owner.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stray {
    pub(crate) channel: ChannelId,
    pub(crate) owner: UserId,
    pub(crate) name: String,
    pub(crate) made_at: Timestamp,
}

/// Everything that the plan follows from.
#[derive(Debug)]
pub(crate) struct Picture<'a> {
    pub(crate) now: Timestamp,
    /// This process, among those that may work on the guild.
    pub(crate) process: &'a str,
    pub(crate) staff: Option<RoleId>,
    pub(crate) hubs: &'a [Hub],
    pub(crate) rooms: &'a [Room],
    pub(crate) seats: &'a HashMap<UserId, Seat>,
    /// Every channel that exists.
    pub(crate) channels: &'a HashSet<ChannelId>,
    pub(crate) strays: &'a [Stray],
    /// What is being worked on, and members who were just told.
    pub(crate) busy: &'a HashSet<Key>,
    /// What the panels of rooms show because the answer to a click was the panel.
    pub(crate) shown: &'a HashMap<RoomId, i32>,
    /// Who opened rooms in the last minute, in order.
    pub(crate) recent: &'a [(UserId, Timestamp)],
    /// How many rooms the guild may open in a minute.
    pub(crate) per_guild: u16,
    /// How many rooms were opened in the last day.
    pub(crate) today: i64,
    pub(crate) requests: &'a [Request],
    /// Categories that were made, of which hub, and how many channels they hold.
    pub(crate) overflows: &'a [(ChannelId, ChannelId, usize)],
}

/// Why a member who waits in a hub gets no room for now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wait {
    /// The member opened too many.
    Member(Timestamp),
    /// The guild opened too many.
    Guild(Timestamp),
    /// The day's rooms are spent.
    Day,
    /// The hub holds as many as it may.
    MaxRooms(u16),
    /// Something stands in the way.
    Problem(Problem),
}

/// A thing to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Write down a room for the member, and make it.
    Open {
        hub: ChannelId,
        member: UserId,
        number: u32,
    },
    /// The channel was made by a process that died before it could say so.
    Adopt { room: RoomId, channel: ChannelId },
    /// Look for the channel, and make it if it is not there.
    Retry(RoomId),
    /// Move the owner in.
    Move(RoomId),
    /// Delete the channel, then forget the room.
    Close(RoomId),
    /// The channel is gone: forget the room.
    Forget(RoomId),
    /// Delete a channel that was made twice.
    DeleteStray(ChannelId),
    /// The owner has left the room.
    Away(RoomId),
    /// The owner is back.
    Back(RoomId),
    /// Somebody sits in the room who is kept out.
    ShowOut { room: RoomId, member: UserId },
    /// The channel does not yet show what is wanted.
    Edit(RoomId),
    /// The channel may get its new name now.
    Rename(RoomId),
    /// The panel does not yet show what is so.
    Panel(RoomId),
    /// Make the waiting room.
    OpenWaiting(RoomId),
    /// Delete the waiting room.
    CloseWaiting(RoomId),
    /// The waiting room is gone.
    ForgetWaiting(RoomId),
    /// Show the owner that somebody asks.
    Ask { room: RoomId, member: UserId },
    /// Who asked has left.
    Withdraw { room: RoomId, member: UserId },
    /// Tell a member why there is no room.
    Tell {
        hub: ChannelId,
        member: UserId,
        why: Wait,
    },
    /// The hub's channel is gone.
    Deactivate(ChannelId),
    /// A category that was made is empty.
    DropCategory(ChannelId),
}

/// Steps, and when to plan again though nothing happens.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) again_at: Option<Timestamp>,
}

impl Plan {
    fn again(&mut self, at: Timestamp) {
        self.again_at = Some(self.again_at.map_or(at, |before| before.min(at)));
    }

    /// Whether an instant has come; if not, the plan runs again then.
    fn is_due(&mut self, at: Option<Timestamp>, now: Timestamp) -> bool {
        match at {
            Some(at) if at > now => {
                self.again(at);
                false
            }
            _ => true,
        }
    }
}

/// Makes the plan.
pub(crate) fn plan(picture: &Picture<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut sitting: HashMap<ChannelId, Vec<UserId>> = HashMap::new();
    let mut seated: Vec<_> = picture.seats.iter().collect();
    seated.sort_unstable_by_key(|(user, _)| **user);
    for (user, seat) in seated {
        sitting.entry(seat.channel).or_default().push(*user);
    }
    for hub in picture.hubs.iter().filter(|hub| hub.active) {
        if !picture.channels.contains(&hub.channel) {
            plan.steps.push(Step::Deactivate(hub.channel));
        }
    }
    let is_crowded = picture
        .rooms
        .iter()
        .any(|room| is_being_opened(picture, room));
    for room in picture.rooms {
        if !picture.busy.contains(&Key::Room(room.id)) {
            plan_room(&mut plan, picture, room, &sitting, is_crowded);
        }
    }
    plan_strays(&mut plan, picture);
    plan_hubs(&mut plan, picture, &sitting);
    for (hub, category, children) in picture.overflows {
        let is_awaited = picture
            .rooms
            .iter()
            .any(|room| room.hub == *hub && room.channel.is_none());
        if *children == 0 && !is_awaited && !picture.busy.contains(&Key::Category(*category)) {
            plan.steps.push(Step::DropCategory(*category));
        }
    }
    plan
}

/// Whether the room is being worked on while its owner still waits in the hub. When that ends, the guild is planned
/// again.
fn is_being_opened(picture: &Picture<'_>, room: &Room) -> bool {
    let owner = picture.seats.get(&room.owner);
    picture.busy.contains(&Key::Room(room.id)) && owner.is_some_and(|seat| seat.channel == room.hub)
}

fn plan_room(
    plan: &mut Plan,
    picture: &Picture<'_>,
    room: &Room,
    sitting: &HashMap<ChannelId, Vec<UserId>>,
    is_crowded: bool,
) {
    let now = picture.now;
    let Some(channel) = room.channel else {
        let stray = picture.strays.iter().find(|stray| is_of(stray, room));
        if let Some(stray) = stray {
            plan.steps.push(Step::Adopt {
                room: room.id,
                channel: stray.channel,
            });
            return;
        }
        let due = if room.opener == picture.process {
            room.again_at
        } else {
            Some(room.tries_at + LEASE)
        };
        if plan.is_due(due, now) {
            plan.steps.push(Step::Retry(room.id));
        }
        return;
    };
    if !picture.channels.contains(&channel) {
        plan.steps.push(Step::Forget(room.id));
        return;
    }
    let is_due = plan.is_due(room.again_at, now);
    if room.closing {
        if is_due {
            plan.steps.push(Step::Close(room.id));
        }
        return;
    }
    let hub = picture.hubs.iter().find(|hub| hub.channel == room.hub);
    let bots_keep = hub.is_some_and(|hub| hub.bots_keep);
    let inside = sitting.get(&channel).map_or(&[][..], Vec::as_slice);
    let is_bot = |user: &UserId| picture.seats.get(user).is_some_and(|seat| seat.is_bot);
    let is_wanted = hub.is_some_and(|hub| {
        let owner = picture.seats.get(&room.owner);
        hub.active
            && hub.paused_until.is_none_or(|until| until <= now)
            && owner.is_some_and(|seat| seat.channel == hub.channel)
    });
    if is_wanted {
        if is_due {
            plan.steps.push(Step::Move(room.id));
        }
        return;
    }
    if !inside.iter().any(|user| bots_keep || !is_bot(user)) {
        if is_due {
            plan.steps.push(Step::Close(room.id));
        }
        return;
    }
    match (inside.contains(&room.owner), room.owner_left_at) {
        (true, Some(_)) => plan.steps.push(Step::Back(room.id)),
        (false, None) => plan.steps.push(Step::Away(room.id)),
        _ => {}
    }
    for member in inside
        .iter()
        .filter(|member| **member != room.owner && !is_bot(member))
    {
        let roles = picture
            .seats
            .get(member)
            .map_or(&[][..], |seat| seat.roles.as_slice());
        let is_staff = picture.staff.is_some_and(|staff| roles.contains(&staff));
        if room.lists.keeps_out(*member, roles) && !is_staff && is_due {
            plan.steps.push(Step::ShowOut {
                room: room.id,
                member: *member,
            });
        }
    }
    let may_rename = room.wanted_name.is_some() && plan.is_due(room.renames_left(now).1, now);
    let shown = picture.shown.get(&room.id).copied().unwrap_or_default();
    if room.edit_wanted > room.edit_done && is_due {
        plan.steps.push(Step::Edit(room.id));
    } else if may_rename && is_due {
        plan.steps.push(Step::Rename(room.id));
    } else if room.panel_wanted > room.panel_done.max(shown) && is_due {
        // A room is of more use to somebody who has none than a panel to somebody who has one.
        if !is_crowded || room.opening_since + COURTESY <= now {
            plan.steps.push(Step::Panel(room.id));
        }
    }
    plan_waiting_room(plan, picture, room, sitting, is_due);
}

fn plan_waiting_room(
    plan: &mut Plan,
    picture: &Picture<'_>,
    room: &Room,
    sitting: &HashMap<ChannelId, Vec<UserId>>,
    is_due: bool,
) {
    let Some(waiting) = room.waiting_channel else {
        if room.waits && is_due {
            plan.steps.push(Step::OpenWaiting(room.id));
        }
        return;
    };
    if !picture.channels.contains(&waiting) {
        plan.steps.push(Step::ForgetWaiting(room.id));
        return;
    }
    if !room.waits {
        if is_due {
            plan.steps.push(Step::CloseWaiting(room.id));
        }
        return;
    }
    let waiters = sitting.get(&waiting).map_or(&[][..], Vec::as_slice);
    let asks = |member: &UserId| {
        picture
            .requests
            .iter()
            .find(|request| request.room == room.id && request.user == *member)
    };
    for member in waiters {
        let is_person = picture.seats.get(member).is_some_and(|seat| !seat.is_bot);
        let is_asked = asks(member).is_some_and(|request| request.asked_of == Some(room.owner));
        if is_person && *member != room.owner && !is_asked {
            plan.steps.push(Step::Ask {
                room: room.id,
                member: *member,
            });
        }
    }
    for request in picture
        .requests
        .iter()
        .filter(|request| request.room == room.id)
    {
        if !waiters.contains(&request.user) {
            plan.steps.push(Step::Withdraw {
                room: room.id,
                member: request.user,
            });
        }
    }
}

/// Whether a channel was made for a room, as far as can be seen.
fn is_of(stray: &Stray, room: &Room) -> bool {
    // Discord's clock is not ours.
    let earliest = room.opening_since - SignedDuration::from_secs(10);
    stray.owner == room.owner && stray.name == room.name && stray.made_at >= earliest
}

fn plan_strays(plan: &mut Plan, picture: &Picture<'_>) {
    for stray in picture.strays {
        let is_twin = picture.rooms.iter().any(|room| {
            room.channel.is_some()
                && room.tries > 1
                && is_of(stray, room)
                && stray.made_at <= room.opening_since + LATE
        });
        if is_twin && !picture.busy.contains(&Key::Stray(stray.channel)) {
            plan.steps.push(Step::DeleteStray(stray.channel));
        }
    }
}

fn plan_hubs(plan: &mut Plan, picture: &Picture<'_>, sitting: &HashMap<ChannelId, Vec<UserId>>) {
    let now = picture.now;
    let mut recent: Vec<(UserId, Timestamp)> = picture
        .recent
        .iter()
        .filter(|(_, at)| *at + MINUTE > now)
        .copied()
        .collect();
    let mut today = picture.today;
    for hub in picture
        .hubs
        .iter()
        .filter(|hub| hub.active && picture.channels.contains(&hub.channel))
    {
        let mine = || picture.rooms.iter().filter(|room| room.hub == hub.channel);
        let mut numbers: Vec<u32> = mine().map(|room| room.number).collect();
        for member in sitting.get(&hub.channel).into_iter().flatten() {
            let is_bot = picture.seats.get(member).is_some_and(|seat| seat.is_bot);
            let is_busy = picture.busy.contains(&Key::Member(*member));
            if is_bot || is_busy || mine().any(|room| room.owner == *member) {
                continue;
            }
            let wait = hindrance(picture, hub, *member, &recent, today, numbers.len());
            if let Some(why) = wait {
                let until = match why {
                    Wait::Member(until) | Wait::Guild(until) => Some(until),
                    Wait::Problem(_) => hub.paused_until,
                    Wait::Day => Some(now + SignedDuration::from_mins(10)),
                    Wait::MaxRooms(_) => None,
                };
                if let Some(until) = until {
                    plan.again(until);
                }
                if !picture.busy.contains(&Key::Told(*member)) {
                    plan.steps.push(Step::Tell {
                        hub: hub.channel,
                        member: *member,
                        why,
                    });
                }
                continue;
            }
            let number = free_number(numbers.iter().copied());
            numbers.push(number);
            recent.push((*member, now));
            today += 1;
            plan.steps.push(Step::Open {
                hub: hub.channel,
                member: *member,
                number,
            });
        }
    }
}

/// What keeps a member from a room for now.
fn hindrance(
    picture: &Picture<'_>,
    hub: &Hub,
    member: UserId,
    recent: &[(UserId, Timestamp)],
    today: i64,
    rooms: usize,
) -> Option<Wait> {
    let now = picture.now;
    if let Some(problem) = hub.problem
        && hub.paused_until.is_some_and(|until| until > now)
    {
        return Some(Wait::Problem(problem));
    }
    if hub.max_rooms > 0 && rooms >= usize::from(hub.max_rooms) {
        return Some(Wait::MaxRooms(hub.max_rooms));
    }
    // With the limit at n, the n-th newest must be a minute old.
    let freed = |times: Vec<Timestamp>, limit: u16| {
        let at = times.len().checked_sub(usize::from(limit))?;
        times.get(at).map(|at| *at + MINUTE)
    };
    let own = recent
        .iter()
        .filter(|(other, _)| *other == member)
        .map(|(_, at)| *at)
        .collect();
    if let Some(until) = freed(own, hub.per_member) {
        return Some(Wait::Member(until));
    }
    let all = recent.iter().map(|(_, at)| *at).collect();
    if let Some(until) = freed(all, picture.per_guild) {
        return Some(Wait::Guild(until));
    }
    (today >= PER_DAY).then_some(Wait::Day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Lists, Mode};

    fn id<T: std::str::FromStr>(number: u64) -> T
    where
        T::Err: std::fmt::Debug,
    {
        number.to_string().parse().unwrap()
    }

    fn now() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn hub() -> Hub {
        Hub {
            channel: id(10),
            guild: id(1),
            active: true,
            template: None,
            user_limit: None,
            max_rooms: 0,
            mode: Mode::Open,
            bitrate: None,
            region: None,
            category: None,
            overflow: Vec::new(),
            copies_category: false,
            copy_from: None,
            claim_delay: None,
            per_member: 2,
            bots_keep: false,
            log_channel: None,
            status: None,
            status_allowed: true,
            problem: None,
            strikes: 0,
            paused_until: None,
            staff_told_at: None,
            full_since: None,
            created_by: id(2),
            created_at: now(),
        }
    }

    fn room(number: u32, owner: u64, channel: Option<u64>) -> Room {
        Room {
            id: RoomId(number.into()),
            guild: id(1),
            hub: id(10),
            owner: id(owner),
            channel: channel.map(id),
            number,
            name: format!("room {number}"),
            mode: Mode::Open,
            user_limit: 0,
            lists: Lists::default(),
            speakers: Vec::new(),
            base: Vec::new(),
            opener: "other".to_owned(),
            opening_since: now(),
            tries_at: now(),
            tries: 1,
            closing: false,
            edit_wanted: 0,
            edit_done: 0,
            panel_wanted: 1,
            panel_done: 1,
            panel_channel: None,
            panel_message: None,
            owner_left_at: None,
            wanted_name: None,
            renamed_at: Vec::new(),
            status: None,
            waits: false,
            waiting_channel: None,
            problem: None,
            again_at: None,
        }
    }

    #[derive(Default)]
    struct World {
        rooms: Vec<Room>,
        seats: HashMap<UserId, Seat>,
        channels: HashSet<ChannelId>,
        strays: Vec<Stray>,
        busy: HashSet<Key>,
    }

    impl World {
        fn with_hub() -> Self {
            let mut world = Self::default();
            world.channels.insert(id(10));
            world
        }

        fn sits(&mut self, user: u64, channel: u64) {
            let seat = Seat {
                channel: id(channel),
                is_bot: false,
                roles: Vec::new(),
            };
            self.seats.insert(id(user), seat);
        }

        fn plan_at(&self, now: Timestamp) -> Plan {
            plan(&Picture {
                now,
                process: "this",
                staff: None,
                hubs: &[hub()],
                rooms: &self.rooms,
                seats: &self.seats,
                channels: &self.channels,
                strays: &self.strays,
                busy: &self.busy,
                shown: &HashMap::new(),
                recent: &[],
                per_guild: 200,
                today: 0,
                requests: &[],
                overflows: &[],
            })
        }
    }

    #[test]
    fn what_another_process_makes_is_left_alone_until_its_lease_ends() {
        let mut world = World::with_hub();
        world.sits(100, 10);
        world.rooms.push(room(1, 100, None));
        let early = world.plan_at(now() + SignedDuration::from_secs(1));
        assert_eq!(early.steps, []);
        assert_eq!(early.again_at, Some(now() + LEASE));
        let late = world.plan_at(now() + LEASE);
        assert_eq!(late.steps, [Step::Retry(RoomId(1))]);
        world.strays.push(Stray {
            channel: id(20),
            owner: id(100),
            name: "room 1".to_owned(),
            made_at: now(),
        });
        let found = world.plan_at(now() + SignedDuration::from_secs(1));
        let adopt = Step::Adopt {
            room: RoomId(1),
            channel: id(20),
        };
        assert_eq!(found.steps, [adopt]);
    }

    #[test]
    fn a_channel_made_twice_is_deleted_and_somebody_elses_is_not() {
        let mut world = World::with_hub();
        let mut kept = room(1, 100, Some(20));
        kept.tries = 2;
        world.rooms.push(kept);
        world.channels.insert(id(20));
        world.sits(100, 20);
        let stray = |channel, name: &str| Stray {
            channel: id(channel),
            owner: id(100),
            name: name.to_owned(),
            made_at: now(),
        };
        world.strays = vec![stray(21, "room 1"), stray(22, "another")];
        assert_eq!(world.plan_at(now()).steps, [Step::DeleteStray(id(21))]);
    }

    #[test]
    fn a_panel_lets_those_go_first_who_wait_for_their_rooms_but_not_for_ever() {
        let mut world = World::with_hub();
        let mut shown = room(1, 100, Some(20));
        shown.panel_wanted = 2;
        world.rooms = vec![shown, room(2, 101, None)];
        world.channels.insert(id(20));
        world.sits(100, 20);
        world.sits(101, 10);
        world.busy.insert(Key::Room(RoomId(2)));
        let panel = [Step::Panel(RoomId(1))];
        assert_eq!(world.plan_at(now()).steps, []);
        assert_eq!(world.plan_at(now() + COURTESY).steps, panel);
        // Who was moved waits no longer.
        world.sits(101, 21);
        assert_eq!(world.plan_at(now()).steps, panel);
    }

    proptest! {
        /// Whatever is so: nobody gets two rooms, nothing that is worked on is planned, and no room with people is closed.
        #[test]
        fn a_plan_does_no_harm(
            rooms in prop::collection::vec((100u64..110, any::<bool>(), any::<bool>()), 0..8),
            seats in prop::collection::vec((100u64..110, 0u64..12), 0..12),
        ) {
            let mut world = World::with_hub();
            for (index, (owner, has_channel, is_busy)) in rooms.into_iter().enumerate() {
                let number = u32::try_from(index).unwrap() + 1;
                if world.rooms.iter().any(|room| room.owner == id::<UserId>(owner)) {
                    continue;
                }
                let channel = has_channel.then_some(20 + u64::from(number));
                world.channels.extend(channel.map(id::<ChannelId>));
                world.rooms.push(room(number, owner, channel));
                if is_busy {
                    world.busy.insert(Key::Room(RoomId(number.into())));
                }
            }
            for (user, place) in seats {
                world.sits(user, if place == 0 { 10 } else { 19 + place });
            }
            let made = world.plan_at(now());
            let mut opened = HashSet::new();
            for step in &made.steps {
                match step {
                    Step::Open { member, .. } => {
                        prop_assert!(opened.insert(*member));
                        prop_assert!(world.rooms.iter().all(|room| room.owner != *member));
                    }
                    Step::Close(room) => {
                        let room = world.rooms.iter().find(|known| known.id == *room).unwrap();
                        prop_assert!(!world.busy.contains(&Key::Room(room.id)));
                        prop_assert!(world.seats.values().all(|seat| Some(seat.channel) != room.channel));
                    }
                    _ => {}
                }
            }
            // Who waits in the hub is served: by a new room, a move, or work under way.
            for (user, seat) in world.seats.iter().filter(|(_, seat)| seat.channel == id::<ChannelId>(10)) {
                let room = world.rooms.iter().find(|room| room.owner == *user);
                let is_served = opened.contains(user)
                    || room.is_some_and(|room| {
                        world.busy.contains(&Key::Room(room.id))
                            || made.steps.contains(&Step::Move(room.id))
                            || made.again_at.is_some()
                    });
                prop_assert!(is_served, "{seat:?}");
            }
        }
    }
}
