//! Routes: settings, permissions and the doctor for programs.

use axum::{Json, extract::State};
use database::{GuildId, UserId};
use feature::{
    Grants, House, Kit, Switches,
    grants::{Effect, Holder, Rule},
    http::{Body, GuildPath, InGuild, MOST, Page, Paging, PagingParams, Path, Problem},
    settings::{Change, Document as _, DocumentEntry, Held, Replacement, Via},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use twilight_model::guild::Permissions;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Admin,
    doctor::{self, Finding},
    permissions::Nonsense,
    settings::undo,
};

pub(crate) fn routes() -> OpenApiRouter<Kit<Admin>> {
    OpenApiRouter::new()
        .routes(routes!(documents))
        .routes(routes!(document, replace))
        .routes(routes!(history))
        .routes(routes!(permissions, grant))
        .routes(routes!(doctor_says))
}

/// The settings of one subject.
#[derive(Debug, Serialize, ToSchema)]
struct SettingsDocument {
    /// `general`, or a feature.
    subject: &'static str,
    /// The version of its form.
    version: i32,
    /// How often it was changed; whoever replaces it says which they have seen.
    revision: i64,
    /// With every default written out.
    #[schema(value_type = Object)]
    body: Value,
}

impl From<(&DocumentEntry, Held)> for SettingsDocument {
    fn from((entry, held): (&DocumentEntry, Held)) -> Self {
        Self {
            subject: entry.subject,
            version: held.version,
            revision: held.revision,
            body: held.body,
        }
    }
}

/// All settings of a server.
#[utoipa::path(get, path = "/v1/guilds/{guild}/settings", tag = "settings", params(GuildPath, PagingParams),
    security(("key" = ["settings.read"])), responses((status = 200, body = Page<SettingsDocument>)))]
async fn documents(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    paging: Paging<String>,
) -> Result<Json<Page<SettingsDocument>>, Problem> {
    let held = kit
        .settings
        .held(guild.id, kit.catalogue.documents())
        .await?;
    let rows = held.into_iter().map(SettingsDocument::from);
    Ok(Json(
        paging.of_all(rows, |document| document.subject.to_owned())?,
    ))
}

fn entry<'a>(house: &'a House, subject: &str) -> Result<&'a DocumentEntry, Problem> {
    let found = house
        .catalogue
        .documents()
        .find(|entry| entry.subject == subject);
    found.ok_or_else(Problem::not_found)
}

async fn held(
    house: &House,
    guild: GuildId,
    entry: &DocumentEntry,
) -> Result<SettingsDocument, Problem> {
    let held = house.settings.held(guild, [entry]).await?;
    let document = held.into_iter().next();
    document
        .map(SettingsDocument::from)
        .ok_or_else(Problem::not_found)
}

/// The settings of one subject.
#[utoipa::path(get, path = "/v1/guilds/{guild}/settings/{subject}", tag = "settings",
    params(GuildPath, ("subject" = String, Path, description = "`general`, or a feature")),
    security(("key" = ["settings.read"])), responses((status = 200, body = SettingsDocument)))]
async fn document(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(subject): Path<String>,
) -> Result<Json<SettingsDocument>, Problem> {
    let entry = entry(&kit, &subject)?;
    held(&kit, guild.id, entry).await.map(Json)
}

/// Settings that are to replace others.
#[derive(Debug, Deserialize, ToSchema)]
struct SettingsReplacement {
    /// The version of the body's form.
    version: i32,
    /// The revision that was seen.
    revision: i64,
    #[schema(value_type = Object)]
    body: Value,
}

/// Replace the settings of one subject; 409 when somebody changed them after they were seen.
#[utoipa::path(put, path = "/v1/guilds/{guild}/settings/{subject}", tag = "settings",
    params(GuildPath, ("subject" = String, Path, description = "`general`, or a feature")),
    request_body = SettingsReplacement,
    security(("key" = ["settings.write"])), responses((status = 200, body = SettingsDocument)))]
