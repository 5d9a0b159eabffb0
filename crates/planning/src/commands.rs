//! `/planning`.

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{
    Access, Card, Choice, Colour, Ctx, Kit, Needs, Outcome, Reply, SlashCommand, Typing, card::cut,
    settings::Via, sheet::Format,
};
use jiff::{Zoned, civil::Date};
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CommandOption, CreateCommand, CreateOption, ResolvedUser,
};
use twilight_model::{
    application::interaction::InteractionChannel,
    channel::Attachment,
    guild::Permissions,
    id::{Id, marker::RoleMarker},
};

use crate::{
    MANAGE, OWN, Planning,
    calendars::{self, CalendarCommand},
    components, export,
    feeds::{self, FeedCommand},
    forget, import, leave,
    model::{self, Kind, State, monday},
    picture, posts,
    settings::PlanSettings,
    store::{self, entries::Filter},
    text, week,
    work::{self, New, OnClash, Refused, Who},
};

/// Changes of an entry that are shown.
const HISTORY: i64 = 15;
/// Entries that wait and are shown at once.
const WAITING: i64 = 10;

/// Who is where from when to when, and who is away
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "planning")]
pub(crate) enum PlanningCommand {
    #[command(name = "add")]
    Add(Box<Add>),
    #[command(name = "week")]
    Week(Week),
    #[command(name = "show")]
    Show(Box<Show>),
    #[command(name = "leave")]
    Leave(Leave),
    #[command(name = "edit")]
    Edit(Box<Edit>),
    #[command(name = "remove")]
    Remove(Remove),
    #[command(name = "approve")]
    Approve(Approve),
    #[command(name = "export")]
    Export(Box<Export>),
    #[command(name = "import")]
    Import(Box<Import>),
    #[command(name = "erase")]
    Erase(Box<Erase>),
    #[command(name = "feed")]
    Feed(FeedCommand),
    #[command(name = "calendar")]
    Calendar(CalendarCommand),
    #[command(name = "config")]
    Config(Box<Config>),
}

impl SlashCommand for PlanningCommand {
    const ACCESS: Access = Access::needs(&OWN).except(&[
        ("approve", Some(&MANAGE)),
        ("export", Some(&MANAGE)),
        ("import", Some(&MANAGE)),
        ("erase", Some(&MANAGE)),
        ("config", Some(&MANAGE)),
    ]);
}

/// Plan yourself or others
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "add")]
pub(crate) struct Add {
    /// From when to when: 28/12 02/01, tomorrow 8h-12h, monday to friday
    #[command(max_length = 100)]
    dates: String,
    /// At which worksite
    #[command(autocomplete = true)]
    site: Option<String>,
    /// What it is; work at a worksite otherwise
    kind: Option<KindOption>,
    /// Who; yourself otherwise
    person: Option<ResolvedUser>,
    /// Who else
    second: Option<ResolvedUser>,
    /// Who else
    third: Option<ResolvedUser>,
    /// Who else
    fourth: Option<ResolvedUser>,
    /// Who else
    fifth: Option<ResolvedUser>,
    /// Anything to know about it
    #[command(max_length = 500)]
    note: Option<String>,
    /// How it comes again: daily, weekly mon,thu, monthly 15, every 2 weeks until 31/12
    #[command(max_length = 100)]
    repeat: Option<String>,
}

/// Show a week of everybody
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "week")]
pub(crate) struct Week {
    /// A day of the week; this week otherwise
    #[command(max_length = 100)]
    date: Option<String>,
    /// Whether as a picture too
    picture: Option<bool>,
}

/// Show your week or somebody's, or an entry and what became of it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "show")]
pub(crate) struct Show {
    /// Whose week; your own otherwise
    person: Option<ResolvedUser>,
    /// A day of the week; this week otherwise
    #[command(max_length = 100)]
    date: Option<String>,
    /// Or an entry of the plan
    #[command(autocomplete = true)]
    entry: Option<String>,
}

/// Ask for leave
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "leave")]
pub(crate) struct Leave {
    /// From when to when: 28/12 02/01, friday, tomorrow 14h-18h
    #[command(max_length = 100)]
    dates: String,
    /// Anything to know about it
    #[command(max_length = 500)]
    note: Option<String>,
}

