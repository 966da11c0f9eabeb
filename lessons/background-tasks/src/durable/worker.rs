//! The worker: it takes jobs out of the database and does them.

use std::env;
use std::future::pending;
use std::time::Duration;

use apalis::layers::retry::HasherRng;
use apalis::layers::retry::backoff::{ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use apalis::prelude::{
    AbortError, Attempt, BackendExt, BackoffRetryPolicy, BoxDynError, Data, EventListenerExt,
    RetryPolicy, TaskId, WorkerBuilder, WorkerBuilderExt, WorkerError,
};
use apalis_sqlite::{Config, SqliteStorage};
use lesson_support::{EventLog, Lesson, Result, Server, Tick, shared_routes};
use sqlx::sqlite::SqlitePool;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::Instrument;
use ulid::Ulid;

use super::alive::{listener, until_silent};
use super::every::Every;
use super::mail_server;
use super::queue::{ATTEMPTS, Mail, QUEUE};

/// What the worker prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "durable-worker",
    title: "does jobs from a database",
    try_first: &["{}/_events"],
    readme: "lessons/background-tasks/README.md",
};

// ANCHOR: send
/// One attempt at one job. Its span names both in each line of the log. `err` writes a line for
/// an attempt that fails, since the retry hides the error.
#[tracing::instrument(
    skip_all,
    fields(job = %id, attempt = attempt.current()),
    err(level = "warn")
)]
async fn send(
    mail: Mail,
    id: TaskId,
    attempt: Attempt,
    Data(tools): Data<Tools>,
) -> Result<(), BoxDynError> {
    let _in_hand = tools.in_hand.token();
    if attempt.current() > ATTEMPTS {
        // Only if its workers died: apalis doesn't compare the number of such attempts itself.
        return Err(AbortError::new("tried too often").into());
    }
    or_panic(deliver(mail, id, attempt.current(), tools)).await
}
// ANCHOR_END: send

// ANCHOR: deliver
async fn deliver(mail: Mail, id: TaskId, attempt: usize, tools: Tools) -> Result<(), BoxDynError> {
    let Tools { pool, tick, events, .. } = tools;
    events.add(format!("{}: attempt {attempt}", mail.to));
    sleep(tick * 3).await;
    if attempt <= mail.refusals {
        return Err("the mail server refuses".into());
    }
    let first_time = mail_server::send(&pool, &id.to_string(), &mail).await?;
    let did = if first_time { "sent" } else { "had been sent already" };
    events.add(format!("{}: {did}", mail.to));
    Ok(())
}
// ANCHOR_END: deliver

// ANCHOR: or-panic
/// Turns a panic into an error like any other. apalis's layer `catch_panic` would leave the job
/// `Running` after the last attempt.
async fn or_panic<F>(attempt: F) -> Result<(), BoxDynError>
where
    F: Future<Output = Result<(), BoxDynError>> + Send + 'static,
{
    AbortOnDropHandle::new(tokio::spawn(attempt.in_current_span())).await?
}
// ANCHOR_END: or-panic

// ANCHOR: tools
/// What every job needs.
#[derive(Clone)]
struct Tools {
    pool: SqlitePool,
    tick: Tick,
    events: EventLog,
    /// Counts the jobs that are being done.
    in_hand: TaskTracker,
}
// ANCHOR_END: tools

