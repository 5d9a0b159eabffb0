//! Webhooks of channels.

use crate::ids::Id;

/// An incoming webhook.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) id: Id,
    pub(crate) channel: Id,
    pub(crate) name: String,
    pub(crate) avatar: Option<String>,
    pub(crate) token: String,
    pub(crate) by: Id,
    /// The application that made it.
    pub(crate) application: Option<Id>,
}