async fn replace(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(subject): Path<String>,
    Body(new): Body<SettingsReplacement>,
) -> Result<Json<SettingsDocument>, Problem> {
    let entry = entry(&kit, &subject)?;
    // Who may do what is changed with a scope of its own.
    if entry.subject == Grants::SUBJECT {
        return Err(Problem::forbidden("permissions.write"));
    }
    let body = (entry.read)(new.version, new.body)?;
    put(&kit, &guild, entry, new.revision, body).await?;
    held(&kit, guild.id, entry).await.map(Json)
}

async fn put(
    kit: &Kit<Admin>,
    guild: &InGuild,
    entry: &DocumentEntry,
    seen: i64,
    body: Value,
) -> Result<(), Problem> {
    let before = held(kit, guild.id, entry).await?.body;
    let replacement = Replacement {
        entry,
        seen,
        body: body.clone(),
    };
    kit.settings
        .replace(
            guild.id,
            guild.caller.acts_for,
            Via::Rest,
            vec![replacement],
        )
        .await?;
    if entry.subject == Switches::SUBJECT {
        undo::repair_what_is_on(kit, guild.id, &before, &body);
    }
    Ok(())
}

/// A change of settings.
#[derive(Debug, Serialize, ToSchema)]
struct SettingsChange {
    revision: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String)]
    by: UserId,
    /// `discord`, `import`, `undo` or `rest`.
    via: String,
    version: i32,
    #[schema(value_type = Object)]
    before: Value,
    #[schema(value_type = Object)]
    after: Value,
}

impl From<Change> for SettingsChange {
    fn from(change: Change) -> Self {
        Self {
            revision: change.revision,
            at: change.at,
            by: change.by,
            via: change.via,
            version: change.version,
            before: change.before,
            after: change.after,
        }
    }
}

/// Who changed what of one subject, and when; the newest change first.
#[utoipa::path(get, path = "/v1/guilds/{guild}/settings-history/{subject}", tag = "settings",
    params(GuildPath, ("subject" = String, Path, description = "`general`, or a feature"), PagingParams),
    security(("key" = ["settings.read"])), responses((status = 200, body = Page<SettingsChange>)))]
async fn history(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(subject): Path<String>,
    paging: Paging<i64>,
) -> Result<Json<Page<SettingsChange>>, Problem> {
    let entry = entry(&kit, &subject)?;
    let limit = paging.limit.min(MOST) + 1;
    let found = kit
        .settings
        .history(guild.id, entry.subject, paging.after, limit)
        .await?;
    let rows = found
        .changes
        .into_iter()
        .map(SettingsChange::from)
        .collect();
    paging
        .page(rows, |change: &SettingsChange| change.revision)
        .map(Json)
}

/// Who may do what, beyond what Discord's permissions say.
#[derive(Debug, Serialize, ToSchema)]
struct ServerPermissions {
    revision: i64,
    rules: Vec<PermissionRule>,
    /// What can be granted and denied.
    capabilities: Vec<CapabilityEntry>,
}

