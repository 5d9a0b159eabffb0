//! `/doctor`.

use testkit::discord_sim::{NoAnswer, Permissions};

use crate::with_sample;

#[tokio::test]
async fn what_is_missing_is_named_with_the_remedy_and_nothing_when_all_is_well() {
    testkit::story(with_sample, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let well = story.answer(owner.slash("/doctor", &[])).await;
        assert!(well.text().contains("Nothing is missing."), "{}", well.text());
        let place = guild.text("sample");
        let role = guild.role("Sample", Permissions::from_bits(0));
        story.idle().await;
        assert_eq!(owner.sees(&place).len(), 1);
        let guild = guild.bot_permissions(
            Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES | Permissions::MANAGE_MESSAGES,
        );
        place.deny_everyone(Permissions::MANAGE_MESSAGES);
        guild.move_role(&role, 50);
        story.idle().await;
        let ill = story.answer(owner.slash("/doctor", &[])).await;
        let link = ill.text();
        let link = link.split("](").nth(1).unwrap_or_default();
        assert!(
            link.contains("client_id=") && link.contains(&guild.id().to_string()),
            "{link}"
        );
        insta::with_settings!({filters => vec![(r"\d{15,}", "[id]")]}, {
            insta::assert_snapshot!(ill.text(), @r"
            │ ### How I am here
            │ Features that are on: `admin` `sample`
            │ 
            │ 🔴 `sample`: I lack **Manage Roles**. Give it to my role in the server settings, or invite me
            │ anew with the link below.
            │ 🟠 `sample`: I lack **Manage Messages** in #sample. Allow it to my role in the settings of the
            │ channel.
            │ 🟠 `sample`: @Sample stands above my highest role. Move my role above it in the server settings.
            │ 
            │ **Invitation with no more than that**
            │ **View Channels**, **Manage Roles**, **Send Messages**: [invite
            │ me](https://discord.com/oauth2/authorize?client_id=[id]&scope=bot%20applications.commands&permissions=268438528&guild_id=[id]&disable_guild_select=true)
            ");
        });
        let french = owner.clone().locale("fr");
        let ill = story.answer(french.slash("/doctor", &[])).await;
        insta::with_settings!({filters => vec![(r"\d{15,}", "[id]")]}, {
            insta::assert_snapshot!(ill.text(), @r"
            │ ### Comment je vais ici
            │ Fonctions allumées : `admin` `sample`
            │ 
            │ 🔴 `sample` : il me manque **Gérer les rôles**. Donne-le à mon rôle dans les paramètres du
            │ serveur, ou invite-moi de nouveau avec le lien ci-dessous.
            │ 🟠 `sample` : il me manque **Gérer les messages** dans #sample. Permets-le à mon rôle dans les
            │ paramètres du salon.
            │ 🟠 `sample` : @Sample est au-dessus de mon rôle le plus haut. Monte mon rôle au-dessus dans les
            │ paramètres du serveur.
            │ 
            │ **Invitation sans rien de plus**
            │ **Voir les salons**, **Gérer les rôles**, **Envoyer des messages** :
            │ [invite-moi](https://discord.com/oauth2/authorize?client_id=[id]&scope=bot%20applications.commands&permissions=268438528&guild_id=[id]&disable_guild_select=true)
            ");
        });
        let owner = french.locale("en-US");
        let off = [("feature", "sample".into())];
        story.answer(owner.slash("/features disable", &off)).await;
        let well = story.answer(owner.slash("/doctor", &[])).await;
        assert!(well.text().contains("Nothing is missing."), "{}", well.text());
    })
    .await;
}

#[tokio::test]
async fn what_is_nearly_full_is_told_and_members_may_not_ask() {
    testkit::story(crate::features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let owner = guild.owner().locale("en-US");
        let category = guild.category("Crowded");
        for number in 0..46 {
            guild
                .voice(&format!("Room {number}"))
                .set_parent(Some(&category));
        }
        story.idle().await;
        let told = story.answer(owner.slash("/doctor", &[])).await;
        assert!(told.text().contains("46 of 50 channels"), "{}", told.text());
        let bob = guild.member("bob");
        assert!(matches!(
            bob.slash("/doctor", &[]).answer().await,
            Err(NoAnswer::CouldNotAsk(_))
        ));
    })
    .await;
}
