//! Making, posting and using menus.

use testkit::{
    BotOptions,
    discord_sim::{Argument, Permissions, RoleRef},
};

use crate::{buttons, calm, create, features, form, held, menu, owner, post, posted, press, roles};

#[tokio::test]
async fn one_role_is_a_button_that_gives_and_takes() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let alice = guild.member("alice").locale("fr");
        let _ = guild.owner().locale("fr");
        let red = roles(&guild, &["Rouge"]);
        story.idle().await;
        let made = create(story, &guild, "Couleurs", &red).await;
        insta::assert_snapshot!(made.text());
        let menu = post(story, &guild, "Couleurs").await;
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
async fn up_to_a_hundred_roles_stand_in_selects_of_25() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let names: Vec<String> = (1..=101).map(|number| format!("r{number:03}")).collect();
        let all: Vec<RoleRef> = names
            .iter()
            .map(|name| guild.role(name, Permissions::NONE))
            .collect();
        story.idle().await;
        let refused = create(story, &guild, "Too many", &all).await;
        assert!(refused.text().contains("101 roles"), "{}", refused.text());
        let menu = posted(story, &guild, "Many", &all[..100]).await;
        let selects: Vec<String> = (1..=4)
            .map(|part| format!("Choose your roles ({part} of 4)"))
            .collect();
        assert_eq!(menu.selects(), selects);
        let values = ["r076", "r100"].map(Argument::from);
        story.answer(alice.picks(&menu, &selects[3], &values)).await;
        assert_eq!(held(&alice), ["r076", "r100"]);
        let refused = form(
            story,
            &guild,
            "Many",
            "Looks",
            &[("surface", "buttons".into())],
        )
        .await;
        assert!(
            refused.text().contains("25 buttons at most"),
            "{}",
            refused.text()
        );
        // The maximum counts over the whole group, not over one select.
        let fields = [("mode", "multiple".into()), ("max", "3".into())];
        form(story, &guild, "Many", "Limits", &fields).await;
        let menu = crate::menu(&guild, "Many").unwrap();
        let more = ["r001", "r002"].map(Argument::from);
        let answer = story.answer(alice.picks(&menu, &selects[0], &more)).await;
        insta::assert_snapshot!(answer.text());
        assert_eq!(held(&alice), ["r001", "r076", "r100"]);
    })
    .await;
}

#[tokio::test]
async fn a_menu_of_ones_own_shows_what_one_holds_page_by_page() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("fr");
        let names: Vec<String> = (1..=30).map(|number| format!("r{number:02}")).collect();
        let all: Vec<RoleRef> = names
            .iter()
            .map(|name| guild.role(name, Permissions::NONE))
            .collect();
        story.idle().await;
        create(story, &guild, "Mine", &all).await;
        form(
            story,
            &guild,
            "Mine",
            "Looks",
            &[("surface", "private".into())],
        )
        .await;
        let menu = post(story, &guild, "Mine").await;
        let own = story.answer(alice.clicks(&menu, "Choose your roles")).await;
        assert!(
            own.is_ephemeral && own.text().contains("Page 1 sur 2"),
            "{}",
            own.text()
        );
        let picked = ["r01", "r02"].map(Argument::from);
        let own = story
            .answer(alice.picks(own.message(), "Choisis tes rôles", &picked))
            .await;
        assert_eq!(held(&alice), ["r01", "r02"]);
        story.restart().await;
        let next = story.answer(alice.clicks(own.message(), "Suite ▶")).await;
        let own = story
            .answer(alice.picks(next.message(), "Choisis tes rôles", &["r30".into()]))
            .await;
        assert_eq!(held(&alice), ["r01", "r02", "r30"]);
        let first = story.answer(alice.clicks(own.message(), "◀ Retour")).await;
        let own = story
            .answer(alice.picks(first.message(), "Choisis tes rôles", &["r02".into()]))
            .await;
        assert!(own.text().contains("Tu n'as plus @r01"), "{}", own.text());
        assert_eq!(held(&alice), ["r02", "r30"]);
    })
    .await;
}

#[tokio::test]
async fn a_menu_answers_after_a_restart_and_after_a_crash_amid_a_click() {
    testkit::story_with(features, calm(), BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (
            guild.member("alice").locale("en-US"),
            guild.member("bob").locale("en-US"),
        );
        let colours = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let menu = posted(story, &guild, "Colours", &colours).await;
        story.restart().await;
        let given = story
            .answer(alice.picks(&menu, "Choose your roles", &["Blue".into()]))
            .await;
        assert!(given.text().contains("You now have"), "{}", given.text());
        assert_eq!(held(&alice), ["Blue"]);
        // The process dies while Discord has the edit; the click is replayed to the next one, which finishes it.
        let slow = std::time::Duration::from_millis(900);
        let faults = story.sim.faults();
        faults.delay_route("PATCH", "/guilds/{}/members/{}", slow);
        let asked = bob.picks(&menu, "Choose your roles", &["Red".into()]);
        crate::until_busy(story, &bob).await;
        story.kill();
        story.sim.faults().clear();
        story.start().await;
        let answer = story.answer(asked).await;
        assert!(
            answer.text().contains("You now have @Red"),
            "{}",
            answer.text()
        );
        assert_eq!(held(&bob), ["Red"]);
    })
    .await;
}

