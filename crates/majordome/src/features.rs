//! The one list of features. Adding a feature is a line here, a crate and a migration.

use feature::Registry;
use secrecy::SecretString;

/// Everything that this program can do.
pub(crate) fn all() -> Registry {
    with(archive::Operator::default(), None, None)
}

/// The same, keeping what the operator wants kept, and knowing where the program's HTTP is reached from outside and which
/// key is configured.
pub(crate) fn with(
    archive: archive::Operator,
    public_url: Option<String>,
    key: Option<&SecretString>,
) -> Registry {
    Registry::new()
        .with(admin::Admin)
        .with(activity::Activity::default())
        .with(api::Api::knowing(key))
        .with(dbbrowse::Dbbrowse::default())
        .with(users::Users)
        .with(voice_hubs::VoiceHubs::default())
        .with(autorole::Autorole)
        .with(archive::Archive::keeping(archive))
        .with(worksites::Worksites)
        .with(tasks::Tasks)
        .with(webhooks::Webhooks::default())
        .with(planning::Planning::at(public_url))
}

#[cfg(test)]
mod tests {
    use database::{GuildId, test_support::TestDatabase};
    use testkit::{BotOptions, discord_sim::SimOptions};

    use super::*;

    #[tokio::test]
    async fn every_route_asks_for_the_right_key() {
        let options = BotOptions::default().with_http();
        testkit::story_with(all, SimOptions::default(), options, async |story| {
            let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
            story.idle().await;
            let id = |text: String| text.parse::<GuildId>().expect("a guild has an id");
            let (here, there) = (id(here.id().to_string()), id(there.id().to_string()));
            testkit::auth_matrix(story, here, there).await;
        })
        .await;
    }

    #[tokio::test]
    async fn no_body_breaks_a_route() {
        let options = BotOptions::default().with_http();
        testkit::story_with(all, SimOptions::default(), options, async |story| {
            // What is right by chance may reach Discord, and be refused there.
            story.allows_refusals = true;
            let guild = story.sim.guild("Here");
            story.idle().await;
            let id = guild.id().to_string().parse().expect("a guild has an id");
            testkit::strange_bodies(story, id, 150).await;
        })
        .await;
    }

    #[tokio::test]
    async fn giving_work_to_somebody_who_is_away_warns() {
        testkit::story(all, async |story| {
            let guild = story.sim.guild("Builders");
            let (chief, alice) = (guild.owner(), guild.member("alice"));
            let place = guild.text("work");
            story.idle().await;
            let give = async || {
                let options = [
                    ("description", "Paint".into()),
                    ("assignee", (&alice).into()),
                ];
                let asked = chief.in_channel(&place).slash("/task create", &options);
                let told = story.answer(asked).await.text();
                chief.sees(&place);
                told
            };
            assert!(!give().await.contains("is away"));
            let leave = [
                ("dates", "today".into()),
                ("kind", "Leave".into()),
                ("person", (&alice).into()),
            ];
            story.answer(chief.slash("/planning add", &leave)).await;
            let told = give().await;
            assert!(told.contains("is away"), "{told}");
            let off = [("feature", "planning".into())];
            story.answer(chief.slash("/features disable", &off)).await;
            assert!(!give().await.contains("is away"));
        })
        .await;
    }

    #[tokio::test]
    async fn every_table_that_is_shown_has_row_security_by_guild_and_every_column() {
        let catalogue = all().build().expect("the features fit together");
        let database = TestDatabase::create().await;
        let mut db = database.database().acquire().await.expect("it answers");
        for table in catalogue.browsables() {
            for name in table
                .columns
                .iter()
                .map(|column| column.name)
                .chain([table.guild])
            {
                #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
                let counting = sqlx::query_scalar(
                    "select count(*) from pg_attribute a
                     join pg_class c on c.oid = a.attrelid
                     join pg_policy p on p.polrelid = c.oid and p.polcmd = 'r'
                     where c.oid = to_regclass($1) and c.relrowsecurity and a.attname = $2
                         and pg_get_expr(p.polqual, p.polrelid) like '%majordome.guild_id%'",
                );
                let policies: i64 = counting
                    .bind(table.table)
                    .bind(name)
                    .fetch_one(&mut *db)
                    .await
                    .expect("the catalogue of Postgres can be read");
                assert_eq!(policies, 1, "{}.{name}", table.table);
            }
        }
    }
}
