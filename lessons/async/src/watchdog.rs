//! Finds a blocked worker: a thread of its own watches whether the workers pause.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use lesson_support::{EventLog, Tick};
use tokio::runtime::Handle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A worker that hasn't paused for so many ticks is reported.
const TOO_LONG: u32 = 5;

// ANCHOR: start
/// Watches all workers from a thread that no worker can block, until the guard is dropped.
///
/// # Errors
///
/// If the thread can't be started.
pub fn start(tick: Tick, events: EventLog) -> io::Result<DropGuard> {
    let metrics = Handle::current().metrics();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
        let mut workers: Vec<_> = (0..metrics.num_workers()).map(|_| Worker::new()).collect();
        while !stopped.is_cancelled() {
            for (index, worker) in workers.iter_mut().enumerate() {
                let turns = metrics.worker_park_unpark_count(index);
                worker.look(index, turns, tick * TOO_LONG, &events);
            }
            thread::sleep(tick * 1);
        }
    })?;
    Ok(stop.drop_guard())
}
// ANCHOR_END: start

// ANCHOR: worker
/// What the watchdog knows of a worker.
struct Worker {
    /// Goes up by one when the worker falls asleep, and by one when it wakes up.
    turns: u64,
    /// When the watchdog first saw this number.
    since: Instant,
    reported: bool,
}

impl Worker {
    fn new() -> Self {
        Self { turns: 0, since: Instant::now(), reported: false }
    }

    fn look(&mut self, index: usize, turns: u64, too_long: Duration, events: &EventLog) {
        let awake = turns.is_multiple_of(2);
        if turns != self.turns {
            if self.reported {
                events.add(format!("worker {index} pauses again"));
            }
            *self = Self { turns, ..Self::new() };
        } else if awake && !self.reported && self.since.elapsed() >= too_long {
            events.add(format!("worker {index} has not paused for {TOO_LONG} ticks"));
            self.reported = true;
        }
    }
}
// ANCHOR_END: worker
