//! Making and changing tasks: the one way in, for commands, buttons, forms and HTTP.

use std::collections::HashSet;

use database::{ChannelId, GuildId, RoleId, UserId};
use feature::{
    Card, Ctx, Explain, Failure, Kit, Lang, Outcome,
    absence::{self, Away},
};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use jobs::NewJob;
use sqlx::PgConnection;

use crate::{
    MANAGE, Tasks,
    import::Ready,
    model::{Change, Item, Priority, State, Task, changes},
    panel, reminders,
    repeat::{self, Repeat},
    settings::TaskSettings,
    store, text, told,
};

/// Why something is not done to a task.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("no such task")]
    NoSuch(i32),
    #[error("somebody else's task")]
    NotYours(i32),
    #[error("already closed")]
    Closed {
        number: i32,
        state: State,
        by: Option<(UserId, Timestamp)>,
    },
    #[error("somebody has it already")]
    Taken(i32),
    #[error("no description, or too long")]
    Description,
    #[error("no reason, or too long")]
    Reason,
    #[error("no such worksite")]
    Site(String),
    #[error("a closed worksite")]
    ClosedSite(String),
    #[error("not a date")]
    Due(String),
    #[error("a date that has passed")]
    Past(Timestamp),
    #[error("bad tags")]
    Tags,
    #[error("bad check-list")]
    Items,
    #[error("not a repetition")]
    Repeat(String),
    #[error("a repetition without a date")]
    RepeatWithoutDue,
    #[error("not a day")]
    Except(String),
    #[error("too many exceptions")]
    Exceptions,
    #[error("exceptions of what does not come again")]
    NoRepeat,
    #[error("too many assignees")]
    Assignees(usize),
    #[error("nobody that is known")]
    Unread(String),
    #[error("a bot as assignee")]
    Bot(UserId),
    #[error("not a member")]
    Stranger(UserId),
    #[error("no role of this guild")]
    Role(RoleId),
    #[error("members and a role")]
    Both,
    #[error("nothing to change")]
    Nothing,
    #[error("not deleted")]
    NotDeleted(i32),
}

impl Explain for Refused {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(text::refused(lang, self))
    }
}

/// Who does something.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) id: UserId,
    pub(crate) roles: Vec<RoleId>,
    /// Whether they may change everybody's tasks.
    pub(crate) manages: bool,
}

impl Who {
    /// Who asks. In direct messages nobody's rights are known: there they are who they are, and no more.
    pub(crate) fn asks(ctx: &Ctx<Tasks>) -> Self {
        let in_guild = ctx.scene.guild.is_some();
        Self {
            id: ctx.user(),
            roles: if in_guild {
                ctx.scene.member.roles.clone()
            } else {
                Vec::new()
            },
            manages: in_guild && ctx.scene.may(&MANAGE),
        }
    }

    /// Somebody who may do everything.
    pub(crate) const fn everything(id: UserId) -> Self {
        Self {
            id,
            roles: Vec::new(),
            manages: true,
        }
    }

    fn is_to_do(&self, task: &Task) -> bool {
        task.assignees.contains(&self.id)
            || task.role.is_some_and(|role| self.roles.contains(&role))
    }

    /// Refuses who neither does the task nor made it nor manages tasks.
    pub(crate) fn require_work(&self, task: &Task) -> Outcome<()> {
        if self.manages || self.id == task.created_by || self.is_to_do(task) {
            Ok(())
        } else {
            Err(Refused::NotYours(task.number).into())
        }
    }

    /// Refuses who neither made the task nor manages tasks.
    pub(crate) fn require_own(&self, task: &Task) -> Outcome<()> {
        if self.manages || self.id == task.created_by {
            Ok(())
        } else {
            Err(Refused::NotYours(task.number).into())
        }
    }
}

/// A task to be made.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) description: String,
    pub(crate) priority: Priority,
    pub(crate) site: Option<(i32, String)>,
    pub(crate) due: Option<Timestamp>,
    pub(crate) assignees: Vec<UserId>,
    pub(crate) role: Option<RoleId>,
    pub(crate) tags: Vec<String>,
    pub(crate) items: Vec<Item>,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) source: Option<String>,
    pub(crate) repeat: Option<Repeat>,
}

impl New {
    /// The task that it becomes, under a number of the guild.
    fn task(self, (guild, number): (GuildId, i32), by: UserId, now: Timestamp, nth: u32) -> Task {
        Task {
            guild,
            number,
            description: self.description,
            state: State::Todo,
            reason: None,
            priority: self.priority,
            site: self.site,
            due: self.due,
            assignees: self.assignees,
            role: self.role,
            tags: self.tags,
            items: self.items,
            created_by: by,
            created_at: now,
            closed: None,
            deleted: None,
            channel: self.channel,
            message: None,
            source: self.source,
            repeat: self.repeat,
            nth,
            snoozed_until: None,
        }
    }
}

