//! What happens to worksites, for listeners in the program and outside.

use database::GuildId;
use feature::{Happening, Kit, Outcome};
use sqlx::PgConnection;

use crate::{Worksites, api::Worksite, store};

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

/// All of it.
pub(crate) const ALL: [Happening; 3] = [OPENED, UPDATED, ARCHIVED];

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
