//! Stories of self-service roles.
#![expect(clippy::unwrap_used, reason = "a story that can not go on fails")]
#![expect(
    clippy::as_conversions,
    reason = "in `query!`, `as` names the type of a parameter and converts nothing"
)]

mod assign;
mod guilds;
mod hierarchy;
mod http;
mod joining;
mod legacy;
mod linking;
mod menus;
mod names;
mod repair;
mod rules;
mod seats;

use std::time::Duration;

use testkit::{
    Story,
    discord_sim::{Answer, Argument, Guild, Permissions, Person, RoleRef, SeenMessage, SimOptions},
};

fn features() -> feature::Registry {
    feature::Registry::new().with(autorole::Autorole)
}

/// Discord without its limits on how often, and with patience: for stories about something else than speed.
fn calm() -> SimOptions {
    SimOptions {
        rate_limits: false,
        first_answer: Duration::from_secs(30),
        patience: Duration::from_secs(40),
        ..SimOptions::default()
    }
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

/// Runs a command of `/autorole` as the owner.
async fn owner(story: &Story, guild: &Guild, path: &str, options: &[(&str, Argument)]) -> Answer {
    let path = format!("/autorole {path}");
    story.answer(guild.owner().slash(&path, options)).await
}

/// Has the owner make a group.
async fn create(story: &Story, guild: &Guild, name: &str, roles: &[RoleRef]) -> Answer {
    let options = [("name", name.into()), ("roles", mentions(roles).into())];
    owner(story, guild, "create", &options).await
}

/// Has the owner make a group and post it in `general`; the menu comes back.
async fn posted(story: &Story, guild: &Guild, name: &str, roles: &[RoleRef]) -> SeenMessage {
    let made = create(story, guild, name, roles).await;
    let text = made.text();
    assert!(text.contains(&format!("### {name}")), "{text}");
    post(story, guild, name).await
}

async fn post(story: &Story, guild: &Guild, name: &str) -> SeenMessage {
    let answer = owner(story, guild, "post", &[("group", name.into())]).await;
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

/// Has the owner fill in a form of a group.
async fn form(
    story: &Story,
    guild: &Guild,
    group: &str,
    button: &str,
    fields: &[(&str, Argument)],
) -> Answer {
    let shown = owner(story, guild, "edit", &[("group", group.into())]).await;
    let person = guild.owner();
    let opened = story.answer(person.clicks(shown.message(), button)).await;
    story.answer(person.submits(opened.modal(), fields)).await
}

/// What a person holds, by name.
fn held(person: &Person) -> Vec<String> {
    person.roles().iter().map(RoleRef::name).collect()
}

/// Presses a button and tells what came of it.
async fn press(story: &Story, person: &Person, menu: &SeenMessage, button: &str) -> String {
    story.answer(person.clicks(menu, button)).await.text()
}

/// Makes a menu of buttons.
async fn buttons(story: &Story, guild: &Guild, name: &str, roles: &[RoleRef]) -> SeenMessage {
    let made = create(story, guild, name, roles).await;
    assert!(made.text().contains("###"), "{}", made.text());
    let fields = [("surface", "buttons".into())];
    form(story, guild, name, "Looks", &fields).await;
    post(story, guild, name).await
}

/// Waits until a member's roles are being edited.
async fn until_busy(story: &Story, person: &Person) {
    let user: database::UserId = person.id().get().to_string().parse().unwrap();
    let mut db = story.database().database().acquire().await.unwrap();
    let mut look = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..1000 {
        look.tick().await;
        let busy: bool = sqlx::query_scalar!(
            r#"select exists (
                   select from autorole.member_edit where user_id = $1 and busy_until is not null) as "busy!""#,
            user as database::UserId
        )
        .fetch_one(&mut *db)
        .await
        .unwrap();
        if busy {
            return;
        }
    }
    panic!(
        "nobody edits the roles of {person:?}\n{}",
        story.sim.transcript()
    );
}
