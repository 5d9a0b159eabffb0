//! Putting a menu under a message that exists.

use testkit::{
    Story,
    discord_sim::{ChannelRef, SeenMessage},
};
use twilight_model::{
    channel::{
        Message,
        message::{
            Component, MessageFlags,
            component::{ActionRow, Button, ButtonStyle, TextDisplay},
        },
    },
    id::Id,
};

use crate::{buttons, create, features, held, owner, press, roles};

/// The bot writes a message, for something else.
async fn bot_writes(story: &Story, channel: &ChannelRef, components: &[Component]) -> u64 {
    let discord = &story.house().discord;
    let request = discord.http().create_message(Id::new(channel.id().get()));
    let request = if components.is_empty() {
        request.content("Welcome!")
    } else {
        request
            .flags(MessageFlags::IS_COMPONENTS_V2)
            .components(components)
    };
    let message: Message = discord.one(request).await.unwrap();
    message.id.get()
}

fn seen(story: &Story, channel: &ChannelRef, id: u64) -> SeenMessage {
    let guild = story.sim.find_guild("Rust FR").unwrap();
    let found = guild.owner().sees(channel);
    found
        .into_iter()
        .find(|message| message.id().get() == id)
        .unwrap()
}

fn link(story: &Story, channel: &ChannelRef, id: u64) -> String {
    let guild = story.sim.find_guild("Rust FR").unwrap();
    format!(
        "https://discord.com/channels/{}/{}/{id}",
        guild.id(),
        channel.id()
    )
}

#[tokio::test]
async fn a_message_of_the_bots_gets_the_menu_in_place() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let alice = guild.member("alice").locale("en-US");
        let hall = guild.text("hall");
        let all = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let old = buttons(story, &guild, "Team", &all[..1]).await;
        let plain = bot_writes(story, &hall, &[]).await;
        let options = [
            ("group", "Team".into()),
            ("message", link(story, &hall, plain).into()),
        ];
        let linked = owner(story, &guild, "link", &options).await;
        assert!(
            linked.text().contains("now stands under"),
            "{}",
            linked.text()
        );
        insta::assert_snapshot!(seen(story, &hall, plain).text());
        assert!(old.again().is_none(), "the menu stands in one place");
        // The menu follows its group, and the words of the message stay.
        let options = [("group", "Team".into()), ("role", (&all[1]).into())];
        owner(story, &guild, "add", &options).await;
        let message = seen(story, &hall, plain);
        assert_eq!(message.buttons(), ["Red", "Blue"]);
        assert!(message.text().contains("Welcome!"));
        press(story, &alice, &message, "Blue").await;
        assert_eq!(held(&alice), ["Blue"]);
        // One with Components V2 keeps what it has.
        let words = Component::TextDisplay(TextDisplay {
            id: None,
            content: "Rules of the house".to_owned(),
        });
        let other = Component::ActionRow(ActionRow {
            id: None,
            components: vec![Component::Button(Button {
                id: None,
                custom_id: None,
                disabled: false,
                emoji: None,
                label: Some("Read them".to_owned()),
                sku_id: None,
                style: ButtonStyle::Link,
                url: Some("https://example.org".to_owned()),
            })],
        });
        let current = bot_writes(story, &hall, &[words, other]).await;
        let options = [
            ("group", "Team".into()),
            ("message", link(story, &hall, current).into()),
        ];
        owner(story, &guild, "link", &options).await;
        insta::assert_snapshot!(seen(story, &hall, current).text());
        assert_eq!(seen(story, &hall, plain).buttons(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_message_of_somebody_else_is_copied_only_when_asked() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let hall = guild.text("hall");
        let alice = guild.member("alice").locale("en-US");
        let all = roles(&guild, &["Red"]);
        story.idle().await;
        create(story, &guild, "Team", &all).await;
        let said = alice.says(&hall, "Pick your team");
        let here = link(story, &hall, said.id().get());
        let options = [("group", "Team".into()), ("message", here.into())];
        let asked = owner(story, &guild, "link", &options).await;
        insta::assert_snapshot!(asked.text());
        assert_eq!(alice.sees(&hall).len(), 1, "nothing is posted unasked");
        let copied = story
            .answer(guild.owner().clicks(asked.message(), "Post a copy"))
            .await;
        assert!(copied.text().contains("is posted"), "{}", copied.text());
        let copy = alice.sees(&hall).pop().unwrap();
        assert!(copy.text().contains("Pick your team"), "{}", copy.text());
        press(story, &alice, &copy, "Red").await;
        assert_eq!(held(&alice), ["Red"]);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_leads_nowhere_is_explained() {
    testkit::story(features, async |story| {
        story.allows_refusals = true;
        let guild = story.sim.guild("Rust FR");
        let other = story.sim.guild("Elsewhere");
        let all = roles(&guild, &["Red"]);
        let hall = guild.text("hall");
        story.idle().await;
        create(story, &guild, "Team", &all).await;
        let far = other.text("general");
        let said = other.owner().says(&far, "Psst");
        // The guild of the link is ours, its channel is not.
        let forged = link(story, &far, said.id().get());
        let link = link(story, &hall, 1);
        let answer = async |text: String| {
            let options = [("group", "Team".into()), ("message", text.into())];
            owner(story, &guild, "link", &options).await.text()
        };
        assert!(
            answer("here".to_owned())
                .await
                .contains("`here` is no link")
        );
        let elsewhere = link.replace(&guild.id().to_string(), &other.id().to_string());
        assert!(answer(elsewhere).await.contains("on another server"));
        assert!(answer(forged).await.contains("on another server"));
        let gone = answer(link).await;
        assert!(gone.to_lowercase().contains("message"), "{gone}");
    })
    .await;
}

#[tokio::test]
async fn a_menu_that_stands_elsewhere_is_found_by_its_link() {
    testkit::story(features, async |story| {
        let guild = story.sim.guild("Rust FR");
        let hall = guild.text("hall");
        let all = roles(&guild, &["Red", "Blue"]);
        story.idle().await;
        let menu = buttons(story, &guild, "Team", &all[..1]).await;
        // The record is lost, as after a database was brought back from an older copy.
        let mut db = story.database().database().acquire().await.unwrap();
        let here = guild.id().get().to_string().parse().unwrap();
        let id = menu.id().get().to_string().parse().unwrap();
        autorole::store::groups::forget_messages(&mut db, here, &[id])
            .await
            .unwrap();
        drop(db);
        let general = guild.text("general");
        let found = link(story, &general, menu.id().get());
        let options = [("group", "Team".into()), ("message", found.into())];
        owner(story, &guild, "link", &options).await;
        let options = [("group", "Team".into()), ("role", (&all[1]).into())];
        owner(story, &guild, "add", &options).await;
        assert_eq!(menu.again().unwrap().buttons(), ["Red", "Blue"]);
        // It is its own message again: posting elsewhere takes it along.
        let options = [("group", "Team".into()), ("channel", (&hall).into())];
        owner(story, &guild, "post", &options).await;
        assert!(menu.again().is_none());
        assert_eq!(guild.owner().sees(&hall).len(), 1);
    })
    .await;
}
