//! What happens to tasks, for listeners in the program and outside.

use feature::{Happening, Kit, Outcome};
use sqlx::PgConnection;

use crate::{
    Tasks,
    model::{State, Task},
    routes::TaskShown,
};

const fn happening(kind: &'static str, about: &'static str) -> Happening {
    Happening { kind, about }
}

const CREATED: Happening = happening("task.created", "a task is made, also by a repetition");
const STARTED: Happening = happening("task.started", "somebody begins with a task");
const BLOCKED: Happening = happening("task.blocked", "a task can not go on, with the reason");
const DONE: Happening = happening("task.done", "a task is done");
const CANCELLED: Happening = happening("task.cancelled", "a task is not to be done any more");
const REOPENED: Happening = happening("task.reopened", "a task is to be done after all");
const ASSIGNED: Happening = happening("task.assigned", "others are to do a task, or nobody");
const UPDATED: Happening = happening("task.updated", "something else about a task changes");
const DELETED: Happening = happening("task.deleted", "a task is deleted; it can be restored");
const RESTORED: Happening = happening("task.restored", "a deleted task is back");

/// All of it.
pub(crate) const ALL: [Happening; 10] = [
    CREATED, STARTED, BLOCKED, DONE, CANCELLED, REOPENED, ASSIGNED, UPDATED, DELETED, RESTORED,
];

/// What a change comes to: the weightiest of what differs.
fn weightiest(before: &Task, task: &Task) -> Happening {
    match (before.deleted, task.deleted) {
        (None, Some(_)) => return DELETED,
        (Some(_), None) => return RESTORED,
        _ => {}
    }
    if before.state != task.state {
        return match task.state {
            State::Todo => REOPENED,
            State::InProgress => STARTED,
            State::Blocked => BLOCKED,
            State::Done => DONE,
            State::Cancelled => CANCELLED,
        };
    }
    if before.assignees != task.assignees || before.role != task.role {
        ASSIGNED
    } else {
        UPDATED
    }
}

/// Tells what became of a task, which is new where there was none before.
pub(crate) async fn tell(
    kit: &Kit<Tasks>,
    db: &mut PgConnection,
    before: Option<&Task>,
    task: &Task,
) -> Outcome<()> {
    let happening = before.map_or(CREATED, |before| weightiest(before, task));
    let subject = format!("task {}", task.number);
    let data = TaskShown::whole(task);
    kit.announce(db, task.guild, happening, subject, &data)
        .await
}