#[tokio::test]
async fn changes_reach_the_posted_menu_and_keep_its_message() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let all = roles(&guild, &["Red", "Blue", "Green"]);
        story.idle().await;
        let before = buttons(story, &guild, "Colours", &all[..2]).await;
        let options = [
            ("group", "colours".into()),
            ("role", (&all[2]).into()),
            ("emoji", "🟢".into()),
            ("label", "Grass".into()),
        ];
        owner(story, &guild, "add", &options).await;
        assert_eq!(before.again().unwrap().buttons(), ["Red", "Blue", "Grass"]);
        let role = |role: &RoleRef| Argument::from(role.id().to_string());
        let options = [
            ("group", "Colours".into()),
            ("role", role(&all[2])),
            ("place", 1.into()),
        ];
        owner(story, &guild, "reorder", &options).await;
        assert_eq!(before.again().unwrap().buttons(), ["Grass", "Red", "Blue"]);
        let options = [("group", "Colours".into()), ("role", role(&all[0]))];
        owner(story, &guild, "remove", &options).await;
        assert_eq!(before.again().unwrap().buttons(), ["Grass", "Blue"]);
        let renamed = [("name", "Colors".into()), ("message", "Pick *one*.".into())];
        form(story, &guild, "Colours", "Looks", &renamed).await;
        let after = menu(&guild, "Colors").unwrap();
        assert_eq!(after.id(), before.id());
        insta::assert_snapshot!(after.text());
        let shown = owner(story, &guild, "show", &[("group", "Colors".into())]).await;
        assert!(shown.text().contains("Posted"), "{}", shown.text());
        // What shows already is not sent again.
        let edits = story
            .sim
            .calls_to("PATCH", "/channels/{}/messages/{}")
            .len();
        owner(story, &guild, "post", &[("group", "Colors".into())]).await;
        assert_eq!(
            story
                .sim
                .calls_to("PATCH", "/channels/{}/messages/{}")
                .len(),
            edits
        );
        let alice = guild.member("alice").locale("en-US");
        assert!(
            press(story, &alice, &after, "Grass")
                .await
                .contains("@Green")
        );
    })
    .await;
}

#[tokio::test]
async fn a_group_is_made_in_a_form_and_roles_are_added_by_the_handful() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        let all = roles(&guild, &["Rouge", "Bleu", "Vert"]);
        story.idle().await;
        let opened = story.answer(owner.slash("/autorole create", &[])).await;
        insta::assert_snapshot!(opened.modal().text());
        let fields = [
            ("name", "Couleurs".into()),
            ("message", "Choisis bien.".into()),
            ("roles", (&all[0]).into()),
            ("mode", "single".into()),
        ];
        let made = story.answer(owner.submits(opened.modal(), &fields)).await;
        assert!(made.text().contains("est créé"), "{}", made.text());
        let asked = story
            .answer(owner.slash("/autorole add", &[("group", "Couleurs".into())]))
            .await;
        let picked = [(&all[1]).into(), (&all[2]).into()];
        let added = story
            .answer(owner.picks(asked.message(), "Rôles", &picked))
            .await;
        assert!(
            added.text().contains("Ajouté : @Bleu, @Vert"),
            "{}",
            added.text()
        );
        let list = story.answer(owner.slash("/autorole list", &[])).await;
        insta::assert_snapshot!(list.text());
        let asked = story
            .answer(owner.slash("/autorole delete", &[("group", "Couleurs".into())]))
            .await;
        let gone = story
            .answer(owner.clicks(asked.message(), "Supprimer le groupe"))
            .await;
        assert!(gone.text().contains("est supprimé"), "{}", gone.text());
        let list = story.answer(owner.slash("/autorole list", &[])).await;
        assert!(
            list.text().contains("Il n'y en a pas encore"),
            "{}",
            list.text()
        );
    })
    .await;
}

