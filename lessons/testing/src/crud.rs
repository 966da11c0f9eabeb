//! Items that are created and read, behind a header that is checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use fastapi_extract::{All, Header, Json as Body, Path, Secret};
use lesson_support::ApiError;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::AppState;

/// The value that the header `X-Token` must have. A real one comes from configuration.
const SECRET: &str = "coneofsilence";

// ANCHOR: router
/// The largest item that is read, in bytes of JSON.
const MAX_BODY: usize = 16 * 1024;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/crud/items/{id}", get(read))
        .route("/crud/items/", post(create).layer(DefaultBodyLimit::max(MAX_BODY)))
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
    items.insert(&item)?;
    Ok(Json(item))
}

/// Looks at every byte: the time of a `!=` would tell how much of a guess was right.
fn check(token: &Token) -> Result<(), ApiError> {
    if !bool::from(token.x_token.expose().as_bytes().ct_eq(SECRET.as_bytes())) {
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

/// How many items an app keeps. They are in memory, and clients can send any number of them.
const MAX_ITEMS: usize = 1000;

/// The items of one app. Clones share them, apps do not.
#[derive(Clone, Default)]
pub struct Items(Arc<Mutex<HashMap<String, Item>>>);

impl Items {
    /// The two items that are there from the start.
    pub fn examples() -> Self {
        let items = [
            Item::new("foo", "Foo", "There goes my hero"),
            Item::new("bar", "Bar", "The bartenders"),
        ];
        let by_id = items.map(|item| (item.id.clone(), item));
        Self(Arc::new(Mutex::new(HashMap::from(by_id))))
    }

    fn get(&self, id: &str) -> Option<Item> {
        self.lock().get(id).cloned()
    }

    /// Adds an item, unless its key is taken or there is no room.
    fn insert(&self, item: &Item) -> Result<(), ApiError> {
        let mut items = self.lock();
        if items.contains_key(&item.id) {
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "Item already exists"));
        }
        if items.len() == MAX_ITEMS {
            return Err(ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "No room for more items"));
        }
        items.insert(item.id.clone(), item.clone());
        Ok(())
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
