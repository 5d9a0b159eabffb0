//! Who asks and where, read from the payload and the guild's settings.

use std::{sync::Arc, time::Duration};

use database::{ChannelId, GuildId, InteractionId, RoleId, UserId};
use feature::{Answer, Lang, Member, Scene, Settings, Switches, settings::Rules};
use twilight_model::{application::interaction::Interaction, guild::Permissions};

use crate::engine::Engine;

/// How long the settings of a guild are waited for: without them the defaults serve, so that an answer comes even
/// while the database is away. What asks for a capability is then for administrators alone.
const SETTINGS: Duration = Duration::from_millis(400);

/// The scene, and what the guild has switched off; that is unknown when its settings can not be read.
pub(super) async fn read(
    engine: &Engine,
    interaction: &Interaction,
    shard: u32,
    answer: Answer,
) -> (Scene, Option<Arc<Switches>>) {
    let settings = &engine.house.settings;
    let guild = interaction.guild_id.map(GuildId::from);
    let known = match guild {
        Some(guild) => rules(settings, guild).await,
        None => Some(Rules::default()),
    };
    let switches = known.as_ref().map(|rules| Arc::clone(&rules.switches));
    let Rules {
        general, grants, ..
    } = known.unwrap_or_default();
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
    let channel = interaction.channel.as_ref();
    let scene = Scene {
        interaction: InteractionId::from(interaction.id),
        created_at: feature::created_at(interaction.id.get()),
        guild,
        channel: channel.map(|channel| channel.id.into()),
        // Other channels have a category there.
        parent: channel
            .filter(|channel| channel.kind.is_thread())
            .and_then(|channel| channel.parent_id)
            .map(ChannelId::from),
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
        own_lang: own.unwrap_or(guild_lang),
        zone: general.zone(defaults),
        staff_role: general.staff_role,
        grants,
        shard,
        message: interaction.message.clone().map(Arc::new),
        attachment_limit: interaction.attachment_size_limit,
    };
    (scene, switches)
}

/// The rules of a guild; `None` when they can not be read.
async fn rules(settings: &Settings, guild: GuildId) -> Option<Rules> {
    if let Some(rules) = settings.cached_rules(guild) {
        return Some(rules);
    }
    match tokio::time::timeout(SETTINGS, settings.rules(guild)).await {
        Ok(Ok(rules)) => Some(rules),
        Ok(Err(error)) => {
            tracing::warn!(%guild, error = feature::chain(&error), "the settings can not be read: the defaults serve");
            None
        }
        Err(_) => {
            tracing::warn!(%guild, "the settings do not come in time: the defaults serve");
            None
        }
    }
}
