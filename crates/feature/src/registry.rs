//! The registry: all features together, checked before anything starts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use database::UserId;
use parking_lot::RwLock;
use twilight_cache_inmemory::ResourceType;
use twilight_gateway::EventTypeFlags;
use twilight_model::{
    application::command::{Command, CommandType},
    channel::message::component::ComponentType,
    gateway::Intents,
    id::{Id, marker::CommandMarker},
};

use crate::{
    Browsable, Capability, Feature, Happening, Lang, NeedsEntry, Scope, absence,
    announce::Listener,
    custom_id, duties, erasure, holders, http,
    names::Names,
    questions::AskEntry,
    rules,
    scope::{
        Ask, CommandEntry, ComponentEntry, EventEntry, JobEntry, ModalEntry, ReconcileEntry,
        Registered, RouteEntry, ScheduleEntry,
    },
    settings::DocumentEntry,
};

/// Collects features.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "handlers are functions")]
pub struct Registry {
    features: Vec<(&'static str, Registered)>,
}

/// Why the features can not start together: every problem, each naming who caused it.
#[derive(Debug, Eq, PartialEq)]
pub struct Clashes(pub Vec<String>);

impl fmt::Display for Clashes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the features do not fit together:")?;
        self.0
            .iter()
            .try_for_each(|clash| write!(formatter, "\n  - {clash}"))
    }
}

impl std::error::Error for Clashes {}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a feature.
    #[must_use]
    pub fn with<F: Feature>(mut self, feature: F) -> Self {
        let mut registered = Registered {
            can_be_off: F::CAN_BE_OFF,
            ..Registered::default()
        };
        F::register(&mut Scope::new(Arc::new(feature), &mut registered));
        self.features.push((F::NAME, registered));
        self
    }

    /// Checks everything and makes the catalogue.
    ///
    /// # Errors
    ///
    /// Names every clash and every rule of Discord's that a command breaks.
    pub fn build(self) -> Result<Catalogue, Clashes> {
        let mut catalogue = Catalogue::default();
        let mut problems = Vec::new();
        for (feature, registered) in self.features {
            catalogue.take(feature, registered, &mut problems);
        }
        catalogue.check_counts(&mut problems);
        if problems.is_empty() {
            Ok(catalogue)
        } else {
            Err(Clashes(problems))
        }
    }
}

/// What is registered, ready to be looked up.
pub struct Catalogue {
    features: Vec<&'static str>,
    essential: BTreeSet<&'static str>,
    needs: Vec<NeedsEntry>,
    callers: Option<Ask<i64, Option<http::Caller>>>,
    absences: Vec<AskEntry<absence::Question, Vec<absence::Away>>>,
    duties: Vec<AskEntry<duties::Question, Vec<duties::Duty>>>,
    holders: Vec<AskEntry<holders::Question, Vec<UserId>>>,
    erasures: Vec<AskEntry<erasure::Person, erasure::Erased>>,
    commands: BTreeMap<(u8, String), CommandEntry>,
    components: HashMap<String, ComponentEntry>,
    legacy_components: Vec<ComponentEntry>,
    modals: HashMap<String, ModalEntry>,
    events: Vec<EventEntry>,
    reconciles: Vec<ReconcileEntry>,
    jobs: BTreeMap<&'static str, JobEntry>,
    schedules: BTreeMap<&'static str, ScheduleEntry>,
    routes: Vec<RouteEntry>,
    documents: BTreeMap<&'static str, DocumentEntry>,
    happenings: BTreeMap<&'static str, Happening>,
    listeners: Vec<Listener>,
    capabilities: BTreeMap<&'static str, (&'static str, &'static Capability)>,
    browsables: BTreeMap<&'static str, &'static Browsable>,
    resources: ResourceType,
    intents: Intents,
    ids: RwLock<HashMap<String, Id<CommandMarker>>>,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Catalogue")
            .field("features", &self.features)
            .finish_non_exhaustive()
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            features: Vec::new(),
            essential: BTreeSet::new(),
            needs: Vec::new(),
            absences: Vec::new(),
            callers: None,
            duties: Vec::new(),
            holders: Vec::new(),
            erasures: Vec::new(),
            commands: BTreeMap::new(),
            components: HashMap::new(),
            legacy_components: Vec::new(),
            modals: HashMap::new(),
            events: Vec::new(),
            reconciles: Vec::new(),
            jobs: BTreeMap::new(),
            schedules: BTreeMap::new(),
            routes: Vec::new(),
            documents: BTreeMap::new(),
            happenings: BTreeMap::new(),
            listeners: Vec::new(),
            capabilities: BTreeMap::new(),
            browsables: BTreeMap::new(),
            resources: ResourceType::empty(),
            intents: Intents::empty(),
            ids: RwLock::default(),
        }
    }
}

