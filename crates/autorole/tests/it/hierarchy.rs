//! What may be handed out, and by whom: when it is set up, and again at each click.

use testkit::{
    Story,
    discord_sim::{Permissions, Person, RoleRef, SeenMessage},
};

use crate::{buttons, create, features, held, owner, press, roles};

async fn add(story: &Story, who: &Person, role: &RoleRef) -> String {
    let options = [("group", "Team".into()), ("role", role.into())];
    story
        .answer(who.slash("/autorole add", &options))
        .await
        .text()
}

#[tokio::test]
async fn what_must_not_be_handed_out_is_refused_with_the_reason() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let staff = guild.member("staff").locale("fr");
        let plain = roles(&guild, &["Low"]);
        let rank = guild.role("Staff", Permissions::MANAGE_ROLES);
        let high = guild.role("High", Permissions::NONE);
        let boss = guild.role("Boss", Permissions::BAN_MEMBERS);
        guild.owner().gives_role(&staff, &rank);
        story.idle().await;
        create(story, &guild, "Team", &plain).await;
        let everyone = guild.find_role("@everyone").unwrap();
        let bot = guild.bot_role().unwrap();
        let mut told = Vec::new();
        for role in [&everyone, &bot, &high, &boss, &rank] {
            told.push(add(story, &staff, role).await);
        }
        insta::assert_snapshot!(told.join("\n"));
        let owner = guild.owner().locale("en-US");
        assert!(add(story, &owner, &high).await.contains("Added: @High"));
        // Above the bot nobody helps, not even the owner.
        guild.move_role(&high, 99);
        let top = guild.role("Low2", Permissions::NONE);
        guild.move_role(&top, 100);
        story.idle().await;
        let refused = add(story, &owner, &top).await;
        assert!(
            refused.contains("@Low2 is not below my highest role, @Majordome"),
            "{refused}"
        );
    })
    .await;
}

#[tokio::test]
async fn dangerous_permissions_need_the_owners_second_word() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let plain = roles(&guild, &["Low"]);
        let boss = guild.role("Boss", Permissions::BAN_MEMBERS);
        let chief = guild.role("Chief", Permissions::MANAGE_ROLES);
        let deputy = guild.member("deputy").locale("en-US");
        guild.owner().gives_role(&deputy, &chief);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &plain).await;
        let refused = add(story, &deputy, &boss).await;
        assert!(
            refused.contains("Only the server's owner may offer it"),
            "{refused}"
        );
        let options = [("group", "Team".into()), ("role", (&boss).into())];
        let asked = owner(story, &guild, "add", &options).await;
        insta::assert_snapshot!(asked.text());
        // The id is a hint, not a proof: nobody else's click counts.
        let group = approve_id(asked.message());
        let said = deputy.says(&guild.text("general"), "me too");
        let refused = story.answer(deputy.clicks_id(&said, &group)).await;
        assert!(
            refused.text().contains("Only the server's owner"),
            "{}",
            refused.text()
        );
        let added = story
            .answer(guild.owner().clicks(asked.message(), "Yes, offer it"))
            .await;
        assert!(added.text().contains("Added: @Boss"), "{}", added.text());
        let menu = menu.again().unwrap();
        press(story, &alice, &menu, "Boss").await;
        assert_eq!(held(&alice), ["Boss"]);
    })
    .await;
}

#[tokio::test]
async fn the_hierarchy_is_looked_at_again_at_each_click() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let all = roles(&guild, &["Low", "Red"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &all[1..]).await;
        guild.move_role(&all[1], 99);
        story.idle().await;
        let refused = press(story, &alice, &menu, "Red").await;
        assert!(refused.contains("not below my highest role"), "{refused}");
        guild.move_role(&all[1], 1);
        let guild = guild.bot_permissions(Permissions::NONE);
        story.idle().await;
        let refused = press(story, &alice, &menu, "Red").await;
        assert!(
            refused.contains("I lack the permission **Manage Roles**"),
            "{refused}"
        );
        let _guild = guild.bot_permissions(Permissions::ALL);
        story.idle().await;
        let given = press(story, &alice, &menu, "Red").await;
        assert!(given.contains("You now have"), "{given}");
        // Nothing was sent in vain.
        assert_eq!(
            story.sim.calls_to("PATCH", "/guilds/{}/members/{}").len(),
            1
        );
    })
    .await;
}

/// The custom id of the button that agrees.
fn approve_id(message: &SeenMessage) -> String {
    let shown = message.json().to_string();
    let start = shown.find("autorole:approve").unwrap();
    shown[start..].split('"').next().unwrap().to_owned()
}