/// Change an entry of the plan
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "edit")]
pub(crate) struct Edit {
    /// The entry
    #[command(autocomplete = true)]
    entry: String,
    /// From when to when
    #[command(max_length = 100)]
    dates: Option<String>,
    /// At which worksite; - for none
    #[command(autocomplete = true)]
    site: Option<String>,
    /// What it is
    kind: Option<KindOption>,
    /// Who comes along
    add: Option<ResolvedUser>,
    /// Who no longer does
    drop: Option<ResolvedUser>,
    /// Anything to know about it; - for nothing
    #[command(max_length = 500)]
    note: Option<String>,
    /// How it comes again; - for never
    #[command(max_length = 100)]
    repeat: Option<String>,
    /// Whether also where somebody is planned elsewhere then
    overlap: Option<bool>,
}

/// Take an entry out of the plan
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "remove")]
pub(crate) struct Remove {
    /// The entry
    #[command(autocomplete = true)]
    entry: String,
    /// Only this day of one that comes again
    #[command(max_length = 100)]
    day: Option<String>,
}

/// Say yes to leave and to what overlaps; without an entry, show what waits
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "approve")]
pub(crate) struct Approve {
    /// The entry
    #[command(autocomplete = true)]
    entry: Option<String>,
}

/// Get the plan as a file
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "export")]
pub(crate) struct Export {
    /// What the file looks like
    format: Option<Format>,
    /// From when to when; all of it otherwise
    #[command(max_length = 100)]
    dates: Option<String>,
    /// Whose
    person: Option<ResolvedUser>,
    /// At which worksite
    #[command(autocomplete = true)]
    site: Option<String>,
    /// Of which kind
    kind: Option<KindOption>,
}

/// Plan what stands in a file as /planning export writes it
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "import")]
pub(crate) struct Import {
    /// The file, CSV or JSON, at most 500 lines
    file: Attachment,
    /// Only say what would be planned
    dry_run: Option<bool>,
    /// Leave lines out that can be no entry, and plan the others
    skip: Option<bool>,
}

/// Erase what the plan knows of somebody; nothing brings it back
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "erase")]
pub(crate) struct Erase {
    /// Who
    person: ResolvedUser,
}

/// Show and change how the plan works here
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "config")]
pub(crate) struct Config {
    /// Where the weekly post stands
    #[command(channel_types = "guild_text guild_announcement")]
    channel: Option<InteractionChannel>,
    /// The day of the weekly post; from Friday on it shows the week to come
    day: Option<DayOption>,
    /// The time of the weekly post: 6h, 07:30
    #[command(max_length = 20)]
    time: Option<String>,
    /// Whether the weekly post has a picture
    picture: Option<bool>,
    /// Where is asked about leave
    #[command(channel_types = "guild_text")]
    leave_channel: Option<InteractionChannel>,
    /// What somebody holds while on leave
    leave_role: Option<Id<RoleMarker>>,
    /// What to set back
    clear: Option<ClearOption>,
}

/// What somebody does meanwhile.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum KindOption {
    #[option(name = "Worksite", value = "site")]
    Site,
    #[option(name = "Leave", value = "leave")]
    Leave,
    #[option(name = "Training", value = "training")]
    Training,
    #[option(name = "Sick", value = "sick")]
    Sick,
    #[option(name = "Other", value = "other")]
    Other,
}

impl From<KindOption> for Kind {
    fn from(option: KindOption) -> Self {
        match option {
            KindOption::Site => Self::Site,
            KindOption::Leave => Self::Leave,
            KindOption::Training => Self::Training,
            KindOption::Sick => Self::Sick,
            KindOption::Other => Self::Other,
        }
    }
}

/// A day of the week.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum DayOption {
    #[option(name = "Monday", value = 0)]
    Monday,
    #[option(name = "Tuesday", value = 1)]
    Tuesday,
    #[option(name = "Wednesday", value = 2)]
    Wednesday,
    #[option(name = "Thursday", value = 3)]
    Thursday,
    #[option(name = "Friday", value = 4)]
    Friday,
    #[option(name = "Saturday", value = 5)]
    Saturday,
    #[option(name = "Sunday", value = 6)]
    Sunday,
}

/// What is set back.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum ClearOption {
    #[option(name = "The weekly post", value = "channel")]
    Channel,
    #[option(name = "The leave channel", value = "leave_channel")]
    LeaveChannel,
    #[option(name = "The leave role", value = "leave_role")]
    LeaveRole,
}