impl Catalogue {
    fn take(&mut self, feature: &'static str, registered: Registered, problems: &mut Vec<String>) {
        if self.features.contains(&feature) {
            problems.push(format!("two features are called `{feature}`"));
        }
        self.features.push(feature);
        if !registered.can_be_off {
            self.essential.insert(feature);
        }
        self.needs.push(NeedsEntry {
            feature,
            permissions: registered.needs,
            intents: intents(&registered),
            look: registered.needs_in.clone(),
        });
        let answers = &registered.answers;
        self.absences
            .extend(entry(feature, answers.absences.as_ref()));
        if registered.callers.is_some() && self.callers.is_some() {
            problems.push(format!("{feature}: another feature owns the keys already"));
        }
        self.callers = registered.callers.clone().or(self.callers.take());
        self.duties.extend(entry(feature, answers.duties.as_ref()));
        self.holders
            .extend(entry(feature, answers.holders.as_ref()));
        self.erasures
            .extend(entry(feature, answers.erasures.as_ref()));
        self.resources |= registered.resources;
        self.intents |= registered.intents;

        let (lang, source) = registered.names.unwrap_or((Lang::Fr, ""));
        let mut names = Names::read(lang, source);
        let mut typings = registered.typings;
        for mut entry in registered.commands {
            let key = entry.key.clone();
            let mut missing = Vec::new();
            names.apply(&mut entry.schema, &key, &mut missing);
            problems.extend(
                missing
                    .into_iter()
                    .map(|missing| format!("{feature}: {missing}")),
            );
            problems.extend(
                rules::problems(&entry.schema)
                    .into_iter()
                    .map(|problem| format!("{feature}: {problem}")),
            );
            if let Some(index) = typings
                .iter()
                .position(|(command, _)| *command == entry.schema.name)
            {
                entry.typing = Some(typings.swap_remove(index).1);
            }
            let kind = u8::from(entry.schema.kind);
            if let Some(other) = self.commands.get(&(kind, entry.schema.name.clone())) {
                problems.push(format!(
                    "`{feature}` and `{}` both register the command `{}`",
                    other.feature, entry.schema.name
                ));
                continue;
            }
            self.commands
                .insert((kind, entry.schema.name.clone()), entry);
        }
        for (command, _) in typings {
            problems.push(format!(
                "{feature}: choices for `/{command}`, which this feature does not register"
            ));
        }
        problems.extend(
            names
                .unused()
                .map(|key| format!("{feature}: the French name `{key}` names nothing")),
        );

        for entry in registered.components {
            check_id(feature, &entry.tag, entry.longest, problems);
            if self.components.contains_key(&entry.tag) {
                problems.push(format!(
                    "{feature}: two components carry the id `{}`",
                    entry.tag
                ));
            }
            self.components.insert(entry.tag.clone(), entry);
        }
        for entry in registered.legacy_components {
            check_legacy(feature, &entry, &self.legacy_components, problems);
            self.legacy_components.push(entry);
        }
        for entry in registered.modals {
            check_id(feature, &entry.tag, entry.longest, problems);
            if self.modals.contains_key(&entry.tag) {
                problems.push(format!(
                    "{feature}: two modals carry the id `{}`",
                    entry.tag
                ));
            }
            self.modals.insert(entry.tag.clone(), entry);
        }
        for entry in registered.jobs {
            if let Some(other) = self.jobs.get(entry.name) {
                problems.push(format!(
                    "`{feature}` and `{}` both register the job `{}`",
                    other.feature, entry.name
                ));
            }
            self.jobs.insert(entry.name, entry);
        }
        for entry in registered.schedules {
            if !self.jobs.contains_key(entry.job) {
                problems.push(format!(
                    "{feature}: a schedule runs `{}`, which is no job here",
                    entry.job
                ));
            }
            if self.schedules.contains_key(entry.job) {
                problems.push(format!(
                    "{feature}: two schedules for the job `{}`",
                    entry.job
                ));
            }
            self.schedules.insert(entry.job, entry);
        }
        for capability in registered.capabilities {
            match self.capabilities.get(capability.name) {
                Some((other, known)) if *known != capability => problems.push(format!(
                    "`{feature}` and `{other}` both define the capability `{}`, in different ways",
                    capability.name
                )),
                _ => {
                    self.capabilities
                        .insert(capability.name, (feature, capability));
                }
            }
        }
        for table in registered.browsables {
            problems.extend(
                table
                    .problems()
                    .into_iter()
                    .map(|problem| format!("{feature}: {problem}")),
            );
            if self.browsables.insert(table.table, table).is_some() {
                problems.push(format!(
                    "{feature}: `{}` is to be browsed twice",
                    table.table
                ));
            }
        }
        for document in registered.documents {
            if let Some(other) = self.documents.get(document.subject) {
                problems.push(format!(
                    "`{feature}` and `{}` both register the settings `{}`",
                    other.feature, document.subject
                ));
            }
            self.documents.insert(document.subject, document);
        }
        for happening in registered.happenings {
            if self.happenings.insert(happening.kind, happening).is_some() {
                problems.push(format!("{feature}: `{}` can happen twice", happening.kind));
            }
        }
        let listeners = registered.listeners.into_iter();
        self.listeners
            .extend(listeners.map(|job| Listener { feature, job }));
        self.events.extend(registered.events);
        self.reconciles.extend(registered.reconciles);
        for entry in registered.routes {
            problems.extend(http::problems(&entry, &self.routes));
            self.routes.push(entry);
        }
    }

