//! The rules of a group, pure: who holds what, what is clicked, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use database::RoleId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::hierarchy::RoleProblem;

/// The most roles of a group.
pub const MOST_ROLES: usize = 100;
/// The most roles that one select shows.
pub const PER_SELECT: usize = 25;
/// The longest name of a group, in characters.
pub const LONGEST_NAME: usize = 60;
/// The shortest life of a temporary role.
pub const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
/// The longest life of a temporary role, and the longest cool-down.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 365);

/// The number of a group, unique over all guilds; every query names the guild too.
pub type GroupId = i64;

/// How many roles of a group one member may hold.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// No limit at all.
    #[default]
    Free,
    /// One at most; choosing another replaces it.
    Single,
    /// Between the minimum and the maximum.
    Multiple,
}

/// In which direction a member may change their roles.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Take and give back.
    #[default]
    Both,
    /// Take only.
    AddOnly,
    /// Give back only.
    RemoveOnly,
}

/// The rules of a group.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent rule")]
pub struct Rules {
    /// How many roles a member may hold.
    pub mode: Mode,
    /// In which direction members may change.
    pub change: Change,
    /// The first choice is the last: nothing can be changed after it.
    pub once: bool,
    /// Nobody can change anything.
    pub locked: bool,
    /// The least roles that a member keeps once they have them; only in [`Mode::Multiple`].
    pub min: u16,
    /// The most roles of the group; only in [`Mode::Multiple`].
    pub max: Option<u16>,
    /// The last role can not be given back.
    pub require_one: bool,
    /// One of these must be held to take a role; empty asks for none.
    pub any_of: Vec<RoleId>,
    /// All of these must be held to take a role.
    pub all_of: Vec<RoleId>,
    /// None of these may be held to take a role.
    pub none_of: Vec<RoleId>,
    /// Groups of which no role may be held at the same time.
    pub apart_from: Vec<GroupId>,
    /// How long a role lasts, in seconds.
    pub lasts: Option<i64>,
    /// How long a member waits between two changes, in seconds.
    pub cool_down: Option<i64>,
    /// Success is not told; refusals always are.
    pub quiet: bool,
}

impl Rules {
    /// How many roles a member may hold, if there is a limit.
    pub fn most(&self) -> Option<usize> {
        match self.mode {
            Mode::Free => None,
            Mode::Single => Some(1),
            Mode::Multiple => self.max.map(usize::from),
        }
    }

    /// How many roles a member keeps at least once they have them.
    pub fn least(&self) -> usize {
        let min = if self.mode == Mode::Multiple {
            usize::from(self.min)
        } else {
            0
        };
        min.max(usize::from(self.require_one))
    }

    /// How long a role lasts.
    pub fn lasts(&self) -> Option<SignedDuration> {
        self.lasts.map(SignedDuration::from_secs)
    }
}

/// A role that a group offers, as far as the rules care.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    /// The role.
    pub role: RoleId,
    /// How many members may hold it, if that is limited.
    pub seats: Option<u32>,
    /// Why it can be neither given nor taken now.
    pub problem: Option<RoleProblem>,
}

/// A group that must not be held together with this one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Other {
    /// Its name.
    pub name: String,
    /// Its roles.
    pub roles: Vec<RoleId>,
}

/// What a member does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Click {
    /// Presses the button of one role: takes it, or gives it back.
    Toggle(RoleId),
    /// Picks in a menu that everyone sees, and which does not show what they hold: the roles they lack are
    /// taken; when they hold all they picked, those are given back.
    Pick(Vec<RoleId>),
    /// Picks in a menu of their own that shows what they hold: what was shown becomes what is picked.
    Set {
        /// The roles on the page.
        shown: Vec<RoleId>,
        /// Those that are to be held.
        picked: Vec<RoleId>,
    },
}

/// Where a member stands before the click.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// All roles the member holds.
    pub held: &'a BTreeSet<RoleId>,
    /// The groups that exclude this one.
    pub others: &'a [Other],
    /// When the member first chose in this group.
    pub first_at: Option<Timestamp>,
    /// When the member last changed something in this group.
    pub last_at: Option<Timestamp>,
    /// Roles without a free seat, or whose holders are still being counted.
    pub full: &'a BTreeMap<RoleId, NoSeat>,
    /// The time.
    pub now: Timestamp,
}

/// Why there is no seat.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoSeat {
    /// All are taken.
    Taken,
    /// The holders are not counted yet.
    Counting,
}

/// Why a role was neither given nor taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refused {
    /// The group is locked.
    Locked,
    /// The member has chosen, once for ever.
    Once,
    /// The member changed something a moment ago.
    CoolDown(Timestamp),
    /// Roles can be taken only.
    AddOnly,
    /// Roles can be given back only.
    RemoveOnly,
    /// One of these roles is needed.
    NeedsAny(Vec<RoleId>),
    /// These roles are missing.
    NeedsAll(Vec<RoleId>),
    /// These roles stand in the way.
    Forbidden(Vec<RoleId>),
    /// A role of another group stands in the way.
    Apart {
        /// The other group.
        group: String,
        /// The role of it that the member holds.
        role: RoleId,
    },
    /// No seat is free of so many.
    Full(u32),
    /// The seats are still being counted.
    Counting,
    /// No more than so many roles of the group.
    Most(usize),
    /// No fewer than so many roles of the group.
    Least(usize),
    /// The group no longer offers the role.
    Gone,
    /// The bot can not or must not hand it out.
    Problem(RoleProblem),
}

