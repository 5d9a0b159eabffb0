//! Tasks with a date, told to features that show what somebody is to do.

use feature::{
    Kit, Outcome,
    duties::{Duty, Question},
};

use crate::{Tasks, store};

pub(crate) async fn told(kit: Kit<Tasks>, asked: Question) -> Outcome<Vec<Duty>> {
    let mut db = kit.database.acquire().await?;
    Ok(store::duties::of(&mut db, &asked).await?)
}
