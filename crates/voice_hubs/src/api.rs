//! Routes: hubs and rooms for programs, by the functions that the commands use.

#![expect(
    unused_qualifications,
    reason = "the macro that writes the documentation names types in full"
)]

use axum::{Json, extract::State, http::StatusCode};
use database::{ChannelId, UserId};
use feature::{
    Kit,
    http::{Body, Field, GuildPath, InGuild, Page, Paging, PagingParams, Path, Problem, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twilight_model::channel::ChannelType;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    VoiceHubs,
    commands::{BadHub, Changes, Clear, configure, make_hub, remove_hub},
    model::{self, Mode},
    store,
};

pub(crate) fn routes() -> OpenApiRouter<Kit<VoiceHubs>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, delete))
        .routes(routes!(rooms))
}

/// A channel that opens rooms.
#[derive(Debug, Serialize, ToSchema)]
struct Hub {
    #[schema(value_type = String)]
    channel_id: ChannelId,
    /// The template of names; null is the default in the server's language.
    name: Option<String>,
    user_limit: Option<u16>,
    /// 0 is no limit.
    max_rooms: u16,
    mode: HubMode,
    /// In bit/s; null is that of the hub.
    bitrate: Option<u32>,
    region: Option<String>,
    #[schema(value_type = Option<String>)]
    category_id: Option<ChannelId>,
    #[schema(value_type = Vec<String>)]
    overflow_category_ids: Vec<ChannelId>,
    copies_category: bool,
    #[schema(value_type = Option<String>)]
    copy_from_id: Option<ChannelId>,
    /// In seconds; null when rooms can not be claimed.
    claim_delay: Option<i64>,
    /// Rooms that a member may open in a minute.
    per_member: u16,
    bots_keep: bool,
    #[schema(value_type = Option<String>)]
    log_channel_id: Option<ChannelId>,
    status: Option<String>,
    status_allowed: bool,
    /// What stands in the way: `create`, `move`, `access` or `guild_full`.
    problem: Option<&'static str>,
    #[schema(value_type = String)]
    created_by: UserId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Who may enter a room.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum HubMode {
    Open,
    Closed,
    Private,
    Conference,
}

impl From<Mode> for HubMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Open => Self::Open,
            Mode::Closed => Self::Closed,
            Mode::Private => Self::Private,
            Mode::Conference => Self::Conference,
        }
    }
}

impl From<HubMode> for Mode {
    fn from(mode: HubMode) -> Self {
        match mode {
            HubMode::Open => Self::Open,
            HubMode::Closed => Self::Closed,
            HubMode::Private => Self::Private,
            HubMode::Conference => Self::Conference,
        }
    }
}

impl From<model::Hub> for Hub {
    fn from(hub: model::Hub) -> Self {
        Self {
            channel_id: hub.channel,
            name: hub.template,
            user_limit: hub.user_limit,
            max_rooms: hub.max_rooms,
            mode: hub.mode.into(),
            bitrate: hub.bitrate,
            region: hub.region,
            category_id: hub.category,
            overflow_category_ids: hub.overflow,
            copies_category: hub.copies_category,
            copy_from_id: hub.copy_from,
            claim_delay: hub.claim_delay.map(|delay| delay.as_secs()),
            per_member: hub.per_member,
            bots_keep: hub.bots_keep,
            log_channel_id: hub.log_channel,
            status: hub.status,
            status_allowed: hub.status_allowed,
            problem: hub.problem.map(model::Problem::word),
            created_by: hub.created_by,
            created_at: hub.created_at,
        }
    }
}

/// A room that is open, or about to be.
#[derive(Debug, Serialize, ToSchema)]
struct Room {
    id: i64,
    #[schema(value_type = String)]
    hub_id: ChannelId,
    /// Null while it is being made.
    #[schema(value_type = Option<String>)]
    channel_id: Option<ChannelId>,
    #[schema(value_type = String)]
    owner_id: UserId,
    name: String,
    mode: HubMode,
    /// 0 is no limit.
    user_limit: u16,
    status: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    opening_since: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    owner_left_at: Option<Timestamp>,
}