/// What follows from a click.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Decision {
    /// Roles to give.
    pub add: Vec<RoleId>,
    /// Roles to take.
    pub remove: Vec<RoleId>,
    /// What was asked for and does not happen.
    pub refused: Vec<(RoleId, Refused)>,
}

impl Decision {
    /// Whether the member's roles stay as they are.
    pub const fn changes_nothing(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    /// The roles after it.
    pub fn apply(&self, held: &BTreeSet<RoleId>) -> BTreeSet<RoleId> {
        let mut after = held.clone();
        for role in &self.remove {
            after.remove(role);
        }
        after.extend(self.add.iter().copied());
        after
    }
}

/// Decides a click.
pub fn decide(rules: &Rules, offers: &[Offer], click: &Click, standing: &Standing<'_>) -> Decision {
    let mut decision = Decision::default();
    let (wanted, unwanted) = asked(offers, click, standing.held, &mut decision);

    let stop = standstill(rules, standing);
    let need = need(rules, standing);
    for role in unwanted {
        let refused = stop
            .clone()
            .or((rules.change == Change::AddOnly).then_some(Refused::AddOnly))
            .or(problem(offers, role));
        match refused {
            Some(refused) => decision.refused.push((role, refused)),
            None => decision.remove.push(role),
        }
    }
    for role in wanted {
        let refused = stop
            .clone()
            .or((rules.change == Change::RemoveOnly).then_some(Refused::RemoveOnly))
            .or(need.clone())
            .or(problem(offers, role))
            .or(seat(offers, role, standing.full));
        match refused {
            Some(refused) => decision.refused.push((role, refused)),
            None => decision.add.push(role),
        }
    }
    keep_to_most(rules, offers, standing.held, &mut decision);
    keep_to_least(rules, offers, standing.held, &mut decision);
    decision
}

/// Which roles the click asks to take and to give back, each once and in the group's order.
fn asked(
    offers: &[Offer],
    click: &Click,
    held: &BTreeSet<RoleId>,
    decision: &mut Decision,
) -> (Vec<RoleId>, Vec<RoleId>) {
    let named: BTreeSet<RoleId> = match click {
        Click::Toggle(role) => BTreeSet::from([*role]),
        Click::Pick(picked) | Click::Set { picked, .. } => picked.iter().copied().collect(),
    };
    let is_offered = |role: &RoleId| offers.iter().any(|offer| offer.role == *role);
    let gone = named.iter().filter(|role| !is_offered(role));
    decision
        .refused
        .extend(gone.map(|role| (*role, Refused::Gone)));
    let in_order = |wanted: &dyn Fn(&RoleId) -> bool| -> Vec<RoleId> {
        let mut seen = BTreeSet::new();
        offers
            .iter()
            .map(|offer| offer.role)
            .filter(|role| wanted(role) && seen.insert(*role))
            .collect()
    };
    let lacking = in_order(&|role| named.contains(role) && !held.contains(role));
    let holding = in_order(&|role| named.contains(role) && held.contains(role));
    match click {
        Click::Toggle(_) => (lacking, holding),
        Click::Pick(_) if lacking.is_empty() => (lacking, holding),
        Click::Pick(_) => (lacking, Vec::new()),
        Click::Set { shown, .. } => {
            let dropped = in_order(&|role| {
                shown.contains(role) && held.contains(role) && !named.contains(role)
            });
            (lacking, dropped)
        }
    }
}

/// What stops every change.
fn standstill(rules: &Rules, standing: &Standing<'_>) -> Option<Refused> {
    if rules.locked {
        return Some(Refused::Locked);
    }
    if rules.once && standing.first_at.is_some() {
        return Some(Refused::Once);
    }
    let cool_down = SignedDuration::from_secs(rules.cool_down?);
    let until = standing.last_at?.checked_add(cool_down).ok()?;
    (until > standing.now).then_some(Refused::CoolDown(until))
}

/// What the member's other roles say about taking one of this group.
fn need(rules: &Rules, standing: &Standing<'_>) -> Option<Refused> {
    let held = standing.held;
    let stands_in_the_way: Vec<_> = rules
        .none_of
        .iter()
        .copied()
        .filter(|role| held.contains(role))
        .collect();
    if !stands_in_the_way.is_empty() {
        return Some(Refused::Forbidden(stands_in_the_way));
    }
    let missing: Vec<_> = rules
        .all_of
        .iter()
        .copied()
        .filter(|role| !held.contains(role))
        .collect();
    if !missing.is_empty() {
        return Some(Refused::NeedsAll(missing));
    }
    if !rules.any_of.is_empty() && !rules.any_of.iter().any(|role| held.contains(role)) {
        return Some(Refused::NeedsAny(rules.any_of.clone()));
    }
    standing.others.iter().find_map(|other| {
        let role = other.roles.iter().find(|role| held.contains(role))?;
        Some(Refused::Apart {
            group: other.name.clone(),
            role: *role,
        })
    })
}

fn problem(offers: &[Offer], role: RoleId) -> Option<Refused> {
    let offer = offers.iter().find(|offer| offer.role == role)?;
    offer.problem.clone().map(Refused::Problem)
}

fn seat(offers: &[Offer], role: RoleId, full: &BTreeMap<RoleId, NoSeat>) -> Option<Refused> {
    let seats = offers.iter().find(|offer| offer.role == role)?.seats?;
    full.get(&role).map(|why| match why {
        NoSeat::Taken => Refused::Full(seats),
        NoSeat::Counting => Refused::Counting,
    })
}

/// The roles of the group that stay whatever is added.
fn staying(offers: &[Offer], held: &BTreeSet<RoleId>, decision: &Decision) -> Vec<RoleId> {
    let mut seen = BTreeSet::new();
    offers
        .iter()
        .map(|offer| offer.role)
        .filter(|role| held.contains(role) && !decision.remove.contains(role) && seen.insert(*role))
        .collect()
}

/// Leaves out what would be too many; with one at most, the new role replaces the old.
fn keep_to_most(rules: &Rules, offers: &[Offer], held: &BTreeSet<RoleId>, decision: &mut Decision) {
    let Some(most) = rules.most() else { return };
    if decision.add.is_empty() {
        return;
    }
    let mut staying = staying(offers, held, decision);
    if rules.mode == Mode::Single && rules.change == Change::Both {
        let (stuck, replaced): (Vec<_>, Vec<_>) = staying
            .into_iter()
            .partition(|role| problem(offers, *role).is_some());
        if stuck.is_empty() {
            decision.remove.extend(replaced);
            staying = stuck;
        } else {
            staying = stuck.into_iter().chain(replaced).collect();
        }
    }
    let room = most.saturating_sub(staying.len());
    if decision.add.len() > room {
        let too_many = decision.add.split_off(room);
        let refused = too_many.into_iter().map(|role| (role, Refused::Most(most)));
        decision.refused.extend(refused);
    }
}

/// Leaves out what would be too few, unless the member has too few already.
fn keep_to_least(
    rules: &Rules,
    offers: &[Offer],
    held: &BTreeSet<RoleId>,
    decision: &mut Decision,
) {
    let least = rules.least();
    let mut after = staying(offers, held, decision).len() + decision.add.len();
    while after < least {
        let Some(role) = decision.remove.pop() else {
            return;
        };
        decision.refused.push((role, Refused::Least(least)));
        after += 1;
    }
}

/// How a group stands in its message.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Surface {
    /// By the number of roles: a button for one, a select up to 25, several up to 100.
    #[default]
    Auto,
    /// A button for each role, 25 at most.
    Buttons,
    /// Selects of 25.
    Selects,
    /// One button that opens a menu for the member alone, page by page.
    Private,
}