pub(crate) async fn planning(ctx: Ctx<Planning>, command: PlanningCommand) -> Outcome<Reply> {
    match command {
        PlanningCommand::Add(add) => plan(&ctx, *add).await,
        PlanningCommand::Week(asked) => {
            let monday = week_of(&ctx, asked.date.as_deref()).await?;
            if asked.picture == Some(true) {
                return pictured(&ctx, monday).await;
            }
            components::page(&ctx, monday, None, 0)
                .await
                .map(Reply::card)
        }
        PlanningCommand::Show(show) => shown(&ctx, *show).await,
        PlanningCommand::Leave(asked) => on_leave(&ctx, asked).await,
        PlanningCommand::Edit(edit) => change(&ctx, *edit).await,
        PlanningCommand::Remove(remove) => {
            let guild = ctx.guild_id()?;
            let number = number(&remove.entry)?;
            let day = match &remove.day {
                Some(typed) => Some(work::day(typed, &here(&ctx, guild).await?)?),
                None => None,
            };
            let who = Who::asks(&ctx, guild);
            let entry = work::remove(&ctx, guild, number, who, day).await?;
            Ok(good(text::removed(ctx.lang(), &entry)))
        }
        PlanningCommand::Approve(approve) => approved(&ctx, approve).await,
        PlanningCommand::Export(asked) => exported(&ctx, *asked).await,
        PlanningCommand::Import(asked) => {
            let (is_dry, skips) = (asked.dry_run, asked.skip);
            let (is_dry, skips) = (is_dry.unwrap_or_default(), skips.unwrap_or_default());
            import::reply(&ctx, &asked.file, is_dry, skips).await
        }
        PlanningCommand::Erase(asked) => {
            let guild = ctx.guild_id()?;
            let user = UserId::from(asked.person.resolved.id);
            let touched = forget::member(&ctx, guild, user).await?;
            Ok(good(text::erased(ctx.lang(), user, touched)))
        }
        PlanningCommand::Feed(command) => feeds::feed(&ctx, command).await,
        PlanningCommand::Calendar(command) => calendars::calendar(&ctx, command).await,
        PlanningCommand::Config(config) => configure(&ctx, *config).await,
    }
}

fn good(said: String) -> Reply {
    Reply::card(Card::new().text(said).colour(Colour::Good))
}

/// The number that somebody typed: `3`, `#3`, or a choice that begins with it.
fn number(typed: &str) -> Outcome<i32> {
    let first = typed.split_whitespace().next().unwrap_or_default();
    let digits = first.strip_prefix('#').unwrap_or(first);
    Ok(digits.parse().map_err(|_| Refused::NoSuch)?)
}

/// Now, where the guild is.
async fn here(ctx: &Ctx<Planning>, guild: GuildId) -> Outcome<Zoned> {
    let zone = ctx.manners(guild).await?.zone;
    Ok(ctx.clock.now().to_zoned(zone))
}

/// The Monday of the week that is meant.
async fn week_of(ctx: &Ctx<Planning>, typed: Option<&str>) -> Outcome<Date> {
    let now = here(ctx, ctx.guild_id()?).await?;
    let day = match typed {
        Some(typed) => work::day(typed, &now)?,
        None => now.date(),
    };
    Ok(monday(day))
}

/// What people are called.
type Names = Vec<(UserId, String)>;

/// Members who were named, with what they are called: neither bots nor strangers.
fn people(named: impl IntoIterator<Item = ResolvedUser>) -> Outcome<(Vec<UserId>, Names)> {
    let (mut people, mut names) = (Vec::new(), Vec::new());
    for user in named {
        let id = UserId::from(user.resolved.id);
        if user.resolved.bot {
            return Err(Refused::Bot(id).into());
        }
        let Some(member) = user.member else {
            return Err(Refused::Stranger(id).into());
        };
        let name = member
            .nick
            .or(user.resolved.global_name)
            .unwrap_or(user.resolved.name);
        if !people.contains(&id) {
            people.push(id);
            names.push((id, name));
        }
    }
    Ok((people, names))
}

/// Notes what people are called who were named, and who asks.
async fn note_names(ctx: &Ctx<Planning>, guild: GuildId, mut names: Names) -> Outcome<()> {
    names.push((ctx.user(), ctx.scene.member_name.clone()));
    let mut db = ctx.database.acquire().await?;
    store::people::name(&mut db, guild, &names).await?;
    Ok(())
}

