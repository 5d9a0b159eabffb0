//! `/hub`.

mod config;

use database::{ChannelId, GuildId, UserId};
use feature::{Access, Card, Colour, Ctx, Explain, Kit, Lang, Outcome, Reply, SlashCommand};
use twilight_interactions::command::{CommandModel, CreateCommand};
use twilight_model::application::interaction::InteractionChannel;

use crate::{
    VoiceHubs,
    authority::{MANAGE, Refused, steered},
    components, guild,
    model::{Hub, Room},
    overwrites, panel, store, text, upkeep, watch,
};

pub(crate) use self::config::{Changes, Clear, Config, configure, typing};

/// Voice rooms on demand
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "hub")]
pub(crate) enum HubCommand {
    #[command(name = "create")]
    Create(Create),
    #[command(name = "list")]
    List(List),
    #[command(name = "config")]
    Config(Box<Config>),
    #[command(name = "delete")]
    Delete(Delete),
    #[command(name = "panel")]
    Panel(ShowPanel),
    #[command(name = "claim")]
    Claim(Claim),
}

impl SlashCommand for HubCommand {
    const ACCESS: Access = Access::needs(&MANAGE).except(&[("panel", None), ("claim", None)]);
}

/// Make a voice channel a hub: who joins it gets a room of their own
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "create")]
pub(crate) struct Create {
    /// The channel that members join
    #[command(channel_types = "guild_voice guild_stage_voice")]
    channel: InteractionChannel,
}

/// Show the hubs of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Turn a hub into an ordinary channel again; its rooms live on until they are empty
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "delete")]
pub(crate) struct Delete {
    /// The hub
    #[command(channel_types = "guild_voice guild_stage_voice")]
    hub: InteractionChannel,
}

/// Show the panel of the room you are in
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "panel")]
pub(crate) struct ShowPanel {}

/// Take over the room you are in when its owner has left
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "claim")]
pub(crate) struct Claim {}

/// Why a hub is not made or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadHub {
    #[error("the channel is a room")]
    IsRoom,
    #[error("the channel is a hub already")]
    IsHub,
    #[error("the channel is no hub")]
    NoHub,
    #[error("the channel is not in the guild's cache")]
    Unknown,
    #[error("the bot lacks {0:?}")]
    Lacks(twilight_model::guild::Permissions),
    #[error("the template is bad: {0:?}")]
    Template(crate::template::BadTemplate),
    #[error("`{0}` is no region")]
    Region(String),
    #[error("a bitrate of {0}, at most {1}")]
    Bitrate(i64, u32),
    #[error("{0} overflow categories")]
    TooMuchOverflow(usize),
    #[error("the bot can not read or write in the log channel")]
    Log,
}

impl Explain for BadHub {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::bad_hub(lang, self))
    }
}

pub(crate) async fn hub(ctx: Ctx<VoiceHubs>, command: HubCommand) -> Outcome<Reply> {
    match command {
        HubCommand::Create(create) => make(&ctx, create).await,
        HubCommand::List(List {}) => list(&ctx).await,
        HubCommand::Config(config) => config::command(&ctx, *config).await,
        HubCommand::Delete(delete) => remove(&ctx, delete).await,
        HubCommand::Panel(ShowPanel {}) => show_panel(&ctx).await,
        HubCommand::Claim(Claim {}) => claim(&ctx).await,
    }
}

async fn make(ctx: &Ctx<VoiceHubs>, create: Create) -> Outcome<Reply> {
    let lang = ctx.lang();
    let channel = create.channel.id.into();
    make_hub(ctx, ctx.guild_id()?, channel, ctx.user()).await?;
    Ok(Reply::card(
        Card::new()
            .title(text::hub_made_title(lang))
            .text(text::hub_made(lang, channel))
            .colour(Colour::Good),
    ))
}

