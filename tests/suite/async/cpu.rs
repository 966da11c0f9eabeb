//! Work that computes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::poll;
use lesson_async::limits::Slots;
use lesson_async::{BLOCKING_THREADS, app, runtime};
use lesson_tests::{TestServer, paused, rust_only};
use tokio::join;
use tokio::time::sleep;

use super::{in_some_tries, ping_in_two_ticks, start, state};

/// When the primes are counted, and when a ping that's sent two ticks later is answered.
async fn primes_and_ping(server: &TestServer, path: &str) -> (f64, f64) {
    let path = format!("{path}?below=12000");
    let primes = async {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, 200);
        answer.rest().await.ended_at
    };
    join!(primes, ping_in_two_ticks(server))
}

#[tokio::test]
async fn as_14_a_loop_without_an_await_blocks_the_only_worker() {
    let server = start().await;
    let primes_and_ping = async || primes_and_ping(&server, "/cpu/on-a-worker").await;
    let waited = |(primes, ping): &(f64, f64)| *ping > 0.9 * primes;
    in_some_tries("the ping was served meanwhile", primes_and_ping, waited).await;
}

#[tokio::test]
async fn as_15_computations_on_the_pool_hold_nobody_up() {
    assert_computing_holds_nobody_up("/cpu/on-the-pool").await;
}

#[tokio::test]
async fn as_15_computations_on_the_cores_hold_nobody_up() {
    assert_computing_holds_nobody_up("/cpu/on-the-cores").await;
}

async fn assert_computing_holds_nobody_up(path: &str) {
    let server = start().await;
    let primes_and_ping = async || primes_and_ping(&server, path).await;
    let served = |(primes, ping): &(f64, f64)| *ping < 0.8 * primes;
    let fault = "a ping waited for it; in ticks, the answer and the ping took";
    in_some_tries(fault, primes_and_ping, served).await;
}

#[tokio::test]
async fn as_15_the_primes_are_counted_on_the_cores() {
    assert_counts(&["/cpu/on-the-cores"]).await;
}

#[tokio::test]
async fn as_15_the_other_two_routes_count_the_same_primes() {
    assert_counts(&["/cpu/on-a-worker", "/cpu/on-the-pool"]).await;
}

async fn assert_counts(paths: &[&str]) {
    let server = start().await;
    for path in paths {
        for (below, primes) in [("0", "0"), ("2", "0"), ("3", "1"), ("1000", "168")] {
            let answer = server.get(&format!("{path}?below={below}")).await;
            assert_eq!(answer.status, 200, "{path} {below}");
            assert_eq!(answer.text().await, primes, "{path} {below}");
        }
    }
}

#[tokio::test]
async fn as_16_the_type_limits_what_a_client_can_ask_of_the_cores() {
    assert_limited(&["/cpu/on-the-cores"]).await;
}

#[tokio::test]
async fn as_16_the_type_limits_what_a_client_can_ask_of_the_other_two() {
    assert_limited(&["/cpu/on-a-worker", "/cpu/on-the-pool"]).await;
}

