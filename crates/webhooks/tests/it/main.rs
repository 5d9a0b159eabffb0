//! Stories of webhooks: somebody makes one, something happens, and a program outside hears of it.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod bell;
mod hearing;
mod http;
mod pairs;
mod receiver;
mod wrong;

use testkit::{
    BotOptions, Story,
    discord_sim::{Answer, Guild, Person, SimOptions},
};

use receiver::Receiver;

fn features() -> feature::Registry {
    feature::Registry::new()
        .with(bell::Bells)
        .with(webhooks::Webhooks::reaching(receiver::client()))
}

/// As people have it: addresses on the internet alone.
fn strict() -> feature::Registry {
    feature::Registry::new()
        .with(bell::Bells)
        .with(webhooks::Webhooks::default())
}

async fn story(tell: impl AsyncFnOnce(&mut Story)) {
    let options = BotOptions::default().with_http();
    testkit::story_with(features, sim(), options, tell).await;
}

fn sim() -> SimOptions {
    SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    }
}

fn id(guild: &Guild) -> database::GuildId {
    guild.id().to_string().parse().unwrap()
}

/// Makes a webhook; its secret.
async fn adds(story: &Story, person: &Person, receiver: &Receiver, events: &str) -> String {
    let options = [
        ("url", receiver.url().into()),
        ("events", events.into()),
        ("name", "Board".into()),
    ];
    let answer = story.answer(person.slash("/webhook add", &options)).await;
    secret(&answer)
}

/// The secret that an answer shows.
fn secret(answer: &Answer) -> String {
    shown(answer, "whsec_")
}

/// A key that an answer shows, by what it begins with.
fn shown(answer: &Answer, begin: &str) -> String {
    let text = answer.text();
    let at = text
        .find(begin)
        .unwrap_or_else(|| panic!("no {begin} in {text}"));
    let rest = &text[at..];
    let end = rest.find('`').unwrap_or(rest.len());
    rest[..end].to_owned()
}

/// Rings a bell.
async fn rings(story: &Story, person: &Person, name: &str) {
    let asked = person.slash("/bell ring", &[("name", name.into())]);
    story.answer(asked).await;
    story.idle().await;
}

/// The words of an answer without what differs in every run: the secret, ports and instants.
fn plain(answer: &Answer, receiver: &Receiver) -> String {
    let text = answer
        .text()
        .replace(&receiver.url(), "https://example.org/hook");
    let mut plain = String::new();
    for line in text.lines() {
        let key = ["whsec_", "whpk_"].into_iter();
        let mut key = key.filter_map(|begin| Some((line.find(begin)?, begin)));
        let line = match key.next() {
            Some((at, begin)) => format!("{}{begin}…`", &line[..at]),
            None => line.to_owned(),
        };
        let mut digits = String::new();
        for at in line.chars().chain(['\0']) {
            if at.is_ascii_digit() {
                digits.push(at);
                continue;
            }
            plain.push_str(if digits.len() >= 9 { "N" } else { &digits });
            digits.clear();
            if at != '\0' {
                plain.push(at);
            }
        }
        plain.push('\n');
    }
    plain
}
