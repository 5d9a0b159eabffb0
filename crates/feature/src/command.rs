//! Commands as types.
//!
//! A slash command derives `CommandModel` and `CreateCommand` of twilight-interactions; its doc comments are the
//! English descriptions, its French names and descriptions stand in `i18n/fr/commands.ftl`. [`SlashCommand`]
//! adds what Discord's schema does not know: how the answer looks and what the member must be allowed to do.

use std::sync::Arc;

use twilight_interactions::command::{CommandInputData, CommandModel, CreateCommand};
use twilight_model::{
    application::{
        command::{Command, CommandType},
        interaction::application_command::CommandData,
    },
    channel::Message,
    guild::Permissions,
    id::Id,
    user::User,
};

use crate::{Access, Answer};

/// Where a command may be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// In servers only.
    Guild,
    /// In servers and in direct messages with the bot.
    Anywhere,
}

/// A slash command.
pub trait SlashCommand: CommandModel + CreateCommand + Send + 'static {
    /// How the answer looks.
    const ANSWER: Answer = Answer::Private;
    /// How the answers of single subcommands look where they differ, by path without the command's own name:
    /// `("create", Answer::Modal)`.
    const ANSWERS: &'static [(&'static str, Answer)] = &[];
    /// What the member must be allowed to do.
    const ACCESS: Access = Access::EVERYONE;
    /// Where it may be used.
    const PLACE: Place = Place::Guild;
    /// The Discord permissions without which the client hides the command; empty shows it to everyone.
    const SHOWN_TO: Permissions = Permissions::empty();
}

/// The options of a command while one of them is being typed: a model with `#[command(autocomplete = true)]`.
pub trait Typing: CommandModel + Send + 'static {
    /// The command whose options these are.
    const COMMAND: &'static str;
}

/// A command in the context menu of a user or a message.
pub trait ContextMenu: Sized + Send + 'static {
    /// The name in English, up to 32 characters; the French one stands in `i18n/fr/commands.ftl` under [`Self::KEY`].
    const NAME: &'static str;
    /// The key of the French name.
    const KEY: &'static str;
    /// On what it is offered: `CommandType::User` or `CommandType::Message`.
    const TARGET: CommandType;
    /// How the answer looks.
    const ANSWER: Answer = Answer::Private;
    /// What the member must be allowed to do.
    const ACCESS: Access = Access::EVERYONE;
    /// The Discord permissions without which the client hides it; empty shows it to everyone.
    const SHOWN_TO: Permissions = Permissions::empty();

    /// Takes what was clicked; `None` when Discord sent something else.
    fn read(target: Target) -> Option<Self>;
}

/// What a context menu was opened on.
#[derive(Clone, Debug)]
pub enum Target {
    /// A user.
    User(Box<User>),
    /// A message.
    Message(Arc<Message>),
}

/// The schema of a context menu.
pub(crate) fn menu_schema<M: ContextMenu>() -> Command {
    #[expect(
        deprecated,
        reason = "the model has the field; `contexts` says the same to Discord"
    )]
    Command {
        application_id: None,
        contexts: None,
        default_member_permissions: (!M::SHOWN_TO.is_empty()).then_some(M::SHOWN_TO),
        dm_permission: None,
        description: String::new(),
        description_localizations: None,
        guild_id: None,
        id: None,
        integration_types: None,
        kind: M::TARGET,
        name: M::NAME.to_owned(),
        name_localizations: None,
        nsfw: None,
        options: Vec::new(),
        version: Id::new(1),
    }
}

/// Parses the options of a command.
pub(crate) fn parse<C: CommandModel>(
    data: CommandData,
) -> Result<C, twilight_interactions::error::ParseError> {
    C::from_interaction(CommandInputData::from(data))
}

/// What a context menu was opened on.
pub(crate) fn target(data: CommandData) -> Option<Target> {
    let id = data.target_id?;
    let mut resolved = data.resolved?;
    match data.kind {
        CommandType::User => resolved
            .users
            .remove(&id.cast())
            .map(|user| Target::User(Box::new(user))),
        CommandType::Message => resolved
            .messages
            .remove(&id.cast())
            .map(|message| Target::Message(Arc::new(message))),
        _ => None,
    }
}

/// The path of the subcommand that was run, without the command's own name: `""`, `"set"`, `"group set"`.
pub fn path(data: &CommandData) -> String {
    use twilight_model::application::interaction::application_command::CommandOptionValue;

    let mut path = Vec::new();
    let mut options = data.options.as_slice();
    while let [option] = options {
        match &option.value {
            CommandOptionValue::SubCommand(inner) | CommandOptionValue::SubCommandGroup(inner) => {
                path.push(option.name.as_str());
                options = inner;
            }
            _ => break,
        }
    }
    path.join(" ")
}
