//! `/audit`.

use serde_json::Value;
use testkit::{
    BotOptions, Story,
    discord_sim::{Answer, Argument, Guild, NoAnswer, Permissions, Person, SimOptions},
};

use crate::features;

/// The file of an answer.
fn file(answer: &Answer) -> (String, Vec<u8>) {
    let message = answer.message();
    let attachments = message.json()["attachments"].as_array().unwrap();
    let name = attachments.last().unwrap()["filename"]
        .as_str()
        .unwrap()
        .to_owned();
    let bytes = message.file(&name).unwrap();
    (name, bytes)
}

fn document(answer: &Answer) -> Value {
    serde_json::from_slice(&file(answer).1).unwrap()
}

async fn audit(story: &Story, who: &Person) -> Answer {
    fresh(story).await;
    story.answer(who.slash("/audit", &[])).await
}

async fn compared(story: &Story, who: &Person, number: i64) -> Answer {
    fresh(story).await;
    story
        .answer(who.slash("/audit", &[("compare", number.into())]))
        .await
}

/// Lets the limits of Discord's routes refill, which count on a clock that stands still.
async fn fresh(story: &Story) {
    story.advance(jiff::SignedDuration::from_mins(1)).await;
}

async fn uploaded(story: &Story, who: &Person, name: &str, bytes: Vec<u8>) -> Answer {
    fresh(story).await;
    let file = Argument::File(name.to_owned(), bytes);
    story.answer(who.slash("/audit", &[("file", file)])).await
}

/// What differs from run to run.
fn varying() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"\d{1,2} \w+ \d{4} \d\d:\d\d", "[time]"),
        (r"\d{15,}", "[id]"),
        (r"\d+ bytes", "[size]"),
    ]
}

/// Something of everything, and something wrong of every kind.
fn furnish(guild: &Guild) {
    let category = guild.category("Vocal");
    guild.voice("Salle").set_parent(Some(&category));
    let general = guild.channel("general").unwrap();
    guild.everyone(
        Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES | Permissions::MENTION_EVERYONE,
    );
    let chief = guild.role("Chef", Permissions::ADMINISTRATOR);
    guild.role("Oubliée", Permissions::NONE);
    let above = guild.role("Haute", Permissions::NONE);
    guild.move_role(&above, 50);
    let alice = guild.member("alice");
    guild.owner().gives_role(&alice, &chief);
    guild.owner().gives_role(&alice, &above);
    let left = guild.member("bob");
    general.allow(&left, Permissions::MANAGE_MESSAGES);
    left.leaves_guild();
    general.allow(&alice, Permissions::ATTACH_FILES);
    let message = guild.owner().says(&general, "Bonjour");
    guild.owner().opens_thread(&message, "Fil");
    guild.emoji("salut");
    guild.sticker("Coucou");
    guild.webhook(&general, "Nouvelles");
    guild.automod_rule("Mots", "zut");
    guild.event("Fête");
    guild.other_bot("Musique");
}

