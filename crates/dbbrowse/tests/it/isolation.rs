//! One server sees nothing of another, and nobody what they may not.

use testkit::discord_sim::Permissions;

use crate::{fill, number, opens, story, things};

#[tokio::test]
async fn an_administrator_with_every_id_of_another_server_gets_nothing() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let owner = here.owner().locale("en-US");
        let stranger = there.member("stranger").locale("en-US");
        let role = there.role("Admin", Permissions::from_bits(1 << 3));
        there.owner().gives_role(&stranger, &role);
        story.idle().await;
        fill(story, here.id().get(), 25).await;
        let page = opens(story, &owner, "things").await;
        let page = story.answer(owner.clicks(page.message(), "▶")).await;
        assert_eq!(things(&page).len(), 10);

        let own = opens(story, &stranger, "things").await;
        assert!(own.text().contains("No row fits."), "{}", own.text());
        let view = number(story, "select min(id) from dbbrowse.browse").await;
        let mut told = Vec::new();
        for id in [
            format!("dbbrowse:turn:v1:{view}:2:4"),
            format!("dbbrowse:turn:v1:{view}:2:0"),
            format!("dbbrowse:csv:v1:{view}"),
            format!("dbbrowse:askfilter:v1:{view}"),
            format!("dbbrowse:asksort:v1:{view}"),
            format!("dbbrowse:clear:v1:{view}"),
            "dbbrowse:csv:v1:999999".to_owned(),
        ] {
            let refused = story.answer(stranger.clicks_id(own.message(), &id)).await;
            told.push(refused.text());
        }
        // Told as if there were nothing, in the same words.
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
        insta::assert_snapshot!(told[0], @r"
        │ I know no such table or view for you here. Use /dbbrowse to begin anew.
        ");
        let noted = format!(
            "select count(*) from dbbrowse.use where guild_id = {} and act in ('csv', 'turn')",
            there.id()
        );
        assert_eq!(number(story, &noted).await, 0);
        // Another administrator of the same server has a view of their own, too.
        let colleague = here.member("colleague").locale("en-US");
        let role = here.role("Admin", Permissions::from_bits(1 << 3));
        owner.gives_role(&colleague, &role);
        story.idle().await;
        let own = opens(story, &colleague, "things").await;
        let turn = format!("dbbrowse:turn:v1:{view}:2:0");
        let refused = story
            .answer(colleague.clicks_id(own.message(), &turn))
            .await;
        assert_eq!(refused.text(), told[0]);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_keeps_servers_apart_and_secrets_in() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let owner = here.owner().locale("en-US");
        story.idle().await;
        fill(story, here.id().get(), 5).await;
        fill(story, there.id().get(), 7).await;
        opens(story, &owner, "things").await;
        let as_reader = async |guild: &str, sql: &str| -> Result<i64, String> {
            let mut db = story.database().database().begin().await.unwrap();
            let become_reader = format!(
                "set local role majordome_browse; set local majordome.guild_id = '{guild}'"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(become_reader))
                .execute(&mut *db)
                .await
                .unwrap();
            #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
            let asking = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
            asking
                .fetch_one(&mut *db)
                .await
                .map_err(|error| error.to_string())
        };
        let id = here.id().to_string();
        let all = "select count(*) from users.member";
        assert_eq!(as_reader(&id, all).await, Ok(5));
        assert_eq!(as_reader("", all).await, Ok(0));
        let other = format!("select count(*) from users.member where guild_id = {}", there.id());
        assert_eq!(as_reader(&id, &other).await, Ok(0));
        for forbidden in [
            "select count(nick) from users.member",
            "select count(*) from users.discord_user",
            "select count(*) from jobs.job",
            "select count(*) from host.session",
            "with gone as (delete from users.member returning 1) select count(*) from gone",
            "with new as (update users.member set shown = 'x' returning 1) select count(*) from new",
        ] {
            let refused = as_reader(&id, forbidden).await.unwrap_err();
            assert!(refused.contains("permission denied"), "{forbidden}: {refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_no_administrator_any_more_can_not_turn_the_page_that_is_still_open() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner();
        let admin = guild.member("admin").locale("fr");
        let role = guild.role("Admin", Permissions::from_bits(1 << 3));
        owner.gives_role(&admin, &role);
        story.idle().await;
        fill(story, guild.id().get(), 25).await;
        let page = opens(story, &admin, "choses").await;
        owner.takes_role(&admin, &role);
        story.idle().await;
        let refused = story.answer(admin.clicks(page.message(), "▶")).await;
        insta::assert_snapshot!(refused.text(), @r"
        │ Il te faut **Administrateur** pour cela (`db.browse`). Demande-le à un administrateur du
        │ serveur.
        ");
    })
    .await;
}

#[tokio::test]
async fn a_table_that_is_not_shown_is_told_as_if_it_were_not_there() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        let told: Vec<String> = {
            let mut told = Vec::new();
            for table in [
                "jobs.job",
                "no such thing",
                "users.member; drop table x",
                "pg_catalog.pg_authid",
            ] {
                told.push(opens(story, &owner, table).await.text());
            }
            told
        };
        assert!(told.iter().all(|text| *text == told[0]), "{told:?}");
        assert!(told[0].contains("no such table"), "{}", told[0]);
    })
    .await;
}
