//! Items to create and read, behind a token in a header.

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

/// What `X-Token` must contain. A real app would read it from its configuration.
const SECRET: &str = "coneofsilence";

// ANCHOR: router
/// The largest body that an item may have, in bytes.
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
    x_token: Secret, // the header X-Token
}

// ANCHOR: read
async fn read(
    Path(id): Path<String>,
    Header(token): Header<Token>,
    State(items): State<Items>,
) -> Result<Json<Item>, ApiError> {
    check(&token)?;
    let item = items.get(&id);
    item.map(Json).ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "Item not found"))
}
// ANCHOR_END: read

async fn create(
    State(items): State<Items>,
    // Both in one: a single 422 lists what's wrong with either.
    All((Header(token), Body(item))): All<(Header<Token>, Body<Item>)>,
) -> Result<Json<Item>, ApiError> {
    check(&token)?;
    items.insert(&item)?;
    Ok(Json(item))
}

/// Compares all bytes. The time that `!=` takes would tell how much of a guess is right.
fn check(token: &Token) -> Result<(), ApiError> {
    if !bool::from(token.x_token.expose().as_bytes().ct_eq(SECRET.as_bytes())) {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "Invalid X-Token header"));
    }
    Ok(())
}
// ANCHOR_END: handlers

// ANCHOR: items
/// An item, in requests and in responses.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Item {
    /// Its key.
    pub id: String,
    /// A few words.
    pub title: String,
    /// A sentence, or null.
    pub description: Option<String>,
}

/// How many items an app keeps. They're in memory, and clients can send as many as they like.
const MAX_ITEMS: usize = 1000;

/// The items of one app. Clones of the value share them.
#[derive(Clone, Default)]
pub struct Items(Arc<Mutex<HashMap<String, Item>>>);

impl Items {
    /// The two items that every app starts with.
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

    /// Adds an item, unless its key is taken or there's no more room.
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

    /// Every change is a single call, so a panic can't leave one half done.
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

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    /// Requests take too long to meet within `insert` if it lets go of the lock for a moment.
    /// Threads that do nothing else meet there every few rounds.
    #[test]
    fn racing_threads_insert_each_item_once() {
        let ids = (0..MAX_ITEMS).map(|number| number.to_string());
        let wanted: Vec<Item> = ids.map(|id| Item::new(&id, "Wanted", "By four threads")).collect();
        let start = Barrier::new(4);
        for _ in 0..100 {
            let items = Items::default();
            let insert_all = || {
                start.wait();
                wanted.iter().filter(|item| items.insert(item).is_ok()).count()
            };
            let inserted: usize = thread::scope(|scope| {
                let threads = [0; 4].map(|_| scope.spawn(insert_all));
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(inserted, MAX_ITEMS);
        }
    }
}
