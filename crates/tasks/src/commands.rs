//! `/task`, and «Make a task» on messages.

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{
    Access, Answer, Card, Choice, Colour, ContextMenu, Ctx, Outcome, Reply, SlashCommand, Target,
    Typing, card::cut, settings::Via, sheet::Format,
};
use jiff::Zoned;
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CommandOption, CreateCommand, CreateOption, ResolvedUser,
};
use twilight_model::{
    application::{command::CommandType, interaction::InteractionChannel},
    channel::{Attachment, Message},
    id::{Id, marker::RoleMarker},
};

use crate::{
    CREATE, MANAGE, Tasks, components, export, forget, import,
    model::{Priority, State, Task, description, items, tags},
    panel, people,
    repeat::{self, Renews, Repeat},
    settings::TaskSettings,
    store::{self, Filter, Position},
    text,
    work::{self, New, Refused, Who},
};

/// Changes of a task that are shown.
const HISTORY: i64 = 15;

/// Who is to do what, where and by when
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "task")]
pub(crate) enum TaskCommand {
    #[command(name = "create")]
    Create(Box<Create>),
    #[command(name = "list")]
    List(Box<List>),
    #[command(name = "show")]
    Show(Show),
    #[command(name = "edit")]
    Edit(Box<Edit>),
    #[command(name = "done")]
    Done(Done),
    #[command(name = "block")]
    Block(Block),
    #[command(name = "assign")]
    Assign(Assign),
    #[command(name = "delete")]
    Delete(Delete),
    #[command(name = "restore")]
    Restore(Restore),
    #[command(name = "export")]
    Export(Export),
    #[command(name = "import")]
    Import(Box<Import>),
    #[command(name = "erase")]
    Erase(Box<Erase>),
    #[command(name = "config")]
    Config(Box<Config>),
}

impl SlashCommand for TaskCommand {
    const ACCESS: Access = Access::needs(&CREATE).except(&[
        ("export", Some(&MANAGE)),
        ("import", Some(&MANAGE)),
        ("erase", Some(&MANAGE)),
        ("config", Some(&MANAGE)),
    ]);
}

/// Make a task
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "create")]
pub(crate) struct Create {
    /// What is to be done
    #[command(min_length = 1, max_length = 1000)]
    description: String,
    /// Who is to do it; nobody: whoever picks it up
    assignee: Option<ResolvedUser>,
    /// Who else
    second: Option<ResolvedUser>,
    /// Or everybody with this role
    role: Option<Id<RoleMarker>>,
    /// By when: 28/12, tomorrow 14h, next monday, in 3 days
    #[command(max_length = 100)]
    due: Option<String>,
    /// How pressing it is
    priority: Option<PriorityOption>,
    /// At which worksite
    #[command(autocomplete = true)]
    site: Option<String>,
    /// Up to 10 words to find it by
    #[command(max_length = 400)]
    tags: Option<String>,
    /// What to tick off, with ; between
    #[command(max_length = 4000)]
    checklist: Option<String>,
    /// How it comes again: daily, weekly mon,thu, monthly 15, every 2 weeks until 31/12
    #[command(max_length = 100)]
    repeat: Option<String>,
    /// Up to 25 mentions, or one of a role, instead of the members above
    #[command(max_length = 1000)]
    assignees: Option<String>,
    /// Days on which it does not come, with commas between: 25/12, 01/01
    #[command(max_length = 1000)]
    except: Option<String>,
    /// When the next one is made
    renew: Option<RenewOption>,
}

/// Show tasks, the most pressing first
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {
    /// Whose; your own and all others otherwise
    assignee: Option<ResolvedUser>,
    /// At which worksite
    #[command(autocomplete = true)]
    site: Option<String>,
    /// How they stand; open ones otherwise
    state: Option<StateOption>,
    /// How pressing they are
    priority: Option<PriorityOption>,
    /// With this word
    #[command(max_length = 30)]
    tag: Option<String>,
    /// Only what is overdue
    overdue: Option<bool>,
}

