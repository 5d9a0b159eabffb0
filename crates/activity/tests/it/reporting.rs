//! What reporting tools read, and in which language people are refused.

use jiff::SignedDuration;

use crate::story;

#[tokio::test]
async fn the_views_tell_what_the_replaced_system_told() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        let robot = guild.other_bot("robot");
        let channel = guild.text("general");
        story.idle().await;
        for nth in 0..3 {
            alice.says(&channel, &format!("hello {nth}"));
        }
        bob.says(&channel, "bonjour");
        robot.says(&channel, "beep");
        story.idle().await;
        story.advance(SignedDuration::from_mins(2)).await;
        // The views look at the days up to today by the server's own clock: the story's days are moved there.
        let shift = "update activity.day set day = (now() at time zone 'utc')::date returning 'moved'";
        assert_eq!(crate::ask(story, shift).await.len(), 3);
        let users = "select concat_ws(' ', user_name, messages_7d, messages_30d, voice_seconds_30d)
             from reporting.user_stats order by messages_30d desc, user_name";
        assert_eq!(crate::ask(story, users).await, ["alice 3 3 0", "bob 1 1 0"]);
        let all = "select concat_ws(' ', guild_id, total_users, total_messages, messages_7d, messages_30d, messages_today)
             from reporting.stats_globales";
        assert_eq!(crate::ask(story, all).await, [format!("{} 2 4 4 4 4", guild.id())]);
        let out = story.answer(bob.slash("/activity opt-out", &[])).await;
        drop(out);
        let left = crate::ask(story, users).await;
        assert_eq!(left.iter().filter(|row| row.starts_with("bob")).count(), 0, "{left:?}");
    })
    .await;
}

#[tokio::test]
async fn who_is_refused_reads_why_in_their_own_language() {
    story(async |story| {
        let french = story.sim.guild("Bâtisseurs").locale("fr");
        let (alice, claire) = (
            french.member("alice").locale("en-US"),
            french.member("claire").locale("fr"),
        );
        story.idle().await;
        let refused = async |person: &testkit::discord_sim::Person| {
            let asked = person.slash("/stats", &[("days", 0.into())]);
            story.answer(asked).await.text()
        };
        assert!(
            refused(&alice).await.contains("Statistics reach"),
            "the refusal is for her alone"
        );
        assert!(refused(&claire).await.contains("Les statistiques"));
        let told = story.answer(alice.slash("/summary", &[])).await.text();
        assert!(
            told.contains("Tâches terminées : 0") || told.contains("Tâches terminées : **0**"),
            "{told}"
        );
    })
    .await;
}
