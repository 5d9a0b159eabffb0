//! `/help`: what *this* member may use here.

use feature::{
    Choice, Click, CommandEntry, Ctx, Lang, Outcome, Place, Reply, SlashCommand, Typing, Word,
    custom_id,
};
use twilight_interactions::command::{AutocompleteValue, CommandModel, CreateCommand};
use twilight_model::{
    application::command::{CommandOption, CommandOptionType, CommandType},
    guild::Permissions,
};

use crate::{Admin, text};

/// How many commands stand on a page.
const PAGE: usize = 8;

/// Show what you can do with me
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "help")]
pub(crate) struct Help {
    /// A command to explain
    #[command(autocomplete = true)]
    command: Option<String>,
}

impl SlashCommand for Help {
    const PLACE: Place = Place::Anywhere;
}

/// The options of `/help` while they are typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct HelpTyping {
    command: AutocompleteValue<String>,
}

impl Typing for HelpTyping {
    const COMMAND: &'static str = "help";
}

custom_id! {
    /// Turns to the page that begins with a command; `/` stands for the spaces of its path.
    pub(crate) struct Turn: "admin" / "help" v1 { from: Option<Word> }
    answer = Update;
}

/// A command, or one of its subcommands, in the member's language.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Topic {
    /// The path as it is registered: `settings set`.
    pub(crate) path: String,
    /// The path as the member's client shows it: `paramètres changer`.
    pub(crate) shown: String,
    /// What it does.
    pub(crate) description: String,
    /// Its options: name, description, whether it must be given.
    pub(crate) options: Vec<(String, String, bool)>,
}

pub(crate) async fn help(ctx: Ctx<Admin>, help: Help) -> Outcome<Reply> {
    let topics = topics(&ctx);
    match help.command {
        None => Ok(Reply::card(page(&ctx, &topics, None))),
        Some(asked) => {
            let path = asked.trim().trim_start_matches('/').to_lowercase();
            let found: Vec<&Topic> = topics
                .iter()
                .filter(|topic| is_within(&topic.path, &path) || is_within(&topic.shown, &path))
                .collect();
            Ok(Reply::card(match found.as_slice() {
                [] => text::help_unknown(
                    ctx.lang(),
                    &asked,
                    nearest(&topics, &path).map(|topic| ctx.catalogue.mention(&topic.path)),
                ),
                found => text::help_topics(
                    ctx.lang(),
                    &found
                        .iter()
                        .map(|topic| (ctx.catalogue.mention(&topic.path), *topic))
                        .collect::<Vec<_>>(),
                ),
            }))
        }
    }
}

pub(crate) async fn turn(ctx: Ctx<Admin>, turn: Click<Turn>) -> Outcome<Reply> {
    let topics = topics(&ctx);
    let from = turn
        .from
        .as_ref()
        .map(|from| from.as_str().replace('/', " "));
    Ok(Reply::update(page(&ctx, &topics, from.as_deref())))
}

pub(crate) async fn typing(ctx: Ctx<Admin>, typing: HelpTyping) -> Outcome<Reply> {
    let typed = match &typing.command {
        AutocompleteValue::Focused(typed) => typed.trim().trim_start_matches('/').to_lowercase(),
        _ => String::new(),
    };
    let topics = topics(&ctx);
    let choices = topics
        .iter()
        .filter(|topic| topic.path.contains(&typed) || topic.shown.contains(&typed))
        .map(|topic| {
            Choice::text(
                format!("/{} · {}", topic.shown, topic.description),
                topic.path.clone(),
            )
        });
    Ok(Reply::choices(choices))
}

/// The page that begins with `from`, or with what comes behind it where it no longer exists.
fn page(ctx: &Ctx<Admin>, topics: &[Topic], from: Option<&str>) -> feature::Card {
    let start = from.map_or(0, |from| {
        topics.partition_point(|topic| topic.path.as_str() < from)
    });
    let shown: Vec<_> = topics
        .iter()
        .skip(start)
        .take(PAGE)
        .map(|topic| {
            (
                ctx.catalogue.mention(&topic.path),
                topic.description.as_str(),
            )
        })
        .collect();
    let link = |index: usize| {
        topics.get(index).map(|topic| Turn {
            from: Word::new(topic.path.replace(' ', "/")),
        })
    };
    let before = (start > 0)
        .then(|| link(start.saturating_sub(PAGE)))
        .flatten();
    let after = link(start + PAGE);
    text::help(ctx.lang(), &shown, topics.len()).pages(ctx.lang(), before.as_ref(), after.as_ref())
}

