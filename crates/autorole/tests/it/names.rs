//! Names and emoji.

use twilight_model::id::Id;

use crate::{create, features, mentions, owner, roles};

#[tokio::test]
async fn names_are_unique_whatever_their_case() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Elsewhere");
        let _ = guild.owner().locale("fr");
        let (here, there) = (roles(&guild, &["Red"]), roles(&other, &["Red"]));
        story.idle().await;
        create(story, &guild, "Équipe", &here).await;
        let refused = create(story, &guild, "ÉQUIPE", &here).await;
        insta::assert_snapshot!(refused.text());
        let fine = create(story, &other, "équipe", &there).await;
        assert!(fine.text().contains("est créé"), "{}", fine.text());
        let options = [("name", "  ".into()), ("roles", mentions(&here).into())];
        let refused = owner(story, &guild, "create", &options).await;
        assert!(
            refused.text().contains("celui-ci en a 0"),
            "{}",
            refused.text()
        );
    })
    .await;
}

#[tokio::test]
async fn a_bad_emoji_is_refused_with_its_place_and_nothing_is_stored() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Elsewhere");
        let all = roles(&guild, &["Red", "Blue", "Green"]);
        let (ours, theirs) = (guild.emoji("ferris"), other.emoji("crab"));
        let alice = guild.member("alice").locale("en-US");
        story.idle().await;
        let options = |emojis: String| {
            [
                ("name", "Team".into()),
                ("roles", mentions(&all).into()),
                ("emojis", emojis.into()),
            ]
        };
        let refused = owner(story, &guild, "create", &options("🔴 nope".to_owned())).await;
        insta::assert_snapshot!(refused.text());
        let refused = owner(
            story,
            &guild,
            "create",
            &options(format!("🔴 {ours} {theirs}")),
        )
        .await;
        assert!(refused.text().contains("Number 3"), "{}", refused.text());
        let list = owner(story, &guild, "list", &[]).await;
        assert!(list.text().contains("none yet"), "{}", list.text());
        owner(story, &guild, "create", &options(format!("🔴 {ours}"))).await;
        let menu = crate::post(story, &guild, "Team").await;
        insta::assert_snapshot!(menu.text());
        let refused = story
            .answer(alice.picks(&menu, "Choose your roles", &["Red".into()]))
            .await;
        assert!(
            refused.text().contains("You now have @Red"),
            "{}",
            refused.text()
        );
    })
    .await;
}

#[tokio::test]
async fn an_emoji_that_is_gone_does_not_break_its_menu() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let all = roles(&guild, &["Red", "Blue"]);
        let ours = guild.emoji("ferris");
        story.idle().await;
        let menu = crate::posted(story, &guild, "Team", &all[..1]).await;
        let options = [
            ("group", "Team".into()),
            ("role", (&all[0]).into()),
            ("emoji", ours.as_str().into()),
        ];
        owner(story, &guild, "add", &options).await;
        let shown = menu.again().unwrap().json().to_string();
        assert!(shown.contains("ferris"), "{shown}");
        let id: u64 = ours
            .trim_end_matches('>')
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let discord = &story.house().discord;
        let (here, emoji) = (Id::new(guild.id().get()), Id::new(id));
        discord
            .done(discord.http().delete_emoji(here, emoji))
            .await
            .unwrap();
        story.idle().await;
        let options = [("group", "Team".into()), ("role", (&all[1]).into())];
        owner(story, &guild, "add", &options).await;
        let shown = menu.again().unwrap();
        assert!(!shown.json().to_string().contains("ferris"));
        assert_eq!(shown.selects(), ["Choose your roles"]);
    })
    .await;
}
