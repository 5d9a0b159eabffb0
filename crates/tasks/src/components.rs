//! Buttons, selects and forms of a task. They carry its guild and number, and work in direct messages too.

use database::{ChannelId, GuildId, MessageId, UserId};
use feature::{
    Card, Click, Ctx, Fields, Form, Outcome, Picked, PickedUsers, Reply, Submit, custom_id,
};
use jiff::SignedDuration;

use crate::{
    CREATE, Tasks, commands,
    model::{self, ASSIGNEES, Priority, State, Task},
    settings::TaskSettings,
    store::{self, Filter, Position},
    text,
    work::{self, Refused, Who},
};

/// Tasks on a page of a list.
const PAGE: i64 = 10;

/// What a button does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Does {
    Done,
    Claim,
    Start,
    Reopen,
    SnoozeHour,
    SnoozeDay,
}

impl Does {
    const ALL: [Self; 6] = [
        Self::Done,
        Self::Claim,
        Self::Start,
        Self::Reopen,
        Self::SnoozeHour,
        Self::SnoozeDay,
    ];

    fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|does| *does == self);
        place
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or_default()
    }
}

custom_id! {
    /// Does something to a task.
    pub(crate) struct Act: "tasks" / "act" v1 { guild: GuildId, number: i32, does: u8 }
    answer = Update;
}
custom_id! {
    /// Opens a form about a task: 0 what it waits for, 1 what it says.
    pub(crate) struct Open: "tasks" / "open" v1 { guild: GuildId, number: i32, form: u8 }
    answer = Modal;
}
custom_id! {
    /// Says what a task waits for.
    pub(crate) struct Blocked: "tasks" / "blocked" v1 { guild: GuildId, number: i32 }
    answer = Update;
}
custom_id! {
    /// Says anew what a task is.
    pub(crate) struct Edited: "tasks" / "edited" v1 { guild: GuildId, number: i32 }
    answer = Update;
}
custom_id! {
    /// Makes a task of a message.
    pub(crate) struct Make: "tasks" / "make" v1 { channel: ChannelId, message: MessageId }
    answer = Private;
    access = CREATE;
}
custom_id! {
    /// Says which members are to do a task.
    pub(crate) struct Assign: "tasks" / "assign" v1 { number: i32 }
    answer = Update;
    access = CREATE;
}
custom_id! {
    /// Says what of a check-list is ticked off.
    pub(crate) struct Tick: "tasks" / "tick" v1 { guild: GuildId, number: i32 }
    answer = Update;
}
custom_id! {
    /// Shows the page of a list behind a place.
    pub(crate) struct Turn: "tasks" / "list" v2 {
        assignee: Option<UserId>, site: Option<i32>, tag: Option<i32>, packed: u16, due: i64, number: i32
    }
    answer = Update;
    access = CREATE;
}

impl Act {
    pub(crate) fn new(task: &Task, does: Does) -> Self {
        Self {
            guild: task.guild,
            number: task.number,
            does: does.number(),
        }
    }
}

/// The guild of a button: the one where it stands, or in direct messages the one that it names.
fn guild_of(ctx: &Ctx<Tasks>, named: GuildId, number: i32) -> Outcome<GuildId> {
    match ctx.scene.guild {
        Some(here) if here != named => Err(Refused::NoSuch(number).into()),
        _ => Ok(named),
    }
}

async fn shown(ctx: &Ctx<Tasks>, task: &Task) -> Reply {
    Reply::update(work::panel(ctx, ctx.lang(), task).await)
}

pub(crate) async fn act(ctx: Ctx<Tasks>, click: Click<Act>) -> Outcome<Reply> {
    let Act {
        guild,
        number,
        does,
    } = click.0;
    let guild = guild_of(&ctx, guild, number)?;
    let who = Who::asks(&ctx);
    let now = ctx.clock.now();
    let does = Does::ALL.get(usize::from(does)).copied();
    let task = match does {
        Some(Does::Done) | None => work::done(&ctx, guild, number, &who).await?,
        Some(Does::Claim) => {
            // Picking up is for who is there, and may make tasks of their own.
            ctx.guild_id()?;
            ctx.require(&CREATE)?;
            work::change(&ctx, guild, number, who.id, |task| {
                work::require_open(task)?;
                if !task.is_to_pick_up() {
                    return Err(Refused::Taken(number).into());
                }
                task.assignees = vec![who.id];
                if task.state == State::Todo {
                    task.enter(State::InProgress, who.id, now);
                }
                Ok(())
            })
            .await?
        }
        Some(Does::Start) => {
            work::change(&ctx, guild, number, who.id, |task| {
                who.require_work(task)?;
                work::require_open(task)?;
                task.enter(State::InProgress, who.id, now);
                Ok(())
            })
            .await?
        }
        Some(Does::Reopen) => {
            work::change(&ctx, guild, number, who.id, |task| {
                who.require_work(task)?;
                if task.state.is_closed() {
                    task.enter(State::Todo, who.id, now);
                }
                Ok(())
            })
            .await?
        }
        Some(Does::SnoozeHour | Does::SnoozeDay) => {
            let hours = if does == Some(Does::SnoozeHour) {
                1
            } else {
                24
            };
            work::change(&ctx, guild, number, who.id, |task| {
                who.require_work(task)?;
                work::require_open(task)?;
                task.snoozed_until = Some(now + SignedDuration::from_hours(hours));
                Ok(())
            })
            .await?
        }
    };
    Ok(shown(&ctx, &task).await)
}

