//! Registration: what a feature is, in one place.
//!
//! A [`Scope`] takes typed handlers and keeps them erased, each with the schema, the parser and the rules that
//! its types state. Nothing here touches the network or the database.

use std::{any::type_name, sync::Arc};

use database::{GuildId, UserId};
use jobs::Job;
use serde_json::Value;
use twilight_cache_inmemory::ResourceType;
use twilight_gateway::EventTypeFlags;
use twilight_interactions::command::CreateCommand;
use twilight_model::{
    application::{
        command::Command,
        interaction::{
            InteractionContextType, application_command::CommandData,
            message_component::MessageComponentInteractionData, modal::ModalInteractionData,
        },
    },
    channel::message::component::ComponentType,
    gateway::{Intents, payload::incoming::GuildDelete},
    guild::Permissions,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Access, Answer, BoxFuture, Browsable, Capability, ComponentInput, ContextMenu, Ctx, CustomId,
    Delivery, Explain, Failure, Fields, Form, GatewayEvent, Handle, Happening, House, Kit, Lang,
    Needs, On, Outcome, Place, Reply, Scene, SlashCommand, Submit, Typing, absence, command,
    duties, erasure, foreign,
    foreign::Named,
    holders, http,
    manners::Left,
    settings::{Document, DocumentEntry},
    text,
};

/// A part of Majordome that can be taken out: a crate with commands, events, tables and words of its own.
pub trait Feature: Sized + Send + Sync + 'static {
    /// Its name: Postgres schema, first part of its custom ids, metric label, span.
    const NAME: &'static str;
    /// Whether a guild may switch it off.
    const CAN_BE_OFF: bool = true;

    /// States what it handles. Pure: no I/O.
    fn register(scope: &mut Scope<'_, Self>);
}

/// An erased handler of something that a person waits for.
pub type Run<Input> =
    Arc<dyn Fn(House, Scene, Input) -> BoxFuture<'static, Outcome<Reply>> + Send + Sync>;
/// An erased handler of something that nobody waits for.
pub type Work<Input> = Ask<Input, ()>;
/// An erased handler that looks something up.
pub type Ask<Input, Output> =
    Arc<dyn Fn(House, Input) -> BoxFuture<'static, Outcome<Output>> + Send + Sync>;

/// A registered command.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct CommandEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// What Discord is told.
    pub schema: Command,
    /// How the answer looks where `answers` says nothing else.
    pub answer: Answer,
    /// How the answers of single subcommands look, by path.
    pub answers: &'static [(&'static str, Answer)],
    /// What the member must be allowed to do.
    pub access: Access,
    /// Runs it.
    pub run: Run<CommandData>,
    /// Offers choices while an option is typed.
    pub typing: Option<Run<CommandData>>,
    /// The key of its French name; the name itself for slash commands.
    pub(crate) key: String,
}

impl CommandEntry {
    /// How the answer of a path below the command looks.
    pub fn answer_of(&self, path: &str) -> Answer {
        self.answers
            .iter()
            .find(|(named, _)| *named == path)
            .map_or(self.answer, |(_, answer)| *answer)
    }

    /// Whether it may be used in direct messages with the bot.
    pub fn is_for_direct_messages(&self) -> bool {
        let contexts = self.schema.contexts.as_deref();
        contexts.is_none_or(|contexts| contexts.contains(&InteractionContextType::BotDm))
    }
}

/// A registered component action.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct ComponentEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// `feature:action:vN`, or what the ids of another program begin with.
    pub tag: String,
    /// The length of its longest id.
    pub(crate) longest: usize,
    /// The kind of component.
    pub kind: ComponentType,
    /// What happens on the screen.
    pub answer: Answer,
    /// What the member must be allowed to do.
    pub access: Option<&'static Capability>,
    /// Runs it with the arguments behind the tag.
    pub run: Run<(String, MessageComponentInteractionData)>,
}

