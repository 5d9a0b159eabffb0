//! `/permissions`.

use testkit::{
    Story,
    discord_sim::{NoAnswer, Permissions, Person},
};

use crate::with_sample;

/// What somebody reads who counts.
async fn counts(story: &Story, who: &Person) -> String {
    story.answer(who.slash("/sample", &[])).await.text()
}

#[tokio::test]
async fn a_grant_lets_and_a_denial_beats_it_also_on_buttons_and_after_a_restart() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        let crew = guild.role("Crew", Permissions::from_bits(0));
        let bob = guild.member("bob").locale("en-US");
        owner.gives_role(&bob, &crew);
        let refused = counts(story, &bob).await;
        assert!(refused.contains("You need **Manage Channels**"), "{refused}");
        let granted = story
            .answer(owner.slash(
                "/permissions grant",
                &[("capability", "sample.use".into()), ("who", (&crew).into())],
            ))
            .await;
        insta::assert_snapshot!(granted.text(), @"│ @Crew peut maintenant faire `sample.use`.");
        assert!(counts(story, &bob).await.contains("counted"));
        story.restart().await;
        let counted = story.answer(bob.slash("/sample", &[])).await;
        let denied = story
            .answer(owner.clone().locale("en-US").slash(
                "/permissions deny",
                &[("capability", "sample.use".into()), ("who", (&bob).into())],
            ))
            .await;
        insta::assert_snapshot!(denied.text(), @"│ @bob may no longer do `sample.use`, whatever else grants it. Administrators still may.");
        let click = story.answer(bob.clicks(counted.message(), "Again")).await;
        assert!(click.text().contains("(`sample.use`)"), "{}", click.text());
        let check = [("member", (&bob).into()), ("capability", "sample.use".into())];
        let english = story.answer(owner.clone().locale("en-US").slash("/permissions check", &check)).await;
        insta::assert_snapshot!(english.text(), @r"
        │ ### What a member may do
        │ @bob may not do `sample.use` here.
        │ 
        │ ▫️ Administrators always may: does not hold
        │ ➡️ @bob: denied `sample.use`: holds and decides
        │ ▫️ @Crew: granted `sample.use`: holds, comes too late
        │ ▫️ **Manage Channels** grants it by default: does not hold
        │ -# In this channel. The first rule that holds decides.
        ");
        let french = story.answer(owner.clone().locale("fr").slash("/permissions check", &check)).await;
        insta::assert_snapshot!(french.text(), @r"
        │ ### Ce qu'un membre peut faire
        │ @bob ne peut pas faire `sample.use` ici.
        │ 
        │ ▫️ Les administrateurs peuvent toujours : ne s'applique pas
        │ ➡️ @bob : `sample.use` refusé : s'applique et décide
        │ ▫️ @Crew : `sample.use` accordé : s'applique, vient trop tard
        │ ▫️ **Gérer les salons** l'accorde par défaut : ne s'applique pas
        │ -# Dans ce salon. La première règle qui s'applique décide.
        ");
        let all = story
            .answer(owner.clone().locale("fr").slash("/permissions check", &[("member", (&bob).into())]))
            .await;
        insta::assert_snapshot!("permissions_checked", all.text());
        let list = story.answer(owner.clone().locale("en-US").slash("/permissions list", &[])).await;
        insta::assert_snapshot!(list.text(), @r"
        │ ### Who may do what
        │ @bob: denied `sample.use`
        │ @Crew: granted `sample.use`
        │ -# 2 rules. A denial beats a grant; administrators always may.
        ");
        let cleared = story
            .answer(owner.slash(
                "/permissions clear",
                &[("capability", "sample.use".into()), ("who", (&bob).into())],
            ))
            .await;
        assert!(cleared.text().contains("@bob"), "{}", cleared.text());
        assert!(counts(story, &bob).await.contains("counted"));
        let history = story
            .answer(owner.clone().locale("en-US").slash("/settings history", &[("document", "permissions".into())]))
            .await;
        assert!(history.text().contains("**#3**"), "{}", history.text());
    })
    .await;
}

