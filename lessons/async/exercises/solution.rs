//! The steps of the async lesson, solved. `just learn async` cuts its starter from this file.

use std::fs;
use std::io;
use std::sync::Arc;
use std::thread::{self, available_parallelism};

use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Query;
use lesson_async::LESSON;
use lesson_support::{ApiError, EventLog, Server, Tick, shared_routes};
use scopeguard::{ScopeGuard, guard};
use serde::{Deserialize, Serialize};
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio::try_join;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// What the handlers share. Each takes the part that it needs.
#[derive(Clone, FromRef)]
struct AppState {
    /// A second; ten milliseconds or so in the tests. `tick * 5` is a `Duration`.
    tick: Tick,
    /// `events.add("…")` adds a line to those that `GET /_events` lists.
    events: EventLog,
    limits: Limits,
    /// The tasks that the shutdown waits for.
    tasks: TaskTracker,
}

/// Each kind of blocking work has slots of its own: the permits of a semaphore.
#[derive(Clone)]
struct Limits {
    /// Two, for step 4.
    reports: Arc<Semaphore>,
    /// One for each core, for step 5.
    cores: Arc<Semaphore>,
}

// Step 1: `GET /only-async/async` answers 200 with `null`, as JSON, after ten ticks. Ten clients at
// once don't wait for each other, although one worker serves them all. In JSON, `()` is `null`.
async fn awaits(State(tick): State<Tick>) -> impl IntoResponse {
    // STEP 1
    sleep(tick * 10).await;
    Json(())
    // STUB
    // StatusCode::NOT_IMPLEMENTED
    // END
}

/// What two other services know. Each needs ten ticks to answer, and can fail.
#[derive(Serialize)]
struct Offer {
    stock: u32,
    price: u32,
}

async fn stock(tick: Tick) -> Result<u32, ApiError> {
    sleep(tick * 10).await;
    Ok(3)
}

async fn price(tick: Tick) -> Result<u32, ApiError> {
    sleep(tick * 10).await;
    Ok(42)
}

