//! All SQL of this feature. After a change: `just prepare`.

mod hubs;
mod members;
mod rooms;
mod seats;

pub(crate) use self::{hubs::*, members::*, rooms::*, seats::*};
