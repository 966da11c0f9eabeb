//! The worker: takes jobs out of the database and does them.

use std::env;
use std::time::Duration;

use apalis::layers::retry::HasherRng;
use apalis::layers::retry::backoff::{ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use apalis::prelude::{
    AbortError, Attempt, BackendExt, BackoffRetryPolicy, BoxDynError, Data, RetryPolicy, TaskId,
    WorkerBuilder, WorkerBuilderExt, WorkerError,
};
use apalis_sqlite::{Config, SqliteStorage};
use lesson_support::{EventLog, Lesson, Result, Server, Tick, shared_routes};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use ulid::Ulid;

use super::every::Every;
use super::outbox;
use super::queue::{ATTEMPTS, Mail, QUEUE, Queue};

/// What the worker prints when it starts.
pub const LESSON: Lesson = Lesson {
    name: "durable-worker",
    title: "does jobs from a database",
    try_first: &["{}/_events"],
    readme: "lessons/background-tasks/README.md",
};

// ANCHOR: job
/// One attempt at one job. The span names the job in the log, whoever writes the line.
#[tracing::instrument(skip_all, fields(job = %id))]
async fn send(
    mail: Mail,
    id: TaskId,
    attempt: Attempt,
    Data(Tools { queue, tick, events, in_hand }): Data<Tools>,
) -> Result<(), BoxDynError> {
    let _in_hand = in_hand.token();
    if attempt.current() > ATTEMPTS {
        // Its workers died of it, or with it: nobody else counts these attempts.
        return Err(AbortError::new("tried too often").into());
    }
    events.add(format!("{}: attempt {}", mail.to, attempt.current()));
    sleep(tick * 3).await;
    if attempt.current() <= mail.refusals {
        return Err("the mail server refuses".into());
    }
    let first_time = outbox::send(queue.pool(), &id.to_string(), &mail).await?;
    let did = if first_time { "sent" } else { "had been sent already" };
    events.add(format!("{}: {did}", mail.to));
    Ok(())
}

/// What every job needs.
#[derive(Clone)]
struct Tools {
    queue: Queue,
    tick: Tick,
    events: EventLog,
    /// The jobs that are being done.
    in_hand: TaskTracker,
}
// ANCHOR_END: job

// ANCHOR: worker
/// The worker, from its start to its end.
///
/// It serves HTTP too, because clusters ask for that: `/ping` says that it lives.
///
/// # Errors
///
/// If the database cannot be opened, or fails while the worker runs.
pub async fn worker(server: Server) -> Result<()> {
    let queue = Queue::from_env().await?;
    let tick = server.tick();
    let stop = server.shutdown_token();
    let after = server.after_response();
    let in_hand = TaskTracker::new();
    let jobs = SqliteStorage::<Mail>::new(queue.pool())
        .with_config(config(heartbeat()?))
        .poll_with_strategy(Every::new(tick * 1, stop.clone()));
    let worker = WorkerBuilder::new(format!("worker-{}", Ulid::generate()))
        .backend(jobs)
        .data(Tools { queue, tick, events: server.events(), in_hand: in_hand.clone() })
        // The order matters: the place is held, and a panic is tried again.
        .concurrency(1)
        .retry(retries(tick)?)
        .catch_panic()
        .build(send);

    let working = worker.run_until(async move {
        stop.cancelled().await;
        // apalis stops at once, even in the middle of a transaction of its own. That would
        // hold SQLite's write lock, and the job in hand couldn't record what it did.
        in_hand.close();
        in_hand.wait().await;
        Ok::<_, WorkerError>(())
    });
    // On the tracker, so that `serve` waits for the job in hand until the grace period is over.
    let working = after.tracker.spawn(after.cut.clone().run_until_cancelled_owned(working));
    let app = shared_routes(LESSON).with_state(server.events());
    tokio::try_join!(server.serve(app), ended(working))?;
    Ok(())
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
// ANCHOR_END: worker

// ANCHOR: config
/// How a worker that died is noticed: it has missed three heartbeats.
fn config(heartbeat: Duration) -> Config {
    Config::default()
        .queue(QUEUE)
        .heartbeat_interval(heartbeat)
        .missed_heartbeats(3)
        // A job that is fetched belongs to its worker: more at a time would only wait here,
        // and while some wait apalis 1.0 sends no heartbeats.
        .batch_size(1)
}

/// Waits for one tick before the second attempt, for two before the third, and so on.
fn retries(tick: Tick) -> Result<BackoffRetryPolicy<ExponentialBackoff>> {
    let mut backoff = ExponentialBackoffMaker::new(tick * 1, tick * 60, 0.1, HasherRng::default())?;
    Ok(RetryPolicy::retries(ATTEMPTS - 1).with_backoff(backoff.make_backoff()))
}

/// `LESSON_HEARTBEAT_S`: how often a worker says that it lives.
fn heartbeat() -> Result<Duration> {
    let seconds = env::var("LESSON_HEARTBEAT_S");
    match seconds.as_deref().unwrap_or("5").parse() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err("LESSON_HEARTBEAT_S must be a whole number from 1 to 3600".into()),
    }
}
// ANCHOR_END: config
