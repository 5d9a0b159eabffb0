//! `/hub config`: every value can be set, cleared and shown.

use database::{ChannelId, GuildId};
use feature::{Card, Choice, Colour, Ctx, Kit, Outcome, Reply, Typing, settings::Via};
use jiff::SignedDuration;
use serde::Deserialize;
use sqlx::PgConnection;
use twilight_http::request::{Method, RequestBuilder};
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CommandOption, CreateCommand, CreateOption,
};
use twilight_model::{application::interaction::InteractionChannel, guild::Permissions};

use super::{BadHub, lost_denials};
use crate::{
    VoiceHubs, guild,
    model::{Hub, Mode},
    settings::VoiceSettings,
    store,
    template::Template,
    text,
};

/// The most categories that rooms overflow into.
const OVERFLOW: usize = 10;

/// Show or change how a hub works
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "config")]
pub(crate) struct Config {
    /// The hub
    #[command(channel_types = "guild_voice guild_stage_voice")]
    hub: InteractionChannel,
    /// The names of rooms: {user} {display} {n} {game} {role} {date} {random:a|b} {if:game}…{else}…{end}
    #[command(max_length = 300)]
    name: Option<String>,
    /// How many people fit into a room; 0 is no limit
    #[command(min_value = 0, max_value = 99)]
    user_limit: Option<i64>,
    /// How many rooms may be open at once; 0 is no limit
    #[command(min_value = 0, max_value = 500)]
    max_rooms: Option<i64>,
    /// Who may enter a new room
    mode: Option<ModeOption>,
    /// The bitrate of rooms, in kbit/s
    #[command(min_value = 8, max_value = 384)]
    bitrate: Option<i64>,
    /// The voice region of rooms
    #[command(autocomplete = true, max_length = 40)]
    region: Option<String>,
    /// The category in which rooms are made
    #[command(channel_types = "guild_category")]
    category: Option<InteractionChannel>,
    /// One more category for when the others are full
    #[command(channel_types = "guild_category")]
    overflow: Option<InteractionChannel>,
    /// Make a copy of the category when all are full
    copy_category: Option<bool>,
    /// The channel or category whose permissions rooms begin with
    copy_from: Option<InteractionChannel>,
    /// After how many seconds without its owner a room may be claimed
    #[command(min_value = 0, max_value = 3600)]
    claim_delay: Option<i64>,
    /// How many rooms a member may open in a minute
    #[command(min_value = 1, max_value = 60)]
    per_member: Option<i64>,
    /// How many rooms the whole server may open in a minute
    #[command(min_value = 1, max_value = 200)]
    per_server: Option<i64>,
    /// Whether bots alone keep a room alive
    bots_keep: Option<bool>,
    /// Where openings, closings and trouble are written
    #[command(channel_types = "guild_text guild_announcement")]
    log: Option<InteractionChannel>,
    /// The text under a room's name, as a template
    #[command(max_length = 500)]
    status: Option<String>,
    /// Whether rooms may carry a text under their name
    status_allowed: Option<bool>,
    /// Words that no room of the server may be called, separated by commas; * stands for any letters
    #[command(max_length = 4000)]
    words: Option<String>,
    /// A value to clear
    clear: Option<Clear>,
}

/// A mode, as an option.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum ModeOption {
    /// Everyone.
    #[option(name = "Open", value = "open")]
    Open,
    /// Seen by all, entered by those on the list.
    #[option(name = "Closed", value = "closed")]
    Closed,
    /// Seen by those on the list.
    #[option(name = "Private", value = "private")]
    Private,
    /// Everyone listens.
    #[option(name = "Conference", value = "conference")]
    Conference,
}

impl From<ModeOption> for Mode {
    fn from(option: ModeOption) -> Self {
        match option {
            ModeOption::Open => Self::Open,
            ModeOption::Closed => Self::Closed,
            ModeOption::Private => Self::Private,
            ModeOption::Conference => Self::Conference,
        }
    }
}

