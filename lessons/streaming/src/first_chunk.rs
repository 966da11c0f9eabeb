//! A layer that waits for the first chunk before it lets the status go.

use std::future::ready;
use std::io;

use async_stream::{stream, try_stream};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use lesson_support::{EventLog, Tick};
use tokio::time::sleep;

use crate::AppState;
use crate::failing::flush_before_error;

// ANCHOR: router
/// The section's routes: each source bare, watched and replayed, at `/stream` and `/other`.
pub fn router(state: &AppState) -> Router<AppState> {
    let watch = middleware::from_fn_with_state(state.clone(), watch_first_chunk);
    let replay = middleware::from_fn(replay_first_chunk);
    let mut router = Router::new();
    for (name, source) in SOURCES {
        let routes = source_routes(source);
        router = router
            .nest(&format!("/bare-{name}"), routes.clone())
            .nest(&format!("/watched-{name}"), routes.clone().layer(watch.clone()))
            .nest(&format!("/replayed-{name}"), routes.layer(replay.clone()));
    }
    router
}
// ANCHOR_END: router

fn source_routes(source: Source) -> Router<AppState> {
    let answer = async move |State(tick): State<Tick>| {
        ([(header::CONTENT_TYPE, "text")], Body::from_stream(flush_before_error(source(tick))))
    };
    Router::new().route("/stream", get(answer)).route("/other", get(answer))
}

// ANCHOR: sources
type Pieces = BoxStream<'static, io::Result<Bytes>>;
type Source = fn(Tick) -> Pieces;

const SOURCES: [(&str, Source); 7] = [
    ("ok", ok),
    ("raise", raise),
    ("error-object", error_object),
    ("midway", midway),
    ("midway-object", midway_object),
    ("empty", empty),
    ("blank", blank),
];

fn ok(tick: Tick) -> Pieces {
    let digits = stream! {
        for _round in 0..2 {
            sleep(tick * 1).await;
            for digit in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] {
                yield Ok(digit.into());
            }
        }
    };
    digits.boxed()
}
// ANCHOR_END: sources

// ANCHOR: errors
/// Fails before the first piece: `?` makes the error the stream's last item.
fn raise(_: Tick) -> Pieces {
    let pieces = try_stream! {
        Err(failure())?;
        yield Bytes::from("never reached");
    };
    pieces.boxed()
}

/// The same, written out: an error is an item like any other.
fn error_object(_: Tick) -> Pieces {
    stream! { yield Err(failure()) }.boxed()
}
// ANCHOR_END: errors

fn midway(_: Tick) -> Pieces {
    let rounds = try_stream! {
        yield "round 0;".into();
        yield "round 1;".into();
        Err(failure())?;
    };
    rounds.boxed()
}

fn midway_object(_: Tick) -> Pieces {
    let rounds = stream! {
        yield Ok("round 0;".into());
        yield Ok("round 1;".into());
        yield Err(failure());
    };
    rounds.boxed()
}

fn empty(_: Tick) -> Pieces {
    stream::empty().boxed()
}

fn blank(_: Tick) -> Pieces {
    stream! { yield Ok(Bytes::new()) }.boxed()
}

fn failure() -> io::Error {
    io::Error::other("the source failed")
}

// ANCHOR: watch
/// The trap: the chunk that it looked at is no longer in the body.
async fn watch_first_chunk(
    State(events): State<EventLog>,
    request: Request,
    next: Next,
) -> Response {
    // `nest` has taken the prefix off: this layer sees "/stream" or "/other".
    if request.uri().path() != "/stream" {
        return next.run(request).await;
    }
    let (head, body) = next.run(request).await.into_parts();
    let mut chunks = non_empty_chunks(body);
    match chunks.next().await {
        Some(Ok(chunk)) => {
            events.add(format!("middleware saw {:?}", String::from_utf8_lossy(&chunk)));
            Response::from_parts(head, Body::from_stream(chunks))
        }
        Some(Err(error)) => {
            tracing::error!(%error, "the stream failed before its first chunk");
            teapot().await.into_response()
        }
        None => teapot().await.into_response(),
    }
}
// ANCHOR_END: watch

// ANCHOR: replay
/// The cure: put the chunk back in front, and tell a failure from an empty stream.
async fn replay_first_chunk(request: Request, next: Next) -> Response {
    if request.uri().path() != "/stream" {
        return next.run(request).await;
    }
    let (head, body) = next.run(request).await.into_parts();
    let mut chunks = non_empty_chunks(body);
    match chunks.next().await {
        Some(Ok(chunk)) => {
            let whole = stream::iter([Ok(chunk)]).chain(chunks);
            Response::from_parts(head, Body::from_stream(whole))
        }
        Some(Err(error)) => {
            tracing::error!(%error, "the stream failed before its first chunk");
            teapot().await.into_response()
        }
        None => Response::from_parts(head, Body::empty()),
    }
}

/// An empty chunk is never sent, so it doesn't count as the first.
fn non_empty_chunks(body: Body) -> impl Stream<Item = Result<Bytes, axum::Error>> + Unpin {
    body.into_data_stream().try_filter(|chunk| ready(!chunk.is_empty()))
}
// ANCHOR_END: replay

// ANCHOR: teapot
/// `Json` needs a value; leaving it out doesn't compile:
///
/// ```compile_fail
/// let answer = (axum::http::StatusCode::IM_A_TEAPOT, axum::Json());
/// ```
///
/// ```
/// let answer = (axum::http::StatusCode::IM_A_TEAPOT, axum::Json(()));
/// ```
async fn teapot() -> (StatusCode, Json<()>) {
    (StatusCode::IM_A_TEAPOT, Json(()))
}
// ANCHOR_END: teapot