impl Surface {
    /// Every surface.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Buttons, Self::Selects, Self::Private];

    /// The word in the database and in selects.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Buttons => "buttons",
            Self::Selects => "selects",
            Self::Private => "private",
        }
    }

    /// The surface of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.word() == word)
    }

    /// What is shown for so many roles.
    #[must_use]
    pub const fn shown(self, roles: usize) -> Self {
        match self {
            Self::Auto if roles == 1 => Self::Buttons,
            Self::Auto => Self::Selects,
            Self::Buttons if roles > PER_SELECT => Self::Selects,
            chosen => chosen,
        }
    }
}

/// Which members are meant.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Everyone.
    Everyone,
    /// People only.
    #[default]
    Humans,
    /// Bots only.
    Bots,
}

impl Whom {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Everyone, Self::Humans, Self::Bots];

    /// The word in the database and in selects.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Humans => "humans",
            Self::Bots => "bots",
        }
    }

    /// The choice of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|whom| whom.word() == word)
    }

    /// Whether it means a bot, or a person.
    pub const fn means(self, is_bot: bool) -> bool {
        match self {
            Self::Everyone => true,
            Self::Humans => !is_bot,
            Self::Bots => is_bot,
        }
    }
}

/// Giving a role to many members, or taking it from them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The role.
    pub role: RoleId,
    /// Whether it is given, or taken.
    pub is_giving: bool,
    /// Which members are meant.
    pub whom: Whom,
    /// Only members who hold this role are meant.
    pub with: Option<RoleId>,
}

impl Plan {
    /// Whether a member's roles change.
    pub fn concerns(&self, is_bot: bool, held: &[RoleId]) -> bool {
        self.whom.means(is_bot)
            && self.with.is_none_or(|with| held.contains(&with))
            && held.contains(&self.role) != self.is_giving
    }
}

#[cfg(test)]
mod tests;
