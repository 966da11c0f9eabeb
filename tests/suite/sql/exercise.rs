//! The exercise of the lesson.

use futures_util::future::join_all;
use lesson_tests::{Binary, TestDatabase, rust_only};

use super::credentials;

#[tokio::test]
async fn the_solution_of_the_exercise_keeps_to_the_quota() {
    rust_only!("the exercise is in Rust");
    let database = TestDatabase::create();
    let variables = [
        ("DATABASE_URL", database.url()),
        ("LESSON_WEAK_HASHES", "1"),
        ("LESSON_POOL_TIMEOUT", "3000"),
    ];
    let binary = Binary::start_example_with("quota", &["--tick-ms", "10"], &variables);
    let post = async |path: &str, body: &str| binary.post(path, body).await.status;
    let item = r#"{"title":"t"}"#;
    assert_eq!(post("/quota/users/1/items/", item).await, 404);
    for (id, name) in [(1, "anna"), (2, "ben")] {
        assert_eq!(post("/main/users/", &credentials(name)).await, 200);
        let path = format!("/quota/users/{id}/items/");
        let statuses = join_all((0..20).map(|_| post(&path, item))).await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3);
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 17);
    }
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn a_project_of_your_own_opens_its_database_and_keeps_what_it_wrote() {
    rust_only!("the example is in Rust");
    let database = TestDatabase::create();
    let variables = [("DATABASE_URL", database.url())];
    for id in ["1", "2"] {
        let binary = Binary::start_example_with("own_project", &[], &variables);
        let answer = binary.post("/users/", &format!("\"user-{id}\"")).await;
        assert_eq!(answer.text().await, id);
        binary.signal("TERM");
        assert_eq!(binary.wait().code, Some(0));
    }
}
