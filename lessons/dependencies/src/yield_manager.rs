//! A context manager inside a dependency.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::{ApiError, EventLog, ExitStack, Outcome};

use crate::AppState;
use crate::yield_db::Item;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/yield-manager/items/{item_id}", get(managed))
}

struct Manager {
    events: EventLog,
}

impl Manager {
    /// `__aenter__`
    async fn open(events: EventLog) -> Result<Self, ApiError> {
        events.add("db opened");
        Ok(Self { events })
    }

    // ANCHOR: close
    /// `__aexit__`. It consumes the manager, so nobody can close it twice.
    async fn close(self, outcome: &Outcome) {
        let seen = match outcome {
            Ok(()) => "None".to_owned(),
            Err(error) => error.status().to_string().replacen(' ', ": ", 1),
        };
        self.events.add(format!("exit called with {seen}"));
        self.events.add("db closed");
    }
    // ANCHOR_END: close
}

struct ManagedDb(&'static str);

impl FromRequestParts<AppState> for ManagedDb {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let manager = Manager::open(state.events.clone()).await?; // async with
        exit_stack.push(async move |outcome| {
            manager.close(&outcome).await;
            outcome
        });
        Ok(Self("db"))
    }
}

async fn managed(
    ManagedDb(db): ManagedDb,
    Path(item_id): Path<String>,
    State(events): State<EventLog>,
) -> Result<Json<Item>, ApiError> {
    events.add("handler");
    Item::find(item_id, db)
}