async fn plan(ctx: &Ctx<Planning>, add: Add) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx, guild);
    let now = here(ctx, guild).await?;
    let named = [add.person, add.second, add.third, add.fourth, add.fifth];
    let (mut users, names) = people(named.into_iter().flatten())?;
    if users.is_empty() {
        users.push(who.id);
    }
    if users != [who.id] {
        ctx.require(&MANAGE)?;
    }
    let span = work::span(&add.dates, &now)?;
    let repeat = match &add.repeat {
        Some(typed) => Some(work::again(typed, &span, &now)?),
        None => None,
    };
    let site = match &add.site {
        Some(typed) => {
            let mut db = ctx.database.acquire().await?;
            Some(work::site(&mut db, guild, typed).await?)
        }
        None => None,
    };
    let new = New {
        kind: add.kind.map_or(Kind::Site, Kind::from),
        people: users,
        site,
        span,
        note: work::note(add.note.as_deref().unwrap_or_default())?,
        repeat,
    };
    make(ctx, guild, who, new, names).await
}

async fn on_leave(ctx: &Ctx<Planning>, asked: Leave) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx, guild);
    let now = here(ctx, guild).await?;
    let new = New {
        kind: Kind::Leave,
        people: vec![who.id],
        site: None,
        span: work::span(&asked.dates, &now)?,
        note: work::note(asked.note.as_deref().unwrap_or_default())?,
        repeat: None,
    };
    make(ctx, guild, who, new, Vec::new()).await
}

async fn make(
    ctx: &Ctx<Planning>,
    guild: GuildId,
    who: Who,
    new: New,
    names: Names,
) -> Outcome<Reply> {
    let lang = ctx.lang();
    let (entry, clashes) = work::make(ctx, guild, who, new, OnClash::Ask).await?;
    note_names(ctx, guild, names).await?;
    if entry.state == State::Pending && who.manages {
        // Who may say yes is asked at once.
        return Ok(Reply::card(text::request(lang, &entry, &clashes)));
    }
    Ok(Reply::card(text::made(lang, &entry, &clashes)))
}

async fn shown(ctx: &Ctx<Planning>, show: Show) -> Outcome<Reply> {
    if let Some(typed) = &show.entry {
        let guild = ctx.guild_id()?;
        let number = number(typed)?;
        let who = Who::asks(ctx, guild);
        let mut db = ctx.database.acquire().await?;
        let entry = store::entries::get(&mut db, guild, number).await?;
        let is_shown = |entry: &model::Entry| {
            // What was asked for and not granted is between those who asked and those who decide.
            entry.counts() || who.manages || entry.people.contains(&who.id)
        };
        let entry = entry
            .filter(|entry| entry.deleted.is_none() && is_shown(entry))
            .ok_or(Refused::NoSuch)?;
        let history = store::entries::history(&mut db, guild, number, HISTORY).await?;
        return Ok(Reply::card(text::entry(ctx.lang(), &entry, &history)));
    }
    let monday = week_of(ctx, show.date.as_deref()).await?;
    let person = show.person.map(|user| UserId::from(user.resolved.id));
    let person = person.unwrap_or(ctx.user());
    components::page(ctx, monday, Some(person), 0)
        .await
        .map(Reply::card)
}

async fn pictured(ctx: &Ctx<Planning>, monday: Date) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let card = components::page(ctx, monday, None, 0).await?;
    let mut db = ctx.database.acquire().await?;
    let week = week::read(&mut db, guild, monday, None).await?;
    drop(db);
    if week.days.is_empty() {
        return Ok(Reply::card(card));
    }
    let colours = posts::colours(ctx, guild, &week).await?;
    let pictured = picture::card(ctx.lang(), &week, &colours, card.clone());
    Ok(Reply::card(pictured.unwrap_or(card)))
}

/// What stands for clearing a value.
fn is_dash(typed: &str) -> bool {
    matches!(typed.trim(), "-" | "–" | "—")
}