/// A value that can be cleared.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Clear {
    /// The template of names.
    #[option(name = "Name", value = "name")]
    Name,
    /// The limit of people.
    #[option(name = "User limit", value = "user_limit")]
    UserLimit,
    /// The limit of rooms.
    #[option(name = "Maximum of rooms", value = "max_rooms")]
    MaxRooms,
    /// The mode.
    #[option(name = "Mode", value = "mode")]
    Mode,
    /// The bitrate.
    #[option(name = "Bitrate", value = "bitrate")]
    Bitrate,
    /// The region.
    #[option(name = "Region", value = "region")]
    Region,
    /// The category.
    #[option(name = "Category", value = "category")]
    Category,
    /// The categories for overflow.
    #[option(name = "Overflow categories", value = "overflow")]
    Overflow,
    /// The source of permissions.
    #[option(name = "Source of permissions", value = "copy_from")]
    CopyFrom,
    /// Claiming is switched off.
    #[option(name = "Claims (switch off)", value = "claim_delay")]
    ClaimDelay,
    /// The throttles.
    #[option(name = "Throttles", value = "throttles")]
    Throttles,
    /// The log channel.
    #[option(name = "Log channel", value = "log")]
    Log,
    /// The template of the status.
    #[option(name = "Status", value = "status")]
    Status,
    /// The forbidden words.
    #[option(name = "Forbidden words", value = "words")]
    Words,
    /// Everything of this hub.
    #[option(name = "Everything", value = "all")]
    All,
}

/// The options while one is typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum ConfigTyping {
    #[command(name = "config")]
    Config(RegionTyping),
}

/// The region while it is typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct RegionTyping {
    region: AutocompleteValue<String>,
}

impl Typing for ConfigTyping {
    const COMMAND: &'static str = "hub";
}

#[derive(Clone, Debug, Deserialize)]
struct Region {
    id: String,
    name: String,
    #[serde(default)]
    deprecated: bool,
}

async fn regions(ctx: &Kit<VoiceHubs>) -> Outcome<Vec<Region>> {
    let request = RequestBuilder::raw(Method::Get, "voice/regions".to_owned()).build();
    let request = request.map_err(feature::Refusal::Unsendable)?;
    let regions: Vec<Region> = ctx.discord.raw(request).await?;
    Ok(regions
        .into_iter()
        .filter(|region| !region.deprecated)
        .collect())
}

pub(crate) async fn typing(ctx: Ctx<VoiceHubs>, typing: ConfigTyping) -> Outcome<Reply> {
    let ConfigTyping::Config(RegionTyping { region }) = typing;
    let typed = match region {
        AutocompleteValue::Focused(typed) => typed.to_lowercase(),
        _ => String::new(),
    };
    let found = regions(&ctx)
        .await?
        .into_iter()
        .filter(|region| region.id.contains(&typed) || region.name.to_lowercase().contains(&typed));
    Ok(Reply::choices(
        found.map(|region| Choice::text(region.name, region.id)),
    ))
}

/// What of a hub is to change, whoever asks for it; the ranges of its numbers have been checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// Put back before the rest is set.
    pub(crate) clear: Vec<Clear>,
    pub(crate) name: Option<String>,
    pub(crate) user_limit: Option<i64>,
    pub(crate) max_rooms: Option<i64>,
    pub(crate) mode: Option<Mode>,
    /// In kbit/s.
    pub(crate) bitrate: Option<i64>,
    pub(crate) region: Option<String>,
    pub(crate) category: Option<ChannelId>,
    pub(crate) overflow: Option<ChannelId>,
    pub(crate) copy_category: Option<bool>,
    pub(crate) copy_from: Option<ChannelId>,
    /// In seconds.
    pub(crate) claim_delay: Option<i64>,
    pub(crate) per_member: Option<i64>,
    pub(crate) bots_keep: Option<bool>,
    pub(crate) log: Option<ChannelId>,
    pub(crate) status: Option<String>,
    pub(crate) status_allowed: Option<bool>,
}

impl From<&Config> for Changes {
    fn from(config: &Config) -> Self {
        let id = |channel: &Option<InteractionChannel>| {
            channel.as_ref().map(|channel| channel.id.into())
        };
        Self {
            clear: config.clear.into_iter().collect(),
            name: config.name.clone(),
            user_limit: config.user_limit,
            max_rooms: config.max_rooms,
            mode: config.mode.map(Mode::from),
            bitrate: config.bitrate,
            region: config.region.clone(),
            category: id(&config.category),
            overflow: id(&config.overflow),
            copy_category: config.copy_category,
            copy_from: id(&config.copy_from),
            claim_delay: config.claim_delay,
            per_member: config.per_member,
            bots_keep: config.bots_keep,
            log: id(&config.log),
            status: config.status.clone(),
            status_allowed: config.status_allowed,
        }
    }
}