/// The worker, from start to end.
///
/// It also serves HTTP: a cluster can ask `/ping` whether the process is alive.
///
/// # Errors
///
/// If the database fails, or if the worker ends or falls silent without being told to stop.
pub async fn worker(server: Server, pool: SqlitePool) -> Result<()> {
    let (tick, stop, after) = (server.tick(), server.shutdown_token(), server.after_response());
    let in_hand = TaskTracker::new();
    let (listener, lives) = listener();
    let config = config(heartbeat()?);
    // Long after others have counted it as dead and taken its jobs.
    let limit = 2 * config.orphaned_duration();
    // ANCHOR: build
    let jobs = SqliteStorage::<Mail>::new(&pool)
        .with_config(config)
        .poll_with_strategy(Every::new(tick * 1, stop.clone()));
    let worker = WorkerBuilder::new(format!("worker-{}", Ulid::generate()))
        .backend(jobs)
        .data(Tools { pool, tick, events: server.events(), in_hand: in_hand.clone() })
        .on_event(listener)
        // In this order, a job keeps its place while it waits to be tried again.
        .concurrency(1)
        .retry(retries(tick)?)
        .build(send);
    // ANCHOR_END: build

    // ANCHOR: stop
    let told = stop.clone();
    let working = worker.run_until(async move {
        told.cancelled().await;
        // apalis stops at once, even in the middle of one of its own transactions. That would
        // hold SQLite's write lock, and the job in hand couldn't record what it did.
        in_hand.close();
        in_hand.wait().await;
        Ok::<_, WorkerError>(())
    });
    // On the tracker: `serve` waits for it until the grace period is over.
    let working = after.tracker.spawn(after.cut.clone().run_until_cancelled_owned(working));
    // ANCHOR_END: stop

    // ANCHOR: run
    let app = shared_routes(LESSON).with_state(server.events());
    tokio::select! {
        served = async { tokio::try_join!(server.serve(app), ended(working)) } => served.map(|_| ()),
        () = silent(&stop, until_silent(lives, limit)) => {
            Err("the worker has fallen silent".into())
        }
    }
    // ANCHOR_END: run
}

/// Waits until the worker is silent. One that was told to stop may be: it ends soon.
async fn silent(stop: &CancellationToken, until_silent: impl Future<Output = ()>) {
    until_silent.await;
    if stop.is_cancelled() {
        pending().await
    }
}

async fn ended(working: JoinHandle<Option<Result<(), WorkerError>>>) -> Result<()> {
    match working.await? {
        Some(outcome) => Ok(outcome?),
        None => {
            tracing::warn!("the job in hand is left to another worker");
            Ok(())
        }
    }
}

// ANCHOR: config
/// A worker counts as dead when it has missed three heartbeats.
fn config(heartbeat: Duration) -> Config {
    Config::default()
        .queue(QUEUE)
        .heartbeat_interval(heartbeat)
        .missed_heartbeats(3)
        // A fetched job belongs to its worker. More than one would only wait here, and while
        // any wait, apalis 1.0 sends no heartbeats.
        .batch_size(1)
}

/// The pause before the second attempt is a tick, and each later one twice the one before it.
fn retries(tick: Tick) -> Result<BackoffRetryPolicy<ExponentialBackoff>> {
    let mut backoff = ExponentialBackoffMaker::new(tick * 1, tick * 60, 0.1, HasherRng::default())?;
    Ok(RetryPolicy::retries(ATTEMPTS - 1).with_backoff(backoff.make_backoff()))
}

/// `LESSON_HEARTBEAT_S`: how often a worker says that it's alive.
fn heartbeat() -> Result<Duration> {
    let seconds = env::var("LESSON_HEARTBEAT_S");
    match seconds.as_deref().unwrap_or("5").parse() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err("LESSON_HEARTBEAT_S must be a whole number from 1 to 3600".into()),
    }
}
// ANCHOR_END: config

#[cfg(test)]
mod tests {
    use std::future::ready;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_was_told_to_stop_may_be_silent() {
        let stop = CancellationToken::new();
        silent(&stop, ready(())).await;
        stop.cancel();
        assert!(timeout(Duration::from_secs(9), silent(&stop, ready(()))).await.is_err());
    }

    #[tokio::test]
    async fn a_panic_is_a_failed_attempt() {
        let error = or_panic(async { panic!("no mail server") }).await.expect_err("an error");
        assert!(error.to_string().contains("no mail server"), "{error}");
    }

    #[tokio::test]
    async fn an_attempt_ends_with_whoever_waits_for_it() {
        let attempts = TaskTracker::new();
        let attempt = attempts.track_future(pending());
        let waiting = timeout(Duration::from_millis(10), or_panic(attempt)).await;
        assert!(waiting.is_err(), "it never ends by itself");
        attempts.close();
        timeout(Duration::from_secs(5), attempts.wait()).await.expect("it is gone");
    }
}