/// A rule: what is said to whom about a capability.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
struct PermissionRule {
    capability: String,
    effect: RuleEffect,
    /// A role, a member or a channel; the server's own id as a role stands for everyone.
    to: RuleHolder,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RuleEffect {
    Deny,
    Grant,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RuleHolder {
    #[schema(value_type = String)]
    Role(database::RoleId),
    #[schema(value_type = String)]
    Member(UserId),
    #[schema(value_type = String)]
    Channel(database::ChannelId),
}

impl From<&Rule> for PermissionRule {
    fn from(rule: &Rule) -> Self {
        Self {
            capability: rule.capability.clone(),
            effect: match rule.effect {
                Effect::Deny => RuleEffect::Deny,
                Effect::Grant => RuleEffect::Grant,
            },
            to: match rule.to {
                Holder::Role(role) => RuleHolder::Role(role),
                Holder::Member(user) => RuleHolder::Member(user),
                Holder::Channel(channel) => RuleHolder::Channel(channel),
            },
        }
    }
}

impl From<PermissionRule> for Rule {
    fn from(rule: PermissionRule) -> Self {
        Self {
            capability: rule.capability,
            effect: match rule.effect {
                RuleEffect::Deny => Effect::Deny,
                RuleEffect::Grant => Effect::Grant,
            },
            to: match rule.to {
                RuleHolder::Role(role) => Holder::Role(role),
                RuleHolder::Member(user) => Holder::Member(user),
                RuleHolder::Channel(channel) => Holder::Channel(channel),
            },
        }
    }
}

/// Something that a member may or may not do.
#[derive(Debug, Serialize, ToSchema)]
struct CapabilityEntry {
    name: &'static str,
    feature: &'static str,
    /// Discord's permissions that grant it by default.
    by_default: Vec<&'static str>,
    /// Whether the staff role grants it.
    staff: bool,
}

async fn permissions_of(kit: &Kit<Admin>, guild: GuildId) -> Result<ServerPermissions, Problem> {
    let revision = held(kit, guild, entry(kit, Grants::SUBJECT)?)
        .await?
        .revision;
    let grants = kit.settings.get::<Grants>(guild).await?;
    let capabilities = kit
        .catalogue
        .capabilities()
        .map(|(feature, capability)| CapabilityEntry {
            name: capability.name,
            feature,
            by_default: names(capability.by_default),
            staff: capability.staff,
        });
    Ok(ServerPermissions {
        revision,
        rules: grants.rules.iter().map(PermissionRule::from).collect(),
        capabilities: capabilities.collect(),
    })
}

fn names(permissions: Permissions) -> Vec<&'static str> {
    permissions.iter_names().map(|(name, _)| name).collect()
}

/// Who may do what here.
#[utoipa::path(get, path = "/v1/guilds/{guild}/permissions", tag = "permissions", params(GuildPath),
    security(("key" = ["permissions.read"])), responses((status = 200, body = ServerPermissions)))]
async fn permissions(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
) -> Result<Json<ServerPermissions>, Problem> {
    permissions_of(&kit, guild.id).await.map(Json)
}

/// Rules that are to replace all others.
#[derive(Debug, Deserialize, ToSchema)]
struct PermissionRules {
    /// The revision that was seen.
    revision: i64,
    rules: Vec<PermissionRule>,
}

/// Replace the rules; 409 when somebody changed them after they were seen.
#[utoipa::path(put, path = "/v1/guilds/{guild}/permissions", tag = "permissions", params(GuildPath),
    request_body = PermissionRules,
    security(("key" = ["permissions.write"])), responses((status = 200, body = ServerPermissions)))]
async fn grant(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Body(new): Body<PermissionRules>,
) -> Result<Json<ServerPermissions>, Problem> {
    let before = kit.settings.get::<Grants>(guild.id).await?;
    let is_known = |name: &str| {
        // What a feature that is gone left behind may stay.
        before.rules.iter().any(|rule| rule.capability == name)
            || kit
                .catalogue
                .capabilities()
                .any(|(_, known)| known.name == name)
    };
    if let Some(rule) = new.rules.iter().find(|rule| !is_known(&rule.capability)) {
        let all = kit
            .catalogue
            .capabilities()
            .map(|(_, capability)| capability.name);
        return Err(Nonsense::Unknown {
            asked: rule.capability.clone(),
            nearest: crate::nearest(all, &rule.capability),
        }
        .into());
    }
    let mut rules: Vec<Rule> = new.rules.into_iter().map(Rule::from).collect();
    rules.sort();
    let entry = entry(&kit, Grants::SUBJECT)?;
    let body = (entry.read)(entry.version, json!(Grants { rules }))?;
    put(&kit, &guild, entry, new.revision, body).await?;
    permissions_of(&kit, guild.id).await.map(Json)
}

