//! A feature in which things happen: bells are rung, tuned and melted.

use feature::{Card, Ctx, Feature, Happening, Outcome, Reply, Scope, SlashCommand};
use serde_json::json;
use twilight_interactions::command::{CommandModel, CreateCommand};

const HAPPENINGS: [Happening; 3] = [
    Happening {
        kind: "bell.rung",
        about: "somebody rings a bell",
    },
    Happening {
        kind: "bell.tuned",
        about: "somebody tunes a bell",
    },
    Happening {
        kind: "bell.melted",
        about: "somebody melts a bell",
    },
];

/// Bells
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "bell")]
enum Command {
    #[command(name = "ring")]
    Ring(Ring),
    #[command(name = "tune")]
    Tune(Tune),
    #[command(name = "melt")]
    Melt(Melt),
}

impl SlashCommand for Command {}

/// Ring a bell
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "ring")]
struct Ring {
    /// Its name
    name: String,
}

/// Tune a bell
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "tune")]
struct Tune {
    /// Its name
    name: String,
}

/// Melt a bell
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "melt")]
struct Melt {
    /// Its name
    name: String,
}

const FRENCH: &str = "\
bell = cloche
    .desc = Des cloches
bell-ring = sonner
    .desc = Sonne une cloche
bell-ring-name = nom
    .desc = Son nom
bell-tune = accorder
    .desc = Accorde une cloche
bell-tune-name = nom
    .desc = Son nom
bell-melt = fondre
    .desc = Fond une cloche
bell-melt-name = nom
    .desc = Son nom
";

/// It.
#[derive(Debug)]
pub(crate) struct Bells;

impl Feature for Bells {
    const NAME: &'static str = "bells";

    fn register(scope: &mut Scope<'_, Self>) {
        scope.french(FRENCH).command(bell).announces(&HAPPENINGS);
    }
}

async fn bell(ctx: Ctx<Bells>, command: Command) -> Outcome<Reply> {
    let [rung, tuned, melted] = HAPPENINGS;
    let (happening, name) = match command {
        Command::Ring(Ring { name }) => (rung, name),
        Command::Tune(Tune { name }) => (tuned, name),
        Command::Melt(Melt { name }) => (melted, name),
    };
    let mut db = ctx.database.begin().await?;
    let subject = format!("bell {name}");
    let data = json!({ "name": name });
    ctx.announce(&mut db, ctx.guild_id()?, happening, subject, &data)
        .await?;
    db.commit().await?;
    Ok(Reply::card(Card::new().text("ding")))
}