/// Show a task and what became of it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "show")]
pub(crate) struct Show {
    /// The task
    #[command(autocomplete = true)]
    task: String,
}

/// Change a task
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "edit")]
pub(crate) struct Edit {
    /// The task
    #[command(autocomplete = true)]
    task: String,
    /// What is to be done
    #[command(min_length = 1, max_length = 1000)]
    description: Option<String>,
    /// By when; - for no date
    #[command(max_length = 100)]
    due: Option<String>,
    /// How pressing it is
    priority: Option<PriorityOption>,
    /// How it stands
    state: Option<OpenStateOption>,
    /// At which worksite; - for none
    #[command(autocomplete = true)]
    site: Option<String>,
    /// Words to find it by; - for none
    #[command(max_length = 400)]
    tags: Option<String>,
    /// What to tick off, with ; between; - for nothing
    #[command(max_length = 4000)]
    checklist: Option<String>,
    /// How it comes again; - for never
    #[command(max_length = 100)]
    repeat: Option<String>,
    /// Days on which it does not come, with commas between; - for none
    #[command(max_length = 1000)]
    except: Option<String>,
    /// When the next one is made
    renew: Option<RenewOption>,
}

/// Say that a task is done
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "done")]
pub(crate) struct Done {
    /// The task
    #[command(autocomplete = true)]
    task: String,
}

/// Say what a task waits for
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "block")]
pub(crate) struct Block {
    /// The task
    #[command(autocomplete = true)]
    task: String,
    /// What it waits for
    #[command(min_length = 1, max_length = 500)]
    reason: String,
}

/// Say who is to do a task
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "assign")]
pub(crate) struct Assign {
    /// The task
    #[command(autocomplete = true)]
    task: String,
    /// Everybody with this role; without it you pick members
    role: Option<Id<RoleMarker>>,
}

/// Delete a task; for 30 days it can be restored
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "delete")]
pub(crate) struct Delete {
    /// The task
    #[command(autocomplete = true)]
    task: String,
}

/// Bring a deleted task back
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "restore")]
pub(crate) struct Restore {
    /// The task
    #[command(autocomplete = true)]
    task: String,
}

/// Get all tasks as a file
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "export")]
pub(crate) struct Export {
    /// What the file looks like
    format: Option<Format>,
}

/// Make tasks out of a file as /task export writes it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "import")]
pub(crate) struct Import {
    /// The file, CSV or JSON, at most 500 lines
    file: Attachment,
    /// Only say what would be made
    dry_run: Option<bool>,
    /// Leave lines out that can be no task, and make the others
    skip: Option<bool>,
}

/// Erase who somebody is from all tasks; nothing brings it back
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "erase")]
pub(crate) struct Erase {
    /// Who
    person: ResolvedUser,
}

/// Show and change how tasks work here
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "config")]
pub(crate) struct Config {
    /// Where panels and reminders stand
    #[command(channel_types = "guild_text guild_announcement")]
    channel: Option<InteractionChannel>,
    /// The hour at which a task is due whose day alone was named
    #[command(min_value = 0, max_value = 23)]
    due_hour: Option<i64>,
    /// The hour of the daily reminder of what is overdue
    #[command(min_value = 0, max_value = 23)]
    digest_hour: Option<i64>,
    /// The hour from which nobody is reminded
    #[command(min_value = 0, max_value = 23)]
    quiet_from: Option<i64>,
    /// The hour at which reminders go out again
    #[command(min_value = 0, max_value = 23)]
    quiet_until: Option<i64>,
    /// After how many hours the lead hears of what is overdue
    #[command(min_value = 0, max_value = 336)]
    lead_after: Option<i64>,
}

/// How pressing a task is.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum PriorityOption {
    #[option(name = "Low", value = "low")]
    Low,
    #[option(name = "Normal", value = "normal")]
    Normal,
    #[option(name = "High", value = "high")]
    High,
    #[option(name = "Urgent", value = "urgent")]
    Urgent,
}

