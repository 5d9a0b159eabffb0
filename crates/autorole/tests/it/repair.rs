//! Roles and messages that are gone.

use crate::{buttons, features, held, menu, owner, post, press, roles};

#[tokio::test]
async fn a_deleted_role_is_hidden_and_the_staff_told_once() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let alice = guild.member("alice").locale("fr");
        let all = roles(&guild, &["Red", "Blue", "Green"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &all).await;
        guild.owner().deletes_role(&all[0]);
        story.idle().await;
        assert_eq!(menu.again().unwrap().buttons(), ["Blue", "Green"]);
        let told = guild.owner().sees(&guild.owner().dm());
        assert_eq!(told.len(), 1, "{told:?}");
        let text = told[0].text();
        assert!(
            text.contains("des rôles de menus ont été supprimés") && text.contains("« Team »"),
            "{text}"
        );
        // While nobody looked, too, and once.
        story.stop().await;
        guild.owner().deletes_role(&all[1]);
        story.start().await;
        story.ready().await;
        story.restart().await;
        assert_eq!(menu.again().unwrap().buttons(), ["Green"]);
        assert_eq!(guild.owner().sees(&guild.owner().dm()).len(), 2);
        press(story, &alice, &menu, "Green").await;
        assert_eq!(held(&alice), ["Green"]);
        let shown = owner(story, &guild, "show", &[("group", "Team".into())]).await;
        assert!(
            shown.text().contains("This role was deleted"),
            "{}",
            shown.text()
        );
        let gone = [
            ("group", "Team".into()),
            ("role", all[0].id().to_string().into()),
        ];
        owner(story, &guild, "remove", &gone).await;
    })
    .await;
}

#[tokio::test]
async fn a_deleted_menu_is_posted_again_by_one_command() {
    testkit::story(features, async |story| {
        // A menu that is looked for and not found.
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let all = roles(&guild, &["Red"]);
        story.idle().await;
        let first = buttons(story, &guild, "Team", &all).await;
        guild.owner().deletes(&first);
        story.idle().await;
        let shown = owner(story, &guild, "show", &[("group", "Team".into())]).await;
        assert!(shown.text().contains("not posted"), "{}", shown.text());
        let second = post(story, &guild, "Team").await;
        assert_ne!(first.id(), second.id());
        // While nobody looked, and Discord does not tell afterwards either.
        story.stop().await;
        guild.owner().deletes(&second);
        story.sim.faults().op9(false);
        story.start().await;
        story.ready().await;
        let list = owner(story, &guild, "list", &[]).await;
        assert!(list.text().contains("not posted"), "{}", list.text());
        let third = post(story, &guild, "Team").await;
        press(story, &alice, &third, "Red").await;
        assert_eq!(held(&alice), ["Red"]);
        // Elsewhere: the old one goes.
        let lobby = guild.text("lobby");
        story.idle().await;
        let options = [("group", "Team".into()), ("channel", (&lobby).into())];
        owner(story, &guild, "post", &options).await;
        assert!(menu(&guild, "Team").is_none());
        assert_eq!(guild.owner().sees(&lobby).len(), 1);
        // With the channel it is gone.
        guild.owner().deletes_channel(&lobby);
        story.idle().await;
        let list = owner(story, &guild, "list", &[]).await;
        assert!(list.text().contains("not posted"), "{}", list.text());
    })
    .await;
}

#[tokio::test]
async fn a_menu_that_was_posted_but_not_noted_is_adopted_by_a_click() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let all = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &all[..1]).await;
        // As if the process had died between posting and noting.
        let mut db = story.database().database().acquire().await.unwrap();
        let id = i64::try_from(menu.id().get())
            .unwrap()
            .to_string()
            .parse()
            .unwrap();
        let here = guild.id().get().to_string().parse().unwrap();
        autorole::store::groups::forget_messages(&mut db, here, &[id])
            .await
            .unwrap();
        drop(db);
        press(story, &alice, &menu, "Red").await;
        let options = [("group", "Team".into()), ("role", (&all[1]).into())];
        owner(story, &guild, "add", &options).await;
        assert_eq!(menu.again().unwrap().buttons(), ["Red", "Blue"]);
    })
    .await;
}
