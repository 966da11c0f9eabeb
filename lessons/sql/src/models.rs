//! Rows that hold more than a client may see. FastAPI's `models.py`.
//!
// ANCHOR: from-row
//! A struct with `FromRow` can be read from a row:
//!
//! ```
//! #[derive(sqlx::FromRow)]
//! struct Email {
//!     email: String,
//! }
//!
//! let query = sqlx::query_as::<lesson_sql::database::Db, Email>("SELECT email FROM users");
//! ```
//!
//! Without it, the same query doesn't compile:
//!
//! ```compile_fail,E0277
//! struct Email {
//!     email: String,
//! }
//!
//! let query = sqlx::query_as::<lesson_sql::database::Db, Email>("SELECT email FROM users");
//! ```
// ANCHOR_END: from-row

use sqlx::FromRow;

// ANCHOR: user
/// A row of the table `users`.
///
/// It derives no `Serialize`, so it cannot be an answer, and neither can the hash in it:
///
/// ```compile_fail,E0277
/// use axum::Json;
/// use axum::response::IntoResponse;
///
/// fn leak(user: lesson_sql::models::User) -> impl IntoResponse {
///     Json(user)
/// }
/// ```
#[derive(FromRow)]
pub struct User {
    /// The primary key.
    pub id: i64,
    /// Unique.
    pub email: String,
    /// An argon2 hash.
    pub hashed_password: String,
    /// True until somebody says otherwise.
    pub is_active: bool,
}
// ANCHOR_END: user
