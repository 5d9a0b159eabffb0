//! Runs a feature's code so that nothing it does can hurt the rest: on the feature's threads, with a time limit,
//! with its panics caught.

use std::time::Duration;

use feature::{BoxFuture, Failure, Outcome};

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

/// Runs a handler to its end or to its limit.
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

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
