//! The claims about Python: `lessons/testing/test_fastapi_app.py`, run by pytest.

use lesson_tests::fastapi::Pytest;

static PYTEST: Pytest = Pytest::of("testing");

#[test]
fn te_01_in_python_both_imports_give_the_same_class() {
    PYTEST.assert_passed("te_01");
}

#[test]
fn te_02_in_python_the_client_is_an_httpx_client() {
    PYTEST.assert_passed("te_02");
}

#[test]
fn te_03_in_python_pytest_and_the_client_are_installed_separately() {
    PYTEST.assert_passed("te_03");
}

#[test]
fn te_04_in_python_a_plain_function_calls_the_app() {
    PYTEST.assert_passed("te_04");
}

#[test]
fn te_05_in_python_a_functions_name_makes_it_a_test() {
    PYTEST.assert_passed("te_05");
}

#[test]
fn te_06_in_python_the_client_follows_redirects() {
    PYTEST.assert_passed("te_06");
}

#[test]
fn te_07_in_python_the_files_name_counts() {
    PYTEST.assert_passed("te_07");
}

#[test]
fn te_18_in_python_all_clients_share_the_items() {
    PYTEST.assert_passed("te_18");
}

#[test]
fn te_21_in_python_an_async_test_needs_a_mark() {
    PYTEST.assert_passed("te_21");
}

#[test]
fn te_22_in_python_a_test_runs_once_for_each_backend() {
    PYTEST.assert_passed("te_22");
}

#[test]
fn te_23_in_python_the_async_client_needs_a_transport() {
    PYTEST.assert_passed("te_23");
}

#[test]
fn te_25_in_python_the_blocking_client_stops_the_loop() {
    PYTEST.assert_passed("te_25");
}

#[test]
fn te_27_in_python_there_is_no_start_up_without_with() {
    PYTEST.assert_passed("te_27");
}

#[test]
fn te_28_in_python_with_runs_start_up_and_shutdown() {
    PYTEST.assert_passed("te_28");
}

#[test]
fn te_30_in_python_the_six_cases_pass() {
    PYTEST.assert_passed("te_30");
}

#[test]
fn te_31_in_python_an_override_belongs_to_the_app() {
    PYTEST.assert_passed("te_31");
}

#[test]
fn te_32_in_python_the_async_client_runs_no_lifespan() {
    PYTEST.assert_passed("te_32");
}

#[test]
fn te_33_in_python_the_client_waits_for_background_tasks() {
    PYTEST.assert_passed("te_33");
}

#[test]
fn te_36_in_python_a_delay_takes_real_time() {
    PYTEST.assert_passed("te_36");
}

#[test]
fn te_37_in_python_an_endless_stream_never_begins() {
    PYTEST.assert_passed("te_37");
}

#[test]
fn te_44_in_python_a_mark_skips_a_test() {
    PYTEST.assert_passed("te_44");
}

#[test]
fn te_45_in_python_tests_run_one_after_the_other() {
    PYTEST.assert_passed("te_45");
}

#[test]
fn te_49_in_python_the_client_takes_an_address() {
    PYTEST.assert_passed("te_49");
}
