//! What a member's click does: rules, seats, one edit of their roles, and the answer.

use std::collections::{BTreeMap, BTreeSet};

use database::{GuildId, RoleId, UserId};
use feature::{
    Card, Click as Pressed, Ctx, Explain as _, Failure, Kit, Outcome, Picked, Refusal, Reply,
};
use jiff::{SignedDuration, Timestamp};
use jobs::NewJob;

use crate::{
    Autorole, edit, emoji,
    error::Refused,
    ids::{OldPick, OldPress, Open, Own, Page, Pick, Press},
    jobs::Expire,
    model::{self, Click, Decision, NoSeat, Offer, PER_SELECT, Standing},
    own::{self, Ranks},
    private,
    store::{
        self,
        groups::{By, Group},
    },
    text,
};

/// How long a seat is reserved for an edit that is on its way.
const RESERVED: SignedDuration = SignedDuration::from_mins(2);
/// How long it is kept when Discord took the edit, until the event tells so.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

pub(crate) async fn press(ctx: Ctx<Autorole>, press: Pressed<Press>) -> Outcome<Reply> {
    let group = find(&ctx, By::Id(press.group)).await?;
    answer(&ctx, group, &Click::Toggle(press.role)).await
}

pub(crate) async fn pick(ctx: Ctx<Autorole>, pick: Picked<Pick>) -> Outcome<Reply> {
    let group = find(&ctx, By::Id(pick.id.group)).await?;
    answer(&ctx, group, &Click::Pick(roles(&pick.values))).await
}

pub(crate) async fn old_press(ctx: Ctx<Autorole>, press: Pressed<OldPress>) -> Outcome<Reply> {
    let group = find_old(&ctx, press.guild, press.group).await?;
    answer(&ctx, group, &Click::Toggle(press.role)).await
}

pub(crate) async fn old_pick(ctx: Ctx<Autorole>, pick: Picked<OldPick>) -> Outcome<Reply> {
    let group = find_old(&ctx, pick.id.guild, pick.id.group).await?;
    answer(&ctx, group, &Click::Pick(roles(&pick.values))).await
}

pub(crate) async fn open(ctx: Ctx<Autorole>, open: Pressed<Open>) -> Outcome<Reply> {
    let group = find(&ctx, By::Id(open.group)).await?;
    adopt(&ctx, &group).await?;
    let ranks = own::ranks(&ctx, group.guild).await?;
    let held: BTreeSet<RoleId> = ctx.scene.member.roles.iter().copied().collect();
    Ok(Reply::card(private::card(
        &group,
        &ranks.roles,
        &held,
        0,
        ctx.lang(),
    )))
}

pub(crate) async fn page(ctx: Ctx<Autorole>, page: Pressed<Page>) -> Outcome<Reply> {
    let group = find(&ctx, By::Id(page.group)).await?;
    let ranks = own::ranks(&ctx, group.guild).await?;
    let held: BTreeSet<RoleId> = ctx.scene.member.roles.iter().copied().collect();
    let card = private::card(&group, &ranks.roles, &held, page.page, ctx.lang());
    Ok(Reply::update(card))
}

pub(crate) async fn own(ctx: Ctx<Autorole>, own: Picked<Own>) -> Outcome<Reply> {
    let group = find(&ctx, By::Id(own.id.group)).await?;
    let shown = group
        .visible()
        .map(|item| item.role)
        .skip(usize::from(own.id.page) * PER_SELECT)
        .take(PER_SELECT)
        .collect();
    let click = Click::Set {
        shown,
        picked: roles(&own.values),
    };
    let (decision, held, ranks) = choose(&ctx, &group, &click).await?;
    let card = private::card(&group, &ranks.roles, &held, own.id.page, ctx.lang());
    Ok(Reply::update(text::with_outcome(
        ctx.lang(),
        card,
        &decision,
    )))
}

/// The roles behind the values of a select; others are none of ours.
fn roles(values: &[String]) -> Vec<RoleId> {
    values
        .iter()
        .filter_map(|value| value.parse().ok())
        .collect()
}

