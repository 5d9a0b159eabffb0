//! A role for many members.

use jiff::SignedDuration;
use testkit::{
    BotOptions, Story,
    discord_sim::{Argument, Guild, Permissions, SeenMessage, SimOptions},
};

use crate::{calm, features, held, owner, roles};

async fn preview(story: &Story, guild: &Guild, options: &[(&str, Argument)]) -> SeenMessage {
    owner(story, guild, "assign", options)
        .await
        .message()
        .clone()
}

fn start(message: &SeenMessage) -> String {
    let buttons = message.buttons();
    buttons
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("nothing to start in {}", message.text()))
}

/// The message that tells the progress.
fn progress(guild: &Guild) -> Option<SeenMessage> {
    let seen = guild.owner().sees(&guild.text("general"));
    seen.into_iter()
        .rev()
        .find(|message| !message.is_ephemeral() && message.text().contains("Run "))
}

#[tokio::test]
async fn everyone_is_counted_confirmed_and_served() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        guild.members(30);
        let [alice, bob] = ["alice", "bob"].map(|name| guild.member(name));
        let robot = guild.other_bot("robot");
        let all = roles(&guild, &["Member", "Old"]);
        guild.owner().gives_role(&alice, &all[1]);
        guild.owner().gives_role(&bob, &all[0]);
        story.idle().await;
        let give = [
            ("role", (&all[0]).into()),
            ("action", "Give".into()),
            ("who", "People".into()),
        ];
        let asked = preview(story, &guild, &give).await;
        insta::assert_snapshot!(asked.text());
        assert!(
            story
                .sim
                .calls_to("PUT", "/guilds/{}/members/{}/roles/{}")
                .is_empty()
        );
        let begun = story
            .answer(guild.owner().clicks(&asked, &start(&asked)))
            .await;
        assert!(begun.text().contains("It has begun"), "{}", begun.text());
        let told = progress(&guild).unwrap().text();
        insta::assert_snapshot!(told);
        // Thirty, the owner and alice; bob had it, the bots are none of it.
        assert_eq!(
            story
                .sim
                .calls_to("PUT", "/guilds/{}/members/{}/roles/{}")
                .len(),
            32
        );
        assert_eq!(
            (held(&alice), held(&robot).len()),
            (vec!["Member".to_owned(), "Old".to_owned()], 0)
        );
        let take = [
            ("role", (&all[0]).into()),
            ("action", "Take".into()),
            ("with", (&all[1]).into()),
        ];
        let asked = preview(story, &guild, &take).await;
        story
            .answer(guild.owner().clicks(&asked, &start(&asked)))
            .await;
        assert_eq!(held(&alice), ["Old"]);
        let nobody = preview(story, &guild, &take).await;
        assert!(nobody.text().contains("nothing to do") && nobody.buttons().is_empty());
        let _ = progress(&guild);
    })
    .await;
}

#[tokio::test]
async fn one_at_a_time_with_progress_cancel_and_a_restart_in_the_middle() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        guild.members(40);
        let all = roles(&guild, &["Member"]);
        story.idle().await;
        let give = [("role", (&all[0]).into()), ("action", "Give".into())];
        let asked = preview(story, &guild, &give).await;
        let again = preview(story, &guild, &give).await;
        // Discord refuses from the start: the run pauses, and another one is turned away.
        let faults = story.sim.faults();
        let put = "/guilds/{}/members/{}/roles/{}";
        faults.fail_always("PUT", put, 503, 0);
        story
            .answer(guild.owner().clicks(&asked, &start(&asked)))
            .await;
        let refused = story
            .answer(guild.owner().clicks(&again, &start(&again)))
            .await;
        assert!(
            refused.text().contains("is running on this server already"),
            "{}",
            refused.text()
        );
        let told = progress(&guild).unwrap();
        assert!(told.text().contains("Running: 0 of 42"), "{}", told.text());
        // It goes on where it was after a restart, and its message is not changed more than every ten seconds.
        faults.clear();
        story.stop().await;
        story.start().await;
        story.ready().await;
        faults.fail_always("PUT", put, 503, 0);
        let edits = || {
            story
                .sim
                .calls_to("PATCH", "/channels/{}/messages/{}")
                .len()
        };
        assert!(edits() <= 1, "{}", edits());
        let done = told.again().unwrap();
        assert!(done.text().contains("Done: 42 of 42"), "{}", done.text());
        // Another one is cancelled: what is done stays done.
        let take = [("role", (&all[0]).into()), ("action", "Take".into())];
        let asked = preview(story, &guild, &take).await;
        faults.clear();
        faults.fail_always("DELETE", put, 503, 0);
        story
            .answer(guild.owner().clicks(&asked, &start(&asked)))
            .await;
        let told = progress(&guild).unwrap();
        let cancelled = story.answer(guild.owner().clicks(&told, "Cancel")).await;
        assert!(
            cancelled.text().contains("It is cancelled"),
            "{}",
            cancelled.text()
        );
        faults.clear();
        story.advance(SignedDuration::from_secs(60)).await;
        let told = told.again().unwrap();
        assert!(
            told.text().contains("Cancelled: 0 of 42") && told.buttons().is_empty(),
            "{}",
            told.text()
        );
        assert!(guild.owner().has_role(&all[0]));
    })
    .await;
}

#[tokio::test]
async fn whom_it_could_not_change_stands_in_a_file() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        guild.members(3);
        let all = roles(&guild, &["Member"]);
        story.idle().await;
        let give = [("role", (&all[0]).into()), ("action", "Give".into())];
        let asked = preview(story, &guild, &give).await;
        story
            .sim
            .faults()
            .fail_next("PUT", "/guilds/{}/members/{}/roles/{}", 403, 50013);
        story
            .answer(guild.owner().clicks(&asked, &start(&asked)))
            .await;
        let told = progress(&guild).unwrap();
        assert!(
            told.text().contains("1 member could not be changed"),
            "{}",
            told.text()
        );
        assert!(told.text().contains(".csv"), "{}", told.text());
    })
    .await;
}

#[tokio::test]
async fn what_must_not_be_handed_out_is_not_handed_out_to_many() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let staff = guild.member("staff").locale("fr");
        let rank = guild.role("Staff", Permissions::MANAGE_ROLES);
        let high = guild.role("High", Permissions::NONE);
        guild.owner().gives_role(&staff, &rank);
        story.idle().await;
        let give = [("role", (&high).into()), ("action", "Give".into())];
        let refused = story.answer(staff.slash("/autorole assign", &give)).await;
        assert!(
            refused.text().contains("n'est pas au-dessous de ton rôle"),
            "{}",
            refused.text()
        );
        story.advance(SignedDuration::from_secs(1)).await;
    })
    .await;
}

#[tokio::test]
async fn without_the_intent_for_members_it_says_what_is_missing() {
    let sim = SimOptions {
        members_intent: false,
        ..calm()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let _ = guild.owner().locale("fr");
        let all = roles(&guild, &["Red"]);
        story.idle().await;
        let give = [("role", (&all[0]).into()), ("action", "Give".into())];
        let refused = owner(story, &guild, "assign", &give).await;
        insta::assert_snapshot!(refused.text());
        // Menus do without it.
        let menu = crate::posted(story, &guild, "Team", &all).await;
        crate::press(story, &alice, &menu, "Red").await;
        assert_eq!(held(&alice), ["Red"]);
    })
    .await;
}
