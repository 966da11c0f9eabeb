//! Redirects, made in two ways: by the handler, and by the type that it returns.

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
// ANCHOR_END: return

async fn hello_world() -> Json<&'static str> {
    Json("Hello!")
}

// ANCHOR: class
/// A redirect to any URL, encoded as a header needs it.
struct RedirectTo(String);

impl IntoResponse for RedirectTo {
    fn into_response(self) -> Response {
        Redirect::temporary(&percent_encoded(&self.0)).into_response()
    }
}
// ANCHOR_END: class

async fn by_class(site: Site) -> RedirectTo {
    RedirectTo(site.page("/redirect-class/hello-world"))
}

/// A status in front of a response replaces its status.
async fn see_other(site: Site) -> (StatusCode, RedirectTo) {
    (StatusCode::SEE_OTHER, RedirectTo(site.page("/redirect-class/hello-world")))
}

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/redirect-return/hello-world", get(hello_world))
        .route("/redirect-return/my-redirect", get(my_redirect))
        .route("/redirect-class/hello-world", get(hello_world))
        .route("/redirect-class/my-redirect", get(by_class))
        .route("/redirect-class/see-other", get(see_other))
}
