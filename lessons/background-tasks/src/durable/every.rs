//! When the worker looks for new jobs.

use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{PollSnapshot, PollStrategy};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

// ANCHOR: every
/// Wakes the worker at intervals, until it's told to stop.
///
/// apalis 1.0 has a strategy for that, but when its timer has run out, it doesn't ask the timer
/// to wake it again. If the heartbeat is due at the same moment, which happens when the database
/// is slow, nothing ever wakes the worker again.
#[derive(Debug)]
pub struct Every {
    interval: Interval,
    stop: CancellationToken,
}

impl Every {
    /// Is due at once, and then once a period; after `stop`, never again.
    pub fn new(period: Duration, stop: CancellationToken) -> Self {
        let mut interval = interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { interval, stop }
    }

    /// Whether it's time to look for jobs. Sees to it that the caller is woken the next time.
    pub fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut due = Poll::Pending;
        // A timer notes whom to wake only when it answers "pending".
        while self.interval.poll_tick(cx).is_ready() {
            due = Poll::Ready(());
        }
        if self.stop.is_cancelled() { Poll::Pending } else { due }
    }
}

impl PollStrategy for Every {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        self.poll_due(cx).map(Some)
    }
}
// ANCHOR_END: every

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Waker;

    use super::*;

    #[tokio::test]
    async fn the_worker_is_driven_when_it_is_time_and_not_before() {
        let mut every = Every::new(Duration::from_secs(3600), CancellationToken::new());
        let snapshot = PollSnapshot::default();
        let first = poll_fn(|cx| every.poll_drive(cx, &snapshot)).await;
        assert_eq!(first, Some(()), "at the start");
        let next = every.poll_drive(&mut Context::from_waker(Waker::noop()), &snapshot);
        assert_eq!(next, Poll::Pending, "for an hour");
    }
}
