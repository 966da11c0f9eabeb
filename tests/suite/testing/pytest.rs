//! The claims about Python: `lessons/testing/test_fastapi_app.py`, run by pytest.

use std::sync::LazyLock;

use lesson_tests::{Target, fastapi, fastapi_only};

/// pytest's verdicts: it is started once, by the first test that asks.
static VERDICTS: LazyLock<Vec<String>> =
    LazyLock::new(|| fastapi::pytest("testing", Target::current().tick()));

/// Asserts that pytest has tests named after this claim, and that all of them passed.
fn assert_passed_by_pytest(claim: &str) {
    fastapi_only!("runs pytest");
    let name = format!("::test_{claim}_");
    let verdicts: Vec<&String> = VERDICTS.iter().filter(|line| line.contains(&name)).collect();
    assert!(!verdicts.is_empty(), "pytest has no test for {claim}");
    assert!(verdicts.iter().all(|line| line.starts_with("PASSED ")), "{verdicts:#?}");
}

#[test]
fn te_01_in_python_both_imports_are_one_class() {
    assert_passed_by_pytest("te_01");
}

#[test]
fn te_02_in_python_the_client_is_an_httpx_client() {
    assert_passed_by_pytest("te_02");
}

#[test]
fn te_03_in_python_pytest_and_the_client_are_installed_apart() {
    assert_passed_by_pytest("te_03");
}

#[test]
fn te_04_in_python_a_plain_function_calls_without_await() {
    assert_passed_by_pytest("te_04");
}

#[test]
fn te_05_in_python_the_name_makes_the_test() {
    assert_passed_by_pytest("te_05");
}

#[test]
fn te_06_in_python_the_client_follows_redirects() {
    assert_passed_by_pytest("te_06");
}

#[test]
fn te_07_in_python_the_name_of_the_file_counts() {
    assert_passed_by_pytest("te_07");
}

#[test]
fn te_18_in_python_all_clients_share_the_items() {
    assert_passed_by_pytest("te_18");
}

#[test]
fn te_21_in_python_an_async_test_needs_its_mark() {
    assert_passed_by_pytest("te_21");
}

#[test]
fn te_22_in_python_the_mark_runs_a_test_once_for_each_backend() {
    assert_passed_by_pytest("te_22");
}

#[test]
fn te_23_in_python_the_async_client_needs_a_transport() {
    assert_passed_by_pytest("te_23");
}

#[test]
fn te_25_in_python_the_blocking_client_stops_the_loop() {
    assert_passed_by_pytest("te_25");
}

#[test]
fn te_27_in_python_there_is_no_start_up_without_with() {
    assert_passed_by_pytest("te_27");
}

#[test]
fn te_28_in_python_with_runs_start_up_and_shutdown() {
    assert_passed_by_pytest("te_28");
}

#[test]
fn te_30_in_python_six_cases_pass() {
    assert_passed_by_pytest("te_30");
}

#[test]
fn te_31_in_python_an_override_belongs_to_the_app() {
    assert_passed_by_pytest("te_31");
}

#[test]
fn te_32_in_python_the_async_client_runs_no_lifespan() {
    assert_passed_by_pytest("te_32");
}

#[test]
fn te_33_in_python_the_client_waits_for_background_tasks() {
    assert_passed_by_pytest("te_33");
}

#[test]
fn te_36_in_python_a_delay_is_waited_for() {
    assert_passed_by_pytest("te_36");
}

#[test]
fn te_37_in_python_an_endless_stream_gives_nothing() {
    assert_passed_by_pytest("te_37");
}

#[test]
fn te_44_in_python_a_mark_skips_a_test() {
    assert_passed_by_pytest("te_44");
}

#[test]
fn te_45_in_python_tests_run_one_after_the_other() {
    assert_passed_by_pytest("te_45");
}
