//! When the worker looks for new jobs.

use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{PollSnapshot, PollStrategy};
use tokio::time::{Interval, MissedTickBehavior, interval};

// ANCHOR: every
/// Wakes the worker at intervals.
///
/// apalis 1.0 has a strategy for that, which does not ask its timer to wake it when the
/// timer has just run out. If the heartbeat is due in that moment too, as happens when the
/// database is slow, nothing wakes the worker ever again.
#[derive(Debug)]
pub struct Every(Interval);

impl Every {
    /// Looks at once, and then whenever so much time has passed.
    pub fn new(period: Duration) -> Self {
        let mut interval = interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(interval)
    }

    /// Says whether it is time to look, and sees to it that the caller is woken next time.
    pub fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut due = Poll::Pending;
        // Only a timer that is pending has noted whom to wake.
        while self.0.poll_tick(cx).is_ready() {
            due = Poll::Ready(());
        }
        due
    }
}

impl PollStrategy for Every {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        self.poll_due(cx).map(Some)
    }
}
// ANCHOR_END: every
