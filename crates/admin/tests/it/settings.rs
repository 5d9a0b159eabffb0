//! `/settings`.

use feature::{General, Lang};
use testkit::discord_sim::{NoAnswer, Permissions};

use crate::features;

#[tokio::test]
async fn the_owner_chooses_and_the_choice_survives_a_restart() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("de");
        let owner = guild.owner().locale("fr");
        let team = guild.role("Équipe", Permissions::from_bits(0));
        let zones = story
            .answer(owner.types("/settings set", "time_zone", "paris"))
            .await;
        assert_eq!(zones.choices[0].name, "Europe/Paris");
        let options = [
            ("language", "French".into()),
            ("time_zone", "Europe/Paris".into()),
            ("staff_role", (&team).into()),
        ];
        let saved = story.answer(owner.slash("/settings set", &options)).await;
        insta::assert_snapshot!(saved.text(), @r"
        │ ### Enregistré
        │ **Langue des messages publics**
        │ Français
        │ 
        │ **Fuseau horaire**
        │ `Europe/Paris`
        │ 
        │ **Rôle d'équipe**
        │ @Équipe
        ");
        story.restart().await;
        let shown = story
            .answer(owner.locale("en-US").slash("/settings show", &[]))
            .await;
        insta::assert_snapshot!(shown.text(), @r"
        │ ### Settings of this server
        │ **Language of public messages**
        │ Français
        │ 
        │ **Time zone**
        │ `Europe/Paris`
        │ 
        │ **Staff role**
        │ @Équipe
        ");
        let id: u64 = guild.id().get();
        let general = story
            .house()
            .settings
            .get::<General>(id.to_string().parse().unwrap())
            .await
            .unwrap();
        assert_eq!(general.language, Some(Lang::Fr));
    })
    .await;
}

#[tokio::test]
async fn nonsense_is_refused_with_the_reason_and_changes_nothing() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        let refused = story
            .answer(owner.slash("/settings set", &[("time_zone", "Mars/Phobos".into())]))
            .await;
        insta::assert_snapshot!(refused.text(), @r"
        │ Je ne connais pas de fuseau horaire `Mars/Phobos`. Tape le début d'une ville, par exemple
        │ `Europe/Paris`, et choisis dans la liste.
        ");
        let refused = story.answer(owner.slash("/settings set", &[])).await;
        assert!(
            refused.text().contains("Rien à changer"),
            "{}",
            refused.text()
        );
        let everyone = guild.find_role("@everyone").expect("every server has it");
        let refused = story
            .answer(owner.slash("/settings set", &[("staff_role", (&everyone).into())]))
            .await;
        assert!(
            refused.text().contains("@everyone ne peut pas être"),
            "{}",
            refused.text()
        );
        let history = story.answer(owner.slash("/settings history", &[])).await;
        assert!(
            history.text().contains("Rien n'a encore été changé ici."),
            "{}",
            history.text()
        );
    })
    .await;
}

#[tokio::test]
async fn the_history_is_turned_page_by_page() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        for index in 0..12 {
            let language = if index % 2 == 0 { "English" } else { "French" };
            story
                .answer(owner.slash("/settings set", &[("language", language.into())]))
                .await;
        }
        // Setting what is set already leaves no trace.
        story
            .answer(owner.slash("/settings set", &[("language", "French".into())]))
            .await;
        let first = story.answer(owner.slash("/settings history", &[])).await;
        assert!(
            first.text().contains("**#12**") && first.text().contains("**#8**"),
            "{}",
            first.text()
        );
        assert!(
            first
                .text()
                .contains("• Language of public messages: English → Français"),
            "{}",
            first.text()
        );
        story.restart().await;
        let second = story.answer(owner.clicks(first.message(), "Next ▶")).await;
        assert!(
            second.text().contains("**#7**") && second.text().contains("**#3**"),
            "{}",
            second.text()
        );
        let last = story.answer(owner.clicks(second.message(), "Next ▶")).await;
        assert!(
            last.text().contains("**#2**") && last.text().contains("**#1**"),
            "{}",
            last.text()
        );
        let back = story.answer(owner.clicks(last.message(), "◀ Back")).await;
        assert!(back.text().contains("**#7**"), "{}", back.text());
        let bob = guild.member("bob").locale("fr");
        assert!(matches!(
            bob.clicks(back.message(), "◀ Back").answer().await,
            Err(NoAnswer::CouldNotAsk(_))
        ));
        story
            .answer(owner.slash("/settings reset", &[("setting", "All of them".into())]))
            .await;
    })
    .await;
}

#[tokio::test]
async fn who_may_not_manage_the_server_is_not_even_offered_it() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let bob = guild.member("bob");
        assert!(matches!(
            bob.slash("/settings show", &[]).answer().await,
            Err(NoAnswer::CouldNotAsk(_))
        ));
    })
    .await;
}
