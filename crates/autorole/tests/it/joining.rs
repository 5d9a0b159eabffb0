//! Roles at joining and at coming back.

use std::time::Duration;

use jiff::SignedDuration;
use testkit::{
    BotOptions, Story,
    discord_sim::{Argument, Guild, Permissions, Person, SeenMessage, SimOptions},
};

use crate::{calm, features, held, owner, roles};

async fn set(
    story: &Story,
    guild: &Guild,
    button: &str,
    fields: &[(&str, Argument)],
) -> SeenMessage {
    let shown = owner(story, guild, "join-roles", &[]).await;
    let person = guild.owner();
    let opened = story.answer(person.clicks(shown.message(), button)).await;
    let saved = story.answer(person.submits(opened.modal(), fields)).await;
    saved.message().clone()
}

fn newcomer(guild: &Guild, elsewhere: &Guild, name: &str) -> Person {
    elsewhere.member(name).joins_guild(guild)
}

#[tokio::test]
async fn roles_wait_for_the_rules_screen() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let (guild, street) = (story.sim.guild("Rust FR"), story.sim.guild("Street"));
        let _ = guild.owner().locale("fr");
        let all = roles(&guild, &["Membre", "Muet"]);
        story.idle().await;
        let fields = [("roles", (&all[0]).into()), ("unless", (&all[1]).into())];
        let saved = set(story, &guild, "Rôles à l'arrivée", &fields).await;
        insta::assert_snapshot!(saved.text());
        let alice = street.member("alice").joins_guild_pending(&guild);
        let bob = newcomer(&guild, &street, "bob");
        let carol = street.member("carol").joins_guild_pending(&guild);
        let robot = guild.other_bot("robot");
        story.idle().await;
        assert_eq!(
            (held(&bob).len(), held(&alice).len(), held(&robot).len()),
            (1, 0, 0)
        );
        story.restart().await;
        assert!(held(&alice).is_empty(), "the rules screen is not skipped");
        alice.accepts_rules();
        carol.completes_onboarding();
        story.idle().await;
        assert_eq!((held(&alice).len(), held(&carol).len()), (1, 1));
        // Who accepts again, or is changed otherwise, gets nothing twice.
        guild.owner().takes_role(&alice, &all[0]);
        alice.accepts_rules();
        story.idle().await;
        story.restart().await;
        assert!(held(&alice).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_delay_survives_a_restart_and_spares_who_holds_another_role() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let (guild, street) = (story.sim.guild("Rust FR"), story.sim.guild("Street"));
        let all = roles(&guild, &["Member", "Muted"]);
        story.idle().await;
        let refused = set(
            story,
            &guild,
            "Roles at joining",
            &[("delay", "31d".into())],
        )
        .await;
        assert!(refused.text().contains("to 30 days"), "{}", refused.text());
        let fields = [
            ("roles", (&all[0]).into()),
            ("unless", (&all[1]).into()),
            ("delay", "30d".into()),
            ("whom", "everyone".into()),
        ];
        let saved = set(story, &guild, "Roles at joining", &fields).await;
        assert!(saved.text().contains("30d after"), "{}", saved.text());
        let people = ["alice", "bob", "carol"].map(|name| newcomer(&guild, &street, name));
        let robot = guild.other_bot("robot");
        story.idle().await;
        story.advance(SignedDuration::from_hours(24 * 29)).await;
        guild.owner().gives_role(&people[1], &all[1]);
        people[2].leaves_guild();
        story.restart().await;
        assert!(held(&people[0]).is_empty());
        story.advance(SignedDuration::from_hours(24)).await;
        assert_eq!(held(&people[0]), ["Member"]);
        assert_eq!(held(&people[1]), ["Muted"]);
        assert_eq!(held(&robot), ["Member"]);
    })
    .await;
}

#[tokio::test]
async fn who_joined_while_the_bot_was_away_is_served_once() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let (guild, street) = (story.sim.guild("Rust FR"), story.sim.guild("Street"));
        let all = roles(&guild, &["Member"]);
        let old = newcomer(&guild, &street, "old");
        story.advance(SignedDuration::from_mins(1)).await;
        set(
            story,
            &guild,
            "Roles at joining",
            &[("roles", (&all[0]).into())],
        )
        .await;
        story.stop().await;
        story.sim.advance(Duration::from_mins(10));
        let alice = newcomer(&guild, &street, "alice");
        story.start().await;
        story.ready().await;
        assert_eq!((held(&alice).len(), held(&old).len()), (1, 0));
        guild.owner().takes_role(&alice, &all[0]);
        story.restart().await;
        assert!(held(&alice).is_empty());
    })
    .await;
}

