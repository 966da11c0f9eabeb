//! Passwords are hashed, away from the threads that serve requests, and not all at once.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use axum::response::IntoResponse;
use futures_util::FutureExt;
use futures_util::future::join_all;
use lesson_sql::crud;
use lesson_sql::error::Error;
use lesson_sql::passwords::{HashError, Hasher};
use lesson_tests::{Binary, TestDatabase, binary, expect, fastapi, rust, rust_only};

use super::{add_user, assert_answer, credentials, start, start_with, weak_hasher, with_pool_of};

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
    let hasher = weak_hasher();
    with_pool_of(server.database_url(), async |pool| {
        let mut hashes = HashSet::new();
        for user in &users {
            let mut db = pool.acquire().await.expect("a connection");
            let row = crud::get_user_row(&mut db, user.id).await;
            let hash = row.expect("an answer").expect("a user").hashed_password;
            assert!(hash.starts_with("$argon2id$v=19$m=8,t=2,p=1$"), "{hash}");
            for (password, right) in [("pw", true), ("PW", false), ("", false)] {
                let verified = hasher.verify(password.to_owned().into(), Some(hash.clone())).await;
                assert_eq!(verified.expect("an answer"), right, "{password}");
            }
            hashes.insert(hash);
        }
        assert_eq!(hashes.len(), 2);
    })
    .await;
}

/// What OWASP recommends.
fn hasher(patience: Duration) -> Hasher {
    Hasher::with_memory(19_456, patience).expect("a hasher")
}

#[tokio::test]
async fn sq_39_other_work_goes_on_during_a_hash() {
    rust_only!("has one thread");
    let hasher = hasher(Duration::from_secs(30));
    let mut hashing = std::pin::pin!(hasher.hash("pw".to_owned().into()));
    // This test has one thread: were it hashing, nothing else would run on it.
    let mut turns = 0;
    loop {
        tokio::select! {
            biased;
            hashed = &mut hashing => break drop(hashed.expect("a hash")),
            () = tokio::task::yield_now() => turns += 1,
        }
    }
    assert!(turns > 100, "{turns}");
}

#[tokio::test]
async fn sq_39_no_connection_is_held_during_a_hash() {
    rust_only!("hashes slowly");
    // A hash of 100 MiB takes a fifth of a second: long enough for many other requests.
    let slow = [("LESSON_HASH_KIB", "100000"), ("LESSON_WEAK_HASHES", "0")];
    let server = start_with(&[&slow[..], &[("LESSON_POOL_SIZE", "1")]].concat()).await;
    let body = credentials("anna@example.org");
    let started = Instant::now();
    let mut registration = std::pin::pin!(super::post(&server, "/main/users/", &body));
    let mut longest = Duration::ZERO;
    let registered = loop {
        let asked = Instant::now();
        let (other, registered) = tokio::join!(server.get("/main/users/"), async {
            tokio::select! {
                biased;
                answer = &mut registration => Some(answer),
                () = tokio::task::yield_now() => None,
            }
        });
        assert_eq!(other.status, 200);
        longest = longest.max(asked.elapsed());
        if let Some(registered) = registered {
            break registered;
        }
    };
    assert_eq!(registered.status, 200);
    assert!(longest < started.elapsed() / 3, "{longest:?} of {:?}", started.elapsed());
}

#[tokio::test]
async fn sq_39_waiting_too_long_for_a_core_is_a_503() {
    rust_only!("hashes without a server");
    let cores = std::thread::available_parallelism().expect("cores").get();
    let patient = hasher(Duration::from_secs(30));
    let started = Instant::now();
    patient.hash("pw".to_owned().into()).await.expect("a hash");
    // Long enough for ten hashes, and here come fifty a core.
    let hasher = hasher(started.elapsed() * 10);
    let hashed = join_all((0..50 * cores).map(|_| hasher.hash("pw".to_owned().into()))).await;
    assert!(hashed.iter().any(Result::is_ok));
    let given_up = hashed.into_iter().find_map(Result::err).expect("more than the cores can do");
    assert!(matches!(given_up, HashError::Busy(_)), "{given_up}");
    let answer = Error::from(given_up).into_response();
    assert_eq!(answer.status().as_u16(), 503);
    assert_eq!(answer.headers()["retry-after"], "1");
}

#[tokio::test]
async fn sq_39_nothing_is_hashed_for_clients_that_have_left() {
    rust_only!("hashes without a server");
    let hasher = hasher(Duration::from_secs(30));
    let started = Instant::now();
    hasher.hash("pw".to_owned().into()).await.expect("a hash");
    let one = started.elapsed();

    let cores = std::thread::available_parallelism().expect("cores").get();
    let leaving = join_all((0..50 * cores).map(|_| hasher.hash("pw".to_owned().into())));
    assert!(leaving.now_or_never().is_none());
    let started = Instant::now();
    hasher.hash("pw".to_owned().into()).await.expect("a hash");
    assert!(started.elapsed() < one * 20, "{:?}, one takes {one:?}", started.elapsed());
}

/// Registers a user of this number, and returns the status.
#[cfg(target_os = "linux")]
async fn register(program: &Binary, number: usize) -> u16 {
    let user = credentials(&format!("user{number}@example.org"));
    program.post("/main/users/", &user).await.status
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn sq_39_hashes_need_the_memory_of_one_for_each_core() {
    rust_only!("measures the memory of the real program");
    let cores = std::thread::available_parallelism().expect("cores").get() as u64;
    let binary = Binary::start("sql", &[], &[]);
    let before = binary.resident_bytes();
    let statuses = join_all((0..100).map(|number| register(&binary, number)));
    assert_eq!(statuses.await, vec![200; 100]);
    let grown = (binary.resident_bytes() - before) >> 20;
    assert!(grown < (cores + 1) * 19 + 16, "{grown} MiB");
}

#[tokio::test]
async fn sq_39_a_hash_that_is_too_cheap_or_too_expensive_is_refused_at_the_start() {
    rust_only!("starts the real program");
    let database = TestDatabase::create();
    let url = ("DATABASE_URL", database.url());
    for kib in ["8", "19455", "1048577", "4294967295"] {
        let ended = binary::run("sql", &["--port", "0"], &[url, ("LESSON_HASH_KIB", kib)]);
        let sentence = format!("Error: LESSON_HASH_KIB must be from 19456 to 1048576, not {kib}\n");
        assert_eq!((ended.code, ended.stderr), (Some(1), sentence));
    }
    let program = Binary::start("sql", &[], &[url, ("LESSON_WEAK_HASHES", "1")]);
    program.log_line("passwords are hashed weakly: LESSON_WEAK_HASHES is for tests only");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn sq_39_a_burst_of_registrations_is_hashed_a_few_at_a_time() {
    rust_only!("watches the threads of the real program");
    let cores = std::thread::available_parallelism().expect("cores").get();
    // One a core hashes; the workers, and SQLite's threads, are busy for moments.
    let limit = 3 * cores + 14;
    let binary = Binary::start("sql", &[], &[]);
    // Half as many again as may be busy: if all were hashed at once, it would show.
    let burst = limit + limit / 2;
    let registrations = join_all((0..burst).map(|number| register(&binary, number)));
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
