//! `/autorole assign`: a role for many members, step by step, from a row that survives everything.

use database::{ChannelId, GuildId, MessageId, RoleId, UserId};
use feature::{
    BotLacks, Button, Card, Click, Colour, Ctx, Explain as _, Failure, Kit, Lang, Outcome, Refusal,
    Reply,
    discord::{Post, Thing},
};
use jiff::SignedDuration;
use jobs::NewJob;
use sqlx::PgConnection;
use twilight_http::request::AuditLogReason as _;
use twilight_model::guild::Permissions;

use crate::{
    Autorole,
    acts::Hand,
    commands::{Action, Assign},
    error::Refused,
    hierarchy::Who,
    ids::{Cancel, Start},
    jobs::MassStep,
    model::{Plan, Whom},
    own, panel, reconcile,
    store::{
        self,
        mass::{Run, State},
    },
    text,
};

/// How many members a step changes: as many as Discord takes at once, so that a step is short.
const STEP: usize = 10;
/// How often the message that tells the progress is changed at the most.
const SHOWN_EVERY: SignedDuration = SignedDuration::from_secs(10);
/// What the bot needs where it tells the progress.
const TELLING: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::SEND_MESSAGES);
/// How long a run pauses when Discord is busy, or away.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// The longest reason of a failure.
const LONGEST_REASON: usize = 300;

pub(crate) async fn command(ctx: &Ctx<Autorole>, options: Assign) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let plan = Plan {
        role: options.role.into(),
        is_giving: options.action == Action::Give,
        whom: options.who.map_or(Whom::Everyone, Whom::from),
        with: options.with.map(RoleId::from),
    };
    check(ctx, guild, &plan, who(ctx)).await?;
    let mut db = ctx.database.acquire().await?;
    if store::mass::running(&mut db, guild).await?.is_some() {
        return Err(Refused::AlreadyRunning.into());
    }
    drop(db);
    let (total, count) = count(ctx, guild, &plan).await?;
    let id = Start {
        role: plan.role,
        giving: plan.is_giving,
        whom: Whom::ALL
            .iter()
            .zip(0..)
            .find_map(|(whom, number)| (*whom == plan.whom).then_some(number))
            .unwrap_or_default(),
        with: plan.with,
    };
    let mut card = text::preview(ctx.lang(), &plan, count, total);
    if count > 0 {
        card = card.button(Button::new(text::start_button(ctx.lang(), count), &id).danger());
    }
    Ok(Reply::card(card))
}

/// Whoever asks with a command.
fn who(ctx: &Ctx<Autorole>) -> Who<'_> {
    let member = &ctx.scene.member;
    Who {
        user: member.id,
        roles: &member.roles,
    }
}

/// Refuses a role that can not be handed out, or not by this member.
async fn check(kit: &Kit<Autorole>, guild: GuildId, plan: &Plan, who: Who<'_>) -> Outcome<()> {
    let ranks = own::ranks(kit, guild).await?;
    // Who owns the server may hand anything to many; the preview is the second confirmation.
    let approved = if who.user == ranks.roles.owner || !plan.is_giving {
        Permissions::all()
    } else {
        Permissions::empty()
    };
    match ranks
        .roles
        .problem_for(who, plan.role, &ranks.bot, approved)
    {
        None => Ok(()),
        Some(problem) => Err(Refused::BadRole {
            role: plan.role,
            problem,
        }
        .into()),
    }
}

/// How many members there are, and how many of them change.
async fn count(kit: &Kit<Autorole>, guild: GuildId, plan: &Plan) -> Outcome<(u32, u32)> {
    let (mut total, mut count) = (0, 0);
    let mut after = None;
    loop {
        let (page, has_more) = reconcile::members(kit, guild, after).await?;
        for member in &page {
            total += 1;
            count += u32::from(plan.concerns(member.is_bot, &member.roles));
        }
        after = page.last().map(|member| member.user);
        if !has_more || after.is_none() {
            return Ok((total, count));
        }
    }
}

pub(crate) async fn start(ctx: Ctx<Autorole>, click: Click<Start>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let plan = Plan {
        role: click.role,
        is_giving: click.giving,
        whom: Whom::ALL
            .get(usize::from(click.whom))
            .copied()
            .unwrap_or_default(),
        with: click.with,
    };
    check(&ctx, guild, &plan, who(&ctx)).await?;
    let channel = ctx.scene.channel.ok_or(Refused::NoTextChannel)?;
    ctx.require_of_bot(TELLING)?;
    begin(&ctx, guild, &plan, (ctx.user(), channel)).await?;
    Ok(Reply::update(text::started(ctx.lang())))
}

