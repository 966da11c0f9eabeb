//! Frontend: the files that a build tool wrote, and `index.html` for every other path, because
//! the page in the browser has routes of its own.

use std::fs;
use std::path::Path;

use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::Options;
use lesson_tests::rust_only;
use lesson_tests::server::{client, send};
use serde_json::json;
use tempfile::TempDir;
use tower_http::services::{ServeDir, ServeFile};

use crate::support::running::{LONG, Running, ms};

fn app(dist: &Path) -> Router {
    // Nested with a fallback of its own, or an unknown path of the API would be the page.
    let api = Router::new().route("/items", get(async || Json(["a spanner"]))).fallback(not_found);
    let page = ServeFile::new(dist.join("index.html"));
    Router::new().nest("/api", api).fallback_service(ServeDir::new(dist).fallback(page))
}

async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, Json(json!({"detail": "Not Found"})))
}

const PAGE: &str = "<title>the shop</title>";
const SECRET: &str = "a secret of the server";

/// The app with a folder, and a file beside the folder.
async fn start() -> (Running, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let dist = folder.path().join("dist");
    fs::create_dir_all(dist.join("assets")).expect("a folder");
    fs::create_dir_all(dist.join("help")).expect("a folder");
    for (file, text) in [
        ("dist/index.html", PAGE),
        ("dist/assets/app.js", "start()"),
        ("dist/help/index.html", "<title>help</title>"),
        ("secret.txt", SECRET),
    ] {
        fs::write(folder.path().join(file), text).expect("a file");
    }
    let options = Options { grace_ms: ms(LONG), ..Options::default() };
    (Running::start_with(|_| app(&dist), options).await, folder)
}

#[tokio::test]
async fn a_file_a_folders_index_and_for_other_paths_the_page() {
    rust_only!("needs an app of its own");
    let (server, _folder) = start().await;
    for (path, media_type, text) in [
        ("/", "text/html", PAGE),
        ("/assets/app.js", "text/javascript", "start()"),
        ("/help/", "text/html", "<title>help</title>"),
        ("/items/7?tab=prices", "text/html", PAGE),
        ("/assets/gone.js", "text/html", PAGE),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.content_type()), (200, Some(media_type)), "{path}");
        assert_eq!(answer.text().await, text, "{path}");
    }
    let answer = server.get("/help").await;
    assert_eq!((answer.status, answer.header("location")), (307, Some("/help/")));
    let post = client().request(Method::POST, format!("{}/items/7", server.base_url));
    assert_eq!(send(post, LONG).await.status, 405);
    server.stop().await;
}

#[tokio::test]
async fn an_unknown_path_of_the_api_is_not_the_page() {
    rust_only!("needs an app of its own");
    let (server, _folder) = start().await;
    assert_eq!(server.get("/api/items").await.text().await, r#"["a spanner"]"#);
    for path in ["/api/itmes", "/api/items/7/prices", "/api"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.content_type(), Some("application/json"), "{path}");
        assert_eq!(answer.text().await, r#"{"detail":"Not Found"}"#, "{path}");
    }
    // The one path that `nest` leaves to the outer router.
    assert_eq!(server.get("/api/").await.text().await, PAGE);
    server.stop().await;
}

#[tokio::test]
async fn nothing_outside_of_the_folder_can_be_reached() {
    rust_only!("needs an app of its own");
    let (server, folder) = start().await;
    let absolute = folder.path().join("secret.txt");
    let absolute = absolute.to_str().expect("UTF-8");
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        &format!("/{absolute}"),
        &absolute.replace('/', "%2f").replacen("%2f", "/%2f", 1),
    ] {
        // By hand: a client of HTTP would resolve the dots itself.
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let answer = server.exchange(&request).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: {answer}");
        assert!(answer.ends_with(PAGE), "{path}: {answer}");
    }
    server.stop().await;
}
