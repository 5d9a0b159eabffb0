//! Faults: what Discord does on a bad day, on request.

use std::time::Duration;

use crate::{
    error::{ApiError, Scope, code},
    gateway::{Outgoing, Reach, control_frame},
    journal::path_matches,
    people::Guild,
    sim::Sim,
};

/// What happens to an event instead of being sent plainly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventFault {
    /// It is sent twice.
    Duplicate,
    /// The next event overtakes it.
    Late,
    /// It is not sent; a resume brings it.
    Lost,
}

/// What happens to a REST call.
#[derive(Clone, Debug)]
pub(crate) enum CallFault {
    /// It is refused; nothing happens.
    Refuse(Box<ApiError>),
    /// It takes effect, but the connection is cut before the answer.
    LoseAnswer,
    /// The connection is cut before it takes effect.
    Cut,
    /// It is answered late.
    Delay(Duration),
    /// It takes effect, and a body that is no JSON comes with the success.
    Garbage,
}

/// A fault that waits for a call.
#[derive(Clone, Debug)]
pub(crate) struct Trap {
    method: String,
    pattern: String,
    fault: CallFault,
    /// How often it still strikes; `None` is always.
    left: Option<u32>,
}

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct Faulty {
    pub(crate) freeze_acks: bool,
    pub(crate) dead_resume_address: bool,
    pub(crate) refuse_identify: Option<u16>,
    pub(crate) delay_rest: Option<Duration>,
    pub(crate) rest_down: Option<RestDown>,
    /// `Some(true)`: events reach the socket before the answer of the call that caused them.
    pub(crate) event_before_reply: Option<bool>,
    pub(crate) refuse_connections: bool,
    traps: Vec<Trap>,
}

/// How REST is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RestDown {
    /// 503 with Discord's JSON.
    Json,
    /// 502 with a page of the network in front of it.
    Html,
}

impl Faulty {
    /// The fault for a call, if one waits for it.
    pub(crate) fn strike(&mut self, method: &str, path: &str) -> Option<CallFault> {
        let position = self
            .traps
            .iter()
            .position(|trap| trap.method == method && path_matches(&trap.pattern, path))?;
        let trap = self.traps.get_mut(position)?;
        let fault = trap.fault.clone();
        if let Some(left) = &mut trap.left {
            *left -= 1;
            if *left == 0 {
                self.traps.remove(position);
            }
        }
        Some(fault)
    }
}

/// How a call is limited; see [`Faults::rate_limit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// The route's bucket is empty: scope `user`, remaining 0.
    Bucket,
    /// A hidden limit below the bucket, as for renames: scope `user`, remaining above 0.
    SubLimit,
    /// The resource is limited for everyone: scope `shared`.
    Shared,
    /// All calls of the bot: scope `global`.
    Global,
    /// A page of the network in front of Discord instead of JSON.
    Html,
}

/// The faults of a simulator, as verbs.
#[derive(Clone, Debug)]
pub struct Faults {
    sim: Sim,
}

impl Sim {
    /// What can go wrong.
    pub fn faults(&self) -> Faults {
        Faults { sim: self.clone() }
    }
}

impl Faults {
    fn trap(&self, method: &str, pattern: &str, fault: CallFault, times: Option<u32>) {
        let trap = Trap {
            method: method.to_owned(),
            pattern: pattern.to_owned(),
            fault,
            left: times,
        };
        self.sim.with(|world| world.faults.traps.push(trap));
    }

    /// Refuses the next call of this shape with a status and a JSON code; it has no effect. In patterns
    /// `{}` is any one part of the path below `/api/v10`, and a final `*` is any rest.
    pub fn fail_next(&self, method: &str, pattern: &str, status: u16, error: u32) {
        self.fail(method, pattern, status, error, Some(1));
    }

    /// Refuses all calls of this shape until [`clear`](Self::clear).
    pub fn fail_always(&self, method: &str, pattern: &str, status: u16, error: u32) {
        self.fail(method, pattern, status, error, None);
    }

    fn fail(&self, method: &str, pattern: &str, status: u16, error: u32, times: Option<u32>) {
        let mut refusal: ApiError = code::by_number(error).unwrap_or(code::SERVER_ERROR).into();
        refusal.status = status;
        refusal.code = error;
        self.trap(method, pattern, CallFault::Refuse(Box::new(refusal)), times);
    }

    /// Lets the next call of this shape take effect and cuts the connection before the answer.
    pub fn lose_answer(&self, method: &str, pattern: &str) {
        self.trap(method, pattern, CallFault::LoseAnswer, Some(1));
    }

    /// Cuts the connection of the next call of this shape before it takes effect.
    pub fn cut_call(&self, method: &str, pattern: &str) {
        self.trap(method, pattern, CallFault::Cut, Some(1));
    }

    /// Lets the next call of this shape take effect and answers it with something that is no JSON.
    pub fn garble_answer(&self, method: &str, pattern: &str) {
        self.trap(method, pattern, CallFault::Garbage, Some(1));
    }

    /// Answers every call this late, in real time; zero is at once.
    pub fn delay_rest(&self, by: Duration) {
        self.sim
            .with(|world| world.faults.delay_rest = (!by.is_zero()).then_some(by));
    }

