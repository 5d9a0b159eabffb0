//! Pages, filters, order, rows and files.

use std::time::Duration;

use testkit::discord_sim::NoAnswer;

use crate::{fill, filters, number, opens, story, things};

#[tokio::test]
async fn an_administrator_picks_a_table_and_reads_it_in_both_languages() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        story.idle().await;
        fill(story, guild.id().get(), 12).await;
        let tables = story.answer(owner.slash("/dbbrowse", &[])).await;
        assert!(tables.is_ephemeral);
        insta::assert_snapshot!(tables.text(), @r"
        │ ### Tables
        │ Ce qui est enregistré sur ce serveur. Chaque regard est noté.
        │ 
        │ • Choses · `users.member`
        │ • Usages de /dbbrowse · `dbbrowse.use`
        │ ────────
        │ ‹Choisis une table ▾›
        ");
        let page = story
            .answer(owner.picks(tables.message(), "Choisis une table", &["Choses".into()]))
            .await;
        insta::assert_snapshot!(page.text(), @r"
        │ ### Choses
        │ **Numéro · Nom · Arrivée · Rôles · Bot**
        │ 
        │ `1` 1 · thing 1 · 1 January 2026 01:00 · @deleted-role · non
        │ `2` 2 · thing 2 · 1 January 2026 02:00 · @deleted-role · oui
        │ `3` 3 · thing 3 · ∅ · @deleted-role · non
        │ `4` 4 · thing 4 · 1 January 2026 04:00 · @deleted-role · oui
        │ `5` 5 · thing 5 · 1 January 2026 05:00 · @deleted-role · non
        │ `6` 6 · thing 6 · ∅ · @deleted-role · oui
        │ `7` 7 · thing 7 · 1 January 2026 07:00 · @deleted-role · non
        │ `8` 8 · thing 8 · 1 January 2026 08:00 · @deleted-role · oui
        │ `9` 9 · thing 9 · ∅ · @deleted-role · non
        │ `10` 10 · thing 10 · 1 January 2026 10:00 · @deleted-role · oui
        │ ────────
        │ [·⏮·] [·◀·] [ ▶ ] [ ⏭ ]
        │ [ 🔍 Filtrer ] [ ↕ Trier ] [ 📄 CSV ] [ Tables ]
        │ ‹Ouvrir une ligne ▾›
        │ -# 12 lignes
        ");
        let choices = story.answer(owner.types("/dbbrowse", "table", "cho")).await;
        assert_eq!(choices.choices[0].name, "Choses");
        let english = opens(story, &owner.locale("en-US"), "users.member").await;
        insta::assert_snapshot!(english.text(), @r"
        │ ### Things
        │ **Number · Name · Joined · Roles · Bot**
        │ 
        │ `1` 1 · thing 1 · 1 January 2026 01:00 · @deleted-role · no
        │ `2` 2 · thing 2 · 1 January 2026 02:00 · @deleted-role · yes
        │ `3` 3 · thing 3 · ∅ · @deleted-role · no
        │ `4` 4 · thing 4 · 1 January 2026 04:00 · @deleted-role · yes
        │ `5` 5 · thing 5 · 1 January 2026 05:00 · @deleted-role · no
        │ `6` 6 · thing 6 · ∅ · @deleted-role · yes
        │ `7` 7 · thing 7 · 1 January 2026 07:00 · @deleted-role · no
        │ `8` 8 · thing 8 · 1 January 2026 08:00 · @deleted-role · yes
        │ `9` 9 · thing 9 · ∅ · @deleted-role · no
        │ `10` 10 · thing 10 · 1 January 2026 10:00 · @deleted-role · yes
        │ ────────
        │ [·⏮·] [·◀·] [ ▶ ] [ ⏭ ]
        │ [ 🔍 Filter ] [ ↕ Sort ] [ 📄 CSV ] [ Tables ]
        │ ‹Open a row ▾›
        │ -# 12 rows
        ");
    })
    .await;
}

