//! Signatures by a key pair: whoever has the public key can check them, and nobody but the bot can make them.

use jiff::SignedDuration;
use serde_json::json;

use crate::{Receiver, id, plain, rings, secret, shown, story};

#[tokio::test]
async fn a_key_pair_signs_is_replaced_and_gives_way_to_a_secret() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        let options = [
            ("url", receiver.url().into()),
            ("name", "Board".into()),
            ("signature", "Key pair (v1a)".into()),
        ];
        let made = story.answer(owner.slash("/webhook add", &options)).await;
        let mut told = vec![plain(&made, &receiver)];
        let first = shown(&made, "whpk_");
        assert!(!made.text().contains("whsec_") && !made.text().contains("whsk_"));
        rings(story, &owner, "Mill").await;
        let came = receiver.came();
        assert!(came[0].is_signed_by(&first), "{}", came[0].signatures);
        assert!(!came[0].is_signed_by("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
        assert_eq!(came[0].signatures.split(' ').count(), 1);
        // The public key is for everybody, and shown again.
        let show = [("webhook", "1".into())];
        let again = story.answer(owner.slash("/webhook show", &show)).await;
        assert_eq!(shown(&again, "whpk_"), first);
        let replaced = story
            .answer(owner.clicks(again.message(), "New secret"))
            .await;
        told.push(plain(&replaced, &receiver));
        let second = shown(&replaced, "whpk_");
        assert_ne!(first, second);
        rings(story, &owner, "Tower").await;
        let came = receiver.came();
        assert!(came[1].is_signed_by(&first) && came[1].is_signed_by(&second));
        // By a shared secret from now on; the pair signs too for a day.
        let edit = [
            ("webhook", "1".into()),
            ("signature", "Shared secret (v1)".into()),
        ];
        let shared = story.answer(owner.slash("/webhook edit", &edit)).await;
        let third = secret(&shared);
        rings(story, &owner, "Gate").await;
        let came = receiver.came();
        assert!(came[2].is_signed_by(&second) && came[2].is_signed_with(&third));
        assert!(!came[2].is_signed_by(&first));
        let same = story.answer(owner.slash("/webhook edit", &edit)).await;
        assert!(
            !same.text().contains("whsec_"),
            "nothing changes: {}",
            same.text()
        );
        story.advance(SignedDuration::from_hours(25)).await;
        rings(story, &owner, "Barn").await;
        let last = receiver.came().pop().unwrap();
        assert!(last.is_signed_with(&third) && !last.is_signed_by(&second));
        let french = owner.locale("fr");
        let back = [("webhook", "1".into()), ("signature", "v1a".into())];
        let answer = story.answer(french.slash("/webhook edit", &back)).await;
        told.push(plain(&answer, &receiver));
        insta::assert_snapshot!("key_pairs", told.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn programs_choose_the_signature_too() {
    story(async |story| {
        let guild = story.sim.guild("Builders");
        story.idle().await;
        let key = story
            .key(Some(id(&guild)), &["webhooks.read", "webhooks.write"])
            .await;
        let path = format!("/v1/guilds/{}/webhooks", guild.id());
        let one = format!("{path}/1");
        let send = async |method: &'static str, path: &str, body: serde_json::Value| {
            let call = story.call(method, path).key(&key);
            call.json(&body).send().await
        };
        let new = json!({ "url": "https://example.org/hook", "signature": "v2" });
        let refused = send("POST", &path, new).await.expect(422);
        assert!(refused.to_string().contains("\"signature\""), "{refused}");
        let new = json!({ "url": "https://example.org/hook", "signature": "v1a" });
        let made = send("POST", &path, new).await.expect(201);
        let public = made["public_key"].as_str().unwrap().to_owned();
        assert!(
            public.starts_with("whpk_") && made.get("secret").is_none(),
            "{made}"
        );
        let rotated = send("POST", &format!("{one}/rotate"), json!({}))
            .await
            .expect(200);
        assert_ne!(rotated["public_key"], public);
        assert!(rotated.get("secret").is_none());
        let refused = send("PATCH", &one, json!({ "signature": "" }))
            .await
            .expect(422);
        assert!(refused.to_string().contains("`v1` or `v1a`"), "{refused}");
        let same = send("PATCH", &one, json!({ "signature": "v1a" }))
            .await
            .expect(200);
        assert_eq!(same["public_key"], rotated["public_key"]);
        let shared = send("PATCH", &one, json!({ "signature": "v1" }))
            .await
            .expect(200);
        assert!(
            shared["secret"].as_str().unwrap().starts_with("whsec_"),
            "{shared}"
        );
        assert_eq!(
            (&shared["signature"], &shared["public_key"]),
            (&json!("v1"), &json!(null))
        );
    })
    .await;
}