/// A registered modal.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct ModalEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// `feature:action:vN`.
    pub tag: String,
    /// The length of its longest id.
    pub(crate) longest: usize,
    /// What happens on the screen.
    pub answer: Answer,
    /// What the member must be allowed to do.
    pub access: Option<&'static Capability>,
    /// Runs it with the arguments behind the tag.
    pub run: Run<(String, ModalInteractionData)>,
}

/// A registered event handler.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct EventEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// The event's name.
    pub name: &'static str,
    /// The parser's flag.
    pub flag: EventTypeFlags,
    /// The intents that bring it.
    pub intents: Intents,
    /// Whether it is told in guilds where the feature is off too.
    pub even_off: bool,
    /// Runs it.
    pub run: Work<Delivery>,
}

/// A registered repair.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct ReconcileEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// Runs it.
    pub run: Work<GuildId>,
}

/// A registered job.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct JobEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// The job's name.
    pub name: &'static str,
    /// How long it may take and how often it is tried.
    pub options: jobs::Options,
    /// Runs it.
    pub run: Work<Value>,
}

/// A job that returns on a schedule.
#[derive(Clone, Debug)]
pub struct ScheduleEntry {
    /// Who registered it.
    pub feature: &'static str,
    /// The job's name; a job has one schedule.
    pub job: &'static str,
    /// When it returns.
    pub schedule: jobs::Schedule,
    /// The job's payload.
    pub payload: Value,
}

/// Routes that a feature hands to the HTTP engine.
#[expect(missing_debug_implementations, reason = "routers hold functions")]
pub struct RouteEntry {
    /// Who registered them.
    pub feature: &'static str,
    /// What they are, for people and for the engine: paths, bodies, answers, and the scopes that a key needs.
    pub document: OpenApi,
    /// Makes the router.
    pub router: Arc<dyn Fn(House) -> axum::Router + Send + Sync>,
}

/// What a feature answers others.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) absences: Option<Ask<absence::Question, Vec<absence::Away>>>,
    pub(crate) duties: Option<Ask<duties::Question, Vec<duties::Duty>>>,
    pub(crate) holders: Option<Ask<holders::Question, Vec<UserId>>>,
    pub(crate) erasures: Option<Ask<erasure::Person, erasure::Erased>>,
}

/// Everything that one feature registered.
pub(crate) struct Registered {
    pub(crate) commands: Vec<CommandEntry>,
    pub(crate) typings: Vec<(&'static str, Run<CommandData>)>,
    pub(crate) components: Vec<ComponentEntry>,
    pub(crate) legacy_components: Vec<ComponentEntry>,
    pub(crate) modals: Vec<ModalEntry>,
    pub(crate) events: Vec<EventEntry>,
    pub(crate) reconciles: Vec<ReconcileEntry>,
    pub(crate) jobs: Vec<JobEntry>,
    pub(crate) schedules: Vec<ScheduleEntry>,
    pub(crate) routes: Vec<RouteEntry>,
    pub(crate) documents: Vec<DocumentEntry>,
    pub(crate) happenings: Vec<Happening>,
    pub(crate) listeners: Vec<&'static str>,
    pub(crate) capabilities: Vec<&'static Capability>,
    pub(crate) browsables: Vec<&'static Browsable>,
    pub(crate) resources: ResourceType,
    pub(crate) intents: Intents,
    pub(crate) names: Option<(Lang, &'static str)>,
    pub(crate) needs: Permissions,
    pub(crate) needs_in: Option<Ask<GuildId, Needs>>,
    pub(crate) answers: Answers,
    pub(crate) callers: Option<Ask<i64, Option<http::Caller>>>,
    pub(crate) can_be_off: bool,
}

impl Default for Registered {
    fn default() -> Self {
        Self {
            commands: Vec::new(),
            typings: Vec::new(),
            components: Vec::new(),
            legacy_components: Vec::new(),
            modals: Vec::new(),
            events: Vec::new(),
            reconciles: Vec::new(),
            jobs: Vec::new(),
            schedules: Vec::new(),
            routes: Vec::new(),
            documents: Vec::new(),
            happenings: Vec::new(),
            listeners: Vec::new(),
            capabilities: Vec::new(),
            browsables: Vec::new(),
            resources: ResourceType::empty(),
            intents: Intents::empty(),
            names: None,
            needs: Permissions::empty(),
            needs_in: None,
            answers: Answers::default(),
            callers: None,
            can_be_off: true,
        }
    }
}

/// Where a feature registers what it handles.
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct Scope<'a, F> {
    feature: Arc<F>,
    registered: &'a mut Registered,
}

impl<'a, F: Feature> Scope<'a, F> {
    pub(crate) const fn new(feature: Arc<F>, registered: &'a mut Registered) -> Self {
        Self {
            feature,
            registered,
        }
    }