#[tokio::test]
async fn pages_are_turned_there_and_back_also_after_a_restart() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 35).await;
        let first = opens(story, &owner, "things").await;
        assert_eq!(things(&first), (1..=10).collect::<Vec<_>>());
        let second = story.answer(owner.clicks(first.message(), "▶")).await;
        story.restart().await;
        let third = story.answer(owner.clicks(second.message(), "▶")).await;
        assert_eq!(things(&third), (21..=30).collect::<Vec<_>>());
        let last = story.answer(owner.clicks(third.message(), "⏭")).await;
        assert_eq!(things(&last), (26..=35).collect::<Vec<_>>());
        let before = story.answer(owner.clicks(last.message(), "◀")).await;
        assert_eq!(things(&before), (16..=25).collect::<Vec<_>>());
        let before = story.answer(owner.clicks(before.message(), "◀")).await;
        assert_eq!(things(&before), (6..=15).collect::<Vec<_>>());
        // Fewer than a page stand before it: the first page is shown in full.
        let before = story.answer(owner.clicks(before.message(), "◀")).await;
        assert_eq!(things(&before), (1..=10).collect::<Vec<_>>());
        let used = number(
            story,
            "select count(*) from dbbrowse.use where act = 'turn'",
        )
        .await;
        assert_eq!(used, 6);
    })
    .await;
}

#[tokio::test]
async fn the_bot_is_killed_between_two_clicks_and_the_view_is_still_there() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 35).await;
        let page = opens(story, &owner, "things").await;
        let page = filters(story, &owner, &page, ("Bot", "is", "no")).await;
        story.kill();
        // As if it had died after the step and before the page: which rows are shown was not written down.
        let lost = "with lost as (update dbbrowse.browse set revision = revision + 1, rows = '[]' returning 1)
             select count(*) from lost";
        assert_eq!(number(story, lost).await, 1);
        story.start().await;
        story.ready().await;
        let page = story.answer(owner.clicks(page.message(), "▶")).await;
        assert_eq!(things(&page), [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
        let page = story.answer(owner.clicks(page.message(), "▶")).await;
        assert_eq!(things(&page), [21, 23, 25, 27, 29, 31, 33, 35]);
    })
    .await;
}

#[tokio::test]
async fn two_clicks_at_once_are_one_step() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 55).await;
        let first = opens(story, &owner, "things").await;
        let clicks: Vec<_> = (0..5).map(|_| owner.clicks(first.message(), "▶")).collect();
        for click in clicks {
            let page = story.answer(click).await;
            assert_eq!(things(&page), (11..=20).collect::<Vec<_>>());
        }
    })
    .await;
}

