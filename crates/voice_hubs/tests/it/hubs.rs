//! `/hub`: making, configuring, listing, deleting.

use testkit::discord_sim::{NoAnswer, Permissions};

use crate::{features, opens, panel, rooms_stored, with_hub};

#[tokio::test]
async fn a_hub_is_made_listed_configured_and_deleted_in_both_languages() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let owner = guild.owner().locale("fr");
        let hub = guild.voice("Créer un salon");
        story.idle().await;
        let none = story.answer(owner.slash("/hub list", &[])).await;
        insta::assert_snapshot!(none.text());
        let made = story
            .answer(owner.slash("/hub create", &[("channel", (&hub).into())]))
            .await;
        insta::assert_snapshot!(made.text());
        let again = story
            .answer(owner.slash("/hub create", &[("channel", (&hub).into())]))
            .await;
        assert!(again.text().contains("déjà un hub"), "{}", again.text());
        let shown = story
            .answer(owner.slash("/hub config", &[("hub", (&hub).into())]))
            .await;
        insta::assert_snapshot!("config_fr", shown.text());
        let owner = owner.locale("en-US");
        let shown = story
            .answer(owner.slash("/hub config", &[("hub", (&hub).into())]))
            .await;
        insta::assert_snapshot!("config_en", shown.text());
        let list = story.answer(owner.slash("/hub list", &[])).await;
        insta::assert_snapshot!(list.text());
        let gone = story
            .answer(owner.slash("/hub delete", &[("hub", (&hub).into())]))
            .await;
        insta::assert_snapshot!(gone.text());
        let none = story
            .answer(owner.slash("/hub delete", &[("hub", (&hub).into())]))
            .await;
        assert!(none.text().contains("is no hub"), "{}", none.text());
        let alice = guild.member("alice");
        alice.joins(&hub);
        story.idle().await;
        assert_eq!(alice.voice(), Some(hub));
    })
    .await;
}

#[tokio::test]
async fn every_value_is_set_shown_and_cleared() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let owner = owner.locale("en-US");
        let (vocal, more) = (guild.category("Vocal"), guild.category("Vocal bis"));
        let (source, log) = (guild.voice("Modèle"), guild.text("journal"));
        let hub_option = ("hub", (&hub).into());
        let set = story
            .answer(owner.slash(
                "/hub config",
                &[
                    hub_option.clone(),
                    ("name", "{if:game}{game}{else}{display} {n}{end}".into()),
                    ("user_limit", 5.into()),
                    ("max_rooms", 500.into()),
                    ("mode", "Closed".into()),
                    ("bitrate", 96.into()),
                    ("category", (&vocal).into()),
                    ("overflow", (&more).into()),
                    ("copy_category", true.into()),
                    ("copy_from", (&source).into()),
                    ("claim_delay", 0.into()),
                    ("per_member", 3.into()),
                    ("per_server", 30.into()),
                    ("bots_keep", true.into()),
                    ("log", (&log).into()),
                    ("status", "Chez {display}".into()),
                    ("words", "Spam, *vente*".into()),
                ],
            ))
            .await;
        insta::assert_snapshot!(set.text());
        let alice = guild.member("alice");
        let room = opens(story, &alice, &hub).await;
        assert_eq!(room.name(), "alice 1");
        assert_eq!(room.field("user_limit"), 5);
        assert_eq!(room.field("bitrate"), 96_000);
        assert_eq!(room.parent().as_ref(), Some(&vocal));
        assert_eq!(room.voice_status().as_deref(), Some("Chez alice"));
        panel(&alice, &room);
        assert_eq!(owner.sees(&log).len(), 1);
        for clear in [
            "Name",
            "User limit",
            "Maximum of rooms",
            "Mode",
            "Bitrate",
            "Region",
            "Category",
            "Overflow categories",
            "Source of permissions",
            "Claims (switch off)",
            "Throttles",
            "Log channel",
            "Status",
            "Forbidden words",
        ] {
            story
                .answer(owner.slash(
                    "/hub config",
                    &[hub_option.clone(), ("clear", clear.into())],
                ))
                .await;
        }
        let shown = story
            .answer(owner.slash("/hub config", std::slice::from_ref(&hub_option)))
            .await;
        insta::assert_snapshot!(shown.text());
        story
            .answer(owner.slash(
                "/hub config",
                &[hub_option.clone(), ("clear", "Everything".into())],
            ))
            .await;
        let shown = story
            .answer(owner.slash("/hub config", &[hub_option]))
            .await;
        assert!(
            shown.text().contains("after 120 seconds"),
            "{}",
            shown.text()
        );
    })
    .await;
}

#[tokio::test]
async fn a_bad_value_is_refused_with_the_reason_and_changes_nothing() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let owner = owner.locale("en-US");
        let hidden = guild.text("hidden");
        let hub_option = || ("hub", (&hub).into());
        let before = story
            .answer(owner.slash("/hub config", &[hub_option()]))
            .await
            .text();
        for (option, value, said) in [
            (
                "name",
                "{users}".into(),
                "I do not know `{users}` (character 1)",
            ),
            ("name", "{user".into(), "The `{` at character 1"),
            ("status", "x{end}".into(), "The condition at character 2"),
            (
                "bitrate",
                128.into(),
                "128 kbit/s is more than this server may use: 96",
            ),
            (
                "region",
                "mars".into(),
                "Discord has no voice region `mars`",
            ),
            ("words", "**".into(), "`**` can not be forbidden"),
        ] {
            let refused = story
                .answer(owner.slash(
                    "/hub config",
                    &[hub_option(), (option, value), ("user_limit", 9.into())],
                ))
                .await;
            assert!(
                refused.text().contains(said),
                "{option}: {}",
                refused.text()
            );
        }
        drop(guild.bot_permissions(Permissions::ALL - Permissions::ADMINISTRATOR));
        hidden.deny_everyone(Permissions::VIEW_CHANNEL);
        story.idle().await;
        let refused = story
            .answer(owner.slash("/hub config", &[hub_option(), ("log", (&hidden).into())]))
            .await;
        assert!(
            refused.text().contains("I can not write there"),
            "{}",
            refused.text()
        );
        let after = story
            .answer(owner.slash("/hub config", &[hub_option()]))
            .await
            .text();
        assert_eq!(before, after);
    })
    .await;
}