/// Begins a run in the name of a member, by the rules that hold for them now. Its number.
pub(crate) async fn ask(
    kit: &Kit<Autorole>,
    guild: GuildId,
    plan: &Plan,
    by: UserId,
    channel: ChannelId,
) -> Outcome<i64> {
    let hand = Hand::look_up(kit, guild, by).await?;
    check(kit, guild, plan, hand.who()).await?;
    let held = kit.own_permissions_in(guild, channel).await?;
    let lacking = TELLING - held.unwrap_or(Permissions::empty());
    if !lacking.is_empty() {
        return Err(BotLacks(lacking).into());
    }
    begin(kit, guild, plan, (by, channel)).await
}

/// Writes a run down, and has its first step run.
async fn begin(
    kit: &Kit<Autorole>,
    guild: GuildId,
    plan: &Plan,
    by: (UserId, ChannelId),
) -> Outcome<i64> {
    let (_, count) = count(kit, guild, plan).await?;
    let mut db = kit.database.begin().await?;
    let total = i32::try_from(count).unwrap_or(i32::MAX);
    let run = store::mass::start(&mut db, guild, plan, by, total, kit.clock.now()).await?;
    let run = run.ok_or(Refused::AlreadyRunning)?;
    go_on(kit, &mut db, guild, run, SignedDuration::ZERO).await?;
    db.commit().await?;
    Ok(run)
}

pub(crate) async fn cancel(ctx: Ctx<Autorole>, click: Click<Cancel>) -> Outcome<Reply> {
    end(&ctx, ctx.guild_id()?, click.run).await?;
    Ok(Reply::text(text::cancelling(ctx.lang())))
}

/// Ends a run; what is done stays.
pub(crate) async fn end(kit: &Kit<Autorole>, guild: GuildId, run: i64) -> Outcome<()> {
    let mut db = kit.database.begin().await?;
    if !store::mass::end(&mut db, guild, run, State::Cancelled).await? {
        return Err(Refused::NotRunning.into());
    }
    go_on(kit, &mut db, guild, run, SignedDuration::ZERO).await?;
    db.commit().await?;
    Ok(())
}

async fn go_on(
    kit: &Kit<Autorole>,
    db: &mut PgConnection,
    guild: GuildId,
    run: i64,
    pause: SignedDuration,
) -> Outcome<()> {
    let job = NewJob::new(&MassStep { guild, run })
        .map_err(Failure::fault)?
        .key(run.to_string())
        .queue(format!("autorole mass {guild}"))
        .after(pause);
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}

/// One step: some members, then the row, then the message.
pub(crate) async fn step(kit: &Kit<Autorole>, guild: GuildId, run: i64) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    let Some(mut run) = store::mass::find(&mut db, guild, run).await? else {
        return Ok(());
    };
    drop(db);
    if run.state == State::Running {
        let mut failures = Vec::new();
        let pace = some(kit, guild, &mut run, &mut failures).await?;
        let mut db = kit.database.begin().await?;
        store::mass::advance(&mut db, guild, &run, &failures).await?;
        match pace {
            Pace::Over => {
                store::mass::end(&mut db, guild, run.id, State::Done).await?;
            }
            Pace::On => go_on(kit, &mut db, guild, run.id, SignedDuration::ZERO).await?,
            Pace::Pause => go_on(kit, &mut db, guild, run.id, PAUSE).await?,
        }
        db.commit().await?;
        let mut db = kit.database.acquire().await?;
        if let Some(now) = store::mass::find(&mut db, guild, run.id).await? {
            run = now;
        }
    }
    let now = kit.clock.now();
    let is_due = run
        .shown_at
        .is_none_or(|shown_at| now >= shown_at + SHOWN_EVERY);
    if run.state != State::Running || is_due {
        tell(kit, guild, &run).await?;
    }
    Ok(())
}

/// How a run goes on.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// At once.
    On,
    /// After a while: Discord is busy, or away.
    Pause,
    /// Not at all: all members were looked at.
    Over,
}

