//! A table of a million rows. Takes a minute: `cargo nextest run -p dbbrowse --run-ignored only --no-capture`.

use std::time::{Duration, Instant};

use testkit::{
    Story,
    discord_sim::{Asked, Person, SeenMessage},
};

use crate::{fill, number, opens, story};

const ROUNDS: usize = 9;

/// The median time from the click to the answer on the screen.
async fn median(story: &Story, ask: impl Fn() -> Asked) -> Duration {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        ask().answer().await.unwrap();
        times.push(begun.elapsed());
        story.idle().await;
    }
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// How long the first page of a filter takes from the form to the screen; drops the filter again.
async fn filtered(
    story: &Story,
    owner: &Person,
    page: &SeenMessage,
    view: i64,
    (column, op, value, expected): (&str, &str, &str, &str),
) -> Duration {
    let form = format!("dbbrowse:askfilter:v1:{view}");
    let form = story.answer(owner.clicks_id(page, &form)).await;
    let fields = [
        ("column", column.into()),
        ("op", op.into()),
        ("value", value.into()),
    ];
    let begun = Instant::now();
    let shown = owner.submits(form.modal(), &fields).answer().await.unwrap();
    let took = begun.elapsed();
    let expected = format!("thing {expected} ");
    assert!(shown.text().contains(&expected), "{}", shown.text());
    story.idle().await;
    let clear = format!("dbbrowse:clear:v1:{view}");
    story.answer(owner.clicks_id(page, &clear)).await;
    took
}

#[tokio::test]
#[ignore = "takes a minute and measures"]
async fn pages_of_a_million_rows_come_at_once() {
    story(async |story| {
        let (here, there) = (story.sim.guild("Here"), story.sim.guild("There"));
        let owner = here.owner().locale("en-US");
        story.idle().await;
        fill(story, here.id().get(), 1_000).await;
        let many = format!(
            "with filled as (
                 insert into users.member (guild_id, user_id, shown, is_bot, roles, joined_at, told_at)
                 select {}, n, 'thing ' || n, n % 1000 = 0, '{{}}', now(), now()
                 from generate_series(1001, 1000000) n returning 1)
             select count(*) from filled",
            here.id()
        );
        for many in [many.clone(), many.replace(&here.id().to_string(), &there.id().to_string())] {
            let mut db = story.database().database().acquire().await.unwrap();
            let slow = format!("set statement_timeout = '5min'; {many}; set statement_timeout = '30s'");
            sqlx::raw_sql(sqlx::AssertSqlSafe(slow)).execute(&mut *db).await.unwrap();
        }
        let mut db = story.database().database().acquire().await.unwrap();
        sqlx::raw_sql("vacuum analyze users.member").execute(&mut *db).await.unwrap();
        drop(db);
        assert_eq!(number(story, "select count(*) from users.member").await, 1_999_000);

        let page = opens(story, &owner, "things").await;
        let first = median(story, || owner.slash("/dbbrowse", &[("table", "things".into())])).await;
        let view = number(story, "select min(id) from dbbrowse.browse").await;
        // The revision moves on with every step, so the button is pressed by its id.
        let (mut last, mut by_key, mut by_flag) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let revision = format!("select revision from dbbrowse.browse where id = {view}");
            let revision = number(story, &revision).await;
            let turn = format!("dbbrowse:turn:v1:{view}:{revision}:3");
            let begun = Instant::now();
            let shown = owner.clicks_id(page.message(), &turn).answer().await.unwrap();
            last.push(begun.elapsed());
            assert!(shown.text().contains("thing 1000000"), "{}", shown.text());
            story.idle().await;
            let from = format!("{}", 500_000 + round * 1000);
            let filter = ("Number", "is from", &*from, &*from);
            by_key.push(filtered(story, &owner, page.message(), view, filter).await);
            let filter = ("Bot", "is", "yes", "20");
            by_flag.push(filtered(story, &owner, page.message(), view, filter).await);
        }
        let revision = format!("select revision from dbbrowse.browse where id = {view}");
        let revision = number(story, &revision).await;
        let count = format!("dbbrowse:turn:v1:{view}:{revision}:5");
        let counted = story.answer(owner.clicks_id(page.message(), &count)).await;
        assert!(counted.text().contains("1000000 rows"), "{}", counted.text());
        for (what, mut times) in [
            ("first page", vec![first]),
            ("last page", last),
            ("page filtered by key", by_key),
            ("page filtered by a flag", by_flag),
        ] {
            times.sort_unstable();
            let took = times[times.len() / 2];
            #[expect(clippy::print_stdout, reason = "the figures are what it is for")]
            {
                println!("of a million rows: {what} {took:?}");
            }
            assert!(took < Duration::from_millis(100), "{what}: {took:?}");
        }
    })
    .await;
}
