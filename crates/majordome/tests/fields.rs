//! Bad input: every field of every route and every option of every command of tasks, the plan, worksites and webhooks,
//! each with whatever does not fit it.
//!
//! The fields are read from the program's own document and from its commands; what does not fit each stands in
//! [`wrong`] and [`wrong_option`], and a field that they do not know fails the test. Whatever is refused changes no row;
//! the words of all refusals are in snapshots. At the end each route takes the same body with nothing wrong in it, so
//! that nothing was refused for another reason.

#![expect(clippy::unwrap_used, reason = "a test that can not go on says where")]

use std::{fmt::Write as _, time::Duration};

use serde_json::{Value, json};
use testkit::{
    BotOptions, Story,
    discord_sim::{
        Argument, ChannelRef, Guild, NoAnswer, Permissions, Person, RoleRef, SimOptions,
    },
};
use twilight_model::application::command::{CommandOption, CommandOptionType, CommandType};

#[path = "../src/features.rs"]
mod features;

/// The features whose fields are tried.
const OURS: [&str; 4] = ["tasks", "planning", "worksites", "webhooks"];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A server with one of everything, and another.
struct World {
    guild: Guild,
    owner: Person,
    member: Person,
    bot: Person,
    stranger: Person,
    role: RoleRef,
    foreign_role: RoleRef,
    foreign_text: ChannelRef,
    voice: ChannelRef,
    text: ChannelRef,
    foreign: Guild,
}

async fn furnish(story: &Story) -> World {
    let guild = story.sim.guild("Rust FR");
    let owner = guild.owner().locale("en-US");
    let foreign = story.sim.guild("Elsewhere");
    let world = World {
        member: guild.member("alice"),
        bot: guild.other_bot("beep"),
        stranger: foreign.member("stranger"),
        role: guild.role("crew", Permissions::NONE),
        foreign_role: foreign.role("others", Permissions::NONE),
        foreign_text: foreign.text("talk"),
        voice: guild.voice("Room"),
        text: guild.text("site"),
        owner: owner.clone(),
        foreign: foreign.clone(),
        guild,
    };
    story.idle().await;
    let told = async |path: &str, options: &[(&str, Argument)]| {
        let asked = owner.in_channel(&world.text).slash(path, options);
        story.answer(asked).await;
    };
    told("/worksite create", &[("name", "Open".into())]).await;
    told("/worksite create", &[("name", "Closed".into())]).await;
    told("/worksite archive", &[("worksite", "Closed".into())]).await;
    told("/task create", &[("description", "Sweep".into())]).await;
    let plan = [("dates", "01/04 02/04".into()), ("kind", "Training".into())];
    told("/planning add", &plan).await;
    let member = world.member.in_channel(&world.text);
    let leave = [("dates", "01/05 02/05".into())];
    story.answer(member.slash("/planning leave", &leave)).await;
    let hook = [
        ("url", "https://hook.invalid/".into()),
        ("name", "Board".into()),
    ];
    told("/webhook add", &hook).await;
    story.sim.guild_without_bot("Nowhere");
    world
}

fn sim() -> SimOptions {
    SimOptions {
        rate_limits: false,
        first_answer: Duration::from_secs(30),
        patience: Duration::from_secs(40),
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    }
}

/// What the bot said besides its answers.
fn sees(world: &World) {
    for channel in world.guild.channel_names() {
        if let Some(channel) = world.guild.channel(&channel) {
            world.owner.sees(&channel);
        }
    }
    world.owner.sees(&world.owner.dm());
}

/// Every row of the features, and of what they cause elsewhere.
async fn rows(story: &Story) -> Vec<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    let sql = format!(
        "select table_schema || '.' || table_name from information_schema.tables
         where table_type = 'BASE TABLE' and table_schema in ('{}', 'settings', 'jobs') and table_name <> 'schedule'
         order by 1",
        OURS.join("', '")
    );
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let tables: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_all(&mut *db)
        .await
        .unwrap();
    let all: Vec<String> = tables
        .iter()
        .map(|table| {
            format!(
                "select '{table} ' || (to_jsonb(t) - 'locked_by' - 'locked_until')::text as row from {table} t"
            )
        })
        .collect();
    let sql = format!("{} order by 1", all.join(" union all "));
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_all(&mut *db)
        .await
        .unwrap();
    rows
}

