//! A configured instance as a dependency.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::routing::get;
use fastapi_extract::{Json, Query, Rejection};
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: checker
/// Tells whether a text contains what it was made with.
#[derive(Clone)]
pub struct FixedContentQueryChecker {
    fixed_content: Arc<str>,
}

impl FixedContentQueryChecker {
    /// A checker for this content; an empty one is in every text.
    pub fn new(fixed_content: &str) -> Self {
        Self { fixed_content: fixed_content.into() }
    }

    /// Python's `__call__`. Case matters.
    fn check(&self, q: &str) -> bool {
        q.contains(&*self.fixed_content)
    }
}
// ANCHOR_END: checker

// ANCHOR: included
#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

/// Whether the query contains the content of the checker in the state.
struct Included(bool);

impl<S> FromRequestParts<S> for Included
where
    S: Send + Sync,
    FixedContentQueryChecker: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let Query(Search { q }) = Query::from_request_parts(parts, state).await?;
        let checker = FixedContentQueryChecker::from_ref(state);
        Ok(Self(checker.check(&q)))
    }
}
// ANCHOR_END: included

// ANCHOR: router
/// The section's routes: one handler, each time with an instance of its own.
pub fn router() -> Router<AppState> {
    let checker = FixedContentQueryChecker::new("bar");
    let foo_checker = FixedContentQueryChecker::new("foo");
    Router::new()
        .route("/callable/query-checker/", get(query_checker).with_state(checker))
        .route("/callable/query-checker-foo/", get(query_checker).with_state(foo_checker))
}

#[derive(Serialize)]
struct Answer {
    fixed_content_in_query: bool,
}

async fn query_checker(Included(fixed_content_in_query): Included) -> Json<Answer> {
    Json(Answer { fixed_content_in_query })
}
// ANCHOR_END: router