impl From<model::Room> for Room {
    fn from(room: model::Room) -> Self {
        Self {
            id: room.id.0,
            hub_id: room.hub,
            channel_id: room.channel,
            owner_id: room.owner,
            name: room.intended_name().to_owned(),
            mode: room.mode.into(),
            user_limit: room.user_limit,
            status: room.status,
            opening_since: room.opening_since,
            owner_left_at: room.owner_left_at,
        }
    }
}

/// The hubs of a server, by the id of their channel.
#[utoipa::path(get, path = "/v1/guilds/{guild}/hubs", tag = "hubs", params(GuildPath, PagingParams),
    security(("key" = ["hubs.read"])), responses((status = 200, body = Page<Hub>)))]
async fn list(
    State(kit): State<Kit<VoiceHubs>>,
    guild: InGuild,
    paging: Paging<ChannelId>,
) -> Result<Json<Page<Hub>>, Problem> {
    let mut db = kit.database.acquire().await?;
    let hubs = store::hubs(&mut db, guild.id).await?;
    let shown = hubs
        .into_iter()
        .filter(|hub| hub.active && guild.caller.covers_channel(hub.channel));
    Ok(Json(
        paging.of_all(shown.map(Hub::from), |hub| hub.channel_id)?,
    ))
}

/// A hub.
#[utoipa::path(get, path = "/v1/guilds/{guild}/hubs/{channel}", tag = "hubs",
    params(GuildPath, ("channel" = String, Path, description = "The hub's channel")),
    security(("key" = ["hubs.read"])), responses((status = 200, body = Hub)))]
async fn show(
    State(kit): State<Kit<VoiceHubs>>,
    guild: InGuild,
    Path(channel): Path<ChannelId>,
) -> Result<Json<Hub>, Problem> {
    find(&kit, &guild, channel).await.map(Json)
}

async fn find(kit: &Kit<VoiceHubs>, guild: &InGuild, channel: ChannelId) -> Result<Hub, Problem> {
    guild.caller.require_channel(channel)?;
    let mut db = kit.database.acquire().await?;
    let hubs = store::hubs(&mut db, guild.id).await?;
    let hub = hubs
        .into_iter()
        .find(|hub| hub.active && hub.channel == channel);
    hub.map(Hub::from).ok_or_else(Problem::not_found)
}

/// A channel that is to be a hub.
#[derive(Debug, Deserialize, ToSchema)]
struct NewHub {
    /// A voice or stage channel.
    #[schema(value_type = String)]
    channel_id: ChannelId,
}

/// Make a channel a hub.
#[utoipa::path(post, path = "/v1/guilds/{guild}/hubs", tag = "hubs", params(GuildPath), request_body = NewHub,
    security(("key" = ["hubs.write"])), responses((status = 201, body = Hub)))]
async fn create(
    State(kit): State<Kit<VoiceHubs>>,
    guild: InGuild,
    Body(new): Body<NewHub>,
) -> Result<(StatusCode, Json<Hub>), Problem> {
    let channel = new.channel_id;
    require(
        &kit,
        &guild,
        "channel_id",
        channel,
        &[ChannelType::GuildVoice, ChannelType::GuildStageVoice],
    )?;
    make_hub(&kit, guild.id, channel, guild.caller.acts_for).await?;
    Ok((
        StatusCode::CREATED,
        Json(find(&kit, &guild, channel).await?),
    ))
}

/// Refuses a channel that is not in the guild, is not covered by the key, or of another kind.
fn require(
    kit: &Kit<VoiceHubs>,
    guild: &InGuild,
    field: &str,
    channel: ChannelId,
    kinds: &[ChannelType],
) -> Result<(), Problem> {
    let known = kit.cache.channel(channel.into());
    let is_right = known.is_some_and(|known| {
        known.guild_id == Some(guild.id.into()) && (kinds.is_empty() || kinds.contains(&known.kind))
    });
    if is_right && guild.caller.covers_channel(channel) {
        return Ok(());
    }
    let words = match kinds {
        [ChannelType::GuildVoice, ..] => "a voice or stage channel",
        [ChannelType::GuildCategory] => "a category",
        [ChannelType::GuildText, ..] => "a text channel",
        _ => "a channel",
    };
    Err(Problem::invalid(
        field,
        format!("must be {words} of this server that the key covers"),
    ))
}

