//! Roles at joining and at coming back: the settings, and giving them.

use std::collections::BTreeSet;

use database::{GuildId, RoleId, UserId};
use feature::{
    Button, Click, Ctx, Failure, Fields, Form, Kit, Modal, Outcome, Refusal, Reply, SelectField,
    SelectKind, Submit, TextField,
    discord::Thing,
    settings::{Document, Via},
};
use jiff::{SignedDuration, Timestamp};
use jobs::NewJob;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use twilight_model::guild::{MemberFlags, Permissions};

use crate::{
    Autorole, duration, edit,
    editing::{read_duration, yes_or_no},
    error::Refused,
    hierarchy::Who,
    ids::{JoiningForm, OpenJoining, OpenSticky, StickyForm},
    jobs::{GiveAtJoining, Part, Survey},
    model::Whom,
    own::{self, Ranks},
    store::{self, joins::State},
    text,
};

/// The longest delay.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The most roles of each list.
const MOST: usize = 25;
/// How long it is remembered who joined, so that the bot can make good what it missed.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long the roles of those who left are kept.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);

/// Which roles members get when they join or come back.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Joining {
    /// The roles.
    pub roles: Vec<RoleId>,
    /// How long after joining, or after the rules screen, in seconds.
    pub delay: i64,
    /// Which members.
    pub whom: Whom,
    /// Members who hold one of these are left alone.
    pub unless: Vec<RoleId>,
    /// Whether members who come back get the roles they had.
    pub sticky: bool,
    /// Roles that do not come back.
    pub not_sticky: Vec<RoleId>,
    /// Since when it is so: who joined before is none of ours.
    pub since: Option<Timestamp>,
}

impl Joining {
    /// Whether there is anything to do when somebody joins.
    pub fn is_on(&self) -> bool {
        self.sticky || !self.roles.is_empty()
    }

    fn delay(&self) -> SignedDuration {
        SignedDuration::from_secs(self.delay)
    }
}

impl Document for Joining {
    const SUBJECT: &'static str = "autorole";
    const VERSION: i32 = 1;

    fn check(&self) -> Outcome<()> {
        let delay = self.delay();
        if delay < SignedDuration::ZERO || delay > LONGEST {
            return Err(Refused::BadDuration {
                given: duration::write(delay),
                most_days: LONGEST.as_hours() / 24,
            }
            .into());
        }
        let longest = [&self.roles, &self.unless, &self.not_sticky]
            .map(Vec::len)
            .into_iter()
            .max();
        match longest {
            Some(count) if count > MOST => Err(Refused::TooManyRoles(count).into()),
            _ => Ok(()),
        }
    }
}

pub(crate) async fn command(ctx: &Ctx<Autorole>) -> Outcome<Reply> {
    Ok(Reply::card(card(ctx, None).await?))
}

async fn card(ctx: &Ctx<Autorole>, note: Option<String>) -> Outcome<feature::Card> {
    let lang = ctx.lang();
    let joining = ctx.settings.get::<Joining>(ctx.guild_id()?).await?;
    Ok(text::joining(lang, &joining, note)
        .button(Button::new(text::joining_button(lang), &OpenJoining {}))
        .button(Button::new(text::sticky_button(lang), &OpenSticky {})))
}

/// Roles at joining.
#[derive(Debug)]
pub(crate) struct JoiningFields {
    roles: Vec<RoleId>,
    delay: String,
    whom: Whom,
    unless: Vec<RoleId>,
}

impl Form for JoiningFields {
    type Id = JoiningForm;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            roles: fields.roles("roles").unwrap_or_default(),
            delay: fields.text("delay")?,
            whom: Whom::from_word(fields.picked("whom")?.first()?)?,
            unless: fields.roles("unless").unwrap_or_default(),
        })
    }
}

pub(crate) async fn open(ctx: Ctx<Autorole>, _: Click<OpenJoining>) -> Outcome<Reply> {
    let lang = ctx.lang();
    let joining = ctx.settings.get::<Joining>(ctx.guild_id()?).await?;
    let delay = if joining.delay == 0 {
        String::new()
    } else {
        duration::write(joining.delay())
    };
    let whom = Whom::ALL.map(|whom| (text::whom(lang, whom), whom.word(), whom == joining.whom));
    let modal = Modal::new(&JoiningForm {}, text::joining_button(lang))
        .select(
            text::field_roles(lang),
            SelectField::new("roles", SelectKind::Roles(joining.roles.clone())).values(0, 25),
        )
        .text(
            text::field_delay(lang),
            TextField::line("delay")
                .length(0, 20)
                .value(delay)
                .placeholder(text::example_duration(lang))
                .optional(),
        )
        .select(text::field_whom(lang), SelectField::strings("whom", whom))
        .select(
            text::field_unless(lang),
            SelectField::new("unless", SelectKind::Roles(joining.unless.clone())).values(0, 25),
        );
    Ok(Reply::modal(modal))
}

