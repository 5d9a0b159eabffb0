//! All SQL of this feature. After a change: `just prepare`.

mod hubs;
mod legacy;
mod members;
mod rooms;
mod seats;

pub(crate) use self::{hubs::*, legacy::*, members::*, rooms::*, seats::*};
