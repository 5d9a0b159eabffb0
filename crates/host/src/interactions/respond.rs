//! Showing the reply: as the first answer, or as an edit of a deferred one.

use feature::{Body, Card, Choice, ChoiceValue, Lang, Refusal, Reply, card::Rendered};
use twilight_model::{
    application::command::{CommandOptionChoice, CommandOptionChoiceValue},
    application::interaction::Interaction,
    channel::{
        Message,
        message::{AllowedMentions, MessageFlags},
    },
    http::interaction::{InteractionResponse, InteractionResponseData, InteractionResponseType},
    id::{Id, marker::InteractionMarker},
};

use super::{
    Shown,
    defer::{Acknowledged, Deferral, Deferred},
    find::Found,
};
use crate::engine::Engine;

/// How a message was laid out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Layout {
    /// With content and embeds.
    Legacy,
    /// With Components V2, as all of ours.
    Current,
}

/// One interaction on its way to an answer.
pub(super) struct Answering<'a> {
    engine: &'a Engine,
    id: Id<InteractionMarker>,
    token: &'a str,
    /// Whether the first answer is seen by the member alone.
    is_private: bool,
    is_typing: bool,
    /// The message that carries the component.
    message: Option<Layout>,
    lang: Lang,
}

impl<'a> Answering<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        interaction: &'a Interaction,
        found: &Found,
        lang: Lang,
    ) -> Self {
        let message = interaction.message.as_ref().map(|message| {
            let flags = message.flags.unwrap_or(MessageFlags::empty());
            if flags.contains(MessageFlags::IS_COMPONENTS_V2) {
                Layout::Current
            } else {
                Layout::Legacy
            }
        });
        Self {
            engine,
            id: interaction.id,
            token: &interaction.token,
            is_private: found.answer != feature::Answer::Public,
            is_typing: found.is_typing,
            message,
            lang,
        }
    }

    /// Defers, and says how that went.
    pub(super) async fn defer(&self, deferral: Deferral) -> Acknowledged {
        match self.send_deferral(deferral).await {
            // Whoever answered first, the answer is edited now.
            Ok(()) | Err(Refusal::AlreadyAnswered) => Acknowledged::Deferred(deferral.deferred()),
            Err(error) => {
                tracing::warn!(interaction = %self.id, error = feature::chain(&error), "an interaction could not be deferred");
                Acknowledged::TooLate
            }
        }
    }

    pub(super) async fn send_deferral(&self, deferral: Deferral) -> Result<(), Refusal> {
        let data = deferral.is_private.then(|| InteractionResponseData {
            flags: Some(MessageFlags::EPHEMERAL),
            ..Default::default()
        });
        self.respond(&InteractionResponse {
            kind: deferral.kind,
            data,
        })
        .await
    }

    pub(super) async fn first_answer(&self) -> Result<Message, Refusal> {
        self.engine
            .house
            .discord
            .first_answer(self.engine.application.into(), self.token)
            .await
    }

    /// Shows what there is to show.
    pub(super) async fn show(&self, acknowledged: Acknowledged, shown: Shown) {
        let sent = match acknowledged {
            Acknowledged::TooLate => return,
            Acknowledged::No => self.first(shown).await,
            Acknowledged::Deferred(deferred) => self.after(deferred, shown).await,
        };
        match sent {
            Ok(()) => {}
            Err(error @ (Refusal::AlreadyAnswered | Refusal::Gone(_))) => {
                tracing::info!(interaction = %self.id, %error, "an answer came too late");
            }
            Err(error) => {
                tracing::error!(interaction = %self.id, error = feature::chain(&error), "an answer could not be shown");
            }
        }
    }

    async fn first(&self, shown: Shown) -> Result<(), Refusal> {
        let reply = match shown {
            Shown::Reply(reply) => reply,
            // While an option is typed there is no place for words.
            Shown::Told(_) if self.is_typing => Reply::choices([]),
            Shown::Told(text) => {
                let data = message(
                    &told(text).render(self.lang),
                    AllowedMentions::default(),
                    true,
                );
                let kind = InteractionResponseType::ChannelMessageWithSource;
                return self
                    .respond(&InteractionResponse {
                        kind,
                        data: Some(data),
                    })
                    .await;
            }
        };
        let Reply { body, mentions } = reply;
        let response = match body {
            Body::Choices(choices) => choices_response(choices),
            _ if self.is_typing => choices_response(Vec::new()),
            Body::Update(card) if self.message.is_some() => {
                let mut data = message(&card.render(self.lang), mentions, false);
                if self.message == Some(Layout::Legacy) {
                    data.content = Some(String::new());
                    data.embeds = Some(Vec::new());
                }
                InteractionResponse {
                    kind: InteractionResponseType::UpdateMessage,
                    data: Some(data),
                }
            }
            Body::Card(card) | Body::Update(card) => InteractionResponse {
                kind: InteractionResponseType::ChannelMessageWithSource,
                data: Some(message(&card.render(self.lang), mentions, self.is_private)),
            },
            Body::Modal(modal) => InteractionResponse {
                kind: InteractionResponseType::Modal,
                data: Some(InteractionResponseData {
                    custom_id: Some(modal.custom_id),
                    title: Some(modal.title),
                    components: Some(modal.components),
                    ..Default::default()
                }),
            },
            Body::Done if self.message.is_some() => InteractionResponse {
                kind: InteractionResponseType::DeferredUpdateMessage,
                data: None,
            },
            Body::Done => {
                tracing::error!(interaction = %self.id, "a command answered nothing, and Discord wants an answer to it");
                InteractionResponse {
                    kind: InteractionResponseType::ChannelMessageWithSource,
                    data: Some(message(
                        &self.fault().render(self.lang),
                        AllowedMentions::default(),
                        true,
                    )),
                }
            }
        };
        self.respond(&response).await
    }

    async fn after(&self, deferred: Deferred, shown: Shown) -> Result<(), Refusal> {
        let (card, mentions) = match shown {
            Shown::Told(text) => return self.tell(deferred, &told(text)).await,
            Shown::Reply(Reply { body, mentions }) => match body {
                Body::Card(card) if deferred == Deferred::Unchanged => {
                    return self.follow_up(&card, &mentions, true).await;
                }
                Body::Card(card) | Body::Update(card) => (card, mentions),
                Body::Done if deferred == Deferred::Unchanged => return Ok(()),
                Body::Done => return self.remove_thinking().await,
                Body::Modal(_) | Body::Choices(_) => {
                    tracing::error!(interaction = %self.id, "a modal or choices came after a deferral: declare `Answer::Modal`");
                    return self.tell(deferred, &self.fault()).await;
                }
            },
        };
        self.edit(&card, &mentions, deferred).await
    }

    /// What the member reads when a handler answered what can not be shown.
    fn fault(&self) -> Card {
        told(feature::text::incident(self.lang, &self.id.to_string()))
    }

    /// Tells something to the member alone.
    async fn tell(&self, deferred: Deferred, card: &Card) -> Result<(), Refusal> {
        match deferred {
            Deferred::Thinking { is_private: true } => {
                self.edit(card, &AllowedMentions::default(), deferred).await
            }
            Deferred::Thinking { is_private: false } => {
                // Everyone sees that message: it goes, and the member is told in private.
                self.remove_thinking().await?;
                self.follow_up(card, &AllowedMentions::default(), true)
                    .await
            }
            Deferred::Unchanged => {
                self.follow_up(card, &AllowedMentions::default(), true)
                    .await
            }
        }
    }

    async fn edit(
        &self,
        card: &Card,
        mentions: &AllowedMentions,
        deferred: Deferred,
    ) -> Result<(), Refusal> {
        let Rendered {
            components,
            attachments,
        } = card.render(self.lang);
        let discord = &self.engine.house.discord;
        let client = discord.interaction(self.engine.application.into());
        let mut request = client
            .update_response(self.token)
            .flags(MessageFlags::IS_COMPONENTS_V2)
            .components(Some(&components))
            .allowed_mentions(Some(mentions))
            .attachments(&attachments);
        if self.message == Some(Layout::Legacy) && deferred == Deferred::Unchanged {
            request = request.content(None).embeds(None);
        }
        discord.one(request).await.map(|_: Message| ())
    }

    async fn follow_up(
        &self,
        card: &Card,
        mentions: &AllowedMentions,
        is_private: bool,
    ) -> Result<(), Refusal> {
        let Rendered {
            components,
            attachments,
        } = card.render(self.lang);
        let discord = &self.engine.house.discord;
        let client = discord.interaction(self.engine.application.into());
        let request = client
            .create_followup(self.token)
            .flags(flags(is_private))
            .components(&components)
            .allowed_mentions(Some(mentions))
            .attachments(&attachments);
        discord.one(request).await.map(|_: Message| ())
    }

    async fn remove_thinking(&self) -> Result<(), Refusal> {
        let discord = &self.engine.house.discord;
        discord
            .done(
                discord
                    .interaction(self.engine.application.into())
                    .delete_response(self.token),
            )
            .await
    }

    async fn respond(&self, response: &InteractionResponse) -> Result<(), Refusal> {
        self.engine
            .house
            .discord
            .respond(
                self.engine.application.into(),
                self.id,
                self.token,
                response,
            )
            .await
    }
}

