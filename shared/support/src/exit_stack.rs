//! The exit stack: what dependencies have to do when their request is over.
//!
//! In FastAPI a dependency with `yield` is one function in two halves. In Rust the first
//! half is an extractor, and the second a closure that the extractor leaves here.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use futures_util::FutureExt;

use crate::error::{ApiError, panic_error};

// ANCHOR: outcome
/// How a request went, so far: `Err` is what the handler, a later dependency, a background
/// task or the body of the response ended in.
pub type Outcome = Result<(), ApiError>;

/// The code after a `yield`: it receives the outcome and says what the outcome is from now on.
type Teardown = Box<dyn FnOnce(Outcome) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send>;
// ANCHOR_END: outcome

/// The teardowns of one request; [`request_scope`](crate::request_scope()) makes and unwinds it.
///
/// A dependency takes it as an extractor, opens what it opens, and pushes what closes it:
///
/// ```
/// # use axum::{extract::FromRequestParts, http::request::Parts};
/// # use lesson_support::{ApiError, ExitStack};
/// # struct Db;
/// impl<S: Send + Sync> FromRequestParts<S> for Db {
///     type Rejection = ApiError;
///
///     async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
///         let exit_stack = ExitStack::from_request_parts(parts, state).await?;
///         println!("open"); // before the yield
///         exit_stack.push(async |outcome| {
///             println!("close"); // after the yield
///             outcome
///         });
///         Ok(Self) // the yield
///     }
/// }
/// ```
///
/// See FastAPI's [dependencies with yield], which keep Python's `AsyncExitStack`.
///
/// [dependencies with yield]: https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/
// ANCHOR: stack
#[derive(Clone, Default)]
pub struct ExitStack {
    teardowns: Arc<Mutex<Vec<Teardown>>>,
}
// ANCHOR_END: stack

impl ExitStack {
    // ANCHOR: push
    /// Runs `teardown` when the request is over, before all that were pushed earlier.
    ///
    /// What it returns is the outcome that the next teardown receives, and in the end the
    /// answer: the outcome it got (Python's `raise`), another error, or `Ok(())` for an
    /// error it swallows. It can leave early with `outcome?`, as code after a bare `yield` does.
    pub fn push<T, F>(&self, teardown: T)
    where
        T: FnOnce(Outcome) -> F + Send + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.lock().push(Box::new(|outcome| Box::pin(teardown(outcome))));
    }
    // ANCHOR_END: push

    // ANCHOR: unwind
    /// Runs the teardowns, the last pushed first, and hands the outcome from one to the next.
    pub(crate) async fn unwind(&self, mut outcome: Outcome) -> Outcome {
        while let Some(teardown) = self.pop() {
            // The closure is called inside: it can panic before it has made its future.
            let teardown = async move { teardown(outcome).await };
            let ended = AssertUnwindSafe(teardown).catch_unwind().await;
            outcome = ended.unwrap_or_else(|panic| Err(panic_error(panic.as_ref())));
        }
        outcome
    }

    /// The lock is not held while a teardown runs: it may push another one.
    fn pop(&self) -> Option<Teardown> {
        self.lock().pop()
    }
    // ANCHOR_END: unwind

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Teardown>> {
        self.teardowns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// ANCHOR: extract
impl<S: Send + Sync> FromRequestParts<S> for ExitStack {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(|| {
            ApiError::unexpected("an exit stack needs the layer `request_scope` around its route")
        })
    }
}
// ANCHOR_END: extract

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_says_how_many_teardowns_wait() {
        let stack = ExitStack::default();
        assert!(stack.is_empty());
        stack.push(async |outcome| outcome);
        assert!(!stack.is_empty());
    }
}