#[tokio::test]
async fn rows_are_filtered_by_every_kind_of_column() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 12).await;
        let cases: [(&str, &str, &str, &[u32]); 12] = [
            ("Number", "is", "7", &[7]),
            ("Number", "is below or before", "3", &[1, 2]),
            ("Number", "is from", "11", &[11, 12]),
            ("Name", "is", "thing 4", &[4]),
            ("Name", "contains", "G 1", &[1, 10, 11, 12]),
            ("Name", "contains", "%", &[]),
            ("Name", "begins with", "thing 12", &[12]),
            ("Bot", "is", "yes", &[2, 4, 6, 8, 10, 12]),
            ("Joined", "is empty", "", &[3, 6, 9, 12]),
            ("Joined", "is below or before", "2026-01-01 03:00", &[1, 2]),
            ("Roles", "has among others", "<@&3>", &[2, 7, 12]),
            (
                "Name",
                "is not empty",
                "ignored",
                &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            ),
        ];
        let mut page = opens(story, &owner, "things").await;
        for (column, op, value, expected) in cases {
            page = filters(story, &owner, &page, (column, op, value)).await;
            assert_eq!(
                things(&page),
                expected,
                "{column} {op} {value}\n{}",
                page.text()
            );
            page = story
                .answer(owner.clicks(page.message(), "Drop filters"))
                .await;
        }
        page = filters(story, &owner, &page, ("Bot", "is", "yes")).await;
        page = filters(story, &owner, &page, ("Number", "is from", "7")).await;
        insta::assert_snapshot!(page.text(), @r"
        │ ### Things
        │ -# Bot is yes
        │ -# Number is from `7`
        │ 
        │ **Number · Name · Joined · Roles · Bot**
        │ 
        │ `1` 8 · thing 8 · 1 January 2026 08:00 · @deleted-role · yes
        │ `2` 10 · thing 10 · 1 January 2026 10:00 · @deleted-role · yes
        │ `3` 12 · thing 12 · ∅ · @deleted-role · yes
        │ ────────
        │ [ 🔍 Filter ] [ ↕ Sort ] [ Drop filters ] [ 📄 CSV ] [ Tables ]
        │ ‹Open a row ▾›
        │ -# 3 rows
        ");
        // Who sends the same form twice has one filter.
        let again = filters(story, &owner, &page, ("Bot", "is", "yes")).await;
        assert_eq!(again.text(), page.text());
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_the_reason() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 3).await;
        let page = opens(story, &owner, "things").await;
        let mut said = Vec::new();
        for (column, op, value) in [
            ("Number", "is", "seven"),
            ("Number", "is", ""),
            ("Number", "contains", "7"),
            ("Bot", "is", "perhaps"),
            ("Joined", "is from", "soon"),
            ("Roles", "has among others", "@team"),
        ] {
            let refused = filters(story, &owner, &page, (column, op, value)).await;
            said.push(refused.text());
        }
        insta::assert_snapshot!(said.join("\n"), @r"
        │ «Number» is compared with a whole number, such as `12`.
        │ «Number» needs a value to compare with.
        │ «Number» can be asked: is, is not, is below or before, is from, is empty, is not empty.
        │ «Bot» is compared with `yes` or `no`.
        │ «Joined» is compared with a day or an hour, such as `2026-11-21` or `2026-11-21 14:30`.
        │ «Roles» is compared with an id: a number such as `175928847299117063`, or a mention.
        ");
        let owner = owner.locale("fr");
        let page = opens(story, &owner, "choses").await;
        let form = story.answer(owner.clicks(page.message(), "Filtrer")).await;
        insta::assert_snapshot!(form.text(), @r"
        │ **Filtrer**
        │ Colonne: ‹choose ▾›
        │ Comparaison: ‹est ▾›
        │ Valeur: [________]
        ");
        let mut said = Vec::new();
        for (column, op, value) in [
            ("Numéro", "est", "sept"),
            ("Nom", "contient", ""),
            ("Nom", "a entre autres", "7"),
            ("Bot", "est", "peut-être"),
            ("Arrivée", "est à partir de", "bientôt"),
            ("Rôles", "a entre autres", "@équipe"),
        ] {
            let form = story.answer(owner.clicks(page.message(), "Filtrer")).await;
            let fields = [
                ("column", column.into()),
                ("op", op.into()),
                ("value", value.into()),
            ];
            let refused = story.answer(owner.submits(form.modal(), &fields)).await;
            said.push(refused.text());
        }
        for number in 1..=5 {
            let form = story.answer(owner.clicks(page.message(), "Filtrer")).await;
            let number = number.to_string();
            let fields = [
                ("column", "Numéro".into()),
                ("op", "n'est pas".into()),
                ("value", number.as_str().into()),
            ];
            story.answer(owner.submits(form.modal(), &fields)).await;
        }
        let refused = story.answer(owner.clicks(page.message(), "Filtrer")).await;
        said.push(refused.text());
        insta::assert_snapshot!(said.join("\n"), @r"
        │ «Numéro» se compare à un nombre entier, comme `12`.
        │ «Nom» a besoin d'une valeur à comparer.
        │ On peut demander de «Nom» : est, n'est pas, contient, commence par, est vide, n'est pas vide.
        │ «Bot» se compare à `oui` ou `non`.
        │ «Arrivée» se compare à un jour ou à une heure, comme `2026-11-21` ou `2026-11-21 14:30`.
        │ «Rôles» se compare à un identifiant : un nombre comme `175928847299117063`, ou une mention.
        │ Il y a déjà 5 filtres, c'est le maximum. Enlève-les et recommence.
        ");
    })
    .await;
}

#[tokio::test]
async fn whatever_is_typed_is_a_value_and_nothing_else() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 3).await;
        let mut page = opens(story, &owner, "things").await;
        for typed in [
            "'; drop table users.member; --",
            "' or ''='",
            "$1",
            "\\",
            "%_%",
            "\u{202e}\u{0}x",
            "thing 1' union select body from settings.document --",
            "```",
            "😀🇫🇷",
            "set_config('majordome.guild_id','1',false)",
        ] {
            for op in ["is", "contains", "begins with"] {
                page = filters(story, &owner, &page, ("Name", op, typed)).await;
                assert_eq!(things(&page), [0u32; 0], "{op} {typed}\n{}", page.text());
                page = story
                    .answer(owner.clicks(page.message(), "Drop filters"))
                    .await;
            }
        }
        assert_eq!(things(&page), [1, 2, 3]);
    })
    .await;
}

