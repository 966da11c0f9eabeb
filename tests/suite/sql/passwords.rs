//! Passwords are hashed, away from the threads that serve requests, and not all at once.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lesson_sql::crud;
use lesson_sql::passwords::Hasher;
use lesson_sql::session::Session;
use lesson_tests::{Binary, expect, fastapi, rust, rust_only};

use super::{add_user, assert_answer, credentials, start, with_pool_of};

#[tokio::test]
async fn sq_14_what_is_stored_is_a_hash() {
    let server = start().await;
    let anna = add_user(&server, "anna").await;
    let stored = expect(rust("argon2id"), fastapi("pwnotreallyhashed"));
    let body = format!(r#"{{"hashed_password":"{stored}","is_active":true}}"#);
    assert_answer(server.get(&format!("/extra/users/{}/stored", anna.id)).await, 200, &body).await;
    assert_eq!(server.get("/extra/users/999999999/stored").await.status, 404);
}

#[tokio::test]
async fn sq_14_equal_passwords_have_different_hashes() {
    rust_only!("reads the database");
    let server = start().await;
    let users = [add_user(&server, "anna").await, add_user(&server, "ben").await];
    let hasher = Hasher::with_memory(8).expect("a hasher");
    with_pool_of(server.database_url(), async |pool| {
        let mut hashes = HashSet::new();
        for user in &users {
            let row = crud::get_user_row(&Session::new(pool.clone()), user.id).await;
            let hash = row.expect("an answer").expect("a user").hashed_password;
            assert!(hash.starts_with("$argon2id$v=19$m=8,t=2,p=1$"), "{hash}");
            for (password, right) in [("pw", true), ("PW", false), ("", false)] {
                let verified = hasher.verify(password.to_owned(), hash.clone()).await;
                assert_eq!(verified.expect("an answer"), right, "{password}");
            }
            hashes.insert(hash);
        }
        assert_eq!(hashes.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn sq_39_hashing_does_not_hold_up_other_work() {
    rust_only!("has one thread");
    let hasher = Hasher::with_memory(19_456).expect("a hasher");
    let started = Instant::now();
    hasher.hash("pw".to_owned()).await.expect("a hash");
    let one = started.elapsed();

    // This test has one thread: were it hashing, nothing else would run on it.
    let hashing = tokio::spawn(async move { hasher.hash("pw".to_owned()).await });
    let started = Instant::now();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(started.elapsed() < one / 2, "{:?} of {one:?}", started.elapsed());
    assert!(!hashing.is_finished());
    hashing.await.expect("no panic").expect("a hash");
}

#[tokio::test]
async fn sq_39_nobody_holds_a_connection_while_they_hash() {
    rust_only!("hashes slowly");
    // A hash of 100 MiB takes a fifth of a second: long enough for another request.
    let variables = [("LESSON_POOL_SIZE", "1"), ("LESSON_HASH_KIB", "100000")];
    let server = super::start_with(&variables).await;
    let body = credentials("anna@example.org");
    let mut registration = std::pin::pin!(super::post(&server, "/main/users/", &body));
    tokio::select! {
        _ = &mut registration => panic!("the hash was too quick"),
        _ = server.events_with(super::OPENED) => {}
    }
    let other = async {
        tokio::time::sleep(server.tick()).await;
        server.get("/main/users/").await
    };
    let (registration, other) = tokio::join!(registration, other);
    assert_eq!((registration.status, other.status), (200, 200));
    // It was answered in the middle of the hash, not after it.
    assert!(other.head_at < registration.head_at / 3.0, "{}", other.head_at);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn sq_39_of_a_burst_of_registrations_a_few_are_hashed_at_once() {
    rust_only!("watches the threads of the real program");
    let cores = std::thread::available_parallelism().expect("cores").get();
    // One a core hashes; the workers, and SQLite's threads, are busy for moments.
    let limit = 3 * cores + 14;
    let binary = Binary::start("sql", &[], &[]);
    let url = format!("{}/main/users/", binary.base_url());
    let client = lesson_tests::server::client();
    // Half as many again as may be busy: if all were hashed at once, it would show.
    let burst = limit + limit / 2;
    let registrations = join_all((0..burst).map(|number| {
        let body = credentials(&format!("user{number}@example.org"));
        let request = client.post(&url).header("content-type", "application/json").body(body);
        async move { request.send().await.expect("an answer").status().as_u16() }
    }));
    let watch = async {
        while binary.busy_threads() < limit {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::select! {
        statuses = registrations => assert_eq!(statuses, vec![200; burst]),
        () = watch => panic!("{limit} threads compute"),
    }
}
