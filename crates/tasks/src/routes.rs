//! Tasks for programs, and the path by which GVB's made them.

#![expect(
    unused_qualifications,
    reason = "the documentation of a route writes its types as paths"
)]

use axum::{Json, extract::State as FromState, http::StatusCode, response::Response};
use database::{ChannelId, GuildId, RoleId, UserId};
use dates::rule::Rule;
use feature::{
    Feature as _, Kit, Past,
    http::{
        AnyFields, Body, Caller, Field, GuildPath, InGuild, Page, Paging, PagingParams, Path,
        Problem, Query, legacy_id, legacy_text,
    },
    sheet::Format,
};
use jiff::{Timestamp, Zoned, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use twilight_model::channel::ChannelType;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Tasks, forget,
    model::{DESCRIPTION, Item, Priority, State, Task, description, items, tags},
    people,
    repeat::{EXCEPTIONS, Renews, Repeat},
    settings::TaskSettings,
    store::{self, Numbered},
    work,
    work::{New, Refused, Who},
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Tasks>> {
    OpenApiRouter::new()
        .routes(routes!(listed, made))
        .routes(routes!(one, changed, deleted))
        .routes(routes!(erased))
        .routes(routes!(legacy))
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct TaskLine {
    text: String,
    done: bool,
}

/// Somebody is away.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct TaskWarning {
    #[schema(value_type = String)]
    user: UserId,
    #[schema(value_type = String)]
    from: Timestamp,
    /// The first moment at which they are there again.
    #[schema(value_type = String)]
    until: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TaskShown {
    /// The guild's own number of it.
    number: i32,
    description: String,
    /// `todo`, `in_progress`, `blocked`, `done` or `cancelled`.
    state: &'static str,
    reason: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    priority: &'static str,
    /// The number of a worksite.
    site: Option<i32>,
    site_name: Option<String>,
    #[schema(value_type = Option<String>)]
    due_at: Option<Timestamp>,
    #[schema(value_type = Vec<String>)]
    assignees: Vec<UserId>,
    #[schema(value_type = Option<String>)]
    role: Option<RoleId>,
    tags: Vec<String>,
    /// How it comes again; the newest of its instances carries it.
    #[schema(value_type = Option<Object>)]
    repeat: Option<Rule>,
    /// Days on which it does not come.
    #[schema(value_type = Vec<String>)]
    except: Vec<Date>,
    /// Whether the next is made when this one is `done` or `due`.
    renews: Option<&'static str>,
    /// Who of those who are to do it is away until it is due; in answers to changes alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<TaskWarning>,
    /// Absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    checklist: Option<Vec<TaskLine>>,
    #[schema(value_type = String)]
    created_by: UserId,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    closed_by: Option<UserId>,
    #[schema(value_type = Option<String>)]
    closed_at: Option<Timestamp>,
    /// What became of it, newest first; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<Past>>,
}

impl From<&Task> for TaskShown {
    fn from(task: &Task) -> Self {
        Self {
            number: task.number,
            description: task.description.clone(),
            state: task.state.word(),
            reason: task.reason.clone(),
            priority: task.priority.word(),
            site: task.site.as_ref().map(|(number, _)| *number),
            site_name: task.site.as_ref().map(|(_, name)| name.clone()),
            due_at: task.due,
            assignees: task.assignees.clone(),
            role: task.role,
            tags: task.tags.clone(),
            repeat: task.repeat.as_ref().map(|repeat| repeat.rule.clone()),
            except: task
                .repeat
                .as_ref()
                .map_or_else(Vec::new, |repeat| repeat.except.clone()),
            renews: task.repeat.as_ref().map(|repeat| repeat.renews.word()),
            warnings: Vec::new(),
            checklist: None,
            created_by: task.created_by,
            created_at: task.created_at,
            closed_by: task.closed.map(|(by, _)| by),
            closed_at: task.closed.map(|(_, at)| at),
            history: None,
        }
    }
}

impl TaskShown {
    pub(crate) fn whole(task: &Task) -> Self {
        let lines = task.items.iter().map(|item| TaskLine {
            text: item.text.clone(),
            done: item.is_done,
        });
        Self {
            checklist: Some(lines.collect()),
            ..Self::from(task)
        }
    }

    /// As [`whole`](Self::whole), with who is away.
    async fn warned(kit: &Kit<Tasks>, task: &Task) -> Self {
        let away = work::away(kit, task).await.into_iter();
        Self {
            warnings: away
                .map(|one| TaskWarning {
                    user: one.user,
                    from: one.from,
                    until: one.until,
                })
                .collect(),
            ..Self::whole(task)
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct Asked {
    /// `json` or `csv`.
    #[param(value_type = Option<String>)]
    format: Option<String>,
    /// Whose: the id of a member.
    #[param(value_type = Option<String>)]
    assignee: Option<String>,
    /// The number of a worksite.
    #[param(value_type = Option<i32>)]
    site: Option<String>,
    /// `todo`, `in_progress`, `blocked`, `done`, `cancelled`, or `open` for all that are not over.
    #[param(value_type = Option<String>)]
    state: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[param(value_type = Option<String>)]
    priority: Option<String>,
    /// One of its tags.
    #[param(value_type = Option<String>)]
    tag: Option<String>,
    /// `true` for those alone that are overdue.
    #[param(value_type = Option<bool>)]
    overdue: Option<String>,
}

/// What is asked for of the tasks by number.
fn filter(asked: Asked) -> Result<Numbered, Problem> {
    fn read<T>(
        field: &'static str,
        typed: Option<String>,
        reason: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(typed) = typed else { return Ok(None) };
        let found = read(&typed);
        found
            .map(Some)
            .ok_or_else(|| Problem::invalid(field, reason))
    }
    let is_open = asked.state.as_deref() == Some("open");
    let member = |typed: &str| {
        let id = typed.parse::<UserId>().ok()?;
        i64::try_from(id).is_ok().then_some(id)
    };
    let state = asked.state.filter(|_| !is_open);
    let states = "must be `todo`, `in_progress`, `blocked`, `done`, `cancelled` or `open`";
    let flag = read(
        "overdue",
        asked.overdue,
        "must be `true` or `false`",
        |typed| typed.parse().ok(),
    )?;
    Ok(Numbered {
        assignee: read(
            "assignee",
            asked.assignee,
            "must be the id of a member",
            member,
        )?,
        site: read(
            "site",
            asked.site,
            "must be the number of a worksite",
            |typed| typed.parse().ok(),
        )?,
        state: read("state", state, states, State::of)?,
        is_open,
        priority: asked.priority.as_deref().map(priority).transpose()?,
        tag: asked.tag,
        is_overdue: flag.unwrap_or(false),
    })
}

/// The tasks of a server by number, closed ones among them.
#[utoipa::path(get, path = "/v1/guilds/{guild}/tasks", tag = "tasks", params(GuildPath, Asked, PagingParams),
    security(("key" = ["tasks.read"])), responses((status = 200, body = Page<TaskShown>), (status = 422)))]
async fn listed(
    FromState(kit): FromState<Kit<Tasks>>,
    guild: InGuild,
    Query(asked): Query<Asked>,
    paging: Paging<i32>,
) -> Result<Response, Problem> {
    let format = Format::asked(asked.format.as_deref())?;
    let filter = filter(asked)?;
    let (after, now, rows) = (paging.after.unwrap_or(0), kit.clock.now(), paging.rows());
    let mut db = kit.database.acquire().await?;
    let mut found = store::numbered(&mut db, guild.id, &filter, after, now, rows).await?;
    if matches!(format, Format::Csv) {
        store::fill_items(&mut db, guild.id, &mut found).await?;
    }
    drop(db);
    let page = paging.page(found, |task| task.number)?;
    Ok(format.page::<TaskShown, _>(&page))
}

/// A task with its check-list and the newest of its history.
#[utoipa::path(get, path = "/v1/guilds/{guild}/tasks/{number}", tag = "tasks",
    params(GuildPath, ("number" = i32, Path, description = "The task's number.")),
    security(("key" = ["tasks.read"])), responses((status = 200, body = TaskShown), (status = 404)))]
async fn one(
    FromState(kit): FromState<Kit<Tasks>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<Json<TaskShown>, Problem> {
    let mut db = kit.database.acquire().await?;
    let task = store::get(&mut db, guild.id, number).await?;
    let task = task
        .filter(|task| task.deleted.is_none())
        .ok_or_else(Problem::not_found)?;
    let history = store::history(&mut db, guild.id, number, 100).await?;
    Ok(Json(TaskShown {
        history: Some(history),
        ..TaskShown::whole(&task)
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct NewTask {
    /// 1 to 1000 characters.
    description: String,
    /// `low`, `normal`, `high` or `urgent`; `normal` otherwise.
    #[serde(default)]
    priority: Option<String>,
    /// A worksite, by number or name.
    #[serde(default)]
    site: Option<String>,
    /// An instant as ISO 8601, or a date as people type it.
    #[serde(default)]
    due: Option<String>,
    /// At most 25.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    assignees: Vec<UserId>,
    /// Instead of members: everybody with this role.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    role: Option<RoleId>,
    /// At most 10.
    #[serde(default)]
    tags: Vec<String>,
    /// At most 20.
    #[serde(default)]
    checklist: Vec<String>,
    /// How it comes again, as people type it: `daily`, `weekly mon,thu until 31/12`.
    #[serde(default)]
    repeat: Option<String>,
    /// Days on which it does not come, at most 100.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    except: Vec<Date>,
    /// Whether the next is made when this one is `done` or `due`; `done` otherwise.
    #[serde(default)]
    renews: Option<String>,
    /// Where its panel stands; without it where the settings say, or nowhere.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    channel: Option<ChannelId>,
}

/// Refuses those who are not members, and bots, as a fault of a field.
async fn require_members(
    kit: &Kit<Tasks>,
    guild: GuildId,
    field: &str,
    users: &[UserId],
) -> Result<(), Problem> {
    let Err(failure) = people::require_members(kit, guild, users).await else {
        return Ok(());
    };
    Err(match failure.of::<Refused>() {
        Some(Refused::Assignees(_)) => Problem::invalid(field, "at most 25"),
        Some(Refused::Bot(user)) => Problem::invalid(field, format!("{user} is a bot")),
        Some(Refused::Stranger(user)) => Problem::invalid(field, format!("{user} is not a member")),
        _ => failure.into(),
    })
}

fn require_role(kit: &Kit<Tasks>, guild: GuildId, role: Option<RoleId>) -> Result<(), Problem> {
    people::require_role(kit, guild, role)
        .map_err(|_| Problem::invalid("role", "is no role of this server"))
}

/// How a task comes again, as a program says it.
fn repeat(
    typed: &str,
    (except, renews): (Option<&[Date]>, Option<Renews>),
    due: Option<Timestamp>,
    now: &Zoned,
) -> Result<Repeat, Problem> {
    let read = Repeat::read(typed, due, now).map_err(|failure| match failure.of::<Refused>() {
        Some(Refused::RepeatWithoutDue) => Problem::invalid("repeat", "needs `due`"),
        _ => Problem::invalid(
            "repeat",
            "must say how often, as `daily` or `weekly mon,thu until 31/12`",
        ),
    })?;
    Ok(read.without(except.map(<[Date]>::to_vec)).renewed(renews))
}

/// Refuses what is no text channel of the guild.
fn require_channel(
    kit: &Kit<Tasks>,
    guild: GuildId,
    channel: Option<ChannelId>,
) -> Result<(), Problem> {
    let Some(channel) = channel else {
        return Ok(());
    };
    let known = kit.cache.channel(channel.into());
    let is_here = known.is_some_and(|known| {
        known.guild_id.map(GuildId::from) == Some(guild)
            && matches!(
                known.kind,
                ChannelType::GuildText | ChannelType::GuildAnnouncement
            )
    });
    if is_here {
        Ok(())
    } else {
        Err(Problem::invalid(
            "channel",
            "is no text channel of this server",
        ))
    }
}

fn exceptions(days: &[Date]) -> Result<(), Problem> {
    if days.len() > EXCEPTIONS {
        return Err(Problem::invalid(
            "except",
            format!("at most {EXCEPTIONS} days"),
        ));
    }
    Ok(())
}

fn renews(word: Option<&str>) -> Result<Option<Renews>, Problem> {
    let Some(word) = word else { return Ok(None) };
    let known = Renews::of(word);
    known
        .map(Some)
        .ok_or_else(|| Problem::invalid("renews", "must be `done` or `due`"))
}

async fn due(kit: &Kit<Tasks>, guild: GuildId, typed: &str) -> Result<Timestamp, Problem> {
    let now = kit.clock.now();
    if let Ok(at) = typed.parse::<Timestamp>() {
        if at <= now {
            return Err(Problem::invalid("due", "has passed"));
        }
        return Ok(at);
    }
    let zone = kit.manners(guild).await?.zone;
    let settings = kit.settings.get::<TaskSettings>(guild).await?;
    work::due(typed, &settings, &now.to_zoned(zone))
        .map_err(|failure| Problem::about("due", failure))
}

async fn site(
    kit: &Kit<Tasks>,
    guild: GuildId,
    field: &str,
    typed: &str,
) -> Result<(i32, String), Problem> {
    let mut db = kit.database.acquire().await?;
    let site = work::site(&mut db, guild, typed).await;
    let site = site.map_err(|failure| Problem::about(field, failure))?;
    Ok((site.number, site.name))
}

fn priority(word: &str) -> Result<Priority, Problem> {
    Priority::of(word)
        .ok_or_else(|| Problem::invalid("priority", "must be `low`, `normal`, `high` or `urgent`"))
}

fn described(text: &str) -> Result<String, Problem> {
    description(text).ok_or_else(|| {
        Problem::invalid(
            "description",
            format!("must have 1 to {DESCRIPTION} characters"),
        )
    })
}

fn tagged(words: &[String]) -> Result<Vec<String>, Problem> {
    tags(&words.join(","))
        .ok_or_else(|| Problem::invalid("tags", "at most 10, of at most 30 characters"))
}

fn listed_items(lines: &[String], before: &[Item]) -> Result<Vec<Item>, Problem> {
    items(&lines.join("\n"), before)
        .ok_or_else(|| Problem::invalid("checklist", "at most 20, of at most 200 characters"))
}

/// Make a task.
#[utoipa::path(post, path = "/v1/guilds/{guild}/tasks", tag = "tasks", params(GuildPath), request_body = NewTask,
    security(("key" = ["tasks.write"])), responses((status = 201, body = TaskShown), (status = 422)))]
async fn made(
    FromState(kit): FromState<Kit<Tasks>>,
    guild: InGuild,
    Body(new): Body<NewTask>,
) -> Result<(StatusCode, Json<TaskShown>), Problem> {
    let settings = kit.settings.get::<TaskSettings>(guild.id).await?;
    let renews = renews(new.renews.as_deref())?;
    let due = match new.due.as_deref() {
        Some(typed) => Some(due(&kit, guild.id, typed).await?),
        None => None,
    };
    exceptions(&new.except)?;
    let zone = kit.manners(guild.id).await?.zone;
    let now = kit.clock.now().to_zoned(zone);
    let repeat = match new.repeat.as_deref() {
        Some(typed) => Some(repeat(typed, (Some(&new.except), renews), due, &now)?),
        None if !new.except.is_empty() => return Err(Problem::invalid("except", "needs `repeat`")),
        None if renews.is_some() => return Err(Problem::invalid("renews", "needs `repeat`")),
        None => None,
    };
    if new.role.is_some() && !new.assignees.is_empty() {
        return Err(Problem::invalid("role", "is instead of `assignees`"));
    }
    require_role(&kit, guild.id, new.role)?;
    require_channel(&kit, guild.id, new.channel)?;
    let prepared = New {
        description: described(&new.description)?,
        priority: match new.priority.as_deref() {
            Some(word) => priority(word)?,
            None => Priority::default(),
        },
        due,
        site: match new.site.as_deref() {
            Some(typed) => Some(site(&kit, guild.id, "site", typed).await?),
            None => None,
        },
        assignees: new.assignees,
        role: new.role,
        tags: tagged(&new.tags)?,
        items: listed_items(&new.checklist, &[])?,
        channel: new.channel.or(settings.channel),
        source: None,
        repeat,
    };
    require_members(&kit, guild.id, "assignees", &prepared.assignees).await?;
    let task = work::make(&kit, guild.id, guild.caller.acts_for, prepared).await?;
    Ok((
        StatusCode::CREATED,
        Json(TaskShown::warned(&kit, &task).await),
    ))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct TaskChange {
    description: Option<String>,
    /// `todo`, `in_progress`, `done` or `cancelled`; `blocked` with a `reason`.
    state: Option<String>,
    reason: Option<String>,
    priority: Option<String>,
    /// An instant or a date as people type it; an empty text for none.
    due: Option<String>,
    #[schema(value_type = Option<Vec<String>>)]
    assignees: Option<Vec<UserId>>,
    /// Instead of members: everybody with this role.
    #[schema(value_type = Option<String>)]
    role: Option<RoleId>,
    tags: Option<Vec<String>>,
    checklist: Option<Vec<String>>,
    /// A worksite, by number or name; an empty text for none.
    site: Option<String>,
    /// As people type it; an empty text for never.
    repeat: Option<String>,
    /// Days on which it does not come, at most 100.
    #[schema(value_type = Option<Vec<String>>)]
    except: Option<Vec<Date>>,
    /// `done` or `due`.
    renews: Option<String>,
}

/// Change a task; what is not named stays.
#[utoipa::path(patch, path = "/v1/guilds/{guild}/tasks/{number}", tag = "tasks", request_body = TaskChange,
    params(GuildPath, ("number" = i32, Path, description = "The task's number.")),
    security(("key" = ["tasks.write"])), responses((status = 200, body = TaskShown), (status = 404), (status = 422)))]
async fn changed(
    FromState(kit): FromState<Kit<Tasks>>,
    guild: InGuild,
    Path(number): Path<i32>,
    Body(change): Body<TaskChange>,
) -> Result<Json<TaskShown>, Problem> {
    known(&kit, guild.id, number).await?;
    let by = guild.caller.acts_for;
    let now = kit.clock.now();
    let new_description = match change.description.as_deref() {
        Some(text) => Some(described(text)?),
        None => None,
    };
    let new_priority = match change.priority.as_deref() {
        Some(word) => Some(priority(word)?),
        None => None,
    };
    let new_due = match change.due.as_deref() {
        None => None,
        Some("") => Some(None),
        Some(typed) => Some(Some(due(&kit, guild.id, typed).await?)),
    };
    let new_state = match change.state.as_deref() {
        None => None,
        Some(word) => Some(State::of(word).ok_or_else(|| {
            Problem::invalid(
                "state",
                "must be `todo`, `in_progress`, `blocked`, `done` or `cancelled`",
            )
        })?),
    };
    let reason = change.reason.as_deref().map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty() && !reason.contains('\0'));
    if reason.is_some_and(|reason| reason.chars().count() > crate::model::REASON) {
        return Err(Problem::invalid("reason", "at most 500 characters"));
    }
    if (new_state == Some(State::Blocked)) != change.reason.is_some()
        || (change.reason.is_some() && reason.is_none())
    {
        return Err(Problem::invalid(
            "reason",
            "is for `blocked`, which needs one",
        ));
    }
    let new_tags = match &change.tags {
        Some(words) => Some(tagged(words)?),
        None => None,
    };
    if let Some(lines) = &change.checklist {
        listed_items(lines, &[])?;
    }
    if let Some(users) = &change.assignees {
        require_members(&kit, guild.id, "assignees", users).await?;
    }
    if change.role.is_some()
        && change
            .assignees
            .as_ref()
            .is_some_and(|users| !users.is_empty())
    {
        return Err(Problem::invalid("role", "is instead of `assignees`"));
    }
    require_role(&kit, guild.id, change.role)?;
    exceptions(change.except.as_deref().unwrap_or_default())?;
    let new_renews = renews(change.renews.as_deref())?;
    let new_site = match change.site.as_deref().map(str::trim) {
        None => None,
        Some("") => Some(None),
        Some(typed) => Some(Some(site(&kit, guild.id, "site", typed).await?)),
    };
    let zone = kit.manners(guild.id).await?.zone;
    let local = now.to_zoned(zone);
    if let Some(typed) = change.repeat.as_deref().filter(|typed| !typed.is_empty()) {
        // Whether it can be read does not depend on the date.
        repeat(typed, (None, None), Some(now), &local)?;
    }
    let task = work::change(&kit, guild.id, number, by, |task| {
        if let Some(text) = new_description {
            task.description = text;
        }
        if let Some(priority) = new_priority {
            task.priority = priority;
        }
        if let Some(due) = new_due {
            task.due = due;
            if due.is_none() {
                task.repeat = None;
            }
        }
        if let Some(tags) = new_tags {
            task.tags = tags;
        }
        if let Some(lines) = &change.checklist {
            task.items = items(&lines.join("\n"), &task.items).unwrap_or_default();
        }
        if let Some(users) = change.assignees {
            task.role = None;
            task.assignees = users;
        }
        if change.role.is_some() {
            task.role = change.role;
            task.assignees.clear();
        }
        if let Some(site) = new_site {
            task.site = site;
        }
        match change.repeat.as_deref() {
            None => {}
            Some("") => task.repeat = None,
            Some(typed) => {
                let read = Repeat::read(typed, task.due, &local)?;
                let known = task.repeat.take();
                let (except, renews) = known.map(|known| (known.except, known.renews)).unzip();
                task.repeat = Some(read.without(except).renewed(renews));
            }
        }
        if change.except.is_some() || new_renews.is_some() {
            let known = task.repeat.take().ok_or(Refused::NoRepeat)?;
            task.repeat = Some(known.without(change.except).renewed(new_renews));
        }
        if let Some(state) = new_state.filter(|state| *state != task.state) {
            task.enter(state, by, now);
        }
        if task.state == State::Blocked && reason.is_some() {
            task.reason = reason.map(str::to_owned);
        }
        Ok(())
    })
    .await?;
    Ok(Json(TaskShown::warned(&kit, &task).await))
}

async fn known(kit: &Kit<Tasks>, guild: GuildId, number: i32) -> Result<(), Problem> {
    let task = store::get(&mut *kit.database.acquire().await?, guild, number).await?;
    task.filter(|task| task.deleted.is_none())
        .map(|_| ())
        .ok_or_else(Problem::not_found)
}

/// Delete a task; for 30 days `/task restore` brings it back.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/tasks/{number}", tag = "tasks",
    params(GuildPath, ("number" = i32, Path, description = "The task's number.")),
    security(("key" = ["tasks.write"])), responses((status = 204), (status = 404)))]