    /// A slash command: `async fn(Ctx<F>, C) -> Outcome<Reply>`.
    pub fn command<C: SlashCommand>(
        &mut self,
        handler: impl Handle<Ctx<F>, C, Reply>,
    ) -> &mut Self {
        let mut schema = Command::from(C::create_command());
        if C::PLACE == Place::Guild {
            schema.contexts = Some(vec![InteractionContextType::Guild]);
        } else {
            schema.contexts = Some(vec![
                InteractionContextType::Guild,
                InteractionContextType::BotDm,
            ]);
        }
        if !C::SHOWN_TO.is_empty() {
            schema.default_member_permissions = Some(C::SHOWN_TO);
        }
        let run = self.run_command(handler, |data| {
            command::parse::<C>(data).map_err(Outdated::options)
        });
        self.registered.commands.push(CommandEntry {
            feature: F::NAME,
            key: <C as CreateCommand>::NAME.to_owned(),
            schema,
            answer: C::ANSWER,
            answers: C::ANSWERS,
            access: C::ACCESS,
            run,
            typing: None,
        });
        self.capability_list(C::ACCESS.everywhere);
        for (_, capability) in C::ACCESS.paths {
            self.capability_list(*capability);
        }
        self
    }

    /// Choices while an option of a command is typed: `async fn(Ctx<F>, T) -> Outcome<Reply>` with
    /// [`Reply::choices`].
    pub fn typing<T: Typing>(&mut self, handler: impl Handle<Ctx<F>, T, Reply>) -> &mut Self {
        let run = self.run_command(handler, |data| {
            command::parse::<T>(data).map_err(Outdated::options)
        });
        self.registered.typings.push((T::COMMAND, run));
        self
    }

    /// A command in a context menu: `async fn(Ctx<F>, M) -> Outcome<Reply>`.
    pub fn menu<M: ContextMenu>(&mut self, handler: impl Handle<Ctx<F>, M, Reply>) -> &mut Self {
        let mut schema = command::menu_schema::<M>();
        schema.contexts = Some(vec![InteractionContextType::Guild]);
        let run = self.run_command(handler, |data| {
            command::target(data)
                .and_then(M::read)
                .ok_or(Outdated::Target(type_name::<M>()))
        });
        self.registered.commands.push(CommandEntry {
            feature: F::NAME,
            key: M::KEY.to_owned(),
            schema,
            answer: M::ANSWER,
            answers: &[],
            access: M::ACCESS,
            run,
            typing: None,
        });
        self.capability_list(M::ACCESS.everywhere);
        self
    }

    /// A button or a select: `async fn(Ctx<F>, Click<C>) -> Outcome<Reply>`, or one of the picks.
    pub fn component<I: ComponentInput>(
        &mut self,
        handler: impl Handle<Ctx<F>, I, Reply>,
    ) -> &mut Self {
        let run = self.run_component(handler, I::Id::decode);
        self.registered
            .components
            .push(component_entry::<I>(F::NAME, tag::<I::Id>(), run));
        self.capability_list(I::Id::ACCESS);
        self
    }

