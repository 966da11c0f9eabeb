//! Background tasks: a list of work that runs after the response was sent.

use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponseParts, ResponseParts};
use futures_util::FutureExt;
use tokio::task::spawn_blocking;

use crate::error::{ApiError, panic_error};
use crate::exit_stack::Outcome;

// ANCHOR: types
type Task = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// The background tasks of one request; [`request_scope`](crate::request_scope()) runs them.
///
/// As an extractor it is FastAPI's [`BackgroundTasks`]: handler and dependencies share one
/// list. The tasks run one by one, in the order of adding, once the response is sent, and
/// before the teardowns of the request's dependencies. If the handler fails or refuses,
/// they are dropped; if one fails, the rest is dropped and the failure is logged.
///
/// A new list that a handler returns as a part of its response runs after the request's own.
///
/// [`BackgroundTasks`]: https://fastapi.tiangolo.com/tutorial/background-tasks/
#[derive(Clone, Default)]
pub struct BackgroundTasks {
    tasks: Arc<Mutex<VecDeque<Task>>>,
}
// ANCHOR_END: types

impl BackgroundTasks {
    // ANCHOR: add
    /// Stores a task for later. It is a future, so none of it has run yet.
    pub fn add_task<F>(&self, task: F)
    where
        F: Future<Output: IntoOutcome> + Send + 'static,
    {
        self.lock().push_back(Box::pin(async { task.await.into_outcome() }));
    }

    /// Stores work that blocks its thread; it will run on one that may be blocked, where
    /// nothing can stop it.
    pub fn add_blocking_task<T, O>(&self, task: T)
    where
        T: FnOnce() -> O + Send + 'static,
        O: IntoOutcome + Send + 'static,
    {
        self.add_task(async {
            let span = tracing::Span::current();
            spawn_blocking(move || span.in_scope(task)).await?.into_outcome()
        });
    }
    // ANCHOR_END: add

    /// How many tasks wait to be run.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether no task waits to be run.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    // ANCHOR: run
    /// Runs the tasks one by one until none is left or one fails.
    ///
    /// A task may add further ones: they come last.
    pub(crate) async fn run(&self) -> Outcome {
        while let Some(task) = self.next() {
            let ended = AssertUnwindSafe(task).catch_unwind().await;
            ended.unwrap_or_else(|panic| Err(panic_error(panic.as_ref())))?;
        }
        Ok(())
    }
    // ANCHOR_END: run

    fn next(&self) -> Option<Task> {
        self.lock().pop_front()
    }

    /// Drops the tasks that wait; the number says how many.
    pub(crate) fn clear(&self) -> usize {
        // A task's own drop could ask for this list, so it happens after the lock.
        let dropped = std::mem::take(&mut *self.lock());
        dropped.len()
    }

    /// Takes over the tasks of another list, behind its own.
    pub(crate) fn append(&self, others: &Self) {
        let mut others = std::mem::take(&mut *others.lock());
        self.lock().append(&mut others);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Task>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a task may return: nothing, or a `Result` whose error ends the list.
pub trait IntoOutcome {
    /// How the task went.
    ///
    /// # Errors
    ///
    /// What the task failed with.
    fn into_outcome(self) -> Outcome;
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Outcome {
        Ok(())
    }
}

impl<E> IntoOutcome for Result<(), E>
where
    ApiError: From<E>,
{
    fn into_outcome(self) -> Outcome {
        self.map_err(ApiError::from)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for BackgroundTasks {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(|| {
            ApiError::unexpected("background tasks need the layer `request_scope` around the route")
        })
    }
}

/// FastAPI's `JSONResponse(..., background=tasks)`.
impl IntoResponseParts for BackgroundTasks {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_how_many_tasks_wait() {
        let tasks = BackgroundTasks::default();
        assert!(tasks.is_empty());
        tasks.add_task(async {});
        assert_eq!((tasks.is_empty(), tasks.len()), (false, 1));
    }
}
