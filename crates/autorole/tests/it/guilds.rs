//! Guilds know nothing of each other.

use crate::{buttons, create, features, held, owner, roles};

#[tokio::test]
async fn with_ids_of_another_guild_nothing_exists() {
    testkit::story(features, async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let admin = there.owner().locale("en-US");
        let all = roles(&here, &["Red"]);
        story.idle().await;
        let menu = buttons(story, &here, "Team", &all).await;
        let id = menu.json()["components"][0]["components"]
            .as_array()
            .unwrap()
            .iter()
            .find_map(|component| component["components"][0]["custom_id"].as_str())
            .unwrap()
            .to_owned();
        let group = id.split(':').nth(3).unwrap();
        let said = admin.says(&there.text("general"), "mine?");
        let role = all[0].id();
        for forged in [
            id.clone(),
            format!("autorole:open:v1:{group}"),
            format!("autorole:page:v1:{group}:0"),
            format!("autorole:looks:v1:{group}"),
            format!("autorole:limits:v1:{group}"),
            format!("autorole:times:v1:{group}"),
            format!("autorole:conditions:v1:{group}"),
            format!("autorole:approve:v1:{group}:{role}"),
            format!("autorole:delete:v1:{group}"),
        ] {
            let answer = story.answer(admin.clicks_id(&said, &forged)).await;
            assert!(
                answer.text().contains("does not exist here"),
                "{forged}: {}",
                answer.text()
            );
        }
        let run = story
            .answer(admin.clicks_id(&said, "autorole:cancel:v1:1"))
            .await;
        assert!(run.text().contains("is over"), "{}", run.text());
        for path in ["show", "post", "delete", "edit"] {
            let answer = owner(story, &there, path, &[("group", "Team".into())]).await;
            assert!(
                answer.text().contains("There is no group `Team`"),
                "{path}: {}",
                answer.text()
            );
        }
        let list = owner(story, &there, "list", &[]).await;
        assert!(list.text().contains("none yet"), "{}", list.text());
        let foreign = create(story, &there, "Mine", &all).await;
        assert!(
            foreign.text().contains("no longer exists"),
            "{}",
            foreign.text()
        );
        // And all is still there where it belongs.
        assert_eq!(menu.again().unwrap().buttons(), ["Red"]);
        let alice = here.member("alice").locale("en-US");
        story.answer(alice.clicks(&menu, "Red")).await;
        assert_eq!(held(&alice), ["Red"]);
    })
    .await;
}

#[tokio::test]
async fn who_may_no_longer_manage_roles_is_turned_away_at_the_click() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Here");
        let staff = guild.member("staff").locale("fr");
        let rank = guild.role("Staff", testkit::discord_sim::Permissions::MANAGE_ROLES);
        guild.owner().gives_role(&staff, &rank);
        let all = roles(&guild, &["Red"]);
        story.idle().await;
        create(story, &guild, "Team", &all).await;
        let options = [("group", "Team".into())];
        let shown = story.answer(staff.slash("/autorole edit", &options)).await;
        guild.owner().takes_role(&staff, &rank);
        story.idle().await;
        let refused = story.answer(staff.clicks(shown.message(), "Limites")).await;
        insta::assert_snapshot!(refused.text());
    })
    .await;
}
