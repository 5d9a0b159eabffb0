//! `/help` and `/info`.

use crate::features;

#[tokio::test]
async fn each_member_reads_what_that_member_may_use() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR").locale("fr");
        let (owner, bob) = (
            guild.owner().locale("fr"),
            guild.member("bob").locale("en-US"),
        );
        let for_bob = story.answer(bob.slash("/help", &[])).await;
        assert!(for_bob.is_ephemeral);
        insta::assert_snapshot!(for_bob.text(), @r"
        │ ### What you can do with me
        │ /help
        │ -# Show what you can do with me
        │ /info
        │ -# Show the version, the features and facts about this server
        │ /ping
        │ -# Show how fast I answer
        │ -# 3 commands for you here
        ");
        let for_owner = story.answer(owner.slash("/help", &[])).await;
        insta::assert_snapshot!("help_for_the_owner", for_owner.text());
    })
    .await;
}

#[tokio::test]
async fn one_command_is_explained_in_either_language() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        let choices = story.answer(owner.types("/help", "command", "param")).await;
        assert!(choices.choices.iter().any(|choice| choice.value == "settings set"), "{:?}", choices.choices);
        let answer = story.answer(owner.slash("/help", &[("command", "settings set".into())])).await;
        insta::assert_snapshot!(answer.text(), @r"
        │ ### Ce que tu peux faire avec moi
        │ /settings set
        │ Change un ou plusieurs paramètres
        │ • `langue` : La langue de ce que tout le monde lit
        │ • `fuseau_horaire` : Le fuseau horaire des dates et des heures, par ville
        │ • `rôle_équipe` : Le rôle de celles et ceux qui aident à tenir le serveur
        ");
        let same = story.answer(owner.slash("/help", &[("command", "/paramètres changer".into())])).await;
        assert_eq!(same.text(), answer.text());
        let unknown = story.answer(owner.slash("/help", &[("command", "pingg".into())])).await;
        insta::assert_snapshot!(unknown.text(), @"│ Je ne connais pas de commande `pingg` que tu puisses utiliser ici. Voulais-tu dire /ping ?");
    })
    .await;
}

#[tokio::test]
async fn what_a_member_may_not_use_is_not_explained_either() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let bob = guild.member("bob").locale("en-US");
        let answer = story
            .answer(bob.slash("/help", &[("command", "settings set".into())]))
            .await;
        assert!(
            answer
                .text()
                .contains("I know no command `settings set` that you may use here"),
            "{}",
            answer.text()
        );
    })
    .await;
}

#[tokio::test]
async fn info_tells_of_the_server_also_after_a_restart() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust *FR*").locale("fr");
        guild.members(41);
        let alice = guild.member("alice").locale("fr");
        // The gateway told of the server when the bot joined it; after a restart that resumes, REST does.
        story.idle().await;
        story.restart().await;
        let text = story.answer(alice.slash("/info", &[])).await.text();
        assert!(
            text.contains("Rust \\*FR\\*")
                && text.contains("44 membres")
                && text.contains("`admin`"),
            "{text}"
        );
    })
    .await;
}