    /// A button or a select that another program posted before this one took its place, on the same bot account:
    /// as [`component`](Self::component), for ids that begin with `prefix`.
    ///
    /// `translate` reads what stands behind the prefix into one of our own ids, whose answer and capability hold;
    /// what it does not know is answered as outdated. An id of ours always comes first. Two legacy ids of one kind
    /// of component may not begin alike.
    pub fn legacy_component<I: ComponentInput>(
        &mut self,
        prefix: &'static str,
        translate: fn(&str) -> Option<I::Id>,
        handler: impl Handle<Ctx<F>, I, Reply>,
    ) -> &mut Self {
        let run = self.run_component(handler, translate);
        self.registered.legacy_components.push(component_entry::<I>(
            F::NAME,
            prefix.to_owned(),
            run,
        ));
        self.capability_list(I::Id::ACCESS);
        self
    }

    fn run_component<I: ComponentInput>(
        &self,
        handler: impl Handle<Ctx<F>, I, Reply>,
        decode: fn(&str) -> Option<I::Id>,
    ) -> Run<(String, MessageComponentInteractionData)> {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        Arc::new(move |house, scene, (arguments, data)| {
            if let Some(refusal) = foreign::refusal(&house, &scene, &Named::in_component(&data)) {
                return refused(refusal);
            }
            let input = decode(&arguments).and_then(|id| I::read(id, data));
            let context = Ctx::new(
                Kit {
                    feature: Arc::clone(&feature),
                    house,
                },
                scene,
            );
            match input {
                Some(input) => handler.handle(context, input),
                None => refused(Outdated::Id(type_name::<I>())),
            }
        })
    }

    /// A modal: `async fn(Ctx<F>, Submit<M>) -> Outcome<Reply>`.
    pub fn modal<M: Form>(&mut self, handler: impl Handle<Ctx<F>, Submit<M>, Reply>) -> &mut Self {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        let run: Run<(String, ModalInteractionData)> =
            Arc::new(move |house, scene, (arguments, data)| {
                if let Some(refusal) =
                    foreign::refusal(&house, &scene, &Named::resolved(data.resolved.as_ref()))
                {
                    return refused(refusal);
                }
                let input = M::Id::decode(&arguments)
                    .and_then(|id| M::read(&Fields::read(data)).map(|form| Submit { id, form }));
                let context = Ctx::new(
                    Kit {
                        feature: Arc::clone(&feature),
                        house,
                    },
                    scene,
                );
                match input {
                    Some(input) => handler.handle(context, input),
                    None => refused(Outdated::Id(type_name::<M>())),
                }
            });
        self.registered.modals.push(ModalEntry {
            feature: F::NAME,
            tag: tag::<M::Id>(),
            longest: M::Id::LONGEST,
            answer: M::Id::ANSWER,
            access: M::Id::ACCESS,
            run,
        });
        self.capability_list(M::Id::ACCESS);
        self
    }

    /// A gateway event: `async fn(Kit<F>, On<E>) -> Outcome<()>`. Events of one guild come in order, one at a time.
    pub fn on<E: GatewayEvent>(&mut self, handler: impl Handle<Kit<F>, On<E>, ()>) -> &mut Self {
        self.listen(handler, false)
    }

    /// As [`on`](Self::on), told in guilds where the feature is off too: for a feature that keeps a picture which no
    /// repair can draw anew. What follows from the event is its own to leave undone there ([`House::is_off`]).
    pub fn on_even_off<E: GatewayEvent>(
        &mut self,
        handler: impl Handle<Kit<F>, On<E>, ()>,
    ) -> &mut Self {
        self.listen(handler, true)
    }

    fn listen<E: GatewayEvent>(
        &mut self,
        handler: impl Handle<Kit<F>, On<E>, ()>,
        even_off: bool,
    ) -> &mut Self {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        self.registered.events.push(EventEntry {
            feature: F::NAME,
            name: E::NAME,
            flag: E::FLAG,
            intents: E::INTENTS,
            even_off,
            run: Arc::new(move |house, delivery| match On::new(delivery) {
                Some(on) => handler.handle(
                    Kit {
                        feature: Arc::clone(&feature),
                        house,
                    },
                    on,
                ),
                None => Box::pin(async { Ok(()) }),
            }),
        });
        self
    }