/// Changes the next members.
async fn some(
    kit: &Kit<Autorole>,
    guild: GuildId,
    run: &mut Run,
    failures: &mut Vec<(UserId, String)>,
) -> Outcome<Pace> {
    let lang = panel::guild_lang(kit, guild).await?;
    let (page, has_more) = reconcile::members(kit, guild, run.after).await?;
    let mut tried = 0;
    for member in page {
        if run.plan.concerns(member.is_bot, &member.roles) {
            if tried == STEP {
                return Ok(Pace::On);
            }
            tried += 1;
            match change(kit, guild, &run.plan, member.user).await {
                Ok(()) => run.changed += 1,
                Err(Refusal::Gone(Thing::Member)) => {}
                Err(refusal) if refusal.class() == jobs::Class::Permanent => {
                    failures.push((member.user, reason(lang, &refusal)));
                }
                // Worth another try: what was done so far is noted, the rest is for the next step.
                Err(refusal) => {
                    tracing::info!(%guild, error = feature::chain(&refusal), "a mass assignment pauses");
                    return Ok(Pace::Pause);
                }
            }
            run.seen += 1;
        }
        run.after = Some(member.user);
    }
    Ok(if has_more { Pace::On } else { Pace::Over })
}

async fn change(
    kit: &Kit<Autorole>,
    guild: GuildId,
    plan: &Plan,
    user: UserId,
) -> Result<(), Refusal> {
    const REASON: &str = "autorole: mass assignment";
    let http = kit.discord.http();
    let (guild, user, role) = (guild.into(), user.into(), plan.role.into());
    if plan.is_giving {
        let request = http.add_guild_member_role(guild, user, role).reason(REASON);
        kit.discord.done(request).await
    } else {
        let request = http
            .remove_guild_member_role(guild, user, role)
            .reason(REASON);
        kit.discord.done(request).await
    }
}

fn reason(lang: Lang, refusal: &Refusal) -> String {
    let reason = refusal.explain(lang).unwrap_or_else(|| refusal.to_string());
    feature::card::cut(&reason, LONGEST_REASON)
}

/// Writes the progress into its message; the last time with whom could not be changed.
async fn tell(kit: &Kit<Autorole>, guild: GuildId, run: &Run) -> Outcome<()> {
    let lang = panel::guild_lang(kit, guild).await?;
    let mut db = kit.database.acquire().await?;
    let failures = if run.state == State::Running {
        Vec::new()
    } else {
        store::mass::failures(&mut db, guild, run.id).await?
    };
    drop(db);
    let mut card = text::progress(lang, run);
    if run.state == State::Running {
        let id = Cancel { run: run.id };
        card = card.button(Button::new(text::cancel_button(lang), &id).danger());
    }
    if !failures.is_empty() {
        card = card.file(format!("autorole-{}.csv", run.id), csv(&failures));
    }
    let message = show(kit, run, &card, lang).await?;
    let mut db = kit.database.acquire().await?;
    store::mass::note_shown(&mut db, guild, run.id, message, kit.clock.now()).await?;
    Ok(())
}

async fn show(
    kit: &Kit<Autorole>,
    run: &Run,
    card: &Card,
    lang: Lang,
) -> Outcome<Option<MessageId>> {
    if let Some(message) = run.message {
        let edited = kit.discord.repost(run.channel, message, lang, card).await;
        match edited {
            Ok(()) => return Ok(Some(message)),
            Err(Refusal::Gone(Thing::Message)) => {}
            Err(Refusal::Gone(_) | Refusal::Forbidden { .. }) => return Ok(None),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    let posted = kit
        .discord
        .post(run.channel, lang, card, Post::default())
        .await;
    match posted {
        Ok(message) => Ok(Some(message)),
        // Nobody sees it, and the work goes on.
        Err(Refusal::Gone(_) | Refusal::Forbidden { .. }) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Whom the run could not change, a line each. Quotes are doubled, as spreadsheets want it.
fn csv(failures: &[(UserId, String)]) -> Vec<u8> {
    let mut text = "user_id,reason\r\n".to_owned();
    for (user, reason) in failures {
        let reason = reason.replace('"', "\"\"").replace(['\r', '\n'], " ");
        text.extend([&user.to_string(), ",\"", &reason, "\"\r\n"]);
    }
    text.into_bytes()
}

/// The colour of a run's card.
pub(crate) const fn colour(state: State) -> Colour {
    match state {
        State::Running => Colour::Info,
        State::Done => Colour::Good,
        State::Cancelled => Colour::Warn,
        State::Failed => Colour::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_lines_that_a_spreadsheet_reads() {
        let failures = [(
            "7".parse().unwrap(),
            "the role \"Red\"\nis above".to_owned(),
        )];
        assert_eq!(
            String::from_utf8(csv(&failures)).unwrap(),
            "user_id,reason\r\n7,\"the role \"\"Red\"\" is above\"\r\n"
        );
    }
}
