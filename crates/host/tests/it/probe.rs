//! A feature that misbehaves on request.

use std::{
    sync::{Condvar, Mutex},
    time::Duration,
};

use feature::{
    Access, Answer, Button, Capability, Card, Click, Ctx, Explain, Failure, Feature, Fields, Form,
    Kit, Lang, Modal, On, Outcome, PickedUsers, Reply, Scope, Select, SelectKind, SlashCommand,
    Submit, TextField, custom_id,
};
use twilight_interactions::command::{CommandModel, CommandOption, CreateCommand, CreateOption};
use twilight_model::{
    gateway::{Intents, payload::incoming::MessageCreate},
    guild::Permissions,
};

pub(crate) struct Probe;

impl Feature for Probe {
    const NAME: &'static str = "probe";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .french(FRENCH)
            .command(slow)
            .command(shout)
            .command(broken)
            .command(form)
            .command(panel)
            .command(secret)
            .command(silent)
            .intents(Intents::MESSAGE_CONTENT)
            .on(heard)
            .reconcile(repair)
            .component(wait)
            .component(picked)
            .component(guarded)
            .modal(sent);
    }
}

const FRENCH: &str = "
slow = lent
    .desc = Prend son temps
slow-milliseconds = millisecondes
    .desc = Combien
shout = crier
    .desc = Devant tout le monde, lentement
shout-milliseconds = millisecondes
    .desc = Combien
shout-fails = échoue
    .desc = Si cela échoue à la fin
broken = cassé
    .desc = Se casse
broken-how = comment
    .desc = De quelle façon
broken-how--panic = panique
broken-how--fault = faute
broken-how--rule = règle
broken-how--block = bloque
form = formulaire
    .desc = Ouvre un formulaire
panel = panneau
    .desc = Montre des boutons
silent = muet
    .desc = Ne répond rien
secret = secret
    .desc = Pour celles et ceux qui gèrent le serveur
";

/// Takes its time
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "slow")]
pub(crate) struct Slow {
    /// How many
    milliseconds: i64,
}
impl SlashCommand for Slow {}

async fn slow(_: Ctx<Probe>, slow: Slow) -> Outcome<Reply> {
    sleep(slow.milliseconds).await;
    Ok(Reply::text(format!("slept {} ms", slow.milliseconds)))
}

async fn sleep(milliseconds: i64) {
    tokio::time::sleep(Duration::from_millis(
        u64::try_from(milliseconds).unwrap_or(0),
    ))
    .await;
}

/// In front of everyone, slowly
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "shout")]
pub(crate) struct Shout {
    /// How many
    milliseconds: i64,
    /// Whether it fails in the end
    fails: Option<bool>,
}
impl SlashCommand for Shout {
    const ANSWER: Answer = Answer::Public;
}

async fn shout(ctx: Ctx<Probe>, shout: Shout) -> Outcome<Reply> {
    sleep(shout.milliseconds).await;
    if shout.fails == Some(true) {
        return Err(Rule.into());
    }
    Ok(Reply::text(match ctx.lang() {
        Lang::En => "Hello all!",
        Lang::Fr => "Bonjour à tous !",
    }))
}

/// Breaks
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "broken")]
pub(crate) struct Broken {
    /// In which way
    how: How,
}
impl SlashCommand for Broken {}

#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
enum How {
    #[option(name = "panic", value = "panic")]
    Panic,
    #[option(name = "fault", value = "fault")]
    Fault,
    #[option(name = "rule", value = "rule")]
    Rule,
    #[option(name = "block", value = "block")]
    Block,
}

#[derive(Debug, thiserror::Error)]
#[error("the tests' rule is broken")]
struct Rule;

impl Explain for Rule {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match lang {
            Lang::En => "The rule of the tests: not today. Come back tomorrow.".to_owned(),
            Lang::Fr => "La règle des tests : pas aujourd'hui. Reviens demain.".to_owned(),
        })
    }
}

async fn broken(_: Ctx<Probe>, broken: Broken) -> Outcome<Reply> {
    match broken.how {
        How::Panic => panic!("the secret reason of the panic"),
        How::Fault => Err(Failure::fault(anyhow::anyhow!(
            "the secret reason of the fault"
        ))),
        How::Rule => Err(Rule.into()),
        How::Block => {
            GATE.hold();
            Ok(Reply::text("unblocked"))
        }
    }
}

/// Holds up whoever comes, as no feature should: not the task waits, but its thread. For a minute, or until a story
/// opens it.
pub(crate) static GATE: Gate = Gate {
    inner: Mutex::new((0, false)),
    opened: Condvar::new(),
};

pub(crate) struct Gate {
    /// How many threads are held, and whether it is open.
    inner: Mutex<(usize, bool)>,
    opened: Condvar,
}

impl Gate {
    fn hold(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.0 += 1;
        let minute = Duration::from_mins(1);
        let waited = self
            .opened
            .wait_timeout_while(inner, minute, |(_, is_open)| !*is_open);
        waited.unwrap().0.0 -= 1;
    }

    /// How many threads are held.
    pub(crate) fn held(&self) -> usize {
        self.inner.lock().unwrap().0
    }

    pub(crate) fn open(&self, is_open: bool) {
        self.inner.lock().unwrap().1 = is_open;
        self.opened.notify_all();
    }
}

custom_id! {
    /// Sends the form.
    pub(crate) struct FormId: "probe" / "form" v1 { tries: u8 }
    answer = Private;
}

#[derive(Debug)]
struct Named {
    name: String,
}

impl Form for Named {
    type Id = FormId;

    fn read(fields: &Fields) -> Option<Self> {
        Some(Self {
            name: fields.text("name")?,
        })
    }
}