    /// A repair: `async fn(Kit<F>, GuildId) -> Outcome<()>` brings one guild to its intended state. It runs when
    /// the true state of the guild is known (start, new session), when events were lost, and on a timer.
    pub fn reconcile(&mut self, handler: impl Handle<Kit<F>, GuildId, ()>) -> &mut Self {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        self.registered.reconciles.push(ReconcileEntry {
            feature: F::NAME,
            run: Arc::new(move |house, guild| {
                handler.handle(
                    Kit {
                        feature: Arc::clone(&feature),
                        house,
                    },
                    guild,
                )
            }),
        });
        self
    }

    /// A job: `async fn(Kit<F>, P) -> Outcome<()>`, run from its row in Postgres.
    pub fn job<P: Job>(&mut self, handler: impl Handle<Kit<F>, P, ()>) -> &mut Self {
        self.job_with(jobs::Options::default(), handler)
    }

    /// A job with a time limit or a number of attempts of its own.
    pub fn job_with<P: Job>(
        &mut self,
        options: jobs::Options,
        handler: impl Handle<Kit<F>, P, ()>,
    ) -> &mut Self {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        self.registered.jobs.push(JobEntry {
            feature: F::NAME,
            name: P::NAME,
            options,
            run: Arc::new(
                move |house, payload| match serde_json::from_value::<P>(payload) {
                    Ok(payload) => handler.handle(
                        Kit {
                            feature: Arc::clone(&feature),
                            house,
                        },
                        payload,
                    ),
                    Err(error) => Box::pin(async move { Err(Failure::fault(error)) }),
                },
            ),
        });
        self
    }

    /// Runs a job again and again; its handler is registered with [`job`](Self::job).
    ///
    /// # Panics
    ///
    /// Panics when the payload can not be written as JSON, which a test that builds the registry shows.
    pub fn schedule<P: Job>(&mut self, schedule: jobs::Schedule, payload: &P) -> &mut Self {
        let payload = serde_json::to_value(payload).expect("a job's payload is JSON");
        self.registered.schedules.push(ScheduleEntry {
            feature: F::NAME,
            job: P::NAME,
            schedule,
            payload,
        });
        self
    }

    /// What can happen in this feature; see [`House::announce`](crate::House::announce).
    pub fn announces(&mut self, happenings: &[Happening]) -> &mut Self {
        self.registered.happenings.extend(happenings);
        self
    }

    /// Is told what happens in any feature: `async fn(Kit<F>, P) -> Outcome<()>`, where `P` is read from an
    /// [`Announcement`](crate::Announcement).
    pub fn listens<P: Job>(&mut self, handler: impl Handle<Kit<F>, P, ()>) -> &mut Self {
        self.registered.listeners.push(P::NAME);
        self.job(handler)
    }

    /// The typed settings document that each guild has for this feature.
    pub fn settings<D: Document>(&mut self) -> &mut Self {
        self.registered
            .documents
            .push(DocumentEntry::of::<D>(F::NAME));
        self
    }

    /// Routes for the HTTP engine, with full paths; see [`crate::http`].
    pub fn routes(&mut self, routes: OpenApiRouter<Kit<F>>) -> &mut Self {
        let feature = Arc::clone(&self.feature);
        let (router, document) = routes.split_for_parts();
        self.registered.routes.push(RouteEntry {
            feature: F::NAME,
            document,
            router: Arc::new(move |house| {
                router.clone().with_state(Kit {
                    feature: Arc::clone(&feature),
                    house,
                })
            }),
        });
        self
    }

    /// What the cache must keep for this feature.
    pub fn cache(&mut self, resources: ResourceType) -> &mut Self {
        self.registered.resources |= resources;
        self
    }

