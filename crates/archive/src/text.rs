//! Every sentence of the archive.

use database::ChannelId;
use feature::{
    Card, Colour, Lang,
    card::{cut, escape},
    text::{date_time, relative},
};
use jiff::Timestamp;

use crate::{
    commands::Refused,
    exports::{NoExport, commands::View},
    status::{Reading, Standing},
    store::{channels::Tally, exports::Room, reading::Message},
};

feature::words!("archive");

fn place(channel: ChannelId) -> String {
    format!("<#{channel}>")
}

fn typed(text: &str) -> String {
    format!("`{}`", cut(text, 60).replace('`', "'"))
}

pub(crate) fn bad_share(lang: Lang, share: u8) -> String {
    t!(lang, "bad-share", share = share.to_string())
}

pub(crate) fn refused(lang: Lang, refused: &Refused) -> String {
    match refused {
        Refused::CanNotRead(channel) => t!(lang, "can-not-read", channel = place(*channel)),
        Refused::Already => t!(lang, "already"),
        Refused::NothingKept => t!(lang, "nothing-kept"),
        Refused::NotKept(channel) => t!(lang, "not-kept", channel = place(*channel)),
        Refused::NoReading => t!(lang, "no-reading"),
        Refused::NotYours(channel) => t!(lang, "not-yours", channel = place(*channel)),
    }
}

/// What everyone in the channel reads when it is turned on.
pub(crate) fn notice(lang: Lang, channel: Option<ChannelId>) -> Card {
    let said = match channel {
        Some(channel) => t!(lang, "notice-channel", channel = place(channel)),
        None => t!(lang, "notice-everything"),
    };
    Card::new()
        .title(t!(lang, "notice-title"))
        .text(said)
        .text(t!(lang, "notice-rights"))
        .colour(Colour::Info)
}

pub(crate) fn enabled(lang: Lang, channel: Option<ChannelId>) -> String {
    match channel {
        Some(channel) => t!(lang, "enabled-channel", channel = place(channel)),
        None => t!(lang, "enabled-everything"),
    }
}

pub(crate) fn no_content(lang: Lang) -> String {
    t!(lang, "no-content")
}

pub(crate) fn disabled(lang: Lang, channel: Option<ChannelId>) -> String {
    match channel {
        Some(channel) => t!(lang, "disabled-channel", channel = place(channel)),
        None => t!(lang, "disabled-everything"),
    }
}

pub(crate) fn retained(lang: Lang, channel: ChannelId, days: Option<i64>) -> String {
    match days {
        Some(days) => t!(lang, "retained-days", channel = place(channel), days = days),
        None => t!(lang, "retained-for-ever", channel = place(channel)),
    }
}

pub(crate) fn backfill_begun(lang: Lang, count: u64) -> String {
    t!(lang, "backfill-begun", count = count)
}

pub(crate) fn backfill_turned(lang: Lang, to: &str, count: usize) -> String {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    match to {
        "paused" => t!(lang, "backfill-paused", count = count),
        "cancelled" => t!(lang, "backfill-cancelled", count = count),
        _ => t!(lang, "backfill-resumed", count = count),
    }
}

pub(crate) fn opted_out(lang: Lang) -> String {
    t!(lang, "opted-out")
}

pub(crate) fn opted_in(lang: Lang) -> String {
    t!(lang, "opted-in")
}

pub(crate) fn erasing(lang: Lang) -> String {
    t!(lang, "erasing")
}

pub(crate) fn export_empty(lang: Lang) -> String {
    t!(lang, "export-empty")
}

pub(crate) fn exported(lang: Lang, count: u64) -> String {
    t!(lang, "exported", count = count)
}

pub(crate) fn export_cut(lang: Lang) -> String {
    t!(lang, "export-cut")
}

/// What retention removed of channels, most first.
pub(crate) fn purged(lang: Lang, removed: &[(ChannelId, i64)]) -> Card {
    const SHOWN: usize = 20;
    let line = |&(channel, messages): &(ChannelId, i64)| {
        t!(
            lang,
            "purged-line",
            channel = place(channel),
            count = messages
        )
    };
    let card = Card::new()
        .title(t!(lang, "purged-title"))
        .lines(removed.iter().take(SHOWN).map(line))
        .colour(Colour::Info);
    let rest = removed.len().saturating_sub(SHOWN);
    if rest == 0 {
        return card;
    }
    let rest = i64::try_from(rest).unwrap_or(i64::MAX);
    card.footer(t!(lang, "purged-rest", count = rest))
}