pub(crate) async fn open(ctx: Ctx<Tasks>, click: Click<Open>) -> Outcome<Reply> {
    let Open {
        guild,
        number,
        form,
    } = click.0;
    let guild = guild_of(&ctx, guild, number)?;
    let who = Who::asks(&ctx);
    let mut db = ctx.database.acquire().await?;
    let task = store::get(&mut db, guild, number).await?;
    drop(db);
    let task = task
        .filter(|task| task.deleted.is_none())
        .ok_or(Refused::NoSuch(number))?;
    if form == 0 {
        who.require_work(&task)?;
        work::require_open(&task)?;
        let id = Blocked { guild, number };
        return Ok(Reply::modal(text::block_form(ctx.lang(), &id, &task)));
    }
    who.require_own(&task)?;
    let zone = ctx.manners(guild).await?.zone;
    let id = Edited { guild, number };
    Ok(Reply::modal(text::edit_form(ctx.lang(), &id, &task, &zone)))
}

/// Why a task waits.
#[derive(Debug)]
pub(crate) struct BlockForm {
    reason: String,
}

impl Form for BlockForm {
    type Id = Blocked;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            reason: fields.text("reason")?,
        })
    }
}

pub(crate) async fn blocked(ctx: Ctx<Tasks>, submit: Submit<BlockForm>) -> Outcome<Reply> {
    let Blocked { guild, number } = submit.id;
    let guild = guild_of(&ctx, guild, number)?;
    let task = block(&ctx, guild, number, &submit.form.reason).await?;
    Ok(shown(&ctx, &task).await)
}

/// Says what a task waits for.
pub(crate) async fn block(
    ctx: &Ctx<Tasks>,
    guild: GuildId,
    number: i32,
    reason: &str,
) -> Outcome<Task> {
    let who = Who::asks(ctx);
    let now = ctx.clock.now();
    let reason = model::reason(reason).ok_or(Refused::Reason)?;
    work::change(ctx, guild, number, who.id, |task| {
        who.require_work(task)?;
        work::require_open(task)?;
        task.enter(State::Blocked, who.id, now);
        task.reason = Some(reason);
        Ok(())
    })
    .await
}

/// What a task says.
#[derive(Debug)]
pub(crate) struct EditForm {
    description: String,
    due: String,
    tags: String,
    checklist: String,
}

impl Form for EditForm {
    type Id = Edited;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            description: fields.text("description")?,
            due: fields.text("due")?,
            tags: fields.text("tags")?,
            checklist: fields.text("checklist")?,
        })
    }
}

pub(crate) async fn edited(ctx: Ctx<Tasks>, submit: Submit<EditForm>) -> Outcome<Reply> {
    use crate::model::{description, items, tags};

    let Edited { guild, number } = submit.id;
    let guild = guild_of(&ctx, guild, number)?;
    let form = submit.form;
    let who = Who::asks(&ctx);
    let zone = ctx.manners(guild).await?.zone;
    let now = ctx.clock.now().to_zoned(zone.clone());
    let settings = ctx.settings.get::<TaskSettings>(guild).await?;
    let task = work::change(&ctx, guild, number, who.id, |task| {
        who.require_own(task)?;
        task.description = description(&form.description).ok_or(Refused::Description)?;
        if form.due.is_empty() {
            task.due = None;
        } else if task.due.map(|due| text::typed_date(due, &zone)).as_deref() != Some(&*form.due) {
            // One that was left as it stood may have passed.
            task.due = Some(work::due(&form.due, &settings, &now)?);
        }
        if task.repeat.is_some() && task.due.is_none() {
            return Err(Refused::RepeatWithoutDue.into());
        }
        task.tags = tags(&form.tags).ok_or(Refused::Tags)?;
        task.items = items(&form.checklist, &task.items).ok_or(Refused::Items)?;
        Ok(())
    })
    .await?;
    Ok(shown(&ctx, &task).await)
}

/// A task that is made of a message.
#[derive(Debug)]
pub(crate) struct MakeForm {
    pub(crate) description: String,
    pub(crate) due: String,
    pub(crate) tags: String,
    pub(crate) priority: Priority,
    pub(crate) assignees: Vec<UserId>,
    pub(crate) bots: Vec<UserId>,
    pub(crate) strangers: Vec<UserId>,
}

impl Form for MakeForm {
    type Id = Make;

