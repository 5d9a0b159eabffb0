//! Threads of their own for features, so that one that blocks holds up nobody but itself.
//!
//! The threads only run the features' code. Sockets, timers and tasks that it starts belong to the program's own
//! runtime: connections to Discord and Postgres are shared, and one that a feature opened must go on serving the
//! others while that feature blocks.

use std::{
    collections::HashMap,
    future::pending,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use feature::BoxFuture;
use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// How many threads a feature has: with one that is blocked, the feature itself goes on.
const EACH: usize = 2;

/// The threads of all features.
#[derive(Debug)]
pub(crate) struct Threads {
    features: HashMap<&'static str, Room>,
    home: Handle,
}

/// The threads of one feature.
#[derive(Debug)]
struct Room {
    handle: Handle,
    runtime: Mutex<Option<Runtime>>,
}

impl Threads {
    /// Threads for each feature; `home` is where their sockets, timers and tasks live.
    pub(crate) fn new(features: &[&'static str], home: Handle) -> io::Result<Self> {
        let features = features.iter().map(|feature| {
            let runtime = Builder::new_multi_thread()
                .worker_threads(EACH)
                .thread_name(*feature)
                .build()?;
            let room = Room {
                handle: runtime.handle().clone(),
                runtime: Mutex::new(Some(runtime)),
            };
            Ok((*feature, room))
        });
        Ok(Self {
            features: features.collect::<io::Result<_>>()?,
            home,
        })
    }

    /// Runs a feature's work on the feature's threads; dropping the handle ends it at its next await.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        feature: &'static str,
        work: BoxFuture<'static, T>,
    ) -> AbortOnDropHandle<T> {
        AbortOnDropHandle::new(match self.features.get(feature) {
            Some(room) => room.handle.spawn(AtHome {
                home: self.home.clone(),
                work,
            }),
            // What the host itself answers.
            None => self.home.spawn(work),
        })
    }
}

impl Threads {
    /// Ends all work of features at its next await. What it holds is given back; a blocked thread is not waited for.
    pub(crate) fn close(&self) {
        let runtimes = self
            .features
            .values()
            .filter_map(|room| room.runtime.lock().take());
        runtimes.for_each(Runtime::shutdown_background);
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.close();
    }
}

/// Work whose sockets, timers and tasks belong to another runtime than the one that runs it.
struct AtHome<T: 'static> {
    home: Handle,
    work: BoxFuture<'static, T>,
}

impl<T: 'static> Future for AtHome<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let _entered = this.home.enter();
        this.work.as_mut().poll(context)
    }
}

impl<T: 'static> Drop for AtHome<T> {
    fn drop(&mut self) {
        // What the work still holds may need a task to be given back, as a database connection does.
        let _entered = self.home.enter();
        self.work = Box::pin(pending());
    }
}