impl From<PriorityOption> for Priority {
    fn from(option: PriorityOption) -> Self {
        match option {
            PriorityOption::Low => Self::Low,
            PriorityOption::Normal => Self::Normal,
            PriorityOption::High => Self::High,
            PriorityOption::Urgent => Self::Urgent,
        }
    }
}

/// When the next instance of a task is made.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum RenewOption {
    #[option(name = "When it is done", value = "done")]
    Done,
    #[option(name = "When it is due", value = "due")]
    Due,
}

impl From<RenewOption> for Renews {
    fn from(option: RenewOption) -> Self {
        match option {
            RenewOption::Done => Self::Done,
            RenewOption::Due => Self::Due,
        }
    }
}

/// How a task stands.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum StateOption {
    #[option(name = "To do", value = "todo")]
    Todo,
    #[option(name = "In progress", value = "in_progress")]
    InProgress,
    #[option(name = "Blocked", value = "blocked")]
    Blocked,
    #[option(name = "Done", value = "done")]
    Done,
    #[option(name = "Cancelled", value = "cancelled")]
    Cancelled,
}

/// How a task may be made to stand.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum OpenStateOption {
    #[option(name = "To do", value = "todo")]
    Todo,
    #[option(name = "In progress", value = "in_progress")]
    InProgress,
    #[option(name = "Cancelled", value = "cancelled")]
    Cancelled,
}

pub(crate) async fn task(ctx: Ctx<Tasks>, command: TaskCommand) -> Outcome<Reply> {
    match command {
        TaskCommand::Create(create) => make(&ctx, *create).await,
        TaskCommand::List(list) => listed(&ctx, *list).await,
        TaskCommand::Show(show) => shown(&ctx, &show.task).await,
        TaskCommand::Edit(edit) => change(&ctx, *edit).await,
        TaskCommand::Done(done) => {
            let who = Who::asks(&ctx);
            let task = work::done(&ctx, ctx.guild_id()?, number(&done.task)?, &who).await?;
            Ok(good(text::is_done(ctx.lang(), &task)))
        }
        TaskCommand::Block(block) => {
            let guild = ctx.guild_id()?;
            let task = components::block(&ctx, guild, number(&block.task)?, &block.reason).await?;
            Ok(good(text::changed(ctx.lang(), &task)))
        }
        TaskCommand::Assign(assign) => give(&ctx, assign).await,
        TaskCommand::Delete(delete) => {
            let (who, now) = (Who::asks(&ctx), ctx.clock.now());
            let number = number(&delete.task)?;
            let task = work::change(&ctx, ctx.guild_id()?, number, who.id, |task| {
                who.require_own(task)?;
                task.deleted = Some((who.id, now));
                Ok(())
            })
            .await?;
            Ok(good(text::deleted(ctx.lang(), &task)))
        }
        TaskCommand::Restore(restore) => {
            let who = Who::asks(&ctx);
            let number = number(&restore.task)?;
            let task = work::restore(&ctx, ctx.guild_id()?, number, &who).await?;
            Ok(good(text::changed(ctx.lang(), &task)))
        }
        TaskCommand::Export(export) => export::reply(&ctx, export.format.unwrap_or_default()).await,
        TaskCommand::Import(asked) => {
            let (is_dry, skips) = (asked.dry_run, asked.skip);
            let (is_dry, skips) = (is_dry.unwrap_or_default(), skips.unwrap_or_default());
            import::reply(&ctx, &asked.file, is_dry, skips).await
        }
        TaskCommand::Erase(asked) => {
            let user = UserId::from(asked.person.resolved.id);
            let touched = forget::member(&ctx, ctx.guild_id()?, user).await?;
            Ok(good(text::erased(ctx.lang(), user, touched)))
        }
        TaskCommand::Config(config) => configure(&ctx, *config).await,
    }
}

fn good(said: String) -> Reply {
    Reply::card(Card::new().text(said).colour(Colour::Good))
}

