//! Messages are counted once, whatever happens.

use jiff::SignedDuration;
use testkit::discord_sim::Permissions;

use crate::{ask, plain, story};

/// All that is counted, as `name channel messages`.
const COUNTED: &str = "select m.name || ' ' || sum(w.messages) from activity.written w
    join activity.member m using (guild_id, user_id) where not m.is_bot group by m.name order by m.name";

#[tokio::test]
async fn who_writes_is_counted_and_shown_in_both_languages() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("Élodie 🎨"));
        let robot = guild.other_bot("robot");
        let (general, secret) = (guild.text("général"), guild.text("secret"));
        secret.deny_everyone(Permissions::VIEW_CHANNEL);
        story.idle().await;
        for nth in 0..3 {
            alice.says(&general, &format!("hello {nth}"));
        }
        let gone = bob.says(&general, "bonjour");
        bob.deletes(&gone);
        guild.owner().says(&secret, "nobody reads this");
        robot.says(&general, "beep");
        story.idle().await;
        let mut told = Vec::new();
        let answer = story.answer(alice.slash("/stats", &[])).await;
        assert!(answer.message().file("stats.png").is_some());
        told.push(plain(&answer));
        for button in ["Voice", "Channels", "Days", "Hours"] {
            let turned = story.answer(alice.clicks(answer.message(), button)).await;
            told.push(plain(&turned));
        }
        told.push(plain(&story.answer(alice.slash("/summary", &[])).await));
        insta::assert_snapshot!("stats_en", told.join("\n\n"));
    })
    .await;
}

#[tokio::test]
async fn a_french_guild_reads_french() {
    story(async |story| {
        let guild = story.sim.guild("Bâtisseurs").locale("fr");
        let alice = guild.member("alice").locale("fr");
        let general = guild.text("général");
        story.idle().await;
        let empty = plain(&story.answer(alice.slash("/stats", &[])).await);
        alice.says(&general, "bonjour");
        story.idle().await;
        story.advance(SignedDuration::from_mins(2)).await;
        let mut told = vec![empty];
        let options = [("days", 30.into())];
        let answer = story.answer(alice.slash("/stats", &options)).await;
        told.push(plain(&answer));
        for button in ["Vocal", "Salons", "Jours", "Heures"] {
            let turned = story.answer(alice.clicks(answer.message(), button)).await;
            told.push(plain(&turned));
        }
        told.push(plain(&story.answer(alice.slash("/summary", &[])).await));
        insta::assert_snapshot!("stats_fr", told.join("\n\n"));
    })
    .await;
}

#[tokio::test]
async fn days_that_can_not_be_are_refused_to_the_member_alone() {
    story(async |story| {
        let french = story.sim.guild("Bâtisseurs").locale("fr");
        let claire = french.member("claire").locale("fr");
        let alice = story.sim.guild("Rust FR").member("alice");
        story.idle().await;
        let mut told = Vec::new();
        for person in [&alice, &claire] {
            for days in [0, -3, 366, 10_000] {
                let answer = story
                    .answer(person.slash("/stats", &[("days", days.into())]))
                    .await;
                assert!(answer.message().is_ephemeral());
                told.push(answer.text());
            }
        }
        insta::assert_snapshot!("bad_days", told.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn what_is_told_twice_is_counted_once_through_crashes_and_outages() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let general = guild.text("general");
        story.idle().await;
        story.sim.faults().duplicate_next_event();
        alice.says(&general, "once");
        story.idle().await;
        bob.says(&general, "before");
        // The bot dies with the message on its way, and Discord tells it again.
        story.kill();
        alice.says(&general, "while nobody listened");
        story.start().await;
        story.lapse_leases().await;
        story.ready().await;
        story.idle().await;
        assert_eq!(ask(story, COUNTED).await, ["alice 2", "bob 1"]);
        // Discord replays everything that it remembers.
        story.sim.faults().drop_gateway();
        story.reconnected("the socket dropped").await;
        bob.says(&general, "after");
        story.idle().await;
        story.cut_database(true);
        alice.says(&general, "nobody writes this down yet");
        story.cut_database(false);
        story.idle().await;
        assert_eq!(ask(story, COUNTED).await, ["alice 3", "bob 2"]);
        // A new name is the same person.
        guild.owner().nicknames(&bob, Some("Robert"));
        bob.says(&general, "it is me");
        story.idle().await;
        assert_eq!(ask(story, COUNTED).await, ["Robert 3", "alice 3"]);
        story.advance(SignedDuration::from_mins(2)).await;
        let summed = "select user_name || ' ' || messages_7d || ' ' || messages_30d from reporting.user_stats
             order by user_name";
        assert_eq!(ask(story, summed).await, Vec::<String>::new(), "the views go by the server's own day");
        let days = "select sum(messages)::text from activity.day";
        assert_eq!(ask(story, days).await, ["6"]);
        let slots = "select sum(messages)::text from activity.slot";
        assert_eq!(ask(story, slots).await, ["6"]);
    })
    .await;
}

#[tokio::test]
async fn two_guilds_do_not_know_of_each_other() {
    story(async |story| {
        let (one, two) = (story.sim.guild("One"), story.sim.guild("Two"));
        let alice = one.member("alice");
        let bob = two.member("bob");
        let (here, there) = (one.text("general"), two.text("general"));
        story.idle().await;
        alice.says(&here, "hello");
        for _ in 0..5 {
            bob.says(&there, "hello");
        }
        story.idle().await;
        let seen = story.answer(alice.slash("/stats", &[])).await.text();
        assert!(seen.contains("**1** message by **1** person"), "{seen}");
        assert!(!seen.contains("bob"), "{seen}");
    })
    .await;
}

#[tokio::test]
async fn who_does_not_want_to_be_counted_is_not() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob").locale("fr"));
        let general = guild.text("general");
        story.idle().await;
        alice.says(&general, "one");
        bob.says(&general, "un");
        story.idle().await;
        story.answer(alice.slash("/stats", &[])).await;
        let mut told = vec![
            story
                .answer(bob.slash("/activity opt-out", &[]))
                .await
                .text(),
        ];
        bob.says(&general, "deux");
        story.idle().await;
        story.advance(SignedDuration::from_mins(2)).await;
        assert_eq!(ask(story, COUNTED).await, ["alice 1"]);
        let known = "select name from activity.member where opted_out_at is not null";
        assert_eq!(ask(story, known).await, ["?"], "not even the name is kept");
        let days = "select sum(messages)::text from activity.day join activity.member using (guild_id, user_id)
             where not is_bot";
        assert_eq!(ask(story, days).await, ["1"]);
        told.push(
            story
                .answer(bob.slash("/activity opt-in", &[]))
                .await
                .text(),
        );
        bob.says(&general, "trois");
        story.idle().await;
        story.advance(SignedDuration::from_mins(2)).await;
        assert_eq!(ask(story, COUNTED).await, ["alice 1", "bob 1"]);
        insta::assert_snapshot!("opting", told.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn channels_and_roles_can_be_left_out() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (chief, alice, bob) = (guild.owner(), guild.member("alice"), guild.member("bob"));
        let role = guild.role("Silent", Permissions::from_bits(0));
        chief.gives_role(&bob, &role);
        let (general, games) = (guild.text("general"), guild.text("games"));
        story.idle().await;
        let refused = story
            .answer(alice.slash("/activity config", &[]))
            .await
            .text();
        assert!(refused.contains("Manage Server"), "{refused}");
        let options = [
            ("leave_out_channel", (&games).into()),
            ("leave_out_role", (&role).into()),
            ("pictures", "light".into()),
        ];
        let mut told = vec![plain(
            &story
                .answer(chief.slash("/activity config", &options))
                .await,
        )];
        for person in [&alice, &bob] {
            for place in [&general, &games] {
                person.says(place, "hello");
            }
        }
        story.idle().await;
        assert_eq!(ask(story, COUNTED).await, ["alice 1"]);
        let chief = chief.locale("fr");
        told.push(plain(
            &story
                .answer(chief.slash("/activity config", &[("count_channel", (&games).into())]))
                .await,
        ));
        alice.says(&games, "hello");
        story.idle().await;
        assert_eq!(ask(story, COUNTED).await, ["alice 2"]);
        insta::assert_snapshot!("config", told.join("\n\n"));
    })
    .await;
}