/// A date that somebody typed for a task, which must be to come.
pub(crate) fn due(typed: &str, settings: &TaskSettings, now: &Zoned) -> Outcome<Timestamp> {
    let read = dates::upcoming(typed, now)
        .ok()
        .and_then(|moment| moment.instant(now.time_zone(), settings.due_time()).ok());
    let due = read.ok_or_else(|| Refused::Due(typed.to_owned()))?;
    if due <= now.timestamp() {
        return Err(Refused::Past(due).into());
    }
    Ok(due)
}

/// An open worksite that somebody typed.
pub(crate) async fn site(
    db: &mut PgConnection,
    guild: GuildId,
    typed: &str,
) -> Outcome<worksites::sites::Site> {
    let found = worksites::sites::find(db, guild, typed).await?;
    let found = found.ok_or_else(|| Refused::Site(typed.to_owned()))?;
    if found.is_open {
        Ok(found)
    } else {
        Err(Refused::ClosedSite(found.name).into())
    }
}

/// Makes a task.
pub(crate) async fn make(kit: &Kit<Tasks>, guild: GuildId, by: UserId, new: New) -> Outcome<Task> {
    if new.role.is_some() && !new.assignees.is_empty() {
        return Err(Refused::Both.into());
    }
    if new.repeat.is_some() && new.due.is_none() {
        return Err(Refused::RepeatWithoutDue.into());
    }
    let mut db = kit.database.begin().await?;
    let task = add(kit, &mut db, guild, by, new, 1).await?;
    db.commit().await?;
    Ok(task)
}

/// Makes tasks of the lines of a file, all or none, save those that are known. Answers how many it made.
pub(crate) async fn import(
    kit: &Kit<Tasks>,
    guild: GuildId,
    by: UserId,
    mut lines: Vec<Ready>,
) -> Outcome<usize> {
    let now = kit.clock.now();
    let mut db = kit.database.begin().await?;
    // Who reads the same file at the same time waits here.
    store::lock_numbers(&mut db, guild).await?;
    let known = store::known_lines(&mut db, guild, &lines).await?;
    let mut known: HashSet<String> = known.into_iter().collect();
    lines.retain(|line| known.insert(line.key.clone()));
    let count = i32::try_from(lines.len()).map_err(Failure::fault)?;
    let last = store::take_numbers(&mut db, guild, count).await?;
    let (mut keys, mut tasks) = (Vec::new(), Vec::new());
    for (number, line) in (last - count + 1..).zip(lines) {
        let mut task = line.new.task((guild, number), by, now, line.nth);
        task.enter(line.state, by, now);
        task.reason = line.reason;
        keys.push(line.key);
        tasks.push(task);
    }
    let numbers: Vec<i32> = tasks.iter().map(|task| task.number).collect();
    store::save_all(&mut db, guild, &tasks).await?;
    store::note_made(&mut db, guild, by, now, &tasks).await?;
    store::note_lines(&mut db, guild, &keys, &numbers).await?;
    let mut jobs = Vec::new();
    for task in &tasks {
        told::tell(kit, &mut db, None, task).await?;
        jobs.extend(following(now, task)?);
    }
    kit.jobs.enqueue_all(&mut db, jobs).await?;
    db.commit().await?;
    Ok(tasks.len())
}

async fn add(
    kit: &Kit<Tasks>,
    db: &mut PgConnection,
    guild: GuildId,
    by: UserId,
    new: New,
    nth: u32,
) -> Outcome<Task> {
    let now = kit.clock.now();
    let number = store::next_number(db, guild).await?;
    let task = new.task((guild, number), by, now, nth);
    store::save(db, &task).await?;
    let made = Change {
        what: "created",
        old: None,
        new: Some(task.description.clone()),
    };
    store::note(db, &task, by, now, &[made]).await?;
    told::tell(kit, db, None, &task).await?;
    follow(kit, db, &task).await?;
    Ok(task)
}

/// What follows from how a task is now: its panel, the next instance, its reminders.
async fn follow(kit: &Kit<Tasks>, db: &mut PgConnection, task: &Task) -> Outcome<()> {
    let jobs = following(kit.clock.now(), task)?;
    Ok(kit.jobs.enqueue_all(db, jobs).await?)
}

fn following(now: Timestamp, task: &Task) -> Outcome<Vec<NewJob>> {
    let jobs = [
        panel::job(task)?,
        repeat::job(task)?,
        reminders::job(task, now)?,
    ];
    Ok(jobs.into_iter().flatten().collect())
}

/// Changes a task, and writes down what differs. Nobody else changes it meanwhile.
///
/// # Errors
///
/// Fails with what `act` says, and changes nothing then. A deleted task is none, unless it is to be restored.
pub(crate) async fn change(
    kit: &Kit<Tasks>,
    guild: GuildId,
    number: i32,
    by: UserId,
    act: impl FnOnce(&mut Task) -> Outcome<()> + Send,
) -> Outcome<Task> {
    change_any(kit, guild, number, by, false, act).await
}

