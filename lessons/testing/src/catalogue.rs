//! What start-up loads.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::{ApiError, Result};
use serde::Serialize;

use crate::AppState;

// ANCHOR: router
/// The section's routes: one route twice, with what start-up loaded and without.
pub fn router(state: &AppState) -> Router<AppState> {
    let items = Router::new().route("/items/{id}", get(read));
    Router::new()
        .nest("/events-unstarted", items.clone().with_state(Catalogue::default()))
        .nest("/events-started", items.with_state(state.catalogue.clone()))
}

async fn read(
    Path(id): Path<String>,
    State(catalogue): State<Catalogue>,
) -> Result<Json<Entry>, ApiError> {
    let entry = catalogue.0.get(id.as_str()).copied();
    entry.map(Json).ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "Item not found"))
}
// ANCHOR_END: router

/// Names by id; empty before start-up.
#[derive(Clone, Default)]
pub struct Catalogue(Arc<HashMap<&'static str, Entry>>);

/// A line of the catalogue.
#[derive(Clone, Copy, Serialize)]
struct Entry {
    name: &'static str,
}

impl Catalogue {
    /// Loads it. A real one would read a file or a database, and that can fail.
    ///
    /// # Errors
    ///
    /// None here.
    pub async fn load() -> Result<Self> {
        let entries = [("foo", Entry { name: "Fighters" }), ("bar", Entry { name: "Tenders" })];
        Ok(Self(Arc::new(HashMap::from(entries))))
    }
}