#[tokio::test]
async fn another_zone_makes_other_days() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice");
        let general = guild.text("general");
        story.idle().await;
        // 23:10 in UTC, 04:55 of the next day in Kathmandu.
        story.advance(SignedDuration::from_mins(14 * 60 + 10)).await;
        alice.says(&general, "late");
        story.idle().await;
        story.advance(SignedDuration::from_mins(2)).await;
        let days = "select distinct day::text from activity.day";
        assert_eq!(ask(story, days).await, ["2026-03-02"]);
        let house = story.house().clone();
        house
            .settings
            .change::<feature::General>(
                crate::id(&guild),
                house.me.id(),
                feature::settings::Via::Discord,
                |general| {
                    general.time_zone = Some("Asia/Kathmandu".to_owned());
                    Ok(())
                },
            )
            .await
            .unwrap();
        story
            .answer(alice.slash("/stats", &[("days", 1.into())]))
            .await;
        assert_eq!(ask(story, days).await, ["2026-03-03"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_past_its_days_is_erased() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        let general = guild.text("general");
        story.idle().await;
        story.answer(chief.slash("/activity config", &[("days", 30.into())])).await;
        alice.says(&general, "long ago");
        story.idle().await;
        story.advance(SignedDuration::from_mins(2)).await;
        story.advance(SignedDuration::from_hours(24 * 31)).await;
        let left = "select ((select count(*) from activity.written) + (select count(*) from activity.day)
             + (select count(*) from activity.slot) + (select count(*) from activity.counted))::text";
        assert_eq!(ask(story, left).await, ["0"]);
    })
    .await;
}

#[tokio::test]
async fn a_guild_without_the_bot_is_forgotten() {
    story(async |story| {
        let (guild, other) = (story.sim.guild("Rust FR"), story.sim.guild("Other"));
        let (alice, bob) = (guild.member("alice"), other.member("bob"));
        let (general, there) = (guild.text("general"), other.text("general"));
        let voice = guild.voice("talk");
        story.idle().await;
        alice.says(&general, "hello");
        bob.says(&there, "hello");
        alice.joins(&voice);
        story.idle().await;
        story.advance(SignedDuration::from_mins(2)).await;
        story.allows_refusals = true;
        guild.kick_bot();
        story.idle().await;
        let open = "select count(*)::text from activity.stretch where is_open";
        assert_eq!(ask(story, open).await, ["0"]);
        story.advance(SignedDuration::from_hours(24 * 31)).await;
        let left = format!(
            "select count(*)::text from (
                 select guild_id from activity.written union all select guild_id from activity.day
                 union all select guild_id from activity.member union all select guild_id from activity.stretch
                 union all select guild_id from activity.guild union all select guild_id from activity.slot
             ) as kept where guild_id = {}",
            guild.id()
        );
        assert_eq!(ask(story, &left).await, ["0"]);
        assert_eq!(ask(story, COUNTED).await, ["bob 1"]);
    })
    .await;
}
