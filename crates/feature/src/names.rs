//! The names and descriptions of commands in other languages than English.
//!
//! English stands in the code. For French a feature hands over `i18n/fr/commands.ftl`, whose keys are the path
//! of what is named: `settings` for a command, `settings-set` for its subcommand, `settings-set-language` for an
//! option, `settings-set-language--fr` for a choice (by its value). The message is the name, its attribute
//! `.desc` the description.

use std::collections::{BTreeMap, HashMap};

use twilight_model::application::command::{
    Command, CommandOption, CommandOptionChoice, CommandOptionChoiceValue, CommandType,
};

use crate::{Lang, words};

/// The names of one language, and which of them were taken.
pub(crate) struct Names {
    lang: Lang,
    entries: BTreeMap<String, (words::Entry, bool)>,
}

impl Names {
    pub(crate) fn read(lang: Lang, source: &'static str) -> Self {
        let entries = words::messages(source)
            .into_iter()
            .map(|entry| (entry.id.clone(), (entry, false)))
            .collect();
        Self { lang, entries }
    }

    /// Gives a command its names, and its own English texts as the English ones; tells what is missing.
    pub(crate) fn apply(&mut self, command: &mut Command, key: &str, problems: &mut Vec<String>) {
        let needs_description = command.kind == CommandType::ChatInput;
        self.name(
            key,
            &command.name,
            &mut command.name_localizations,
            problems,
        );
        if needs_description {
            self.describe(
                key,
                &command.description,
                &mut command.description_localizations,
                problems,
            );
        }
        for option in &mut command.options {
            self.option(key, option, problems);
        }
    }

    /// The keys that nothing took.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &str> {
        self.entries
            .iter()
            .filter(|(_, (_, used))| !used)
            .map(|(key, _)| key.as_str())
    }

    fn option(&mut self, parent: &str, option: &mut CommandOption, problems: &mut Vec<String>) {
        let key = format!("{parent}-{}", option.name);
        self.name(&key, &option.name, &mut option.name_localizations, problems);
        self.describe(
            &key,
            &option.description,
            &mut option.description_localizations,
            problems,
        );
        for choice in option.choices.iter_mut().flatten() {
            self.choice(&key, choice, problems);
        }
        for inner in option.options.iter_mut().flatten() {
            self.option(&key, inner, problems);
        }
    }

    fn choice(
        &mut self,
        parent: &str,
        choice: &mut CommandOptionChoice,
        problems: &mut Vec<String>,
    ) {
        let value = match &choice.value {
            CommandOptionChoiceValue::String(value) => value.clone(),
            CommandOptionChoiceValue::Integer(value) => value.to_string(),
            CommandOptionChoiceValue::Number(value) => value.to_string(),
        };
        let value: String = value
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character
                } else {
                    '_'
                }
            })
            .collect();
        self.name(
            &format!("{parent}--{value}"),
            &choice.name,
            &mut choice.name_localizations,
            problems,
        );
    }

    fn name(
        &mut self,
        key: &str,
        english: &str,
        into: &mut Option<HashMap<String, String>>,
        problems: &mut Vec<String>,
    ) {
        let name = self.entries.get_mut(key).and_then(|(entry, used)| {
            *used = true;
            entry.value.clone()
        });
        self.put(key, english, name, into, problems);
    }

    fn describe(
        &self,
        key: &str,
        english: &str,
        into: &mut Option<HashMap<String, String>>,
        problems: &mut Vec<String>,
    ) {
        let description = self
            .entries
            .get(key)
            .and_then(|(entry, _)| entry.desc.clone());
        self.put(&format!("{key}.desc"), english, description, into, problems);
    }

    fn put(
        &self,
        key: &str,
        english: &str,
        translated: Option<String>,
        into: &mut Option<HashMap<String, String>>,
        problems: &mut Vec<String>,
    ) {
        let texts = into.get_or_insert_default();
        for locale in Lang::En.discord_locales() {
            texts.insert((*locale).to_owned(), english.to_owned());
        }
        match translated {
            Some(text) => {
                for locale in self.lang.discord_locales() {
                    texts.insert((*locale).to_owned(), text.clone());
                }
            }
            None => problems.push(format!("`{key}` is missing in {}", self.lang.own_name())),
        }
    }
}
