//! What happens to worksites, for listeners in the program and outside.

use database::{GuildId, UserId};
use feature::{Happening, Kit, Outcome};
use serde::Serialize;
use sqlx::PgConnection;

use crate::{Worksites, acts::OpenWork, api::Worksite, store};

pub(crate) const OPENED: Happening = Happening {
    kind: "worksite.opened",
    about: "a worksite is opened; its channel may follow later",
};
pub(crate) const UPDATED: Happening = Happening {
    kind: "worksite.updated",
    about: "address, lead or colour of a worksite changes",
};
pub(crate) const ARCHIVED: Happening = Happening {
    kind: "worksite.archived",
    about: "a worksite is archived",
};

pub(crate) const REOPENED: Happening = Happening {
    kind: "worksite.reopened",
    about: "an archived worksite is opened again",
};

/// All of it.
pub(crate) const ALL: [Happening; 4] = [OPENED, UPDATED, ARCHIVED, REOPENED];

/// An archived worksite, with what is to become of open work there.
#[derive(Serialize)]
struct Ended {
    #[serde(flatten)]
    worksite: Worksite,
    archived_by: UserId,
    /// `stays`, `ends` or `moves`.
    open_work: &'static str,
    /// The number of the worksite to which it moves.
    moves_to: Option<i32>,
}

/// Tells that a worksite is archived.
pub(crate) async fn tell_archived(
    kit: &Kit<Worksites>,
    db: &mut PgConnection,
    guild: GuildId,
    number: i32,
    by: UserId,
    work: OpenWork,
) -> Outcome<()> {
    let Some(worksite) = store::get(db, guild, number).await? else {
        return Ok(());
    };
    let (open_work, moves_to) = match work {
        OpenWork::Stays => ("stays", None),
        OpenWork::Ends => ("ends", None),
        OpenWork::Moves(to) => ("moves", Some(to)),
    };
    let data = Ended {
        worksite: Worksite::from(worksite),
        archived_by: by,
        open_work,
        moves_to,
    };
    kit.announce(db, guild, ARCHIVED, format!("worksite {number}"), &data)
        .await
}

/// Tells what became of a worksite.
pub(crate) async fn tell(
    kit: &Kit<Worksites>,
    db: &mut PgConnection,
    happening: Happening,
    guild: GuildId,
    number: i32,
) -> Outcome<()> {
    let Some(worksite) = store::get(db, guild, number).await? else {
        return Ok(());
    };
    let data = Worksite::from(worksite);
    kit.announce(db, guild, happening, format!("worksite {number}"), &data)
        .await
}