    /// See [Discord Docs/Command limits](https://docs.discord.com/developers/interactions/application-commands#registering-a-command).
    fn check_counts(&self, problems: &mut Vec<String>) {
        for (kind, most, word) in [
            (CommandType::ChatInput, 100, "slash commands"),
            (CommandType::User, 15, "user menus"),
            (CommandType::Message, 15, "message menus"),
        ] {
            let count = self
                .commands
                .values()
                .filter(|entry| entry.schema.kind == kind)
                .count();
            if count > most {
                problems.push(format!(
                    "{count} {word} are registered, Discord allows {most}"
                ));
            }
        }
    }

    /// What can happen in all features, in order.
    pub fn happenings(&self) -> impl Iterator<Item = Happening> {
        self.happenings.values().copied()
    }

    /// Who is told of it.
    pub(crate) fn listeners(&self) -> &[Listener] {
        &self.listeners
    }

    /// Whether a job tells a listener what happened.
    pub fn is_told_by(&self, job: &str) -> bool {
        self.listeners.iter().any(|listener| listener.job == job)
    }

    /// The names of all features, in the order of registration.
    pub fn features(&self) -> &[&'static str] {
        &self.features
    }

    /// Whether a guild may switch the feature off; what is no feature may not be.
    pub fn can_be_off(&self, feature: &str) -> bool {
        self.features.contains(&feature) && !self.essential.contains(feature)
    }

    /// The features that know who is away.
    pub fn absences(&self) -> &[AskEntry<absence::Question, Vec<absence::Away>>] {
        &self.absences
    }

    /// Who knows the keys.
    pub(crate) const fn callers(&self) -> Option<&Ask<i64, Option<http::Caller>>> {
        self.callers.as_ref()
    }