async fn change(ctx: &Ctx<Planning>, edit: Edit) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(ctx, guild);
    let now = here(ctx, guild).await?;
    let number = number(&edit.entry)?;
    let (added, names) = people(edit.add)?;
    let dropped = edit.drop.map(|user| UserId::from(user.resolved.id));
    let span = match edit.dates.as_deref() {
        Some(typed) => Some(work::span(typed, &now)?),
        None => None,
    };
    let site = match edit.site.as_deref() {
        None => None,
        Some(typed) if is_dash(typed) => Some(None),
        Some(typed) => {
            let mut db = ctx.database.acquire().await?;
            Some(Some(work::site(&mut db, guild, typed).await?))
        }
    };
    let note = match edit.note.as_deref() {
        None => None,
        Some(typed) if is_dash(typed) => Some(None),
        Some(typed) => Some(work::note(typed)?),
    };
    let on_clash = if edit.overlap == Some(true) && who.manages {
        OnClash::Allow
    } else if who.manages {
        OnClash::Refuse
    } else {
        OnClash::Ask
    };
    let mut is_same = true;
    let entry = work::change(ctx, guild, number, who, on_clash, |entry| {
        who.require_own(entry)?;
        let before = entry.clone();
        if let Some(kind) = edit.kind {
            entry.kind = kind.into();
        }
        if let Some(site) = site {
            entry.site = site;
        }
        if let Some(span) = span {
            entry.span = span;
        }
        if let Some(note) = note {
            entry.note = note;
        }
        for user in added {
            if !entry.people.contains(&user) {
                who.require_managing()?;
                entry.people.push(user);
            }
        }
        if let Some(dropped) = dropped {
            entry.people.retain(|user| *user != dropped);
        }
        match edit.repeat.as_deref() {
            Some(typed) if is_dash(typed) => {
                entry.repeat = None;
                entry.except.clear();
            }
            Some(typed) => {
                entry.repeat = Some(work::again(typed, &entry.span, &now)?);
                entry.except.clear();
            }
            None => {}
        }
        is_same = *entry == before;
        Ok(())
    })
    .await?;
    if is_same {
        return Err(Refused::Nothing.into());
    }
    note_names(ctx, guild, names).await?;
    Ok(Reply::card(text::made(ctx.lang(), &entry, &[])))
}

async fn approved(ctx: &Ctx<Planning>, approve: Approve) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let lang = ctx.lang();
    if let Some(typed) = &approve.entry {
        let who = Who::asks(ctx, guild);
        let entry = work::decide(ctx, guild, number(typed)?, who, true, None).await?;
        return Ok(Reply::card(text::request(lang, &entry, &[])));
    }
    let filter = Filter {
        state: Some(State::Pending),
        ..Filter::default()
    };
    let mut db = ctx.database.acquire().await?;
    let waiting = store::entries::list(&mut db, guild, &filter, 0, WAITING + 1).await?;
    Ok(Reply::card(text::waiting(lang, &waiting)))
}

async fn exported(ctx: &Ctx<Planning>, asked: Export) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let span = match &asked.dates {
        Some(typed) => Some(work::span(typed, &here(ctx, guild).await?)?),
        None => None,
    };
    let site = match &asked.site {
        Some(typed) => {
            let mut db = ctx.database.acquire().await?;
            let found = worksites::sites::find(&mut db, guild, typed).await?;
            Some(found.ok_or_else(|| Refused::Site(typed.clone()))?.number)
        }
        None => None,
    };
    let person = asked.person.map(|user| UserId::from(user.resolved.id));
    let filter = Filter {
        people: person.into_iter().collect(),
        site,
        kind: asked.kind.map(Kind::from),
        state: None,
        from: span.map(|span| span.start),
        to: span.map(|span| span.end),
    };
    export::reply(ctx, guild, &filter, asked.format.unwrap_or_default()).await
}

/// Refuses a role that the bot can not or must not hand out.
async fn require_role(ctx: &Ctx<Planning>, guild: GuildId, role: RoleId) -> Outcome<()> {
    /// What could take a server over.
    const DANGEROUS: Permissions = Permissions::ADMINISTRATOR
        .union(Permissions::MANAGE_ROLES)
        .union(Permissions::MANAGE_GUILD)
        .union(Permissions::MANAGE_CHANNELS)
        .union(Permissions::BAN_MEMBERS)
        .union(Permissions::KICK_MEMBERS);
    let own = ctx.me.roles(&ctx.discord, guild).await?;
    let held = ctx.own_permissions(guild).await?;
    let highest = own
        .iter()
        .filter_map(|role| ctx.cache.role((*role).into()).map(|role| role.position))
        .max()
        .unwrap_or_default();
    let is_fine = ctx.cache.role(role.into()).is_some_and(|found| {
        !found.managed
            && role.get() != guild.get()
            && !found.permissions.intersects(DANGEROUS)
            && found.position < highest
            && held.contains(Permissions::MANAGE_ROLES)
    });
    if is_fine {
        Ok(())
    } else {
        Err(Refused::Role(role).into())
    }
}

