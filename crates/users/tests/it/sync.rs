//! `/sync_users`.

use std::time::Duration;

use jiff::SignedDuration;
use testkit::discord_sim::Permissions;

use crate::{count, plain, stored};

const PAGES: &str = "/guilds/{guild_id}/members";

#[tokio::test]
async fn all_members_are_read_and_a_second_reading_changes_nothing() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let owner = guild.owner().locale("fr");
        story.idle().await;
        guild.members(2500);
        story.sim.clear_calls();
        let asked = story.answer(owner.slash("/sync_users", &[])).await;
        assert!(asked.is_ephemeral);
        insta::assert_snapshot!(plain(&asked.text()), @r"
        │ ### Lecture des membres
        │ 0 membres sur environ 2 jusqu'ici.
        │ 
        │ Commencée 2 March 2026 09:00. Elle continue d'elle-même, même après un redémarrage.
        │ ────────
        │ [ 🔄 Où en es-tu ? ]
        ");
        assert_eq!(story.sim.calls_to("GET", PAGES).len(), 3);
        let done = story
            .answer(owner.clicks(asked.message(), "Où en es-tu ?"))
            .await;
        insta::assert_snapshot!(plain(&done.text()), @r"
        │ ### Lecture des membres
        │ 2502 membres lus le 2 March 2026 09:00.
        │ 
        │ • Nouveaux : **2500**
        │ • Modifiés : **0**
        │ • Partis : **0**
        │ • Inchangés : **2**
        ");
        assert_eq!(
            count(story, "select count(*) from users.member").await,
            2502
        );

        let written = "select (extract(epoch from max(told_at)) * 1000)::bigint from users.member";
        let before = count(story, written).await;
        story.advance(SignedDuration::from_mins(5)).await;
        let again = story.answer(owner.slash("/sync_users", &[])).await;
        let again = story
            .answer(owner.clicks(again.message(), "Où en es-tu ?"))
            .await;
        insta::assert_snapshot!(plain(&again.text()), @r"
        │ ### Lecture des membres
        │ 2502 membres lus le 2 March 2026 09:05.
        │ 
        │ • Nouveaux : **0**
        │ • Modifiés : **0**
        │ • Partis : **0**
        │ • Inchangés : **2502**
        ");
        assert_eq!(count(story, written).await, before, "no row was written");
    })
    .await;
}

#[tokio::test]
async fn the_reading_says_who_is_new_changed_and_gone() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let (alice, bob, carol) = (
            guild.member("alice"),
            guild.member("bob"),
            guild.member("carol"),
        );
        story.idle().await;
        carol.leaves_guild();
        story.idle().await;
        // Unheard, and in the end there are as many as before.
        story.stop().await;
        owner.nicknames(&alice, Some("Ada"));
        bob.leaves_guild();
        carol.joins_guild(&guild);
        story.sim.advance(Duration::from_hours(1));
        story.start().await;
        story.ready().await;
        story.sim.clear_calls();
        guild.members(1);
        let asked = story.answer(owner.slash("/sync_users", &[])).await;
        let done = story
            .answer(owner.clicks(asked.message(), "How far now?"))
            .await;
        insta::assert_snapshot!(plain(&done.text()), @r"
        │ ### Reading the members
        │ 5 members read on 2 March 2026 09:00.
        │ 
        │ • New: **2**
        │ • Changed: **1**
        │ • Left: **1**
        │ • As before: **2**
        ");
        let stored = stored(story).await;
        for shown in ["Ada", "bob (left)", "carol"] {
            assert!(stored.contains(&shown.to_owned()), "{shown}: {stored:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_was_killed_goes_on_where_it_was() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        guild.members(4500);
        story.sim.clear_calls();
        let faults = story.sim.faults();
        faults.delay_route("GET", PAGES, Duration::from_millis(300));
        let asked = owner.slash("/sync_users", &[]).answer().await.unwrap();
        // The third page is asked for when the first is written down.
        story
            .sim
            .wait_until(Duration::from_secs(20), |sim| {
                sim.calls_to("GET", PAGES).len() >= 3
            })
            .await
            .unwrap();
        story.kill();
        faults.delay_route("GET", PAGES, Duration::ZERO);
        let stands = "select after_id from users.sync";
        let after = count(story, stands).await;
        assert!(after > 0, "a page is written down");
        story.sim.clear_calls();
        // The dead worker's lease runs out.
        let lapse = "with lapsed as (update jobs.job set locked_until = now() - interval '1 minute'
             where locked_by is not null returning 1) select count(*) from lapsed";
        assert_eq!(count(story, lapse).await, 1);
        story.start().await;
        story.ready().await;
        let pages = story.sim.calls_to("GET", PAGES).len();
        assert!(pages < 5, "{pages} pages were read again of 5");
        let done = story
            .answer(owner.clicks(asked.message(), "How far now?"))
            .await;
        assert!(done.text().contains("4502 members read"), "{}", done.text());
        assert!(done.text().contains("New: **4500**"), "{}", done.text());
        assert_eq!(
            count(story, "select count(*) from users.member").await,
            4502
        );
    })
    .await;
}

