//! An extractor that needs another one.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Cookie, Query, Rejection};
use lesson_support::EventLog;
use serde::{Deserialize, Serialize};

use crate::AppState;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/sub/items/", get(items))
}

#[derive(Deserialize)]
struct Search {
    q: Option<String>,
}

/// What the query asks for.
struct QueryText(Option<String>);

impl FromRequestParts<AppState> for QueryText {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Query(Search { q }) = Query::from_request_parts(parts, state).await?;
        state.events.add("query looked at");
        Ok(Self(q))
    }
}

// ANCHOR: outer
#[derive(Deserialize)]
struct Cookies {
    last_query: Option<String>,
}

/// What the query asks for, or what it asked for last time.
struct QueryOrCookie(Option<String>);

impl FromRequestParts<AppState> for QueryOrCookie {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let QueryText(q) = QueryText::from_request_parts(parts, state).await?;
        let Cookie(cookies) = Cookie::<Cookies>::from_request_parts(parts, state).await?;
        state.events.add("cookie looked at");
        // An empty q counts as missing.
        Ok(Self(q.filter(|q| !q.is_empty()).or(cookies.last_query)))
    }
}
// ANCHOR_END: outer

#[derive(Serialize)]
struct Found {
    q_or_cookie: Option<String>,
}

async fn items(
    QueryOrCookie(q_or_cookie): QueryOrCookie,
    State(events): State<EventLog>,
) -> Json<Found> {
    events.add("handler");
    Json(Found { q_or_cookie })
}
