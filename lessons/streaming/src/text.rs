//! A stream of text: an async one, and one made from a blocking iterator.

use std::convert::Infallible;
use std::iter;
use std::sync::Arc;
use std::thread;

use async_stream::{stream, try_stream};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{BoxError, Router};
use futures_util::Stream;
use lesson_support::{EventLog, Tick};
use scopeguard::guard;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::AppState;
use crate::failing::flush_before_error;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new().route("/text/", get(text)).route("/text/sync-iterator", get(sync_iterator))
}
// ANCHOR_END: router

// ANCHOR: text
async fn text(State(tick): State<Tick>, State(events): State<EventLog>) -> impl IntoResponse {
    let pieces = stream! {
        // Dropping the stream drops the guard, and that runs the closure: Rust's `finally`.
        let mut sent = guard(0, |sent| events.add(format!("text stream over after {sent}")));
        for _ in 0..30 {
            *sent += 1;
            yield Ok::<_, Infallible>("some text data");
            sleep(tick * 5).await;
        }
    };
    (SHOWN_AT_ONCE, Body::from_stream(pieces))
}

/// Without these, a browser collects a kilobyte or more to guess the type, and shows nothing.
const SHOWN_AT_ONCE: [(HeaderName, &str); 2] =
    [(CONTENT_TYPE, "text/plain; charset=utf-8"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
// ANCHOR_END: text

// ANCHOR: sync-iterator
async fn sync_iterator(State(tick): State<Tick>, State(places): State<Arc<Semaphore>>) -> Body {
    Body::from_stream(flush_before_error(stream_blocking(slow_words(tick), places)))
}

/// An iterator that blocks its thread between two items, as a Python generator with
/// `time.sleep` does.
fn slow_words(tick: Tick) -> impl Iterator<Item = &'static str> + Send {
    let mut words = ["one ", "two ", "three"].into_iter();
    let mut started = false;
    iter::from_fn(move || {
        if started {
            thread::sleep(tick * 1);
        }
        started = true;
        words.next()
    })
}

/// So many iterators may block a thread at the same time. The pool has 512, and the rest is for
/// others: `tokio::fs` and the names that a client looks up need threads, too.
pub const PLACES: usize = 64;

/// Asks a blocking iterator for an item when the reader wants one, on a thread of the pool.
///
/// The thread is held while the item is made. A client that reads nothing holds none.
fn stream_blocking<I>(
    mut items: I,
    places: Arc<Semaphore>,
) -> impl Stream<Item = Result<I::Item, BoxError>>
where
    I: Iterator<Item: Send> + Send + 'static,
{
    try_stream! {
        loop {
            // Where there is no place, it waits for one.
            let place = Arc::clone(&places).acquire_owned().await?;
            let next = spawn_blocking(move || {
                let _place = place; // until the thread is done, even if the client has left
                let item = items.next();
                (items, item)
            });
            // If the iterator panicked, the body must break off, not end as if it were whole.
            let (rest, item) = next.await?;
            items = rest;
            match item {
                Some(item) => yield item,
                None => break,
            }
        }
    }
}
// ANCHOR_END: sync-iterator

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc as blocking;
    use std::time::Duration;

    use futures_util::StreamExt;
    use tokio::task::JoinError;
    use tokio::time::timeout;

    use super::*;

    /// No test waits longer than this.
    const PATIENCE: Duration = Duration::from_secs(10);

    fn one_place() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(1))
    }

    #[tokio::test]
    async fn an_iterator_that_panics_ends_in_an_error() {
        let items = (0..3).map(|n| if n == 2 { panic!("item 2 cannot be made") } else { n });
        let results: Vec<_> = stream_blocking(items, one_place()).collect().await;
        assert_eq!(results.len(), 3);
        assert!(matches!(results[..2], [Ok(0), Ok(1)]));
        let error = results[2].as_ref().unwrap_err().downcast_ref::<JoinError>();
        assert!(error.unwrap().is_panic());
    }

    /// This test's runtime has one thread: if the iterator blocked it, nobody could let it go.
    #[tokio::test]
    async fn an_iterator_that_blocks_does_not_block_the_runtime() {
        let (release, released) = blocking::channel();
        let items = iter::once_with(move || released.recv_timeout(PATIENCE));
        let mut stream = Box::pin(stream_blocking(items, one_place()));
        let (item, ()) = tokio::join!(stream.next(), async { release.send(()).unwrap() });
        assert_eq!(item.unwrap().unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn an_iterator_is_not_driven_ahead_of_its_reader() {
        let made = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&made);
        let items = iter::repeat_with(move || counter.fetch_add(1, Ordering::SeqCst));
        let mut stream = Box::pin(stream_blocking(items, one_place()));
        for expected in 0..5 {
            assert_eq!(stream.next().await.unwrap().unwrap(), expected);
            assert_eq!(made.load(Ordering::SeqCst), expected + 1);
        }
    }

    #[tokio::test]
    async fn a_reader_that_pauses_holds_no_place() {
        let places = one_place();
        let mut paused = Box::pin(stream_blocking(0.., Arc::clone(&places)));
        assert_eq!(paused.next().await.unwrap().unwrap(), 0);
        let mut other = Box::pin(stream_blocking(0.., places));
        let item = timeout(PATIENCE, other.next()).await.expect("a place");
        assert_eq!(item.unwrap().unwrap(), 0);
        assert_eq!(paused.next().await.unwrap().unwrap(), 1);
    }

    /// What is dropped with the stream is the waiting, not the thread.
    #[tokio::test]
    async fn a_reader_that_leaves_gives_its_place_back_when_the_thread_is_done() {
        let places = one_place();
        let (release, released) = blocking::channel::<()>();
        let (dropped, was_dropped) = tokio::sync::oneshot::channel::<()>();
        let items = iter::repeat_with(move || {
            let _lives_as_long_as_the_iterator = &dropped;
            released.recv_timeout(PATIENCE)
        });
        let mut stream = Box::pin(stream_blocking(items, Arc::clone(&places)));
        assert!(futures_util::poll!(stream.next()).is_pending());
        drop(stream);
        assert_eq!(places.available_permits(), 0);
        release.send(()).unwrap();
        let place = timeout(PATIENCE, places.acquire()).await;
        assert!(place.is_ok());
        // The sender goes with the iterator, and the receiver is told.
        assert!(timeout(PATIENCE, was_dropped).await.unwrap().is_err());
    }
}
