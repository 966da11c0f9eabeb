//! Whether the worker still works. `/ping` can't know that.

use std::future::pending;
use std::time::Duration;

use apalis::prelude::{Event, WorkerContext};
use tokio::sync::watch;
use tokio::time::timeout;

// ANCHOR: alive
/// A function for `on_event`, and the channel in which it notes each heartbeat and the end.
pub fn listener() -> (impl Fn(&WorkerContext, &Event) + Send + Sync + 'static, watch::Receiver<bool>)
{
    let (lives, noted) = watch::channel(true);
    let listener = move |_: &WorkerContext, event: &Event| {
        if matches!(event, Event::HeartBeat | Event::Exit) {
            lives.send_replace(matches!(event, Event::HeartBeat));
        }
    };
    (listener, noted)
}

/// Waits until the worker has ended by itself, or has sent no heartbeat for `limit`.
///
/// If the worker fails, it's dropped, and its own error says why. Then this goes on waiting.
pub async fn until_silent(mut lives: watch::Receiver<bool>, limit: Duration) {
    loop {
        match timeout(limit, lives.changed()).await {
            Ok(Ok(())) if *lives.borrow() => {}
            Ok(Err(_dropped)) => pending().await,
            _ => return,
        }
    }
}
// ANCHOR_END: alive

#[cfg(test)]
mod tests {
    use apalis::prelude::{EventListenerExt, MemoryStorage, TaskSink, WorkerBuilder, WorkerError};
    use tokio::time::{Instant, sleep};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    #[tokio::test(start_paused = true)]
    async fn a_worker_is_silent_when_its_last_heartbeat_is_too_long_ago() {
        let (lives, noted) = watch::channel(true);
        let started = Instant::now();
        let beating = async {
            for _ in 0..3 {
                sleep(LIMIT / 2).await;
                lives.send_replace(true);
            }
        };
        tokio::join!(until_silent(noted, LIMIT), beating);
        assert_eq!(started.elapsed(), 3 * LIMIT / 2 + LIMIT);
    }

    #[tokio::test]
    async fn a_worker_that_ends_by_itself_is_silent_at_once() {
        let mut jobs = MemoryStorage::new();
        jobs.push(7).await.expect("a job");
        let (listener, noted) = listener();
        let stop = async |_: u32, worker: WorkerContext| worker.stop().expect("stopped");
        let worker = WorkerBuilder::new("worker").backend(jobs).on_event(listener).build(stop);
        let working = worker.run_until(pending::<Result<(), WorkerError>>());
        let silent = timeout(LIMIT / 4, until_silent(noted, LIMIT));
        tokio::select! {
            ended = working => panic!("apalis waits for the signal: {ended:?}"),
            silent = silent => silent.expect("at once"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_that_is_dropped_is_not_silent() {
        let (listener, noted) = listener();
        drop(listener);
        assert!(timeout(10 * LIMIT, until_silent(noted, LIMIT)).await.is_err());
    }
}