/// Changes a hub. What it is then, and whether that is something else.
async fn changed(
    ctx: &Kit<VoiceHubs>,
    db: &mut PgConnection,
    (guild, channel): (GuildId, ChannelId),
    changes: &Changes,
    region: Option<String>,
) -> Outcome<(Hub, bool)> {
    let mut hub = store::lock_hub(db, guild, channel)
        .await?
        .filter(|hub| hub.active)
        .ok_or(BadHub::NoHub)?;
    let before = hub.clone();
    for clear in &changes.clear {
        cleared(&mut hub, *clear);
    }
    set(ctx, &mut hub, changes, region)?;
    let is_changed = hub != before;
    if is_changed {
        store::configure_hub(db, &hub).await?;
    }
    Ok((hub, is_changed))
}

/// What must be asked of Discord before a hub is changed: the id of the region that is meant.
async fn looked_up(
    ctx: &Kit<VoiceHubs>,
    guild: GuildId,
    changes: &Changes,
) -> Outcome<Option<String>> {
    let region = match &changes.region {
        Some(typed) => Some(known_region(ctx, typed).await?),
        None => None,
    };
    if let Some(log) = changes.log {
        let held = ctx.own_permissions_in(guild, log).await?;
        let needed = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
        if !held.is_some_and(|held| held.contains(needed)) {
            return Err(BadHub::Log.into());
        }
    }
    Ok(region)
}

/// Changes a hub.
pub(crate) async fn configure(
    ctx: &Kit<VoiceHubs>,
    guild: GuildId,
    channel: ChannelId,
    changes: &Changes,
) -> Outcome<()> {
    let region = looked_up(ctx, guild, changes).await?;
    let mut db = ctx.database.begin().await?;
    let (_, is_changed) = changed(ctx, &mut db, (guild, channel), changes, region).await?;
    db.commit().await?;
    if is_changed {
        crate::watch::wake(ctx, guild);
    }
    Ok(())
}

pub(super) async fn command(ctx: &Ctx<VoiceHubs>, config: Config) -> Outcome<Reply> {
    let lang = ctx.lang();
    let guild = ctx.guild_id()?;
    let channel = config.hub.id.into();
    let changes = Changes::from(&config);
    let region = looked_up(ctx, guild, &changes).await?;
    let words = config.words.as_deref().map(|typed| {
        let words = typed.split(',').map(|word| word.trim().to_lowercase());
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>()
    });
    let clears_words = matches!(config.clear, Some(Clear::Words));
    let clears_throttles = matches!(config.clear, Some(Clear::Throttles | Clear::All));

    let mut db = ctx.database.begin().await?;
    let (hub, is_changed) = changed(ctx, &mut db, (guild, channel), &changes, region).await?;
    let per_server = config
        .per_server
        .and_then(|value| u16::try_from(value).ok());
    let is_server = words.is_some() || clears_words || clears_throttles || per_server.is_some();
    let settings = if is_server {
        ctx.settings
            .change::<VoiceSettings>(guild, ctx.user(), Via::Discord, |settings| {
                if clears_throttles {
                    settings.per_guild = VoiceSettings::default().per_guild;
                }
                if clears_words {
                    settings.words.clear();
                }
                if let Some(words) = words {
                    settings.words = words;
                }
                if let Some(value) = per_server {
                    settings.per_guild = value;
                }
                Ok(())
            })
            .await?
    } else {
        ctx.settings.get::<VoiceSettings>(guild).await?
    };
    db.commit().await?;
    if is_changed || is_server {
        crate::watch::wake(ctx, guild);
    }
    let lost = lost_denials(ctx, &hub).await?;
    let is_dead = hub.copy_from.is_some_and(|from| !guild::exists(ctx, from));
    let mut card = Card::new()
        .title(if is_changed || is_server {
            text::saved(lang)
        } else {
            text::hub_title(lang)
        })
        .lines(text::hub_values(lang, &hub, &settings))
        .colour(if is_changed || is_server {
            Colour::Good
        } else {
            Colour::Info
        });
    if let Some(problem) = hub.problem {
        card = card.text(text::hub_problem(lang, problem, hub.paused_until));
    }
    if !lost.is_empty() {
        card = card.text(text::lost_denials(lang, lost));
    }
    if is_dead {
        card = card.text(text::dead_source(lang));
    }
    Ok(Reply::card(card))
}

