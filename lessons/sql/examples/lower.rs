//! Emails that differ in case only: `cargo run -p lesson-sql --example lower`

use lesson_sql::database::{Connection, Settings, close, open};
use lesson_support::Tick;

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let (pool, writer) = open(&Settings::from_env(Tick::from_ms(1000))?).await?;
    let mut tx = pool.begin().await?;
    for name in ["Anna", "Ünal"] {
        let insert = "INSERT INTO users (email, hashed_password) VALUES ($1, '')";
        sqlx::query(insert).bind(name).execute(&mut *tx).await?;
    }
    for email in ["anna", "ANNA", "ünal"] {
        println!("{email}: {:?}", in_any_case(&mut tx, email).await?);
    }
    println!("in Rust: {}", "Ünal".to_lowercase());
    tx.rollback().await?;
    close(pool, writer).await;
    Ok(())
}

// ANCHOR: lower
/// Finds an email whatever its case. SQLite's `LOWER` knows only the letters of ASCII.
async fn in_any_case(db: &mut Connection, email: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT email FROM users WHERE LOWER(email) = LOWER($1)")
        .bind(email)
        .fetch_optional(db)
        .await
}
// ANCHOR_END: lower
