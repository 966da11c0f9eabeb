//! After a POST, the client is sent to the page of what it has made.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;

use crate::AppState;
use crate::camel_case::Parcel;

/// What was sent so far; a parcel's id is its place in the list. Cloning it clones a pointer.
#[derive(Clone, Default)]
pub struct Parcels(Arc<Mutex<Vec<Parcel>>>);

impl Parcels {
    /// Stores a parcel, and returns its id.
    fn add(&self, parcel: Parcel) -> usize {
        let mut parcels = self.lock();
        parcels.push(parcel);
        parcels.len() - 1
    }

    fn get(&self, parcel_id: usize) -> Option<Parcel> {
        self.lock().get(parcel_id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Parcel>> {
        // A panic in another request poisons the lock. The list is complete all the same.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn create(
    State(parcels): State<Parcels>,
    fastapi_extract::Json(parcel): fastapi_extract::Json<Parcel>,
) -> Redirect {
    let parcel_id = parcels.add(parcel);
    Redirect::to(&format!("/parcels/{parcel_id}"))
}

async fn read(
    State(parcels): State<Parcels>,
    Path(parcel_id): Path<usize>,
) -> Result<Json<Parcel>, ApiError> {
    let not_found = || ApiError::new(StatusCode::NOT_FOUND, "Parcel not found");
    Ok(Json(parcels.get(parcel_id).ok_or_else(not_found)?))
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/parcels", post(create)).route("/parcels/{parcel_id}", get(read))
}
