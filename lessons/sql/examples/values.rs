//! Dates, amounts and large ids, in SQL and in JSON: `cargo run -p lesson-sql --example values`

use lesson_sql::database::{Settings, close, open};
use lesson_support::Tick;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Serialize, Serializer};
use sqlx::FromRow;
use sqlx::types::chrono::{DateTime, Utc};

// ANCHOR: payment
/// A row, and how JSON shows it.
#[derive(FromRow, Serialize)]
struct Payment {
    /// JavaScript has no exact integers beyond 2^53: it would read another number.
    #[serde(serialize_with = "as_text")]
    id: i64,
    /// SQLite keeps it as text, PostgreSQL as TIMESTAMPTZ.
    #[serde(serialize_with = "in_rfc_3339")]
    paid_at: DateTime<Utc>,
    /// SQLite has no decimals, only floats. Whole cents are exact everywhere.
    #[serde(rename = "amount", serialize_with = "as_euros")]
    cents: i64,
}

fn as_text<S: Serializer>(id: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn in_rfc_3339<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.to_rfc3339())
}

fn as_euros<S: Serializer>(cents: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Decimal::new(*cents, 2))
}

/// The amount in cents: `None` if it has more than two places, or doesn't fit.
fn cents(amount: Decimal) -> Option<i64> {
    let cents = amount.checked_mul(Decimal::ONE_HUNDRED)?;
    if cents.is_integer() { cents.to_i64() } else { None }
}
// ANCHOR_END: payment

#[cfg(not(feature = "postgres"))]
const TABLE: &str =
    "CREATE TEMPORARY TABLE payments (id INTEGER, paid_at TIMESTAMP, cents INTEGER)";
#[cfg(feature = "postgres")]
const TABLE: &str =
    "CREATE TEMPORARY TABLE payments (id BIGINT, paid_at TIMESTAMPTZ, cents BIGINT)";

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let (pool, writer) = open(&Settings::from_env(Tick::from_ms(1000))?).await?;
    let mut db = pool.acquire().await?;
    sqlx::query(TABLE).execute(&mut *db).await?;
    let paid_at: DateTime<Utc> = "2026-03-29T01:30:00+01:00".parse()?;
    let cents = cents("19.9".parse()?).ok_or("too many places")?;
    let payment: Payment =
        sqlx::query_as("INSERT INTO payments VALUES ($1, $2, $3) RETURNING id, paid_at, cents")
            .bind(9_007_199_254_740_993_i64)
            .bind(paid_at)
            .bind(cents)
            .fetch_one(&mut *db)
            .await?;
    println!("{}", serde_json::to_string(&payment)?);
    drop(db);
    close(pool, writer).await;
    Ok(())
}