/// What was done to a task, with a warning where somebody who is to do it is away.
async fn told(ctx: &Ctx<Tasks>, task: &Task, said: String) -> Reply {
    let away = work::away(ctx, task).await;
    let card = Card::new().text(said);
    if away.is_empty() {
        return Reply::card(card.colour(Colour::Good));
    }
    let lines = text::away(ctx.lang(), &away);
    Reply::card(card.lines(lines).colour(Colour::Warn))
}

/// The number that somebody typed: `3`, `#3`, or a choice that begins with it.
fn number(typed: &str) -> Outcome<i32> {
    let first = typed.split_whitespace().next().unwrap_or_default();
    let digits = first.strip_prefix('#').unwrap_or(first);
    Ok(digits.parse().map_err(|_| Refused::NoSuch(0))?)
}

/// Now, where the guild is.
async fn here(ctx: &Ctx<Tasks>, guild: GuildId) -> Outcome<Zoned> {
    let zone = ctx.manners(guild).await?.zone;
    Ok(ctx.clock.now().to_zoned(zone))
}

/// Members who were named: neither bots nor strangers.
fn members(named: impl IntoIterator<Item = ResolvedUser>) -> Outcome<Vec<UserId>> {
    let mut people = Vec::new();
    for user in named {
        let id = UserId::from(user.resolved.id);
        if user.resolved.bot {
            return Err(Refused::Bot(id).into());
        }
        if user.member.is_none() {
            return Err(Refused::Stranger(id).into());
        }
        if !people.contains(&id) {
            people.push(id);
        }
    }
    Ok(people)
}

async fn make(ctx: &Ctx<Tasks>, create: Create) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx);
    let now = here(ctx, guild).await?;
    let settings = ctx.settings.get::<TaskSettings>(guild).await?;
    let description = description(&create.description).ok_or(Refused::Description)?;
    let mut assignees = members(create.assignee.into_iter().chain(create.second))?;
    let mut role = create.role.map(RoleId::from);
    if let Some(typed) = &create.assignees {
        let named = people::read(typed)?;
        if (role.is_some() && named.role.is_some())
            || named.users.is_empty() == named.role.is_none()
        {
            return Err(Refused::Both.into());
        }
        people::require_role(ctx, guild, named.role)?;
        people::require_members(ctx, guild, &named.users).await?;
        role = role.or(named.role);
        let more = named
            .users
            .into_iter()
            .filter(|user| !assignees.contains(user));
        let more: Vec<UserId> = more.collect();
        assignees.extend(more);
        people::require_count(assignees.len())?;
    }
    let is_for_others = role.is_some() || assignees.iter().any(|user| *user != who.id);
    if is_for_others {
        ctx.require(&crate::ASSIGN)?;
    }
    let due = match &create.due {
        Some(typed) => Some(work::due(typed, &settings, &now)?),
        None => None,
    };
    let repeat = match &create.repeat {
        Some(typed) => {
            let except = match &create.except {
                Some(typed) => Some(repeat::days(typed, &now)?),
                None => None,
            };
            let read = Repeat::read(typed, due, &now)?.without(except);
            Some(read.renewed(create.renew.map(Renews::from)))
        }
        None if create.except.is_some() || create.renew.is_some() => {
            return Err(Refused::NoRepeat.into());
        }
        None => None,
    };
    let mut place = None;
    let site = match &create.site {
        Some(typed) => {
            let mut db = ctx.database.acquire().await?;
            let site = work::site(&mut db, guild, typed).await?;
            place = site.channel;
            Some((site.number, site.name))
        }
        None => None,
    };
    let new = New {
        description,
        priority: create.priority.map(Priority::from).unwrap_or_default(),
        site,
        due,
        assignees,
        role,
        tags: tags(create.tags.as_deref().unwrap_or_default()).ok_or(Refused::Tags)?,
        items: items(create.checklist.as_deref().unwrap_or_default(), &[]).ok_or(Refused::Items)?,
        channel: settings.channel.or(place).or(ctx.scene.channel),
        source: None,
        repeat,
    };
    let task = work::make(ctx, guild, who.id, new).await?;
    Ok(told(ctx, &task, text::made(ctx.lang(), &task)).await)
}

