//! `/list_users`.

use jiff::SignedDuration;
use testkit::discord_sim::{Argument, Permissions};

use crate::{count, plain};

#[tokio::test]
async fn a_page_is_read_in_both_languages() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        let (alice, bob) = (guild.member("alice"), guild.member("bob_*"));
        owner.nicknames(&alice, Some("Ada"));
        bob.leaves_guild();
        story.idle().await;
        let all = [("who", "Both".into())];
        let french = story.answer(owner.slash("/list_users", &all)).await;
        assert!(french.is_ephemeral);
        insta::assert_snapshot!(plain(&french.text()), @r"
        │ ### Membres
        │ @alice **Ada** · alice · `` · arrivée 2 March 2026 09:00
        │ @bob_* **bob\_\*** · `` · arrivée 2 March 2026 09:00 · départ 2 March 2026
        │ 09:00
        │ @Majordome **Majordome** · `` · bot · arrivée 2 March 2026 09:00
        │ @owner **owner** · `` · arrivée 2 March 2026 09:00
        │ -# 4 en tout
        ");
        let all = [
            ("who", "Both".into()),
            ("joined_days", 7.into()),
            ("search", "a`".into()),
        ];
        let english = story
            .answer(owner.locale("en-US").slash("/list_users", &all))
            .await;
        insta::assert_snapshot!(plain(&english.text()), @r"
        │ ### Members
        │ Searched: `a'` · Joined since 23 February 2026 09:00
        │ 
        │ Nobody fits. Leave out a filter, or search for a shorter part of the name.
        │ -# 0 in all
        ");
    })
    .await;
}

/// Options of the command, and who is to be on the page.
type Case<'a> = (Vec<(&'a str, Argument)>, Vec<&'a str>);

#[tokio::test]
async fn members_are_found_by_name_id_role_and_time() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let team = guild.role("Team", Permissions::from_bits(0));
        let (alice, bob, carol) = (
            guild.member("alice"),
            guild.member("bob"),
            guild.member("100%carol"),
        );
        owner.gives_role(&bob, &team);
        alice.renames_self("Ada Lovelace");
        story.idle().await;
        story.advance(SignedDuration::from_hours(24 * 9)).await;
        let dave = guild.member("dave");
        carol.leaves_guild();
        story.idle().await;
        let id = alice.id().to_string();
        let cases: Vec<Case<'_>> = vec![
            (vec![("search", "LOVE".into())], vec!["Ada Lovelace"]),
            (vec![("search", "alice".into())], vec!["Ada Lovelace"]),
            (vec![("search", id.as_str().into())], vec!["Ada Lovelace"]),
            (
                vec![("search", "0%c".into()), ("who", "Both".into())],
                vec!["100%carol"],
            ),
            (vec![("search", "%".into())], vec![]),
            (vec![("role", (&team).into())], vec!["bob"]),
            (vec![("joined_days", 7.into())], vec!["dave"]),
            (vec![("left_days", 7.into())], vec!["100%carol"]),
            (vec![("who", "Who left".into())], vec!["100%carol"]),
        ];
        for (options, expected) in cases {
            let text = story
                .answer(owner.slash("/list_users", &options))
                .await
                .text();
            for name in ["Ada Lovelace", "bob", "100%carol", "dave"] {
                let is_there = text.contains(&format!("**{name}**"));
                assert_eq!(
                    is_there,
                    expected.contains(&name),
                    "{options:?} {name}\n{text}"
                );
            }
        }
        let newest = story
            .answer(owner.slash("/list_users", &[("sort", "Newest first".into())]))
            .await
            .text();
        assert!(newest.find("**dave**") < newest.find("**bob**"), "{newest}");
        drop(dave);
    })
    .await;
}