/// What is to change; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
struct HubChange {
    /// Put back to the default before the rest is set.
    #[serde(default)]
    clear: Vec<HubField>,
    /// The template of names.
    #[schema(max_length = 300)]
    name: Option<String>,
    #[schema(minimum = 0, maximum = 99)]
    user_limit: Option<i64>,
    #[schema(minimum = 0, maximum = 500)]
    max_rooms: Option<i64>,
    mode: Option<HubMode>,
    /// In bit/s, by the thousand.
    #[schema(minimum = 8000, maximum = 384_000)]
    bitrate: Option<i64>,
    #[schema(max_length = 40)]
    region: Option<String>,
    #[schema(value_type = Option<String>)]
    category_id: Option<ChannelId>,
    /// One more category for when the others are full.
    #[schema(value_type = Option<String>)]
    overflow_category_id: Option<ChannelId>,
    copies_category: Option<bool>,
    #[schema(value_type = Option<String>)]
    copy_from_id: Option<ChannelId>,
    /// In seconds.
    #[schema(minimum = 0, maximum = 3600)]
    claim_delay: Option<i64>,
    #[schema(minimum = 1, maximum = 60)]
    per_member: Option<i64>,
    bots_keep: Option<bool>,
    #[schema(value_type = Option<String>)]
    log_channel_id: Option<ChannelId>,
    #[schema(max_length = 500)]
    status: Option<String>,
    status_allowed: Option<bool>,
}

/// A value that can be put back.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HubField {
    All,
    Bitrate,
    Category,
    ClaimDelay,
    CopyFrom,
    Log,
    MaxRooms,
    Mode,
    Name,
    Overflow,
    PerMember,
    Region,
    Status,
    UserLimit,
}

impl From<HubField> for Clear {
    fn from(field: HubField) -> Self {
        match field {
            HubField::All => Self::All,
            HubField::Bitrate => Self::Bitrate,
            HubField::Category => Self::Category,
            HubField::ClaimDelay => Self::ClaimDelay,
            HubField::CopyFrom => Self::CopyFrom,
            HubField::Log => Self::Log,
            HubField::MaxRooms => Self::MaxRooms,
            HubField::Mode => Self::Mode,
            HubField::Name => Self::Name,
            HubField::Overflow => Self::Overflow,
            HubField::PerMember => Self::Throttles,
            HubField::Region => Self::Region,
            HubField::Status => Self::Status,
            HubField::UserLimit => Self::UserLimit,
        }
    }
}

impl HubChange {
    /// What Discord checks of a command's options, and nobody of a body.
    fn check(&self) -> Result<(), Problem> {
        let mut wrong = Vec::new();
        let mut number = |field: &str, value: Option<i64>, least: i64, most: i64| {
            if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
                wrong.push(Field {
                    field: field.to_owned(),
                    reason: format!("is {value}, but must be {least} to {most}"),
                });
            }
        };
        number("user_limit", self.user_limit, 0, 99);
        number("max_rooms", self.max_rooms, 0, 500);
        number("bitrate", self.bitrate, 8_000, 384_000);
        number("claim_delay", self.claim_delay, 0, 3_600);
        number("per_member", self.per_member, 1, 60);
        if let Some(bitrate) = self.bitrate.filter(|bitrate| bitrate % 1_000 != 0) {
            wrong.push(Field {
                field: "bitrate".to_owned(),
                reason: format!("is {bitrate}, but must be whole thousands"),
            });
        }
        for (field, text, most) in [
            ("name", &self.name, 300),
            ("region", &self.region, 40),
            ("status", &self.status, 500),
        ] {
            let length = text.as_ref().map_or(1, |text| text.chars().count());
            if length == 0 || length > most {
                wrong.push(Field {
                    field: field.to_owned(),
                    reason: format!("has {length} characters, but must have 1 to {most}"),
                });
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(wrong))
        }
    }
}