async fn known_region(ctx: &Kit<VoiceHubs>, typed: &str) -> Outcome<String> {
    let small = typed.trim().to_lowercase();
    let known = regions(ctx).await?;
    known
        .into_iter()
        .find(|region| region.id == small || region.name.to_lowercase() == small)
        .map(|region| region.id)
        .ok_or_else(|| BadHub::Region(feature::card::cut(typed, 40)).into())
}

fn cleared(hub: &mut Hub, clear: Clear) {
    let all = matches!(clear, Clear::All);
    if all || matches!(clear, Clear::Name) {
        hub.template = None;
    }
    if all || matches!(clear, Clear::UserLimit) {
        hub.user_limit = None;
    }
    if all || matches!(clear, Clear::MaxRooms) {
        hub.max_rooms = 0;
    }
    if all || matches!(clear, Clear::Mode) {
        hub.mode = Mode::Open;
    }
    if all || matches!(clear, Clear::Bitrate) {
        hub.bitrate = None;
    }
    if all || matches!(clear, Clear::Region) {
        hub.region = None;
    }
    if all || matches!(clear, Clear::Category) {
        hub.category = None;
    }
    if all || matches!(clear, Clear::Overflow) {
        hub.overflow.clear();
        hub.copies_category = false;
    }
    if all || matches!(clear, Clear::CopyFrom) {
        hub.copy_from = None;
    }
    match clear {
        Clear::ClaimDelay => hub.claim_delay = None,
        Clear::All => hub.claim_delay = Some(SignedDuration::from_secs(120)),
        _ => {}
    }
    if all || matches!(clear, Clear::Throttles) {
        hub.per_member = 2;
    }
    if all || matches!(clear, Clear::Log) {
        hub.log_channel = None;
    }
    if all || matches!(clear, Clear::Status) {
        hub.status = None;
        hub.status_allowed = true;
    }
    if all {
        hub.bots_keep = false;
    }
}

fn set(
    ctx: &Kit<VoiceHubs>,
    hub: &mut Hub,
    config: &Changes,
    region: Option<String>,
) -> Outcome<()> {
    // Discord has checked the ranges that the command states, and the route those of its body.
    let small = |value: i64| u16::try_from(value).unwrap_or_default();
    if let Some(name) = &config.name {
        Template::parse(name).map_err(BadHub::Template)?;
        hub.template = Some(name.clone());
    }
    if let Some(status) = &config.status {
        Template::parse(status).map_err(BadHub::Template)?;
        hub.status = Some(status.clone());
    }
    if let Some(limit) = config.user_limit {
        hub.user_limit = Some(small(limit));
    }
    if let Some(rooms) = config.max_rooms {
        hub.max_rooms = small(rooms);
    }
    if let Some(mode) = config.mode {
        hub.mode = mode;
    }
    if let Some(bitrate) = config.bitrate {
        let highest = guild::highest_bitrate(ctx, hub.guild);
        let wanted = u32::try_from(bitrate * 1000).unwrap_or(u32::MAX);
        if wanted > highest {
            return Err(BadHub::Bitrate(bitrate, highest / 1000).into());
        }
        hub.bitrate = Some(wanted);
    }
    if region.is_some() {
        hub.region = region;
    }
    if let Some(category) = config.category {
        hub.category = Some(category);
    }
    if let Some(overflow) = config.overflow {
        if !hub.overflow.contains(&overflow) {
            hub.overflow.push(overflow);
        }
        if hub.overflow.len() > OVERFLOW {
            return Err(BadHub::TooMuchOverflow(OVERFLOW).into());
        }
    }
    if let Some(copies) = config.copy_category {
        hub.copies_category = copies;
    }
    if let Some(from) = config.copy_from {
        hub.copy_from = Some(from);
    }
    if let Some(delay) = config.claim_delay {
        hub.claim_delay = Some(SignedDuration::from_secs(delay));
    }
    if let Some(per_member) = config.per_member {
        hub.per_member = small(per_member).max(1);
    }
    if let Some(keep) = config.bots_keep {
        hub.bots_keep = keep;
    }
    if let Some(log) = config.log {
        hub.log_channel = Some(log);
    }
    if let Some(allowed) = config.status_allowed {
        hub.status_allowed = allowed;
    }
    Ok(())
}
