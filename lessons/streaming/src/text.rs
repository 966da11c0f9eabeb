//! A stream of text: an async one, and one made from a blocking iterator.

use std::convert::Infallible;
use std::iter;
use std::thread;

use async_stream::stream;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use futures_util::Stream;
use lesson_support::{EventLog, Tick};
use scopeguard::guard;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};
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
async fn text(State(tick): State<Tick>, State(events): State<EventLog>) -> Body {
    let pieces = stream! {
        // Dropping the stream drops the guard, and that runs the closure: Rust's `finally`.
        let mut sent = guard(0, |sent| events.add(format!("text stream over after {sent}")));
        for _ in 0..30 {
            *sent += 1;
            yield Ok::<_, Infallible>("some text data");
            sleep(tick * 5).await;
        }
    };
    Body::from_stream(pieces)
}
// ANCHOR_END: text

// ANCHOR: sync-iterator
async fn sync_iterator(State(tick): State<Tick>) -> Body {
    Body::from_stream(flush_before_error(stream_blocking(slow_words(tick))))
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

/// Drives a blocking iterator on a thread of its own, one item ahead of the reader.
fn stream_blocking<I>(items: I) -> impl Stream<Item = Result<I::Item, JoinError>>
where
    I: Iterator<Item: Send> + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel(1);
    let thread = spawn_blocking(move || {
        for item in items {
            // Sending fails when the receiver is gone, because the client is.
            if sender.blocking_send(item).is_err() {
                break;
            }
        }
    });
    stream! {
        while let Some(item) = receiver.recv().await {
            yield Ok(item);
        }
        // If the iterator panicked, the body must break off, not end as if it were whole.
        if let Err(panic) = thread.await {
            yield Err(panic);
        }
    }
}
// ANCHOR_END: sync-iterator

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc as blocking;
    use std::time::Duration;

    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn an_iterator_that_panics_ends_in_an_error() {
        let items = (0..3).map(|n| if n == 2 { panic!("item 2 cannot be made") } else { n });
        let results: Vec<_> = stream_blocking(items).collect().await;
        assert_eq!(results.len(), 3);
        assert!(matches!(results[..2], [Ok(0), Ok(1)]));
        assert!(results[2].as_ref().unwrap_err().is_panic());
    }

    /// This test's runtime has one thread: if the iterator blocked it, nobody could let it go.
    #[tokio::test]
    async fn an_iterator_that_blocks_does_not_block_the_runtime() {
        let (release, released) = blocking::channel();
        let items = iter::once_with(move || released.recv_timeout(Duration::from_secs(10)));
        let mut stream = Box::pin(stream_blocking(items));
        let (item, ()) = tokio::join!(stream.next(), async { release.send(()).unwrap() });
        assert_eq!(item.unwrap().unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn an_iterator_is_not_driven_far_ahead_of_its_reader() {
        let made = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&made);
        let items = iter::repeat_with(move || counter.fetch_add(1, Ordering::SeqCst));
        let mut stream = Box::pin(stream_blocking(items));
        for expected in 0..5 {
            assert_eq!(stream.next().await.unwrap().unwrap(), expected);
            // One in the channel, one in the hands of the thread.
            assert!(made.load(Ordering::SeqCst) <= expected + 3);
        }
    }

    #[tokio::test]
    async fn an_iterator_ends_when_its_reader_has_left() {
        let (dropped, was_dropped) = tokio::sync::oneshot::channel::<()>();
        let items = iter::repeat_with(move || dropped.is_closed());
        let mut stream = Box::pin(stream_blocking(items));
        stream.next().await.unwrap().unwrap();
        drop(stream);
        // The sender goes with the iterator, and the receiver is told.
        let ended = tokio::time::timeout(Duration::from_secs(10), was_dropped).await;
        assert!(ended.unwrap().is_err());
    }
}