pub(crate) fn no_export(lang: Lang, why: NoExport, room: Room) -> String {
    match why {
        NoExport::TooMany => t!(lang, "exports-too-many", all = room.guild, own = room.own),
        NoExport::NoPlace => t!(lang, "exports-no-place"),
        NoExport::Unknown(number) => t!(lang, "exports-unknown", number = number.to_string()),
        NoExport::MonthsOfChanges => t!(lang, "exports-months-of-changes"),
        NoExport::ChangesOfAll => t!(lang, "exports-changes-of-all"),
    }
}

pub(crate) fn look_again(lang: Lang) -> String {
    t!(lang, "exports-look")
}

/// A number of bytes, in thousands.
fn bytes(lang: Lang, bytes: u64) -> String {
    let kilobytes = i64::try_from(bytes.div_ceil(1_000)).unwrap_or(i64::MAX);
    if kilobytes < 1_000 {
        t!(lang, "exports-kilobytes", count = kilobytes)
    } else {
        t!(
            lang,
            "exports-megabytes",
            count = kilobytes.div_euclid(1_000)
        )
    }
}

/// A member's exports, newest first.
pub(crate) fn exports(lang: Lang, views: &[View], is_public: bool) -> Card {
    let card = Card::new().title(t!(lang, "exports-title"));
    if views.is_empty() {
        return card.text(t!(lang, "exports-none"));
    }
    let card = card.lines(views.iter().map(|view| export(lang, view)));
    let is_shown = views.iter().any(|view| !view.links.is_empty());
    match (is_shown, is_public) {
        (true, true) => card.footer(t!(lang, "exports-links")),
        (true, false) => card.footer(t!(lang, "exports-no-address")),
        (false, _) => card,
    }
}

fn export(lang: Lang, view: &View) -> String {
    let one = &view.export;
    let of = match (&one.asked.author, &*one.asked.channels) {
        (Some(_), _) => t!(lang, "exports-own"),
        (None, [channel]) => place(*channel),
        (None, all) => t!(
            lang,
            "exports-channels",
            count = i64::try_from(all.len()).unwrap_or(i64::MAX)
        ),
    };
    let messages = one.messages;
    let stands = match (one.state.as_str(), one.share()) {
        ("done", _) if !view.is_readable => t!(lang, "exports-rights"),
        ("done", _) => t!(
            lang,
            "exports-done",
            count = messages,
            until = relative(one.expires_at)
        ),
        ("running", Some(share)) => {
            t!(
                lang,
                "exports-running-share",
                count = messages,
                share = share
            )
        }
        ("running", None) => t!(lang, "exports-running", count = messages),
        ("cancelled", _) => t!(lang, "exports-cancelled"),
        _ => match one.reason.as_deref() {
            Some("rights") => t!(lang, "exports-rights"),
            Some("files") => t!(lang, "exports-files"),
            Some("room") => t!(lang, "exports-room"),
            _ => t!(lang, "exports-disk"),
        },
    };
    let mut line = format!("**{}** · {of} · {stands}", one.id);
    for (part, address) in &view.links {
        let size = bytes(lang, part.bytes);
        let link = if address.starts_with('/') {
            format!("`{address}`")
        } else {
            format!("[{}]({address})", part.name)
        };
        line = format!("{line}\n{link} · {size}");
    }
    let more = view.files.saturating_sub(view.links.len());
    if more > 0 && !view.links.is_empty() {
        let more = i64::try_from(more).unwrap_or(i64::MAX);
        line = format!("{line}\n{}", t!(lang, "exports-more", count = more));
    }
    line
}

pub(crate) fn search_empty(lang: Lang) -> String {
    t!(lang, "search-empty")
}

pub(crate) fn search_bad_day(lang: Lang, said: &str) -> String {
    t!(lang, "search-bad-day", typed = typed(said))
}

pub(crate) fn search_bad_has(lang: Lang, said: &str, known: &str) -> String {
    t!(
        lang,
        "search-bad-has",
        typed = typed(said),
        known = known.to_owned()
    )
}

pub(crate) fn search_bad_channel(lang: Lang, said: &str) -> String {
    t!(lang, "search-bad-channel", typed = typed(said))
}

pub(crate) fn search_closed(lang: Lang) -> String {
    t!(lang, "search-closed")
}