async fn listed(ctx: &Ctx<Tasks>, list: List) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let mut db = ctx.database.acquire().await?;
    let site = match &list.site {
        Some(typed) => {
            let found = worksites::sites::find(&mut db, guild, typed).await?;
            Some(found.ok_or_else(|| Refused::Site(typed.clone()))?.number)
        }
        None => None,
    };
    let tag = match &list.tag {
        Some(typed) => {
            let tag = typed.trim().trim_start_matches('#').to_lowercase();
            Some(store::tag_hash(&mut db, &tag).await?)
        }
        None => None,
    };
    drop(db);
    let filter = Filter {
        assignee: list.assignee.map(|user| UserId::from(user.resolved.id)),
        site,
        state: list.state.map(|state| match state {
            StateOption::Todo => State::Todo,
            StateOption::InProgress => State::InProgress,
            StateOption::Blocked => State::Blocked,
            StateOption::Done => State::Done,
            StateOption::Cancelled => State::Cancelled,
        }),
        priority: list.priority.map(Priority::from),
        tag,
        overdue: list.overdue.unwrap_or_default(),
    };
    components::page(ctx, guild, &filter, Position::FIRST)
        .await
        .map(Reply::card)
}

async fn shown(ctx: &Ctx<Tasks>, typed: &str) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let number = number(typed)?;
    let mut db = ctx.database.acquire().await?;
    let task = store::get(&mut db, guild, number).await?;
    let task = task
        .filter(|task| task.deleted.is_none())
        .ok_or(Refused::NoSuch(number))?;
    let history = store::history(&mut db, guild, number, HISTORY).await?;
    let card = work::panel(ctx, ctx.lang(), &task).await;
    Ok(Reply::card(text::with_history(ctx.lang(), card, &history)))
}

/// What stands for clearing a value.
fn is_dash(typed: &str) -> bool {
    matches!(typed.trim(), "-" | "–" | "—")
}

async fn change(ctx: &Ctx<Tasks>, edit: Edit) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx);
    let now = here(ctx, guild).await?;
    let settings = ctx.settings.get::<TaskSettings>(guild).await?;
    let site = match edit.site.as_deref() {
        None => None,
        Some(typed) if is_dash(typed) => Some(None),
        Some(typed) => {
            let mut db = ctx.database.acquire().await?;
            let site = work::site(&mut db, guild, typed).await?;
            Some(Some((site.number, site.name)))
        }
    };
    let due = match edit.due.as_deref() {
        None => None,
        Some(typed) if is_dash(typed) => Some(None),
        Some(typed) => Some(Some(work::due(typed, &settings, &now)?)),
    };
    let clear = |typed: &str| -> String {
        if is_dash(typed) {
            String::new()
        } else {
            typed.to_owned()
        }
    };
    let except = match edit.except.as_deref() {
        Some(typed) => Some(repeat::days(typed, &now)?),
        None => None,
    };
    let renew = edit.renew.map(Renews::from);
    let mut is_same = true;
    let number = number(&edit.task)?;
    let task = work::change(ctx, guild, number, who.id, |task| {
        who.require_own(task)?;
        let before = task.clone();
        if let Some(typed) = &edit.description {
            task.description = description(typed).ok_or(Refused::Description)?;
        }
        if let Some(priority) = edit.priority {
            task.priority = priority.into();
        }
        if let Some(site) = site {
            task.site = site;
        }
        if let Some(due) = due {
            task.due = due;
        }
        if let Some(typed) = &edit.tags {
            task.tags = tags(&clear(typed)).ok_or(Refused::Tags)?;
        }
        if let Some(typed) = &edit.checklist {
            task.items = items(&clear(typed), &task.items).ok_or(Refused::Items)?;
        }
        match edit.repeat.as_deref() {
            Some(typed) if is_dash(typed) => task.repeat = None,
            Some(typed) => {
                let read = Repeat::read(typed, task.due, &now)?;
                let known = task.repeat.take();
                let (except, renews) = known.map(|known| (known.except, known.renews)).unzip();
                task.repeat = Some(read.without(except).renewed(renews));
            }
            None => {}
        }
        if except.is_some() || renew.is_some() {
            let known = task.repeat.take().ok_or(Refused::NoRepeat)?;
            task.repeat = Some(known.without(except).renewed(renew));
        }
        if task.repeat.is_some() && task.due.is_none() {
            return Err(Refused::RepeatWithoutDue.into());
        }
        if let Some(state) = edit.state {
            let state = match state {
                OpenStateOption::Todo => State::Todo,
                OpenStateOption::InProgress => State::InProgress,
                OpenStateOption::Cancelled => State::Cancelled,
            };
            task.enter(state, who.id, now.timestamp());
        }
        is_same = *task == before;
        Ok(())
    })
    .await?;
    if is_same {
        return Err(Refused::Nothing.into());
    }
    Ok(told(ctx, &task, text::changed(ctx.lang(), &task)).await)
}