    /// Intents that no event stands for: the content of messages.
    pub fn intents(&mut self, intents: Intents) -> &mut Self {
        self.registered.intents |= intents;
        self
    }

    /// A capability that no registration names, because a handler checks it itself.
    pub fn capability(&mut self, capability: &'static Capability) -> &mut Self {
        self.capability_list(Some(capability));
        self
    }

    /// A table that may be looked at; see [`crate::browse`].
    pub fn browse(&mut self, table: &'static Browsable) -> &mut Self {
        self.registered.browsables.push(table);
        self.capability_list(Some(table.capability));
        self
    }

    /// The permissions without which it can not do its work, anywhere in a guild: the invite link asks for them, and
    /// the doctor names those that are missing.
    pub fn needs(&mut self, permissions: Permissions) -> &mut Self {
        self.registered.needs |= permissions;
        self
    }

    /// What it needs in a guild as that is set up now: `async fn(Kit<F>, GuildId) -> Outcome<Needs>`. The doctor asks.
    pub fn needs_in(&mut self, handler: impl Handle<Kit<F>, GuildId, Needs>) -> &mut Self {
        self.registered.needs_in = Some(self.answer(handler));
        self
    }

    fn answer<Input, Output>(
        &self,
        handler: impl Handle<Kit<F>, Input, Output>,
    ) -> Ask<Input, Output> {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        Arc::new(move |house, input| {
            let kit = Kit {
                feature: Arc::clone(&feature),
                house,
            };
            handler.handle(kit, input)
        })
    }

    /// Who is away: `async fn(Kit<F>, absence::Question) -> Outcome<Vec<absence::Away>>`, asked by features that give
    /// people work ([`House::away`]).
    pub fn absences(
        &mut self,
        handler: impl Handle<Kit<F>, absence::Question, Vec<absence::Away>>,
    ) -> &mut Self {
        self.registered.answers.absences = Some(self.answer(handler));
        self
    }

    /// What people are to do by when: `async fn(Kit<F>, duties::Question) -> Outcome<Vec<duties::Duty>>`, asked by features
    /// that show it ([`House::duties`]).
    pub fn duties(
        &mut self,
        handler: impl Handle<Kit<F>, duties::Question, Vec<duties::Duty>>,
    ) -> &mut Self {
        self.registered.answers.duties = Some(self.answer(handler));
        self
    }

    /// Who has a role: `async fn(Kit<F>, holders::Question) -> Outcome<Vec<UserId>>` ([`House::holders`]).
    pub fn holders(
        &mut self,
        handler: impl Handle<Kit<F>, holders::Question, Vec<UserId>>,
    ) -> &mut Self {
        self.registered.answers.holders = Some(self.answer(handler));
        self
    }

    /// Erases what it keeps of a member: `async fn(Kit<F>, erasure::Person) -> Outcome<erasure::Erased>` ([`House::erase`]).
    /// It is asked where the feature is off too, and again when it or another fails.
    pub fn erases(
        &mut self,
        handler: impl Handle<Kit<F>, erasure::Person, erasure::Erased>,
    ) -> &mut Self {
        self.registered.answers.erasures = Some(self.answer(handler));
        self
    }

    /// Erases everything of a guild: `async fn(Kit<F>, GuildId) -> Outcome<()>`, run by a job of this name 30 days after the
    /// bot was taken out, unless it is there again.
    pub fn forgets(
        &mut self,
        job: &'static str,
        handler: impl Handle<Kit<F>, GuildId, ()>,
    ) -> &mut Self {
        self.registered.events.push(EventEntry {
            feature: F::NAME,
            name: GuildDelete::NAME,
            flag: GuildDelete::FLAG,
            intents: GuildDelete::INTENTS,
            even_off: true,
            run: Arc::new(
                move |house, delivery| match On::<GuildDelete>::new(delivery) {
                    Some(gone) => Box::pin(async move { house.when_left(&gone, job).await }),
                    None => Box::pin(async { Ok(()) }),
                },
            ),
        });
        let forget = self.answer(handler);
        self.registered.jobs.push(JobEntry {
            feature: F::NAME,
            name: job,
            options: jobs::Options::default(),
            run: Arc::new(move |house, payload| {
                let forget = Arc::clone(&forget);
                Box::pin(async move {
                    let Left { left } = serde_json::from_value(payload).map_err(Failure::fault)?;
                    if house.has_left(left).await? {
                        forget(house, left).await?;
                    }
                    Ok(())
                })
            }),
        });
        self
    }

