//! A table of cases: rstest, the counterpart of `pytest.mark.parametrize`.

use rstest::rstest;

use crate::client::TestClient;
use crate::naming::listed;
use crate::state::fresh_app;

// ANCHOR: rstest
#[rstest]
#[case::right("coneofsilence", "foo", 200)]
#[case::unknown_item("coneofsilence", "baz", 404)]
#[case::wrong_token("hailhydra", "foo", 400)]
#[case::both_wrong("hailhydra", "baz", 400)]
#[tokio::test]
async fn te_39_a_table_of_cases(
    #[case] token: &'static str,
    #[case] id: &str,
    #[case] status: u16,
) {
    let client = TestClient::new(fresh_app()).with_header("x-token", token);
    assert_eq!(client.get(&format!("/crud/items/{id}")).await.status, status);
}
// ANCHOR_END: rstest

// ANCHOR: loop
#[tokio::test]
async fn te_39_the_cases_in_a_loop() {
    for (token, id, status) in [
        ("coneofsilence", "foo", 200),
        ("coneofsilence", "baz", 404),
        ("hailhydra", "foo", 400),
        ("hailhydra", "baz", 400),
    ] {
        let client = TestClient::new(fresh_app()).with_header("x-token", token);
        let response = client.get(&format!("/crud/items/{id}")).await;
        assert_eq!(response.status, status, "{token} {id}");
    }
}
// ANCHOR_END: loop

#[test]
fn te_39_each_case_is_a_test_with_a_name() {
    let cases = listed().into_iter().filter(|test| test.contains("a_table_of_cases::"));
    let names: Vec<String> = cases.map(|test| test.rsplit("::").next().unwrap().into()).collect();
    assert_eq!(
        names,
        ["case_1_right", "case_2_unknown_item", "case_3_wrong_token", "case_4_both_wrong"]
    );
}
