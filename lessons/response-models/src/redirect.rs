//! Redirects, two ways: a response that the handler makes, and a type that makes one.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::AppState;
use crate::encoding::percent_encoded;
use crate::site::Site;

// ANCHOR: return
async fn my_redirect(site: Site) -> Redirect {
    Redirect::temporary(&site.page("/redirect-return/hello-world"))
}

async fn hello_world() -> Json<&'static str> {
    Json("Hello!")
}
// ANCHOR_END: return

// ANCHOR: class
/// FastAPI's `response_class=RedirectResponse`: the handler gives a URL, and the type does the
/// rest.
struct RedirectTo(String);

impl IntoResponse for RedirectTo {
    fn into_response(self) -> Response {
        Redirect::temporary(&percent_encoded(&self.0)).into_response()
    }
}

async fn by_class(site: Site) -> RedirectTo {
    RedirectTo(site.page("/redirect-class/hello-world"))
}

/// A status in front of a response replaces its status.
async fn see_other(site: Site) -> (StatusCode, RedirectTo) {
    (StatusCode::SEE_OTHER, RedirectTo(site.page("/redirect-class/hello-world")))
}
// ANCHOR_END: class

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/redirect-return/hello-world", get(hello_world))
        .route("/redirect-return/my-redirect", get(my_redirect))
        .route("/redirect-class/hello-world", get(hello_world))
        .route("/redirect-class/my-redirect", get(by_class))
        .route("/redirect-class/see-other", get(see_other))
}
// ANCHOR_END: router