#[tokio::test]
async fn administrators_are_not_locked_out_and_a_guild_says_nothing_to_another() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Rust DE");
        let owner = guild.owner().locale("en-US");
        let everyone = guild.find_role("@everyone").unwrap();
        for capability in ["sample.use", "permissions.manage", "settings.manage"] {
            let denied = story
                .answer(owner.slash(
                    "/permissions deny",
                    &[
                        ("capability", capability.into()),
                        ("who", (&everyone).into()),
                    ],
                ))
                .await;
            assert!(
                denied.text().contains("@everyone may no longer"),
                "{}",
                denied.text()
            );
        }
        assert!(counts(story, &owner).await.contains("counted"));
        let list = story.answer(owner.slash("/permissions list", &[])).await;
        assert!(list.text().contains("3 rules"), "{}", list.text());
        let managers = guild.role("Managers", Permissions::MANAGE_CHANNELS);
        let bob = guild.member("bob").locale("en-US");
        owner.gives_role(&bob, &managers);
        assert!(counts(story, &bob).await.contains("You need"));
        let there = other.role("Managers", Permissions::MANAGE_CHANNELS);
        let bob_there = bob.joins_guild(&other);
        other.owner().gives_role(&bob_there, &there);
        assert!(counts(story, &bob_there).await.contains("counted"));
        let list = story
            .answer(
                other
                    .owner()
                    .locale("en-US")
                    .slash("/permissions list", &[]),
            )
            .await;
        assert!(
            list.text().contains("Nothing is granted or denied here"),
            "{}",
            list.text()
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_hands_out_what_they_may_not_do_themselves() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let deputies = guild.role("Deputies", Permissions::MANAGE_GUILD);
        let dora = guild.member("dora").locale("en-US");
        owner.gives_role(&dora, &deputies);
        let grant = |capability: &'static str| {
            dora.slash(
                "/permissions grant",
                &[("capability", capability.into()), ("who", (&dora).into())],
            )
        };
        let refused = story.answer(grant("sample.use")).await;
        assert!(refused.text().contains("(`permissions.manage`)"), "{}", refused.text());
        let named = story
            .answer(owner.slash(
                "/permissions grant",
                &[("capability", "permissions.manage".into()), ("who", (&deputies).into())],
            ))
            .await;
        insta::assert_snapshot!(named.text(), @r"
        │ @Deputies may now do `permissions.manage`.
        │ 
        │ Discord itself shows `/permissions` only to members with certain permissions, and I do not widen
        │ that. To show it to others: Server settings → Integrations.
        ");
        let refused = story.answer(grant("sample.use")).await;
        assert!(refused.text().contains("(`sample.use`)"), "{}", refused.text());
        let allowed = story.answer(grant("settings.manage")).await;
        assert!(allowed.text().contains("may now do"), "{}", allowed.text());
    })
    .await;
}

#[tokio::test]
async fn what_is_unknown_or_unclear_is_refused_with_the_remedy() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("fr");
        let team = guild.role("Équipe", Permissions::from_bits(0));
        let general = guild.text("general");
        let offered = story.answer(owner.types("/permissions grant", "capability", "samp")).await;
        assert_eq!(offered.choices.len(), 1);
        let unknown = story
            .answer(owner.slash(
                "/permissions grant",
                &[("capability", "sample.uze".into()), ("who", (&team).into())],
            ))
            .await;
        insta::assert_snapshot!(unknown.text(), @"│ Je ne connais pas de capacité `sample.uze`. Voulais-tu dire `sample.use` ?");
        let both = story
            .answer(owner.slash(
                "/permissions grant",
                &[
                    ("capability", "sample.use".into()),
                    ("who", (&team).into()),
                    ("channel", (&general).into()),
                ],
            ))
            .await;
        insta::assert_snapshot!(both.text(), @"│ Nomme une seule chose : un rôle ou un membre dans `qui`, ou un salon dans `salon`, pas les deux.");
        let bob = guild.member("bob");
        assert!(matches!(
            bob.slash("/permissions list", &[]).answer().await,
            Err(NoAnswer::CouldNotAsk(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn a_channel_lets_everyone_in_it_and_nobody_elsewhere() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let (here, there) = (guild.text("here"), guild.text("there"));
        // The sample greets new channels.
        story.idle().await;
        assert_eq!(owner.sees(&here).len() + owner.sees(&there).len(), 2);
        story
            .answer(owner.slash(
                "/permissions grant",
                &[
                    ("capability", "sample.use".into()),
                    ("channel", (&here).into()),
                ],
            ))
            .await;
        let bob = guild.member("bob").locale("en-US");
        assert!(
            counts(story, &bob.in_channel(&here))
                .await
                .contains("counted")
        );
        assert!(
            counts(story, &bob.in_channel(&there))
                .await
                .contains("You need")
        );
    })
    .await;
}

#[tokio::test]
async fn two_who_grant_at_once_both_do() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let roles: Vec<_> = (0..6)
            .map(|number| guild.role(&format!("R{number}"), Permissions::from_bits(0)))
            .collect();
        let asked: Vec<_> = roles
            .iter()
            .map(|role| {
                owner.slash(
                    "/permissions grant",
                    &[("capability", "sample.use".into()), ("who", role.into())],
                )
            })
            .collect();
        for asked in asked {
            story.answer(asked).await;
        }
        let list = story.answer(owner.slash("/permissions list", &[])).await;
        assert!(list.text().contains("6 rules"), "{}", list.text());
    })
    .await;
}
