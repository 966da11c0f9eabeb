//! A redirect to the page that the client asks for, if it's a page of this site.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use fastapi_extract::Query;
use lesson_support::ApiError;
use serde::Deserialize;
use url::{Position, Url};

use crate::AppState;
use crate::site::Site;

// ANCHOR: back
#[derive(Deserialize)]
struct Next {
    next: String,
}

async fn back(site: Site, Query(Next { next }): Query<Next>) -> Result<Redirect, ApiError> {
    let elsewhere = || ApiError::new(StatusCode::BAD_REQUEST, "next must lead to a page of ours");
    Ok(Redirect::to(&own_page(&site.url, &next).ok_or_else(elsewhere)?))
}

/// The path that `next` leads to, with query and fragment, if it's a page of this site.
///
/// It reads `next` as a browser does: a backslash is a slash, tabs and line breaks are left out.
/// What it returns is what it has read, not what was sent.
fn own_page(site: &Url, next: &str) -> Option<String> {
    let target = site.join(next).ok()?;
    let page = &target[Position::BeforePath..];
    // `/.//evil.example` is a page of ours, but without our address in front of it it's a host.
    let is_own = target.origin() == site.origin() && !page.starts_with("//");
    is_own.then(|| page.to_owned())
}
// ANCHOR_END: back

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/redirect-back", get(back))
}
