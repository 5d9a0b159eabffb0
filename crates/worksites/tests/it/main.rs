//! Stories of worksites.

mod http;
mod wrong;

use jiff::SignedDuration;
use testkit::{
    Story,
    discord_sim::{ChannelRef, Guild, Permissions, Person},
};

fn features() -> feature::Registry {
    feature::Registry::new().with(worksites::Worksites)
}

async fn opens(story: &Story, person: &Person, name: &str) -> String {
    let asked = person.slash("/worksite create", &[("name", name.into())]);
    story.answer(asked).await.text()
}

fn channel(guild: &Guild, name: &str) -> ChannelRef {
    guild.channel(name).unwrap_or_else(|| {
        panic!("no #{name} among {:?}", guild.channel_names());
    })
}

/// Without the hours, which differ each time.
fn timeless(told: &str) -> String {
    let is_hour = |line: &&str| {
        let mut end = line.chars().rev().take(5);
        line.len() > 5 && end.nth(2) == Some(':')
    };
    let lines = told
        .lines()
        .map(|line| if is_hour(&line) { "│ [time]" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_worksite_has_a_channel_until_it_is_archived_and_read_after_that() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Bâtisseurs");
        let (open, old) = (guild.category("Chantiers"), guild.category("Archives"));
        let chief = guild.owner().locale("fr");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        story.idle().await;
        let settings = [("category", (&open).into()), ("archive", (&old).into())];
        let mut told = Vec::new();
        told.push(
            story
                .answer(chief.slash("/worksite config", &settings))
                .await
                .text(),
        );
        let options = [
            ("name", "Église Saint-Jean".into()),
            ("address", "12 rue du Port, Brest".into()),
            ("lead", (&alice).into()),
        ];
        told.push(
            story
                .answer(chief.slash("/worksite create", &options))
                .await
                .text(),
        );
        let place = channel(&guild, "eglise-saint-jean");
        bob.says(&place, "I am there at eight");
        let shown = [("worksite", "eglise saint jean".into())];
        told.push(
            story
                .answer(bob.slash("/worksite show", &shown))
                .await
                .text(),
        );
        let archive = [("worksite", "#1".into())];
        told.push(
            story
                .answer(chief.slash("/worksite archive", &archive))
                .await
                .text(),
        );
        let year = story.house().clock.now().strftime("%Y").to_string();
        assert!(channel(&guild, &format!("{year}-eglise-saint-jean")).id() == place.id());
        assert_eq!(bob.sees(&place).len(), 1, "it can be read");
        assert!(
            bob.try_says(&place, "still there?", &[]).is_err(),
            "nobody writes in it"
        );
        told.push(
            story
                .answer(chief.slash("/worksite list", &[("archived", true.into())]))
                .await
                .text(),
        );
        told.push(story.answer(bob.slash("/worksite list", &[])).await.text());
        // Its name is free again.
        told.push(opens(story, &chief, "Eglise saint jean").await);
        let told = told.join("\n\n").replace(&year, "[year]");
        insta::assert_snapshot!("a_worksite", timeless(&told));
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_is_refused_and_nothing_is_stored() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, french) = (guild.owner(), guild.member("claire").locale("fr"));
        let lead = guild.role("Foremen", Permissions::MANAGE_CHANNELS);
        chief.gives_role(&french, &lead);
        let robot = guild.other_bot("robot");
        let hall = guild.category("Hall");
        story.idle().await;
        opens(story, &chief, "Harbour").await;
        let mut told = Vec::new();
        for person in [&chief, &french] {
            for name in ["  🏗️ ", "HÀRBOUR!"] {
                told.push(opens(story, person, name).await);
            }
            let asked: [(&str, Vec<(&str, testkit::discord_sim::Argument)>); 5] = [
                (
                    "/worksite create",
                    vec![("name", "Bridge".into()), ("lead", (&robot).into())],
                ),
                ("/worksite edit", vec![("worksite", "#1".into())]),
                (
                    "/worksite archive",
                    vec![("worksite", "#99999999999999".into())],
                ),
                ("/worksite show", vec![("worksite", "Tower".into())]),
                (
                    "/worksite config",
                    vec![("category", (&hall).into()), ("archive", (&hall).into())],
                ),
            ];
            for (command, options) in asked {
                told.push(story.answer(person.slash(command, &options)).await.text());
            }
        }
        story
            .answer(chief.slash("/worksite archive", &[("worksite", "harbour".into())]))
            .await;
        for person in [&chief, &french] {
            for command in ["/worksite archive", "/worksite edit"] {
                let mut options = vec![("worksite", "#1".into())];
                if command == "/worksite edit" {
                    options.push(("address", "Elsewhere".into()));
                }
                told.push(story.answer(person.slash(command, &options)).await.text());
            }
        }
        let everyone = guild.member("eve");
        told.push(opens(story, &everyone, "Mine").await);
        let list = story.answer(chief.slash("/worksite list", &[])).await;
        assert!(
            list.text().contains("No worksite is open"),
            "{}",
            list.text()
        );
        insta::assert_snapshot!("refused", told.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn without_the_right_to_make_channels_it_says_what_is_missing() {
    testkit::story(features, async |story| {
        let guild = story
            .sim
            .guild("Builders")
            .bot_permissions(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES);
        let chief = guild.owner();
        story.idle().await;
        let english = opens(story, &chief, "Harbour").await;
        let french = opens(story, &chief.clone().locale("fr"), "Harbour").await;
        insta::assert_snapshot!("bot_lacks", format!("{english}\n{french}"));
        assert_eq!(guild.channel("harbour").map(|channel| channel.name()), None);
    })
    .await;
}

#[tokio::test]
async fn an_edit_shows_at_once_and_a_dash_clears_the_address() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        story.idle().await;
        let options = [("name", "Harbour".into()), ("address", "1 Quay".into())];
        story
            .answer(chief.slash("/worksite create", &options))
            .await;
        let options = [
            ("worksite", "#1".into()),
            ("address", "2 Quay".into()),
            ("colour", "red".into()),
        ];
        let told = story
            .answer(chief.slash("/worksite edit", &options))
            .await
            .text();
        assert!(told.contains("2 Quay"), "{told}");
        let options = [("worksite", "1".into()), ("address", "-".into())];
        let told = story
            .answer(chief.slash("/worksite edit", &options))
            .await
            .text();
        assert!(!told.contains("Quay"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn permissions_of_the_channel_are_its_own_and_outlive_the_move() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Builders");
        let (open, old) = (guild.category("Sites"), guild.category("Old"));
        let (chief, secret) = (guild.owner(), guild.member("eve"));
        story.idle().await;
        let settings = [("category", (&open).into()), ("archive", (&old).into())];
        story
            .answer(chief.slash("/worksite config", &settings))
            .await;
        opens(story, &chief, "Harbour").await;
        let place = channel(&guild, "harbour");
        place.deny(&secret, Permissions::VIEW_CHANNEL);
        story.idle().await;
        story
            .answer(chief.slash("/worksite archive", &[("worksite", "1".into())]))
            .await;
        assert!(secret.try_says(&place, "may I?", &[]).is_err());
        let kept = place
            .overwrites()
            .into_iter()
            .find(|kept| kept.id == secret.id());
        let is_hidden = kept.is_some_and(|kept| kept.deny.contains(Permissions::VIEW_CHANNEL));
        assert!(is_hidden, "the archive is no way in");
    })
    .await;
}

#[tokio::test]
async fn what_is_opened_again_has_its_channel_as_it_was() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Builders");
        let (open, old) = (guild.category("Sites"), guild.category("Old"));
        let (chief, secret) = (guild.owner(), guild.member("eve"));
        let alice = guild.member("alice");
        story.idle().await;
        let settings = [("category", (&open).into()), ("archive", (&old).into())];
        story
            .answer(chief.slash("/worksite config", &settings))
            .await;
        opens(story, &chief, "Harbour").await;
        let place = channel(&guild, "harbour");
        place.deny(&secret, Permissions::SEND_MESSAGES);
        story.idle().await;
        let number = [("worksite", "#1".into())];
        let run = async |command: &str| story.answer(chief.slash(command, &number)).await.text();
        let refused = run("/worksite reopen").await;
        assert!(refused.contains("open already"), "{refused}");
        run("/worksite archive").await;
        assert!(alice.try_says(&place, "may I?", &[]).is_err());
        assert_eq!(place.parent().map(|parent| parent.id()), Some(old.id()));
        let found = story
            .answer(chief.types("/worksite reopen", "worksite", "har"))
            .await
            .text();
        assert!(found.contains("Harbour"), "{found}");
        let told = run("/worksite reopen").await;
        assert!(told.contains("Open again"), "{told}");
        let place = channel(&guild, "harbour");
        assert_eq!(place.parent().map(|parent| parent.id()), Some(open.id()));
        alice.says(&place, "back at eight");
        assert!(
            secret.try_says(&place, "and I?", &[]).is_err(),
            "as it was before"
        );
        // Archived again, with its name taken meanwhile, it stays so.
        story.advance(SignedDuration::from_mins(15)).await;
        run("/worksite archive").await;
        opens(story, &chief, "harbour").await;
        let refused = run("/worksite reopen").await;
        assert!(refused.contains("called so already"), "{refused}");
        chief.sees(&place);
    })
    .await;
}

