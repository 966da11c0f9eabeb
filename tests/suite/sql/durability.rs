//! What was acknowledged is there, whatever happens to the process.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lesson_tests::server::client;
use lesson_tests::{Binary, TestDatabase, rust_only};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::credentials;

/// Creates items until nobody answers any more; returns the titles that were acknowledged.
async fn write(url: String, writer: usize, count: Arc<AtomicUsize>) -> Vec<String> {
    let client = client();
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let title = format!("{writer}-{number}");
        let request = client.post(&url).header("content-type", "application/json");
        match request.body(format!(r#"{{"title":"{title}"}}"#)).send().await {
            Ok(answer) if answer.status() == 200 => acknowledged.push(title),
            Ok(answer) => panic!("{}", answer.status()),
            Err(_) => break,
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sq_36_what_was_acknowledged_survives_kill_9() {
    rust_only!("kills the real program");
    let database = TestDatabase::create();
    let variables = [
        ("DATABASE_URL", database.url()),
        ("LESSON_WEAK_HASHES", "1"),
        ("LESSON_POOL_TIMEOUT", "3000"),
    ];
    let start = || Binary::start("sql", &["--tick-ms", "10"], &variables);

    let mut acknowledged = HashSet::new();
    let binary = start();
    let anna = binary.post("/main/users/", &credentials("anna@example.org")).await;
    assert_eq!(anna.status, 200);
    let mut running = Some(binary);
    for round in 1..=3 {
        let binary = running.take().unwrap_or_else(start);
        let count = Arc::new(AtomicUsize::new(0));
        let url = format!("{}/extra/users/1/items/", binary.base_url());
        let mut writers = JoinSet::new();
        for writer in 0..4 {
            writers.spawn(write(url.clone(), 10 * round + writer, Arc::clone(&count)));
        }
        let enough = async {
            while count.load(Ordering::Relaxed) < 40 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(60), enough).await.expect("forty answers");
        binary.signal("KILL");
        assert_eq!(binary.wait().code, None);
        while let Some(titles) = writers.join_next().await {
            acknowledged.extend(titles.expect("no panic"));
        }
    }

    let binary = start();
    let items = binary.get("/extra/items/?limit=-1").await.text().await;
    let items: Vec<serde_json::Value> = serde_json::from_str(&items).expect("a list");
    let stored: HashSet<_> = items.iter().filter_map(|item| item["title"].as_str()).collect();
    assert!(acknowledged.len() >= 120);
    let lost: Vec<_> =
        acknowledged.iter().filter(|title| !stored.contains(title.as_str())).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
}

#[cfg(not(feature = "postgres"))]
#[tokio::test]
async fn sq_38_the_shutdown_leaves_one_file() {
    rust_only!("looks at the files of the real program");
    let folder = tempfile::tempdir().expect("a folder");
    let files = || {
        let entries = folder.path().read_dir().expect("a folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("a file").file_name();
        let mut names: Vec<_> =
            entries.map(|entry| name(entry).into_string().expect("UTF-8")).collect();
        names.sort();
        names
    };
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let variables = [("DATABASE_URL", url.as_str())];
    let binary = Binary::start("sql", &["--tick-ms", "10"], &variables);
    assert_eq!(binary.get("/main/users/").await.text().await, "[]");
    assert_eq!(files(), ["test.db", "test.db-shm", "test.db-wal"]);
    // Both pools have a connection now: closed at once, neither would be the last.
    assert_eq!(binary.post("/main/users/", &credentials("anna")).await.status, 200);
    binary.signal("TERM");
    let ended = binary.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(files(), ["test.db"]);
}

#[tokio::test]
async fn sq_38_a_body_that_is_cut_off_at_the_shutdown_leaves_no_connection_behind() {
    rust_only!("reads the log of the real program");
    let options = ["--tick-ms", "50", "--grace-ms", "100"];
    let binary = Binary::start("sql", &options, &[("LESSON_WEAK_HASHES", "1")]);
    for number in 0..40 {
        let user = credentials(&format!("user{number}"));
        assert_eq!(binary.post("/main/users/", &user).await.status, 200);
    }
    let mut export = binary.get("/extra/export").await;
    export.next_piece().await.expect("a row");
    binary.signal("TERM");
    let ended = binary.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("cut after the grace period connections=1 tasks=0"));
    assert!(!ended.stderr.contains("left behind"), "{}", ended.stderr);
}
