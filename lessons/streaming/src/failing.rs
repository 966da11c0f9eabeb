//! A body that fails: what was made before the failure should still arrive.

use futures_util::{Stream, StreamExt};
use tokio::task::yield_now;

// ANCHOR: flush-before-error
/// Lets hyper send the pieces before an error.
///
/// When a body fails, hyper closes the connection and drops what it hasn't sent yet: the last
/// pieces, or even the head. While a body is pending, hyper sends. So be pending once, and then
/// fail. A client that reads too slowly can still miss the last pieces.
pub(crate) fn flush_before_error<T, E>(
    pieces: impl Stream<Item = Result<T, E>>,
) -> impl Stream<Item = Result<T, E>> {
    pieces.then(async |piece| {
        if piece.is_err() {
            yield_now().await;
        }
        piece
    })
}
// ANCHOR_END: flush-before-error
