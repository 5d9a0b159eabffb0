//! Commands and interactions, from the registration to the last edit.

use std::time::Duration;

use by_hand::{command, option};
use discord_sim::{Guild, NoAnswer};
use twilight_model::{
    application::{
        command::{Command, CommandType},
        interaction::{InteractionData, InteractionType},
    },
    channel::message::{
        Component, MessageFlags,
        component::{ActionRow, Button, ButtonStyle, TextInput, TextInputStyle},
    },
    http::interaction::{InteractionResponse, InteractionResponseData, InteractionResponseType},
};

use crate::support::{Bot, bare, refused, says, sim};

/// Commands by hand: the crate does not depend on the builders.
mod by_hand {
    use twilight_model::application::command::Command;

    pub(super) fn command(name: &str, options: &serde_json::Value) -> Command {
        serde_json::from_value(serde_json::json!({
            "name": name, "description": "A test", "type": 1, "version": "1", "options": options,
        }))
        .unwrap()
    }

    pub(super) fn option(kind: u8, name: &str) -> serde_json::Value {
        serde_json::json!({"type": kind, "name": name, "description": "An option"})
    }
}

async fn register(bot: &Bot, commands: &[Command]) -> Vec<Command> {
    let registered = bot
        .http
        .interaction(bot.application)
        .set_global_commands(commands)
        .await;
    registered.unwrap().models().await.unwrap()
}

fn row(buttons: Vec<Button>) -> Component {
    Component::ActionRow(ActionRow {
        id: None,
        components: buttons.into_iter().map(Component::Button).collect(),
    })
}

fn button(label: &str, custom_id: &str) -> Button {
    Button {
        id: None,
        custom_id: Some(custom_id.to_owned()),
        disabled: false,
        emoji: None,
        label: Some(label.to_owned()),
        style: ButtonStyle::Primary,
        url: None,
        sku_id: None,
    }
}

async fn scene() -> (Bot, Guild) {
    let sim = sim().await;
    let guild = sim.guild("Rust FR");
    let bot = Bot::start(&sim).await;
    (bot, guild)
}

#[tokio::test]
async fn a_command_is_registered_run_and_answered() {
    let (mut bot, guild) = scene().await;
    let options = serde_json::json!([option(7, "channel"), option(4, "limit")]);
    let known = register(&bot, &[command("hub", &options)]).await;
    assert_eq!(known.len(), 1);
    let alice = guild.member("alice").locale("fr");
    let voice = guild.voice("Créer");
    let asked = alice.slash("/hub", &[("channel", (&voice).into()), ("limit", 4.into())]);
    let interaction = bot.interaction().await;
    assert_eq!(interaction.locale.as_deref(), Some("fr"));
    let Some(InteractionData::ApplicationCommand(data)) = &interaction.data else {
        panic!("no command data");
    };
    assert_eq!(data.options.len(), 2);
    let resolved = data.resolved.as_ref().expect("the channel is resolved");
    assert_eq!(resolved.channels.len(), 1);
    bot.answer(&interaction, &says("Done, <#1> and all")).await;
    let answer = asked.answer().await.unwrap();
    assert_eq!(answer.text(), "Done, #unknown and all");
    assert!(!answer.was_deferred && !answer.is_ephemeral);
    assert!(bot.sim.unread().is_empty());
    assert!(
        bot.sim
            .transcript()
            .contains("alice ▸ /hub channel: 🔊 Créer limit: 4")
    );
}

