//! An extractor that runs once per request, however often it is asked for.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::get;
use axum::{Json, Router};
use axum_extra::extract::Cached;

use crate::AppState;

// ANCHOR: counted
/// How often this extractor has run in this request.
#[derive(Clone)]
struct Counted(u32);

/// The count, kept in the request's extensions: Starlette's `request.state`.
#[derive(Clone, Default)]
struct Runs(u32);

impl FromRequestParts<AppState> for Counted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        state.events.add("counted ran");
        let Runs(runs) = parts.extensions.get_or_insert_default();
        *runs += 1;
        Ok(Self(*runs))
    }
}
// ANCHOR_END: counted

// ANCHOR: cached
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/cached/once", get(once))
        .route("/cached/twice", get(twice))
        .route("/cached/mixed", get(mixed))
}

async fn once(
    Cached(Counted(first)): Cached<Counted>,
    Cached(Counted(second)): Cached<Counted>,
) -> Json<[u32; 2]> {
    Json([first, second])
}

async fn twice(Counted(first): Counted, Counted(second): Counted) -> Json<[u32; 2]> {
    Json([first, second])
}

async fn mixed(
    Cached(Counted(first)): Cached<Counted>,
    Counted(second): Counted,
    Cached(Counted(third)): Cached<Counted>,
) -> Json<[u32; 3]> {
    Json([first, second, third])
}
// ANCHOR_END: cached