    /// Whose key a number is: `async fn(Kit<F>, i64) -> Outcome<Option<http::Caller>>`, nobody's when it does not work
    /// any more ([`House::caller`]).
    pub fn callers(
        &mut self,
        handler: impl Handle<Kit<F>, i64, Option<http::Caller>>,
    ) -> &mut Self {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        self.registered.callers = Some(Arc::new(move |house, key| {
            let kit = Kit {
                feature: Arc::clone(&feature),
                house,
            };
            handler.handle(kit, key)
        }));
        self
    }

    /// The names and descriptions of the commands in French: the content of `i18n/fr/commands.ftl`.
    pub fn french(&mut self, source: &'static str) -> &mut Self {
        self.registered.names = Some((Lang::Fr, source));
        self
    }

    fn capability_list(&mut self, capability: Option<&'static Capability>) {
        if let Some(capability) = capability
            && !self.registered.capabilities.contains(&capability)
        {
            self.registered.capabilities.push(capability);
        }
    }

    fn run_command<C: Send + 'static>(
        &self,
        handler: impl Handle<Ctx<F>, C, Reply>,
        parse: impl Fn(CommandData) -> Result<C, Outdated> + Send + Sync + 'static,
    ) -> Run<CommandData> {
        let feature = Arc::clone(&self.feature);
        let handler = Arc::new(handler);
        Arc::new(move |house, scene, data| {
            if let Some(refusal) = foreign::refusal(&house, &scene, &Named::in_command(&data)) {
                return refused(refusal);
            }
            let context = Ctx::new(
                Kit {
                    feature: Arc::clone(&feature),
                    house,
                },
                scene,
            );
            match parse(data) {
                Ok(input) => handler.handle(context, input),
                Err(outdated) => refused(outdated),
            }
        })
    }
}

fn refused<T: Send + 'static>(why: impl Into<Failure>) -> BoxFuture<'static, Outcome<T>> {
    let failure = why.into();
    Box::pin(async move { Err(failure) })
}

fn component_entry<I: ComponentInput>(
    feature: &'static str,
    tag: String,
    run: Run<(String, MessageComponentInteractionData)>,
) -> ComponentEntry {
    ComponentEntry {
        feature,
        tag,
        longest: I::Id::LONGEST,
        kind: I::KIND,
        answer: I::Id::ANSWER,
        access: I::Id::ACCESS,
        run,
    }
}

fn tag<C: CustomId>() -> String {
    format!("{}:{}:v{}", C::FEATURE, C::ACTION, C::VERSION)
}

/// What came in is of an older version than the program, or no longer known.
#[derive(Debug, thiserror::Error)]
pub enum Outdated {
    /// The options of a command do not fit what is registered now.
    #[error("the options do not fit")]
    Options(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A context menu was opened on something else than registered.
    #[error("not the target of {0}")]
    Target(&'static str),
    /// The arguments of a custom id do not fit.
    #[error("not an id of {0}")]
    Id(&'static str),
    /// Nobody registered the command.
    #[error("no such command")]
    Command,
    /// Nobody registered the action of a component or a modal.
    #[error("no such action")]
    Action,
}

impl Outdated {
    fn options(error: twilight_interactions::error::ParseError) -> Self {
        Self::Options(Box::new(error))
    }
}

impl Explain for Outdated {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Options(_) | Self::Target(_) | Self::Command => text::outdated_command(lang),
            Self::Id(_) | Self::Action => text::outdated_component(lang),
        })
    }
}
