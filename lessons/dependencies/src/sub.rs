//! Dependencies that have dependencies.

use std::convert::Infallible;
use std::pin::Pin;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::routing::get;
use fastapi_extract::{Cookie, Json, Query, Rejection};
use lesson_support::EventLog;
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/sub/items/", get(items)).route("/sub/deep/", get(deep))
}
// ANCHOR_END: router

// ANCHOR: inner
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
// ANCHOR_END: inner

// ANCHOR: outer
#[derive(Deserialize)]
struct Cookies {
    last_query: Option<String>,
}

/// What the query asks for, or what it asked for the last time.
struct QueryOrCookie(Option<String>);

impl FromRequestParts<AppState> for QueryOrCookie {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let QueryText(q) = QueryText::from_request_parts(parts, state).await?;
        let Cookie(cookies) = Cookie::<Cookies>::from_request_parts(parts, state).await?;
        state.events.add("cookie looked at");
        // An empty q counts as none.
        Ok(Self(q.filter(|q| !q.is_empty()).or(cookies.last_query)))
    }
}

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
// ANCHOR_END: outer

// ANCHOR: deep
/// A future whose type says nothing of what is in it.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Infallible>> + Send + 'a>>;

/// Makes a dependency of each name but the first, on the name before it.
macro_rules! each_on_the_one_before {
    ($deepest:ident) => {
        type Deepest = $deepest;
    };
    ($below:ident $above:ident $($rest:ident)*) => {
        struct $above(u32);

        impl FromRequestParts<AppState> for $above {
            type Rejection = Infallible;

            async fn from_request_parts(
                parts: &mut Parts,
                state: &AppState,
            ) -> Result<Self, Infallible> {
                // The box cuts the type: without it, this future would hold the one below,
                // which holds the one below it, and so on.
                let below: Boxed<'_, $below> = Box::pin($below::from_request_parts(parts, state));
                let $below(depth) = below.await?;
                Ok(Self(depth + 1))
            }
        }

        each_on_the_one_before!($above $($rest)*);
    };
}

struct Ground(u32);

impl FromRequestParts<AppState> for Ground {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self(0))
    }
}

each_on_the_one_before!(
    Ground
    Level1 Level2 Level3 Level4 Level5 Level6 Level7 Level8 Level9 Level10
    Level11 Level12 Level13 Level14 Level15 Level16 Level17 Level18 Level19 Level20
    Level21 Level22 Level23 Level24 Level25 Level26 Level27 Level28 Level29 Level30
    Level31 Level32 Level33 Level34 Level35 Level36 Level37 Level38 Level39 Level40
    Level41 Level42 Level43 Level44 Level45 Level46 Level47 Level48 Level49 Level50
);

async fn deep(deepest: Deepest) -> Json<u32> {
    Json(deepest.0)
}
// ANCHOR_END: deep
