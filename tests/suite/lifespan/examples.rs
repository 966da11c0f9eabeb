//! The programs in plain axum: the one that a reader copies, the deadline, the task beside the server.

use std::path::Path;
use std::time::Duration;
use std::{fs, str};

use lesson_tests::binary::run_example_with;
use lesson_tests::server::client;
use lesson_tests::{Binary, rust_only};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(10);

async fn visit(server: &Binary) -> String {
    let answer = server.post("/visit", "").await;
    assert_eq!(answer.status, 200);
    answer.text().await
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[tokio::test]
async fn ls_07_a_whole_program_counts_on_from_where_it_stopped() {
    rust_only!("starts an example");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("visits.txt");
    for (signal, visits) in [("TERM", ["1", "2"]), ("INT", ["3", "4"])] {
        let server = Binary::start_example_with("visits", &[], &[("LESSON_VISITS", utf8(&file))]);
        for number in visits {
            assert_eq!(visit(&server).await, number);
        }
        server.signal(signal);
        let ended = server.wait();
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        assert_eq!(fs::read_to_string(&file).expect("a file"), visits[1]);
    }
}

#[test]
fn ls_14_the_whole_program_does_not_start_with_a_bad_file() {
    rust_only!("starts an example");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("visits.txt");
    fs::write(&file, "many").expect("a file");
    let variables = [("LESSON_PORT", "0"), ("LESSON_VISITS", utf8(&file))];
    let ended = run_example_with("visits", &[], &variables);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    let sentence = format!("Error: \"{}: invalid digit found in string\"\n", file.display());
    assert_eq!(ended.stderr, sentence);
}

#[tokio::test]
async fn ls_21_the_whole_program_fails_if_it_cannot_save() {
    rust_only!("starts an example");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("missing/visits.txt");
    let server = Binary::start_example_with("visits", &[], &[("LESSON_VISITS", utf8(&file))]);
    assert_eq!(visit(&server).await, "1");
    server.signal("TERM");
    let ended = server.wait();
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.starts_with("Error: Os { code: 2, "), "{}", ended.stderr);
}

/// Waits until a request ends without an answer.
async fn is_cut_off(request: JoinHandle<reqwest::Result<reqwest::Response>>) {
    let ended = timeout(PATIENCE, request).await.expect("an end");
    assert!(ended.expect("no panic").is_err(), "an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_26_a_deadline_cuts_off_what_does_not_end_and_the_clean_up_runs() {
    rust_only!("starts an example");
    let server = Binary::start_example_with("deadline", &[], &[("LESSON_GRACE_MS", "100")]);
    let url = format!("{}/endless", server.base_url());
    let request = tokio::spawn(client().get(url).send());
    server.log_line("waiting");
    server.signal("TERM");
    is_cut_off(request).await;
    let ended = server.wait();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), "cleaned up\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_26_a_second_ctrl_c_ends_it_without_the_clean_up() {
    rust_only!("starts an example");
    let server = Binary::start_example("deadline");
    let mut idle = TcpStream::connect(server.address()).await.expect("a connection");
    idle.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("a request");
    let mut head = [0; 12];
    idle.read_exact(&mut head).await.expect("an answer");
    assert_eq!(str::from_utf8(&head), Ok("HTTP/1.1 404"));
    let request = tokio::spawn(client().get(format!("{}/endless", server.base_url())).send());
    server.log_line("waiting");
    server.signal("INT");
    // The first signal has arrived when the idle connection is closed.
    let mut rest = Vec::new();
    let closed = timeout(PATIENCE, idle.read_to_end(&mut rest));
    closed.await.expect("an end").expect("a clean end");
    server.signal("INT");
    is_cut_off(request).await;
    let ended = server.wait();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(130), ""));
}

#[test]
fn ls_26_a_signal_right_after_the_start_is_not_lost() {
    rust_only!("starts an example");
    // If the signals were asked for in the spawned task, about half of the starts would lose
    // this one.
    for _ in 0..10 {
        let server = Binary::start_example("deadline");
        server.signal("TERM");
        let ended = server.wait();
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), "cleaned up\n"));
    }
}

/// Waits until the file holds this number.
async fn saved(file: &Path, number: &str) {
    let is_saved = async {
        while fs::read_to_string(file).ok().as_deref() != Some(number) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, is_saved).await.expect("a saved number");
}

#[tokio::test]
async fn a_task_beside_the_server_saves_while_it_runs() {
    rust_only!("starts an example");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("visits.txt");
    let variables = [("LESSON_VISITS", utf8(&file)), ("LESSON_SAVE_MS", "10")];
    let server = Binary::start_example_with("saver", &[], &variables);
    assert_eq!(visit(&server).await, "1");
    saved(&file, "1").await;
    server.signal("KILL");
    server.wait();
    let server = Binary::start_example_with("saver", &[], &variables);
    assert_eq!(visit(&server).await, "2");
}

#[tokio::test]
async fn a_task_beside_the_server_saves_once_more_at_the_end() {
    rust_only!("starts an example");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("visits.txt");
    let server = Binary::start_example_with("saver", &[], &[("LESSON_VISITS", utf8(&file))]);
    assert_eq!(visit(&server).await, "1");
    assert!(!file.exists(), "its first save is ten seconds away");
    server.signal("TERM");
    let ended = server.wait();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(fs::read_to_string(&file).expect("a file"), "1");
}