/// As [`change`], of a deleted task.
pub(crate) async fn restore(
    kit: &Kit<Tasks>,
    guild: GuildId,
    number: i32,
    who: &Who,
) -> Outcome<Task> {
    change_any(kit, guild, number, who.id, true, |task| {
        who.require_own(task)?;
        if task.deleted.is_none() {
            return Err(Refused::NotDeleted(number).into());
        }
        task.deleted = None;
        Ok(())
    })
    .await
}

async fn change_any(
    kit: &Kit<Tasks>,
    guild: GuildId,
    number: i32,
    by: UserId,
    is_deleted: bool,
    act: impl FnOnce(&mut Task) -> Outcome<()> + Send,
) -> Outcome<Task> {
    let now = kit.clock.now();
    // Before a connection is taken: whoever holds one must not wait for another.
    let zone = kit.manners(guild).await?.zone;
    let mut db = kit.database.begin().await?;
    let before = store::lock(&mut db, guild, number).await?;
    let before = before
        .filter(|task| is_deleted || task.deleted.is_none())
        .ok_or(Refused::NoSuch(number))?;
    let mut task = before.clone();
    act(&mut task)?;
    if let (Some(repeat), Some(due)) = (task.repeat.as_mut(), task.due)
        && before.due != task.due
    {
        repeat.at = Some(due.to_zoned(zone.clone()).time());
    }
    let changed = changes(&before, &task);
    if changed.is_empty() {
        return Ok(task);
    }
    succeed(kit, &mut db, &before, &mut task, &zone).await?;
    store::save(&mut db, &task).await?;
    store::note(&mut db, &task, by, now, &changed).await?;
    told::tell(kit, &mut db, Some(&before), &task).await?;
    follow(kit, &mut db, &task).await?;
    db.commit().await?;
    Ok(task)
}

/// Makes the next instance of a task that is due by now.
pub(crate) async fn renew(kit: &Kit<Tasks>, guild: GuildId, number: i32) -> Outcome<()> {
    let zone = kit.manners(guild).await?.zone;
    let mut db = kit.database.begin().await?;
    let Some(mut task) = store::lock(&mut db, guild, number).await? else {
        return Ok(());
    };
    let before = task.clone();
    succeed(kit, &mut db, &before, &mut task, &zone).await?;
    if task == before {
        // It may be due later than it was.
        let job = repeat::job(&task)?;
        kit.jobs
            .enqueue_all(&mut db, job.into_iter().collect())
            .await?;
    } else {
        store::save(&mut db, &task).await?;
        panel::all_later(kit, &mut db, guild, &[number]).await?;
    }
    db.commit().await?;
    Ok(())
}

/// Makes the next instance of a task, if it is time for that.
async fn succeed(
    kit: &Kit<Tasks>,
    db: &mut PgConnection,
    before: &Task,
    task: &mut Task,
    zone: &TimeZone,
) -> Outcome<()> {
    let now = kit.clock.now();
    if repeat::is_time(before, task, now)
        && let Some((new, nth)) = repeat::next(task, now, zone)
    {
        add(kit, db, task.guild, task.created_by, new, nth).await?;
    }
    Ok(())
}

/// Marks a task done. Of two who do so at once one is told that the other was first.
pub(crate) async fn done(
    kit: &Kit<Tasks>,
    guild: GuildId,
    number: i32,
    who: &Who,
) -> Outcome<Task> {
    let now = kit.clock.now();
    change(kit, guild, number, who.id, |task| {
        who.require_work(task)?;
        require_open(task)?;
        task.enter(State::Done, who.id, now);
        Ok(())
    })
    .await
}

/// Who of those who are to do a task is away now or until it is due; for a warning, since work can be given all the same.
pub(crate) async fn away(kit: &Kit<Tasks>, task: &Task) -> Vec<Away> {
    if task.state.is_closed() {
        return Vec::new();
    }
    let now = kit.clock.now();
    let question = absence::Question {
        guild: task.guild,
        users: task.assignees.clone(),
        from: now,
        to: task.due.unwrap_or(now).max(now),
    };
    kit.away(question).await
}

/// The panel of a task, with a warning where somebody who is to do it is away.
pub(crate) async fn panel(kit: &Kit<Tasks>, lang: Lang, task: &Task) -> Card {
    let away = away(kit, task).await;
    text::panel(lang, task, kit.clock.now()).lines(text::away(lang, &away))
}

/// Refuses a task at which nothing is to be done any more.
pub(crate) fn require_open(task: &Task) -> Outcome<()> {
    if task.state.is_closed() {
        return Err(Refused::Closed {
            number: task.number,
            state: task.state,
            by: task.closed,
        }
        .into());
    }
    Ok(())
}
