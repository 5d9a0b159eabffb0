//! Stories of self-service roles.
#![expect(clippy::unwrap_used, reason = "a story that can not go on fails")]

mod menus;

use testkit::{
    Story,
    discord_sim::{Answer, Guild, Permissions, Person, RoleRef, SeenMessage},
};

fn features() -> feature::Registry {
    feature::Registry::new().with(autorole::Autorole::default())
}

/// Roles with these names.
fn roles(guild: &Guild, names: &[&str]) -> Vec<RoleRef> {
    names
        .iter()
        .map(|name| guild.role(name, Permissions::NONE))
        .collect()
}

fn mentions(roles: &[RoleRef]) -> String {
    let mentions: Vec<String> = roles
        .iter()
        .map(|role| format!("<@&{}>", role.id()))
        .collect();
    mentions.join(" ")
}

/// Has the owner make a group.
async fn create(story: &Story, guild: &Guild, name: &str, roles: &[RoleRef]) -> Answer {
    let options = [("name", name.into()), ("roles", mentions(roles).into())];
    let owner = guild.owner();
    story
        .answer(owner.slash("/autorole create", &options))
        .await
}

/// Has the owner make a group and post it in `general`; the menu comes back.
async fn posted(story: &Story, guild: &Guild, name: &str, roles: &[RoleRef]) -> SeenMessage {
    create(story, guild, name, roles).await;
    post(story, guild, name).await
}

async fn post(story: &Story, guild: &Guild, name: &str) -> SeenMessage {
    let owner = guild.owner();
    let options = [("group", name.into())];
    let answer = story.answer(owner.slash("/autorole post", &options)).await;
    let text = answer.text();
    menu(guild, name).unwrap_or_else(|| panic!("no menu of {name} after: {text}"))
}

/// The menu of a group as it stands in `general`.
fn menu(guild: &Guild, name: &str) -> Option<SeenMessage> {
    let title = format!("### {name}");
    let seen = guild.owner().sees(&guild.text("general"));
    seen.into_iter()
        .find(|message| !message.is_ephemeral() && message.text().contains(&title))
}

/// What a person holds, by name.
fn held(person: &Person) -> Vec<String> {
    person.roles().iter().map(RoleRef::name).collect()
}