#[tokio::test]
async fn a_full_category_goes_on_in_the_next() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Builders");
        let open = guild.category("Sites");
        for number in 0..50 {
            guild.text(&format!("old-{number}")).set_parent(Some(&open));
        }
        let chief = guild.owner();
        story.idle().await;
        story
            .answer(chief.slash("/worksite config", &[("category", (&open).into())]))
            .await;
        for name in ["Harbour", "Bridge"] {
            opens(story, &chief, name).await;
            assert_eq!(
                channel(&guild, &name.to_lowercase())
                    .parent()
                    .map(|parent| parent.name())
                    .as_deref(),
                Some("Sites 2")
            );
        }
        let names = guild.channel_names();
        assert_eq!(
            names
                .iter()
                .filter(|name| name.starts_with("Sites"))
                .count(),
            2,
            "{names:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_same_name_twice_at_once_makes_one() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        story.idle().await;
        let asked: Vec<_> = (0..4)
            .map(|_| chief.slash("/worksite create", &[("name", "Harbour".into())]))
            .collect();
        let mut told = Vec::new();
        for asked in asked {
            told.push(story.answer(asked).await.text());
        }
        assert_eq!(
            told.iter().filter(|told| told.contains("is open")).count(),
            1,
            "{told:?}"
        );
        let names = guild.channel_names();
        assert_eq!(names.iter().filter(|name| *name == "harbour").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_channel_whose_answer_was_lost_is_found_again_and_made_once() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        story.idle().await;
        story
            .sim
            .faults()
            .lose_answer("POST", "/guilds/{guild_id}/channels");
        let told = opens(story, &chief, "Harbour").await;
        assert!(told.contains("try again by myself"), "{told}");
        story.restart().await;
        story.advance(SignedDuration::from_mins(10)).await;
        let names = guild.channel_names();
        assert_eq!(
            names.iter().filter(|name| *name == "harbour").count(),
            1,
            "{names:?}"
        );
        let shown = story
            .answer(chief.slash("/worksite show", &[("worksite", "1".into())]))
            .await;
        assert!(shown.text().contains("#harbour"), "{}", shown.text());
    })
    .await;
}