    fn read(fields: &Fields) -> Option<Self> {
        let assignees = fields.users("assignees")?;
        let resolved = fields.resolved.as_ref();
        let is_bot = |user: &UserId| {
            resolved
                .and_then(|resolved| resolved.users.get(&(*user).into()))
                .is_some_and(|user| user.bot)
        };
        let is_member =
            |user: &UserId| resolved.is_some_and(|all| all.members.contains_key(&(*user).into()));
        let priority = fields.picked("priority")?;
        Some(Self {
            description: fields.text("description")?,
            due: fields.text("due")?,
            tags: fields.text("tags")?,
            priority: priority
                .first()
                .and_then(|word| Priority::of(word))
                .unwrap_or_default(),
            bots: assignees.iter().copied().filter(is_bot).collect(),
            strangers: assignees
                .iter()
                .copied()
                .filter(|user| !is_member(user))
                .collect(),
            assignees,
        })
    }
}

pub(crate) async fn made(ctx: Ctx<Tasks>, submit: Submit<MakeForm>) -> Outcome<Reply> {
    commands::make_of(&ctx, &submit.id, submit.form).await
}

pub(crate) async fn assign(ctx: Ctx<Tasks>, picked: PickedUsers<Assign>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let who = Who::asks(&ctx);
    let mut users = picked.values;
    users.truncate(ASSIGNEES);
    for user in &users {
        let resolved = picked.resolved.as_ref();
        let known = resolved.and_then(|resolved| resolved.users.get(&(*user).into()));
        if known.is_some_and(|user| user.bot) {
            return Err(Refused::Bot(*user).into());
        }
        if !resolved.is_some_and(|all| all.members.contains_key(&(*user).into())) {
            return Err(Refused::Stranger(*user).into());
        }
    }
    if users.iter().any(|user| *user != who.id) {
        ctx.require(&crate::ASSIGN)?;
    }
    let task = work::change(&ctx, guild, picked.id.number, who.id, |task| {
        who.require_own(task)?;
        work::require_open(task)?;
        task.role = None;
        task.assignees = users;
        Ok(())
    })
    .await?;
    Ok(shown(&ctx, &task).await)
}

pub(crate) async fn tick(ctx: Ctx<Tasks>, picked: Picked<Tick>) -> Outcome<Reply> {
    let Tick { guild, number } = picked.id;
    let guild = guild_of(&ctx, guild, number)?;
    let who = Who::asks(&ctx);
    let done: Vec<usize> = picked
        .values
        .iter()
        .filter_map(|place| place.parse().ok())
        .collect();
    let task = work::change(&ctx, guild, number, who.id, |task| {
        who.require_work(task)?;
        work::require_open(task)?;
        for (place, item) in task.items.iter_mut().enumerate() {
            item.is_done = done.contains(&place);
        }
        Ok(())
    })
    .await?;
    Ok(shown(&ctx, &task).await)
}

pub(crate) async fn turn(ctx: Ctx<Tasks>, click: Click<Turn>) -> Outcome<Reply> {
    let turn = &click.0;
    let state = usize::from(turn.packed % 8).checked_sub(1);
    let priority = usize::from(turn.packed / 8 % 8).checked_sub(1);
    let filter = Filter {
        assignee: turn.assignee,
        site: turn.site,
        state: state.and_then(|place| State::ALL.get(place).copied()),
        priority: priority.and_then(|place| Priority::ALL.get(place).copied()),
        tag: turn.tag,
        overdue: turn.packed / 64 % 2 == 1,
    };
    let after = Position {
        due: turn.due,
        priority: i16::try_from(turn.packed / 128 % 4).unwrap_or_default(),
        number: turn.number,
    };
    let guild = ctx.guild_id()?;
    page(&ctx, guild, &filter, after).await.map(Reply::update)
}

/// A page of a list.
pub(crate) async fn page(
    ctx: &Ctx<Tasks>,
    guild: GuildId,
    filter: &Filter,
    after: Position,
) -> Outcome<Card> {
    let now = ctx.clock.now();
    let mut db = ctx.database.acquire().await?;
    let mut found = store::list(&mut db, guild, filter, after, now, PAGE + 1).await?;
    drop(db);
    let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_more = found.len() > shown;
    found.truncate(shown);
    let place = |place: Option<usize>| {
        place
            .and_then(|place| u16::try_from(place + 1).ok())
            .unwrap_or_default()
    };
    let state = place(
        State::ALL
            .iter()
            .position(|state| Some(*state) == filter.state),
    );
    let priority = place(
        Priority::ALL
            .iter()
            .position(|one| Some(*one) == filter.priority),
    );
    let turn = |position: Position| Turn {
        assignee: filter.assignee,
        site: filter.site,
        tag: filter.tag,
        packed: state
            + 8 * priority
            + 64 * u16::from(filter.overdue)
            + 128 * u16::try_from(position.priority).unwrap_or_default(),
        due: position.due,
        number: position.number,
    };
    let next = found
        .last()
        .filter(|_| has_more)
        .map(|last| turn(Position::of(last)));
    // Keys go forward; back is the beginning.
    let first = (after.number > 0).then(|| turn(Position::FIRST));
    let card = text::list(ctx.lang(), &found, now);
    Ok(card.pages(ctx.lang(), first.as_ref(), next.as_ref()))
}