/// A text of so many letters.
fn long(letters: usize) -> String {
    "x".repeat(letters)
}

/// What does not fit a field of a body or of a query.
fn wrong(world: &World, field: &str) -> Vec<Value> {
    let bot = world.bot.id().to_string();
    let stranger = world.stranger.id().to_string();
    let many: Vec<String> = (0..26).map(|nth| (1_000_000 + nth).to_string()).collect();
    match field {
        "description" => vec![json!(""), json!("  "), json!(long(1001)), json!(7)],
        "due" => vec![json!("someday"), json!("2020-01-01T00:00:00Z"), json!(7)],
        "priority" | "renews" | "kind" => vec![json!("nonsense"), json!(7)],
        "state" => vec![json!("nonsense"), json!(7)],
        "type" => vec![json!("nonsense")],
        "site" | "chantier" => vec![json!("Nirgends"), json!("Closed"), json!(["Open"])],
        "assignees" => vec![
            json!("alice"),
            json!(["alice"]),
            json!([bot]),
            json!([stranger]),
            json!(many),
        ],
        "people" => vec![
            json!([]),
            json!(["alice"]),
            json!([bot]),
            json!([stranger]),
            json!(many),
        ],
        "user_id" | "assignee_id" => {
            vec![
                json!("alice"),
                json!(bot),
                json!(stranger),
                json!(-1),
                json!([]),
            ]
        }
        "person" | "assignee" => vec![json!("alice"), json!("-1")],
        "lead_id" => vec![json!("alice"), json!(bot), json!(stranger), json!([])],
        "role" => vec![
            json!("crew"),
            json!(world.foreign_role.id().to_string()),
            json!(true),
        ],
        "channel" => vec![
            json!("site"),
            json!(world.foreign_text.id().to_string()),
            json!("1"),
        ],
        "guild_id" => vec![json!("Rust FR"), json!(world.foreign.id().to_string())],
        "tags" => vec![
            json!("one"),
            json!([long(31)]),
            json!((0..11).map(|nth| format!("t{nth}")).collect::<Vec<_>>()),
        ],
        "checklist" => vec![
            json!("one"),
            json!([long(201)]),
            json!((0..21).map(|nth| format!("line {nth}")).collect::<Vec<_>>()),
        ],
        "repeat" => vec![json!("now and then"), json!(7)],
        "except" => vec![
            json!("2026-05-01"),
            json!(["never"]),
            json!(
                (0..101)
                    .map(|nth| format!("2026-{:02}-{:02}", nth / 25 + 5, nth % 25 + 1))
                    .collect::<Vec<_>>()
            ),
        ],
        "dates" | "date_debut" => vec![json!("99/99"), json!(""), json!("someday"), json!(7)],
        "date_fin" => vec![json!("99/99"), json!("someday"), json!({})],
        "starts" | "ends" => vec![json!("someday"), json!("2026-02-30"), json!(7)],
        "note" | "notes" | "reason" => vec![json!(long(501)), json!([])],
        "overlap" | "approve" | "stopped" => vec![json!("perhaps")],
        "url" => vec![
            json!(""),
            json!("nonsense"),
            json!("http://hook.invalid/"),
            json!("https://127.0.0.1/"),
            json!(format!("https://hook.invalid/{}", long(2000))),
            json!(7),
        ],
        "events" => vec![json!(["nothing.happens"]), json!("task.*")],
        "name" => vec![json!(long(81)), json!(7)],
        "address" => vec![json!(long(201)), json!(7)],
        "colour" => vec![json!(-1), json!(16_777_216), json!("blue")],
        "sequence" => vec![json!(0), json!(987_654), json!("one")],
        // Of queries alone.
        "format" => vec![json!("xml")],
        "limit" => vec![json!("0"), json!("501"), json!("many")],
        "cursor" => vec![json!("nonsense")],
        "from" | "to" => vec![json!("someday"), json!("2026-02-30")],
        "archived" | "overdue" => vec![json!("perhaps")],
        // Any words may be looked for.
        "search" | "tag" => Vec::new(),
        "tasks" => vec![json!("nonsense")],
        "hand_to" => vec![json!("x"), json!("-1"), json!("2")],
        _ => panic!(
            "what does not fit the field `{field}`? Say it in `wrong`, in {}",
            file!()
        ),
    }
}

