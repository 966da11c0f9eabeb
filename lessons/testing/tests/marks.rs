//! Which tests run, and how many at a time.

use std::env;
use std::process::Command;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::client::TestClient;
use crate::state::fresh_app;

// ANCHOR: ignore
#[tokio::test]
#[ignore = "takes ten real seconds"]
async fn te_44_slow_takes_ten_real_seconds() {
    let started = Instant::now();
    TestClient::new(fresh_app()).get("/slow/").await;
    assert!(started.elapsed() >= Duration::from_secs(10));
}
// ANCHOR_END: ignore

#[test]
fn te_44_an_ignored_test_is_listed_but_not_run() {
    let arguments = ["marks::te_44_slow", "--test-threads=2"];
    assert!(run(&arguments).contains("0 passed; 0 failed; 1 ignored"));
    assert!(run(&["marks::te_44_slow", "--list", "--ignored"]).contains("1 test"));
}

// ANCHOR: threads
static ARRIVED: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());

/// Waits for a second test that runs in the same process at the same time.
fn meet() {
    let (count, changed) = &ARRIVED;
    let mut arrived = count.lock().unwrap();
    *arrived += 1;
    changed.notify_all();
    let patience = Duration::from_secs(10);
    let (_arrived, wait) = changed.wait_timeout_while(arrived, patience, |n| *n < 2).unwrap();
    assert!(!wait.timed_out(), "no other test came");
}

#[test]
#[ignore = "one half of a pair"]
fn pair_first_waits_for_second() {
    meet();
}

#[test]
#[ignore = "one half of a pair"]
fn pair_second_waits_for_first() {
    meet();
}

#[test]
fn te_45_tests_run_at_the_same_time_in_one_process() {
    let output = run(&["marks::pair", "--ignored", "--test-threads=2"]);
    assert!(output.contains("2 passed; 0 failed"), "{output}");
}
// ANCHOR_END: threads

/// Runs this test program with other arguments, and returns what it prints.
fn run(arguments: &[&str]) -> String {
    let output = Command::new(env::current_exe().unwrap()).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