#[tokio::test]
async fn everything_is_in_the_file_and_what_is_wrong_on_the_card() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        furnish(&guild);
        let token = guild.webhook(&guild.channel("general").unwrap(), "Secrets");
        story.idle().await;
        story.sim.clear_calls();
        let answer = audit(story, &owner).await;
        let calls: Vec<String> = story
            .sim
            .calls()
            .iter()
            .filter(|call| call.line().starts_with("GET"))
            .map(testkit::discord_sim::RecordedCall::line)
            .collect();
        // Eight for the server, one for each of two bots and of two members with overwrites.
        assert_eq!(calls.len(), 12, "{calls:#?}");
        let english = answer.text();
        let (name, bytes) = file(&answer);
        assert_eq!(name, format!("audit-{}-1.json", guild.id()));
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains(&token), "a token is in the file");
        let shown: Value = serde_json::from_str(&text).unwrap();
        // What the replaced system's readers look for.
        assert_eq!(shown["guild_name"], "Rust FR");
        assert_eq!(
            shown["id"].as_u64().unwrap().to_string(),
            guild.id().to_string()
        );
        assert_eq!(shown["id_str"], guild.id().to_string());
        assert!(shown["audit_date"].is_string());
        assert_eq!(shown["member_count"], 4);
        assert_eq!(shown["categories"][0]["channels"][0]["name"], "Salle");
        let outside: Vec<_> = shown["channels"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["name"])
            .collect();
        assert_eq!(outside, ["general"]);
        for (section, count) in [
            ("roles", 5),
            ("threads", 1),
            ("emoji", 1),
            ("stickers", 1),
            ("webhooks", 2),
            ("integrations", 2),
            ("automod_rules", 1),
            ("scheduled_events", 1),
            ("bots", 2),
            ("not_read", 0),
            ("findings", 6),
        ] {
            assert_eq!(
                shown[section].as_array().unwrap().len(),
                count,
                "{section}: {:#}",
                shown[section]
            );
        }
        let french = audit(story, &owner.locale("fr")).await.text();
        insta::with_settings!({filters => varying()}, {
            insta::assert_snapshot!("audit", format!("{english}\n\n{french}"));
        });
    })
    .await;
}

#[tokio::test]
async fn what_changed_since_an_earlier_audit_is_told_object_by_object() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        furnish(&guild);
        story.idle().await;
        let first = audit(story, &owner).await;
        let (_, earlier) = file(&first);
        let same = compared(story, &owner, 1).await.text();
        assert!(same.contains("None."), "{same}");
        assert!(
            same.contains("Nothing changed since #1, so no other is kept"),
            "{same}"
        );
        story.restart().await;

        let general = guild.channel("general").unwrap();
        let salle = guild
            .channel("salle")
            .or_else(|| guild.channel("Salle"))
            .unwrap();
        owner.renames_channel(&general, "accueil");
        let helpers = guild.role("Aides", Permissions::KICK_MEMBERS);
        general.deny(&helpers, Permissions::SEND_MESSAGES);
        guild
            .owner()
            .deletes_role(&guild.find_role("Oubliée").unwrap());
        guild.everyone(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES);
        guild.owner().deletes_channel(&salle);
        guild.webhook(&general, "Autres");
        guild.set_field("verification_level", 3.into());
        story.idle().await;

        let english = compared(story, &owner, 1).await.text();
        let french = compared(story, &owner.clone().locale("fr"), 1).await.text();
        let owner = owner.locale("en-US");
        let told = format!("{english}\n\n{french}");
        insta::with_settings!({filters => varying()}, {
            insta::assert_snapshot!("audit_compared", told);
        });
        // The file of then says the same as what was kept.
        let by_file = uploaded(story, &owner, "audit.json", earlier).await.text();
        let changes = |text: &str| -> Vec<String> {
            let marks = ["➕", "➖", "✏️"];
            text.lines()
                .filter(|line| marks.iter().any(|mark| line.contains(mark)))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(changes(&by_file), changes(&english));
        assert!(by_file.contains("Changes since the file of"), "{by_file}");
        let choices = story.answer(owner.types("/audit", "compare", "")).await;
        insta::with_settings!({filters => vec![(r"\d{4}-\d\d-\d\d \d\d:\d\d", "[time]")]}, {
            insta::assert_snapshot!("audit_choices", choices.text());
        });
    })
    .await;
}

