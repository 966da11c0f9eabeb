//! A client that leaves while the handler works.

use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{EventLog, Tick, request_scope, run_to_the_end};
use tokio::time::sleep;

use crate::AppState;
use crate::yield_db::Db;
use crate::yield_endings::Watching;

// ANCHOR: leaving
/// The section's routes: one that runs to its end, one as axum does it.
pub fn router(state: &AppState) -> Router<AppState> {
    // The first is the outermost: the scope has to end with the handler, not with the client.
    let to_the_end = (
        from_fn_with_state(state.clone(), run_to_the_end),
        from_fn_with_state(state.clone(), request_scope),
    );
    Router::new()
        .route("/yield-timing/slow-handler", get(slow_handler).route_layer(to_the_end))
        .route("/yield-timing/slow-handler-dropped", get(dropped))
}
// ANCHOR_END: leaving

async fn slow_handler(
    Db(db): Db,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    work(tick, events).await;
    Json(db)
}

async fn dropped(
    _: Watching,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Json<&'static str> {
    work(tick, events).await;
    Json("db")
}

async fn work(tick: Tick, events: EventLog) {
    sleep(tick * 5).await;
    events.add("handler finished");
}
