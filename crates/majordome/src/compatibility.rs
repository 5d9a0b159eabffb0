//! What the replaced systems promised over HTTP, held to by calls as their clients make them.
//!
//! `docs/compatibility.md` is written from the same table: it says of each route what is the same, what is safer and what
//! to use instead. A page that no longer says what is tested fails; `WRITE_DOCS=1 cargo nextest run -p majordome
//! compatibility` writes it.

use std::{fmt::Write as _, path::Path};

use serde_json::{Value, json};
use testkit::{
    Answered, BotOptions, Story,
    discord_sim::{ChannelRef, Guild, Person, SeenMessage, SimOptions},
};

use crate::features;

/// How a route stands to what was promised.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Standing {
    /// As it was.
    Same,
    /// As it was for who does right; the page says what is refused now.
    Safer,
    /// It answers, and something else is better.
    Deprecated,
    /// There was none in fact, or none is here; the page says what to use.
    Elsewhere,
}

/// A route that a replaced system had or planned.
struct Promise {
    system: &'static str,
    route: &'static str,
    standing: Standing,
    says: &'static str,
    kept: Check,
}

/// What is called to see that it is so.
#[derive(Clone, Copy, Debug)]
enum Check {
    Health,
    ReportingHealth,
    Metrics,
    Docs,
    Stats,
    Task,
    Plan,
    Message,
    Embed,
    Users,
    Channels,
    Messages,
    OneMessage,
    Errors,
    /// Nothing answers there; the second path does.
    Absent(&'static str, &'static str, Option<&'static str>),
}

const PROMISES: &[Promise] = &[
    Promise {
        system: "GVB",
        route: "GET /health",
        standing: Standing::Same,
        says: "No key; `status`, `bot`, `database`, `redis`, `latency_ms`, `timestamp`, with 200 or 503. `redis` is `disabled`.",
        kept: Check::Health,
    },
    Promise {
        system: "Reporting API",
        route: "GET /health",
        standing: Standing::Safer,
        says: "One path answers both systems: `status` is `healthy` or `unhealthy` instead of always `ok`, and 503 says that \
               something is down.",
        kept: Check::ReportingHealth,
    },
    Promise {
        system: "GVB",
        route: "GET /stats",
        standing: Standing::Deprecated,
        says: "The same names. The key needs `activity.read`; one for several servers names `guild_id`. \
               `GET /v1/guilds/{guild}/activity` tells more.",
        kept: Check::Stats,
    },
    Promise {
        system: "GVB",
        route: "GET /metrics",
        standing: Standing::Same,
        says: "With `ENABLE_METRICS`; its names are among more. `METRICS_ADDR` serves it alone, on port 9090 say.",
        kept: Check::Metrics,
    },
    Promise {
        system: "GVB, Reporting API",
        route: "GET /docs",
        standing: Standing::Same,
        says: "It works without the internet; `/openapi.json` is the same for programs.",
        kept: Check::Docs,
    },
    Promise {
        system: "GVB",
        route: "POST /api/discord/task",
        standing: Standing::Safer,
        says: "`{user_id, assignee_id, description, chantier}` gives `{success, task_id}`; ids as numbers or texts. The key \
               needs `tasks.write`; with `Idempotency-Key` it happens once.",
        kept: Check::Task,
    },
    Promise {
        system: "GVB",
        route: "POST /api/discord/planning",
        standing: Standing::Safer,
        says: "`{user_id, chantier, type, date_debut, date_fin, notes}` gives `{success, planning_id}`; ids as numbers or \
               texts, days as `JJ/MM` or `JJ/MM/AAAA`. The key needs `planning.write`; with `Idempotency-Key` it happens once.",
        kept: Check::Plan,
    },
    Promise {
        system: "GVB",
        route: "POST /api/discord/message",
        standing: Standing::Safer,
        says: "Nobody is mentioned unless named, the limits of Discord are told before it is asked, and a key writes only \
               into channels that it covers (`messages.write`).",
        kept: Check::Message,
    },
    Promise {
        system: "GVB",
        route: "POST /api/discord/embed",
        standing: Standing::Safer,
        says: "As `message`.",
        kept: Check::Embed,
    },
    Promise {
        system: "GVB",
        route: "GET /api/discord/users",
        standing: Standing::Safer,
        says: "Those of one server; the key needs `members.read`. `GET /v1/guilds/{guild}/members` comes in pages.",
        kept: Check::Users,
    },
    Promise {
        system: "GVB",
        route: "GET /api/discord/channels",
        standing: Standing::Safer,
        says: "Those of one server that the key covers; it needs `channels.read`.",
        kept: Check::Channels,
    },
    Promise {
        system: "GVB, Reporting API",
        route: "errors of the routes above and below",
        standing: Standing::Same,
        says: "`{detail}` as `application/json`; 401 «Invalid API key», 404, 422. Below `/v1/messages` and at `/stats` the fields that \
               do not fit stand beside it in `errors`. Paths below `/v1/guilds` answer with problem \
               documents (RFC 9457).",
        kept: Check::Errors,
    },
    Promise {
        system: "Reporting API",
        route: "GET /v1/messages",
        standing: Standing::Safer,
        says: "The same parameters, names and kinds. Ids are ordered as numbers, so that no page skips or repeats; a server that \
               the key does not cover is 404; dates without a zone are taken as UTC. `ids=string` for JavaScript.",
        kept: Check::Messages,
    },
    Promise {
        system: "Reporting API",
        route: "GET /v1/messages/{id}",
        standing: Standing::Safer,
        says: "The object, or 404; deleted ones only for keys that may see them.",
        kept: Check::OneMessage,
    },
    Promise {
        system: "GVB",
        route: "GET /api/health/detailed",
        standing: Standing::Elsewhere,
        says: "Was planned. `GET /health/detailed` with the scope `health.read`.",
        kept: Check::Absent("GET", "/api/health/detailed", Some("/health/detailed")),
    },
    Promise {
        system: "GVB",
        route: "GET /api/logs",
        standing: Standing::Elsewhere,
        says: "Was planned. Logs go to the program's output, as JSON with `LOG_FORMAT=json`.",
        kept: Check::Absent("GET", "/api/logs", None),
    },
    Promise {
        system: "GVB",
        route: "POST /webhook/tally, /webhook/n8n, /webhook/google",
        standing: Standing::Elsewhere,
        says: "Was planned, and is not here yet: let n8n call `POST /api/discord/task` or `message` with a key.",
        kept: Check::Absent("POST", "/webhook/n8n", None),
    },
    Promise {
        system: "VerseLink",
        route: "POST /webhooks/incoming",
        standing: Standing::Elsewhere,
        says: "Is not here: nothing takes its events yet.",
        kept: Check::Absent("POST", "/webhooks/incoming", None),
    },
];

const HEAD: &str = "# Compatibility

What clients of the replaced systems find over HTTP. This page is written by `crates/majordome/src/compatibility.rs`,
which calls each route as those clients do; do not edit it by hand.

- *same*: nothing to do.
- *safer*: works for who does right; something is refused now that was not.
- *deprecated*: works, and something better is there.
- *elsewhere*: use what is named instead.

Keys are sent as `Authorization: Bearer …` or `x-api-key: …`; `API_KEY` of the configuration is one too, of at least 24
characters.

| system | route | status | what to know |
|---|---|---|---|
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for promise in PROMISES {
        let standing = match promise.standing {
            Standing::Same => "same",
            Standing::Safer => "safer",
            Standing::Deprecated => "deprecated",
            Standing::Elsewhere => "elsewhere",
        };
        let routes: Vec<String> = promise
            .route
            .split(", ")
            .map(|route| {
                if route.contains('/') {
                    format!("`{route}`")
                } else {
                    route.to_owned()
                }
            })
            .collect();
        writeln!(
            page,
            "| {} | {} | {standing} | {} |",
            promise.system,
            routes.join(", "),
            promise.says
        )
        .unwrap();
    }
    page
}

