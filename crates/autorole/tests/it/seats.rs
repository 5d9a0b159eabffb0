//! Roles of which only so many may be held.

use testkit::{
    BotOptions, Story,
    discord_sim::{Guild, Person, RoleRef, SeenMessage},
};

use crate::{calm, create, features, held, owner, post, press, roles};

/// A group of one role with seats.
async fn with_seats(story: &Story, guild: &Guild, role: &RoleRef, seats: i64) -> SeenMessage {
    create(story, guild, "Crew", std::slice::from_ref(role)).await;
    let options = [
        ("group", "Crew".into()),
        ("role", role.into()),
        ("seats", seats.into()),
    ];
    owner(story, guild, "add", &options).await;
    post(story, guild, "Crew").await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_who_click_at_once_exactly_ten_get_a_seat() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let people: Vec<Person> = (0..200)
            .map(|number| guild.member(&format!("p{number}")).locale("en-US"))
            .collect();
        let role = roles(&guild, &["Pilot"]).remove(0);
        story.idle().await;
        let menu = with_seats(story, &guild, &role, 10).await;
        let asked: Vec<_> = people
            .iter()
            .map(|person| person.clicks(&menu, "Pilot"))
            .collect();
        let (mut given, mut refused) = (0, 0);
        for asked in asked {
            let text = asked.answer().await.unwrap().text();
            given += usize::from(text.contains("You now have"));
            refused += usize::from(text.contains("all 10 seats are taken"));
        }
        story.idle().await;
        let holders = people
            .iter()
            .filter(|person| person.has_role(&role))
            .count();
        assert_eq!((given, refused, holders), (10, 190, 10));
        // One gives it back, and one more gets it, also after a restart.
        story.restart().await;
        let holder = people.iter().find(|person| person.has_role(&role)).unwrap();
        press(story, holder, &menu, "Pilot").await;
        let others: Vec<_> = people
            .iter()
            .filter(|person| person.id() != holder.id() && !person.has_role(&role))
            .take(2)
            .collect();
        press(story, others[0], &menu, "Pilot").await;
        let text = press(story, others[1], &menu, "Pilot").await;
        assert!(
            others[0].has_role(&role) && text.contains("seats are taken"),
            "{text}"
        );
    })
    .await;
}

#[tokio::test]
async fn roles_given_and_taken_by_hand_count_too() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let [alice, bob, carol] =
            ["alice", "bob", "carol"].map(|name| guild.member(name).locale("fr"));
        let role = roles(&guild, &["Pilote"]).remove(0);
        let staff = guild.owner();
        // Before the seats were, and after.
        staff.gives_role(&alice, &role);
        story.idle().await;
        let menu = with_seats(story, &guild, &role, 1).await;
        let refused = press(story, &bob, &menu, "Pilote").await;
        insta::assert_snapshot!(refused);
        staff.takes_role(&alice, &role);
        story.idle().await;
        press(story, &bob, &menu, "Pilote").await;
        assert_eq!(held(&bob), ["Pilote"]);
        // While the bot is away.
        story.stop().await;
        staff.takes_role(&bob, &role);
        staff.gives_role(&carol, &role);
        story.start().await;
        story.ready().await;
        let refused = press(story, &bob, &menu, "Pilote").await;
        assert!(refused.contains("sa seule place est prise"), "{refused}");
        carol.leaves_guild();
        story.idle().await;
        press(story, &bob, &menu, "Pilote").await;
        assert_eq!(held(&bob), ["Pilote"]);
        let shown = owner(story, &guild, "show", &[("group", "Crew".into())]).await;
        assert!(
            shown.text().contains("(1 of 1 seats taken)"),
            "{}",
            shown.text()
        );
    })
    .await;
}

#[tokio::test]
async fn a_seat_that_discord_did_not_grant_is_free_again() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let [alice, bob] = ["alice", "bob"].map(|name| guild.member(name).locale("en-US"));
        let role = roles(&guild, &["Pilot"]).remove(0);
        story.idle().await;
        let menu = with_seats(story, &guild, &role, 1).await;
        story
            .sim
            .faults()
            .fail_next("PATCH", "/guilds/{}/members/{}", 403, 50013);
        let refused = press(story, &alice, &menu, "Pilot").await;
        assert!(!refused.contains("You now have"), "{refused}");
        press(story, &bob, &menu, "Pilot").await;
        assert_eq!(held(&bob), ["Pilot"]);
    })
    .await;
}
