//! Making, posting and using menus.

use crate::{create, features, held, posted, roles};

#[tokio::test]
async fn one_role_is_a_button_that_gives_and_takes() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let alice = guild.member("alice").locale("fr");
        let red = roles(&guild, &["Rouge"]);
        story.idle().await;
        let made = create(story, &guild, "Couleurs", &red).await;
        insta::assert_snapshot!(made.text());
        let menu = crate::post(story, &guild, "Couleurs").await;
        insta::assert_snapshot!(menu.text());
        let given = story.answer(alice.clicks(&menu, "Rouge")).await;
        assert!(given.is_ephemeral);
        insta::assert_snapshot!(given.text());
        assert_eq!(held(&alice), ["Rouge"]);
        let taken = story.answer(alice.clicks(&menu, "Rouge")).await;
        insta::assert_snapshot!(taken.text());
        assert!(held(&alice).is_empty());
        assert_eq!(
            story.sim.calls_to("PATCH", "/guilds/{}/members/{}").len(),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn a_menu_answers_after_a_restart() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let colours = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let menu = posted(story, &guild, "Colours", &colours).await;
        story.restart().await;
        let given = story
            .answer(alice.picks(&menu, "Choose your roles", &["Blue".into()]))
            .await;
        assert!(given.text().contains("You now have"), "{}", given.text());
        assert_eq!(held(&alice), ["Blue"]);
    })
    .await;
}