/// Opens a form
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "form")]
pub(crate) struct OpenForm {}
impl SlashCommand for OpenForm {
    const ANSWER: Answer = Answer::Modal;
}

async fn form(_: Ctx<Probe>, _: OpenForm) -> Outcome<Reply> {
    let field = TextField::line("name").length(1, 40).placeholder("Alice");
    Ok(Reply::modal(
        Modal::new(&FormId { tries: 1 }, "Who are you?").text("Name", field),
    ))
}

async fn sent(_: Ctx<Probe>, submit: Submit<Named>) -> Outcome<Reply> {
    Ok(Reply::text(format!(
        "hello {} ({})",
        submit.form.name, submit.id.tries
    )))
}

const MANAGE: Capability = Capability {
    name: "probe.manage",
    by_default: Permissions::MANAGE_GUILD,
    staff: true,
};

custom_id! {
    /// Changes the message after a while.
    pub(crate) struct Wait: "probe" / "wait" v1 { milliseconds: u32 }
    answer = Update;
}
custom_id! {
    /// Names people.
    pub(crate) struct Pick: "probe" / "pick" v1 {}
    answer = Update;
}
custom_id! {
    /// For those who manage the server.
    pub(crate) struct Guarded: "probe" / "guarded" v1 {}
    answer = Update;
    access = MANAGE;
}

/// Shows buttons
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "panel")]
pub(crate) struct Panel {}
impl SlashCommand for Panel {
    const ANSWER: Answer = Answer::Public;
}

async fn panel(_: Ctx<Probe>, _: Panel) -> Outcome<Reply> {
    Ok(Reply::card(
        Card::new()
            .title("Panel")
            .button(Button::new("Now", &Wait { milliseconds: 0 }))
            .button(Button::new(
                "Later",
                &Wait {
                    milliseconds: 2_500,
                },
            ))
            .button(Button::new("Guarded", &Guarded {}))
            .select(
                Select::new(&Pick {}, SelectKind::Users(Vec::new()))
                    .placeholder("Who?")
                    .values(1, 3),
            ),
    ))
}

async fn wait(_: Ctx<Probe>, wait: Click<Wait>) -> Outcome<Reply> {
    sleep(wait.milliseconds.into()).await;
    Ok(Reply::update(
        Card::new().title(format!("waited {} ms", wait.milliseconds)),
    ))
}

async fn picked(_: Ctx<Probe>, picked: PickedUsers<Pick>) -> Outcome<Reply> {
    Ok(Reply::update(Card::new().lines(
        picked.values.iter().map(|user| format!("<@{user}>")),
    )))
}

async fn guarded(_: Ctx<Probe>, _: Click<Guarded>) -> Outcome<Reply> {
    Ok(Reply::update(Card::new().title("opened")))
}

/// For those who manage the server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "secret")]
pub(crate) struct Secret {}
impl SlashCommand for Secret {
    const ACCESS: Access = Access::needs(&MANAGE);
}

async fn secret(_: Ctx<Probe>, _: Secret) -> Outcome<Reply> {
    Ok(Reply::text("the secret"))
}

/// Answers nothing
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "silent")]
pub(crate) struct Silent {}
impl SlashCommand for Silent {}

async fn silent(_: Ctx<Probe>, _: Silent) -> Outcome<Reply> {
    Ok(Reply::done())
}

/// What the probe writes down; a story makes the table before anybody speaks.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own table is in no migration"
)]
pub(crate) async fn table(story: &testkit::Story) {
    let mut connection = story.database().acquire().await.unwrap();
    for statement in [
        "create schema probe",
        "create table probe.heard (message bigint primary key, guild bigint, place bigserial)",
        "create table probe.repaired (guild bigint)",
    ] {
        sqlx::query(statement)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}

/// The messages that the probe heard, in the order in which it did.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own table is in no migration"
)]
pub(crate) async fn messages(story: &testkit::Story) -> Vec<i64> {
    let mut connection = story.database().acquire().await.unwrap();
    sqlx::query_scalar("select message from probe.heard order by place")
        .fetch_all(&mut *connection)
        .await
        .unwrap()
}

/// How often guilds were repaired.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own table is in no migration"
)]
pub(crate) async fn repairs(story: &testkit::Story) -> i64 {
    let mut connection = story.database().acquire().await.unwrap();
    sqlx::query_scalar("select count(*) from probe.repaired")
        .fetch_one(&mut *connection)
        .await
        .unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own table is in no migration"
)]
async fn heard(kit: Kit<Probe>, on: On<MessageCreate>) -> Outcome<()> {
    assert_ne!(on.content, "panic", "the probe was told to");
    if on.content == "block" {
        GATE.hold();
    }
    let mut connection = kit.database.acquire().await?;
    sqlx::query("insert into probe.heard (message, guild) values ($1, $2) on conflict do nothing")
        .bind(i64::try_from(on.id.get()).unwrap())
        .bind(on.guild().and_then(|guild| i64::try_from(guild.get()).ok()))
        .execute(&mut *connection)
        .await?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own table is in no migration"
)]
async fn repair(kit: Kit<Probe>, guild: database::GuildId) -> Outcome<()> {
    let mut connection = kit.database.acquire().await?;
    sqlx::query("insert into probe.repaired (guild) values ($1)")
        .bind(i64::try_from(guild.get()).unwrap())
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Another feature, that does what it should.
pub(crate) struct Calm;

impl Feature for Calm {
    const NAME: &'static str = "calm";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .french("calm = calme\n    .desc = Reste calme\n")
            .command(calm);
    }
}

/// Stays calm
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "calm")]
pub(crate) struct StayCalm {}
impl SlashCommand for StayCalm {}

async fn calm(_: Ctx<Calm>, _: StayCalm) -> Outcome<Reply> {
    Ok(Reply::text("calm"))
}