#[tokio::test]
async fn a_deferred_answer_is_awaited_and_followed_up() {
    let (mut bot, guild) = scene().await;
    register(&bot, &[command("slow", &serde_json::json!([]))]).await;
    let alice = guild.member("alice");
    let asked = alice.slash("/slow", &[]);
    let interaction = bot.interaction().await;
    let deferral = InteractionResponse {
        kind: InteractionResponseType::DeferredChannelMessageWithSource,
        data: Some(InteractionResponseData {
            flags: Some(MessageFlags::EPHEMERAL),
            ..InteractionResponseData::default()
        }),
    };
    bot.answer(&interaction, &deferral).await;
    let client = bot.http.interaction(bot.application);
    let thinking = client
        .response(&interaction.token)
        .await
        .unwrap()
        .model()
        .await
        .unwrap();
    assert!(
        thinking
            .flags
            .unwrap()
            .contains(MessageFlags::LOADING | MessageFlags::EPHEMERAL)
    );
    client
        .update_response(&interaction.token)
        .content(Some("there"))
        .await
        .unwrap();
    let more = client
        .create_followup(&interaction.token)
        .content("and more")
        .await
        .unwrap();
    let more = more.model().await.unwrap();
    let answer = asked.answer().await.unwrap();
    assert!(answer.was_deferred && answer.is_ephemeral);
    assert_eq!(answer.text(), "there");
    assert_eq!(asked.followups()[0].text(), "and more");
    let bob = guild.member("bob");
    let general = guild.text("general");
    assert_eq!(
        bob.sees(&general).len(),
        1,
        "the ephemeral answer is alice's alone"
    );
    assert_eq!(alice.sees(&general).len(), 2);
    client
        .delete_followup(&interaction.token, more.id)
        .await
        .unwrap();
    client.delete_response(&interaction.token).await.unwrap();
    assert!(alice.sees(&general).is_empty());
}

#[tokio::test]
async fn an_interaction_is_answered_once_and_in_time() {
    let (mut bot, guild) = scene().await;
    register(&bot, &[command("ping", &serde_json::json!([]))]).await;
    let alice = guild.member("alice");
    let http = crate::support::client(&bot.sim);
    let client = http.interaction(bot.application);

    let asked = alice.slash("/ping", &[]);
    let first = bot.interaction().await;
    client
        .create_response(first.id, &first.token, &says("one"))
        .await
        .unwrap();
    let again = client
        .create_response(first.id, &first.token, &says("two"))
        .await
        .unwrap_err();
    assert_eq!(refused(&again), (400, 40060));
    asked.answer().await.unwrap();

    let late = alice.slash("/ping", &[]);
    let second = bot.interaction().await;
    bot.sim.advance(Duration::from_secs(4));
    let error = client
        .create_response(second.id, &second.token, &says("late"))
        .await
        .unwrap_err();
    assert_eq!(refused(&error), (404, 10062));
    assert!(matches!(
        late.answer().await,
        Err(NoAnswer::NoFirstAnswer(_))
    ));

    bot.sim.advance(Duration::from_mins(15));
    let error = client
        .update_response(&first.token)
        .content(Some("x"))
        .await
        .unwrap_err();
    assert_eq!(refused(&error), (401, 50027));
}