async fn assert_limited(paths: &[&str]) {
    let server = start().await;
    for (query, detail) in [
        (
            "?below=65536",
            r#"{"type":"less_than_equal","loc":["query","below"],"msg":"Input should be less than or equal to 65535","input":"65536","ctx":{"le":65535}}"#,
        ),
        (
            "?below=-1",
            r#"{"type":"greater_than_equal","loc":["query","below"],"msg":"Input should be greater than or equal to 0","input":"-1","ctx":{"ge":0}}"#,
        ),
        (
            "?below=ten",
            r#"{"type":"int_parsing","loc":["query","below"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"ten"}"#,
        ),
        ("", r#"{"type":"missing","loc":["query","below"],"msg":"Field required","input":null}"#),
    ] {
        for path in paths {
            let answer = server.get(&format!("{path}{query}")).await;
            assert_eq!(answer.status, 422, "{path}{query}");
            assert_eq!(answer.text().await, format!(r#"{{"detail":[{detail}]}}"#), "{path}");
        }
    }
}

/// Without slots, the threads take turns, and all are done at the end. (More cores than a third
/// of the pool's threads get them done in time, too.)
#[tokio::test]
async fn as_17_the_first_are_done_long_before_the_last() {
    let server = start().await;
    let count = 4 * thread::available_parallelism().expect("a number of cores").get();
    let all_at_once = async || {
        let requests = (0..count).map(async |_| {
            let answer = server.get("/cpu/on-the-cores?below=12000").await;
            assert_eq!(answer.status, 200);
            answer.rest().await.ended_at
        });
        let mut times = join_all(requests).await;
        times.sort_by(f64::total_cmp);
        (times[0], times[count - 1])
    };
    let fault =
        format!("{count} requests computed at a time; in ticks, the first and the last took");
    in_some_tries(&fault, all_at_once, |(first, last)| *first < 0.5 * last).await;
}

#[tokio::test]
async fn as_17_no_more_run_at_a_time_than_there_are_slots() {
    rust_only!("looks inside");
    let cores = Slots::new(2);
    let running = Arc::new(AtomicUsize::new(0));
    let works = (0..6).map(|_| {
        let running = Arc::clone(&running);
        cores.run(move || {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            thread::sleep(Duration::from_millis(20));
            running.fetch_sub(1, Ordering::SeqCst);
            now
        })
    });
    let seen = join_all(works).await;
    let most = seen.into_iter().map(|now| now.expect("a result")).max();
    assert_eq!(most, Some(2));
}

/// On the lesson's own runtime, whose pool has 40 threads.
#[test]
fn as_17_computations_that_wait_take_no_thread_of_the_pool() {
    rust_only!("looks inside");
    let runtime = runtime(1, BLOCKING_THREADS).expect("a runtime");
    let state = state();
    let (open, gate) = mpsc::channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let asked = async {
        let app = app(state.clone());
        let computations = (0..50).map(|_| {
            let gate = Arc::clone(&gate);
            // Each takes until the test is over.
            state.limits.cores.run(move || gate.lock().is_ok_and(|gate| gate.recv().is_ok()))
        });
        tokio::select! {
            // In this order, so that all are under way before the pool is asked for a thread.
            biased;
            _ = join_all(computations) => panic!("they did not wait"),
            answer = paused::get(&app, "/where/sync") => answer.text().await,
            () = sleep(Duration::from_secs(5)) => panic!("no thread was free"),
        }
    };
    assert_eq!(runtime.block_on(asked), r#"{"main_thread":false}"#);
    drop(open);
    runtime.shutdown_background();
}

#[tokio::test]
async fn as_17_a_computation_that_nobody_waits_for_never_starts() {
    rust_only!("looks inside");
    let cores = Slots::new(1);
    let (open, gate) = mpsc::channel::<()>();
    let (begun, begun_later) = mpsc::channel();
    let begin = |name: &'static str| {
        let begun = begun.clone();
        move || begun.send(name)
    };
    let first = cores.run(move || gate.recv().is_err());
    // Polled once, each is in the queue; dropped, nobody waits for it.
    let mut abandoned = Box::pin(cores.run(begin("abandoned")));
    let last = cores.run(begin("last"));
    let (first, _, last) = join!(
        first,
        async {
            assert!(poll!(&mut abandoned).is_pending());
            drop(abandoned);
            drop(open);
        },
        last
    );
    assert!(first.is_ok() && last.is_ok());
    drop(begun);
    assert_eq!(begun_later.iter().collect::<Vec<_>>(), ["last"]);
}

#[tokio::test]
async fn as_18_a_panic_is_an_error_of_one_request_only() {
    rust_only!("looks inside");
    let cores = Slots::new(1);
    let primes: Result<usize, _> = cores.run(|| panic!("a bug")).await;
    let error = primes.expect_err("no result");
    assert_eq!((error.status().as_u16(), error.detail()), (500, None));
    assert_eq!(cores.run(|| 1).await.expect("a free slot"), 1);
}
