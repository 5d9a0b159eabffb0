//! Handlers: async functions of the right shape.

use std::{future::Future, pin::Pin};

use crate::Outcome;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What an `async fn(Context, Input) -> Outcome<Output>` implements.
///
/// The context is `Ctx<YourFeature>` for commands, components and modals, `Kit<YourFeature>` for events, jobs
/// and repairs; the input's type says what is handled; the output is [`Reply`](crate::Reply) for everything a
/// person waits for and `()` for the rest.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler here",
    label = "expected `async fn({Context}, {Input}) -> Outcome<{Output}>`",
    note = "commands, components and modals take `Ctx<YourFeature>`; events, jobs and repairs take `Kit<YourFeature>`",
    note = "the second argument must be a type of the right kind: a `SlashCommand`, a `Click<..>`, a `Submit<..>`, an `On<..>`, a `Job`",
    note = "the future must be `Send`: hold no lock and no `Rc` across an `.await`"
)]
pub trait Handle<Context, Input, Output>: Send + Sync + 'static {
    /// Runs it.
    fn handle(&self, context: Context, input: Input) -> BoxFuture<'static, Outcome<Output>>;
}

impl<H, Fut, Context, Input, Output> Handle<Context, Input, Output> for H
where
    H: Fn(Context, Input) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Outcome<Output>> + Send + 'static,
{
    fn handle(&self, context: Context, input: Input) -> BoxFuture<'static, Outcome<Output>> {
        Box::pin(self(context, input))
    }
}