fn told(text: String) -> Card {
    Card::new().text(text).colour(feature::Colour::Bad)
}

fn flags(is_private: bool) -> MessageFlags {
    let private = if is_private {
        MessageFlags::EPHEMERAL
    } else {
        MessageFlags::empty()
    };
    MessageFlags::IS_COMPONENTS_V2 | private
}

fn message(
    rendered: &Rendered,
    mentions: AllowedMentions,
    is_private: bool,
) -> InteractionResponseData {
    InteractionResponseData {
        allowed_mentions: Some(mentions),
        attachments: (!rendered.attachments.is_empty()).then(|| rendered.attachments.clone()),
        components: Some(rendered.components.clone()),
        flags: Some(flags(is_private)),
        ..Default::default()
    }
}

fn choices_response(choices: Vec<Choice>) -> InteractionResponse {
    let choices = choices
        .into_iter()
        .take(25)
        .map(|choice| CommandOptionChoice {
            name: feature::card::cut(&choice.name, 100),
            name_localizations: None,
            value: match choice.value {
                ChoiceValue::Text(text) => CommandOptionChoiceValue::String(text),
                ChoiceValue::Integer(value) => CommandOptionChoiceValue::Integer(value),
                ChoiceValue::Number(value) => CommandOptionChoiceValue::Number(value),
            },
        })
        .collect();
    InteractionResponse {
        kind: InteractionResponseType::ApplicationCommandAutocompleteResult,
        data: Some(InteractionResponseData {
            choices: Some(choices),
            ..Default::default()
        }),
    }
}