#[tokio::test]
async fn rows_are_sorted_both_ways_and_absent_values_have_their_place() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 25).await;
        let absent: Vec<u32> = (1..=25).filter(|n| n % 3 == 0).collect();
        let dated: Vec<u32> = (1..=25).filter(|n| n % 3 != 0).collect();
        let mut page = opens(story, &owner, "things").await;
        for (way, expected) in [
            ("Smallest first", [dated.clone(), absent.clone()].concat()),
            (
                "Largest first",
                [absent, dated].concat().into_iter().rev().collect(),
            ),
        ] {
            // Largest first turns all of it round: what is absent, then from the latest on.
            let expected: Vec<u32> = if way == "Largest first" {
                let mut all: Vec<u32> = (1..=25).filter(|n| n % 3 == 0).rev().collect();
                all.extend((1..=25).filter(|n| n % 3 != 0).rev());
                all
            } else {
                expected
            };
            let form = story.answer(owner.clicks(page.message(), "Sort")).await;
            page = story
                .answer(owner.submits(
                    form.modal(),
                    &[("column", "Joined".into()), ("way", way.into())],
                ))
                .await;
            let first = things(&page);
            page = story.answer(owner.clicks(page.message(), "▶")).await;
            let second = things(&page);
            page = story.answer(owner.clicks(page.message(), "▶")).await;
            assert_eq!(
                [first.clone(), second.clone(), things(&page)].concat(),
                expected,
                "{way}"
            );
            page = story.answer(owner.clicks(page.message(), "◀")).await;
            assert_eq!(things(&page), second, "{way}");
            page = story.answer(owner.clicks(page.message(), "◀")).await;
            assert_eq!(things(&page), first, "{way}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_shows_everything_but_secrets() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        story.idle().await;
        fill(story, guild.id().get(), 3).await;
        let page = opens(story, &owner, "choses").await;
        let row = story
            .answer(owner.picks(page.message(), "Ouvrir une ligne", &["1".into()]))
            .await;
        insta::assert_snapshot!(row.text(), @r"
        │ ### Choses
        │ **Numéro**
        │ 2
        │ 
        │ **Nom**
        │ thing 2
        │ 
        │ **Arrivée**
        │ 1 January 2026 02:00
        │ 
        │ **Rôles**
        │ @deleted-role
        │ 
        │ **Bot**
        │ oui
        │ 
        │ **Secret**
        │ •••
        │ ────────
        │ [ ◀ Retour à la page ]
        ");
        assert!(!row.text().contains("hidden"));
        let back = story
            .answer(owner.clicks(row.message(), "◀ Retour à la page"))
            .await;
        assert_eq!(things(&back), [1, 2, 3]);
        // A row that went away meanwhile.
        let gone = "with gone as (delete from users.member where user_id = 2 returning 1) select count(*) from gone";
        assert_eq!(number(story, gone).await, 1);
        let refused = story
            .answer(owner.picks(back.message(), "Ouvrir une ligne", &["1".into()]))
            .await;
        insta::assert_snapshot!(refused.text(), @r"
        │ Cette ligne n'existe plus. Reviens à la page et ouvres-en une autre.
        ");
    })
    .await;
}

#[tokio::test]
async fn each_use_is_in_the_log_which_can_be_browsed_too() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        fill(story, guild.id().get(), 3).await;
        let page = opens(story, &owner, "things").await;
        let page = filters(story, &owner, &page, ("Bot", "is", "yes")).await;
        let file = story.answer(owner.clicks(page.message(), "CSV")).await;
        assert!(
            file.is_ephemeral && file.text().contains("One row, by the filters"),
            "{}",
            file.text()
        );
        let json = file.message().json();
        assert_eq!(json["attachments"][0]["filename"], "users_member.csv");
        let log = opens(story, &owner, "dbbrowse.use").await;
        for act in ["open", "form", "filter", "csv"] {
            assert!(
                log.text().contains(&format!("· {act} ·")),
                "{act}\n{}",
                log.text()
            );
        }
        let row = story
            .answer(owner.picks(log.message(), "Open a row", &["2".into()]))
            .await;
        assert!(row.text().contains("\"op\": \"is\""), "{}", row.text());
    })
    .await;
}

#[tokio::test]
async fn what_takes_longer_than_five_seconds_is_given_up() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        story.idle().await;
        opens(story, &owner, "things").await;
        let mut db = story.database().database().begin().await.unwrap();
        sqlx::raw_sql("lock table users.member in access exclusive mode")
            .execute(&mut *db)
            .await
            .unwrap();
        let begun = std::time::Instant::now();
        let refused = story
            .answer(owner.slash("/dbbrowse", &[("table", "things".into())]))
            .await;
        assert!(begun.elapsed() < Duration::from_secs(10));
        insta::assert_snapshot!(refused.text(), @r"
        │ That took longer than 5 seconds, so I gave it up. Add a filter, or leave the order as it is.
        ");
        db.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_is_no_administrator_is_not_even_offered_it() {
    story(async |story| {
        let guild = story.sim.guild("Rust FR");
        let bob = guild.member("bob");
        story.idle().await;
        assert!(matches!(
            bob.slash("/dbbrowse", &[]).answer().await,
            Err(NoAnswer::CouldNotAsk(_))
        ));
    })
    .await;
}
