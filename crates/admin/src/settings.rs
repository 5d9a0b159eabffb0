//! `/settings`: language, time zone and staff role of a server; history, undo, export and import of all settings.

pub(crate) mod transfer;
pub(crate) mod undo;

use database::RoleId;
use feature::{
    Access, Capability, Card, Choice, Click, Colour, Ctx, Explain, General, Lang, Outcome, Reply,
    SlashCommand, Typing, Word, custom_id,
    settings::{Document as _, DocumentEntry, Via},
};
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CommandOption, CreateCommand, CreateOption,
};
use twilight_model::{
    channel::Attachment,
    guild::Permissions,
    id::{Id, marker::RoleMarker},
};

use crate::{Admin, text, zones};

/// Changing how the server is served.
pub(crate) const MANAGE: Capability = Capability {
    name: "settings.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: false,
};

/// Replacing all settings by those of a file.
pub(crate) const IMPORT: Capability = Capability {
    name: "settings.import",
    by_default: Permissions::ADMINISTRATOR,
    staff: false,
};

/// How many changes stand on a page of the history.
const PAGE: u16 = 5;

/// Language, time zone and staff role; undo, export and import
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "settings")]
#[expect(
    clippy::large_enum_variant,
    reason = "one command lives at a time, and the derive takes no box"
)]
pub(crate) enum Settings {
    #[command(name = "show")]
    Show(Show),
    #[command(name = "set")]
    Set(Set),
    #[command(name = "reset")]
    Reset(Reset),
    #[command(name = "history")]
    History(ShowHistory),
    #[command(name = "undo")]
    Undo(Undo),
    #[command(name = "export")]
    Export(Export),
    #[command(name = "import")]
    Import(Import),
}

impl SlashCommand for Settings {
    const ACCESS: Access = Access::needs(&MANAGE).except(&[("import", Some(&IMPORT))]);
    const SHOWN_TO: Permissions = Permissions::MANAGE_GUILD;
}

/// Show the settings of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "show")]
pub(crate) struct Show {}

/// Change one or more settings
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "set")]
pub(crate) struct Set {
    /// The language of what everyone reads
    language: Option<Language>,
    /// The time zone of dates and hours, by city
    #[command(autocomplete = true)]
    time_zone: Option<String>,
    /// The role of those who help to run the server
    staff_role: Option<Id<RoleMarker>>,
}

/// Put settings back to their defaults
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "reset")]
pub(crate) struct Reset {
    /// Which setting
    setting: Which,
}

/// Show who changed what, and when
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "history")]
pub(crate) struct ShowHistory {
    /// Of which settings; the general ones otherwise
    #[command(autocomplete = true)]
    document: Option<String>,
}

/// Take back the last change
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "undo")]
pub(crate) struct Undo {
    /// Of which settings; the general ones otherwise
    #[command(autocomplete = true)]
    document: Option<String>,
}

/// Get all settings of this server as a file
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "export")]
pub(crate) struct Export {}

/// Take over the settings of a file, after a look at what would change
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "import")]
pub(crate) struct Import {
    /// A file as the export writes it
    file: Attachment,
}

/// A language to choose.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Language {
    #[option(name = "English", value = "en")]
    English,
    #[option(name = "French", value = "fr")]
    French,
}

/// A setting to put back.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum Which {
    #[option(name = "Language", value = "language")]
    Language,
    #[option(name = "Time zone", value = "time_zone")]
    TimeZone,
    #[option(name = "Staff role", value = "staff_role")]
    StaffRole,
    #[option(name = "All of them", value = "all")]
    All,
}

/// The options of `/settings set` while they are typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum SettingsTyping {
    #[command(name = "set")]
    Set(SetTyping),
    #[command(name = "history")]
    History(DocumentTyping),
    #[command(name = "undo")]
    Undo(DocumentTyping),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct DocumentTyping {
    document: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct SetTyping {
    time_zone: AutocompleteValue<String>,
}

impl Typing for SettingsTyping {
    const COMMAND: &'static str = "settings";
}

custom_id! {
    /// Turns to the changes before a revision; without one to the newest.
    pub(crate) struct Turn: "admin" / "history" v1 { before: Option<i64> }
    answer = Update;
    access = MANAGE;
}

custom_id! {
    /// As [`Turn`], of any settings.
    pub(crate) struct TurnOf: "admin" / "history" v2 { subject: Word, before: Option<i64> }
    answer = Update;
    access = MANAGE;
}

/// A change that makes no sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Nonsense {
    /// Nothing was given to change.
    #[error("no option was given")]
    NothingGiven,
    /// @everyone can not be the staff.
    #[error("the staff role is @everyone")]
    EveryoneIsNoStaff,
    /// No settings are called so.
    #[error("no settings `{asked}`")]
    Unknown {
        asked: String,
        nearest: Option<&'static str>,
    },
}

impl Explain for Nonsense {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::NothingGiven => text::nothing_given(lang),
            Self::EveryoneIsNoStaff => text::everyone_is_no_staff(lang),
            Self::Unknown { asked, nearest } => text::no_document(lang, asked, *nearest),
        })
    }
}