async fn find(ctx: &Ctx<Autorole>, by: By<'_>) -> Outcome<Group> {
    let guild = ctx.guild_id()?;
    let mut db = ctx.database.acquire().await?;
    let found = store::groups::find(&mut db, guild, by).await?;
    let group = found.ok_or_else(|| Refused::NoGroup(String::new()))?;
    Ok(emoji::presentable(&ctx.cache, group))
}

async fn find_old(ctx: &Ctx<Autorole>, guild: GuildId, group: i64) -> Outcome<Group> {
    // The id names a guild, and is a hint only: what counts is where the click comes from.
    if ctx.guild_id()? != guild {
        return Err(Refused::NoGroup(String::new()).into());
    }
    find(ctx, By::Legacy(group)).await
}

async fn answer(ctx: &Ctx<Autorole>, group: Group, click: &Click) -> Outcome<Reply> {
    adopt(ctx, &group).await?;
    let (decision, held, ranks) = choose(ctx, &group, click).await?;
    if decision == Decision::default() {
        // Everything was taken out of a menu that shows nobody's roles: the member's own menu does.
        let card = private::card(&group, &ranks.roles, &held, 0, ctx.lang());
        return Ok(Reply::card(card));
    }
    if group.rules.quiet && decision.refused.is_empty() {
        return Ok(Reply::done());
    }
    let card = text::with_outcome(ctx.lang(), Card::new(), &decision);
    Ok(Reply::card(card))
}

/// A menu that works but is not on record, because the process died after posting it, is on record from now on.
async fn adopt(ctx: &Ctx<Autorole>, group: &Group) -> Outcome<()> {
    let (None, Some(message)) = (group.posted, &ctx.scene.message) else {
        return Ok(());
    };
    let posted = (message.channel_id.into(), message.id.into());
    let is_own = message.content.is_empty() && message.components.len() == 1;
    let mut db = ctx.database.acquire().await?;
    store::groups::note_posted(&mut db, group.guild, group.id, posted, is_own, None).await?;
    Ok(())
}

/// The roles of a group as the rules see them.
fn offers(group: &Group, ranks: &Ranks) -> Vec<Offer> {
    group
        .visible()
        .map(|item| Offer {
            role: item.role,
            seats: item.seats,
            problem: ranks.roles.problem(item.role, &ranks.bot, item.approved),
        })
        .collect()
}

/// Decides a click and does what follows; what the member holds then comes back too.
async fn choose(
    ctx: &Ctx<Autorole>,
    group: &Group,
    click: &Click,
) -> Outcome<(Decision, BTreeSet<RoleId>, Ranks)> {
    let (guild, user) = (group.guild, ctx.user());
    let ranks = own::ranks(ctx, guild).await?;
    let offers = offers(group, &ranks);
    let known = edit::Known::Payload(ctx.scene.interaction, &ctx.scene.member.roles);
    let edit = edit::begin(ctx, guild, user, known).await??;
    let now = ctx.clock.now();

    let decided = decide(ctx, group, &offers, click, &edit.held, user, now).await;
    let decision = match decided {
        Ok(decision) => decision,
        Err(failure) => {
            edit.leave().await?;
            return Err(failure);
        }
    };
    if decision.changes_nothing() {
        let held = edit.held.clone();
        edit.leave().await?;
        return Ok((decision, held, ranks));
    }
    let after = decision.apply(&edit.held);
    let reason = text::audit_reason(&group.name);
    match edit.write(&after, &reason).await? {
        Ok(held) => {
            settle(ctx, group, user, &decision, now).await?;
            Ok((decision, held, ranks))
        }
        Err(refusal) => {
            undo(ctx, guild, user, &decision, &refusal).await?;
            Err(refusal.into())
        }
    }
}

