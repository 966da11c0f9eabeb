//! A body that fails: what was sent before the failure should arrive.

use futures_util::{Stream, StreamExt};
use tokio::task::yield_now;

// ANCHOR: flush-before-error
/// Gives hyper a chance to send the pieces before an error.
///
/// When a body fails, hyper closes the connection and throws away what it has not sent yet:
/// the client could miss the last pieces, or even the head. While a body is pending, hyper
/// sends. So be pending once, and fail then. A client that reads too slowly can still miss
/// the last pieces; what it can rely on is that the body breaks off.
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
