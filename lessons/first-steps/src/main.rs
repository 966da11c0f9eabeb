//! A shop's stock: the whole of a small axum program, to be read from top to bottom.
//!
//! ```text
//! cargo run -p lesson-first-steps
//! curl http://127.0.0.1:8000/items/
//! ```

// ANCHOR: imports
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{env, io};

use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{BoxError, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;
// ANCHOR_END: imports

// ANCHOR: main
#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), BoxError> {
    let port = variable("LESSON_PORT", "8000");
    let port: u16 = port.parse().map_err(|_| {
        format!("LESSON_PORT must be a port number from 0 to 65535, not \"{port}\"")
    })?;
    let state =
        AppState { stock: Arc::default(), terms_file: variable("LESSON_TERMS", "terms.txt") };
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|error| format!("cannot listen on port {port}: {error}"))?;
    let address = listener.local_addr()?;
    let stopped = stop_signal()?; // from here on, Ctrl-C no longer kills the process
    // `println!` would panic if nobody reads this any more.
    _ = writeln!(io::stdout(), "listening on http://{address}\nCtrl-C stops it.");
    axum::serve(listener, app(state)).with_graceful_shutdown(stopped).await?;
    Ok(())
}
// ANCHOR_END: main

// ANCHOR: variable
fn variable(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}
// ANCHOR_END: variable

// ANCHOR: app
fn app(state: AppState) -> Router {
    let trace = TraceLayer::new_for_http()
        // The path without its query, which may hold what belongs in no log.
        .make_span_with(|request: &Request| {
            let (method, path) = (request.method(), request.uri().path());
            tracing::info_span!("request", %method, %path)
        })
        .on_response(DefaultOnResponse::new().level(Level::INFO))
        // By default it logs a 500 a second time, without the reason.
        .on_failure(());
    Router::new()
        .route("/", get(hello))
        .route("/items/", get(list_items).post(create_item))
        .route("/items/{item_id}", get(read_item).delete(delete_item))
        .route("/terms", get(terms))
        .layer((trace, DefaultBodyLimit::max(MAX_BODY)))
        .with_state(state)
}
// ANCHOR_END: app

// ANCHOR: hello
async fn hello() -> &'static str {
    "Hello, FastAPI developer!"
}
// ANCHOR_END: hello

// ANCHOR: read
#[derive(Deserialize)]
struct Wanted {
    limit: i64,
}

async fn read_item(
    State(state): State<AppState>,
    Path(item_id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Item>, AppError> {
    let mut item = state.stock().items.get(&item_id).cloned().ok_or(AppError::NotFound)?;
    item.quantity = item.quantity.min(wanted.limit);
    Ok(Json(item))
}
// ANCHOR_END: read

// ANCHOR: item
#[derive(Clone, Deserialize, Serialize)]
struct Item {
    name: String,
    price: f64,
    quantity: i64,
}
// ANCHOR_END: item

// ANCHOR: create
#[derive(Serialize)]
struct Stored {
    #[serde(flatten)]
    item: Item,
    id: i64,
}

async fn create_item(
    State(state): State<AppState>,
    Json(item): Json<Item>,
) -> Result<(StatusCode, Json<Stored>), AppError> {
    let mut stock = state.stock();
    if stock.items.len() == MAX_ITEMS {
        return Err(AppError::Full);
    }
    stock.last_id += 1;
    let id = stock.last_id;
    stock.items.insert(id, item.clone());
    Ok((StatusCode::CREATED, Json(Stored { item, id })))
}

async fn list_items(State(state): State<AppState>) -> Json<BTreeMap<i64, Item>> {
    Json(state.stock().items.clone())
}
// ANCHOR_END: create

// ANCHOR: state
/// What clients send stays in memory, so it has bounds: items, and bytes of a body.
const MAX_ITEMS: usize = 1000;
const MAX_BODY: usize = 4096;

#[derive(Clone)]
struct AppState {
    stock: Arc<Mutex<Stock>>,
    terms_file: String,
}

#[derive(Default)]
struct Stock {
    items: BTreeMap<i64, Item>,
    last_id: i64,
}

impl AppState {
    /// The stock, as long as the guard lives.
    fn stock(&self) -> MutexGuard<'_, Stock> {
        // A panic under the lock poisons it for everybody, but the stock is always consistent.
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: state

// ANCHOR: delete
async fn delete_item(
    State(state): State<AppState>,
    Path(item_id): Path<i64>,
) -> Result<StatusCode, AppError> {
    state.stock().items.remove(&item_id).ok_or(AppError::NotFound)?;
    Ok(StatusCode::NO_CONTENT)
}
// ANCHOR_END: delete

// ANCHOR: terms
async fn terms(State(state): State<AppState>) -> Result<String, AppError> {
    Ok(tokio::fs::read_to_string(&state.terms_file).await?)
}
// ANCHOR_END: terms

// ANCHOR: error
enum AppError {
    NotFound,
    Full,
    Unexpected(BoxError),
}

/// Any other error that `?` meets is a 500.
impl<E: Into<BoxError>> From<E> for AppError {
    fn from(error: E) -> Self {
        Self::Unexpected(error.into())
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => {
                (StatusCode::NOT_FOUND, Json(json!({ "detail": "Item not found" }))).into_response()
            }
            Self::Full => {
                let full = Json(json!({ "detail": "The stock is full" }));
                (StatusCode::INSUFFICIENT_STORAGE, full).into_response()
            }
            Self::Unexpected(error) => {
                tracing::error!(error, "unexpected"); // with its causes
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
            }
        }
    }
}
// ANCHOR_END: error

// ANCHOR: stop-signal
/// Ends at Ctrl-C, or at SIGTERM, which a container gets when it is stopped.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = unix::signal(SignalKind::interrupt())?;
    let mut sigterm = unix::signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = ctrl_c.recv() => {}
            _ = sigterm.recv() => {}
        }
    })
}
// ANCHOR_END: stop-signal

/// Ends at Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot wait for Ctrl-C");
        }
    })
}