#[tokio::test]
async fn a_region_is_offered_while_it_is_typed() {
    testkit::story(features, async |story| {
        let (_, owner, hub) = with_hub(story).await;
        let offered = story
            .answer(owner.types_after("/hub config", &[("hub", (&hub).into())], "region", "rot"))
            .await;
        assert_eq!(offered.choices[0].name, "rotterdam");
        let set = story
            .answer(owner.slash(
                "/hub config",
                &[("hub", (&hub).into()), ("region", "rotterdam".into())],
            ))
            .await;
        assert!(set.text().contains("`rotterdam`"), "{}", set.text());
    })
    .await;
}

#[tokio::test]
async fn who_may_not_manage_the_server_makes_no_hub_and_a_staff_role_does() {
    testkit::story(features, async |story| {
        let (guild, _, hub) = with_hub(story).await;
        let bob = guild.member("bob").locale("fr");
        let refused = story
            .answer(bob.slash("/hub delete", &[("hub", (&hub).into())]))
            .await;
        assert!(refused.text().contains("hub.manage"), "{}", refused.text());
        let none = story.answer(bob.slash("/hub panel", &[])).await;
        assert!(none.text().contains("Rejoins un hub"), "{}", none.text());
    })
    .await;
}

#[tokio::test]
async fn neither_a_room_nor_a_text_channel_becomes_a_hub() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice");
        let room = opens(story, &alice, &hub).await;
        panel(&alice, &room);
        let refused = story
            .answer(owner.slash("/hub create", &[("channel", (&room).into())]))
            .await;
        assert!(
            refused.text().contains("disparaît quand il est vide"),
            "{}",
            refused.text()
        );
        let text = guild.text("general");
        let asked = owner.slash("/hub create", &[("channel", (&text).into())]);
        assert!(matches!(
            asked.answer().await,
            Err(NoAnswer::CouldNotAsk(_))
        ));
        let stage = guild.stage("Scène");
        story.idle().await;
        story
            .answer(owner.slash("/hub create", &[("channel", (&stage).into())]))
            .await;
        let bob = guild.member("bob");
        let room = opens(story, &bob, &stage).await;
        panel(&bob, &room);
    })
    .await;
}

#[tokio::test]
async fn a_bot_without_permissions_says_which_before_it_makes_a_hub() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let guild = guild.bot_permissions(
            Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES | Permissions::CONNECT,
        );
        let hub = guild.voice("Créer un salon");
        story.idle().await;
        let refused = story
            .answer(
                guild
                    .owner()
                    .locale("fr")
                    .slash("/hub create", &[("channel", (&hub).into())]),
            )
            .await;
        insta::assert_snapshot!(refused.text());
    })
    .await;
}

#[tokio::test]
async fn a_hub_deleted_by_hand_leaves_its_rooms_alive_and_cared_for() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let alice = guild.member("alice").locale("fr");
        let room = opens(story, &alice, &hub).await;
        owner.deletes_channel(&hub);
        story.idle().await;
        let closed = crate::clicks(story, &alice, &room, "Fermé").await;
        assert!(closed.text().contains("**Fermé**"), "{}", closed.text());
        let list = story.answer(owner.slash("/hub list", &[])).await;
        assert!(list.text().contains("pas encore de hub"), "{}", list.text());
        alice.leaves();
        story.idle().await;
        assert!(room.is_gone());
        assert_eq!(rooms_stored(story).await, 0);
        assert_eq!(
            crate::count(story, "select count(*) from voice_hubs.hub").await,
            0
        );
    })
    .await;
}

#[tokio::test]
async fn two_guilds_know_nothing_of_each_other() {
    testkit::story(features, async |story| {
        let (guild, owner, hub) = with_hub(story).await;
        let other = story.sim.guild("Ailleurs").locale("fr");
        let mallory = other.owner().locale("fr");
        let alice = guild.member("alice");
        let room = opens(story, &alice, &hub).await;
        let own = other.voice("Hub");
        story.idle().await;
        story
            .answer(mallory.slash("/hub create", &[("channel", (&own).into())]))
            .await;
        let list = story.answer(mallory.slash("/hub list", &[])).await;
        assert!(!list.text().contains("Créer un salon"), "{}", list.text());
        // A button of the other guild's panel, pressed at home.
        let theirs = opens(story, &mallory, &own).await;
        let mine = panel(&mallory, &theirs);
        let foreign = format!("voice_hubs:mode:v1:{}:{}:p", guild.id(), room.id());
        let refused = story
            .answer(mallory.in_channel(&theirs).clicks_id(&mine, &foreign))
            .await;
        assert!(
            refused.text().contains("n'existe plus"),
            "{}",
            refused.text()
        );
        let mixed = format!("voice_hubs:mode:v1:{}:{}:p", other.id(), room.id());
        let refused = story
            .answer(mallory.in_channel(&theirs).clicks_id(&mine, &mixed))
            .await;
        assert!(
            refused.text().contains("n'existe plus"),
            "{}",
            refused.text()
        );
        assert!(
            guild
                .member("carol")
                .permissions_in(&room)
                .contains(Permissions::VIEW_CHANNEL)
        );
        panel(&alice, &room);
        drop(owner);
    })
    .await;
}