/// Makes a channel a hub.
pub(crate) async fn make_hub(
    ctx: &Kit<VoiceHubs>,
    guild: GuildId,
    channel: ChannelId,
    by: UserId,
) -> Outcome<()> {
    if !guild::exists(ctx, channel) {
        return Err(BadHub::Unknown.into());
    }
    let held = ctx.own_permissions_in(guild, channel).await?;
    let lacking = guild::NEEDED - held.unwrap_or(twilight_model::guild::Permissions::empty());
    if !lacking.is_empty() {
        return Err(BadHub::Lacks(lacking).into());
    }
    let mut db = ctx.database.begin().await?;
    let is_room = store::rooms(&mut db, guild)
        .await?
        .iter()
        .any(|room| room.channel == Some(channel) || room.waiting_channel == Some(channel));
    if is_room {
        return Err(BadHub::IsRoom.into());
    }
    let now = ctx.clock.now();
    if !store::create_hub(&mut db, guild, channel, by, now).await? {
        return Err(BadHub::IsHub.into());
    }
    db.commit().await?;
    ctx.feature.watches.begin(guild);
    if watch::know(ctx, guild).await? {
        watch::wake(ctx, guild);
    }
    Ok(())
}

async fn list(ctx: &Ctx<VoiceHubs>) -> Outcome<Reply> {
    let lang = ctx.lang();
    let guild = ctx.guild_id()?;
    let mut db = ctx.database.acquire().await?;
    let hubs = store::hubs(&mut db, guild).await?;
    let rooms = store::rooms(&mut db, guild).await?;
    drop(db);
    let mut lines = Vec::new();
    for hub in hubs.iter().filter(|hub| hub.active) {
        let count = rooms.iter().filter(|room| room.hub == hub.channel).count();
        lines.push(text::hub_line(lang, hub, count));
    }
    let card = Card::new()
        .title(text::hubs_title(lang))
        .colour(Colour::Info);
    Ok(Reply::card(if lines.is_empty() {
        card.text(text::no_hubs(lang))
    } else {
        card.lines(lines)
    }))
}

async fn remove(ctx: &Ctx<VoiceHubs>, delete: Delete) -> Outcome<Reply> {
    let channel = delete.hub.id.into();
    let left = remove_hub(ctx, ctx.guild_id()?, channel).await?;
    Ok(Reply::card(
        Card::new()
            .text(text::hub_removed(ctx.lang(), channel, left))
            .colour(Colour::Good),
    ))
}

/// Makes a hub an ordinary channel again. How many rooms it leaves.
pub(crate) async fn remove_hub(
    ctx: &Kit<VoiceHubs>,
    guild: GuildId,
    channel: ChannelId,
) -> Outcome<usize> {
    let mut db = ctx.database.begin().await?;
    if !store::deactivate_hub(&mut db, guild, channel).await? {
        return Err(BadHub::NoHub.into());
    }
    let left = store::rooms(&mut db, guild)
        .await?
        .iter()
        .filter(|room| room.hub == channel)
        .count();
    store::drop_dead_hubs(&mut db, guild).await?;
    db.commit().await?;
    watch::wake(ctx, guild);
    Ok(left)
}

/// The room that whoever asks sits in.
async fn room_of_asker(ctx: &Ctx<VoiceHubs>) -> Outcome<Room> {
    let guild = ctx.guild_id()?;
    watch::know(ctx, guild).await?;
    let seat = ctx.feature.watches.seat(guild, ctx.user());
    let seat = seat.ok_or(Refused::InNoRoom)?;
    let mut db = ctx.database.acquire().await?;
    let room = store::room(&mut db, guild, seat.channel).await?;
    Ok(room.filter(|room| !room.closing).ok_or(Refused::InNoRoom)?)
}

async fn show_panel(ctx: &Ctx<VoiceHubs>) -> Outcome<Reply> {
    let room = room_of_asker(ctx).await?;
    let room = match room.channel {
        Some(channel) => steered(ctx, room.guild, channel).await?,
        None => room,
    };
    let mut db = ctx.database.acquire().await?;
    let lang = upkeep::owner_lang(ctx, &mut db, &room).await?;
    Ok(Reply::card(panel::card(ctx, lang, &room)))
}

async fn claim(ctx: &Ctx<VoiceHubs>) -> Outcome<Reply> {
    let room = room_of_asker(ctx).await?;
    components::take_over(ctx, &room).await
}

/// What of the source's denials the bot can not carry over to rooms.
async fn lost_denials(
    ctx: &Ctx<VoiceHubs>,
    hub: &Hub,
) -> Outcome<twilight_model::guild::Permissions> {
    let held = ctx.own_permissions(hub.guild).await?;
    let from = overwrites::source(hub.copy_from, |id| guild::exists(ctx, id), hub.channel);
    Ok(feature::permissions::masked(&guild::overwrites_of(ctx, from), held).1)
}
