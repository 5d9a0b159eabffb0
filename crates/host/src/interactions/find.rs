//! Which handler an interaction is for.

use std::time::Duration;

use feature::{
    Answer, BoxFuture, Capability, Catalogue, ComponentEntry, House, Outcome, Outdated, Reply,
    Scene,
};
use twilight_model::application::interaction::{Interaction, InteractionData, InteractionType};

/// How long a handler may take. Discord would accept an answer for 15 minutes, but nobody waits that long; longer
/// work belongs into a job.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a handler may take whose answer can not be deferred: Discord waits three seconds.
const AT_ONCE: Duration = Duration::from_millis(2_500);

type Start = Box<dyn FnOnce(House, Scene) -> BoxFuture<'static, Outcome<Reply>> + Send>;

/// What will serve the interaction.
pub(super) struct Found {
    /// Whose handler it is; the host's own when nobody registered it.
    pub(super) feature: &'static str,
    /// What was asked, for the log.
    pub(super) name: String,
    /// How the answer looks.
    pub(super) answer: Answer,
    /// Whether a command is to be served: one that this program knows, so that its name is one of few.
    pub(super) is_command: bool,
    /// Whether choices are asked for while an option is typed.
    pub(super) is_typing: bool,
    /// Whether it came from a component or a modal, so that a message can change.
    pub(super) has_message: bool,
    /// What the member must be allowed to do.
    pub(super) access: Option<&'static Capability>,
    /// How long the handler may take.
    pub(super) limit: Duration,
    /// Starts the handler.
    pub(super) start: Start,
}

/// Finds the handler and takes its part out of the interaction; `None` for what is neither command, component nor
/// modal.
pub(super) fn find(catalogue: &Catalogue, interaction: &mut Interaction) -> Option<Found> {
    let is_typing = interaction.kind == InteractionType::ApplicationCommandAutocomplete;
    let mut found = match interaction.data.take()? {
        InteractionData::ApplicationCommand(data) => {
            let path = feature::path(&data);
            let name = if path.is_empty() {
                data.name.clone()
            } else {
                format!("{} {path}", data.name)
            };
            match catalogue.command(data.kind, &data.name) {
                Some(entry) => {
                    let run = if is_typing {
                        entry.typing.clone()
                    } else {
                        Some(entry.run.clone())
                    };
                    let access = entry.access.of(&path);
                    match run {
                        Some(run) => Found {
                            is_command: !is_typing,
                            ..served(
                                entry.feature,
                                name,
                                entry.answer_of(&path),
                                access,
                                Box::new(move |house, scene| run(house, scene, *data)),
                            )
                        },
                        None => unknown(name, Outdated::Command),
                    }
                }
                None => unknown(name, Outdated::Command),
            }
        }
        InteractionData::MessageComponent(data) => {
            match catalogue.component(&data.custom_id, data.component_type) {
                Some((entry, arguments)) => {
                    let ComponentEntry {
                        feature,
                        tag,
                        answer,
                        access,
                        run,
                        ..
                    } = entry;
                    let (run, arguments) = (run.clone(), arguments.to_owned());
                    let start: Start =
                        Box::new(move |house, scene| run(house, scene, (arguments, *data)));
                    served(feature, tag.clone(), *answer, *access, start)
                }
                None => unknown(clipped(&data.custom_id), Outdated::Action),
            }
        }
        InteractionData::ModalSubmit(data) => match catalogue.modal(&data.custom_id) {
            Some((entry, arguments)) => {
                let (run, arguments) = (entry.run.clone(), arguments.to_owned());
                let start: Start =
                    Box::new(move |house, scene| run(house, scene, (arguments, *data)));
                served(
                    entry.feature,
                    entry.tag.clone(),
                    entry.answer,
                    entry.access,
                    start,
                )
            }
            None => unknown(clipped(&data.custom_id), Outdated::Action),
        },
        _ => return None,
    };
    found.is_typing = is_typing;
    found.has_message = interaction.message.is_some();
    if found.answer == Answer::Update && !found.has_message {
        // A modal that a command opened has no message to change.
        found.answer = Answer::Private;
    }
    if is_typing || found.answer == Answer::Modal {
        found.limit = AT_ONCE;
    }
    Some(found)
}

fn served(
    feature: &'static str,
    name: String,
    answer: Answer,
    access: Option<&'static Capability>,
    start: Start,
) -> Found {
    Found {
        feature,
        name,
        answer,
        is_command: false,
        is_typing: false,
        has_message: false,
        access,
        limit: PATIENCE,
        start,
    }
}

/// Nobody registered it: a kind answer, never silence.
fn unknown(name: String, outdated: Outdated) -> Found {
    let start: Start = Box::new(move |_, _| Box::pin(async move { Err(outdated.into()) }));
    served("host", name, Answer::Private, None, start)
}

fn clipped(id: &str) -> String {
    feature::card::cut(id, 100)
}
