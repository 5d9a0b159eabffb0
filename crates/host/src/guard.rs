//! Runs a feature's code so that nothing it does can hurt the rest: on the feature's threads, with a time limit,
//! with its panics caught.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use feature::{BoxFuture, Failure, Outcome};
use futures_util::FutureExt as _;

use crate::engine::Engine;

/// How a handler ended.
#[derive(Debug)]
pub(crate) enum Ended<T> {
    /// It gave something back.
    Done(T),
    /// It failed.
    Failed(Failure),
    /// It panicked; the text of the panic, for the operator.
    Panicked(String),
    /// It took too long and was stopped.
    TooSlow,
}

/// Runs a handler on the feature's threads to its end or to its limit.
pub(crate) async fn run<T: Send + 'static>(
    engine: &Engine,
    feature: &'static str,
    limit: Duration,
    handler: BoxFuture<'static, Outcome<T>>,
) -> Ended<T> {
    let task = engine.threads.spawn(feature, handler);
    match tokio::time::timeout(limit, task).await {
        Err(_) => Ended::TooSlow,
        Ok(Ok(Ok(value))) => Ended::Done(value),
        Ok(Ok(Err(failure))) => Ended::Failed(failure),
        Ok(Err(error)) => Ended::Panicked(match error.try_into_panic() {
            Ok(panic) => words(&*panic),
            Err(error) => error.to_string(),
        }),
    }
}

/// As [`run`], for a task that is on the feature's threads already.
pub(crate) async fn here<T>(limit: Duration, handler: BoxFuture<'static, Outcome<T>>) -> Ended<T> {
    // What panicked is dropped, and nothing of it is looked at again.
    let handler = AssertUnwindSafe(handler).catch_unwind();
    match tokio::time::timeout(limit, handler).await {
        Err(_) => Ended::TooSlow,
        Ok(Ok(Ok(value))) => Ended::Done(value),
        Ok(Ok(Err(failure))) => Ended::Failed(failure),
        Ok(Err(panic)) => Ended::Panicked(words(&*panic)),
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
