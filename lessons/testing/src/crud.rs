//! Items that are created and read, behind a header that is checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use fastapi_extract::{All, Header, Json as Body, Path, Secret};
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};

use crate::AppState;

/// The value that the header `X-Token` must have. A real one comes from configuration.
const SECRET: &str = "coneofsilence";

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/crud/items/{id}", get(read)).route("/crud/items/", post(create))
}
// ANCHOR_END: router

// ANCHOR: handlers
#[derive(Deserialize)]
struct Token {
    /// The header X-Token.
    x_token: Secret,
}

async fn read(
    Path(id): Path<String>,
    Header(token): Header<Token>,
    State(items): State<Items>,
) -> Result<Json<Item>, ApiError> {
    check(&token)?;
    let item = items.get(&id);
    item.map(Json).ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "Item not found"))
}

async fn create(
    State(items): State<Items>,
    // Both are read before either is judged: one 422 names what is wrong with the two.
    All((Header(token), Body(item))): All<(Header<Token>, Body<Item>)>,
) -> Result<Json<Item>, ApiError> {
    check(&token)?;
    if !items.insert(&item) {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "Item already exists"));
    }
    Ok(Json(item))
}

fn check(token: &Token) -> Result<(), ApiError> {
    if token.x_token.expose() != SECRET {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "Invalid X-Token header"));
    }
    Ok(())
}
// ANCHOR_END: handlers

// ANCHOR: items
/// An item, as it is sent and as it is answered.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Item {
    /// Its key.
    pub id: String,
    /// A few words.
    pub title: String,
    /// A sentence; written as null where there is none.
    pub description: Option<String>,
}

/// The items of one app. Clones share them, apps do not.
#[derive(Clone, Default)]
pub struct Items(Arc<Mutex<HashMap<String, Item>>>);

impl Items {
    /// The two items that are there from the start.
    pub fn examples() -> Self {
        let items = Self::default();
        items.insert(&Item::new("foo", "Foo", "There goes my hero"));
        items.insert(&Item::new("bar", "Bar", "The bartenders"));
        items
    }

    fn get(&self, id: &str) -> Option<Item> {
        self.lock().get(id).cloned()
    }

    /// Adds an item; says whether its key was free.
    fn insert(&self, item: &Item) -> bool {
        let mut items = self.lock();
        let is_free = !items.contains_key(&item.id);
        if is_free {
            items.insert(item.id.clone(), item.clone());
        }
        is_free
    }

    /// No change is ever half-done, so a panic elsewhere does not spoil the items.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: items

impl Item {
    fn new(id: &str, title: &str, description: &str) -> Self {
        Self { id: id.into(), title: title.into(), description: Some(description.into()) }
    }
}