    /// The features that know what is to be done by when.
    pub fn duties(&self) -> &[AskEntry<duties::Question, Vec<duties::Duty>>] {
        &self.duties
    }

    /// The features that know who has a role.
    pub fn holders(&self) -> &[AskEntry<holders::Question, Vec<UserId>>] {
        &self.holders
    }

    /// The features that keep something of members.
    pub fn erasures(&self) -> &[AskEntry<erasure::Person, erasure::Erased>] {
        &self.erasures
    }

    /// What each feature needs, in the order of registration.
    pub fn needs(&self) -> &[NeedsEntry] {
        &self.needs
    }

    /// What Discord is told of every command, by kind and name.
    pub fn schemas(&self) -> Vec<Command> {
        self.commands
            .values()
            .map(|entry| entry.schema.clone())
            .collect()
    }

    /// All commands, by kind and name.
    pub fn commands(&self) -> impl Iterator<Item = &CommandEntry> {
        self.commands.values()
    }

    /// A command.
    pub fn command(&self, kind: CommandType, name: &str) -> Option<&CommandEntry> {
        self.commands.get(&(u8::from(kind), name.to_owned()))
    }

    /// The action behind the custom id of a component of this kind, and the id's arguments: one of ours, else one
    /// that a replaced program posted.
    pub fn component<'a>(
        &self,
        id: &'a str,
        kind: ComponentType,
    ) -> Option<(&ComponentEntry, &'a str)> {
        let own = divide(id)
            .and_then(|(tag, arguments)| Some((self.components.get(tag)?, arguments)))
            .filter(|(entry, _)| entry.kind == kind);
        own.or_else(|| {
            self.legacy_components
                .iter()
                .filter(|entry| entry.kind == kind)
                .find_map(|entry| Some((entry, id.strip_prefix(entry.tag.as_str())?)))
        })
    }

    /// The action behind the custom id of a modal, and the id's arguments.
    pub fn modal<'a>(&self, id: &'a str) -> Option<(&ModalEntry, &'a str)> {
        let (tag, arguments) = divide(id)?;
        self.modals.get(tag).map(|entry| (entry, arguments))
    }

    /// All components, by tag; those of replaced programs last.
    pub fn components(&self) -> impl Iterator<Item = &ComponentEntry> {
        let own: BTreeMap<_, _> = self.components.iter().collect();
        own.into_values().chain(&self.legacy_components)
    }

    /// All modals, by tag.
    pub fn modals(&self) -> impl Iterator<Item = &ModalEntry> {
        let all: BTreeMap<_, _> = self.modals.iter().collect();
        all.into_values()
    }

    /// All event handlers.
    pub fn events(&self) -> &[EventEntry] {
        &self.events
    }

    /// All repairs.
    pub fn reconciles(&self) -> &[ReconcileEntry] {
        &self.reconciles
    }

    /// All jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &JobEntry> {
        self.jobs.values()
    }

    /// All schedules.
    pub fn schedules(&self) -> impl Iterator<Item = &ScheduleEntry> {
        self.schedules.values()
    }

    /// All routes.
    pub fn routes(&self) -> &[RouteEntry] {
        &self.routes
    }

    /// The scopes that routes ask of a key.
    pub fn scopes(&self) -> BTreeSet<String> {
        let documents = self.routes.iter().map(|entry| &entry.document);
        let operations =
            documents.flat_map(|document| http::operations(document).unwrap_or_default());
        operations
            .filter_map(|operation| operation.scopes)
            .flatten()
            .collect()
    }

    /// All settings documents, by subject.
    pub fn documents(&self) -> impl Iterator<Item = &DocumentEntry> {
        self.documents.values()
    }

    /// All capabilities, with the feature that defines each.
    pub fn capabilities(&self) -> impl Iterator<Item = (&'static str, &'static Capability)> {
        self.capabilities.values().copied()
    }

    /// All tables that may be looked at, by name.
    pub fn browsables(&self) -> impl Iterator<Item = &'static Browsable> {
        self.browsables.values().copied()
    }

    /// The table of this name, if it may be looked at.
    pub fn browsable(&self, table: &str) -> Option<&'static Browsable> {
        self.browsables.get(table).copied()
    }

    /// What the cache must keep for the features.
    pub const fn resources(&self) -> ResourceType {
        self.resources
    }

    /// The intents that the registered events need.
    pub fn intents(&self) -> Intents {
        self.events
            .iter()
            .fold(self.intents, |all, entry| all | entry.intents)
    }

    /// The events that the registered handlers take.
    pub fn flags(&self) -> EventTypeFlags {
        self.events
            .iter()
            .fold(EventTypeFlags::empty(), |all, entry| all | entry.flag)
    }

    /// Remembers Discord's ids of the slash commands, for clickable mentions; the host does after the sync.
    pub fn learn_ids(&self, commands: &[Command]) {
        let mut ids = self.ids.write();
        ids.clear();
        ids.extend(
            commands
                .iter()
                .filter(|command| command.kind == CommandType::ChatInput)
                .filter_map(|command| Some((command.name.clone(), command.id?))),
        );
    }

    /// A clickable mention of a command or a subcommand (`"settings set"`); its name in code style before the sync.
    pub fn mention(&self, path: &str) -> String {
        let name = path.split(' ').next().unwrap_or(path);
        match self.ids.read().get(name) {
            Some(id) => format!("</{path}:{id}>"),
            None => format!("`/{path}`"),
        }
    }
}

