//! What is configured once: a value in the state.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use fastapi_extract::{Query, Rejection};
use serde::{Deserialize, Serialize};

use crate::AppState;

/// Checks whether a text contains a fixed one.
#[derive(Clone)]
pub struct FixedContentQueryChecker {
    fixed_content: Arc<str>,
}

impl FixedContentQueryChecker {
    /// A checker for this content.
    pub fn new(fixed_content: &str) -> Self {
        Self { fixed_content: fixed_content.into() }
    }

    fn check(&self, q: &str) -> bool {
        q.contains(&*self.fixed_content)
    }
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

// ANCHOR: included
/// Whether `q` contains what the checker in the state looks for.
struct Included(bool);

/// For any state that has a checker in it.
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

/// The section's routes: one handler, with the app's checker and with another one.
pub fn router() -> Router<AppState> {
    // `AppState` has one value of each type. A route that needs another one brings its own state.
    let foo_checker = FixedContentQueryChecker::new("foo");
    Router::new()
        .route("/callable/query-checker/", get(query_checker))
        .route("/callable/query-checker-foo/", get(query_checker).with_state(foo_checker))
}

#[derive(Serialize)]
struct Answer {
    fixed_content_in_query: bool,
}

async fn query_checker(Included(fixed_content_in_query): Included) -> Json<Answer> {
    Json(Answer { fixed_content_in_query })
}
