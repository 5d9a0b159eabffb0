//! Interactions that Discord sends over HTTP.

use std::fmt::Write as _;

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::json;
use testkit::{Answered, BotOptions, Story, discord_sim::SimOptions};

use crate::{features, story, story_as};

fn signing() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn send(story: &Story, signer: &SigningKey, at: &str, signed: &str, sent: &str) -> Answered {
    let signature = signer.sign(format!("{at}{signed}").as_bytes());
    let call = story.call("POST", "/interactions");
    call.header("x-signature-ed25519", &hex(&signature.to_bytes()))
        .header("x-signature-timestamp", at)
        .header("content-type", "application/json")
        .raw(sent)
        .send()
        .await
}

#[tokio::test]
async fn only_what_discord_signed_is_taken() {
    story(async |story| {
        story.call("POST", "/interactions").send().await.expect(404);
    })
    .await;
    let http = api::Config {
        discord_key: Some(signing().verifying_key().to_bytes()),
        ..api::Config::default()
    };
    story_as(http, async |story| {
        let now = story.house().clock.now().as_second();
        let (at, early) = (now.to_string(), (now - 3_600).to_string());
        let ping =
            json!({ "type": 1, "id": "1", "application_id": "2", "token": "t", "version": 1 })
                .to_string();
        let right = send(story, &signing(), &at, &ping, &ping).await;
        assert_eq!(right.expect(200), json!({ "type": 1 }));
        assert_eq!(right.header("content-type"), Some("application/json"));
        let other = SigningKey::from_bytes(&[8; 32]);
        send(story, &other, &at, &ping, &ping).await.expect(401);
        send(story, &signing(), &at, &ping, &format!("{ping} "))
            .await
            .expect(401);
        send(story, &signing(), &early, &ping, &ping)
            .await
            .expect(401);
        let call = story.call("POST", "/interactions").raw(ping.clone());
        call.send().await.expect(401);
        send(story, &signing(), &at, "nonsense", "nonsense")
            .await
            .expect(400);
        send(story, &signing(), &at, r#"{"type":2}"#, r#"{"type":2}"#)
            .await
            .expect(400);
    })
    .await;
}

#[tokio::test]
async fn commands_and_buttons_over_http_are_answered_as_over_the_gateway() {
    let options = BotOptions {
        signed_interactions: true,
        ..BotOptions::default().with_http()
    };
    testkit::story_with(features, SimOptions::default(), options, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        // The portal tries the address with a good and a bad signature.
        let address = format!("{}/interactions", story.http());
        story
            .sim
            .interactions_endpoint(Some(&address))
            .await
            .unwrap();
        let answer = story.answer(owner.slash("/api-key list", &[])).await;
        assert!(
            answer.text().contains("/api-key create"),
            "{}",
            answer.text()
        );
        assert!(answer.message().is_ephemeral());
    })
    .await;
}
