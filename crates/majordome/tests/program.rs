//! The program as its operator meets it: exit codes, what it prints, how it starts and stops.
#![expect(clippy::unwrap_used, reason = "a test that can not go on says where")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use database::test_support::TestDatabase;
use discord_sim::{Sim, SimOptions};
use sqlx::ConnectOptions as _;

/// A folder of its own, with a clean environment.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The local Postgres may run as another user than the tests.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_majordome"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HTTP_ADDR", "off");
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The process id of the local Postgres, if it runs.
    fn postmaster(&self) -> Option<String> {
        let text =
            fs::read_to_string(self.0.path().join("data/postgres/cluster/postmaster.pid")).ok()?;
        text.lines().next().map(str::to_owned)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_port_in_use_stops_the_start_and_says_what_to_do() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = place
        .command(&["run"])
        .env(
            "BOT_TOKEN",
            "MTk3MDM4NDM5NDgzMzEwMDg2.Gh3kQx.hunter2-hunter2-hunter2",
        )
        .env("HTTP_ADDR", &address)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains(&format!("HTTP_ADDR={address}")) && said.contains("another program"),
        "{said}"
    );
    // Found out before anything was begun.
    assert_eq!(place.postmaster(), None);
}

#[test]
fn a_wrong_configuration_ends_with_code_2_and_says_all() {
    let place = Place::new();
    fs::write(place.0.path().join(".env"), "LOG_FORMAT=xml\n").unwrap();
    for arguments in [&[][..], &["run"], &["check-config"]] {
        let output = place.output(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(
            said.contains("2 problems") && said.contains("BOT_TOKEN is missing"),
            "{said}"
        );
        assert!(said.contains("LOG_FORMAT (.env) is `xml`"), "{said}");
    }
}

#[test]
fn a_right_configuration_is_shown_without_its_secrets() {
    let place = Place::new();
    fs::write(
        place.0.path().join(".env"),
        "BOT_TOKEN=aaaa.bbbb.cccc\nDEFAULT_LOCALE=fr\n",
    )
    .unwrap();
    let output = place.output(&["check-config"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        said.contains("DEFAULT_LOCALE") && said.contains("(set)"),
        "{said}"
    );
    assert!(!said.contains("bbbb"), "{said}");
}

#[test]
fn the_commands_are_printed_as_discord_gets_them() {
    let output = Place::new().output(&["commands"]);
    let commands: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let ping = commands
        .iter()
        .find(|command| command["name"] == "ping")
        .unwrap();
    assert!(
        ping["description_localizations"]["fr"].is_string(),
        "{ping}"
    );
}

#[test]
fn a_database_that_refuses_is_explained() {
    let place = Place::new();
    let output = place
        .command(&["migrate"])
        .env("DATABASE_URL", "postgres://me:hunter2@")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = place.command(&["health"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).starts_with("not running"),
        "{}",
        text(&output.stdout)
    );
}

/// The program at work against a simulated Discord, in a process group of its own as a shell would make it.
struct Running<'p> {
    place: &'p Place,
    child: Child,
}

impl<'p> Running<'p> {
    async fn start(place: &'p Place, sim: &Sim) -> Self {
        Self::start_with(place, sim, &[]).await
    }

    async fn start_with(place: &'p Place, sim: &Sim, environment: &[(&str, &str)]) -> Self {
        let child = place
            .command(&["run"])
            .envs(environment.iter().copied())
            .env("BOT_TOKEN", sim.bot_token())
            .env("DISCORD_API_URL", sim.api_url())
            .env("DISCORD_GATEWAY_URL", sim.gateway_url())
            .process_group(0)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let running = Self { place, child };
        running.until_health(|health| health.status.success()).await;
        running
    }

    async fn until_health(&self, wanted: impl Fn(&Output) -> bool) {
        let begun = Instant::now();
        loop {
            let health = self.place.output(&["health"]);
            if wanted(&health) {
                return;
            }
            let found = text(&health.stdout);
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "health is still: {found}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The resident memory in kB.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        line.unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    }

    fn signal(signal: &str, to: &str) {
        let sent = Command::new("kill")
            .args([signal, "--", to])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; returns the exit code and the log.
    async fn end(self) -> (Option<i32>, String) {
        let output = tokio::task::spawn_blocking(move || self.child.wait_with_output());
        let output = tokio::time::timeout(Duration::from_secs(30), output)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        (output.status.code(), text(&output.stderr))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_with_nothing_but_a_token_and_stops_when_told() {
    let (place, sim) = (
        Place::new(),
        Sim::start(SimOptions::default()).await.unwrap(),
    );
    for (signal, whole_group) in [("-TERM", false), ("-INT", true)] {
        let running = Running::start(&place, &sim).await;
        assert!(place.postmaster().is_some());
        let pid = running.child.id().to_string();
        // Ctrl-C reaches the whole foreground group: the local Postgres must not go before the program.
        let to = if whole_group { format!("-{pid}") } else { pid };
        Running::signal(signal, &to);
        let (code, log) = running.end().await;
        assert_eq!(code, Some(0), "{signal}: {log}");
        assert!(log.contains("told to stop"), "{log}");
        assert!(!log.contains("ERROR"), "{signal}: {log}");
        assert!(
            !log.contains(&sim.bot_token()),
            "the token is in the log: {log}"
        );
        assert_eq!(
            place.postmaster(),
            None,
            "the local Postgres outlived the program"
        );
        let health = text(&place.output(&["health"]).stdout);
        assert!(health.starts_with("not running"), "{health}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_it_starts_again() {
    let (place, sim) = (
        Place::new(),
        Sim::start(SimOptions::default()).await.unwrap(),
    );
    let running = Running::start(&place, &sim).await;
    let orphan = place.postmaster();
    let pid = running.child.id().to_string();
    Running::signal("-KILL", &pid);
    assert_eq!(running.end().await.0, None);
    assert_eq!(
        place.postmaster(),
        orphan,
        "nothing was left behind to start on"
    );
    let running = Running::start(&place, &sim).await;
    assert_ne!(place.postmaster(), orphan);
    let pid = running.child.id().to_string();
    Running::signal("-TERM", &pid);
    let (code, log) = running.end().await;
    assert_eq!(code, Some(0), "{log}");
}

/// The rows that a query counts.
async fn count(database: &TestDatabase, sql: &'static str) -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let counting = sqlx::query_scalar(sql);
    counting
        .fetch_one(database.database().pool())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_over_and_over_it_keeps_every_message() {
    let place = Place::new();
    let sim = Sim::start(SimOptions {
        patience: Duration::from_mins(1),
        first_answer: Duration::from_mins(1),
        ..SimOptions::default()
    });
    let (sim, database) = (sim.await.unwrap(), TestDatabase::create().await);
    let url = database.database().connect_options().to_url_lossy();
    let environment = [("DATABASE_URL", url.as_str())];
    let guild = sim.guild("Rust FR");
    let (owner, alice, channel) = (guild.owner(), guild.member("alice"), guild.text("talk"));
    let mut running = Running::start_with(&place, &sim, &environment).await;
    let registered = sim.wait_until(Duration::from_secs(20), |_| {
        alice.slash("/ping", &[]).id().is_ok()
    });
    registered.await.unwrap();
    owner.slash("/archive enable", &[]).answer().await.unwrap();
    let mut said = 0;
    let mut speak = |many: i64| {
        for _ in 0..many {
            said += 1;
            alice.says(&channel, &format!("said {said}"));
        }
        said
    };
    for round in 0..5 {
        // Each time another part of it is stored, in the buffer, or on its way.
        speak(40 + 130 * round);
        let stored = "select count(*) from archive.message";
        let begun = Instant::now();
        while round % 2 == 1
            && count(&database, stored).await == 0
            && begun.elapsed() < Duration::from_secs(20)
        {
            tokio::task::yield_now().await;
        }
        Running::signal("-KILL", &running.child.id().to_string());
        assert_eq!(running.end().await.0, None);
        speak(20);
        running = Running::start_with(&place, &sim, &environment).await;
    }
    let all = speak(20);
    let begun = Instant::now();
    let stored = "select count(distinct content) from archive.message where content like 'said %' and deleted_at is null";
    while count(&database, stored).await < all {
        assert!(
            begun.elapsed() < Duration::from_secs(40),
            "{} of {all} messages are there",
            count(&database, stored).await
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rows = "select count(*) from archive.message where content like 'said %'";
    assert_eq!(count(&database, rows).await, all, "each is there once");
    Running::signal("-TERM", &running.child.id().to_string());
    let (code, log) = running.end().await;
    assert_eq!(code, Some(0), "{log}");
}

/// What Discord never sends: no JSON, cut JSON, wrong types, unknown names, giant texts, ids of nothing.
fn broken(sim: &Sim) {
    let faults = sim.faults();
    let giant = format!("{{\"content\":\"{}\"}}", "x".repeat(10_000));
    let bodies = [
        "null",
        "[]",
        "{\"id\":\"x\"}",
        "{\"id\":18446744073709551616}",
        "{\"id\":\"1\",\"guild_id\":",
        &giant,
    ];
    let names = [
        "INTERACTION_CREATE",
        "GUILD_CREATE",
        "GUILD_DELETE",
        "MESSAGE_CREATE",
        "RESUMED",
        "SOMETHING_NEW",
        "",
    ];
    for number in 0..10_000 {
        if number % 10 == 0 {
            faults.raw_frame(&format!("{{\"op\":{},\"d\":[]}}", 20 + number));
        } else {
            faults.raw_dispatch(names[number % names.len()], bodies[number % bodies.len()]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_payloads_and_ids_leave_nothing_behind() {
    let place = Place::new();
    let sim = Sim::start(SimOptions {
        patience: Duration::from_mins(1),
        first_answer: Duration::from_mins(1),
        ..SimOptions::bench()
    })
    .await
    .unwrap();
    let guild = sim.guild("Rust FR");
    let running = Running::start(&place, &sim).await;
    let alice = guild.member("alice");
    let registered = sim.wait_until(Duration::from_secs(20), |_| {
        alice.slash("/ping", &[]).id().is_ok()
    });
    registered.await.unwrap();
    let pong = alice.slash("/ping", &[]).answer().await.unwrap();
    let mut memory = Vec::new();
    for _ in 0..3 {
        broken(&sim);
        for id in [
            "admin:ping:v9",
            "nonsense",
            "admin:gone:v1:1",
            ":::",
            "\u{0}",
        ] {
            for _ in 0..20 {
                let answer = alice.clicks_id(pong.message(), id).answer().await.unwrap();
                assert!(answer.is_ephemeral, "{answer:?}");
            }
        }
        let answer = alice.slash("/ping", &[]).answer().await.unwrap();
        assert!(answer.text().contains("Pong"), "{answer:?}");
        memory.push(running.memory());
    }
    // The first round fills buffers and caches; what the others add would be lost for ever.
    let grown = memory[2].saturating_sub(memory[0]);
    assert!(grown < 3_000, "kB after each round: {memory:?}");
    let pid = running.child.id().to_string();
    Running::signal("-TERM", &pid);
    assert_eq!(running.end().await.0, Some(0));
}