/// Decides by the rules, and reserves the seats that it takes: what has none is decided again without it. What must
/// not be forgotten once Discord has the edit, the end of temporary roles, is written before.
async fn decide(
    kit: &Kit<Autorole>,
    group: &Group,
    offers: &[Offer],
    click: &Click,
    held: &BTreeSet<RoleId>,
    user: UserId,
    now: Timestamp,
) -> Outcome<Decision> {
    let guild = group.guild;
    let mut transaction = kit.database.begin().await?;
    let others =
        store::groups::others(&mut transaction, guild, group.id, &group.rules.apart_from).await?;
    let choice = store::members::choice(&mut transaction, guild, group.id, user).await?;
    let mut full: BTreeMap<RoleId, NoSeat> = BTreeMap::new();
    let mut reserved = Vec::new();
    let decision = loop {
        let standing = Standing {
            held,
            others: &others,
            first_at: choice.map(|(first, _)| first),
            last_at: choice.map(|(_, last)| last),
            full: &full,
            now,
        };
        let decision = model::decide(&group.rules, offers, click, &standing);
        // In the order of their ids, so that two members never wait for each other's locks.
        let seated: BTreeMap<RoleId, u32> = offers
            .iter()
            .filter(|offer| decision.add.contains(&offer.role))
            .filter_map(|offer| Some((offer.role, offer.seats?)))
            .filter(|(role, _)| !reserved.contains(role))
            .collect();
        let before = full.len();
        for (role, seats) in seated {
            let times = (now, now + RESERVED);
            match store::seats::reserve(&mut transaction, guild, role, user, seats, times).await? {
                Ok(()) => reserved.push(role),
                Err(why) => {
                    full.insert(role, why);
                    break;
                }
            }
        }
        if full.len() == before {
            break decision;
        }
    };
    reserved.retain(|role| !decision.add.contains(role));
    store::seats::release(&mut transaction, guild, user, &reserved).await?;
    if let Some(lasts) = group.rules.lasts() {
        for role in &decision.add {
            let at = now + lasts;
            store::members::note_temporary(&mut transaction, guild, user, *role, at).await?;
            let expire = Expire {
                guild,
                user,
                role: *role,
            };
            kit.jobs.enqueue(&mut transaction, expire.due(at)?).await?;
        }
    }
    transaction.commit().await?;
    Ok(decision)
}

impl Expire {
    /// The job that ends the role at an instant.
    pub(crate) fn due(&self, at: Timestamp) -> Outcome<NewJob> {
        let Self { guild, user, role } = self;
        Ok(NewJob::new(self)
            .map_err(Failure::fault)?
            .key(format!("{guild} {user} {role}"))
            .queue(format!("autorole expiry {guild}"))
            .at(at))
    }
}

/// Notes what Discord took.
async fn settle(
    kit: &Kit<Autorole>,
    group: &Group,
    user: UserId,
    decision: &Decision,
    now: Timestamp,
) -> Outcome<()> {
    let guild = group.guild;
    let mut transaction = kit.database.begin().await?;
    store::seats::keep(&mut transaction, guild, user, &decision.add, now + KEPT).await?;
    store::seats::vacate(&mut transaction, guild, user, &decision.remove).await?;
    store::members::forget_temporary(&mut transaction, guild, user, &decision.remove).await?;
    store::members::note_choice(&mut transaction, guild, group.id, user, now).await?;
    transaction.commit().await?;
    Ok(())
}

/// Takes back what was noted for an edit that Discord refused. When its fate is not known it stays: the seats until
/// they are told or over, the end of a role until it comes.
async fn undo(
    kit: &Kit<Autorole>,
    guild: GuildId,
    user: UserId,
    decision: &Decision,
    refusal: &Refusal,
) -> Outcome<()> {
    let is_unknown = matches!(
        refusal,
        Refusal::Lost(_) | Refusal::TimedOut { .. } | Refusal::Unreadable(_)
    );
    tracing::debug!(%guild, %user, is_unknown, explained = refusal.explain(feature::Lang::En), "an edit of roles failed");
    if is_unknown {
        return Ok(());
    }
    let mut transaction = kit.database.begin().await?;
    store::seats::release(&mut transaction, guild, user, &decision.add).await?;
    store::members::forget_temporary(&mut transaction, guild, user, &decision.add).await?;
    transaction.commit().await?;
    Ok(())
}
