//! Discord's rules for commands, checked before anything is sent.
//!
//! Discord refuses a whole registration for one bad name, and does not say in which language; so each name and
//! description is checked here, in every language.
//!
//! See [Discord Docs/Application Commands](https://docs.discord.com/developers/interactions/application-commands).

use std::collections::{BTreeSet, HashMap};

use twilight_model::application::command::{
    Command, CommandOption, CommandOptionChoice, CommandOptionChoiceValue, CommandOptionType,
    CommandType,
};

/// What is wrong with a command; empty when Discord will take it.
pub(crate) fn problems(command: &Command) -> Vec<String> {
    let mut problems = Vec::new();
    let at = format!("/{}", command.name);
    let is_chat = command.kind == CommandType::ChatInput;
    for (lang, name) in each(&command.name, command.name_localizations.as_ref()) {
        if is_chat {
            problems.extend(
                name_problem(name)
                    .map(|problem| format!("{at}: the name `{name}` ({lang}) {problem}")),
            );
        } else if !(1..=32).contains(&name.chars().count()) {
            problems.push(format!(
                "{at}: the name `{name}` ({lang}) must have 1 to 32 characters"
            ));
        }
    }
    if is_chat {
        check_descriptions(
            &at,
            &command.description,
            command.description_localizations.as_ref(),
            &mut problems,
        );
    } else if !command.description.is_empty() {
        problems.push(format!("{at}: a context menu has no description"));
    }
    check_options(&at, &command.options, 0, &mut problems);
    let size = size(command);
    if size > 8000 {
        problems.push(format!(
            "{at}: {size} characters in all, Discord allows 8000: shorten descriptions or choices"
        ));
    }
    problems
}

fn each<'a>(
    default: &'a str,
    localised: Option<&'a HashMap<String, String>>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut localised: Vec<_> = localised
        .into_iter()
        .flatten()
        .map(|(lang, text)| (lang.as_str(), text.as_str()))
        .collect();
    localised.sort_unstable();
    std::iter::once(("default", default)).chain(localised)
}

fn name_problem(name: &str) -> Option<&'static str> {
    if !(1..=32).contains(&name.chars().count()) {
        return Some("must have 1 to 32 characters");
    }
    if !name
        .chars()
        .all(|character| character.is_alphanumeric() || matches!(character, '-' | '_' | '\''))
    {
        return Some("may hold letters, digits, `-`, `_` and `'` only");
    }
    if name.chars().any(char::is_uppercase) {
        return Some("must be in lower case");
    }
    None
}

fn check_descriptions(
    at: &str,
    default: &str,
    localised: Option<&HashMap<String, String>>,
    problems: &mut Vec<String>,
) {
    for (lang, text) in each(default, localised) {
        let length = text.chars().count();
        if !(1..=100).contains(&length) {
            problems.push(format!(
                "{at}: the description ({lang}) has {length} characters, Discord allows 1 to 100"
            ));
        }
    }
}

fn check_options(at: &str, options: &[CommandOption], depth: usize, problems: &mut Vec<String>) {
    if options.len() > 25 {
        problems.push(format!(
            "{at}: {} options, Discord allows 25",
            options.len()
        ));
    }
    let is_branch = |option: &CommandOption| {
        matches!(
            option.kind,
            CommandOptionType::SubCommand | CommandOptionType::SubCommandGroup
        )
    };
    if options.iter().any(is_branch) && !options.iter().all(is_branch) {
        problems.push(format!(
            "{at}: subcommands and options can not stand side by side"
        ));
    }
    let mut optional_seen = false;
    for option in options {
        let here = format!("{at} {}", option.name);
        for (lang, name) in each(&option.name, option.name_localizations.as_ref()) {
            problems.extend(
                name_problem(name)
                    .map(|problem| format!("{here}: the name `{name}` ({lang}) {problem}")),
            );
        }
        check_descriptions(
            &here,
            &option.description,
            option.description_localizations.as_ref(),
            problems,
        );
        if option.required == Some(true) && optional_seen {
            problems.push(format!(
                "{here}: a required option must stand before the optional ones"
            ));
        }
        optional_seen |= option.required != Some(true) && !is_branch(option);
        if option.kind == CommandOptionType::SubCommandGroup && depth > 0
            || option.kind == CommandOptionType::SubCommand && depth > 1
        {
            problems.push(format!("{here}: nested too deeply"));
        }
        if let Some(choices) = &option.choices {
            check_choices(&here, choices, option.autocomplete == Some(true), problems);
        }
        check_options(
            &here,
            option.options.as_deref().unwrap_or_default(),
            depth + 1,
            problems,
        );
    }
    for lang in languages(options) {
        let mut names = BTreeSet::new();
        for option in options {
            let name = option
                .name_localizations
                .as_ref()
                .and_then(|names| names.get(lang))
                .unwrap_or(&option.name);
            if !names.insert(name) {
                problems.push(format!("{at}: two options are called `{name}` ({lang})"));
            }
        }
    }
}