/// Change how a hub works.
#[utoipa::path(patch, path = "/v1/guilds/{guild}/hubs/{channel}", tag = "hubs",
    params(GuildPath, ("channel" = String, Path, description = "The hub's channel")), request_body = HubChange,
    security(("key" = ["hubs.write"])), responses((status = 200, body = Hub)))]
async fn change(
    State(kit): State<Kit<VoiceHubs>>,
    guild: InGuild,
    Path(channel): Path<ChannelId>,
    Body(change): Body<HubChange>,
) -> Result<Json<Hub>, Problem> {
    // Whether it is there comes before what is wrong with the change.
    find(&kit, &guild, channel).await?;
    change.check()?;
    let category = [ChannelType::GuildCategory];
    let text = [ChannelType::GuildText, ChannelType::GuildAnnouncement];
    for (field, named, kinds) in [
        ("category_id", change.category_id, &category[..]),
        (
            "overflow_category_id",
            change.overflow_category_id,
            &category[..],
        ),
        ("log_channel_id", change.log_channel_id, &text[..]),
        ("copy_from_id", change.copy_from_id, &[]),
    ] {
        if let Some(named) = named {
            require(&kit, &guild, field, named, kinds)?;
        }
    }
    let changes = Changes {
        clear: change.clear.into_iter().map(Clear::from).collect(),
        name: change.name,
        user_limit: change.user_limit,
        max_rooms: change.max_rooms,
        mode: change.mode.map(Mode::from),
        bitrate: change.bitrate.map(|bitrate| bitrate / 1_000),
        region: change.region,
        category: change.category_id,
        overflow: change.overflow_category_id,
        copy_category: change.copies_category,
        copy_from: change.copy_from_id,
        claim_delay: change.claim_delay,
        per_member: change.per_member,
        bots_keep: change.bots_keep,
        log: change.log_channel_id,
        status: change.status,
        status_allowed: change.status_allowed,
    };
    configure(&kit, guild.id, channel, &changes).await?;
    find(&kit, &guild, channel).await.map(Json)
}

/// Make a hub an ordinary channel again; its rooms live on until they are empty.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/hubs/{channel}", tag = "hubs",
    params(GuildPath, ("channel" = String, Path, description = "The hub's channel")),
    security(("key" = ["hubs.write"])), responses((status = 204, description = "It is none any more")))]
async fn delete(
    State(kit): State<Kit<VoiceHubs>>,
    guild: InGuild,
    Path(channel): Path<ChannelId>,
) -> Result<StatusCode, Problem> {
    guild.caller.require_channel(channel)?;
    match remove_hub(&kit, guild.id, channel).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(failure) if matches!(failure.of(), Some(BadHub::NoHub)) => Err(Problem::not_found()),
        Err(failure) => Err(failure.into()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RoomsQuery {
    /// Only the rooms of this hub.
    #[param(value_type = Option<String>)]
    hub: Option<ChannelId>,
}

/// The rooms of a server, the oldest first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/rooms", tag = "hubs", params(GuildPath, RoomsQuery, PagingParams),
    security(("key" = ["hubs.read"])), responses((status = 200, body = Page<Room>)))]
async fn rooms(
    State(kit): State<Kit<VoiceHubs>>,
    guild: InGuild,
    Query(query): Query<RoomsQuery>,
    paging: Paging<i64>,
) -> Result<Json<Page<Room>>, Problem> {
    let mut db = kit.database.acquire().await?;
    let rooms = store::rooms(&mut db, guild.id).await?;
    let shown = rooms.into_iter().filter(|room| {
        !room.closing
            && query.hub.is_none_or(|hub| room.hub == hub)
            && guild.caller.covers_channel(room.hub)
    });
    Ok(Json(paging.of_all(shown.map(Room::from), |room| room.id)?))
}
