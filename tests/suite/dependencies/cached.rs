//! Once per request, or every time.

use super::{assert_get, start};

#[tokio::test]
async fn de_44_a_cached_dependency_runs_once_in_a_request() {
    let server = start().await;
    assert_get(&server, "/cached/once", "[1,1]").await;
    assert_eq!(server.events().await, ["counted ran"]);
    // The next request starts anew.
    assert_get(&server, "/cached/once", "[1,1]").await;
    assert_eq!(server.events().await, ["counted ran"; 2]);
}

#[tokio::test]
async fn de_44_without_the_cache_it_runs_each_time() {
    let server = start().await;
    assert_get(&server, "/cached/twice", "[1,2]").await;
    assert_eq!(server.events().await, ["counted ran"; 2]);
}

#[tokio::test]
async fn de_44_asking_without_the_cache_doesnt_fill_it() {
    let server = start().await;
    assert_get(&server, "/cached/mixed", "[1,2,1]").await;
    assert_eq!(server.events().await, ["counted ran"; 2]);
}
