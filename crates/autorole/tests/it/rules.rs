//! The rules of a group, as members meet them.

use jiff::SignedDuration;
use testkit::{BotOptions, discord_sim::Argument};

use crate::{buttons, calm, features, form, held, press, roles};

#[tokio::test]
async fn two_clicks_at_once_never_exceed_the_maximum() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let names = ["r1", "r2", "r3", "r4", "r5", "r6"];
        let all = roles(&guild, &names);
        story.idle().await;
        let menu = buttons(story, &guild, "Some", &all).await;
        let fields = [("mode", "multiple".into()), ("max", "2".into())];
        form(story, &guild, "Some", "Limits", &fields).await;
        for round in 0..5 {
            let alice = guild.member(&format!("alice{round}")).locale("en-US");
            let asked: Vec<_> = names.iter().map(|name| alice.clicks(&menu, name)).collect();
            let mut refused = 0;
            for asked in asked {
                let text = story.answer(asked).await.text();
                refused += usize::from(text.contains("you may hold 2 roles of this menu"));
            }
            assert_eq!((held(&alice).len(), refused), (2, 4));
        }
    })
    .await;
}

#[tokio::test]
async fn one_replaces_the_other_and_once_is_for_ever() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("fr");
        let all = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &all).await;
        form(
            story,
            &guild,
            "Team",
            "Limits",
            &[("mode", "single".into())],
        )
        .await;
        press(story, &alice, &menu, "Red").await;
        let swapped = press(story, &alice, &menu, "Blue").await;
        assert!(
            swapped.contains("@Blue") && swapped.contains("Tu n'as plus @Red"),
            "{swapped}"
        );
        assert_eq!(held(&alice), ["Blue"]);
        form(
            story,
            &guild,
            "Team",
            "Limits",
            &[("allowed", "once".into())],
        )
        .await;
        story.restart().await;
        let refused = press(story, &alice, &menu, "Red").await;
        insta::assert_snapshot!(refused);
        assert_eq!(held(&alice), ["Blue"]);
        form(
            story,
            &guild,
            "Team",
            "Limits",
            &[("allowed", "locked".into())],
        )
        .await;
        let bob = guild.member("bob").locale("en-US");
        let refused = press(story, &bob, &menu, "Red").await;
        assert!(refused.contains("this menu is locked"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn directions_bounds_and_pauses() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let all = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &all).await;
        press(story, &alice, &menu, "Red").await;
        form(
            story,
            &guild,
            "Team",
            "Limits",
            &[("allowed", "add_only".into())],
        )
        .await;
        let refused = press(story, &alice, &menu, "Red").await;
        assert!(refused.contains("can not be given back"), "{refused}");
        form(
            story,
            &guild,
            "Team",
            "Limits",
            &[("allowed", "remove_only".into())],
        )
        .await;
        let refused = press(story, &alice, &menu, "Blue").await;
        assert!(refused.contains("can only be given back"), "{refused}");
        let fields = [
            ("allowed", "both".into()),
            ("mode", "multiple".into()),
            ("min", "1".into()),
        ];
        form(story, &guild, "Team", "Limits", &fields).await;
        let refused = press(story, &alice, &menu, "Red").await;
        assert!(refused.contains("you keep at least one role"), "{refused}");
        let fields = [("min", "3".into()), ("max", "2".into())];
        let refused = form(story, &guild, "Team", "Limits", &fields).await;
        assert!(
            refused.text().contains("do not fit together"),
            "{}",
            refused.text()
        );
        form(story, &guild, "Team", "Limits", &[("min", "0".into())]).await;
        let refused = form(
            story,
            &guild,
            "Team",
            "Times",
            &[("cool_down", "soon".into())],
        )
        .await;
        assert!(
            refused.text().contains("`soon` is no duration"),
            "{}",
            refused.text()
        );
        form(
            story,
            &guild,
            "Team",
            "Times",
            &[("cool_down", "10m".into())],
        )
        .await;
        let refused = press(story, &alice, &menu, "Blue").await;
        assert!(refused.contains("a moment ago"), "{refused}");
        story.advance(SignedDuration::from_mins(10)).await;
        press(story, &alice, &menu, "Blue").await;
        assert_eq!(held(&alice), ["Red", "Blue"]);
        form(
            story,
            &guild,
            "Team",
            "Times",
            &[("cool_down", "".into()), ("require_one", "yes".into())],
        )
        .await;
        press(story, &alice, &menu, "Blue").await;
        let refused = press(story, &alice, &menu, "Red").await;
        assert!(refused.contains("you keep at least one role"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn other_roles_and_groups_open_and_bar_the_way() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let all = roles(&guild, &["Red", "Blue", "Member", "Adult", "Muted"]);
        story.idle().await;
        let red = buttons(story, &guild, "Reds", &all[..1]).await;
        let blue = buttons(story, &guild, "Blues", &all[1..2]).await;
        let fields = [
            ("any_of", (&all[2]).into()),
            ("all_of", (&all[3]).into()),
            ("none_of", (&all[4]).into()),
            ("apart_from", "Blues".into()),
        ];
        let saved = form(story, &guild, "Reds", "Conditions", &fields).await;
        insta::with_settings!({filters => vec![(r"\d{15,}", "[id]")]}, {
            insta::assert_snapshot!(saved.text());
        });
        let person = guild.owner();
        person.gives_role(&alice, &all[4]);
        story.idle().await;
        let refused = press(story, &alice, &red, "Red").await;
        assert!(refused.contains("not together with @Muted"), "{refused}");
        person.takes_role(&alice, &all[4]);
        let refused = press(story, &alice, &red, "Red").await;
        assert!(refused.contains("you lack @Adult"), "{refused}");
        person.gives_role(&alice, &all[3]);
        let refused = press(story, &alice, &red, "Red").await;
        assert!(
            refused.contains("one of these roles first: @Member"),
            "{refused}"
        );
        person.gives_role(&alice, &all[2]);
        press(story, &alice, &blue, "Blue").await;
        let refused = press(story, &alice, &red, "Red").await;
        assert!(
            refused.contains("of «Blues», and you hold @Blue"),
            "{refused}"
        );
        press(story, &alice, &blue, "Blue").await;
        press(story, &alice, &red, "Red").await;
        assert!(held(&alice).contains(&"Red".to_owned()));
        // It holds in both directions.
        let refused = press(story, &alice, &blue, "Blue").await;
        assert!(
            refused.contains("of «Reds», and you hold @Red"),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn temporary_roles_end_also_after_a_restart() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let bob = guild.member("bob");
        let carol = guild.member("carol").locale("en-US");
        let all = roles(&guild, &["Guest"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Visit", &all).await;
        form(story, &guild, "Visit", "Times", &[("lasts", "2h".into())]).await;
        for person in [&alice, &bob, &carol] {
            press(story, person, &menu, "Guest").await;
        }
        story.advance(SignedDuration::from_mins(119)).await;
        assert_eq!(held(&alice), ["Guest"]);
        bob.leaves_guild();
        // Taken and given again by hand: that one is no longer ours to end.
        guild.owner().takes_role(&carol, &all[0]);
        story.idle().await;
        guild.owner().gives_role(&carol, &all[0]);
        story.idle().await;
        story.stop().await;
        story.sim.advance(std::time::Duration::from_mins(1));
        story.start().await;
        story.ready().await;
        story.advance(SignedDuration::from_mins(2)).await;
        assert!(held(&alice).is_empty());
        assert_eq!(held(&carol), ["Guest"]);
        let ends = story
            .sim
            .calls_to("DELETE", "/guilds/{}/members/{}/roles/{}");
        assert_eq!(ends.len(), 1, "who left is let be");
    })
    .await;
}

#[tokio::test]
async fn without_feedback_success_is_silent_and_a_refusal_is_not() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let all = roles(&guild, &["Red"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &all).await;
        form(
            story,
            &guild,
            "Team",
            "Limits",
            &[("feedback", "no".into())],
        )
        .await;
        let asked = alice.clicks(&menu, "Red");
        let given = story
            .sim
            .wait_until(std::time::Duration::from_secs(10), |_| {
                alice.has_role(&all[0])
            })
            .await;
        story.idle().await;
        // Acknowledged without a word: nothing new stands on the screen.
        assert!(given.is_ok() && asked.followups().is_empty());
        assert_eq!(alice.sees(&guild.text("general")).len(), 1);
        form(
            story,
            &guild,
            "Team",
            "Limits",
            &[("allowed", Argument::from("locked"))],
        )
        .await;
        let refused = press(story, &alice, &menu, "Red").await;
        assert!(refused.contains("locked"), "{refused}");
    })
    .await;
}
