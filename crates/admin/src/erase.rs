//! `/erase`: every feature erases what it keeps of somebody, by a job that can be done again without harm.

use axum::{Json, extract::State, http::StatusCode};
use database::{GuildId, UserId};
use feature::{
    Access, Capability, Card, Colour, Ctx, Failure, Kit, Outcome, Reply, SlashCommand,
    erasure::{Erased, Person},
    http::{GuildPath, InGuild, Path, Problem},
};
use jobs::{Job, NewJob};
use serde::{Deserialize, Serialize};
use twilight_interactions::command::{CommandModel, CreateCommand, ResolvedUser};
use twilight_model::guild::Permissions;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Admin, text};

/// Erasing people.
pub(crate) const ERASE: Capability = Capability {
    name: "people.erase",
    by_default: Permissions::ADMINISTRATOR,
    staff: false,
};

/// Erase everything that is kept here of somebody; nothing brings it back
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "erase")]
pub(crate) struct Command {
    /// Who
    person: ResolvedUser,
}

impl SlashCommand for Command {
    const ACCESS: Access = Access::needs(&ERASE);
    const SHOWN_TO: Permissions = Permissions::ADMINISTRATOR;
}

/// Has every feature erase somebody.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Erase {
    #[serde(flatten)]
    person: Person,
}

impl Job for Erase {
    const NAME: &'static str = "admin.erase";
}

/// The features that keep something of people.
fn features(kit: &Kit<Admin>) -> Vec<&'static str> {
    let known = kit.catalogue.erasures().iter();
    known.map(|entry| entry.feature).collect()
}

async fn later(kit: &Kit<Admin>, of: GuildId, user: UserId) -> Outcome<()> {
    let until = kit.clock.now();
    let person = Person { of, user, until };
    let job = NewJob::new(&Erase { person }).map_err(Failure::fault)?;
    let job = job.key(format!("{of}:{user}"));
    let mut db = kit.database.acquire().await?;
    kit.jobs.enqueue(&mut db, job).await?;
    Ok(())
}

pub(crate) async fn erase(ctx: Ctx<Admin>, command: Command) -> Outcome<Reply> {
    let user = UserId::from(command.person.resolved.id);
    later(&ctx, ctx.guild_id()?, user).await?;
    let said = text::erasing(ctx.lang(), user, &features(&ctx));
    Ok(Reply::card(Card::new().text(said).colour(Colour::Good)))
}

pub(crate) async fn run(kit: Kit<Admin>, job: Erase) -> Outcome<()> {
    for (feature, erased) in kit.erase(job.person).await? {
        let touched = match erased {
            Erased::Now(touched) => Some(touched),
            Erased::Later => None,
        };
        tracing::info!(guild = %job.person.of, feature, touched, "a member is erased");
    }
    Ok(())
}

pub(crate) fn routes() -> OpenApiRouter<Kit<Admin>> {
    OpenApiRouter::new().routes(routes!(erased))
}

#[derive(Debug, Serialize, ToSchema)]
struct PersonErased {
    /// The features that erase what they keep of them.
    features: Vec<&'static str>,
}

/// Erase everything that is kept of a member, by a job; asked again, what came since goes too.
#[utoipa::path(delete, path = "/v1/guilds/{guild}/people/{user}", tag = "people",
    params(GuildPath, ("user" = String, Path, description = "The member's id.")),
    security(("key" = ["people.erase"])), responses((status = 202, body = PersonErased), (status = 404)))]
async fn erased(
    State(kit): State<Kit<Admin>>,
    guild: InGuild,
    Path(user): Path<UserId>,
) -> Result<(StatusCode, Json<PersonErased>), Problem> {
    if i64::try_from(user).is_err() {
        return Err(Problem::not_found());
    }
    later(&kit, guild.id, user).await?;
    let features = features(&kit);
    Ok((StatusCode::ACCEPTED, Json(PersonErased { features })))
}
