//! What people did and saw, and what was called, as text.

use discord_sim::{Sim, SimOptions};
use serde_json::json;

use crate::support::{Bot, api, api_with, install_crypto};

/// A simulator whose clock starts at a known minute.
async fn dated_sim() -> Sim {
    install_crypto();
    let options = SimOptions {
        start_at: Some("2026-01-02T15:04:00Z".parse().unwrap()),
        rate_limits: false,
        ..SimOptions::default()
    };
    Sim::start(options).await.unwrap()
}

#[tokio::test]
async fn a_story_reads_like_a_chat() {
    let sim = dated_sim().await;
    let guild = sim.guild("Rust FR").locale("fr");
    let (alice, general) = (guild.member("alice").locale("fr"), guild.text("Général"));
    let hub = guild.voice("Créer");
    alice.says(
        &general,
        &format!("Bonjour <@{}>, voir <#{}>", sim.application_id(), hub.id()),
    );
    let path = format!("/channels/{}/messages", general.id());
    let button = |label: &str, style: u8| json!({"type": 2, "style": style, "label": label, "custom_id": label});
    let card = json!({"flags": 1 << 15, "components": [{"type": 17, "components": [
        {"type": 10, "content": format!("## Salon de <@{}>\nOuvert <t:1767366240:R>", alice.id())},
        {"type": 14},
        {"type": 1, "components": [button("Verrouiller", 1), button("Renommer", 2)]},
        {"type": 1, "components": [{"type": 5, "custom_id": "allow", "placeholder": "Inviter quelqu'un"}]},
    ]}]});
    let (_, sent) = api(&sim, "POST", &path, card).await;
    let one = format!("{path}/{}", sent["id"].as_str().unwrap());
    let closed = json!({"components": [{"type": 10, "content": "Fermé"}]});
    api(&sim, "PATCH", &one, closed).await;
    alice.joins(&hub);
    sim.faults().op7();
    insta::assert_snapshot!(sim.transcript(), @r"
    ── #général ── 15:04:00
      alice
        Bonjour @Majordome, voir 🔊 Créer
      Majordome
        │ ## Salon de @alice
        │ Ouvert 2 January 2026 15:04
        │ ────────
        │ [ Verrouiller ] [ Renommer ]
        │ ‹Inviter quelqu'un ▾›
      Majordome (edited)
        Fermé
      alice ▸ joins 🔊 Créer
      ⚡ the gateway asks to reconnect
    ");
}

#[tokio::test]
async fn calls_read_with_names_for_ids() {
    let sim = dated_sim().await;
    let guild = sim.guild("Rust FR");
    let category = guild.category("Vocal");
    let alice = guild.member("alice");
    let body = json!({"name": "Salon d'alice", "type": 2, "parent_id": category.id()});
    let reason = [("x-audit-log-reason", "room%20of%20alice")];
    api_with(
        &sim,
        "POST",
        &format!("/guilds/{}/channels", guild.id()),
        body,
        &reason,
    )
    .await;
    let room = guild.channel("Salon d'alice").unwrap();
    let body = json!({"channel_id": room.id()});
    api(
        &sim,
        "PATCH",
        &format!("/guilds/{}/members/{}", guild.id(), alice.id()),
        body,
    )
    .await;
    insta::assert_snapshot!(sim.rendered_calls(), @r#"
    POST /guilds/{Rust FR}/channels {"name":"Salon d'alice","parent_id":"{Vocal}","type":2} → 201 because “room of alice”
    PATCH /guilds/{Rust FR}/members/{alice} {"channel_id":"{Salon d'alice}"} → 400 (40032)
    "#);
}

#[tokio::test]
async fn people_use_names_in_their_own_language() {
    let sim = dated_sim().await;
    let guild = sim.guild("Rust FR");
    let mut bot = Bot::start(&sim).await;
    let path = format!("/applications/{}/commands", sim.application_id());
    let command = json!({
        "name": "task", "description": "Tasks", "name_localizations": {"fr": "tâche"},
        "options": [{"type": 1, "name": "create", "description": "d", "name_localizations": {"fr": "créer"},
            "options": [{"type": 3, "name": "title", "description": "d", "required": true,
                "name_localizations": {"fr": "titre"}}]}],
    });
    assert_eq!(api(&sim, "POST", &path, command).await.0, 201);
    let alice = guild.member("alice").locale("fr");
    let asked = alice.slash("/tâche créer", &[("titre", "Peindre".into())]);
    let question = bot.interaction().await;
    let Some(twilight_model::application::interaction::InteractionData::ApplicationCommand(data)) =
        question.data
    else {
        panic!("no command");
    };
    // The bot sees the default names whatever the person typed.
    assert_eq!(
        (data.name.as_str(), data.options[0].name.as_str()),
        ("task", "create")
    );
    assert!(asked.id().is_ok());
    let bob = guild.member("bob");
    assert!(
        bob.slash("/tâche créer", &[("titre", "x".into())])
            .id()
            .is_err()
    );
}