#[tokio::test]
async fn a_channel_deleted_by_hand_is_told_and_not_made_again() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Builders");
        let chief = guild.owner();
        story.idle().await;
        opens(story, &chief, "Harbour").await;
        guild.owner().deletes_channel(&channel(&guild, "harbour"));
        story.restart().await;
        story.advance(SignedDuration::from_hours(1)).await;
        assert!(guild.channel("harbour").is_none());
        let shown = story
            .answer(chief.slash("/worksite show", &[("worksite", "1".into())]))
            .await;
        assert!(shown.text().contains("was deleted"), "{}", shown.text());
        let archive = chief.slash("/worksite archive", &[("worksite", "1".into())]);
        let told = story.answer(archive).await.text();
        assert!(told.contains("Archived"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn a_guild_knows_only_its_own() {
    testkit::story(features, async |story| {
        let (one, two) = (story.sim.guild("One"), story.sim.guild("Two"));
        story.idle().await;
        opens(story, &one.owner(), "Harbour").await;
        let stranger = two.owner();
        for command in ["/worksite show", "/worksite archive"] {
            let asked = stranger.slash(command, &[("worksite", "#1".into())]);
            let told = story.answer(asked).await.text();
            assert!(told.contains("There is no worksite"), "{told}");
        }
        let typed = story
            .answer(stranger.types("/worksite show", "worksite", "har"))
            .await;
        assert!(!typed.text().contains("Harbour"), "{}", typed.text());
        let typed = story
            .answer(one.owner().types("/worksite show", "worksite", "hàr"))
            .await;
        assert!(typed.text().contains("#1 Harbour"), "{}", typed.text());
    })
    .await;
}
