//! The steps of the lifespan lesson, solved. `just learn lifespan` cuts its starter from this file.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, io};

use axum::extract::{FromRef, Query, State};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{BoxError, Json, Router};
use axum_server::Handle;
use lesson_lifespan::LESSON;
use lesson_support::{EventLog, Tick, shared_routes};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

/// What the handlers share. `FromRef` lets each ask for one field, by its type.
#[derive(Clone, FromRef)]
struct AppState {
    /// A second; ten milliseconds in the tests. `tick * 5` is a `Duration`.
    tick: Tick,
    /// `events.add("…")` adds a line to those that `GET /_events` lists, and to the log.
    events: EventLog,
    // Steps 1 and 3: a field each.
    // STEP 1
    model: Arc<Model>,
    // STUB
    // END
    // STEP 3
    connection: Arc<Connection>,
    // STUB
    // END
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/model/predict", get(predict))
        .route("/model/slow-predict", get(slow_predict))
        .route("/shared/connection", get(connection))
        .merge(shared_routes(LESSON))
        .with_state(state)
}

// --- the model ---------------------------------------------------------------------------------

/// Takes long to load, and is only read after that.
struct Model {
    factor: f64,
    events: EventLog,
}

impl Model {
    async fn load(tick: Tick, events: &EventLog) -> Result<Self, BoxError> {
        sleep(tick * 1).await; // a large file, say
        // STEP 5
        may_fail("model").map_err(|error| format!("cannot load the model: {error}"))?;
        // STUB
        // may_fail("model")?;
        // END
        events.add("model loaded");
        Ok(Self { factor: 42.0, events: events.clone() })
    }
}

// Step 4: when the model's last owner lets go of it, add the event "model cleared".
// STEP 4
impl Drop for Model {
    fn drop(&mut self) {
        self.events.add("model cleared");
    }
}
// STUB
// END

/// The query: `?x=2`.
#[derive(Deserialize)]
struct Input {
    x: f64,
}

// STEP 1
#[derive(Serialize)]
struct Prediction {
    result: f64,
}

// STUB
// END
// Step 1: `GET /model/predict?x=2` answers 200 with the JSON `{"result":84.0}`: x times the model's
// factor.
async fn predict(State(state): State<AppState>, Query(input): Query<Input>) -> impl IntoResponse {
    // STEP 1
    Json(Prediction { result: input.x * state.model.factor })
    // STUB
    // axum::http::StatusCode::NOT_IMPLEMENTED
    // END
}

/// Takes five ticks, so that you can stop the program meanwhile.
async fn slow_predict(State(state): State<AppState>, query: Query<Input>) -> impl IntoResponse {
    tracing::info!("slow prediction begins");
    sleep(state.tick * 5).await;
    state.events.add("slow prediction done");
    predict(State(state), query).await
}

// --- the connection ----------------------------------------------------------------------------

/// Stands for a database: it's open, or it isn't.
struct Connection {
    is_open: AtomicBool,
}

impl Connection {
    async fn open(events: &EventLog) -> Result<Self, BoxError> {
        // STEP 5
        may_fail("connection").map_err(|error| format!("cannot open the connection: {error}"))?;
        // STUB
        // may_fail("connection")?;
        // END
        events.add("connection opened");
        Ok(Self { is_open: AtomicBool::new(true) })
    }

    fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    async fn close(&self, events: &EventLog) -> Result<(), BoxError> {
        // STEP 5
        may_fail("close").map_err(|error| format!("cannot close the connection: {error}"))?;
        // STUB
        // may_fail("close")?;
        // END
        self.is_open.store(false, Ordering::Relaxed);
        events.add("connection closed");
        Ok(())
    }
}

// Step 3: `GET /shared/connection` asks for the connection, and answers 200 with the JSON
// `{"open":true}`: what its `is_open` says.
// STEP 3
#[derive(Serialize)]
struct Shown {
    open: bool,
}

async fn connection(State(connection): State<Arc<Connection>>) -> Json<Shown> {
    Json(Shown { open: connection.is_open() })
}
// STUB
// async fn connection() -> impl IntoResponse {
//     axum::http::StatusCode::NOT_IMPLEMENTED
// }
// END