/// The intents that bring a feature's events, and what it wants in the cache of what only a privileged one brings.
fn intents(registered: &Registered) -> Intents {
    let mut all = registered
        .events
        .iter()
        .fold(registered.intents, |all, entry| all | entry.intents);
    if registered.resources.contains(ResourceType::MEMBER) {
        all |= Intents::GUILD_MEMBERS;
    }
    if registered.resources.contains(ResourceType::PRESENCE) {
        all |= Intents::GUILD_PRESENCES;
    }
    all
}

fn check_id(feature: &str, tag: &str, longest: usize, problems: &mut Vec<String>) {
    if !tag.starts_with(&format!("{feature}:")) {
        problems.push(format!("{feature}: the id `{tag}` names another feature"));
    }
    if longest > custom_id::LIMIT {
        problems.push(format!(
            "{feature}: an id of `{tag}` can take {longest} characters, Discord allows {}: store a row and pass its id",
            custom_id::LIMIT
        ));
    }
}

/// What another program's ids begin with must say something, and each must lead to one handler.
fn check_legacy(
    feature: &str,
    entry: &ComponentEntry,
    others: &[ComponentEntry],
    problems: &mut Vec<String>,
) {
    let prefix = entry.tag.as_str();
    if prefix.is_empty() || prefix.len() > custom_id::LIMIT {
        problems.push(format!(
            "{feature}: a legacy id begins with 1 to {} characters, not with `{prefix}`",
            custom_id::LIMIT
        ));
    }
    let clash = others.iter().find(|other| {
        other.kind == entry.kind
            && (other.tag.starts_with(prefix) || prefix.starts_with(other.tag.as_str()))
    });
    if let Some(other) = clash {
        problems.push(format!(
            "`{feature}` and `{}` both answer legacy ids that begin with `{prefix}` and `{}`",
            other.feature, other.tag
        ));
    }
}

/// What a feature answers others, if it does.
fn entry<Question, Answer>(
    feature: &'static str,
    ask: Option<&Ask<Question, Answer>>,
) -> Option<AskEntry<Question, Answer>> {
    let ask = Arc::clone(ask?);
    Some(AskEntry { feature, ask })
}

/// Cuts an id behind its version: `rooms:lock:v1:42` is `rooms:lock:v1` and `42`.
fn divide(id: &str) -> Option<(&str, &str)> {
    let end = id
        .match_indices(':')
        .nth(2)
        .map_or(id.len(), |(index, _)| index);
    let parts = custom_id::split(id)?;
    Some((&id[..end], parts.arguments))
}

#[cfg(test)]
mod tests;