/// What the member may use, by path.
fn topics(ctx: &Ctx<Admin>) -> Vec<Topic> {
    let held = ctx.scene.member.permissions;
    let mut topics: Vec<Topic> = ctx
        .catalogue
        .commands()
        .filter(|entry| entry.schema.kind == CommandType::ChatInput)
        .filter(|entry| ctx.scene.guild.is_some() || entry.is_for_direct_messages())
        .filter(|entry| {
            let shown_to = entry
                .schema
                .default_member_permissions
                .unwrap_or(Permissions::empty());
            held.contains(Permissions::ADMINISTRATOR) || held.contains(shown_to)
        })
        .flat_map(|entry| leaves(entry, ctx.lang()))
        .filter(|(entry, topic)| {
            let below = topic.path.split_once(' ').map_or("", |(_, below)| below);
            entry
                .access
                .of(below)
                .is_none_or(|capability| ctx.scene.may(capability))
        })
        .map(|(_, topic)| topic)
        .collect();
    topics.sort_by(|left, right| left.path.cmp(&right.path));
    topics
}

/// The subcommands of a command, or the command itself when it has none.
fn leaves(entry: &CommandEntry, lang: Lang) -> Vec<(&CommandEntry, Topic)> {
    fn walk(
        path: &str,
        shown: &str,
        description: &str,
        options: &[CommandOption],
        lang: Lang,
        into: &mut Vec<Topic>,
    ) {
        let branches = options.iter().filter(|option| {
            matches!(
                option.kind,
                CommandOptionType::SubCommand | CommandOptionType::SubCommandGroup
            )
        });
        let mut is_leaf = true;
        for branch in branches {
            is_leaf = false;
            let name = lang.pick(&branch.name, branch.name_localizations.as_ref());
            let description = lang.pick(
                &branch.description,
                branch.description_localizations.as_ref(),
            );
            let inner = branch.options.as_deref().unwrap_or_default();
            walk(
                &format!("{path} {}", branch.name),
                &format!("{shown} {name}"),
                description,
                inner,
                lang,
                into,
            );
        }
        if is_leaf {
            let options = options
                .iter()
                .map(|option| {
                    let name = lang.pick(&option.name, option.name_localizations.as_ref());
                    let description = lang.pick(
                        &option.description,
                        option.description_localizations.as_ref(),
                    );
                    (
                        name.to_owned(),
                        description.to_owned(),
                        option.required == Some(true),
                    )
                })
                .collect();
            into.push(Topic {
                path: path.to_owned(),
                shown: shown.to_owned(),
                description: description.to_owned(),
                options,
            });
        }
    }

    let schema = &entry.schema;
    let shown = lang.pick(&schema.name, schema.name_localizations.as_ref());
    let description = lang.pick(
        &schema.description,
        schema.description_localizations.as_ref(),
    );
    let mut topics = Vec::new();
    walk(
        &schema.name,
        shown,
        description,
        &schema.options,
        lang,
        &mut topics,
    );
    topics.into_iter().map(|topic| (entry, topic)).collect()
}

/// Whether a path is the asked one, or below it.
fn is_within(path: &str, asked: &str) -> bool {
    path == asked
        || path
            .strip_prefix(asked)
            .is_some_and(|rest| rest.starts_with(' '))
}

/// The command whose name is most like the asked one.
fn nearest<'a>(topics: &'a [Topic], asked: &str) -> Option<&'a Topic> {
    topics
        .iter()
        .map(|topic| {
            (
                strsim::jaro_winkler(&topic.shown, asked)
                    .max(strsim::jaro_winkler(&topic.path, asked)),
                topic,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, topic)| topic)
}