/// Fails if `LESSON_FAIL` is this name, so that you can see what happens then.
fn may_fail(step: &str) -> Result<(), BoxError> {
    match env::var("LESSON_FAIL") {
        Ok(failing) if failing == step => Err(format!("LESSON_FAIL is {step}").into()),
        _ => Ok(()),
    }
}

// --- the program -------------------------------------------------------------------------------

// Step 5: with `LESSON_FAIL=model` in its environment, the program can't load the model, with
// `connection` it can't open the connection, and with `close` it can't close it. It then ends with
// exit code 1, and cleans up what it has made before. If the start-up has failed, it answers
// nobody, and doesn't say that it's listening. Its last line, on standard error, is one of these,
// without quotation marks:
//
//     Error: cannot load the model: LESSON_FAIL is model
//     Error: cannot open the connection: LESSON_FAIL is connection
//     Error: cannot close the connection: LESSON_FAIL is close
//
// Let `load`, `open` and `close` say what has failed, and `main` print the sentence.
#[tokio::main]
// STEP 5
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}"); // `Display`: a sentence
            ExitCode::FAILURE
        }
    }
}
// STUB
// async fn main() -> Result<(), BoxError> {
//     run().await
// }
// END

async fn run() -> Result<(), BoxError> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let port = env::var("LESSON_PORT").unwrap_or_else(|_| "8000".to_owned());
    let tick = Tick::from_ms(milliseconds("LESSON_TICK_MS", 1000)?);
    let grace = Duration::from_millis(milliseconds("LESSON_GRACE_MS", 10_000)?);
    let events = EventLog::default();

    // Step 2: Ctrl-C and SIGTERM stop the program with exit code 0, but first, requests that have
    // begun get their answers. A signal that comes while the model is being loaded isn't lost: the
    // program stops when the start-up is done. Complete `stop_signal`, below, and use its future.
    // STEP 2
    let stop = stop_signal()?;
    // STUB
    // END

    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tracing::info!(url, "bound"); // whoever connects now waits for the start-up

    // Step 1: load the model here, and put it into the state. It's loaded once, and no request is
    // answered before that.
    //
    // Step 3: then open the connection, once, and put it into the state, too.
    // STEP 1
    let model = Arc::new(Model::load(tick, &events).await?);
    // STUB
    // END
    // STEP 3
    let connection = Arc::new(Connection::open(&events).await?);
    // STUB
    // END
    let state = AppState {
        tick,
        events: events.clone(),
        // Steps 1 and 3: a field each.
        // STEP 1
        model: Arc::clone(&model),
        // STUB
        // END
        // STEP 3
        connection: Arc::clone(&connection),
        // STUB
        // END
    };

    // Step 6: give the shutdown a deadline. Requests that haven't ended `grace` after the signal
    // are cut off, without an answer. The clean-up runs all the same, and the exit code is 0. If
    // all requests end sooner, the program doesn't wait any longer.
    // STEP 6
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        stopping.graceful_shutdown(Some(grace));
    });
    let server = axum_server::from_tcp(listener.into_std()?)?.handle(handle);
    // STUB
    // END
    println!("listening on {url}");
    // STEP 6
    let served = server.serve(app(state).into_make_service()).await;
    // STUB
    // STEP 2
    // let served = axum::serve(listener, app(state)).with_graceful_shutdown(stop).await;
    // STUB
    // let served = axum::serve(listener, app(state)).await;
    // END
    // END

    // Step 4: when the last request has been answered, clean up in reverse order. First close the
    // connection, even if serving has failed, and then let go of the model. If serving or closing
    // has failed, return the error.
    // STEP 4
    let closed = connection.close(&events).await;
    served?; // the first error ends the program
    closed
    // STUB
    // Ok(served?)
    // END
}

/// Ends when the process is told to stop.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    // STEP 2
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // STUB
    // END
    Ok(async move {
        // STEP 2
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        // STUB
        // std::future::pending::<()>().await;
        // END
        tracing::info!("stopping; what has begun is finished");
    })
}

fn milliseconds(variable: &str, default: u64) -> Result<u64, BoxError> {
    match env::var(variable) {
        Ok(ms) => ms.parse().map_err(|error| format!("{variable}: {error}").into()),
        Err(_) => Ok(default),
    }
}