async fn give(ctx: &Ctx<Tasks>, assign: Assign) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx);
    let number = number(&assign.task)?;
    let Some(role) = assign.role else {
        let mut db = ctx.database.acquire().await?;
        let task = store::get(&mut db, guild, number).await?;
        let task = task
            .filter(|task| task.deleted.is_none())
            .ok_or(Refused::NoSuch(number))?;
        who.require_own(&task)?;
        return Ok(Reply::card(text::pick(ctx.lang(), &task)));
    };
    ctx.require(&crate::ASSIGN)?;
    let task = work::change(ctx, guild, number, who.id, |task| {
        who.require_own(task)?;
        work::require_open(task)?;
        task.assignees.clear();
        task.role = Some(role.into());
        Ok(())
    })
    .await?;
    Ok(good(text::changed(ctx.lang(), &task)))
}

async fn configure(ctx: &Ctx<Tasks>, config: Config) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let before = ctx.settings.get::<TaskSettings>(guild).await?;
    let after = ctx
        .settings
        .change::<TaskSettings>(guild, ctx.user(), Via::Discord, |settings| {
            let hour = |typed: Option<i64>, known: &mut u8| {
                if let Some(typed) = typed {
                    *known = u8::try_from(typed).unwrap_or(u8::MAX);
                }
            };
            if let Some(channel) = config.channel {
                settings.channel = Some(ChannelId::from(channel.id));
            }
            hour(config.due_hour, &mut settings.due_hour);
            hour(config.digest_hour, &mut settings.digest_hour);
            hour(config.quiet_from, &mut settings.quiet_from);
            hour(config.quiet_until, &mut settings.quiet_until);
            if let Some(hours) = config.lead_after {
                settings.lead_after = u16::try_from(hours).unwrap_or(u16::MAX);
            }
            Ok(())
        })
        .await?;
    Ok(Reply::card(text::settings(
        ctx.lang(),
        &after,
        before != after,
    )))
}