#[tokio::test]
async fn buttons_and_forms_are_used_as_they_are_now() {
    let (mut bot, guild) = scene().await;
    register(&bot, &[command("panel", &serde_json::json!([]))]).await;
    let alice = guild.member("alice");
    let asked = alice.slash("/panel", &[]);
    let interaction = bot.interaction().await;
    let mut panel = says("Your room");
    let data = panel.data.as_mut().unwrap();
    data.components = Some(vec![row(vec![
        button("Lock", "room:lock"),
        button("Rename", "room:rename"),
    ])]);
    bot.answer(&interaction, &panel).await;
    let panel = asked.answer().await.unwrap();
    assert_eq!(panel.message().buttons(), ["Lock", "Rename"]);

    let locking = alice.clicks(panel.message(), "Lock");
    let click = bot.interaction().await;
    assert_eq!(click.kind, InteractionType::MessageComponent);
    let update = InteractionResponse {
        kind: InteractionResponseType::UpdateMessage,
        data: Some(InteractionResponseData {
            content: Some("Locked".to_owned()),
            components: Some(vec![row(vec![button("Rename", "room:rename")])]),
            ..InteractionResponseData::default()
        }),
    };
    bot.answer(&click, &update).await;
    assert_eq!(locking.answer().await.unwrap().text(), "Locked\n[ Rename ]");
    let gone = alice
        .clicks(panel.message(), "Lock")
        .answer()
        .await
        .unwrap_err();
    assert!(matches!(gone, NoAnswer::CouldNotAsk(_)), "{gone}");

    let renaming = alice.clicks(panel.message(), "room:rename");
    let click = bot.interaction().await;
    #[expect(deprecated, reason = "forms with a row are still in use")]
    let input = TextInput {
        id: None,
        custom_id: "name".to_owned(),
        label: Some("New name".to_owned()),
        max_length: Some(20),
        min_length: None,
        placeholder: None,
        required: Some(true),
        style: TextInputStyle::Short,
        value: None,
    };
    let form = InteractionResponse {
        kind: InteractionResponseType::Modal,
        data: Some(InteractionResponseData {
            custom_id: Some("room:renamed".to_owned()),
            title: Some("Rename".to_owned()),
            components: Some(vec![Component::ActionRow(ActionRow {
                id: None,
                components: vec![Component::TextInput(input)],
            })]),
            ..InteractionResponseData::default()
        }),
    };
    bot.answer(&click, &form).await;
    let form = renaming.answer().await.unwrap();
    let too_long = alice.submits(
        form.modal(),
        &[("New name", "a name that is far too long".into())],
    );
    assert!(too_long.answer().await.is_err());
    let sent = alice.submits(form.modal(), &[("New name", "Café".into())]);
    let submit = bot.interaction().await;
    let Some(InteractionData::ModalSubmit(data)) = &submit.data else {
        panic!("no form data");
    };
    assert_eq!(data.custom_id, "room:renamed");
    bot.answer(
        &submit,
        &bare(InteractionResponseType::DeferredUpdateMessage),
    )
    .await;
    let client = bot.http.interaction(bot.application);
    client
        .update_response(&submit.token)
        .content(Some("Renamed"))
        .await
        .unwrap();
    assert!(sent.answer().await.unwrap().text().starts_with("Renamed"));
}

#[tokio::test]
async fn autocompletion_offers_choices() {
    let (mut bot, guild) = scene().await;
    let zone = serde_json::json!([{"type": 3, "name": "zone", "description": "A zone", "autocomplete": true}]);
    register(&bot, &[command("settings", &zone)]).await;
    let alice = guild.member("alice");
    let asked = alice.types("/settings", "zone", "Par");
    let typing = bot.interaction().await;
    assert_eq!(typing.kind, InteractionType::ApplicationCommandAutocomplete);
    let choices = InteractionResponse {
        kind: InteractionResponseType::ApplicationCommandAutocompleteResult,
        data: Some(InteractionResponseData {
            choices: Some(vec![
                twilight_model::application::command::CommandOptionChoice {
                    name: "Europe/Paris".to_owned(),
                    name_localizations: None,
                    value: twilight_model::application::command::CommandOptionChoiceValue::String(
                        "Europe/Paris".to_owned(),
                    ),
                },
            ]),
            ..InteractionResponseData::default()
        }),
    };
    bot.answer(&typing, &choices).await;
    assert_eq!(
        asked.answer().await.unwrap().choices[0].name,
        "Europe/Paris"
    );
}

#[tokio::test]
async fn commands_keep_their_ids_when_overwritten_and_vanish_when_left_out() {
    let (bot, guild) = scene().await;
    let none = serde_json::json!([]);
    let first = register(&bot, &[command("one", &none), command("two", &none)]).await;
    let second = register(&bot, &[command("two", &none)]).await;
    assert_eq!(second[0].id, first[1].id);
    assert_eq!(second[0].kind, CommandType::ChatInput);
    let alice = guild.member("alice");
    let gone = alice.slash("/one", &[]).answer().await.unwrap_err();
    assert!(
        gone.to_string().contains("there is no such command"),
        "{gone}"
    );
}