#[tokio::test]
async fn roles_come_back_but_not_those_of_moderation() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let (guild, street) = (story.sim.guild("Rust FR"), story.sim.guild("Street"));
        let all = roles(&guild, &["Red", "Guest"]);
        let moderator = guild.role("Moderator", Permissions::BAN_MEMBERS);
        let alice = newcomer(&guild, &street, "alice");
        let staff = guild.owner();
        staff.gives_role(&alice, &all[0]);
        story.idle().await;
        let fields = [("sticky", "yes".into()), ("not_sticky", (&all[1]).into())];
        let saved = set(story, &guild, "Roles at coming back", &fields).await;
        insta::assert_snapshot!(saved.text());
        staff.gives_role(&alice, &all[1]);
        staff.gives_role(&alice, &moderator);
        story.idle().await;
        alice.leaves_guild();
        story.restart().await;
        let alice = newcomer(&guild, &street, "alice");
        story.idle().await;
        assert_eq!(held(&alice), ["Red"]);
        // Who leaves while nobody looks, and comes back before the rules screen.
        story.stop().await;
        alice.leaves_guild();
        story.start().await;
        story.ready().await;
        let alice = street.member("alice").joins_guild_pending(&guild);
        story.restart().await;
        assert!(held(&alice).is_empty());
        alice.accepts_rules();
        story.idle().await;
        assert_eq!(held(&alice), ["Red"]);
    })
    .await;
}

#[tokio::test]
async fn roles_that_end_or_have_seats_do_not_come_back() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let (guild, street) = (story.sim.guild("Rust FR"), story.sim.guild("Street"));
        let all = roles(&guild, &["Guest", "Pilot", "Red"]);
        let alice = newcomer(&guild, &street, "alice");
        story.idle().await;
        set(
            story,
            &guild,
            "Roles at coming back",
            &[("sticky", "yes".into())],
        )
        .await;
        let visit = crate::buttons(story, &guild, "Visit", &all[..1]).await;
        crate::form(story, &guild, "Visit", "Times", &[("lasts", "1h".into())]).await;
        let crew = crate::buttons(story, &guild, "Crew", &all[1..]).await;
        let options = [
            ("group", "Crew".into()),
            ("role", (&all[1]).into()),
            ("seats", 1.into()),
        ];
        owner(story, &guild, "add", &options).await;
        crate::press(story, &alice, &visit, "Guest").await;
        crate::press(story, &alice, &crew, "Pilot").await;
        crate::press(story, &alice, &crew, "Red").await;
        assert_eq!(held(&alice).len(), 3);
        alice.leaves_guild();
        story.idle().await;
        let alice = newcomer(&guild, &street, "alice");
        story.idle().await;
        assert_eq!(held(&alice), ["Red"]);
        story.advance(SignedDuration::from_hours(2)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_who_join_at_once_are_served_without_a_refusal() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let (guild, street) = (story.sim.guild("Rust FR"), story.sim.guild("Street"));
        let all = roles(&guild, &["Member"]);
        story.idle().await;
        set(
            story,
            &guild,
            "Roles at joining",
            &[("roles", (&all[0]).into())],
        )
        .await;
        let people: Vec<Person> = (0..1000)
            .map(|number| newcomer(&guild, &street, &format!("p{number}")))
            .collect();
        // Longer than a story waits otherwise: a thousand edits follow each other.
        let all_served = story
            .sim
            .wait_until(Duration::from_secs(150), |sim| {
                sim.calls_to("PATCH", "/guilds/{}/members/{}").len() >= 1000
            })
            .await;
        assert!(all_served.is_ok());
        story.idle().await;
        let served = people
            .iter()
            .filter(|person| person.has_role(&all[0]))
            .count();
        assert_eq!(served, 1000);
        let edits = story.sim.calls_to("PATCH", "/guilds/{}/members/{}").len();
        assert_eq!(edits, 1000, "one edit each");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_waits_its_turn_within_discords_limits() {
    let sim = SimOptions {
        rate_limits: true,
        ..calm()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let (guild, street) = (story.sim.guild("Rust FR"), story.sim.guild("Street"));
        let all = roles(&guild, &["Member"]);
        story.idle().await;
        set(
            story,
            &guild,
            "Roles at joining",
            &[("roles", (&all[0]).into())],
        )
        .await;
        let people: Vec<Person> = (0..25)
            .map(|number| newcomer(&guild, &street, &format!("p{number}")))
            .collect();
        story.idle().await;
        // Without a single 429: the story would not end well with one.
        assert!(people.iter().all(|person| person.has_role(&all[0])));
    })
    .await;
}
