//! Menus that a replaced system posted on the same bot account.

use autorole::{
    model::Rules,
    store::groups::{self, NewGroup},
};
use testkit::{
    Story,
    discord_sim::{Guild, RoleRef, SeenMessage},
};
use twilight_model::{
    channel::{
        Message,
        message::{
            Component,
            component::{
                ActionRow, Button, ButtonStyle, SelectMenu, SelectMenuOption, SelectMenuType,
            },
        },
    },
    id::Id,
};

use crate::{features, held, owner, press, roles};

/// What an import writes: a group under its old number.
async fn import(story: &Story, guild: &Guild, roles: &[RoleRef]) {
    let mut db = story.database().database().acquire().await.unwrap();
    let here = guild.id().get().to_string().parse().unwrap();
    let by = guild.owner().id().get().to_string().parse().unwrap();
    let new = NewGroup {
        name: "Couleurs",
        message: "",
        rules: Rules::default(),
        legacy_id: Some(7),
    };
    let now = story.sim.now();
    let id = groups::create(&mut db, here, &new, by, now)
        .await
        .unwrap()
        .unwrap();
    let items: Vec<groups::Item> = roles
        .iter()
        .map(|role| groups::Item {
            role: role.id().get().to_string().parse().unwrap(),
            emoji: None,
            label: String::new(),
            description: String::new(),
            seats: None,
            approved: twilight_model::guild::Permissions::empty(),
            is_broken: false,
        })
        .collect();
    groups::put_items(&mut db, here, id, &items).await.unwrap();
}

fn option(role: &RoleRef) -> SelectMenuOption {
    SelectMenuOption {
        default: false,
        description: None,
        emoji: None,
        label: role.name(),
        value: role.id().to_string(),
    }
}

fn row(component: Component) -> Component {
    Component::ActionRow(ActionRow {
        id: None,
        components: vec![component],
    })
}

/// The message as the replaced system posted it.
async fn old_menu(story: &Story, guild: &Guild, roles: &[RoleRef]) -> SeenMessage {
    let here = guild.id();
    let button = Component::Button(Button {
        id: None,
        custom_id: Some(format!("autorole:btn:{here}:7:{}", roles[0].id())),
        disabled: false,
        emoji: None,
        label: Some("Old button".to_owned()),
        sku_id: None,
        style: ButtonStyle::Primary,
        url: None,
    });
    let select = |id: String| {
        Component::SelectMenu(SelectMenu {
            id: None,
            channel_types: None,
            custom_id: id,
            default_values: None,
            disabled: false,
            kind: SelectMenuType::Text,
            max_values: Some(2),
            min_values: Some(0),
            options: Some(roles.iter().map(option).collect()),
            placeholder: Some("Old select".to_owned()),
            required: None,
        })
    };
    let components = [
        row(button),
        row(select(format!("autorole:sel:{here}:7"))),
        row(select(format!("autorole:msel:{here}:7:0"))),
    ];
    let discord = &story.house().discord;
    let channel = guild.text("general");
    let request = discord
        .http()
        .create_message(Id::new(channel.id().get()))
        .content("Old menu")
        .components(&components);
    let message: Message = discord.one(request).await.unwrap();
    let seen = guild.owner().sees(&channel);
    seen.into_iter()
        .find(|seen| seen.id().get() == message.id.get())
        .unwrap()
}

#[tokio::test]
async fn buttons_and_selects_of_the_replaced_system_still_answer() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("fr");
        let all = roles(&guild, &["Rouge", "Bleu"]);
        story.idle().await;
        import(story, &guild, &all).await;
        let menu = old_menu(story, &guild, &all).await;
        let given = press(story, &alice, &menu, "Old button").await;
        assert!(given.contains("Tu as maintenant @Rouge"), "{given}");
        let single = format!("autorole:sel:{}:7", guild.id());
        story
            .answer(alice.picks(&menu, &single, &["Bleu".into()]))
            .await;
        assert_eq!(held(&alice), ["Rouge", "Bleu"]);
        let several = format!("autorole:msel:{}:7:0", guild.id());
        let both = ["Rouge".into(), "Bleu".into()];
        story.answer(alice.picks(&menu, &several, &both)).await;
        assert!(held(&alice).is_empty());
        // It was adopted by the first click: the group knows where it stands, and linking it renews its rows.
        let link = format!(
            "https://discord.com/channels/{}/{}/{}",
            guild.id(),
            menu.channel().id(),
            menu.id()
        );
        let options = [("group", "Couleurs".into()), ("message", link.into())];
        owner(story, &guild, "link", &options).await;
        let renewed = menu.again().unwrap();
        assert_eq!((renewed.buttons().len(), renewed.selects().len()), (0, 1));
        assert!(renewed.text().contains("Old menu"), "{}", renewed.text());
    })
    .await;
}

#[tokio::test]
async fn an_old_id_of_another_guild_or_group_leads_nowhere() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Elsewhere");
        let bob = other.member("bob").locale("fr");
        let all = roles(&guild, &["Rouge"]);
        story.idle().await;
        import(story, &guild, &all).await;
        let said = bob.says(&other.text("general"), "hello");
        for id in [
            format!("autorole:btn:{}:7:{}", guild.id(), all[0].id()),
            format!("autorole:btn:{}:7:{}", other.id(), all[0].id()),
            format!("autorole:btn:{}:8:{}", other.id(), all[0].id()),
        ] {
            let answer = story.answer(bob.clicks_id(&said, &id)).await;
            assert!(
                answer.text().contains("n'existe plus ici"),
                "{id}: {}",
                answer.text()
            );
        }
        let outdated = story
            .answer(bob.clicks_id(&said, "autorole:btn:nonsense"))
            .await;
        assert!(!outdated.text().is_empty());
    })
    .await;
}