#[tokio::test]
async fn pages_are_turned_there_and_back_also_after_a_restart() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        guild.members(23);
        story.answer(owner.slash("/sync_users", &[])).await;
        for sort in ["By name", "Newest first", "Oldest first", "Last gone first"] {
            let options = [("sort", sort.into()), ("who", "Both".into())];
            let first = story.answer(owner.slash("/list_users", &options)).await;
            let second = story.answer(owner.clicks(first.message(), "Next ▶")).await;
            story.restart().await;
            let third = story.answer(owner.clicks(second.message(), "Next ▶")).await;
            let names = |text: &str| {
                text.lines()
                    .filter_map(|line| line.split("**").nth(1).map(ToOwned::to_owned))
                    .collect::<Vec<_>>()
            };
            let pages: Vec<Vec<String>> = [&first, &second, &third]
                .iter()
                .map(|page| names(&page.text()))
                .collect();
            assert_eq!(
                pages.iter().map(Vec::len).collect::<Vec<_>>(),
                [10, 10, 5],
                "{sort}"
            );
            let mut all = pages.concat();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 25, "{sort}: every member stands on one page");
            let back = story.answer(owner.clicks(third.message(), "◀ Back")).await;
            assert_eq!(names(&back.text()), pages[1], "{sort}");
            let back = story.answer(owner.clicks(back.message(), "◀ Back")).await;
            assert_eq!(names(&back.text()), pages[0], "{sort}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_clicks_at_once_show_the_same_page() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        guild.members(33);
        story.answer(owner.slash("/sync_users", &[])).await;
        let first = story.answer(owner.slash("/list_users", &[])).await;
        let (one, two) = (
            owner.clicks(first.message(), "Next ▶"),
            owner.clicks(first.message(), "Next ▶"),
        );
        let (one, two) = (story.answer(one).await, story.answer(two).await);
        assert_eq!(one.text(), two.text());
    })
    .await;
}

#[tokio::test]
async fn only_who_asked_turns_the_pages_in_that_server_and_for_a_while() {
    crate::story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let owner = here.owner().locale("en-US");
        let admin = here.member("admin").locale("fr");
        let role = here.role("Admin", Permissions::from_bits(1 << 3));
        owner.gives_role(&admin, &role);
        let stranger = there.owner().locale("en-US");
        story.idle().await;
        here.members(15);
        story.answer(owner.slash("/sync_users", &[])).await;
        let list = story.answer(owner.slash("/list_users", &[])).await;
        let id = count(story, "select max(id) from users.listing").await;
        let turn = format!("users:list:v1:{id}:n:-");
        for other in [&admin, &stranger] {
            let own = story.answer(other.slash("/list_users", &[])).await;
            let refused = story.answer(other.clicks_id(own.message(), &turn)).await;
            let text = refused.text();
            assert!(text.contains("15 minutes"), "{text}");
            assert!(!text.contains("member1"), "{text}");
        }
        // Who the members of the other server are is not told by any id.
        let known = admin.id().to_string();
        let found = story
            .answer(stranger.slash(
                "/list_users",
                &[("search", known.as_str().into()), ("who", "Both".into())],
            ))
            .await;
        assert!(found.text().contains("Nobody fits"), "{}", found.text());
        story.advance(SignedDuration::from_mins(16)).await;
        let late = story.answer(owner.clicks(list.message(), "Next ▶")).await;
        insta::assert_snapshot!(late.text(), @r"
        │ This list is closed. Lists stay open for 15 minutes, for whoever asked for them: use /list_users
        │ again.
        ");
        let late = owner.locale("fr").clicks(list.message(), "Next ▶");
        insta::assert_snapshot!(story.answer(late).await.text(), @r"
        │ Cette liste est fermée. Une liste reste ouverte 15 minutes, pour la personne qui l'a demandée :
        │ utilise de nouveau /list_users.
        ");
        story.advance(SignedDuration::from_mins(31)).await;
        let kept = "select count(*) from users.listing";
        // The schedule wakes on its own time.
        for _ in 0..200 {
            story.idle().await;
            if count(story, kept).await == 0 {
                break;
            }
        }
        assert_eq!(count(story, kept).await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_read_is_told_what_is_missing() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let bob = guild.member("bob").locale("en-US");
        story.idle().await;
        let refused = story.answer(bob.slash("/list_users", &[])).await;
        insta::assert_snapshot!(refused.text(), @r"
        │ You need **Manage Server** or the staff role for this (`users.read`). Ask an administrator of
        │ the server for it.
        ");
    })
    .await;
}
