//! A layer with code before and after the handler.

use std::convert::Infallible;

use async_stream::stream;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use lesson_support::EventLog;

use crate::AppState;

/// The section's routes, with the layer around them.
pub fn router(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/scope-layer/stream", get(stream))
        .route_layer(from_fn_with_state(state.clone(), lend))
}

// ANCHOR: lend
#[derive(Clone)]
struct Lease(&'static str);

async fn lend(State(events): State<EventLog>, mut request: Request, next: Next) -> Response {
    events.add("lease opened");
    request.extensions_mut().insert(Lease("lease"));
    let response = next.run(request).await; // the yield
    events.add("lease closed");
    response
}
// ANCHOR_END: lend

async fn stream(Extension(Lease(lease)): Extension<Lease>, State(events): State<EventLog>) -> Body {
    events.add(format!("handler with {lease}"));
    two_pieces(events)
}

/// A stream that notes when each piece is made.
fn two_pieces(events: EventLog) -> Body {
    Body::from_stream(stream! {
        for number in [1, 2] {
            events.add(format!("piece {number}"));
            yield Ok::<_, Infallible>(format!("piece {number};"));
        }
    })
}