/// A body with nothing wrong in it.
fn right(world: &World, method: &str, path: &str) -> Value {
    let alice = world.member.id().to_string();
    match (method, path) {
        ("post", "/v1/guilds/{guild}/tasks") => json!({"description": "Paint"}),
        ("post", "/v1/guilds/{guild}/planning") => {
            json!({"people": [alice], "dates": "01/06 02/06", "kind": "training"})
        }
        ("post", "/v1/guilds/{guild}/planning/{number}/decision") => {
            json!({"approve": false, "reason": "Too many are away."})
        }
        ("post", "/v1/guilds/{guild}/worksites") => json!({"name": "New"}),
        ("post", "/v1/guilds/{guild}/webhooks") => json!({"url": "https://other.invalid/"}),
        ("post", "/v1/guilds/{guild}/webhooks/{number}/redeliver") => json!({"sequence": 1}),
        ("post", "/api/discord/task") => json!({
            "description": "Paint", "guild_id": world.guild.id().to_string(),
        }),
        ("post", "/api/discord/planning") => json!({
            "user_id": alice, "date_debut": "2026-07-01", "chantier": "Open",
            "guild_id": world.guild.id().to_string(),
        }),
        ("patch", _) => json!({}),
        _ => panic!(
            "what fits `{method} {path}`? Say it in `right`, in {}",
            file!()
        ),
    }
}

/// Whether a field may be left as it is here: what is refused elsewhere has a meaning in this place.
fn is_meant(method: &str, path: &str, field: &str, value: &Value) -> bool {
    // An empty text takes away, a name that is missing comes from the address.
    let _ = (method, path);
    matches!((field, value.as_str()), ("dates", Some("")) if method == "patch")
}

/// The path with the things of the server in it.
fn filled(world: &World, path: &str) -> String {
    let number = if path.contains("decision") { "2" } else { "1" };
    path.replace("{guild}", &world.guild.id().to_string())
        .replace("{number}", number)
        .replace("{user}", &world.member.id().to_string())
}

/// The fields of an operation's body.
fn body_fields(document: &Value, operation: &Value) -> Vec<String> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    let schema = name.map_or(schema, |name| &document["components"]["schemas"][name]);
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, _)| name.clone()).collect()
}

fn query_fields(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .filter(|parameter| parameter["in"] == "query")
        .filter_map(|parameter| Some(parameter["name"].as_str()?.to_owned()))
        .collect()
}

/// Whatever differs from run to run.
fn plain(text: &str, world: &World) -> String {
    let mut text = text.to_owned();
    for (id, name) in [
        (world.guild.id(), "{guild}"),
        (world.foreign.id(), "{elsewhere}"),
        (world.bot.id(), "{bot}"),
        (world.stranger.id(), "{stranger}"),
        (world.member.id(), "{alice}"),
        (world.role.id(), "{role}"),
        (world.foreign_role.id(), "{foreign role}"),
        (world.foreign_text.id(), "{foreign channel}"),
        (world.text.id(), "{channel}"),
        (world.voice.id(), "{voice}"),
    ] {
        text = text.replace(&id.to_string(), name);
    }
    for letters in [2000, 1001, 501, 401, 201, 101, 81, 31] {
        text = text.replace(&long(letters), &format!("x*{letters}"));
    }
    text
}

/// What is short enough to stand in a snapshot.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match value.as_array().map(Vec::len).filter(|length| *length > 3) {
        Some(length) => format!("[{length} of them]"),
        None => text,
    }
}

/// The routes that are tried.
fn is_ours(path: &str, operation: &Value) -> bool {
    operation["tags"][0]
        .as_str()
        .is_some_and(|tag| OURS.contains(&tag))
        || ["/api/discord/task", "/api/discord/planning"].contains(&path)
}

struct Tries<'a> {
    story: &'a Story,
    world: &'a World,
    key: String,
    calls: usize,
    told: String,
    failures: Vec<String>,
}