fn languages(options: &[CommandOption]) -> BTreeSet<&str> {
    options
        .iter()
        .flat_map(|option| option.name_localizations.iter().flatten())
        .map(|(lang, _)| lang.as_str())
        .chain(["default"])
        .collect()
}

fn check_choices(
    at: &str,
    choices: &[CommandOptionChoice],
    autocompletes: bool,
    problems: &mut Vec<String>,
) {
    if choices.len() > 25 {
        problems.push(format!(
            "{at}: {} choices, Discord allows 25",
            choices.len()
        ));
    }
    if autocompletes && !choices.is_empty() {
        problems.push(format!("{at}: choices and autocomplete exclude each other"));
    }
    for choice in choices {
        for (lang, name) in each(&choice.name, choice.name_localizations.as_ref()) {
            if !(1..=100).contains(&name.chars().count()) {
                problems.push(format!(
                    "{at}: the choice `{name}` ({lang}) must have 1 to 100 characters"
                ));
            }
        }
        if let CommandOptionChoiceValue::String(value) = &choice.value
            && value.chars().count() > 100
        {
            problems.push(format!(
                "{at}: the value `{value}` has more than 100 characters"
            ));
        }
    }
}

/// The characters that count against Discord's 8000: of each text the longest language.
fn size(command: &Command) -> usize {
    longest(&command.name, command.name_localizations.as_ref())
        + longest(
            &command.description,
            command.description_localizations.as_ref(),
        )
        + command.options.iter().map(option_size).sum::<usize>()
}

fn option_size(option: &CommandOption) -> usize {
    let choices = option.choices.iter().flatten().map(|choice| {
        let value = match &choice.value {
            CommandOptionChoiceValue::String(value) => value.chars().count(),
            CommandOptionChoiceValue::Integer(value) => value.to_string().len(),
            CommandOptionChoiceValue::Number(value) => value.to_string().len(),
        };
        longest(&choice.name, choice.name_localizations.as_ref()) + value
    });
    longest(&option.name, option.name_localizations.as_ref())
        + longest(
            &option.description,
            option.description_localizations.as_ref(),
        )
        + choices.sum::<usize>()
        + option
            .options
            .iter()
            .flatten()
            .map(option_size)
            .sum::<usize>()
}

fn longest(default: &str, localised: Option<&HashMap<String, String>>) -> usize {
    each(default, localised)
        .map(|(_, text)| text.chars().count())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use twilight_model::application::command::CommandOptionType as Kind;
    use twilight_util::builder::command::{
        CommandBuilder, IntegerBuilder, StringBuilder, SubCommandBuilder,
    };

    use super::*;

    fn chat(name: &str) -> CommandBuilder {
        CommandBuilder::new(name, "Something", CommandType::ChatInput)
    }

    #[test]
    fn a_good_command_passes() {
        let command = chat("paramètres")
            .option(
                SubCommandBuilder::new("voir", "Montre")
                    .option(StringBuilder::new("fuseau_horaire", "Lequel")),
            )
            .build();
        assert_eq!(problems(&command), Vec::<String>::new());
    }

    #[test]
    fn names_follow_discords_pattern() {
        for bad in ["", "Hello", "two words", "quel?", &"x".repeat(33)] {
            assert!(!problems(&chat(bad).build()).is_empty(), "{bad:?}");
        }
        for good in ["été", "a-b_c", "命令", "l'heure", &"x".repeat(32)] {
            assert_eq!(
                problems(&chat(good).build()),
                Vec::<String>::new(),
                "{good:?}"
            );
        }
    }

    #[test]
    fn order_depth_choices_and_size_are_checked() {
        let late = chat("a")
            .option(StringBuilder::new("b", "B"))
            .option(IntegerBuilder::new("c", "C").required(true));
        assert!(problems(&late.build())[0].contains("must stand before"));
        let mixed = chat("a")
            .option(SubCommandBuilder::new("b", "B"))
            .option(StringBuilder::new("c", "C"));
        assert!(problems(&mixed.build())[0].contains("side by side"));
        let twice = chat("a")
            .option(StringBuilder::new("b", "B"))
            .option(StringBuilder::new("b", "B"));
        assert!(problems(&twice.build())[0].contains("two options are called `b`"));
        let choices = (0..26).map(|index| (format!("c{index}"), format!("v{index}")));
        let many = chat("a").option(StringBuilder::new("b", "B").choices(choices));
        assert!(problems(&many.build())[0].contains("26 choices"));
        let both = chat("a").option(
            StringBuilder::new("b", "B")
                .autocomplete(true)
                .choices([("x", "y")]),
        );
        assert!(problems(&both.build())[0].contains("exclude each other"));
        let words = "d".repeat(100);
        let huge = (0..25).fold(chat("a"), |command, index| {
            let choices =
                (0..4).map(|choice| (format!("{choice}{}", "n".repeat(99)), format!("v{choice}")));
            command.option(StringBuilder::new(format!("o{index}"), &words).choices(choices))
        });
        assert!(
            problems(&huge.build())
                .iter()
                .any(|problem| problem.contains("Discord allows 8000"))
        );
        assert_eq!(Kind::SubCommand.kind(), "SubCommand");
    }
}
