//! The floor: the least that a twilight bot can do. It registers `/ping` and answers every interaction at once, with
//! a card of the same components as ours, so that both sides send the same.

use std::{collections::HashMap, sync::Arc};

use futures_util::StreamExt as _;
use parking_lot::Mutex;
use twilight_gateway::{ConfigBuilder, EventTypeFlags, Intents, Message, Shard, ShardId};
use twilight_http::Client;
use twilight_model::{
    application::command::CommandType,
    channel::ChannelType,
    channel::message::{
        AllowedMentions, Component, EmojiReactionType, MessageFlags,
        component::{
            ActionRow, Button, ButtonStyle, Container, Separator, SeparatorSpacingSize, TextDisplay,
        },
    },
    gateway::event::{DispatchEvent, GatewayEvent},
    http::interaction::{InteractionResponse, InteractionResponseData, InteractionResponseType},
    id::{
        Id,
        marker::{ChannelMarker, UserMarker},
    },
    voice::VoiceState,
};
use twilight_util::builder::command::CommandBuilder;

/// Runs until it is killed.
pub(crate) async fn run(api: &str, gateway: String, token: String) -> anyhow::Result<()> {
    let host = api.trim_start_matches("http://").to_owned();
    let http = Arc::new(
        Client::builder()
            .token(token.clone())
            .proxy(host, true)
            .ratelimiter(None)
            .build(),
    );
    let application = http.current_user_application().await?.model().await?.id;
    let commands = ["ping", "count"]
        .map(|name| CommandBuilder::new(name, "Answers", CommandType::ChatInput).build());
    http.interaction(application)
        .set_global_commands(&commands)
        .await?;
    let intents = Intents::GUILDS | Intents::GUILD_MESSAGES | Intents::GUILD_VOICE_STATES;
    let config = ConfigBuilder::new(token, intents)
        .proxy_url(gateway)
        .build();
    let mut shard = Shard::with_config(ShardId::ONE, config);
    let wanted = EventTypeFlags::INTERACTION_CREATE
        | EventTypeFlags::MESSAGE_CREATE
        | EventTypeFlags::CHANNEL_CREATE
        | EventTypeFlags::VOICE_STATE_UPDATE;
    let mut heard = 0u64;
    let rooms = Rooms::default();
    while let Some(message) = shard.next().await {
        let Ok(Message::Text(json)) = message else {
            continue;
        };
        match twilight_gateway::parse(json, wanted) {
            Ok(Some(GatewayEvent::Dispatch(_, DispatchEvent::MessageCreate(_)))) => heard += 1,
            Ok(Some(GatewayEvent::Dispatch(_, DispatchEvent::InteractionCreate(interaction)))) => {
                let http = Arc::clone(&http);
                tokio::spawn(async move {
                    let kind = InteractionResponseType::ChannelMessageWithSource;
                    let response = InteractionResponse {
                        kind,
                        data: Some(card(heard)),
                    };
                    let client = http.interaction(application);
                    // A floor has no error handling: what is not answered shows in the figures.
                    let _ = client
                        .create_response(interaction.id, &interaction.token, &response)
                        .await;
                });
            }
            Ok(Some(GatewayEvent::Dispatch(_, DispatchEvent::ChannelCreate(made))))
                if made.name.as_deref() == Some(crate::rooms::HUB) =>
            {
                *rooms.hub.lock() = Some(made.id);
            }
            Ok(Some(GatewayEvent::Dispatch(_, DispatchEvent::VoiceStateUpdate(state)))) => {
                tokio::spawn(rooms.clone().follow(Arc::clone(&http), state.0));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Rooms that are written down nowhere.
#[derive(Clone, Debug, Default)]
struct Rooms {
    hub: Arc<Mutex<Option<Id<ChannelMarker>>>>,
    of: Arc<Mutex<HashMap<Id<UserMarker>, Id<ChannelMarker>>>>,
}

impl Rooms {
    /// A room for who joins the hub; its end when its owner leaves. What fails shows in the figures.
    async fn follow(self, http: Arc<Client>, state: VoiceState) {
        let (hub, user) = (*self.hub.lock(), state.user_id);
        let Some(guild) = state.guild_id else { return };
        match state.channel_id {
            Some(channel) if Some(channel) == hub => {
                let made = http
                    .create_guild_channel(guild, "A room")
                    .kind(ChannelType::GuildVoice)
                    .await;
                let Ok(made) = made else { return };
                let Ok(room) = made.model().await else { return };
                self.of.lock().insert(user, room.id);
                let _ = http
                    .update_guild_member(guild, user)
                    .channel_id(Some(room.id))
                    .await;
            }
            Some(_) => {}
            None => {
                let room = self.of.lock().remove(&user);
                if let Some(room) = room {
                    let _ = http.delete_channel(room).await;
                }
            }
        }
    }
}

/// What our `/ping` answers, as plain data.
fn card(heard: u64) -> InteractionResponseData {
    let text = |content: String| Component::TextDisplay(TextDisplay { id: None, content });
    let button = Component::Button(Button {
        id: None,
        custom_id: Some("admin:ping:v1".to_owned()),
        disabled: false,
        emoji: Some(EmojiReactionType::Unicode {
            name: "🔄".to_owned(),
        }),
        label: Some("Measure again".to_owned()),
        sku_id: None,
        style: ButtonStyle::Secondary,
        url: None,
    });
    let container = Component::Container(Container {
        id: None,
        accent_color: Some(Some(0x0024_8046)),
        components: vec![
            text("### Pong!".to_owned()),
            text(format!(
                "Gateway: not measured yet\nREST: **1 ms**\nShard: 1 of 1\ncounted {heard}"
            )),
            Component::Separator(Separator {
                id: None,
                divider: Some(true),
                spacing: Some(SeparatorSpacingSize::Small),
            }),
            Component::ActionRow(ActionRow {
                id: None,
                components: vec![button],
            }),
        ],
        spoiler: None,
    });
    InteractionResponseData {
        allowed_mentions: Some(AllowedMentions::default()),
        components: Some(vec![container]),
        flags: Some(MessageFlags::IS_COMPONENTS_V2 | MessageFlags::EPHEMERAL),
        ..Default::default()
    }
}
