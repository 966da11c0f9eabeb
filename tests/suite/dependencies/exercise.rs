//! The solution of the first exercise.

use std::time::Duration;

use lesson_tests::server::{client, send};
use lesson_tests::{Binary, rust_only};

#[tokio::test(flavor = "multi_thread")]
async fn de_44_the_solution_looks_up_the_token_once_per_request() {
    rust_only!("starts the solution");
    let server = Binary::start_example_with("admins", &[], &[]);
    for (token, status, body) in [
        ("token-of-alice", 200, "for alice: all is well"),
        ("token-of-bob", 403, r#"{"detail":"Forbidden"}"#),
        ("token-of-carol", 401, r#"{"detail":"Unknown token"}"#),
    ] {
        let request = client().get(format!("{}/report", server.base_url()));
        let answer = send(request.header("X-Token", token), Duration::from_secs(1)).await;
        assert_eq!(answer.status, status);
        let scheme = (status == 401).then_some("APIKey");
        assert_eq!(answer.header("www-authenticate"), scheme);
        assert_eq!(answer.text().await, body);
    }
    let events = server.get("/_events").await.text().await;
    assert_eq!(events, r#"["token looked up","token looked up","token looked up"]"#);
}
