//! Calendars of others.

use std::sync::Mutex;

use jiff::SignedDuration;
use outgoing::{BoxFuture, Client, Door, Error, Stream};
use testkit::{BotOptions, Story, discord_sim::SimOptions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{ask, run};

/// What the server of the test answers, and what it was asked.
static ANSWER: Mutex<String> = Mutex::new(String::new());
static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A door to a server within the test.
struct Inside;

impl Door for Inside {
    fn open<'a>(&'a self, host: &'a str, _: u16) -> BoxFuture<'a, Result<Box<dyn Stream>, Error>> {
        Box::pin(async move {
            if host != "calendar.example" {
                return Err(Error::Private);
            }
            let (near, mut far) = tokio::io::duplex(64 * 1024);
            tokio::spawn(async move {
                let mut asked = vec![0; 4_096];
                let length = far.read(&mut asked).await.unwrap_or_default();
                let asked = String::from_utf8_lossy(&asked[..length]).to_lowercase();
                ASKED.lock().unwrap().push(asked);
                let answer = ANSWER.lock().unwrap().clone();
                let _ = far.write_all(answer.as_bytes()).await;
            });
            let near: Box<dyn Stream> = Box::new(near);
            Ok(near)
        })
    }
}

fn features() -> feature::Registry {
    feature::Registry::new()
        .with(worksites::Worksites)
        .with(planning::Planning::default().reaching(Client::through(Inside)))
}

/// The server answers with a calendar from now on.
fn serves(tag: &str, events: &[(&str, &str)]) {
    let events: Vec<String> = events
        .iter()
        .map(|(uid, title)| {
            format!("BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;VALUE=DATE:20260303\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n")
        })
        .collect();
    let body = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", events.concat());
    answers(&format!(
        "HTTP/1.1 200 OK\r\nETag: \"{tag}\"\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
}

fn answers(answer: &str) {
    answer.clone_into(&mut ANSWER.lock().unwrap());
}

async fn titles(story: &Story) -> Vec<String> {
    ask(story, "select title from planning.imported order by title").await
}

async fn half_an_hour(story: &mut Story) {
    story.advance(SignedDuration::from_mins(31)).await;
}

#[tokio::test]
async fn a_calendar_is_read_follows_and_loses_nothing_to_a_broken_link() {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Builders");
        let (chief, alice) = (guild.owner(), guild.member("alice"));
        story.idle().await;
        serves("one", &[("a", "Dentist"), ("b", "School")]);
        let add = [
            ("address", "webcal://calendar.example/secret.ics".into()),
            ("name", "Private".into()),
        ];
        let told = run(story, &alice, "/planning calendar add", &add).await;
        assert!(
            told.contains("Calendar 1") && !told.contains("secret"),
            "{told}"
        );
        assert_eq!(titles(story).await, ["Dentist", "School"]);
        let week = run(story, &chief, "/planning week", &[]).await;
        assert!(week.contains("@alice — 📅 Busy · Dentist"), "{week}");
        // Nothing changed: only that is asked and said.
        answers("HTTP/1.1 304 Not Modified\r\n\r\n");
        half_an_hour(story).await;
        let asked = ASKED.lock().unwrap().last().cloned().unwrap();
        assert!(asked.contains("if-none-match: \"one\""), "{asked}");
        assert_eq!(titles(story).await.len(), 2);
        // What is missing once stays, what is missing twice goes, and what changed is changed.
        serves("two", &[("a", "Doctor")]);
        half_an_hour(story).await;
        assert_eq!(titles(story).await, ["Doctor", "School"]);
        answers("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
        half_an_hour(story).await;
        assert_eq!(titles(story).await, ["Doctor", "School"]);
        serves("two", &[("a", "Doctor")]);
        half_an_hour(story).await;
        assert_eq!(titles(story).await, ["Doctor"]);
        // Broken in whatever way, nothing goes, and its owner is told once.
        for broken in [
            "HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
            "nonsense",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        ] {
            answers(broken);
            half_an_hour(story).await;
        }
        assert_eq!(titles(story).await, ["Doctor"]);
        let alerts = alice.sees(&alice.dm());
        assert_eq!(alerts.len(), 1);
        assert!(
            alerts[0].text().contains("can not be read"),
            "{}",
            alerts[0].text()
        );
        let listed = run(story, &alice, "/planning calendar list", &[]).await;
        assert!(listed.contains("⚠️"), "{listed}");
        serves("three", &[("c", "New")]);
        story.restart().await;
        half_an_hour(story).await;
        assert_eq!(titles(story).await, ["Doctor", "New"]);
        run(
            story,
            &alice,
            "/planning calendar remove",
            &[("calendar", 1.into())],
        )
        .await;
        assert!(titles(story).await.is_empty());
        let asked = ASKED.lock().unwrap().len();
        half_an_hour(story).await;
        assert_eq!(ASKED.lock().unwrap().len(), asked, "it is read no more");
    })
    .await;
}

#[tokio::test]
async fn whole_days_of_a_calendar_count_as_absence_and_say_no_more() {
    let sim = SimOptions {
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features, sim, BotOptions::default(), async |story| {
        let guild = story.sim.guild("Builders");
        let (alice, bob) = (guild.member("alice"), guild.member("bob"));
        story.idle().await;
        let event = |start: &str, more: &str| {
            format!("BEGIN:VEVENT\r\nUID:{start}\r\nDTSTART{start}\r\nSUMMARY:Secret\r\n{more}END:VEVENT\r\n")
        };
        let body = [
            event(";VALUE=DATE:20260304", ""),
            event(";VALUE=DATE:20260306", "TRANSP:TRANSPARENT\r\n"),
            event(":20260305T100000Z", "DURATION:PT1H\r\n"),
        ];
        let body = format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", body.concat());
        answers(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        let add = |counts: Option<bool>| {
            let address = ("address", "https://calendar.example/a.ics".into());
            let counts = counts.map(|counts| ("absence", counts.into()));
            let options = [address, ("name", "Private".into())];
            options.into_iter().chain(counts).collect::<Vec<_>>()
        };
        run(story, &alice, "/planning calendar add", &add(None)).await;
        run(story, &bob, "/planning calendar add", &add(Some(false))).await;
        assert_eq!(titles(story).await.len(), 6);
        let now = story.house().clock.now();
        let question = feature::absence::Question {
            guild: crate::id(&guild),
            users: [&alice, &bob].map(|one| one.id().to_string().parse().unwrap()).to_vec(),
            from: now,
            to: now + SignedDuration::from_hours(24 * 7),
        };
        let away = story.house().away(question).await;
        let told: Vec<String> = away.iter().map(|one| format!("{} {} {}", one.user, one.from, one.until)).collect();
        assert_eq!(told, [format!("{} 2026-03-04T00:00:00Z 2026-03-05T00:00:00Z", alice.id())]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_calendar_of_the_internet_is_refused() {
    testkit::story_with(
        features,
        SimOptions::default(),
        BotOptions::default(),
        async |story| {
            let guild = story.sim.guild("Builders");
            let (alice, bob) = (guild.member("alice"), guild.member("bob").locale("fr"));
            let robot = guild.other_bot("robot");
            story.idle().await;
            let mut told = Vec::new();
            for who in [&alice, &bob] {
                for address in [
                    "calendar",
                    "http://calendar.example/",
                    "https://me@calendar.example/",
                    "https://127.0.0.1/a.ics",
                    "https://[::ffff:10.0.0.1]/a.ics",
                ] {
                    let add = [("address", address.into()), ("name", "x".into())];
                    told.push(run(story, who, "/planning calendar add", &add).await);
                }
                let blank = [
                    ("address", "https://calendar.example/".into()),
                    ("name", " ".into()),
                ];
                told.push(run(story, who, "/planning calendar add", &blank).await);
                let of_bot = [
                    ("address", "https://calendar.example/".into()),
                    ("name", "x".into()),
                    ("person", (&robot).into()),
                ];
                told.push(run(story, who, "/planning calendar add", &of_bot).await);
                let none = [("calendar", 7.into())];
                told.push(run(story, who, "/planning calendar remove", &none).await);
            }
            let for_others = [
                ("address", "https://calendar.example/".into()),
                ("name", "x".into()),
                ("person", (&bob).into()),
            ];
            told.push(run(story, &alice, "/planning calendar add", &for_others).await);
            insta::assert_snapshot!("calendars_refused", told.join("\n"));
            let count = "select count(*)::text from planning.calendar";
            assert_eq!(ask(story, count).await, ["0"]);
        },
    )
    .await;
}
