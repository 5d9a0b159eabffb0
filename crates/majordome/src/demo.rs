//! The demo: a bot, its own Postgres and a simulated Discord, talking over sockets, with people who use them.
//!
//! It needs no token and no account. It plays a short story, prints what the people saw, and stays up.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use discord_sim::{Answer, Asked, Guild, Person, Sim, SimOptions};
use feature::{DiscordSettings, settings::Defaults};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::bot::{self, Bot, Setup};

/// Plays the demo. With `once` it ends after the story; else it stays up until it is told to stop.
pub(crate) async fn demo(data_dir: &Path, once: bool) -> anyhow::Result<()> {
    let stopping = bot::stop_on_signals()?;
    let sim = Sim::start(SimOptions::default())
        .await
        .context("the simulator does not start")?;
    let setup = setup(&sim, data_dir);
    let guild = sim.guild("Chez Majordome").locale("fr");
    say(&format!(
        "A simulated Discord listens on {}.",
        sim.api_url()
    ))?;
    let bot = connect(&sim, &setup, &stopping).await?;
    say("The bot is connected to it, with a Postgres of its own. Here is what people see:\n")?;

    let bot = tokio::select! {
        told = story(&sim, &guild, &setup, bot, &stopping) => told?,
        () = stopping.cancelled() => return Ok(()),
    };
    say(&sim.transcript())?;
    let violations = sim.violations();
    ensure!(
        violations.is_clean(),
        "Discord would have refused something: {violations:?}"
    );
    ensure!(
        sim.unread().is_empty(),
        "the bot said something that nobody asked for: {:?}",
        sim.unread()
    );
    if once {
        bot.stop().await;
        say("The story went well.")?;
        return Ok(());
    }
    say(&format!(
        "The story went well, and everything is still running.\n\
         - Discord's REST API: {}/api/v10, its gateway: {}, the bot's token: {}\n\
         - With a real bot: put BOT_TOKEN=… into the file .env and type: deploy/bootstrap.sh run\n\
         - Ctrl-C ends it.",
        sim.api_url(),
        sim.gateway_url(),
        sim.bot_token(),
    ))?;
    bot.run().await
}

fn setup(sim: &Sim, data_dir: &Path) -> Setup {
    Setup {
        database: database::Settings::local(data_dir.join("demo")),
        host: host::Config {
            discord: DiscordSettings {
                api_url: Some(sim.api_url()),
                token: SecretString::from(sim.bot_token()),
                deadline: DiscordSettings::DEADLINE,
                global_limit: DiscordSettings::GLOBAL_LIMIT,
            },
            gateway_url: Some(sim.gateway_url()),
            guild: None,
            presences: false,
            stop_within: Duration::from_secs(10),
            defaults: Defaults::default(),
            version: env!("CARGO_PKG_VERSION"),
        },
        http: api::Config::default(),
        archive: archive::Operator::default(),
        public_url: None,
    }
}

async fn connect(sim: &Sim, setup: &Setup, stopping: &CancellationToken) -> anyhow::Result<Bot> {
    let bot = Bot::start(setup.clone(), stopping.child_token()).await?;
    bot.running.synced().await;
    let connected = sim.wait_until(Duration::from_secs(20), |sim| sim.connected_shards() > 0);
    connected
        .await
        .context("the bot does not connect to the simulated Discord")?;
    Ok(bot)
}

async fn story(
    sim: &Sim,
    guild: &Guild,
    setup: &Setup,
    bot: Bot,
    stopping: &CancellationToken,
) -> anyhow::Result<Bot> {
    let owner = guild.owner();
    let alice = guild.member("alice").locale("fr");
    let bob = guild.member("bob").locale("en-US");
    let team = guild.role("Équipe", discord_sim::Permissions::from_bits(0));

    let pong = ask(alice.slash("/ping", &[])).await?;
    ask(bob.slash("/help", &[])).await?;

    let zones = ask(owner.types("/settings set", "time_zone", "par")).await?;
    let zone = zones
        .choices
        .iter()
        .find(|choice| choice.name == "Europe/Paris");
    let zone = zone.context("Europe/Paris is not among the choices")?;
    let zone = zone.value.as_str().unwrap_or_default().to_owned();
    ask(owner.slash(
        "/settings set",
        &[("time_zone", zone.into()), ("staff_role", (&team).into())],
    ))
    .await?;
    refused(&bob, bob.slash("/settings show", &[])).await?;

    // A button works after any restart: nothing about it is in memory.
    bot.stop().await;
    let bot = connect(sim, setup, stopping).await?;
    ask(alice.clicks(pong.message(), "Mesurer de nouveau")).await?;
    ask(owner.slash("/settings history", &[])).await?;
    ask(bob.slash("/info", &[])).await?;
    rooms(sim, guild).await?;
    Ok(bot)
}

/// Voice rooms on demand.
async fn rooms(sim: &Sim, guild: &Guild) -> anyhow::Result<()> {
    let owner = guild.owner().locale("fr");
    let alice = guild.member("alice").locale("fr");
    let bob = guild.member("bob").locale("en-US");
    let hub = guild.voice("Créer un salon");
    let until = async |what: &'static str, is_so: &dyn Fn() -> bool| {
        let waited = sim.wait_until(Duration::from_secs(20), |_| is_so());
        waited
            .await
            .with_context(|| format!("it is not so: {what}"))
    };
    ask(owner.slash("/hub create", &[("channel", (&hub).into())])).await?;
    alice.joins(&hub);
    until("Alice has a room with a panel", &|| {
        let room = alice.voice().filter(|place| *place != hub);
        room.is_some_and(|room| !alice.sees(&room).is_empty())
    })
    .await?;
    let room = alice.voice().context("Alice is in voice")?;
    bob.joins(&room);
    let here = alice.in_channel(&room);
    let panel = alice.sees(&room).pop().context("the room has a panel")?;
    ask(here.clicks(&panel, "Fermé")).await?;
    let form = ask(here.clicks(&panel, "Nom")).await?;
    ask(here.submits(form.modal(), &[("Nom du salon", "Chez Alice 🦊".into())])).await?;
    until("the room has its new name", &|| {
        room.name() == "Chez Alice 🦊"
    })
    .await?;
    // Somebody else's buttons answer politely, and change nothing.
    ask(bob.in_channel(&room).clicks(&panel, "Privé")).await?;
    bob.leaves();
    alice.leaves();
    until("the empty room is gone", &|| room.is_gone()).await
}

async fn ask(asked: Asked) -> anyhow::Result<Answer> {
    Ok(asked.answer().await?)
}

/// What a person may not do, Discord does not even offer.
async fn refused(person: &Person, asked: Asked) -> anyhow::Result<()> {
    match asked.answer().await {
        Err(discord_sim::NoAnswer::CouldNotAsk(_)) => Ok(()),
        other => anyhow::bail!(
            "{} was allowed what needs a permission: {other:?}",
            person.name()
        ),
    }
}

fn say(text: &str) -> anyhow::Result<()> {
    crate::tell(&format!("{text}\n"))
}