impl Tries<'_> {
    async fn call(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        lang: &str,
    ) -> (u16, Value) {
        // Each key has a bucket of its own.
        if self.calls.is_multiple_of(50) {
            let guild = self.world.guild.id().to_string().parse().unwrap();
            self.key = self.story.key(Some(guild), &["*"]).await;
        }
        self.calls += 1;
        let method = match method {
            "get" => "GET",
            "post" => "POST",
            "put" => "PUT",
            "patch" => "PATCH",
            _ => "DELETE",
        };
        let mut call = self
            .story
            .call(method, path)
            .key(&self.key)
            .header("accept-language", lang);
        if let Some(body) = body {
            call = call.json(body);
        }
        let answer = call.send().await;
        (answer.status, answer.json())
    }

    /// Sends what does not fit, in both languages, and notes what is told.
    async fn refuses(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
        before: &mut Vec<String>,
    ) {
        let mut words = Vec::new();
        for lang in ["en", "fr"] {
            let (status, told) = self.call(method, path, body, lang).await;
            let reason = match told["errors"]
                .as_array()
                .filter(|errors| !errors.is_empty())
            {
                Some(errors) => errors
                    .iter()
                    .map(|error| {
                        format!(
                            "{} {}",
                            error["field"].as_str().unwrap_or("?"),
                            error["reason"].as_str().unwrap_or("?")
                        )
                    })
                    .collect::<Vec<_>>()
                    .join("; "),
                None => told["detail"]
                    .as_str()
                    .map_or_else(|| told.to_string(), str::to_owned),
            };
            if !(400..500).contains(&status) || status == 429 {
                self.failures.push(format!("{what}: {status} {told}"));
            }
            words.push(format!("{status} {reason}"));
        }
        words.dedup();
        let words = plain(&words.join("\n      "), self.world);
        let _ = writeln!(self.told, "{}\n      {words}", plain(what, self.world));
        let after = rows(self.story).await;
        if after != *before {
            self.failures.push(format!("{what}: something changed"));
            *before = after;
        }
    }
}