#[test]
fn the_page_says_what_is_tested() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compatibility.md");
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written,
        page(),
        "docs/compatibility.md is out of date: see the head of this test"
    );
}

/// The bot at work, with something of everything that is asked for.
struct Scene<'a> {
    story: &'a Story,
    guild: &'a Guild,
    alice: &'a Person,
    channel: &'a ChannelRef,
    said: &'a SeenMessage,
    key: String,
}

impl Scene<'_> {
    async fn get(&self, path: &str) -> Answered {
        let call = self.story.call("GET", path);
        call.header("x-api-key", &self.key).send().await
    }

    async fn post(&self, path: &str, body: &Value) -> Answered {
        let call = self.story.call("POST", path).key(&self.key);
        call.json(body).send().await
    }

    async fn check(&self, check: Check) {
        match check {
            Check::Health => {
                let told = self.story.call("GET", "/health").send().await.expect(200);
                let names = names(&told);
                assert_eq!(
                    names, "bot database latency_ms redis status timestamp",
                    "{told}"
                );
                assert_eq!(
                    (&told["status"], &told["redis"]),
                    (&json!("healthy"), &json!("disabled"))
                );
            }
            Check::ReportingHealth => {
                let told = self.story.call("GET", "/health").send().await.expect(200);
                assert_eq!(told["status"], "healthy");
            }
            Check::Metrics => {
                let text = self.story.call("GET", "/metrics").send().await.text();
                for name in [
                    "discord_commands_total",
                    "discord_messages_total",
                    "discord_command_duration_seconds",
                    "discord_guild_members_total",
                    "postgres_connections_active",
                    "api_requests_total",
                    "api_request_duration_seconds",
                ] {
                    assert!(text.contains(name), "{name} is not among:\n{text}");
                }
            }
            Check::Docs => {
                let door = self.story.call("GET", "/docs").send().await;
                assert_eq!(door.status, 303);
                let to = door.header("location").expect("it leads on");
                let page = self.story.call("GET", to).send().await;
                assert_eq!(page.status, 200);
                assert!(page.text().contains("<html"), "{}", page.text());
            }
            Check::Stats => {
                let told = self.get("/stats").await.expect(200);
                let alice = &told["users"][0];
                assert_eq!(alice["user_name"], "alice");
                assert!(alice["messages_7d"].is_number() && alice["messages_30d"].is_number());
                assert!(told["total_messages"].is_number(), "{told}");
            }
            Check::Task => {
                let body = json!({ "user_id": self.alice.id().get(), "assignee_id": self.alice.id().to_string(),
                    "description": "Paint", "chantier": "harbour" });
                let made = self.post("/api/discord/task", &body).await.expect(200);
                assert_eq!(made, json!({ "success": true, "task_id": 1 }));
            }
            Check::Plan => {
                let body = json!({ "user_id": self.alice.id().get(), "type": "conge", "date_debut": "28/12",
                    "date_fin": "02/01", "notes": "Noël" });
                let made = self.post("/api/discord/planning", &body).await.expect(200);
                assert_eq!(made, json!({ "success": true, "planning_id": 1 }));
            }
            Check::Message | Check::Embed => {
                let (path, body) = if matches!(check, Check::Message) {
                    let text = format!("Bonjour <@{}> @everyone", self.alice.id());
                    ("/api/discord/message", json!({ "content": text }))
                } else {
                    let body = json!({ "title": "Plan", "description": "Lundi", "color": 255 });
                    ("/api/discord/embed", body)
                };
                let mut body = body;
                // As a number, which JavaScript could not write.
                body["channel_id"] = json!(self.channel.id().get());
                assert_eq!(self.post(path, &body).await.expect(200)["success"], true);
                let calls = self
                    .story
                    .sim
                    .calls_to("POST", "/channels/{channel}/messages");
                let sent = calls.last().unwrap().body.to_string();
                assert!(
                    sent.contains(r#""parse":[]"#),
                    "nobody is mentioned: {sent}"
                );
                body["channel_id"] = json!("42");
                self.post(path, &body).await.expect(404);
            }
            Check::Users => {
                let told = self.get("/api/discord/users").await.expect(200);
                let users = told["users"].as_array().unwrap();
                assert!(
                    users.iter().any(|user| user["username"] == "alice"),
                    "{told}"
                );
            }
            Check::Channels => {
                let told = self.get("/api/discord/channels").await.expect(200);
                let channels = told["channels"].as_array().unwrap();
                assert!(
                    channels.iter().any(|one| one["name"] == "general"),
                    "{told}"
                );
            }
            Check::Messages => {
                let (guild, channel) = (self.guild.id(), self.channel.id());
                let path = format!("/v1/messages?guild_id={guild}&channel_id={channel}&limit=1");
                let page = self.get(&path).await.expect(200);
                assert_eq!(names(&page["data"][0]), MESSAGE);
                assert_eq!(
                    (&page["data"][0]["message_id"], &page["data"][0]["guild_id"]),
                    (&json!(self.said.id().to_string()), &json!(guild.get()))
                );
                assert_eq!(names(&page["pagination"]), "limit next_cursor");
                for wrong in ["limit=0", "limit=501", "from=soon"] {
                    let path =
                        format!("/v1/messages?guild_id={guild}&channel_id={channel}&{wrong}");
                    self.get(&path).await.expect(422);
                }
                let elsewhere = format!("/v1/messages?guild_id=42&channel_id={channel}");
                self.get(&elsewhere).await.expect(404);
            }
            Check::OneMessage => {
                let path = format!("/v1/messages/{}", self.said.id());
                let told = self.get(&path).await.expect(200);
                assert_eq!(names(&told), MESSAGE);
                self.get("/v1/messages/42").await.expect(404);
            }
            Check::Errors => {
                for path in ["/stats", "/v1/messages/42", "/api/discord/users"] {
                    let call = self.story.call("GET", path);
                    let refused = call.header("x-api-key", "wrong").send().await;
                    assert_eq!(refused.header("content-type"), Some("application/json"));
                    let said = refused.expect(401);
                    assert_eq!(names(&said), "detail", "{path}");
                    let detail = said["detail"].as_str().unwrap();
                    assert!(detail.starts_with("Invalid API key"), "{detail}");
                }
            }
            Check::Absent(method, path, instead) => {
                let call = self.story.call(method, path).key(&self.key);
                let answered = call.send().await;
                assert_eq!(answered.status, 404, "{method} {path}: say so on the page");
                if let Some(instead) = instead {
                    self.get(instead).await.expect(200);
                }
            }
        }
    }
}