#[tokio::test]
async fn only_who_manages_roles_may_set_up_and_choices_help_to_type() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let bob = guild.member("bob");
        let all = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        create(story, &guild, "Colours", &all).await;
        create(story, &guild, "Pronouns", &all).await;
        let asked = bob.slash("/autorole list", &[]).answer().await;
        assert!(asked.is_err(), "{asked:?}");
        let typed = story
            .answer(guild.owner().types("/autorole show", "group", "pro"))
            .await;
        assert_eq!(typed.text(), "Pronouns");
        let others = [("group", "Colours".into())];
        let typed = guild
            .owner()
            .types_after("/autorole remove", &others, "role", "b");
        assert_eq!(story.answer(typed).await.text(), "Blue");
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_the_way_of_posting_is_explained() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let _ = guild.owner().locale("fr");
        let all = roles(&guild, &["Rouge"]);
        let (general, quiet) = (guild.text("general"), guild.text("quiet"));
        story.idle().await;
        create(story, &guild, "Team", &all).await;
        let options = [
            ("group", "Team".into()),
            ("role", all[0].id().to_string().into()),
        ];
        owner(story, &guild, "remove", &options).await;
        let empty = owner(story, &guild, "post", &[("group", "Team".into())]).await;
        assert!(
            empty.text().contains("encore aucun rôle à montrer"),
            "{}",
            empty.text()
        );
        let options = [("group", "Team".into()), ("role", (&all[0]).into())];
        owner(story, &guild, "add", &options).await;
        let guild = guild.bot_permissions(Permissions::MANAGE_ROLES);
        quiet.deny_everyone(Permissions::SEND_MESSAGES);
        general.deny_everyone(Permissions::SEND_MESSAGES);
        story.idle().await;
        let here = owner(story, &guild, "post", &[("group", "Team".into())]).await;
        insta::assert_snapshot!(here.text());
        let options = [("group", "Team".into()), ("channel", (&quiet).into())];
        let there = owner(story, &guild, "post", &options).await;
        assert!(
            there.text().contains("Envoyer des messages"),
            "{}",
            there.text()
        );
    })
    .await;
}

#[tokio::test]
async fn the_names_that_people_know_still_work() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let alice = guild.member("alice").locale("fr");
        let owner = guild.owner().locale("fr");
        let all = roles(&guild, &["Rouge", "Bleu", "Vert"]);
        story.idle().await;
        let options = [
            ("nom_groupe", "Couleurs".into()),
            ("liste_roles", crate::mentions(&all).into()),
            ("liste_emoji", "🔴 🔵".into()),
            ("multi", true.into()),
            ("max", 2.into()),
            ("feedback", true.into()),
        ];
        let made = story.answer(owner.slash("/autorole créer", &options)).await;
        insta::assert_snapshot!(made.text());
        let menu = post(story, &guild, "Couleurs").await;
        let picked = ["Rouge", "Vert"].map(Argument::from);
        story
            .answer(alice.picks(&menu, "Choisis tes rôles", &picked))
            .await;
        assert_eq!(held(&alice), ["Rouge", "Vert"]);
    })
    .await;
}

#[tokio::test]
async fn a_role_of_a_group_is_edited_in_a_form() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let all = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let menu = posted(story, &guild, "Team", &all).await;
        let options = [
            ("group", "Team".into()),
            ("role", all[1].id().to_string().into()),
        ];
        let opened = story.answer(owner.slash("/autorole edit", &options)).await;
        let bad = [("emoji", "x".into()), ("seats", "0".into())];
        let refused = story.answer(owner.submits(opened.modal(), &bad)).await;
        assert!(
            refused.text().contains("`x`, is no emoji"),
            "{}",
            refused.text()
        );
        let bad = [("seats", "0".into())];
        let refused = story.answer(owner.submits(opened.modal(), &bad)).await;
        assert!(
            refused.text().contains("no number from 1 to 1000000"),
            "{}",
            refused.text()
        );
        let fields = [
            ("emoji", "🔵".into()),
            ("label", "Ocean".into()),
            ("description", "For swimmers".into()),
            ("seats", "5".into()),
        ];
        let saved = story.answer(owner.submits(opened.modal(), &fields)).await;
        assert!(
            saved.text().contains("(0 of 5 seats taken)"),
            "{}",
            saved.text()
        );
        let shown = menu.again().unwrap().json().to_string();
        assert!(
            shown.contains("Ocean") && shown.contains("For swimmers"),
            "{shown}"
        );
        // Looks that do not fit the number of roles are refused, and so is a name that is taken.
        create(story, &guild, "Other", &all[..1]).await;
        let refused = form(story, &guild, "Other", "Looks", &[("name", "TEAM".into())]).await;
        assert!(
            refused.text().contains("names are unique"),
            "{}",
            refused.text()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_who_click_at_once_than_discord_takes_wait_their_turn() {
    let sim = testkit::discord_sim::SimOptions {
        rate_limits: true,
        ..calm()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Rust FR");
        let people: Vec<_> = (0..18)
            .map(|number| guild.member(&format!("p{number}")).locale("en-US"))
            .collect();
        let all = roles(&guild, &["Red"]);
        story.idle().await;
        let menu = posted(story, &guild, "Team", &all).await;
        let asked: Vec<_> = people
            .iter()
            .map(|person| person.clicks(&menu, "Red"))
            .collect();
        for asked in asked {
            let text = asked.answer().await.unwrap().text();
            assert!(text.contains("You now have @Red"), "{text}");
        }
        // Ten edits in ten seconds, and not one refusal: the story would not end well with one.
        assert!(people.iter().all(|person| person.has_role(&all[0])));
    })
    .await;
}
