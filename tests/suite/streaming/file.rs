//! Server A: a file as a stream.

use std::fs;
use std::path::Path;

use lesson_streaming::app;
use lesson_streaming::file::JsonFile;
use lesson_tests::{Binary, End, TestServer, expect, fastapi, own_server_only, paused, rust};
use lesson_tests::{rust_only, texts, workspace};

use super::{paused_app, start};

pub(super) const STREAMED: &str =
    "{\n  \"name\": \"streamed\",\n  \"greeting\": \"안녕, axum\",\n  \"numbers\": [1, 2, 3]\n}\n";

#[tokio::test]
async fn st_07_a_file_is_streamed_character_by_character() {
    let server = start().await;
    let answer = server.get("/server-a/stream").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    let body = answer.rest().await;
    assert_eq!(body.end, End::Complete);
    let characters: Vec<String> = STREAMED.chars().map(String::from).collect();
    assert_eq!(characters.len(), 75);
    assert_eq!(body.texts(), characters);
}

#[tokio::test]
async fn st_10_a_missing_file_is_a_404_before_the_body_begins() {
    let server = start().await;
    let answer = server.get("/server-a/stream-missing-file").await;
    assert_eq!(answer.status, expect(rust(404), fastapi(200)));
    let body = answer.rest().await;
    assert_eq!(body.end, expect(rust(End::Complete), fastapi(End::Broken)));
    assert_eq!(body.text(), expect(rust(r#"{"detail":"Not Found"}"#), fastapi("")));
}

#[tokio::test]
async fn st_10_a_file_that_isnt_there_is_a_404() {
    own_server_only!("sets LESSON_JSON_FILE");
    let missing = format!("{}/no-such-file.json", workspace::root().display());
    let answer = server_of(&missing).await.get("/server-a/file").await;
    let wanted = expect(rust(404), fastapi(200));
    assert_eq!(answer.status, wanted, "the status, if there's no such file");
    let body = answer.rest().await;
    assert_eq!(body.end, expect(rust(End::Complete), fastapi(End::Broken)));
    assert_eq!(body.text(), expect(rust(r#"{"detail":"Not Found"}"#), fastapi("")));
}

#[tokio::test]
async fn st_10_a_file_that_cant_be_opened_is_a_500_without_details() {
    own_server_only!("sets LESSON_JSON_FILE");
    let below_a_file = format!("{}/Cargo.toml/x.json", workspace::root().display());
    let answer = server_of(&below_a_file).await.get("/server-a/file").await;
    let wanted = expect(rust(500), fastapi(200));
    assert_eq!(answer.status, wanted, "the status, if the file can't be opened");
    let body = answer.rest().await;
    assert_eq!(body.end, expect(rust(End::Complete), fastapi(End::Broken)));
    assert_eq!(body.text(), expect(rust("Internal Server Error"), fastapi("")));
}

/// A folder can be opened, but not read.
#[tokio::test]
async fn st_11_a_file_that_cant_be_read_breaks_off_after_the_head() {
    own_server_only!("sets LESSON_JSON_FILE");
    let folder = tempfile::tempdir().expect("a folder");
    let server = server_of(folder.path().to_str().expect("a path in UTF-8")).await;
    let request = server.request(reqwest::Method::GET, "/server-a/file");
    assert!(request.send().await.is_ok(), "not even a status, if the first read fails");
    let answer = server.get("/server-a/file").await;
    assert_eq!(answer.status, 200, "the status, if the first read fails");
    let end = answer.rest().await.end;
    assert_eq!(end, End::Broken, "how the body ended, if the first read fails");
}

#[tokio::test(start_paused = true)]
async fn st_47_the_pieces_are_64_kib_long() {
    rust_only!("calls the router in process");
    let folder = tempfile::tempdir().expect("a folder");
    let path = sparse_file(folder.path(), 1_000_000);
    let (_, mut state) = paused_app();
    state.json_file = JsonFile::new(Some(path.into()));
    let body = paused::get(&app(state), "/server-a/file").await.rest().await;
    let sizes: Vec<usize> = body.texts().iter().map(|text| text.len()).collect();
    assert_eq!(sizes, [&[65_536; 15][..], &[16_960]].concat());
}

#[tokio::test]
async fn st_47_a_file_of_any_size_is_sent_in_large_pieces() {
    own_server_only!("sets LESSON_JSON_FILE");
    assert_a_megabyte_arrives("/server-a/file").await;
}

#[tokio::test]
async fn st_47_a_file_arrives_byte_for_byte_through_the_relay() {
    own_server_only!("sets LESSON_JSON_FILE");
    assert_a_megabyte_arrives("/server-b/file").await;
}

async fn assert_a_megabyte_arrives(route: &str) {
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bytes.json");
    fs::write(&path, &bytes).expect("a file");
    let server = server_of(path.to_str().expect("a path in UTF-8")).await;
    let mut answer = server.get(route).await;
    assert_eq!(answer.status, 200, "the status of {route}");
    assert_eq!(answer.content_type(), Some("application/json"), "the content type");
    // A body that was in memory as a whole has a length.
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"), "the transfer encoding");
    let mut received = Vec::new();
    let mut pieces = 0;
    let end = loop {
        match answer.next_bytes().await {
            Ok(piece) => received.extend_from_slice(&piece),
            Err(end) => break end,
        }
        pieces += 1;
    };
    assert_eq!(end, End::Complete, "how the body ended");
    assert!(received == bytes, "{route}: {} bytes arrived changed", received.len());
    assert!(pieces < 1000, "{route}: {pieces} pieces");
}

async fn server_of(file: &str) -> TestServer {
    TestServer::start_with("streaming", &[("LESSON_JSON_FILE", file)]).await
}

/// A file of zeros is text, all in one line.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn st_54_a_line_of_any_length_is_streamed_in_little_memory() {
    rust_only!("measures the real program");
    let folder = tempfile::tempdir().expect("a folder");
    let path = sparse_file(folder.path(), 256 << 20);
    let server = Binary::start("streaming", &[], &[("LESSON_JSON_FILE", &path)]);
    server.get("/ping").await.text().await;
    let before = server.resident_bytes();
    let mut answer = server.get("/server-a/stream").await;
    let pieces = texts(&answer.take(1000).await).concat();
    assert_eq!(pieces, "\0".repeat(1000));
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < 8 << 20, "memory grew by {grown} bytes");
}

#[tokio::test]
async fn st_54_bytes_that_arent_text_break_the_stream_off() {
    own_server_only!("sets LESSON_JSON_FILE");
    let folder = tempfile::tempdir().expect("a folder");
    for not_utf_8 in [&b"ab\xffcd"[..], b"ab\x80", b"ab\xea\xb0"] {
        let path = folder.path().join("text.json");
        fs::write(&path, not_utf_8).expect("a file");
        let path = path.to_str().expect("a path in UTF-8");
        let body = server_of(path).await.get("/server-a/stream").await.rest().await;
        assert_eq!(body.end, End::Broken, "{not_utf_8:?}");
        // Python decodes a whole line first.
        assert_eq!(body.text(), expect(rust("ab"), fastapi("")), "{not_utf_8:?}");
    }
}

/// A file with a size and no content, which takes no room on the disk; returns its path.
pub(super) fn sparse_file(folder: &Path, bytes: u64) -> String {
    let path = folder.join("large.json");
    let file = fs::File::create(&path).expect("a file");
    file.set_len(bytes).expect("a large file");
    path.into_os_string().into_string().expect("a path in UTF-8")
}