async fn deleted(
    FromState(kit): FromState<Kit<Tasks>>,
    guild: InGuild,
    Path(number): Path<i32>,
) -> Result<StatusCode, Problem> {
    known(&kit, guild.id, number).await?;
    let who = Who::everything(guild.caller.acts_for);
    let now = kit.clock.now();
    work::change(&kit, guild.id, number, who.id, |task| {
        who.require_own(task)?;
        task.deleted = Some((who.id, now));
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Serialize, ToSchema)]
struct TasksErased {
    /// How many tasks were changed.
    tasks: usize,
}

/// Erase what tasks know of a member; the tasks stay, and are nobody's.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/tasks/people/{user}", tag = "tasks",
    params(GuildPath, ("user" = String, Path, description = "The member's id.")),
    security(("key" = ["tasks.write"])), responses((status = 200, body = TasksErased), (status = 404)))]
async fn erased(
    FromState(kit): FromState<Kit<Tasks>>,
    guild: InGuild,
    Path(user): Path<UserId>,
) -> Result<Json<TasksErased>, Problem> {
    if i64::try_from(user).is_err() {
        return Err(Problem::not_found());
    }
    let tasks = forget::member(&kit, guild.id, user).await?;
    Ok(Json(TasksErased { tasks }))
}

/// A task as GVB's callers send it; ids as numbers or texts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct LegacyTask {
    /// Who gives it.
    #[schema(value_type = Option<String>)]
    user_id: Value,
    /// Who is to do it.
    #[schema(value_type = Option<String>)]
    assignee_id: Value,
    #[schema(value_type = String)]
    description: Value,
    /// A worksite, by number or name.
    #[schema(value_type = Option<String>)]
    chantier: Value,
    /// The server; needed when the key covers several.
    #[schema(value_type = Option<String>)]
    guild_id: Value,
}