// Step 2: `GET /together/offer` asks both services at the same time, and answers 200 with
// `{"stock":3,"price":42}` after ten ticks. If a service fails, its error is the answer.
//
// `GET /together/hasty-offer` does the same, but gives up after five ticks. Then it answers 504
// with `{"detail":"Gateway Timeout"}`, which is what `ApiError::from_status` makes of the status.
async fn offer(State(tick): State<Tick>) -> Result<Json<Offer>, ApiError> {
    // STEP 2
    let (stock, price) = try_join!(stock(tick), price(tick))?;
    Ok(Json(Offer { stock, price }))
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

async fn hasty_offer(State(tick): State<Tick>) -> Result<Json<Offer>, ApiError> {
    // STEP 2
    match timeout(tick * 5, offer(State(tick))).await {
        Ok(offer) => offer,
        Err(_elapsed) => Err(ApiError::from_status(StatusCode::GATEWAY_TIMEOUT)),
    }
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

/// Reads a file from a slow disk. It blocks its thread for ten ticks, and can fail.
fn read_slowly(tick: Tick) -> io::Result<Vec<u8>> {
    thread::sleep(tick * 10);
    fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
}

// Step 3: `GET /blocking/handed-to-a-thread` calls `read_slowly`, which isn't async, and answers
// 200 with `null`, as JSON. Meanwhile the worker serves others, and ten such requests at once don't
// wait for each other. If the reading fails or panics, the answer is a 500: `?` makes one of any
// error. Awaiting what runs on a thread gives a `Result` around the function's own.
async fn hands_over(State(tick): State<Tick>) -> Result<Json<()>, ApiError> {
    // STEP 3
    let _file = spawn_blocking(move || read_slowly(tick)).await??;
    Ok(Json(()))
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

/// Writes a report. It blocks its thread for ten ticks.
fn write_report(tick: Tick, events: &EventLog) -> &'static str {
    events.add("report begun");
    thread::sleep(tick * 10);
    events.add("report done");
    "a report"
}

// Step 4: `GET /bounded/report` answers 200 with what `write_report` returns, as JSON:
// `"a report"`. At most two reports are written at a time. While two are, a third request gets a
// 503 at once, with `{"detail":"Service Unavailable"}`. If a client leaves, its report still counts
// until it's written.
async fn report(
    State(limits): State<Limits>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<&'static str>, ApiError> {
    // STEP 4
    // `acquire_owned` would wait for a slot; this fails if none is free.
    let Ok(slot) = limits.reports.try_acquire_owned() else {
        return Err(ApiError::from_status(StatusCode::SERVICE_UNAVAILABLE));
    };
    let work = move || {
        let _slot = slot; // taken until the report is done, even if the client leaves
        write_report(tick, &events)
    };
    Ok(Json(spawn_blocking(work).await?))
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

/// Counts the primes below a number, slowly.
fn count_primes(below: u32) -> usize {
    (2..below).filter(|&n| (2..n).all(|divisor| n % divisor != 0)).count()
}

// Step 5: `GET /cpu/on-the-cores?below=1000` answers 200 with `168`, as JSON: that's how many
// primes there are below 1,000.
//
// - `below` is a whole number from 0 to 65,535. `Query` (`fastapi_extract`'s) answers 422 if it's
//   missing, or if its type can't hold it. You write the struct, and add the argument.
// - At most as many requests compute at a time as `limits.cores` has slots. The others wait for
//   one. It's a plain semaphore, so write what the README's `run` does.
// - Meanwhile the worker serves others.
// STEP 5
#[derive(Deserialize)]
struct Work {
    below: u16,
}

async fn on_the_cores(
    Query(work): Query<Work>,
    State(limits): State<Limits>,
) -> Result<Json<usize>, ApiError> {
    let slot = limits.cores.acquire_owned().await?;
    let count = move || {
        let _slot = slot; // as in step 4
        count_primes(work.below.into())
    };
    Ok(Json(spawn_blocking(count).await?))
}
// STUB
// async fn on_the_cores(State(limits): State<Limits>) -> Result<Json<usize>, ApiError> {
//     Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
// }
// END

/// `pay` takes the money, and `ship` sends what was paid for. Each needs five ticks.
async fn pay(tick: Tick) {
    sleep(tick * 5).await;
}

async fn ship(tick: Tick) {
    sleep(tick * 5).await;
}

// Step 6: `order` pays, then ships. First it adds the event "NAME work begun", and when both are
// done, "NAME work finished", where NAME is its `name`. If it's dropped in between, it adds
// "NAME work dropped" instead of the second one.
//
// Both routes answer 200 with `null`, as JSON, when their order is finished, after ten ticks:
//
// - `GET /leaving/async` orders with the name "async". If its client leaves, the order is dropped.
// - `GET /leaving/spawned` orders with the name "spawned". If its client leaves, the order goes on.
async fn order(name: &str, tick: Tick, events: EventLog) {
    // STEP 6
    events.add(format!("{name} work begun"));
    let unfinished = guard((), |()| events.add(format!("{name} work dropped")));
    pay(tick).await;
    ship(tick).await;
    ScopeGuard::into_inner(unfinished); // disarms the guard
    events.add(format!("{name} work finished"));
    // STUB
    // END
}

async fn orders(
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    // STEP 6
    order("async", tick, events).await;
    Ok(Json(()))
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

async fn orders_in_a_task(
    State(tasks): State<TaskTracker>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<()>, ApiError> {
    // STEP 6
    let order = order("spawned", tick, events);
    tasks.spawn(order.in_current_span()).await?; // only this waiting ends with the client
    Ok(Json(()))
    // STUB
    // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
    // END
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/only-async/async", get(awaits))
        .route("/together/offer", get(offer))
        .route("/together/hasty-offer", get(hasty_offer))
        .route("/blocking/handed-to-a-thread", get(hands_over))
        .route("/bounded/report", get(report))
        .route("/cpu/on-the-cores", get(on_the_cores))
        .route("/leaving/async", get(orders))
        .route("/leaving/spawned", get(orders_in_a_task))
        .merge(shared_routes(LESSON))
        .with_state(state)
}

/// What `#[tokio::main]` hides. With one worker, a handler that blocks stops all others; in your
/// own programs, leave both numbers out.
fn main() -> lesson_support::Result<()> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(40)
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(serve());
    runtime.shutdown_background(); // dropping it would wait for threads that block
    outcome
}

async fn serve() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let limits = Limits {
        reports: Arc::new(Semaphore::new(2)),
        cores: Arc::new(Semaphore::new(available_parallelism()?.get())),
    };
    let tasks = server.after_response().tracker;
    let state = AppState { tick: server.tick(), events: server.events(), limits, tasks };
    server.serve(app(state)).await
}