#[tokio::test]
async fn two_who_ask_at_once_get_one_reading() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        guild.members(1500);
        story.sim.clear_calls();
        let faults = story.sim.faults();
        faults.delay_route("GET", PAGES, Duration::from_millis(200));
        let (one, two) = (
            owner.slash("/sync_users", &[]),
            owner.slash("/sync_users", &[]),
        );
        one.answer().await.unwrap();
        let two = two.answer().await.unwrap();
        story.idle().await;
        assert_eq!(story.sim.calls_to("GET", PAGES).len(), 2);
        let done = story
            .answer(owner.clicks(two.message(), "How far now?"))
            .await;
        assert!(done.text().contains("1502 members"), "{}", done.text());
    })
    .await;
}

#[tokio::test]
async fn a_page_does_not_undo_what_an_event_told_after_it_was_asked_for() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        guild.member("alice");
        guild.member("bob");
        story.idle().await;
        let later = "with told as (update users.member set told_at = told_at + interval '1 hour',
                 left_at = case shown when 'alice' then told_at end, shown = case shown when 'bob' then 'Bobby' else shown end
             where shown in ('alice', 'bob') returning 1) select count(*) from told";
        assert_eq!(count(story, later).await, 2);
        story.answer(owner.slash("/sync_users", &[])).await;
        let now = stored(story).await;
        assert!(now.contains(&"alice (left)".to_owned()) && now.contains(&"Bobby".to_owned()), "{now:?}");
        story.advance(SignedDuration::from_hours(2)).await;
        story.answer(owner.slash("/sync_users", &[])).await;
        let now = stored(story).await;
        assert!(now.contains(&"alice".to_owned()) && now.contains(&"bob".to_owned()), "{now:?}");
    })
    .await;
}

#[tokio::test]
async fn who_may_not_is_told_what_is_missing_and_staff_may() {
    crate::story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (bob, carol) = (
            guild.member("bob").locale("fr"),
            guild.member("carol").locale("en-US"),
        );
        let helper = guild.role("Helper", Permissions::from_bits(1 << 5));
        guild.owner().gives_role(&carol, &helper);
        story.idle().await;
        let refused = story.answer(bob.slash("/sync_users", &[])).await;
        insta::assert_snapshot!(refused.text(), @r"
        │ Il te faut **Gérer le serveur** ou le rôle d'équipe pour cela (`users.sync`). Demande-le à un
        │ administrateur du serveur.
        ");
        let allowed = story.answer(carol.slash("/sync_users", &[])).await;
        assert!(
            allowed.text().contains("Reading the members"),
            "{}",
            allowed.text()
        );
    })
    .await;
}
