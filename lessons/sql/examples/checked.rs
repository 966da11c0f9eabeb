//! Queries that are checked while they are compiled: `cargo run -p lesson-sql --example checked`

use sqlx::{Connection, SqliteConnection};

// ANCHOR: checked
/// What the query returns. A field that does not fit its column does not compile.
struct User {
    id: i64,
    email: String,
    is_active: bool,
}

#[tokio::main]
async fn main() -> sqlx::Result<()> {
    let mut db = SqliteConnection::connect("sqlite::memory:").await?;
    sqlx::migrate!("migrations/sqlite").run(&mut db).await?;

    let email = "anna@example.org";
    sqlx::query!("INSERT INTO users (email, hashed_password) VALUES ($1, '')", email)
        .execute(&mut db)
        .await?;
    let user =
        sqlx::query_as!(User, "SELECT id, email, is_active FROM users WHERE email = $1", email)
            .fetch_one(&mut db)
            .await?;

    println!("user {} is {}, active: {}", user.id, user.email, user.is_active);
    Ok(())
}
// ANCHOR_END: checked
