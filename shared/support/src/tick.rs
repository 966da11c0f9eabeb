//! The unit of every delay in the lessons.

use std::ops::Mul;
use std::time::Duration;

/// One tick: a second for a reader, a few milliseconds for the tests.
///
/// A delay is a number of ticks, so that the same code can be read in real time and
/// tested in a moment: `tokio::time::sleep(tick * 5).await`.
/// `--tick-ms` or `LESSON_TICK_MS` sets its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick(Duration);

impl Tick {
    /// A tick of this many milliseconds.
    pub const fn from_ms(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }
}

impl Mul<u32> for Tick {
    type Output = Duration;

    fn mul(self, ticks: u32) -> Duration {
        self.0 * ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_a_number_of_ticks() {
        assert_eq!(Tick::from_ms(20) * 5, Duration::from_millis(100));
    }
}
