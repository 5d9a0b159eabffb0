//! Workers that are killed, servers that go away.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use database::local::LocalServer;
use database::{Database, Server, Settings};
use jobs::{Clock, JobContext, JobError, Jobs, Options, Worker};
use secrecy::SecretString;
use sqlx::Executor;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::support::{Diary, Note, Queue, note, until};

const LEASE: Duration = Duration::from_millis(600);

/// The database that [`a_worker_that_will_be_killed`] works on.
const DATABASE: &str = "MAJORDOME_TEST_DATABASE";

#[tokio::test]
#[ignore = "run as a program of its own by `a_killed_worker_is_replaced`"]
async fn a_worker_that_will_be_killed() {
    let url = SecretString::from(std::env::var_os(DATABASE).unwrap().into_string().unwrap());
    let database = Database::open(&Settings::from_url(&url).unwrap())
        .await
        .unwrap();
    let never = async |_: Note, _: JobContext| std::future::pending::<Result<(), JobError>>().await;
    let worker = Worker::builder(database, Clock::system())
        .lease(LEASE)
        .on(Options::default(), never);
    worker.build().unwrap().run(CancellationToken::new()).await;
}

#[tokio::test]
async fn a_killed_worker_is_replaced() {
    let queue = Queue::new().await;
    let system = Jobs::new(Clock::system());
    let mut connection = queue.database.acquire().await.unwrap();
    system
        .enqueue(&mut connection, note("survivor").queue("q"))
        .await
        .unwrap();
    let mut program = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "faults::a_worker_that_will_be_killed",
            "--ignored",
        ])
        .env(DATABASE, queue.database.url())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the program runs the job", async || {
        queue.counts().await.running == 1
    })
    .await;

    let diary = queue.diary.clone();
    let write = move |note: Note, context: JobContext| {
        diary.write(format!("{} {}", note.word, context.attempt));
        std::future::ready(Ok::<(), JobError>(()))
    };
    let worker = Worker::builder(queue.database.database().clone(), Clock::system()).lease(LEASE);
    let worker = worker.on(Options::default(), write).build().unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (worker, stop) = (worker.clone(), stop.clone());
        async move { worker.run(stop).await }
    });
    // Longer than the lease: while the other lives and renews it, the job is its own.
    tokio::time::sleep(LEASE * 2).await;
    assert_eq!(
        queue.diary.len(),
        0,
        "the job was taken from a living worker"
    );
    program.kill().unwrap();
    program.wait().unwrap();
    until("the job runs here", async || queue.diary.len() == 1).await;
    assert_eq!(queue.diary.words(), ["survivor 2"]);
    stop.cancel();
    running.await.unwrap();
}

/// A handler that waits for a permit, and a worker of a server of its own.
struct Away {
    _folder: tempfile::TempDir,
    server: LocalServer,
    database: Database,
    gate: Arc<Semaphore>,
    begun: Diary,
    done: Diary,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

impl Away {
    async fn new(lease: Duration) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let server = LocalServer::start(folder.path()).await.unwrap();
        let settings = Settings::new(Server::Remote(Box::new(server.connect_options())));
        let database = Database::open(&settings).await.unwrap();
        let (gate, begun, done) = (
            Arc::new(Semaphore::new(0)),
            Diary::default(),
            Diary::default(),
        );
        let handler = {
            let (gate, begun, done) = (Arc::clone(&gate), begun.clone(), done.clone());
            move |note: Note, _: JobContext| {
                let (gate, begun, done) = (Arc::clone(&gate), begun.clone(), done.clone());
                async move {
                    begun.write(&note.word);
                    gate.acquire().await.unwrap().forget();
                    done.write(&note.word);
                    Ok::<(), JobError>(())
                }
            }
        };
        let worker = Worker::builder(database.clone(), Clock::system()).lease(lease);
        let worker = worker.on(Options::default(), handler).build().unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { worker.run(stop).await }
        });
        Self {
            _folder: folder,
            server,
            database,
            gate,
            begun,
            done,
            stop,
            running,
        }
    }

    async fn add(&self, word: &str) {
        let jobs = Jobs::new(Clock::system());
        let mut connection = self.database.acquire().await.unwrap();
        jobs.enqueue(&mut connection, note(word)).await.unwrap();
    }

    /// Kills the server; returns when it is back.
    async fn kill_server(&self) {
        let first = self.server.pid();
        let killed = Command::new("kill")
            .args(["-9", &first.to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        until("the server is back", async || {
            ![0, first].contains(&self.server.pid())
        })
        .await;
        until("it answers", async || {
            self.database.pool().execute("select 1").await.is_ok()
        })
        .await;
    }

    async fn left(&self) -> i64 {
        let jobs = Jobs::new(Clock::system());
        let mut connection = self.database.acquire().await.unwrap();
        let counts = jobs.counts(&mut connection).await.unwrap();
        counts.due + counts.running + counts.waiting + counts.dead
    }

    async fn end(self) {
        self.stop.cancel();
        self.running.await.unwrap();
        self.database.close().await;
        self.server.stop().await;
    }
}

#[tokio::test]
async fn a_job_that_ends_while_the_server_is_away_ran_once() {
    let away = Away::new(Duration::from_secs(45)).await;
    away.add("one").await;
    until("the job runs", async || away.begun.len() == 1).await;
    let gate = Arc::clone(&away.gate);
    let ((), ()) = tokio::join!(
        async {
            until("the server is gone", async || away.server.pid() == 0).await;
            gate.add_permits(10);
        },
        away.kill_server()
    );
    until("its end is recorded", async || away.left().await == 0).await;
    // The worker hears of new work again.
    away.add("two").await;
    until("the next job", async || away.done.len() == 2).await;
    assert_eq!(away.begun.words(), ["one", "two"]);
    away.end().await;
}

#[tokio::test]
async fn a_worker_cut_off_for_longer_than_its_lease_stops_its_handlers() {
    let queue = Queue::new().await;
    let (begun, dropped) = (Diary::default(), Diary::default());
    let handler = {
        let (begun, dropped) = (begun.clone(), dropped.clone());
        move |_: Note, _: JobContext| {
            let (begun, dropped) = (begun.clone(), dropped.clone());
            async move {
                struct OnDrop(Diary);
                impl Drop for OnDrop {
                    fn drop(&mut self) {
                        self.0.write("dropped");
                    }
                }
                let _guard = OnDrop(dropped);
                begun.write("begun");
                std::future::pending::<Result<(), JobError>>().await
            }
        }
    };
    let worker = queue
        .builder()
        .lease(LEASE)
        .on(Options::default(), handler)
        .build()
        .unwrap();
    queue.add(note("x")).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (worker, stop) = (worker.clone(), stop.clone());
        async move { worker.run(stop).await }
    });
    until("the job runs", async || begun.len() == 1).await;
    // A lock on the table keeps every statement of the worker waiting, as a dead network would.
    let mut blocker = queue.database.begin().await.unwrap();
    blocker
        .execute("lock table jobs.job in access exclusive mode")
        .await
        .unwrap();
    until("the handler is dropped", async || dropped.len() == 1).await;
    blocker.rollback().await.unwrap();
    until("it runs again", async || begun.len() == 2).await;
    stop.cancel();
    drop(worker);
    running.abort();
}