const MESSAGE: &str = "attachment_count author_id author_name channel_id content created_at deleted edited_at embed_count \
                       guild_id message_id";

/// The names of an object, in their order.
fn names(of: &Value) -> String {
    let mut names: Vec<&str> = of.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names.join(" ")
}

#[tokio::test]
async fn every_promise_is_kept() {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    let http = api::Config {
        metrics: true,
        ..api::Config::default()
    };
    let options = BotOptions::default().with_http_as(http);
    testkit::story_with(features::all, sim, options, async |story| {
        let guild = story.sim.guild("Builders").locale("en-US");
        let (owner, alice) = (guild.owner(), guild.member("alice"));
        let channel = guild.text("general");
        story.idle().await;
        let options = [("channel", (&channel).into())];
        story.answer(owner.slash("/archive enable", &options)).await;
        let options = [("name", "Harbour".into())];
        story
            .answer(owner.slash("/worksite create", &options))
            .await;
        let said = alice.says(&channel, "hello");
        story.idle().await;
        let id = guild.id().to_string().parse().unwrap();
        let scene = Scene {
            key: story.key(Some(id), &["*"]).await,
            story,
            guild: &guild,
            alice: &alice,
            channel: &channel,
            said: &said,
        };
        for promise in PROMISES {
            scene.check(promise.kept).await;
        }
        // What is not on the page is new.
        let document = story.call("GET", "/openapi.json").send().await.expect(200);
        for path in document["paths"].as_object().unwrap().keys() {
            let is_new = path.starts_with("/v1/guilds/")
                || path.starts_with("/health/")
                || path.starts_with("/calendars/")
                || path.starts_with("/archive/exports/")
                || path == "/interactions";
            let is_promised = PROMISES
                .iter()
                .any(|promise| promise.route.ends_with(path.as_str()));
            assert!(is_new || is_promised, "{path} is not on the page");
        }
        story.idle().await;
        for channel in story.sim.unread() {
            assert!(!channel.is_empty());
        }
        owner.sees(&channel);
    })
    .await;
}