pub(crate) async fn submit(ctx: Ctx<Autorole>, submit: Submit<JoiningFields>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let form = submit.form;
    let delay = read_duration(&form.delay, SignedDuration::from_mins(1), LONGEST)?.unwrap_or(0);
    let ranks = own::ranks(&ctx, guild).await?;
    let member = &ctx.scene.member;
    let who = Who {
        user: member.id,
        roles: &member.roles,
    };
    for role in &form.roles {
        let problem = ranks
            .roles
            .problem_for(who, *role, &ranks.bot, Permissions::empty());
        if let Some(problem) = problem {
            return Err(Refused::BadRole {
                role: *role,
                problem,
            }
            .into());
        }
    }
    let now = ctx.clock.now();
    let user = ctx.user();
    ctx.settings
        .change::<Joining>(guild, user, Via::Discord, |joining| {
            if !joining.is_on() {
                joining.since = Some(now);
            }
            joining.roles = form.roles;
            joining.delay = delay;
            joining.whom = form.whom;
            joining.unless = form.unless;
            Ok(())
        })
        .await?;
    let note = text::saved(ctx.lang());
    Ok(Reply::update(card(&ctx, Some(note)).await?))
}

/// Roles at coming back.
#[derive(Debug)]
pub(crate) struct StickyFields {
    is_sticky: bool,
    not_sticky: Vec<RoleId>,
}

impl Form for StickyFields {
    type Id = StickyForm;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            is_sticky: fields.picked("sticky")?.first()? == "yes",
            not_sticky: fields.roles("not_sticky").unwrap_or_default(),
        })
    }
}

pub(crate) async fn open_sticky(ctx: Ctx<Autorole>, _: Click<OpenSticky>) -> Outcome<Reply> {
    let lang = ctx.lang();
    let joining = ctx.settings.get::<Joining>(ctx.guild_id()?).await?;
    let modal = Modal::new(&StickyForm {}, text::sticky_button(lang))
        .select(
            text::field_sticky(lang),
            SelectField::strings("sticky", yes_or_no(lang, joining.sticky)),
        )
        .select(
            text::field_not_sticky(lang),
            SelectField::new("not_sticky", SelectKind::Roles(joining.not_sticky.clone()))
                .values(0, 25),
        );
    Ok(Reply::modal(modal))
}

pub(crate) async fn submit_sticky(
    ctx: Ctx<Autorole>,
    submit: Submit<StickyFields>,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let form = submit.form;
    let is_sticky = form.is_sticky;
    let (user, now) = (ctx.user(), ctx.clock.now());
    ctx.settings
        .change::<Joining>(guild, user, Via::Discord, |joining| {
            if !joining.is_on() {
                joining.since = Some(now);
            }
            joining.sticky = is_sticky;
            joining.not_sticky = form.not_sticky;
            Ok(())
        })
        .await?;
    let mut db = ctx.database.begin().await?;
    if is_sticky {
        // What members hold is known from now on only if it is looked at once.
        let survey = NewJob::new(&Survey { guild })
            .map_err(Failure::fault)?
            .key(guild.to_string());
        ctx.jobs.enqueue(&mut db, survey).await?;
    } else {
        store::joins::forget_kept(&mut db, guild, None).await?;
    }
    db.commit().await?;
    let note = text::saved(ctx.lang());
    Ok(Reply::update(card(&ctx, Some(note)).await?))
}

/// Whether a member is past the rules screen.
pub(crate) fn is_ready(pending: bool, flags: MemberFlags) -> bool {
    !pending || flags.contains(MemberFlags::COMPLETED_ONBOARDING)
}

/// A member who joined, as an event or a list tells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Joined {
    pub(crate) user: UserId,
    pub(crate) is_bot: bool,
    pub(crate) at: Timestamp,
    pub(crate) is_ready: bool,
}

/// Notes a member who joined, and queues what they get; once for each joining.
pub(crate) async fn note(
    kit: &Kit<Autorole>,
    db: &mut PgConnection,
    guild: GuildId,
    joining: &Joining,
    joined: Joined,
) -> Outcome<()> {
    let state = if joined.is_ready {
        State::Queued
    } else {
        State::Waiting
    };
    if store::joins::note(db, guild, joined.user, joined.at, state).await? && joined.is_ready {
        queue(kit, db, guild, joining, joined.user, joined.is_bot).await?;
    }
    Ok(())
}

