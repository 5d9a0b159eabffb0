//! Every sentence of webhooks.

use feature::{
    Button, Card, Colour, Lang, Select,
    card::{cut, escape},
    text::relative,
};

use crate::{
    acts::Refused,
    components::{Act, Again, Does, NewSecret},
    model::{Delivery, Hook, MOST, NAME, Trouble, Why},
    sign::{self, Told},
};

feature::words!("webhooks");

/// A webhook that was just made, with what checks its signatures.
pub(crate) fn made(lang: Lang, hook: &Hook, told: &Told) -> Card {
    let number = hook.number.to_string();
    let how = match told {
        Told::Secret(_) => t!(lang, "made-how"),
        Told::PublicKey(_) => t!(lang, "made-how-public"),
    };
    let card = Card::new()
        .title(t!(lang, "made", number = number, name = escape(&hook.name)))
        .colour(Colour::Good)
        .text(how);
    key(lang, card, told)
        .field(t!(lang, "events"), kinds(lang, hook))
        .button(Button::new(t!(lang, "test"), &Act::new(hook.number, Does::Test)).primary())
}

/// The new key of a webhook.
pub(crate) fn rotated(lang: Lang, number: i32, told: &Told) -> Card {
    let number = number.to_string();
    let (title, how) = match told {
        Told::Secret(_) => (
            t!(lang, "rotated", number = number),
            t!(lang, "rotated-how"),
        ),
        Told::PublicKey(_) => (
            t!(lang, "rotated-public", number = number),
            t!(lang, "rotated-how-public"),
        ),
    };
    let card = Card::new().title(title).colour(Colour::Good).text(how);
    key(lang, card, told)
}

/// What checks signatures.
fn key(lang: Lang, card: Card, told: &Told) -> Card {
    match told {
        Told::Secret(secret) => card
            .field(t!(lang, "secret"), format!("`{secret}`"))
            .footer(t!(lang, "secret-once")),
        Told::PublicKey(public) => card.field(t!(lang, "public-key"), format!("`{public}`")),
    }
}

fn kinds(lang: Lang, hook: &Hook) -> String {
    if hook.kinds.is_empty() {
        return t!(lang, "everything");
    }
    let kinds: Vec<String> = hook.kinds.iter().map(|kind| format!("`{kind}`")).collect();
    cut(&kinds.join(" "), 1_000)
}

fn state(lang: Lang, hook: &Hook) -> String {
    match (hook.stopped, hook.failing_since) {
        (Some((at, Why::Hand)), _) => t!(lang, "state-hand", at = relative(at)),
        (Some((at, Why::Gone)), _) => t!(lang, "state-gone", at = relative(at)),
        (Some((at, Why::Failing)), _) => t!(lang, "state-failing", at = relative(at)),
        (None, Some(since)) => t!(lang, "state-trouble", since = relative(since)),
        (None, None) => t!(lang, "state-well"),
    }
}

/// The webhooks of a guild.
pub(crate) fn list(lang: Lang, hooks: &[Hook]) -> Card {
    let card = Card::new().title(t!(lang, "list"));
    if hooks.is_empty() {
        return card.text(t!(lang, "list-empty"));
    }
    card.lines(hooks.iter().map(|hook| {
        let (name, state) = (escape(&hook.name), state(lang, hook));
        format!("**#{}** {name} · {state}", hook.number)
    }))
}

/// A webhook, with what was sent to it.
pub(crate) fn hook(lang: Lang, hook: &Hook, log: &[Delivery], said: Option<String>) -> Card {
    let title = format!("#{} {}", hook.number, escape(&hook.name));
    let mut card = Card::new().title(title).colour(match hook.stopped {
        Some(_) => Colour::Bad,
        None if hook.failing_since.is_some() => Colour::Warn,
        None => Colour::Info,
    });
    if let Some(said) = said {
        card = card.text(said);
    }
    card = card
        .field(t!(lang, "state"), state(lang, hook))
        .field(
            t!(lang, "url"),
            format!("`{}`", cut(&hook.url.replace('`', "%60"), 300)),
        )
        .field(t!(lang, "events"), kinds(lang, hook));
    if let Some(public) = &hook.public_key {
        card = card.field(t!(lang, "public-key"), format!("`{}`", sign::shown(public)));
    }
    card = card.field(
        t!(lang, "maker"),
        format!("<@{}> · {}", hook.created_by, relative(hook.created_at)),
    );
    if log.is_empty() {
        card = card.field(t!(lang, "log"), t!(lang, "log-empty"));
    } else {
        let lines: Vec<String> = log.iter().map(|delivery| line(lang, delivery)).collect();
        card = card.field(t!(lang, "log"), lines.join("\n"));
    }
    let number = hook.number;
    let act = |label: String, does: Does| Button::new(label, &Act::new(number, does));
    card = card.button(act(t!(lang, "refresh"), Does::Refresh));
    card = if hook.stopped.is_some() {
        card.button(act(t!(lang, "resume"), Does::Resume).primary())
    } else {
        card.button(act(t!(lang, "test"), Does::Test))
            .button(act(t!(lang, "pause"), Does::Pause))
    };
    card = card
        .button(Button::new(t!(lang, "new-secret"), &NewSecret { number }))
        .button(act(t!(lang, "remove"), Does::AskRemove).danger());
    let ended = log.iter().filter(|delivery| delivery.state != "waiting");
    let options: Vec<(String, String, bool)> = ended
        .map(|delivery| {
            let label = format!("{} · {}", delivery.kind, delivery.subject);
            (label, delivery.sequence.to_string(), false)
        })
        .collect();
    if hook.stopped.is_some() || options.is_empty() {
        return card;
    }
    card.select(Select::strings(&Again { number }, options).placeholder(t!(lang, "again")))
}

