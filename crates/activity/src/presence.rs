//! `/presence`: who is there now.

use database::{GuildId, UserId};
use feature::{Access, Answer, Click, Ctx, Outcome, Reply, SlashCommand, custom_id};
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::gateway::{Intents, presence::Status};

use crate::{Activity, READ, store, text};

/// People on a page.
const PAGE: usize = 20;
/// In larger guilds Discord tells presences of the bot and of those in voice only.
const TOLD_UP_TO: u64 = 75_000;

/// Who is there now
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "presence")]
pub(crate) struct PresenceCommand {}

impl SlashCommand for PresenceCommand {
    const ANSWER: Answer = Answer::Public;
    const ACCESS: Access = Access::needs(&READ);
}

custom_id! {
    /// Shows a group of people: 0 on-line, 1 idle, 2 do not disturb, 3 bots.
    pub(crate) struct Show: "activity" / "presence" v1 { group: u8, page: u16 }
    answer = Update;
    access = READ;
}

/// Who is there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Present {
    /// People who are on-line, idle, and do not want to be disturbed; then bots that are not off-line.
    pub(crate) groups: [Vec<UserId>; 4],
    /// All others.
    pub(crate) offline: u64,
}

/// What Discord counts without being asked for presences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Approximately {
    pub(crate) members: Option<u64>,
    pub(crate) online: Option<u64>,
}

/// Why it is not known who is there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unknown {
    /// The operator did not switch presences on in the configuration.
    Off,
    /// They are not allowed in Discord's portal.
    Forbidden,
    /// Discord has not told all of them to this process, or tells them of no guild of this size.
    Untold,
}

pub(crate) async fn presence(ctx: Ctx<Activity>, _: PresenceCommand) -> Outcome<Reply> {
    show(&ctx, 0, 0).await.map(Reply::card)
}

pub(crate) async fn turn(ctx: Ctx<Activity>, click: Click<Show>) -> Outcome<Reply> {
    show(&ctx, click.group, click.page).await.map(Reply::update)
}

async fn show(ctx: &Ctx<Activity>, group: u8, page: u16) -> Outcome<feature::Card> {
    let guild = ctx.guild_id()?;
    if let Some(unknown) = unknown(ctx, guild) {
        let asked = ctx.discord.http().guild(guild.into()).with_counts(true);
        let told = ctx.discord.one(asked).await?;
        let about = Approximately {
            members: told.approximate_member_count,
            online: told.approximate_presence_count,
        };
        return Ok(text::presence_unknown(ctx.lang(), unknown, about));
    }
    let present = present(ctx, guild).await?;
    let group = group.min(3);
    let people = &present.groups[usize::from(group)];
    let pages = people.len().div_ceil(PAGE).max(1);
    let page = usize::from(page).min(pages - 1);
    let shown: Vec<UserId> = people
        .iter()
        .copied()
        .skip(page * PAGE)
        .take(PAGE)
        .collect();
    let turn = |page: Option<usize>| {
        let page = u16::try_from(page?).ok()?;
        Some(Show { group, page })
    };
    let before = turn(page.checked_sub(1));
    let after = turn(Some(page + 1).filter(|page| *page < pages));
    Ok(text::presence(
        ctx.lang(),
        &present,
        group,
        &shown,
        (before.as_ref(), after.as_ref()),
    ))
}

fn unknown(ctx: &Ctx<Activity>, guild: GuildId) -> Option<Unknown> {
    if ctx.missing_intents.contains(Intents::GUILD_PRESENCES) {
        return Some(Unknown::Forbidden);
    }
    if !ctx.intents.contains(Intents::GUILD_PRESENCES) {
        return Some(Unknown::Off);
    }
    let members = ctx
        .cache
        .guild(guild.into())
        .and_then(|known| known.member_count())
        .unwrap_or_default();
    let is_told = ctx.feature.told.lock().contains(&guild) && members <= TOLD_UP_TO;
    (!is_told).then_some(Unknown::Untold)
}

async fn present(ctx: &Ctx<Activity>, guild: GuildId) -> Outcome<Present> {
    let bots = store::people::bots(&mut *ctx.database.acquire().await?, guild).await?;
    let users: Vec<UserId> = ctx
        .cache
        .guild_presences(guild.into())
        .map(|users| users.iter().copied().map(UserId::from).collect())
        .unwrap_or_default();
    let mut present = Present::default();
    for user in users {
        let Some(known) = ctx.cache.presence(guild.into(), user.into()) else {
            continue;
        };
        let group = match known.status() {
            Status::Online => 0,
            Status::Idle => 1,
            Status::DoNotDisturb => 2,
            Status::Offline | Status::Invisible => continue,
        };
        let is_bot = bots.contains(&user) || user == ctx.me.id();
        present.groups[if is_bot { 3 } else { group }].push(user);
    }
    let mut there = 0;
    for group in &mut present.groups {
        group.sort_unstable();
        there += u64::try_from(group.len()).unwrap_or_default();
    }
    let members = ctx
        .cache
        .guild(guild.into())
        .and_then(|known| known.member_count())
        .unwrap_or_default();
    present.offline = members.saturating_sub(there);
    Ok(present)
}