/// What is being typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum TaskTyping {
    #[command(name = "create")]
    Create(TypedSite),
    #[command(name = "list")]
    List(TypedSite),
    #[command(name = "edit")]
    Edit(TypedBoth),
    #[command(name = "show")]
    Show(TypedTask),
    #[command(name = "done")]
    Done(TypedTask),
    #[command(name = "block")]
    Block(TypedTask),
    #[command(name = "assign")]
    Assign(TypedTask),
    #[command(name = "delete")]
    Delete(TypedTask),
    #[command(name = "restore")]
    Restore(TypedTask),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct TypedSite {
    site: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct TypedTask {
    task: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct TypedBoth {
    task: AutocompleteValue<String>,
    site: AutocompleteValue<String>,
}

impl Typing for TaskTyping {
    const COMMAND: &'static str = "task";
}

pub(crate) async fn typing(ctx: Ctx<Tasks>, typing: TaskTyping) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let is_deleted = matches!(typing, TaskTyping::Restore(_));
    let (task, site) = match typing {
        TaskTyping::Create(typed) | TaskTyping::List(typed) => {
            (AutocompleteValue::None, typed.site)
        }
        TaskTyping::Edit(typed) => (typed.task, typed.site),
        TaskTyping::Show(typed)
        | TaskTyping::Done(typed)
        | TaskTyping::Block(typed)
        | TaskTyping::Assign(typed)
        | TaskTyping::Delete(typed)
        | TaskTyping::Restore(typed) => (typed.task, AutocompleteValue::None),
    };
    let mut db = ctx.database.acquire().await?;
    if let AutocompleteValue::Focused(part) = task {
        let part = part.trim().trim_start_matches('#');
        let found = store::like(&mut db, guild, part, is_deleted).await?;
        return Ok(Reply::choices(found.into_iter().map(|(number, said)| {
            Choice::text(cut(&format!("#{number} {said}"), 100), format!("#{number}"))
        })));
    }
    if let AutocompleteValue::Focused(part) = site {
        let found = worksites::sites::like(&mut db, guild, &part).await?;
        return Ok(Reply::choices(found.into_iter().map(|site| {
            Choice::text(
                cut(&format!("#{} {}", site.number, site.name), 100),
                format!("#{}", site.number),
            )
        })));
    }
    Ok(Reply::choices([]))
}

/// A message of which a task is to be made.
#[derive(Debug)]
pub(crate) struct FromMessage(std::sync::Arc<Message>);

impl ContextMenu for FromMessage {
    const NAME: &'static str = "Make a task";
    const KEY: &'static str = "make-a-task";
    const TARGET: CommandType = CommandType::Message;
    const ANSWER: Answer = Answer::Modal;
    const ACCESS: Access = Access::needs(&CREATE);

    fn read(target: Target) -> Option<Self> {
        match target {
            Target::Message(message) => Some(Self(message)),
            Target::User(_) => None,
        }
    }
}

pub(crate) async fn from_message(ctx: Ctx<Tasks>, of: FromMessage) -> Outcome<Reply> {
    let message = &of.0;
    let id = components::Make {
        channel: message.channel_id.into(),
        message: message.id.into(),
    };
    Ok(Reply::modal(text::make_form(
        ctx.lang(),
        &id,
        &message.content,
    )))
}

/// Makes a task of a message, from what the form says.
pub(crate) async fn make_of(
    ctx: &Ctx<Tasks>,
    id: &components::Make,
    form: components::MakeForm,
) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx);
    let now = here(ctx, guild).await?;
    let settings = ctx.settings.get::<TaskSettings>(guild).await?;
    let description = description(&form.description).ok_or(Refused::Description)?;
    if let Some(bot) = form.bots.first() {
        return Err(Refused::Bot(*bot).into());
    }
    if let Some(stranger) = form.strangers.first() {
        return Err(Refused::Stranger(*stranger).into());
    }
    if form.assignees.iter().any(|user| *user != who.id) {
        ctx.require(&crate::ASSIGN)?;
    }
    let due = if form.due.is_empty() {
        None
    } else {
        Some(work::due(&form.due, &settings, &now)?)
    };
    let new = New {
        description,
        priority: form.priority,
        site: None,
        due,
        assignees: form.assignees,
        role: None,
        tags: tags(&form.tags).ok_or(Refused::Tags)?,
        items: Vec::new(),
        channel: settings.channel.or(ctx.scene.channel),
        source: Some(panel::link(guild, id.channel, id.message)),
        repeat: None,
    };
    let task = work::make(ctx, guild, who.id, new).await?;
    Ok(told(ctx, &task, text::made(ctx.lang(), &task)).await)
}
