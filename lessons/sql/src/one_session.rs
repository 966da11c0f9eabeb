//! What a session of the request's own means: shared, rolled back, open until the last byte.

use std::convert::Infallible;

use async_stream::try_stream;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, TryStreamExt};
use lesson_support::{ApiError, EventLog, Tick};
use serde::Serialize;
use tokio::time::sleep;

use crate::schemas::UserCreate;
use crate::session::{Lease, Session};
use crate::{AppState, crud};

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/extra/same-session", get(same_session))
        .route("/extra/users-half-done/", post(half_done))
        .route("/extra/export", get(export))
}
// ANCHOR_END: router

// ANCHOR: same-session
#[derive(Serialize)]
struct Same {
    same_within_a_request: bool,
}

async fn same_session(first: Session, second: Session) -> Json<Same> {
    Json(Same { same_within_a_request: first.is(&second) })
}
// ANCHOR_END: same-session

// ANCHOR: half-done
async fn half_done(
    db: Session,
    fastapi_extract::Json(user): fastapi_extract::Json<UserCreate>,
) -> Result<Infallible, ApiError> {
    crud::create_user(&db, &user.email, "").await?;
    Err(ApiError::new(StatusCode::CONFLICT, "changed my mind")) // and no commit
}
// ANCHOR_END: half-done

// ANCHOR: export
async fn export(
    db: Session,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Response, ApiError> {
    let connection = db.read().await?; // fails here, as long as it can be an answer
    let body = Body::from_stream(emails(connection, tick, events));
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}

/// One row at a time: a table of any size needs no more memory than that.
fn emails(
    mut connection: Lease,
    tick: Tick,
    events: EventLog,
) -> impl Stream<Item = sqlx::Result<Bytes>> + Send {
    try_stream! {
        let mut rows =
            sqlx::query_scalar::<_, String>("SELECT email FROM users ORDER BY id")
                .fetch(&mut *connection);
        while let Some(email) = rows.try_next().await? {
            yield Bytes::from(email + "\n");
            sleep(tick * 1).await;
        }
        events.add("export done");
    }
}
// ANCHOR_END: export
