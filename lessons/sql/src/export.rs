//! A body that is read from the database while it is sent.

use async_stream::try_stream;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::Stream;
use lesson_support::{EventLog, Tick};
use tokio::time::sleep;

use crate::database::Pool;
use crate::error::Error;
use crate::{AppState, crud};

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/extra/export", get(export))
}

// ANCHOR: body
async fn export(
    State(pool): State<Pool>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Response, Error> {
    // An error here can still be an answer.
    let first = crud::emails_after(&mut *pool.acquire().await?, 0).await?;
    let body = Body::from_stream(emails(first, pool, tick, events));
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}

/// Reads a hundred rows at a time. The connection goes back before they are sent, so a client
/// that stops reading holds some memory, but nothing that others need.
fn emails(
    mut page: Vec<(i64, String)>,
    pool: Pool,
    tick: Tick,
    events: EventLog,
) -> impl Stream<Item = sqlx::Result<Bytes>> + Send {
    try_stream! {
        while let Some(&(last, _)) = page.last() {
            for (_, email) in page {
                yield Bytes::from(email + "\n");
                sleep(tick * 1).await;
            }
            page = crud::emails_after(&mut *pool.acquire().await?, last).await?;
        }
        events.add("export done");
    }
}
// ANCHOR_END: body