/// What a search found.
pub(crate) fn found(lang: Lang, messages: &[Message]) -> Card {
    let card = Card::new().title(t!(lang, "search-title"));
    if messages.is_empty() {
        return card.text(t!(lang, "search-nothing"));
    }
    let line = |message: &Message| {
        let author = message.author_name.as_deref().unwrap_or("?");
        let said = message.content.as_deref().unwrap_or_default();
        let said = escape(&cut(&said.replace('\n', " "), 160));
        let link = format!(
            "https://discord.com/channels/{}/{}/{}",
            message.guild, message.channel, message.id
        );
        let when = relative(feature::created_at(message.id.get()));
        let mut line = format!(
            "**{}** · <#{}> · [{when}]({link})",
            escape(author),
            message.channel
        );
        if message.deleted_at.is_some() {
            line = format!("{line} · {}", t!(lang, "search-deleted"));
        }
        if message.attachment_count > 0 {
            line = format!(
                "{line} · {}",
                t!(
                    lang,
                    "search-files",
                    count = i64::from(message.attachment_count)
                )
            );
        }
        format!("{line}\n{said}")
    };
    card.lines(messages.iter().map(line))
}

/// What is kept and how complete it is.
pub(crate) fn status(
    lang: Lang,
    standings: &[Standing],
    tally: Tally,
    purged: Option<(Timestamp, i64, i64)>,
) -> Card {
    let card = Card::new().title(t!(lang, "status-title"));
    let card = if standings.is_empty() {
        card.text(t!(lang, "nothing-kept"))
    } else {
        card.lines(standings.iter().map(|standing| line(lang, standing)))
    };
    let total = t!(
        lang,
        "status-total",
        count = tally.messages,
        deleted = tally.deleted,
        versions = tally.versions
    );
    let purged = purged.map(|(at, messages, channels)| {
        t!(
            lang,
            "status-purged",
            when = date_time(at),
            count = messages,
            channels = channels
        )
    });
    card.footer(match purged {
        Some(purged) => format!("{total}\n{purged}"),
        None => total,
    })
}

fn line(lang: Lang, standing: &Standing) -> String {
    let row = &standing.row;
    let mut parts = vec![place(row.id)];
    if !standing.is_kept {
        parts.push(t!(lang, "status-off"));
    } else if !row.is_readable {
        parts.push(t!(lang, "status-not-readable"));
    }
    if let Some((first, _)) = row.held.first() {
        let first = feature::created_at(u64::try_from(*first).unwrap_or_default());
        parts.push(t!(lang, "status-since", when = date_time(first)));
        let gaps = i64::try_from(row.held.len() - 1).unwrap_or(i64::MAX);
        if gaps > 0 {
            parts.push(t!(lang, "status-gaps", count = gaps));
        }
    } else {
        parts.push(t!(lang, "status-empty"));
    }
    if let Some(days) = row.retention_days {
        parts.push(t!(lang, "status-days", days = i64::from(days)));
    }
    if let Some(reading) = &standing.reading {
        parts.push(past(lang, reading));
    }
    parts.join(" · ")
}

fn past(lang: Lang, reading: &Reading) -> String {
    let (read, share) = (reading.read, reading.share);
    match (reading.state.as_str(), reading.done_at) {
        ("done", _) => t!(lang, "past-done", read = read),
        ("running", Some(at)) => t!(
            lang,
            "past-running-until",
            read = read,
            share = share,
            when = relative(at)
        ),
        ("running", None) => t!(lang, "past-running", read = read, share = share),
        ("paused", _) => t!(lang, "past-paused", read = read, share = share),
        ("waiting", _) => t!(lang, "past-waiting", read = read),
        _ => t!(lang, "past-cancelled", read = read, share = share),
    }
}

#[cfg(test)]
mod tests {
    use feature::Explain as _;

    use super::*;
    use crate::search::BadSearch;

    #[test]
    fn each_refusal_names_the_rule_and_the_remedy_in_both_languages() {
        let channel: ChannelId = "197038439483310086".parse().unwrap();
        let typed = "soon".to_owned();
        let refusals = [
            Refused::CanNotRead(channel),
            Refused::Already,
            Refused::NothingKept,
            Refused::NotKept(channel),
            Refused::NoReading,
            Refused::NotYours(channel),
        ];
        let searches = [
            BadSearch::Empty,
            BadSearch::Day(typed.clone()),
            BadSearch::Has(typed.clone()),
            BadSearch::Channel(typed),
            BadSearch::Closed,
        ];
        let exports = [
            NoExport::TooMany,
            NoExport::NoPlace,
            NoExport::Unknown(7),
            NoExport::MonthsOfChanges,
            NoExport::ChangesOfAll,
        ];
        let told = [Lang::Fr, Lang::En].map(|lang| {
            let mut told = vec![bad_share(lang, 120), no_content(lang)];
            told.extend(exports.iter().filter_map(|one| one.explain(lang)));
            told.extend(refusals.iter().map(|one| refused(lang, one)));
            told.extend(searches.iter().filter_map(|one| one.explain(lang)));
            told.join("\n")
        });
        insta::assert_snapshot!("refusals", told.join("\n\n"));
    }
}
