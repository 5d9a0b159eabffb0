//! From what happens to what is heard of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use testkit::BotOptions;

use crate::{Receiver, adds, features, plain, rings, secret, sim, story, strict};

#[tokio::test]
async fn what_happens_is_told_signed_and_in_order() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        let key = adds(story, &owner, &receiver, "bell.*").await;
        rings(story, &owner, "Émilie").await;
        let tune = owner.slash("/bell tune", &[("name", "Émilie".into())]);
        story.answer(tune).await;
        story.idle().await;
        let came = receiver.came();
        let told: Vec<String> = came
            .iter()
            .map(|request| {
                let body = request.json();
                assert!(request.is_signed_with(&key));
                assert!(!request.is_signed_with("whsec_AAAA"));
                assert_eq!(body["guild_id"], guild.id().to_string());
                assert_eq!(body["data"]["name"], "Émilie");
                format!(
                    "{} {}",
                    body["type"].as_str().unwrap(),
                    body["subject"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(told, ["bell.rung bell Émilie", "bell.tuned bell Émilie"]);
        assert!(came[0].json()["sequence"].as_i64() < came[1].json()["sequence"].as_i64());
        assert_ne!(came[0].id, came[1].id);
    })
    .await;
}

#[tokio::test]
async fn only_what_is_wanted_is_told_and_nothing_of_another_server() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Bâtisseurs"), story.sim.guild("Other"));
        story.idle().await;
        let (some, all) = (Receiver::start().await, Receiver::start().await);
        adds(story, &guild.owner(), &some, "bell.melted").await;
        adds(story, &guild.owner(), &all, "*").await;
        rings(story, &guild.owner(), "Mill").await;
        rings(story, &other.owner(), "Elsewhere").await;
        let archive = guild
            .owner()
            .slash("/bell melt", &[("name", "Mill".into())]);
        story.answer(archive).await;
        story.idle().await;
        assert_eq!(some.came().len(), 1);
        assert_eq!(some.came()[0].json()["type"], "bell.melted");
        assert_eq!(all.came().len(), 2);
        let theirs = other.owner();
        for command in ["/webhook show", "/webhook test", "/webhook remove"] {
            let answer = story
                .answer(theirs.slash(command, &[("webhook", "1".into())]))
                .await;
            assert!(
                answer.text().contains("There is no webhook"),
                "{}",
                answer.text()
            );
        }
        let answer = story.answer(theirs.slash("/webhook list", &[])).await;
        assert!(!answer.text().contains("Board"), "{}", answer.text());
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_tried_again_as_the_same_message() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        adds(story, &owner, &receiver, "*").await;
        // A redirect is no arrival; somebody asks for a minute.
        receiver.answers([(500, None), (302, None), (429, Some("600"))]);
        rings(story, &owner, "Mill").await;
        assert_eq!(receiver.came().len(), 1);
        story.advance(SignedDuration::from_secs(7)).await;
        assert_eq!(receiver.came().len(), 2);
        let show = [("webhook", "Board".into())];
        let waiting = story.answer(owner.slash("/webhook show", &show)).await;
        assert!(waiting.text().contains("HTTP 302"), "{}", waiting.text());
        story.advance(SignedDuration::from_secs(40)).await;
        assert_eq!(receiver.came().len(), 3);
        // Two minutes would be next, and ten were asked for.
        story.advance(SignedDuration::from_mins(9)).await;
        assert_eq!(receiver.came().len(), 3);
        story.advance(SignedDuration::from_mins(2)).await;
        let came = receiver.came();
        assert_eq!(came.len(), 4);
        assert!(
            came.iter()
                .all(|request| request.id == came[0].id && request.body == came[0].body)
        );
        assert_ne!(came[0].timestamp, came[3].timestamp);
        let shown = story.answer(owner.slash("/webhook show", &show)).await;
        assert!(shown.text().contains("arrived"), "{}", shown.text());
    })
    .await;
}