#[tokio::test]
async fn what_the_bot_may_not_read_is_named_and_nothing_is_asked_in_vain() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        furnish(&guild);
        let guild = guild.bot_permissions(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES);
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        let answer = audit(story, &owner).await;
        let english = answer.text();
        let shown = document(&answer);
        for section in ["webhooks", "integrations", "automod_rules"] {
            assert!(shown[section].is_null(), "{section}");
        }
        // Without the integrations only bots with a role of their own are known.
        assert_eq!(shown["bots"].as_array().unwrap().len(), 1);
        let french = audit(story, &owner.locale("fr")).await.text();
        let not_read = |text: &str| -> String {
            text.lines()
                .filter(|line| line.contains('•') || line.contains("Webhooks"))
                .collect::<Vec<_>>()
                .join("\n")
        };
        insta::assert_snapshot!(
            "audit_not_read",
            format!("{}\n{}", not_read(&english), not_read(&french))
        );
    })
    .await;
}

#[tokio::test]
async fn a_part_that_discord_does_not_give_leaves_the_rest() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        story
            .sim
            .faults()
            .fail_always("GET", "/guilds/{}/scheduled-events", 403, 50_001);
        let answer = audit(story, &owner).await;
        assert!(
            answer
                .text()
                .contains("• scheduled events: Discord did not give it."),
            "{}",
            answer.text()
        );
        assert!(document(&answer)["scheduled_events"].is_null());
        // What is said once that a part was missing is not a change of that part.
        story.sim.faults().clear();
        let again = compared(story, &owner, 1).await;
        assert!(again.text().contains("None."), "{}", again.text());
    })
    .await;
}

#[tokio::test]
async fn the_curious_and_the_hostile_get_a_reason_and_nothing_else() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Rust DE");
        let owner = guild.owner().locale("en-US");
        let bob = guild.member("bob");
        story.idle().await;
        assert!(matches!(
            bob.slash("/audit", &[]).answer().await,
            Err(NoAnswer::CouldNotAsk(_))
        ));
        let there = other.owner().locale("en-US");
        let foreign = audit(story, &there).await;
        let (_, foreign) = file(&foreign);
        let mut told = Vec::new();
        for language in ["en-US", "fr"] {
            let owner = owner.clone().locale(language);
            // The other server has a number 1; this one has none yet.
            told.push(compared(story, &owner, 1).await.text());
        }
        audit(story, &owner).await;
        for language in ["en-US", "fr"] {
            let owner = owner.clone().locale(language);
            told.push(compared(story, &owner, 2).await.text());
            told.push(compared(story, &owner, 2_147_483_647).await.text());
            told.push(
                uploaded(story, &owner, "a.json", foreign.clone())
                    .await
                    .text(),
            );
            told.push(
                uploaded(story, &owner, "a.json", b"{".to_vec())
                    .await
                    .text(),
            );
            told.push(
                uploaded(story, &owner, "a.zip", b"PK\x03\x04nothing".to_vec())
                    .await
                    .text(),
            );
            let newer = format!(r#"{{"majordome_audit": 2, "id_str": "{}"}}"#, guild.id());
            told.push(
                uploaded(story, &owner, "a.json", newer.into_bytes())
                    .await
                    .text(),
            );
            let both = [
                ("compare", 1.into()),
                ("file", Argument::File("a.json".to_owned(), foreign.clone())),
            ];
            told.push(story.answer(owner.slash("/audit", &both)).await.text());
        }
        insta::assert_snapshot!("audit_refused", told.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn a_deputy_with_the_capability_may_and_one_who_is_denied_may_not() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let role = guild.role("Gestion", Permissions::MANAGE_GUILD);
        let bob = guild.member("bob").locale("en-US");
        owner.gives_role(&bob, &role);
        story.idle().await;
        assert!(
            audit(story, &bob)
                .await
                .text()
                .contains("How Rust FR is set up")
        );
        let rule = [
            ("capability", "audit.read".into()),
            ("who", Argument::Role(role.id())),
        ];
        story.answer(owner.slash("/permissions deny", &rule)).await;
        let refused = audit(story, &bob).await.text();
        let french = audit(story, &bob.locale("fr")).await.text();
        insta::assert_snapshot!("audit_not_allowed", format!("{refused}\n{french}"));
    })
    .await;
}

