//! Erasing a member: each feature knows what it keeps of somebody ([`Scope::erases`](crate::Scope::erases)), and one act
//! has all of them erase it.

use database::{GuildId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Failure, House, Outcome};

/// Whom to erase.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Person {
    /// Where. Not called `guild`: jobs of a feature wait while it is off there, and this must not.
    pub of: GuildId,
    /// Who.
    pub user: UserId,
    /// What was kept of them until then goes; asked again for the same instant, the same goes.
    pub until: Timestamp,
}

/// What a feature erased.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Erased {
    /// So many things were changed or are gone.
    Now(u64),
    /// A job of its own does it.
    Later,
}

impl House {
    /// Has every feature erase somebody, whether it is on or not, and answers what each did. One that fails keeps none of
    /// the others from it.
    ///
    /// # Errors
    ///
    /// Fails as the first feature that fails does, after all were asked: it can be done again without harm.
    pub async fn erase(&self, person: Person) -> Outcome<Vec<(&'static str, Erased)>> {
        let (mut done, mut failed) = (Vec::new(), None::<Failure>);
        for entry in self.catalogue.erasures() {
            match (entry.ask)(self.clone(), person).await {
                Ok(erased) => done.push((entry.feature, erased)),
                Err(failure) => {
                    tracing::error!(
                        feature = entry.feature,
                        guild = %person.of,
                        error = failure.chain(),
                        "somebody is not erased yet"
                    );
                    failed = failed.or(Some(failure));
                }
            }
        }
        match failed {
            Some(failure) => Err(failure),
            None => Ok(done),
        }
    }
}
