//! A list of ids in a query: `cargo run -p lesson-sql --example in_list`

use lesson_sql::database::{Connection, Db, Settings, close, open};
use lesson_support::Tick;
use sqlx::QueryBuilder;

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let (pool, writer) = open(&Settings::from_env(Tick::from_ms(1000))?).await?;
    let mut tx = pool.begin().await?;
    let mut ids = Vec::new();
    for name in ["anna", "ben", "cid"] {
        let insert = "INSERT INTO users (email, hashed_password) VALUES ($1, '') RETURNING id";
        ids.push(sqlx::query_scalar(insert).bind(name).fetch_one(&mut *tx).await?);
    }
    println!("two of three: {:?}", emails_of(&mut tx, &[ids[2], ids[0]]).await?);
    println!("none: {:?}", emails_of(&mut tx, &[]).await?);
    tx.rollback().await?;
    close(pool, writer).await;
    Ok(())
}

// ANCHOR: in-list
/// The emails of these users, by id.
async fn emails_of(db: &mut Connection, ids: &[i64]) -> sqlx::Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new()); // `IN ()` is a syntax error in PostgreSQL
    }
    let mut query = QueryBuilder::<Db>::new("SELECT email FROM users WHERE id IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id); // a parameter each: $1, $2, …
    }
    list.push_unseparated(") ORDER BY id");
    query.build_query_scalar().fetch_all(db).await
}
// ANCHOR_END: in-list
