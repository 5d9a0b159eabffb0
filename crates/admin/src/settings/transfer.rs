//! All settings of a server as a file, and back.
//!
//! An upload is read and checked, and shown as what it would change; it waits in Postgres for the button, which says
//! nothing but its number. Whatever was changed since it was shown makes the button refuse.

use std::collections::BTreeMap;

use feature::{
    Button, Click, Ctx, Explain, Grants, Lang, Outcome, Reply, Switches, custom_id,
    settings::{Document as _, DocumentEntry, Replacement, Via},
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use twilight_model::channel::Attachment;

use super::{IMPORT, undo};
use crate::{
    Admin, features, permissions,
    store::{self, Wanted},
    text,
};

/// The format of the file.
const FORMAT: u64 = 1;
/// The largest file that is read, in bytes.
const LARGEST: usize = 512 * 1024;
/// How long an upload waits for the button.
const WAITS: SignedDuration = SignedDuration::from_hours(1);

/// The file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    majordome_settings: u64,
    /// Of which server; told to people, not needed to read the file.
    #[serde(default)]
    guild: Option<String>,
    #[serde(default)]
    exported_at: Option<String>,
    documents: BTreeMap<String, Versioned>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Versioned {
    version: i32,
    body: Value,
}

custom_id! {
    /// Applies the upload of an interaction.
    pub(crate) struct Apply: "admin" / "import" v1 { upload: u64 }
    answer = Update;
    access = IMPORT;
}

/// Why a file is not taken over.
#[derive(Debug, thiserror::Error)]
enum BadFile {
    #[error("not our format: {0}")]
    Form(String),
    #[error("format {0}")]
    Newer(u64),
    #[error("the upload is gone")]
    Gone,
}

impl Explain for BadFile {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Form(reason) => text::not_settings(lang, reason),
            Self::Newer(format) => text::newer_file(lang, *format, FORMAT),
            Self::Gone => text::import_gone(lang),
        })
    }
}

pub(super) async fn export(ctx: &Ctx<Admin>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let held = ctx.settings.held(guild, ctx.catalogue.documents()).await?;
    let documents: BTreeMap<String, Versioned> = held
        .into_iter()
        .map(|(entry, held)| {
            let versioned = Versioned {
                version: held.version,
                body: held.body,
            };
            (entry.subject.to_owned(), versioned)
        })
        .collect();
    let count = documents.len();
    let file = File {
        majordome_settings: FORMAT,
        guild: Some(guild.to_string()),
        exported_at: Some(ctx.clock.now().to_string()),
        documents,
    };
    let bytes = serde_json::to_vec_pretty(&file).map_err(feature::Failure::fault)?;
    let name = format!("settings-{guild}.json");
    Ok(Reply::card(
        text::exported(ctx.lang(), count).file(name, bytes),
    ))
}

/// Reads a file into what each document would become.
fn read<'a>(ctx: &'a Ctx<Admin>, bytes: &[u8]) -> Outcome<Vec<(&'a DocumentEntry, Value)>> {
    let form = |error: &dyn std::fmt::Display| BadFile::Form(error.to_string());
    let whole: Value = serde_json::from_slice(bytes).map_err(|error| form(&error))?;
    // Before its fields are read: a newer file may have others.
    let format = whole.get("majordome_settings").and_then(Value::as_u64);
    if let Some(format) = format.filter(|format| *format > FORMAT) {
        return Err(BadFile::Newer(format).into());
    }
    let file: File = serde_json::from_value(whole).map_err(|error| form(&error))?;
    let documents = file.documents.into_iter().map(|(subject, versioned)| {
        let entry = super::document_named(ctx, Some(&subject))?;
        let body = (entry.read)(versioned.version, versioned.body)?;
        known_names(ctx, entry, &body)?;
        Ok((entry, body))
    });
    documents.collect()
}

/// Refuses rules about capabilities that nobody registered, and switches of features that are not there: somebody
/// mistyped them, and they would do nothing without a word.
fn known_names(ctx: &Ctx<Admin>, entry: &DocumentEntry, body: &Value) -> Outcome<()> {
    if entry.subject == Grants::SUBJECT {
        let grants: Grants =
            serde_json::from_value(body.clone()).map_err(feature::Failure::fault)?;
        for rule in &grants.rules {
            permissions::named(ctx, &rule.capability)?;
        }
    }
    if entry.subject == Switches::SUBJECT {
        let switches: Switches =
            serde_json::from_value(body.clone()).map_err(feature::Failure::fault)?;
        for name in &switches.off {
            features::switchable(ctx, name)?;
        }
    }
    Ok(())
}

pub(super) async fn import(ctx: &Ctx<Admin>, file: &Attachment) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let bytes = ctx.discord.file(&file.url, LARGEST).await?;
    let wanted = read(ctx, &bytes)?;
    let entries = wanted.iter().map(|(entry, _)| *entry);
    let held = ctx.settings.held(guild, entries).await?;
    let mut shown = Vec::new();
    let mut kept = Vec::new();
    for ((entry, after), (_, before)) in wanted.iter().zip(&held) {
        if *after == before.body {
            continue;
        }
        undo::guard(ctx, entry.subject)?;
        shown.push((entry.subject, &before.body, after));
        kept.push(Wanted {
            subject: entry.subject.to_owned(),
            version: entry.version,
            seen: before.revision,
            body: after.clone(),
        });
    }
    if kept.is_empty() {
        return Ok(Reply::card(text::import_same(ctx.lang())));
    }
    let (user, upload) = (ctx.user(), ctx.scene.interaction);
    let now = ctx.clock.now();
    let mut connection = ctx.database.acquire().await?;
    store::keep_upload(&mut connection, guild, user, upload, &kept, now).await?;
    let button = Button::new(
        text::import_button(ctx.lang()),
        &Apply {
            upload: upload.get(),
        },
    );
    Ok(Reply::card(
        text::import_asked(ctx.lang(), &shown).button(button),
    ))
}

pub(crate) async fn apply(ctx: Ctx<Admin>, apply: Click<Apply>) -> Outcome<Reply> {
    let (guild, user) = (ctx.guild_id()?, ctx.user());
    let since = ctx.clock.now() - WAITS;
    let mut connection = ctx.database.acquire().await?;
    let kept = store::upload(&mut connection, guild, user, apply.upload, since).await?;
    drop(connection);
    let kept = kept.ok_or(BadFile::Gone)?;
    let mut replacements = Vec::new();
    for wanted in kept {
        let entry = super::document_named(&ctx, Some(&wanted.subject))?;
        undo::guard(&ctx, entry.subject)?;
        replacements.push(Replacement {
            entry,
            seen: wanted.seen,
            body: (entry.read)(wanted.version, wanted.body)?,
        });
    }
    let subjects: Vec<&str> = replacements
        .iter()
        .map(|replacement| replacement.entry.subject)
        .collect();
    let switches = replacements
        .iter()
        .find(|replacement| replacement.entry.subject == Switches::SUBJECT)
        .map(|replacement| replacement.body.clone());
    let before = ctx.settings.get::<Switches>(guild).await?;
    ctx.settings
        .replace(guild, user, Via::Import, replacements)
        .await?;
    if let Some(after) = switches {
        let before = serde_json::to_value(&*before).map_err(feature::Failure::fault)?;
        undo::repair_what_is_on(&ctx, guild, &before, &after);
    }
    // Only now: should this process die before, the button still works, and a second time it changes nothing.
    let mut connection = ctx.database.acquire().await?;
    store::drop_upload(&mut connection, guild, user, apply.upload).await?;
    Ok(Reply::update(text::imported(ctx.lang(), &subjects)))
}