#[tokio::test]
async fn where_nothing_gets_through_it_ends_and_its_maker_is_told() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let owner = guild.owner().locale("fr");
        story.idle().await;
        let receiver = Receiver::start().await;
        adds(story, &owner, &receiver, "*").await;
        receiver.always(503);
        rings(story, &owner, "Mill").await;
        for _ in 0..16 {
            story.advance(SignedDuration::from_hours(3)).await;
        }
        assert_eq!(receiver.came().len(), 8);
        let show = [("webhook", "1".into())];
        let failed = story.answer(owner.slash("/webhook show", &show)).await;
        insta::assert_snapshot!("failed_fr", plain(&failed, &receiver));
        for _ in 0..4 {
            story.advance(SignedDuration::from_hours(24)).await;
        }
        rings(story, &owner, "Tower").await;
        let stopped = story.answer(owner.slash("/webhook show", &show)).await;
        assert!(stopped.text().contains("arrêté"), "{}", stopped.text());
        let told = owner.sees(&owner.dm());
        assert!(
            told.iter()
                .any(|message| message.text().contains("is stopped")),
            "{told:?}"
        );
        // It works again: what failed is sent again, and what happens from now on.
        receiver.always(204);
        let shown = story
            .answer(owner.clicks(stopped.message(), "Reprendre"))
            .await;
        let came = receiver.came().len();
        let label = "bell.rung · bell Mill";
        let again = owner.picks(shown.message(), "Renvoyer un message", &[label.into()]);
        story.answer(again).await;
        story.idle().await;
        assert_eq!(receiver.came().len(), came + 1);
        rings(story, &owner, "Barn").await;
        assert_eq!(receiver.came().len(), came + 2);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_gone_is_left_alone() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        adds(story, &owner, &receiver, "*").await;
        receiver.answers([(410, None)]);
        rings(story, &owner, "Mill").await;
        rings(story, &owner, "Tower").await;
        assert_eq!(receiver.came().len(), 1);
        let told = owner.sees(&owner.dm());
        insta::assert_snapshot!("gone", told.last().unwrap().text());
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_made_tested_paused_and_removed() {
    for lang in ["en-GB", "fr"] {
        story(async |story| {
            let guild = story.sim.guild("Bâtisseurs");
            let owner = guild.owner().locale(lang);
            story.idle().await;
            let receiver = Receiver::start().await;
            let mut read = Vec::new();
            let options = [
                ("url", receiver.url().into()),
                ("events", "bell.rung".into()),
            ];
            let made = story.answer(owner.slash("/webhook add", &options)).await;
            read.push(plain(&made, &receiver));
            let first = secret(&made);
            let is_french = lang == "fr";
            let label = |en: &'static str, fr: &'static str| if is_french { fr } else { en };
            let tested = story
                .answer(owner.clicks(made.message(), label("Test", "Tester")))
                .await;
            story.idle().await;
            assert_eq!(receiver.came()[0].json()["type"], "webhook.test");
            // Both secrets sign for a day.
            let rotated = owner.clicks(tested.message(), label("New secret", "Nouveau secret"));
            let rotated = story.answer(rotated).await;
            read.push(plain(&rotated, &receiver));
            let second = secret(&rotated);
            rings(story, &owner, "Mill").await;
            let request = receiver.came().pop().unwrap();
            assert!(request.is_signed_with(&first) && request.is_signed_with(&second));
            story.advance(SignedDuration::from_hours(25)).await;
            let refresh = label("Refresh", "Actualiser");
            let shown = story.answer(owner.clicks(tested.message(), refresh)).await;
            read.push(plain(&shown, &receiver));
            let paused = owner.clicks(shown.message(), label("Pause", "Mettre en pause"));
            let paused = story.answer(paused).await;
            read.push(plain(&paused, &receiver));
            let before = receiver.came().len();
            rings(story, &owner, "Tower").await;
            assert_eq!(receiver.came().len(), before);
            let resumed = owner.clicks(paused.message(), label("Go on", "Reprendre"));
            let resumed = story.answer(resumed).await;
            rings(story, &owner, "Barn").await;
            let request = receiver.came().pop().unwrap();
            assert_eq!(request.json()["data"]["name"], "Barn");
            assert!(!request.is_signed_with(&first) && request.is_signed_with(&second));
            let remove = label("Remove", "Supprimer");
            let asked = story.answer(owner.clicks(resumed.message(), remove)).await;
            read.push(plain(&asked, &receiver));
            let removed = story.answer(owner.clicks(asked.message(), remove)).await;
            read.push(plain(&removed, &receiver));
            let listed = story.answer(owner.slash("/webhook list", &[])).await;
            read.push(plain(&listed, &receiver));
            let before = receiver.came().len();
            rings(story, &owner, "Shed").await;
            assert_eq!(receiver.came().len(), before);
            insta::assert_snapshot!(format!("life_{}", label("en", "fr")), read.join("\n"));
        })
        .await;
    }
}