#[tokio::test]
async fn no_field_of_a_route_takes_what_does_not_fit_it() {
    let options = BotOptions::default().with_http();
    testkit::story_with(features::all, sim(), options, async |story| {
        story.allows_refusals = true;
        let world = furnish(story).await;
        let document = story.call("GET", "/openapi.json").send().await.expect(200);
        let mut tries = Tries {
            story,
            world: &world,
            key: String::new(),
            calls: 0,
            told: String::new(),
            failures: Vec::new(),
        };
        story.idle().await;
        let mut before = rows(story).await;
        let mut sound = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in METHODS {
                let operation = &item[method];
                if !operation.is_object() || !is_ours(path, operation) {
                    continue;
                }
                let place = filled(&world, path);
                for field in query_fields(operation) {
                    for value in wrong(&world, &field) {
                        // A query is text.
                        let Some(text) = value.as_str() else { continue };
                        let asked = format!("{place}?{field}={}", text.replace(' ', "%20"));
                        let what = format!("{method} {path}?{field}={}", short(&value));
                        tries
                            .refuses(&what, method, &asked, None, &mut before)
                            .await;
                    }
                }
                let fields = body_fields(&document, operation);
                if fields.is_empty() {
                    continue;
                }
                let base = right(&world, method, path);
                for field in fields {
                    for value in wrong(&world, &field) {
                        if is_meant(method, path, &field, &value) {
                            continue;
                        }
                        let what = format!("{method} {path} {field}: {}", short(&value));
                        let mut body = base.clone();
                        body[&field] = value;
                        tries
                            .refuses(&what, method, &place, Some(&body), &mut before)
                            .await;
                    }
                }
                sound.push((method, path.clone(), place, base));
            }
        }
        assert!(tries.failures.is_empty(), "{}", tries.failures.join("\n"));
        let (told, mut failures) = (std::mem::take(&mut tries.told), Vec::new());
        for (method, path, place, base) in sound {
            let (status, answer) = tries.call(method, &place, Some(&base), "en").await;
            // Nothing was ever delivered that could be sent again.
            let is_fine = status < 300 || path.ends_with("redeliver");
            if !is_fine {
                failures.push(format!("{method} {path} {base}: {status} {answer}"));
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        insta::assert_snapshot!("refused_fields", told);
        story.idle().await;
        sees(&world);
    })
    .await;
}

/// Every path of a command, with its options.
fn paths(name: &str, options: &[CommandOption]) -> Vec<(String, Vec<CommandOption>)> {
    let is_below = |option: &&CommandOption| {
        matches!(
            option.kind,
            CommandOptionType::SubCommand | CommandOptionType::SubCommandGroup
        )
    };
    let below: Vec<&CommandOption> = options.iter().filter(is_below).collect();
    if below.is_empty() {
        return vec![(name.to_owned(), options.to_vec())];
    }
    below
        .into_iter()
        .flat_map(|sub| {
            let options = sub.options.as_deref().unwrap_or_default();
            paths(&format!("{name} {}", sub.name), options)
        })
        .collect()
}

/// What does not fit an option.
fn wrong_option(world: &World, path: &str, option: &CommandOption) -> Vec<(String, Argument)> {
    let text = |text: &str| (format!("«{text}»"), Argument::from(text));
    let file = |name: &str, content: &[u8]| {
        let shown = String::from_utf8_lossy(content).into_owned();
        let file = Argument::File(name.to_owned(), content.to_vec());
        (format!("{name} «{shown}»"), file)
    };
    if option
        .choices
        .as_ref()
        .is_some_and(|choices| !choices.is_empty())
    {
        return vec![text("nonsense")];
    }
    match option.kind {
        CommandOptionType::Boolean => return Vec::new(),
        // Whoever has left, or was a bot, may be erased.
        CommandOptionType::User if path.ends_with(" erase") => return Vec::new(),
        CommandOptionType::User => {
            return vec![
                ("a bot".to_owned(), (&world.bot).into()),
                ("a stranger".to_owned(), (&world.stranger).into()),
            ];
        }
        CommandOptionType::Role => {
            return vec![("another server's".to_owned(), (&world.foreign_role).into())];
        }
        CommandOptionType::Channel => {
            return vec![
                ("a voice channel".to_owned(), (&world.voice).into()),
                ("another server's".to_owned(), (&world.foreign_text).into()),
            ];
        }
        CommandOptionType::Integer => {
            // Where nothing is called so, a number that Discord lets pass is wrong too.
            let (least, most) = if path.ends_with(" config") {
                (0, 1_000_000)
            } else {
                (1, 987_654)
            };
            return [least - 1, most]
                .map(|number| (number.to_string(), Argument::from(number)))
                .into();
        }
        CommandOptionType::Attachment => {
            return vec![
                file("tasks.csv", b""),
                file("tasks.csv", b"\xff\xfe"),
                file("tasks.json", b"{\"a\": 1}"),
                file("tasks.txt", b"Sweep the yard"),
            ];
        }
        _ => {}
    }
    match option.name.as_str() {
        "dates" | "date" | "day" | "time" | "due" => {
            let past = (option.name == "due").then(|| text("01/01/2020"));
            [text("99/99"), text("someday"), text(&long(101))]
                .into_iter()
                .chain(past)
                .collect()
        }
        "repeat" => vec![text("now and then"), text(&long(101))],
        "except" => vec![text("never"), text(&long(1001))],
        "tags" => {
            let many: Vec<String> = (0..11).map(|nth| format!("t{nth}")).collect();
            vec![text(&long(31)), text(&many.join(","))]
        }
        "checklist" => {
            let many: Vec<String> = (0..21).map(|nth| format!("line {nth}")).collect();
            vec![text(&long(201)), text(&many.join(";"))]
        }
        "tag" => vec![text(&long(31))],
        "assignees" => vec![
            text("nobody"),
            text(&format!("<@{}>", world.bot.id())),
            text(&format!("<@{}>", world.stranger.id())),
        ],
        "description" => vec![text("   "), text(&long(1001))],
        "note" | "reason" => vec![text(&long(501))],
        "site" | "worksite" if path == "/worksite reopen" => vec![text("Nirgends"), text("Open")],
        "site" | "worksite" if path == "/worksite show" || path == "/worksite edit" => {
            vec![text("Nirgends"), text("  ")]
        }
        "site" | "worksite" => vec![text("Nirgends"), text("Closed")],
        "hand_to" => vec![text("Nirgends"), text("Closed"), text("Open")],
        "entry" | "task" | "webhook" => vec![text("Nirgends"), text("987654"), text("-1")],
        "url" | "address" if path != "/worksite create" && path != "/worksite edit" => vec![
            text("nonsense"),
            text("http://hook.invalid/"),
            text("https://127.0.0.1/"),
        ],
        "address" => vec![text(&long(201))],
        "events" => vec![text("nothing.happens")],
        "name" if path == "/worksite create" => vec![text("  "), text("open"), text(&long(81))],
        "name" => vec![text(&long(81))],
        name => panic!(
            "what does not fit the option `{name}` of `{path}`? Say it in `wrong_option`, in {}",
            file!()
        ),
    }
}

/// What an option that must be filled is filled with, so that the one beside it is looked at.
fn needed(path: &str, name: &str) -> Argument {
    match (path, name) {
        ("/worksite reopen", _) => "Closed".into(),
        (_, "worksite") => "Open".into(),
        (_, "task" | "entry" | "webhook" | "feed" | "calendar") => match name {
            "feed" | "calendar" => 1.into(),
            _ => "1".into(),
        },
        (_, "description") => "Paint".into(),
        (_, "reason") => "It rains.".into(),
        (_, "name") => "New".into(),
        (_, "dates") => "01/08 02/08".into(),
        (_, "url" | "address") => "https://other.invalid/".into(),
        (_, "of") => "My own plan".into(),
        _ => panic!(
            "what fits the option `{name}` of `{path}`? Say it in `needed`, in {}",
            file!()
        ),
    }
}

#[tokio::test]
async fn no_option_of_a_command_takes_what_does_not_fit_it() {
    testkit::story_with(features::all, sim(), BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let world = furnish(story).await;
        let catalogue = &story.house().catalogue;
        let mut before = rows(story).await;
        let (mut told, mut failures) = (String::new(), Vec::new());
        for entry in catalogue.commands() {
            if entry.schema.kind != CommandType::ChatInput || !OURS.contains(&entry.feature) {
                continue;
            }
            for (path, options) in paths(&format!("/{}", entry.schema.name), &entry.schema.options)
            {
                for option in &options {
                    for (value, argument) in wrong_option(&world, &path, option) {
                        let mut arguments: Vec<(&str, Argument)> = options
                            .iter()
                            .filter(|other| {
                                other.required == Some(true) && other.name != option.name
                            })
                            .map(|other| (other.name.as_str(), needed(&path, &other.name)))
                            .collect();
                        arguments.push((&option.name, argument));
                        if path == "/worksite edit" && option.name == "worksite" {
                            arguments.push(("address", "Rue Neuve".into()));
                        }
                        let what = format!("{path} {}: {value}", option.name);
                        let mut words = Vec::new();
                        for locale in ["en-US", "fr"] {
                            let owner = world.owner.clone().locale(locale).in_channel(&world.text);
                            match owner.slash(&path, &arguments).answer().await {
                                Ok(answer) => {
                                    story.idle().await;
                                    if !answer.is_ephemeral {
                                        failures
                                            .push(format!("{what}: everybody reads the answer"));
                                    }
                                    words.push(answer.text().replace('\n', " / "));
                                }
                                Err(NoAnswer::CouldNotAsk(why)) => {
                                    words.push(format!("(Discord) {why}"))
                                }
                                Err(error) => failures.push(format!("{what}: {error}")),
                            }
                        }
                        words.dedup();
                        let words = plain(&words.join("\n      "), &world);
                        let _ = writeln!(told, "{}\n      {words}", plain(&what, &world));
                        let after = rows(story).await;
                        if after != before {
                            failures.push(format!("{what}: something changed"));
                            before = after;
                        }
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        insta::assert_snapshot!("refused_options", told);
        sees(&world);
    })
    .await;
}

/// The forms: what stands behind their tags, and their fields, each with something that fits it.
const FORMS: [(&str, &str, &[(&str, &str)]); 4] = [
    ("tasks:blocked:v1", "{guild}:1", &[("reason", "It rains.")]),
    (
        "tasks:edited:v1",
        "{guild}:1",
        &[
            ("description", "Sweep"),
            ("due", ""),
            ("tags", ""),
            ("checklist", ""),
        ],
    ),
    (
        "tasks:make:v1",
        "{channel}:{message}",
        &[
            ("description", "Sweep"),
            ("due", ""),
            ("tags", ""),
            ("priority", "normal"),
            ("assignees", ""),
        ],
    ),
    (
        "planning:refused:v1",
        "{guild}:2",
        &[("reason", "It rains.")],
    ),
];

/// What does not fit a field of a form.
fn wrong_in_form(world: &World, field: &str) -> Vec<String> {
    match field {
        "description" => vec!["  ".to_owned(), long(1001)],
        "reason" => vec!["  ".to_owned()],
        "due" => ["99/99", "someday", "01/01/2020"].map(str::to_owned).into(),
        "tags" => vec![
            long(31),
            (0..11)
                .map(|nth| format!("t{nth}"))
                .collect::<Vec<_>>()
                .join(","),
        ],
        "checklist" => vec![
            long(201),
            (0..21)
                .map(|nth| format!("line {nth}"))
                .collect::<Vec<_>>()
                .join("\n"),
        ],
        "assignees" => vec![world.bot.id().to_string(), world.stranger.id().to_string()],
        // Discord's client sends one of those that are offered.
        "priority" => Vec::new(),
        _ => panic!(
            "what does not fit the field `{field}`? Say it in `wrong_in_form`, in {}",
            file!()
        ),
    }
}

/// A field as Discord sends it.
fn sent(name: &str, value: &str) -> Value {
    let component = match name {
        "priority" => json!({"type": 3, "id": 2, "custom_id": name, "values": [value]}),
        "assignees" if value.is_empty() => {
            json!({"type": 5, "id": 2, "custom_id": name, "values": []})
        }
        "assignees" => json!({"type": 5, "id": 2, "custom_id": name, "values": [value]}),
        _ => json!({"type": 4, "id": 2, "custom_id": name, "value": value}),
    };
    json!({"type": 18, "id": 1, "component": component})
}

#[tokio::test]
async fn no_field_of_a_form_takes_what_does_not_fit_it() {
    testkit::story_with(features::all, sim(), BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let world = furnish(story).await;
        let message = world.member.says(&world.text, "Sweep the yard");
        story.idle().await;
        let mut before = rows(story).await;
        let (mut told, mut failures) = (String::new(), Vec::new());
        for entry in story.house().catalogue.modals() {
            if !OURS.contains(&entry.feature) {
                continue;
            }
            let form = FORMS.iter().find(|(tag, ..)| *tag == entry.tag);
            let Some((tag, behind, fields)) = form else {
                panic!(
                    "the form `{}` is not known: name it in `FORMS`, in {}",
                    entry.tag,
                    file!()
                );
            };
            let behind = behind
                .replace("{guild}", &world.guild.id().to_string())
                .replace("{channel}", &world.text.id().to_string())
                .replace("{message}", &message.id().to_string());
            for (field, _) in *fields {
                for value in wrong_in_form(&world, field) {
                    let components: Value = fields
                        .iter()
                        .map(|(name, right)| sent(name, if name == field { &value } else { right }))
                        .collect();
                    let what = format!("{tag} {field}: «{}»", value.replace('\n', " / "));
                    let mut words = Vec::new();
                    for locale in ["en-US", "fr"] {
                        let owner = world.owner.clone().locale(locale).in_channel(&world.text);
                        let asked =
                            owner.submits_id(&message, &format!("{tag}:{behind}"), &components);
                        match asked.answer().await {
                            Ok(answer) => words.push(answer.text().replace('\n', " / ")),
                            Err(error) => failures.push(format!("{what}: {error}")),
                        }
                        story.idle().await;
                    }
                    words.dedup();
                    let words = plain(&words.join("\n      "), &world);
                    let _ = writeln!(told, "{}\n      {words}", plain(&what, &world));
                    let after = rows(story).await;
                    if after != before {
                        failures.push(format!("{what}: something changed"));
                        before = after;
                    }
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        insta::assert_snapshot!("refused_forms", told);
        sees(&world);
    })
    .await;
}