#[derive(Debug, Serialize, ToSchema)]
struct LegacyTaskMade {
    success: bool,
    /// The server's own number of the task.
    task_id: i32,
}

/// Make a task, as GVB does; `POST /v1/guilds/{guild}/tasks` does more.
#[utoipa::path(post, path = "/api/discord/task", tag = "legacy", request_body = LegacyTask,
    security(("key" = ["tasks.write"])), responses((status = 200, body = LegacyTaskMade), (status = 404), (status = 422)))]
async fn legacy(
    FromState(kit): FromState<Kit<Tasks>>,
    caller: Caller,
    AnyFields(asked): AnyFields<LegacyTask>,
) -> Result<Json<LegacyTaskMade>, Problem> {
    let mut wrong = Vec::new();
    let mut field = |field: &str, reason: &str| {
        wrong.push(Field {
            field: field.to_owned(),
            reason: reason.to_owned(),
        });
    };
    let mut id = |name: &str, value: &Value| {
        legacy_id(value).unwrap_or_else(|_| {
            field(name, "must be an id, as a number or a text");
            None
        })
    };
    let giver = id("user_id", &asked.user_id);
    let assignee = id("assignee_id", &asked.assignee_id);
    let guild = id("guild_id", &asked.guild_id);
    let text = asked.description.as_str().and_then(description);
    if text.is_none() {
        field("description", "must be a text of 1 to 1000 characters");
    }
    let place = legacy_text(&asked.chantier).unwrap_or_else(|_| {
        field("chantier", "must be a number or a name");
        None
    });
    let Some(text) = text.filter(|_| wrong.is_empty()) else {
        // Answers of this path carry one sentence and nothing else: it names all fields.
        let named: Vec<String> = wrong
            .iter()
            .map(|field| format!("`{}` {}", field.field, field.reason))
            .collect();
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            format!("{}.", named.join("; ")),
        ));
    };
    let guild = kit.legacy_guild(&caller, guild)?;
    if kit.is_off(Tasks::NAME, guild).await? {
        return Err(Problem::not_found());
    }
    let user = |id: Option<u64>| id.and_then(|id| id.to_string().parse::<UserId>().ok());
    let assignees: Vec<UserId> = user(assignee).into_iter().collect();
    require_members(&kit, guild, "assignee_id", &assignees).await?;
    let by = match user(giver) {
        Some(giver) => {
            require_members(&kit, guild, "user_id", &[giver]).await?;
            giver
        }
        None => caller.acts_for,
    };
    let site = match place {
        Some(typed) => Some(site(&kit, guild, "chantier", &typed).await?),
        None => None,
    };
    let settings = kit.settings.get::<TaskSettings>(guild).await?;
    let new = New {
        description: text,
        priority: Priority::default(),
        site,
        due: None,
        assignees,
        role: None,
        tags: Vec::new(),
        items: Vec::new(),
        channel: settings.channel,
        source: None,
        repeat: None,
    };
    let task = work::make(&kit, guild, by, new).await?;
    Ok(Json(LegacyTaskMade {
        success: true,
        task_id: task.number,
    }))
}
