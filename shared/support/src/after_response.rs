//! Work that goes on when its response is sent, and that the shutdown waits for.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where work after a response runs.
///
/// It belongs in the state. [`Server`](crate::Server) waits for the tasks on `tracker` until
/// its grace period is over; then it cancels `cut`, and gives those that notice a second more.
#[derive(Clone, Debug, Default)]
pub struct AfterResponse {
    /// The tasks that the shutdown waits for: `tracker.spawn(…)`.
    pub tracker: TaskTracker,
    /// Cancelled when the grace period of the shutdown is over.
    pub cut: CancellationToken,
}