pub(crate) async fn settings(ctx: Ctx<Admin>, command: Settings) -> Outcome<Reply> {
    match command {
        Settings::Show(Show {}) => show(&ctx).await,
        Settings::Set(set) => change(&ctx, set).await,
        Settings::Reset(Reset { setting }) => reset(&ctx, setting).await,
        Settings::History(ShowHistory { document }) => {
            let entry = document_named(&ctx, document.as_deref())?;
            Ok(Reply::card(history(&ctx, entry.subject, None).await?))
        }
        Settings::Undo(Undo { document }) => {
            let entry = document_named(&ctx, document.as_deref())?;
            undo::ask(&ctx, entry).await
        }
        Settings::Export(Export {}) => transfer::export(&ctx).await,
        Settings::Import(Import { file }) => transfer::import(&ctx, &file).await,
    }
}

pub(crate) async fn typing(ctx: Ctx<Admin>, typing: SettingsTyping) -> Outcome<Reply> {
    let focused = |value| match value {
        AutocompleteValue::Focused(typed) => typed,
        _ => String::new(),
    };
    Ok(match typing {
        SettingsTyping::Set(SetTyping { time_zone }) => Reply::choices(
            zones::matching(&focused(time_zone), 25)
                .into_iter()
                .map(|zone| Choice::text(zone.clone(), zone)),
        ),
        SettingsTyping::History(DocumentTyping { document })
        | SettingsTyping::Undo(DocumentTyping { document }) => {
            let typed = focused(document).trim().to_lowercase();
            let all = ctx.catalogue.documents().map(|entry| entry.subject);
            Reply::choices(
                all.filter(|subject| subject.contains(&typed))
                    .map(|subject| Choice::text(subject, subject)),
            )
        }
    })
}

pub(crate) async fn turn(ctx: Ctx<Admin>, turn: Click<Turn>) -> Outcome<Reply> {
    let card = history(&ctx, General::SUBJECT, turn.before).await?;
    Ok(Reply::update(card))
}

pub(crate) async fn turn_of(ctx: Ctx<Admin>, turn: Click<TurnOf>) -> Outcome<Reply> {
    let entry = document_named(&ctx, Some(turn.subject.as_str()))?;
    let card = history(&ctx, entry.subject, turn.before).await?;
    Ok(Reply::update(card))
}

/// The settings that are meant; the general ones where nothing is named.
pub(crate) fn document_named<'a>(
    ctx: &'a Ctx<Admin>,
    asked: Option<&str>,
) -> Result<&'a DocumentEntry, Nonsense> {
    let asked = asked.map_or(General::SUBJECT, str::trim);
    ctx.catalogue
        .documents()
        .find(|entry| entry.subject == asked)
        .ok_or_else(|| {
            let all = ctx.catalogue.documents().map(|entry| entry.subject);
            Nonsense::Unknown {
                asked: asked.to_owned(),
                nearest: crate::nearest(all, asked),
            }
        })
}

async fn show(ctx: &Ctx<Admin>) -> Outcome<Reply> {
    let general = ctx.settings.get::<General>(ctx.guild_id()?).await?;
    Ok(Reply::card(text::settings(
        ctx.lang(),
        &general,
        ctx.settings.defaults(),
    )))
}

async fn change(ctx: &Ctx<Admin>, set: Set) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let Set {
        language,
        time_zone,
        staff_role,
    } = set;
    let staff_role = staff_role.map(RoleId::from);
    if language.is_none() && time_zone.is_none() && staff_role.is_none() {
        return Err(Nonsense::NothingGiven.into());
    }
    // The role @everyone carries the id of the guild.
    if staff_role.is_some_and(|role| role.get() == guild.get()) {
        return Err(Nonsense::EveryoneIsNoStaff.into());
    }
    let general = ctx
        .settings
        .change::<General>(guild, ctx.user(), Via::Discord, |general| {
            if let Some(language) = language {
                general.language = Some(match language {
                    Language::English => Lang::En,
                    Language::French => Lang::Fr,
                });
            }
            if let Some(zone) = time_zone {
                general.time_zone = Some(zone.trim().to_owned());
            }
            if let Some(role) = staff_role {
                general.staff_role = Some(role);
            }
            Ok(())
        })
        .await?;
    Ok(Reply::card(
        text::settings_saved(ctx.lang(), &general, ctx.settings.defaults()).colour(Colour::Good),
    ))
}

async fn reset(ctx: &Ctx<Admin>, which: Which) -> Outcome<Reply> {
    let general = ctx
        .settings
        .change::<General>(ctx.guild_id()?, ctx.user(), Via::Discord, |general| {
            match which {
                Which::Language => general.language = None,
                Which::TimeZone => general.time_zone = None,
                Which::StaffRole => general.staff_role = None,
                Which::All => *general = General::default(),
            }
            Ok(())
        })
        .await?;
    Ok(Reply::card(
        text::settings_saved(ctx.lang(), &general, ctx.settings.defaults()).colour(Colour::Good),
    ))
}

async fn history(ctx: &Ctx<Admin>, subject: &'static str, before: Option<i64>) -> Outcome<Card> {
    let guild = ctx.guild_id()?;
    let history = ctx.settings.history(guild, subject, before, PAGE).await?;
    let newest_shown = history.changes.first().map(|change| change.revision);
    let oldest_shown = history.changes.last().map(|change| change.revision);
    let link = |before: i64| {
        Word::new(subject).map(|subject| TurnOf {
            subject,
            before: Some(before),
        })
    };
    let older = oldest_shown.filter(|_| history.has_older).and_then(link);
    // Revisions are counted without gaps, so where the newer page begins is known.
    let newer = newest_shown
        .filter(|_| history.has_newer)
        .and_then(|newest| link(newest + i64::from(PAGE) + 1));
    let card = text::history(ctx.lang(), subject, &history.changes);
    Ok(card.pages(ctx.lang(), newer.as_ref(), older.as_ref()))
}
