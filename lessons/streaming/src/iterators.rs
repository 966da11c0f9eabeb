//! A stream made of an iterator that blocks.

use std::iter;
use std::sync::Arc;
use std::thread;

use async_stream::try_stream;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use axum::{BoxError, Router};
use futures_util::Stream;
use lesson_support::Tick;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::AppState;
use crate::failing::flush_before_error;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/text/sync-iterator", get(sync_iterator))
}

// ANCHOR: sync-iterator
async fn sync_iterator(State(tick): State<Tick>, State(places): State<Arc<Semaphore>>) -> Body {
    Body::from_stream(flush_before_error(stream_blocking(slow_words(tick), places)))
}

/// Blocks its thread between two items, as a Python generator with `time.sleep` does.
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
// ANCHOR_END: sync-iterator

// ANCHOR: places
/// How many iterators may block a thread at the same time. The pool has 512, and the rest is
/// for others: `tokio::fs` needs threads too, and so does looking up a host's name.
pub const PLACES: usize = 64;
// ANCHOR_END: places

// ANCHOR: stream-blocking
/// Asks a blocking iterator for its next item when the reader wants one, on a pool's thread.
///
/// The thread is taken only while an item is made: a client that doesn't read takes none.
fn stream_blocking<I>(
    mut items: I,
    places: Arc<Semaphore>,
) -> impl Stream<Item = Result<I::Item, BoxError>>
where
    I: Iterator<Item: Send> + Send + 'static,
{
    try_stream! {
        loop {
            let place = Arc::clone(&places).acquire_owned().await?;
            let next = spawn_blocking(move || {
                let _place = place; // given back by this thread, even if the client has left
                let item = items.next();
                (items, item)
            });
            // If the iterator panics, `?` breaks the body off. It mustn't look whole.
            let (rest, item) = next.await?;
            items = rest;
            match item {
                Some(item) => yield item,
                None => break,
            }
        }
    }
}
// ANCHOR_END: stream-blocking

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

    /// This test's runtime has one thread. If the iterator blocked it, nobody could release it.
    #[tokio::test]
    async fn a_blocking_iterator_does_not_block_the_runtime() {
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

    /// Dropping the stream ends the waiting, not the thread.
    #[tokio::test]
    async fn after_a_reader_has_left_the_thread_gives_the_place_back() {
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
