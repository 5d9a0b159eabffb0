//! The application the bot belongs to.

use serde_json::{Value, json};

use super::{Call, Outcome, Reply, Route};
use crate::{error::Form, state::World, validate::Fields};

/// The application's own route.
pub(super) const ME: &str = "/applications/@me";

pub(super) const ROUTES: &[Route] = &[
    Route::bot("GET", ME, me),
    Route::bot("PATCH", ME, edit),
    Route::bot("GET", "/oauth2/applications/@me", me),
];

fn me(world: &mut World, _: &Call) -> Outcome {
    Reply::ok(world.application_json())
}

fn edit(world: &mut World, call: &Call) -> Outcome {
    // The address of an interactions endpoint was tried and kept before this is called.
    let mut form = Form::default();
    let mut fields = Fields::of(&call.body, "", &mut form);
    if let Some(text) = fields.text("description", 0..=400).set() {
        text.clone_into(&mut world.description);
    }
    let _ = fields.text("interactions_endpoint_url", 0..=2048);
    form.finish()?;
    Reply::ok(world.application_json())
}

impl World {
    pub(crate) fn application_json(&self) -> Value {
        json!({
            "id": self.bot,
            "name": self.bot_name(),
            "icon": null,
            "description": self.description,
            "summary": "",
            "type": null,
            "bot": self.user_json(self.bot),
            "bot_public": true,
            "bot_require_code_grant": false,
            "is_monetized": false,
            "verify_key": self.endpoint.verify_key(),
            "flags": self.application_flags(),
            "flags_new": self.application_flags().to_string(),
            "approximate_guild_count": self.guilds.len(),
            "approximate_user_install_count": 0,
            "hook": true,
            "redirect_uris": [],
            "interactions_endpoint_url": self.endpoint.url,
            "role_connections_verification_url": null,
            "event_webhooks_url": null,
            "event_webhooks_status": 1,
            "integration_types_config": {"0": {"oauth2_install_params": {"scopes": ["bot"], "permissions": "8"}}},
            "owner": {"id": self.bot, "username": "owner", "discriminator": "0", "global_name": null, "avatar": null, "public_flags": 0},
            "team": null,
            "tags": [],
        })
    }
}
