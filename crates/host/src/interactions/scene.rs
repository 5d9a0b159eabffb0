//! Who asks and where, read from the payload and the guild's settings.

use std::{sync::Arc, time::Duration};

use database::{GuildId, InteractionId, RoleId, UserId};
use feature::{Answer, General, Lang, Member, Scene, Settings};
use twilight_model::{application::interaction::Interaction, guild::Permissions};

use crate::engine::Engine;

/// How long the settings of a guild are waited for: without them the defaults serve, so that an answer comes even
/// while the database is away.
const SETTINGS: Duration = Duration::from_millis(400);

pub(super) async fn read(
    engine: &Engine,
    interaction: &Interaction,
    shard: u32,
    answer: Answer,
) -> Scene {
    let settings = &engine.house.settings;
    let guild = interaction.guild_id.map(GuildId::from);
    let general = match guild {
        Some(guild) => general(settings, guild).await,
        None => Arc::default(),
    };
    let defaults = settings.defaults();
    let guild_lang = general.lang(interaction.guild_locale.as_deref(), defaults);
    let own = interaction.locale.as_deref().and_then(Lang::from_discord);
    // What everyone reads is in the guild's language, what one member reads in that member's.
    let lang = if answer == Answer::Public && guild.is_some() {
        guild_lang
    } else {
        own.unwrap_or(guild_lang)
    };
    let user = interaction.author();
    let permissions = interaction
        .member
        .as_ref()
        .and_then(|member| member.permissions);
    let roles = interaction
        .member
        .as_ref()
        .map_or(&[][..], |member| &member.roles);
    let nick = interaction
        .member
        .as_ref()
        .and_then(|member| member.nick.clone());
    Scene {
        interaction: InteractionId::from(interaction.id),
        created_at: feature::created_at(interaction.id.get()),
        guild,
        channel: interaction
            .channel
            .as_ref()
            .map(|channel| channel.id.into()),
        member: Member {
            id: user.map_or_else(
                || UserId::from(interaction.application_id.cast()),
                |user| user.id.into(),
            ),
            roles: roles.iter().copied().map(RoleId::from).collect(),
            permissions: permissions.unwrap_or(Permissions::empty()),
        },
        member_name: nick
            .or_else(|| {
                user.map(|user| {
                    user.global_name
                        .clone()
                        .unwrap_or_else(|| user.name.clone())
                })
            })
            .unwrap_or_default(),
        app_permissions: interaction.app_permissions.unwrap_or(Permissions::empty()),
        lang,
        guild_lang,
        zone: general.zone(defaults),
        staff_role: general.staff_role,
        shard,
        message: interaction.message.clone().map(Arc::new),
        attachment_limit: interaction.attachment_size_limit,
    }
}

async fn general(settings: &Settings, guild: GuildId) -> Arc<General> {
    if let Some(general) = settings.cached(guild) {
        return general;
    }
    match tokio::time::timeout(SETTINGS, settings.get(guild)).await {
        Ok(Ok(general)) => general,
        Ok(Err(error)) => {
            tracing::warn!(%guild, error = feature::chain(&error), "the settings can not be read: the defaults serve");
            Arc::default()
        }
        Err(_) => {
            tracing::warn!(%guild, "the settings do not come in time: the defaults serve");
            Arc::default()
        }
    }
}
