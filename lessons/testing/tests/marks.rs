//! Marks and threads: which tests are run, and how many of them at a time.

use std::env;
use std::process::Command;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::client::TestClient;
use crate::state::fresh_app;

// ANCHOR: ignore
#[tokio::test]
#[ignore = "takes ten real seconds"]
async fn te_44_slow_really_takes_its_time() {
    let started = Instant::now();
    TestClient::new(fresh_app()).get("/slow/").await;
    assert!(started.elapsed() >= Duration::from_secs(10));
}
// ANCHOR_END: ignore

#[test]
fn te_44_what_is_ignored_is_listed_but_not_run() {
    let arguments = ["marks::te_44_slow", "--test-threads=2"];
    assert!(run(&arguments).contains("0 passed; 0 failed; 1 ignored"));
    assert!(run(&["marks::te_44_slow", "--list", "--ignored"]).contains("1 test"));
}

// ANCHOR: threads
static ARRIVED: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());

/// Waits until a second test is here too, at the same time in the same process.
fn meet() {
    let (count, changed) = &ARRIVED;
    let mut arrived = count.lock().unwrap();
    *arrived += 1;
    changed.notify_all();
    let patience = Duration::from_secs(10);
    let (_arrived, wait) = changed.wait_timeout_while(arrived, patience, |n| *n < 2).unwrap();
    assert!(!wait.timed_out(), "nobody came");
}

#[test]
#[ignore = "one half of a pair"]
fn pair_one_waits_for_the_other() {
    meet();
}

#[test]
#[ignore = "one half of a pair"]
fn pair_the_other_waits_for_the_one() {
    meet();
}

#[test]
fn te_45_tests_run_at_the_same_time_in_one_process() {
    let output = run(&["marks::pair", "--ignored", "--test-threads=2"]);
    assert!(output.contains("2 passed; 0 failed"), "{output}");
}
// ANCHOR_END: threads

/// Runs this very program with other arguments; returns what it prints.
fn run(arguments: &[&str]) -> String {
    let output = Command::new(env::current_exe().unwrap()).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