#[tokio::test]
async fn a_crash_loses_nothing_and_what_comes_twice_can_be_told() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let owner = guild.owner();
        story.idle().await;
        let receiver = Receiver::start().await;
        adds(story, &owner, &receiver, "*").await;
        let mut opened = 0;
        for round in 0..6 {
            for nth in 0..4 {
                let name = format!("Site {round} {nth}");
                let asked = owner.slash("/bell ring", &[("name", name.as_str().into())]);
                story.answer(asked).await;
                opened += 1;
            }
            story.kill();
            story.start().await;
            story.lapse_leases().await;
            story.ready().await;
        }
        story.idle().await;
        let came = receiver.came();
        // A command that was cut off is done again, which the bell takes for another ring; but what rang once has one id.
        let ids: BTreeMap<i64, &str> = came
            .iter()
            .map(|request| {
                (
                    request.json()["sequence"].as_i64().unwrap(),
                    request.id.as_str(),
                )
            })
            .collect();
        for request in &came {
            let sequence = request.json()["sequence"].as_i64().unwrap();
            assert_eq!(ids[&sequence], request.id);
        }
        let distinct: BTreeSet<&&str> = ids.values().collect();
        assert_eq!(distinct.len(), ids.len());
        let subjects: BTreeSet<String> = came
            .iter()
            .map(|request| request.json()["subject"].to_string())
            .collect();
        assert_eq!(subjects.len(), opened);
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_is_refused_with_the_reason() {
    let options = BotOptions::default();
    testkit::story_with(strict, sim(), options, async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let mut read = Vec::new();
        for lang in ["en-GB", "fr"] {
            let owner = guild.owner().locale(lang);
            story.idle().await;
            for url in [
                "nonsense",
                "http://example.org/hook",
                "https://user:word@example.org/",
                "https://127.0.0.1/hook",
                "https://[::ffff:192.168.1.1]/",
            ] {
                let options = [("url", url.into())];
                let answer = story.answer(owner.slash("/webhook add", &options)).await;
                read.push(format!("{url}\n{}", answer.text()));
            }
            for (command, options) in [
                (
                    "/webhook add",
                    vec![
                        ("url", "https://example.org/hook".into()),
                        ("events", "bread.baked".into()),
                    ],
                ),
                ("/webhook show", vec![("webhook", "7".into())]),
            ] {
                let answer = story.answer(owner.slash(command, &options)).await;
                read.push(format!("{command} {options:?}\n{}", answer.text()));
            }
        }
        insta::assert_snapshot!("refusals", read.join("\n\n"));
        let listed = story
            .answer(guild.owner().locale("en-GB").slash("/webhook list", &[]))
            .await;
        assert!(
            listed.text().contains("No program is told anything"),
            "{}",
            listed.text()
        );
    })
    .await;
}

#[tokio::test]
async fn there_are_twenty_and_no_more() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let owner = guild.owner();
        story.idle().await;
        let url = [("url", "https://example.org/hook".into())];
        for _ in 0..20 {
            story.answer(owner.slash("/webhook add", &url)).await;
        }
        let answer = story.answer(owner.slash("/webhook add", &url)).await;
        assert!(answer.text().contains("at most 20"), "{}", answer.text());
    })
    .await;
}