async fn configure(ctx: &Ctx<Planning>, config: Config) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let role = config.leave_role.map(RoleId::from);
    if let Some(role) = role {
        require_role(ctx, guild, role).await?;
    }
    let time = match config.time.as_deref() {
        Some(typed) => {
            let read = dates::moment(typed, &here(ctx, guild).await?).ok();
            let time = read.and_then(|read| read.time);
            Some(time.ok_or_else(|| Refused::Clock(typed.to_owned()))?)
        }
        None => None,
    };
    let before = ctx.settings.get::<PlanSettings>(guild).await?;
    let after = ctx
        .settings
        .change::<PlanSettings>(guild, ctx.user(), Via::Discord, |settings| {
            match config.clear {
                Some(ClearOption::Channel) => settings.channel = None,
                Some(ClearOption::LeaveChannel) => settings.leave_channel = None,
                Some(ClearOption::LeaveRole) => settings.leave_role = None,
                None => {}
            }
            if let Some(channel) = config.channel {
                settings.channel = Some(ChannelId::from(channel.id));
            }
            if let Some(day) = config.day {
                settings.weekday = u8::try_from(day.value()).unwrap_or_default();
            }
            if let Some(time) = time {
                settings.hour = u8::try_from(time.hour()).unwrap_or_default();
                settings.minute = u8::try_from(time.minute()).unwrap_or_default();
            }
            if let Some(picture) = config.picture {
                settings.picture = picture;
            }
            if let Some(channel) = config.leave_channel {
                settings.leave_channel = Some(ChannelId::from(channel.id));
            }
            if role.is_some() {
                settings.leave_role = role;
            }
            Ok(())
        })
        .await?;
    if before != after {
        let mut db = ctx.database.acquire().await?;
        posts::later(ctx, &mut db, guild).await?;
        drop(db);
        leave::all_later(ctx, guild).await?;
    }
    Ok(Reply::card(text::settings(
        ctx.lang(),
        &after,
        before != after,
    )))
}

/// What it needs in a guild: to write where it posts and asks, and to stand above the role of leave.
pub(crate) async fn needs(kit: Kit<Planning>, guild: GuildId) -> Outcome<Needs> {
    let settings = kit.settings.get::<PlanSettings>(guild).await?;
    let write = Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES;
    let mut channels = Vec::new();
    channels.extend(
        settings
            .channel
            .map(|channel| (channel, write | Permissions::ATTACH_FILES)),
    );
    channels.extend(settings.leave_channel.map(|channel| (channel, write)));
    Ok(Needs {
        channels,
        roles: settings.leave_role.into_iter().collect(),
    })
}

/// What is being typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum PlanningTyping {
    #[command(name = "add")]
    Add(TypedSite),
    #[command(name = "export")]
    Export(TypedSite),
    #[command(name = "edit")]
    Edit(TypedBoth),
    #[command(name = "show")]
    Show(TypedEntry),
    #[command(name = "remove")]
    Remove(TypedEntry),
    #[command(name = "approve")]
    Approve(TypedEntry),
    #[command(name = "feed")]
    Feed(FeedTyping),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum FeedTyping {
    #[command(name = "create")]
    Create(TypedSite),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct TypedSite {
    site: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct TypedEntry {
    entry: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct TypedBoth {
    entry: AutocompleteValue<String>,
    site: AutocompleteValue<String>,
}

impl Typing for PlanningTyping {
    const COMMAND: &'static str = "planning";
}

pub(crate) async fn typing(ctx: Ctx<Planning>, typing: PlanningTyping) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(&ctx, guild);
    let is_approve = matches!(typing, PlanningTyping::Approve(_));
    let is_look = matches!(typing, PlanningTyping::Show(_));
    let (entry, site) = match typing {
        PlanningTyping::Add(typed) | PlanningTyping::Export(typed) => {
            (AutocompleteValue::None, typed.site)
        }
        PlanningTyping::Feed(FeedTyping::Create(typed)) => (AutocompleteValue::None, typed.site),
        PlanningTyping::Edit(typed) => (typed.entry, typed.site),
        PlanningTyping::Show(typed)
        | PlanningTyping::Remove(typed)
        | PlanningTyping::Approve(typed) => (typed.entry, AutocompleteValue::None),
    };
    let mut db = ctx.database.acquire().await?;
    if let AutocompleteValue::Focused(part) = entry {
        let part = part.trim().trim_start_matches('#');
        let of = (!who.manages).then_some(who.id);
        let found = store::entries::like(&mut db, guild, part, of, is_approve).await?;
        let found = found
            .into_iter()
            .filter(|entry| is_look || who.require_own(entry).is_ok());
        let lang = ctx.lang();
        return Ok(Reply::choices(found.map(|entry| {
            Choice::text(
                cut(&text::choice(lang, &entry), 100),
                format!("#{}", entry.number),
            )
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
