//! The data: records without a type, as a document store or another service sends them.

use std::sync::Arc;

use axum::http::StatusCode;
use lesson_support::ApiError;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

// ANCHOR: records
/// The records, by id. Cloning it clones a pointer.
#[derive(Clone)]
pub struct Items(Arc<Value>);

impl Items {
    pub(crate) fn new() -> Self {
        Self(Arc::new(json!({
            "foo": { "name": "Foo", "price": 50.2 },
            "bar": { "name": "Bar", "description": "The bartenders", "price": 62, "tax": 20.2 },
            "baz": {
                "name": "Baz", "description": null, "price": 50.2, "tax": 10.5, "tags": []
            },
            // These aren't what the models expect:
            "extra": { "price": 1, "owner": "somebody", "name": "Extra" },
            "missing": { "name": "Missing" },
            "null": { "name": "Null", "price": 1, "tax": null },
            "text": { "name": "Text", "price": "1.50" },
            "floats": { "name": "Floats", "price": 0.00001, "tax": 1e16 },
        })))
    }
}
// ANCHOR_END: records

impl Items {
    // ANCHOR: read
    /// The record as a `T`, with the keys that `T` has. An unknown id is a 404. A record that
    /// isn't a `T` is the server's fault: a 500, and the log says what's wrong.
    pub(crate) fn read<T: DeserializeOwned>(&self, item_id: &str) -> Result<T, ApiError> {
        let Some(record) = self.0.get(item_id) else {
            return Err(ApiError::new(StatusCode::NOT_FOUND, "Item not found"));
        };
        Ok(T::deserialize(record)?)
    }
    // ANCHOR_END: read
}