    /// Answers all calls of this shape this late, until [`clear`](Self::clear).
    pub fn delay_route(&self, method: &str, pattern: &str, by: Duration) {
        self.trap(method, pattern, CallFault::Delay(by), None);
    }

    /// Limits the next call of this shape.
    pub fn rate_limit(&self, method: &str, pattern: &str, limited: Limited, retry_after: Duration) {
        let wait = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX);
        let scope = match limited {
            Limited::Bucket => Scope::User,
            Limited::SubLimit => Scope::SubLimit,
            Limited::Shared => Scope::Shared,
            Limited::Global => Scope::Global,
            Limited::Html => Scope::Html,
        };
        let refusal = ApiError::limited(wait, scope);
        self.trap(
            method,
            pattern,
            CallFault::Refuse(Box::new(refusal)),
            Some(1),
        );
    }

    /// Answers every call with 503, or works again.
    pub fn rest_down(&self, is_down: bool) {
        self.sim
            .with(|world| world.faults.rest_down = is_down.then_some(RestDown::Json));
    }

    /// Answers every call with 502 and a page of HTML, or works again.
    pub fn rest_down_html(&self, is_down: bool) {
        self.sim
            .with(|world| world.faults.rest_down = is_down.then_some(RestDown::Html));
    }

    /// Drops the gateway's sockets without a word. Sessions stay alive for a resume.
    pub fn drop_gateway(&self) {
        self.tell("the gateway drops the connection", || Outgoing::Cut);
    }

    /// Asks all sessions to reconnect.
    pub fn op7(&self) {
        self.tell("the gateway asks to reconnect", || {
            Outgoing::Text(control_frame(7, "null"))
        });
    }

    /// Declares all sessions invalid; if not resumable, they are forgotten.
    pub fn op9(&self, resumable: bool) {
        let d = if resumable { "true" } else { "false" };
        self.tell("the gateway declares the session invalid", || {
            Outgoing::Text(control_frame(9, d))
        });
        if !resumable {
            self.sim.with(|world| world.gateway.sessions.clear());
        }
    }

    /// Closes all connections with a code.
    pub fn close(&self, close_code: u16) {
        self.tell("the gateway closes the connection", || {
            Outgoing::Close(close_code, "Closed on request.")
        });
    }

    fn tell(&self, story: &str, what: impl FnMut() -> Outgoing) {
        self.sim.with(|world| {
            world.happened(story);
            world.gateway.tell(None, what);
        });
    }

    /// Heartbeats are no longer acknowledged, or are again.
    pub fn freeze_acks(&self, is_frozen: bool) {
        self.sim.with(|world| world.faults.freeze_acks = is_frozen);
    }

    /// Sends the next event twice.
    pub fn duplicate_next_event(&self) {
        self.on_next_event(EventFault::Duplicate);
    }

    /// Lets the event after the next overtake it.
    pub fn reorder_next_events(&self) {
        self.on_next_event(EventFault::Late);
    }

    /// Does not send the next event; a resume brings it.
    pub fn lose_next_event(&self) {
        self.on_next_event(EventFault::Lost);
    }

    fn on_next_event(&self, fault: EventFault) {
        self.sim.with(|world| {
            for session in world.gateway.sessions.values_mut() {
                session.faults.push_back(fault);
            }
        });
    }

    /// The address READY gave for resuming is dead, or works again.
    pub fn dead_resume_address(&self, is_dead: bool) {
        self.sim
            .with(|world| world.faults.dead_resume_address = is_dead);
    }

    /// No websocket is accepted any more, or they are again.
    pub fn refuse_connections(&self, is_refused: bool) {
        self.sim
            .with(|world| world.faults.refuse_connections = is_refused);
    }

    /// Closes whoever identifies with a code; `None` lets them in again.
    pub fn refuse_identify(&self, close_code: Option<u16>) {
        self.sim
            .with(|world| world.faults.refuse_identify = close_code);
    }

    /// Begins or ends an outage of a guild.
    pub fn guild_outage(&self, guild: &Guild, is_out: bool) {
        self.sim.with(|world| world.set_outage(guild.id, is_out));
    }

    /// Sends every session a dispatch with this name and these bytes as its `d`, however wrong.
    pub fn raw_dispatch(&self, name: &str, payload: &str) {
        self.sim
            .with(|world| world.gateway.emit_raw(name, 0, Reach::Everyone, payload));
    }

    /// Sends every connection this text as it is, without a number.
    pub fn raw_frame(&self, text: &str) {
        self.sim.with(|world| {
            world
                .gateway
                .tell(None, || Outgoing::Text(text.to_owned().into()));
        });
    }

    /// `Some(true)`: events reach the bot before the answer to the call that caused them; `Some(false)`:
    /// after it; `None`: as it comes.
    pub fn event_before_reply(&self, order: Option<bool>) {
        self.sim
            .with(|world| world.faults.event_before_reply = order);
    }

    /// Takes all faults away that wait for calls or are switched on.
    pub fn clear(&self) {
        self.sim.with(|world| world.faults = Faulty::default());
    }
}
