//! What clients send and get. FastAPI's `schemas.py`.

use fastapi_extract::Secret;
use serde::{Deserialize, Deserializer, Serialize};
use sqlx::FromRow;

/// What a client sends to create an item.
#[derive(Deserialize)]
pub struct ItemCreate {
    /// What it is called.
    pub title: String,
    /// May be left out.
    pub description: Option<String>,
}

/// An item, for reading. Its fields are the columns, so it is a row as well.
// ANCHOR: item-row
#[derive(FromRow, Serialize)]
pub struct Item {
    /// What it is called.
    pub title: String,
    /// Null if there is none.
    pub description: Option<String>,
    /// The primary key.
    pub id: i64,
    /// The id of its user.
    pub owner_id: i64,
}
// ANCHOR_END: item-row

// ANCHOR: user
/// What a client sends to create a user. If it also sends an `id` or an `is_active`, those are
/// ignored.
#[derive(Deserialize)]
pub struct UserCreate {
    /// Any text: nobody checks that it is an address.
    pub email: String,
    /// Never stored as it is, and in no answer: not even in a 422.
    pub password: Secret<String>,
}

/// What a client sends to log in: a form with the two names that OAuth2 gives its fields.
#[derive(Deserialize)]
pub struct Login {
    /// The user's email.
    pub username: String,
    /// Checked against the stored hash.
    pub password: Secret<String>,
}

/// A user, for reading.
#[derive(FromRow, Serialize)]
pub struct User {
    /// Unique.
    pub email: String,
    /// The primary key.
    pub id: i64,
    /// True until somebody says otherwise.
    pub is_active: bool,
    /// Not a column: another query fills it.
    #[sqlx(skip)]
    pub items: Vec<Item>,
}
// ANCHOR_END: user

// ANCHOR: update
/// What a client sends to change a user. `None` is a field that was not sent.
#[derive(Deserialize)]
pub struct UserUpdate {
    /// Unique.
    #[serde(default, deserialize_with = "some")]
    pub email: Option<String>,
    /// Whether the user may do anything.
    #[serde(default, deserialize_with = "some")]
    pub is_active: Option<bool>,
}

/// Reads a field that was sent. By itself, serde treats a null like a field that was not.
fn some<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(value).map(Some)
}
// ANCHOR_END: update

/// The part of a list that a client wants.
#[derive(Clone, Copy, Deserialize)]
pub struct Page {
    #[serde(default)]
    skip: i64,
    #[serde(default = "default_limit")]
    limit: i64,
}

fn default_limit() -> i64 {
    100
}

/// No list is longer than this.
const MAX_LIMIT: i64 = 1000;

impl Page {
    /// For OFFSET, which cannot be negative in PostgreSQL.
    pub fn offset(&self) -> i64 {
        self.skip.max(0)
    }

    /// For LIMIT. A negative one means as many as allowed.
    pub fn limit(&self) -> i64 {
        if self.limit < 0 { MAX_LIMIT } else { self.limit.min(MAX_LIMIT) }
    }
}
