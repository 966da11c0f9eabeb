//! When the worker looks for new jobs.

use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{PollSnapshot, PollStrategy};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

// ANCHOR: every
/// Wakes the worker at intervals, until it is told to stop.
///
/// apalis 1.0 has a strategy for that, which does not ask its timer to wake it when the
/// timer has just run out. If the heartbeat is due in that moment too, as happens when the
/// database is slow, nothing wakes the worker ever again.
#[derive(Debug)]
pub struct Every {
    interval: Interval,
    stop: CancellationToken,
}

impl Every {
    /// Looks at once, and then whenever so much time has passed; never after `stop`.
    pub fn new(period: Duration, stop: CancellationToken) -> Self {
        let mut interval = interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { interval, stop }
    }

    /// Says whether it is time to look, and sees to it that the caller is woken next time.
    pub fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut due = Poll::Pending;
        // Only a timer that is pending has noted whom to wake.
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