/// Queues what a member gets who is past the rules screen.
pub(crate) async fn queue(
    kit: &Kit<Autorole>,
    db: &mut PgConnection,
    guild: GuildId,
    joining: &Joining,
    user: UserId,
    is_bot: bool,
) -> Outcome<()> {
    let delay = joining.delay();
    let parts = match (joining.sticky, joining.roles.is_empty()) {
        (true, false) if delay.is_zero() => vec![(Part::All, delay)],
        (true, false) => vec![(Part::Sticky, SignedDuration::ZERO), (Part::Given, delay)],
        (true, true) => vec![(Part::Sticky, SignedDuration::ZERO)],
        (false, _) => vec![(Part::Given, delay)],
    };
    for (part, delay) in parts {
        let give = GiveAtJoining {
            guild,
            user,
            is_bot,
            part,
        };
        let job = NewJob::new(&give)
            .map_err(Failure::fault)?
            .key(format!("{guild} {user} {part:?}"))
            // One after the other: a thousand who join at once wait here, not in Discord's limits.
            .queue(format!("autorole joining {guild}"))
            .after(delay);
        kit.jobs.enqueue(db, job).await?;
    }
    Ok(())
}

/// Gives a member what they get.
pub(crate) async fn give(kit: &Kit<Autorole>, give: &GiveAtJoining) -> Outcome<()> {
    let GiveAtJoining {
        guild,
        user,
        is_bot,
        part,
    } = *give;
    let joining = kit.settings.get::<Joining>(guild).await?;
    let ranks = own::ranks(kit, guild).await?;
    let before = if part == Part::Given {
        Vec::new()
    } else {
        let mut db = kit.database.acquire().await?;
        let seats = store::seats::roles(&mut db, guild).await?;
        let mut before = store::joins::held_before(&mut db, guild, user).await?;
        // Somebody else may sit there by now.
        before.retain(|role| !seats.contains(role));
        before
    };
    let edit = match edit::begin(kit, guild, user, edit::Known::No).await? {
        Ok(edit) => edit,
        // Who left meanwhile gets nothing.
        Err(Refusal::Gone(Thing::Member)) => return Ok(()),
        Err(refusal) => return Err(refusal.into()),
    };
    let mut after = edit.held.clone();
    if part != Part::Given && joining.sticky {
        after.extend(returning(&ranks, &joining, &before));
    }
    let is_meant =
        joining.whom.means(is_bot) && !joining.unless.iter().any(|role| edit.held.contains(role));
    if part != Part::Sticky && is_meant {
        after.extend(possible(&ranks, &joining.roles));
    }
    let held = if after == edit.held {
        let held = edit.held.clone();
        edit.leave().await?;
        held
    } else {
        match edit.write(&after, "autorole: joining").await? {
            Ok(held) => held,
            Err(Refusal::Gone(Thing::Member)) => return Ok(()),
            Err(refusal) => return Err(refusal.into()),
        }
    };
    let mut db = kit.database.begin().await?;
    store::joins::advance(&mut db, guild, user, State::Queued, State::Done).await?;
    if joining.sticky {
        keep(&mut db, guild, &[(user, held)]).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Of some roles, those that the bot can hand out; the log names the others.
fn possible(ranks: &Ranks, roles: &[RoleId]) -> Vec<RoleId> {
    let mut possible = Vec::new();
    for role in roles {
        match ranks.roles.problem(*role, &ranks.bot, Permissions::empty()) {
            None => possible.push(*role),
            Some(problem) => {
                tracing::warn!(guild = %ranks.roles.guild, %role, ?problem, "a join role can not be given");
            }
        }
    }
    possible
}

/// The roles that come back: not those that are excluded, nor any with which one moderates.
fn returning(ranks: &Ranks, joining: &Joining, before: &[RoleId]) -> BTreeSet<RoleId> {
    before
        .iter()
        .copied()
        .filter(|role| !joining.not_sticky.contains(role))
        .filter(|role| {
            ranks
                .roles
                .problem(*role, &ranks.bot, Permissions::empty())
                .is_none()
        })
        .collect()
}

/// Remembers what members hold.
pub(crate) async fn keep(
    db: &mut PgConnection,
    guild: GuildId,
    members: &[(UserId, BTreeSet<RoleId>)],
) -> sqlx::Result<()> {
    let users: Vec<UserId> = members.iter().map(|(user, _)| *user).collect();
    let roles: Vec<String> = members
        .iter()
        .map(|(_, roles)| {
            let roles: Vec<String> = roles.iter().map(RoleId::to_string).collect();
            roles.join(",")
        })
        .collect();
    store::joins::keep(db, guild, &users, &roles).await
}
