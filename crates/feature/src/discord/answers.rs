//! Answers to interactions: a way of their own to Discord, because three seconds wait for nobody.
//!
//! Interaction endpoints are outside Discord's global limit and need no token of the bot. The callback has
//! connections of its own, is sent at once, and is repeated only when the first attempt left no trace.

use std::time::Duration;

use tokio::time::Instant;
use twilight_http::request::TryIntoRequest as _;
use twilight_model::{
    channel::Message,
    http::interaction::InteractionResponse,
    id::{
        Id,
        marker::{ApplicationMarker, InteractionMarker},
    },
};

use super::{
    Discord, Refusal,
    limits::{Verdict, judge},
};

/// How long an answer may take on its way, repeats included; the member's client gives up at three seconds.
const DEADLINE: Duration = Duration::from_millis(2_900);

impl Discord {
    /// Gives the first answer to an interaction.
    ///
    /// # Errors
    ///
    /// [`Refusal::AlreadyAnswered`] when somebody was faster, [`Refusal::Gone`] after three seconds.
    pub async fn respond(
        &self,
        application: Id<ApplicationMarker>,
        interaction: Id<InteractionMarker>,
        token: &str,
        response: &InteractionResponse,
    ) -> Result<(), Refusal> {
        let request = self
            .interaction(application)
            .create_response(interaction, token, response)
            .try_into_request()
            .map_err(Refusal::Unsendable)?;
        let deadline = Instant::now() + DEADLINE;
        let mut repeated = false;
        loop {
            let sent =
                tokio::time::timeout_at(deadline, self.inner.answers.send(&request, None)).await;
            let pause = match sent {
                Err(_) => return Err(Refusal::TimedOut { sent: 1 }),
                Ok(Err(error)) if repeated => return Err(Refusal::Lost(error)),
                // The answer may have arrived although its receipt was lost; then the repeat finds it given.
                Ok(Err(_)) => Duration::from_millis(20),
                Ok(Ok(answered)) => {
                    self.count(&answered);
                    match judge(&request, answered, self.inner.clock.now()) {
                        Verdict::Done(_) => return Ok(()),
                        Verdict::Refused(refusal) => match *refusal {
                            Refusal::AlreadyAnswered if repeated => return Ok(()),
                            Refusal::Unavailable { .. } if !repeated => Duration::from_millis(100),
                            refusal => return Err(refusal),
                        },
                        Verdict::Again {
                            after, otherwise, ..
                        } => {
                            if repeated || Instant::now() + after >= deadline {
                                return Err(*otherwise);
                            }
                            after
                        }
                    }
                }
            };
            repeated = true;
            tokio::time::sleep(pause).await;
        }
    }

    /// The first answer as it stands on the screen, for an interaction that another process may have answered.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when there is none.
    pub async fn first_answer(
        &self,
        application: Id<ApplicationMarker>,
        token: &str,
    ) -> Result<Message, Refusal> {
        self.one(self.interaction(application).response(token))
            .await
    }
}
