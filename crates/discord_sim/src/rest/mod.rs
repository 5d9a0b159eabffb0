//! The REST side: one route table, one pipeline, one file per resource.

mod answers;
mod applications;
mod call;
mod commands;
mod gateway;
mod interactions;
mod pipeline;
mod users;

pub(crate) use call::{Auth, Call, Outcome, Reply, Route, Upload};
pub(crate) use pipeline::{refusal, router};

/// Every route there is.
fn routes() -> Vec<Route> {
    [
        gateway::ROUTES,
        applications::ROUTES,
        users::ROUTES,
        commands::ROUTES,
        interactions::ROUTES,
        answers::ROUTES,
    ]
    .concat()
}