/// What stands in the way of the features here.
#[derive(Debug, Serialize, ToSchema)]
struct DoctorReport {
    /// Whether nothing was found.
    is_well: bool,
    /// The features that are on.
    features: Vec<&'static str>,
    findings: Vec<DoctorFinding>,
    /// Invites the bot with no more than these features need.
    invite: String,
}

/// Something that stands in the way, or soon will.
#[derive(Debug, Default, Serialize, ToSchema)]
struct DoctorFinding {
    /// `intents_off`, `lacks_permissions`, `lacks_permissions_in`, `no_channel`, `role_above`, `no_role`,
    /// `not_looked_at`, `many_channels`, `many_roles`, `full_category` or `clock`.
    code: &'static str,
    /// Whose work it hinders; none for limits of the whole server.
    feature: Option<&'static str>,
    /// Permissions or intents.
    missing: Vec<String>,
    channel_id: Option<String>,
    role_id: Option<String>,
    /// How many there are, or the seconds between the clocks.
    count: Option<i64>,
    /// How many Discord allows.
    most: Option<i64>,
}

impl From<Finding> for DoctorFinding {
    fn from(finding: Finding) -> Self {
        let of = |code, feature| Self {
            code,
            feature: Some(feature),
            ..Self::default()
        };
        let words = |permissions: Permissions| {
            names(permissions)
                .into_iter()
                .map(ToOwned::to_owned)
                .collect()
        };
        let near = |code, count: usize, most: usize| Self {
            code,
            count: i64::try_from(count).ok(),
            most: i64::try_from(most).ok(),
            ..Self::default()
        };
        match finding {
            Finding::IntentsOff(feature, intents) => Self {
                missing: intents
                    .iter_names()
                    .map(|(name, _)| name.to_owned())
                    .collect(),
                ..of("intents_off", feature)
            },
            Finding::Lacks(feature, lacks) => Self {
                missing: words(lacks),
                ..of("lacks_permissions", feature)
            },
            Finding::LacksIn(feature, channel, lacks) => Self {
                missing: words(lacks),
                channel_id: Some(channel.to_string()),
                ..of("lacks_permissions_in", feature)
            },
            Finding::NoChannel(feature, channel) => Self {
                channel_id: Some(channel.to_string()),
                ..of("no_channel", feature)
            },
            Finding::RoleAbove(feature, role) => Self {
                role_id: Some(role.to_string()),
                ..of("role_above", feature)
            },
            Finding::NoRole(feature, role) => Self {
                role_id: Some(role.to_string()),
                ..of("no_role", feature)
            },
            Finding::NotLookedAt(feature) => of("not_looked_at", feature),
            Finding::Channels(count) => near("many_channels", count, doctor::MOST_CHANNELS),
            Finding::Roles(count) => near("many_roles", count, doctor::MOST_ROLES),
            Finding::Category(channel, count) => Self {
                channel_id: Some(channel.to_string()),
                ..near("full_category", count, doctor::MOST_IN_CATEGORY)
            },
            Finding::Clock(skew) => Self {
                code: "clock",
                count: Some(skew.as_secs()),
                ..Self::default()
            },
        }
    }
}

/// What is missing for the features here, as `/doctor` says it.
#[utoipa::path(get, path = "/v1/guilds/{guild}/doctor", tag = "health", params(GuildPath),
    security(("key" = ["health.read"])), responses((status = 200, body = DoctorReport)))]
async fn doctor_says(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
) -> Result<Json<DoctorReport>, Problem> {
    let examined = doctor::examine(&kit, guild.id).await?;
    Ok(Json(DoctorReport {
        is_well: examined.findings.is_empty(),
        features: examined.features,
        findings: examined
            .findings
            .into_iter()
            .map(DoctorFinding::from)
            .collect(),
        invite: examined.invite,
    }))
}
