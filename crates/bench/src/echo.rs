//! The floor: the least that a twilight bot can do. It registers `/ping` and answers every interaction at once.

use futures_util::StreamExt as _;
use twilight_gateway::{ConfigBuilder, EventTypeFlags, Intents, Message, Shard, ShardId};
use twilight_http::Client;
use twilight_model::{
    application::command::CommandType,
    gateway::event::{DispatchEvent, GatewayEvent},
    http::interaction::{InteractionResponse, InteractionResponseData, InteractionResponseType},
};
use twilight_util::builder::command::CommandBuilder;

/// Runs until it is killed.
pub(crate) async fn run(api: &str, gateway: String, token: String) -> anyhow::Result<()> {
    let host = api.trim_start_matches("http://").to_owned();
    let http = std::sync::Arc::new(
        Client::builder()
            .token(token.clone())
            .proxy(host, true)
            .ratelimiter(None)
            .build(),
    );
    let application = http.current_user_application().await?.model().await?.id;
    let command = CommandBuilder::new("ping", "Answers", CommandType::ChatInput).build();
    http.interaction(application)
        .set_global_commands(&[command])
        .await?;
    let config = ConfigBuilder::new(token, Intents::GUILDS)
        .proxy_url(gateway)
        .build();
    let mut shard = Shard::with_config(ShardId::ONE, config);
    while let Some(message) = shard.next().await {
        let Ok(Message::Text(json)) = message else {
            continue;
        };
        let wanted = EventTypeFlags::INTERACTION_CREATE;
        if let Ok(Some(GatewayEvent::Dispatch(_, DispatchEvent::InteractionCreate(interaction)))) =
            twilight_gateway::parse(json, wanted)
        {
            let http = std::sync::Arc::clone(&http);
            tokio::spawn(async move {
                let data = InteractionResponseData {
                    content: Some("Pong!".to_owned()),
                    ..Default::default()
                };
                let response = InteractionResponse {
                    kind: InteractionResponseType::ChannelMessageWithSource,
                    data: Some(data),
                };
                let client = http.interaction(application);
                // A floor has no error handling: what is not answered shows in the figures.
                let _ = client
                    .create_response(interaction.id, &interaction.token, &response)
                    .await;
            });
        }
    }
    Ok(())
}
