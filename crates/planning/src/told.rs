//! What happens to the plan, for listeners in the program and outside.

use feature::{Happening, Kit, Outcome};
use sqlx::PgConnection;

use crate::{
    Planning,
    model::{Entry, State},
    routes::PlanShown,
};

const fn happening(kind: &'static str, about: &'static str) -> Happening {
    Happening { kind, about }
}

const CREATED: Happening = happening("plan.created", "something is planned");
const REQUESTED: Happening = happening(
    "plan.requested",
    "leave, or what overlaps, waits for a decision",
);
const APPROVED: Happening = happening("plan.approved", "what waited is approved");
const REFUSED: Happening = happening("plan.refused", "what waited is refused, with the reason");
const UPDATED: Happening = happening("plan.updated", "something about a plan entry changes");
const REMOVED: Happening = happening("plan.removed", "an entry is taken out of the plan");

/// All of it.
pub(crate) const ALL: [Happening; 6] = [CREATED, REQUESTED, APPROVED, REFUSED, UPDATED, REMOVED];

/// What a change comes to: the weightiest of what differs.
fn weightiest(before: Option<&Entry>, entry: &Entry) -> Happening {
    if entry.deleted.is_some() {
        return REMOVED;
    }
    if before.is_some_and(|before| before.state == entry.state) {
        return UPDATED;
    }
    match (before, entry.state) {
        (None, State::Approved) => CREATED,
        (_, State::Pending) => REQUESTED,
        (_, State::Approved) => APPROVED,
        (_, State::Refused) => REFUSED,
    }
}

/// Tells what became of an entry, which is new where there was none before.
pub(crate) async fn tell(
    kit: &Kit<Planning>,
    db: &mut PgConnection,
    before: Option<&Entry>,
    entry: &Entry,
) -> Outcome<()> {
    let happening = weightiest(before, entry);
    let subject = format!("plan {}", entry.number);
    kit.announce(db, entry.guild, happening, subject, &PlanShown::from(entry))
        .await
}