#[tokio::test]
async fn a_large_server_fits_and_becomes_a_zip_where_discord_takes_less() {
    let sim = SimOptions {
        attachment_limit: 100_000,
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let mut homes = Vec::new();
        for number in 0..10 {
            homes.push(guild.category(&format!("Category {number}")));
        }
        for number in 0..489 {
            let channel = guild.text(&format!("channel-{number}"));
            channel.deny_everyone(Permissions::SEND_MESSAGES);
            channel.set_parent(homes.get(number / 49));
        }
        for number in 0..248 {
            guild.role(&format!("Role {number}"), Permissions::NONE);
        }
        story.idle().await;
        story.sim.clear_calls();
        let answer = audit(story, &owner).await;
        assert!(story.sim.calls_to("GET", "/guilds/*").len() <= 12);
        let (name, bytes) = file(&answer);
        assert_eq!(name, format!("audit-{}-1.zip", guild.id()));
        assert!(bytes.len() < 100_000, "{}", bytes.len());
        let text = answer.text();
        assert!(text.contains("and 240 more, named in the file"), "{text}");
        // What was packed can be compared with, and what is compared is the same.
        let same = uploaded(story, &owner, &name, bytes).await.text();
        assert!(same.contains("None."), "{same}");
    })
    .await;
}

#[tokio::test]
async fn where_not_even_a_zip_fits_the_card_says_so_and_the_audit_is_kept() {
    let sim = SimOptions {
        attachment_limit: 200,
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        let english = audit(story, &owner).await;
        assert!(
            english.message().json()["attachments"]
                .as_array()
                .is_none_or(Vec::is_empty)
        );
        assert!(
            english.text().contains("even as a zip, so it is not sent"),
            "{}",
            english.text()
        );
        let french = audit(story, &owner.clone().locale("fr")).await.text();
        assert!(
            french.contains("même en zip : il n'est pas envoyé"),
            "{french}"
        );
        let owner = owner.locale("en-US");
        assert!(compared(story, &owner, 1).await.text().contains("None."));
    })
    .await;
}

#[tokio::test]
async fn two_at_once_keep_one_and_the_eleventh_pushes_the_first_out() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        let (first, second) = (owner.slash("/audit", &[]), owner.slash("/audit", &[]));
        let texts = [
            story.answer(first).await.text(),
            story.answer(second).await.text(),
        ];
        let new = texts
            .iter()
            .filter(|text| text.contains("Kept as #1"))
            .count();
        let same = texts
            .iter()
            .filter(|text| text.contains("Nothing changed since #1"))
            .count();
        assert_eq!((new, same), (1, 1), "{texts:?}");
        for number in 2..=11 {
            guild.text(&format!("channel-{number}"));
            story.idle().await;
            let text = audit(story, &owner).await.text();
            assert!(text.contains(&format!("Kept as #{number}")), "{text}");
        }
        let gone = compared(story, &owner, 1).await.text();
        assert!(
            gone.contains("I have no audit #1") && gone.contains("#11, #10"),
            "{gone}"
        );
        assert!(
            compared(story, &owner, 2)
                .await
                .text()
                .contains("channel-11")
        );
    })
    .await;
}

#[tokio::test]
async fn a_process_that_dies_over_an_audit_leaves_the_answer_to_the_next() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        story.sim.faults().delay_route(
            "GET",
            "/guilds/{}/channels",
            std::time::Duration::from_secs(2),
        );
        let asked = owner.slash("/audit", &[]);
        let waiting = story
            .sim
            .wait_until(std::time::Duration::from_secs(5), |sim| {
                sim.requests_in_flight() > 0
            })
            .await;
        assert!(waiting.is_ok());
        story.kill();
        story.sim.faults().clear();
        story.restart().await;
        let answer = story.answer(asked).await;
        assert!(answer.text().contains("Kept as #1"), "{}", answer.text());
    })
    .await;
}