fn line(lang: Lang, delivery: &Delivery) -> String {
    let attempts = delivery.attempts.to_string();
    let how = match delivery.state.as_str() {
        "sent" => t!(lang, "log-sent"),
        "failed" => t!(lang, "log-failed", attempts = attempts),
        "dropped" => t!(lang, "log-dropped"),
        _ if delivery.attempts > 0 => t!(lang, "log-again", attempts = attempts),
        _ => t!(lang, "log-waiting"),
    };
    let why = match (delivery.status, &delivery.trouble) {
        (Some(status), _) if delivery.state != "sent" => format!(" (HTTP {status})"),
        (None, Some(kept)) => format!(" ({})", trouble(lang, Trouble::of(kept))),
        _ => String::new(),
    };
    let (kind, subject) = (&delivery.kind, escape(&delivery.subject));
    format!(
        "`{kind}` {subject} · {how}{why} · {}",
        relative(delivery.created_at)
    )
}

/// What stood in the way.
fn trouble(lang: Lang, trouble: Trouble) -> String {
    match trouble {
        Trouble::NotAnAddress => t!(lang, "trouble-not-an-address"),
        Trouble::NotHttps => t!(lang, "trouble-not-https"),
        Trouble::Password => t!(lang, "trouble-password"),
        Trouble::Inside => t!(lang, "trouble-inside"),
        Trouble::Unknown => t!(lang, "trouble-unknown"),
        Trouble::Unreachable => t!(lang, "trouble-unreachable"),
        Trouble::TimedOut => t!(lang, "trouble-timed-out"),
    }
}

/// Whether a webhook is really to go.
pub(crate) fn confirm_removal(lang: Lang, hook: &Hook) -> Card {
    let (number, name) = (hook.number.to_string(), escape(&hook.name));
    let remove = Act::new(hook.number, Does::Remove);
    let keep = Act::new(hook.number, Does::Refresh);
    Card::new()
        .title(t!(lang, "confirm", number = number, name = name))
        .colour(Colour::Warn)
        .text(t!(lang, "confirm-how"))
        .button(Button::new(t!(lang, "remove"), &remove).danger())
        .button(Button::new(t!(lang, "keep"), &keep))
}

pub(crate) fn removed(lang: Lang, number: i32) -> Card {
    Card::new()
        .text(t!(lang, "removed", number = number.to_string()))
        .colour(Colour::Good)
}

pub(crate) fn changed(lang: Lang) -> String {
    t!(lang, "changed")
}

pub(crate) fn test_sent(lang: Lang) -> String {
    t!(lang, "test-sent")
}

pub(crate) fn paused(lang: Lang) -> String {
    t!(lang, "paused")
}

pub(crate) fn resumed(lang: Lang) -> String {
    t!(lang, "resumed")
}

pub(crate) fn sent_again(lang: Lang) -> String {
    t!(lang, "sent-again")
}

/// What the maker of a webhook reads when it was stopped.
pub(crate) fn stopped_by_itself(lang: Lang, hook: &Hook, server: &str) -> Card {
    let (number, name, server) = (hook.number.to_string(), escape(&hook.name), escape(server));
    let why = match hook.stopped {
        Some((_, Why::Gone)) => t!(lang, "stopped-gone"),
        _ => t!(lang, "stopped-failing"),
    };
    Card::new()
        .title(t!(
            lang,
            "stopped",
            number = number,
            name = name,
            server = server
        ))
        .colour(Colour::Bad)
        .text(why)
        .text(t!(lang, "stopped-how"))
}

pub(crate) fn refused(lang: Lang, refused: &Refused) -> String {
    match refused {
        Refused::Unknown(asked) => t!(lang, "unknown", asked = asked.replace('`', "'")),
        Refused::Url(why) => t!(lang, "bad-url", why = trouble(lang, *why)),
        Refused::Kind(word) => {
            t!(lang, "bad-kind", word = cut(&word.replace('`', "'"), 60))
        }
        Refused::Name(length) => t!(
            lang,
            "bad-name",
            length = length.to_string(),
            most = NAME.to_string()
        ),
        Refused::TooMany => t!(lang, "too-many", most = MOST.to_string()),
        Refused::Stopped(number) => t!(lang, "is-stopped", number = number.to_string()),
        Refused::NoDelivery => t!(lang, "no-delivery"),
    }
}
