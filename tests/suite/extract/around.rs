//! What FastAPI's own tests ask of the framework around the extractors: CORS, the slash at the end,
//! the client's address.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, header};
use axum::routing::get;
use fastapi_extract::Json;
use lesson_tests::{expect, fastapi, own_server_only, rust};
use serde_json::json;
use tower_http::cors::{AllowHeaders, AllowMethods, CorsLayer};

use super::{Sent, Server, app};

const SHOP: &str = "https://shop.example";

pub fn router() -> Router {
    let cors = CorsLayer::new()
        .allow_origin([SHOP.parse().expect("an origin")])
        .allow_credentials(true)
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request());
    let client = async |ConnectInfo(address): ConnectInfo<SocketAddr>| {
        Json(json!({ "client_host": address.ip() }))
    };
    Router::new()
        .route("/cors/", get(async || Json(json!({ "message": "Hello" }))).layer(cors))
        .route("/around/client", get(client))
        .route("/around/slash/", get(async || Json("slash")))
}

async fn server() -> Server {
    Server::of_target(app::router(), "extract_app").await
}

/// Its status, its body, and a header.
async fn answer(server: &Server, sent: Sent, name: &str) -> (u16, String, Option<String>) {
    let response = server.send(&sent).await;
    let status = response.status().as_u16();
    let value = text(response.headers(), name);
    (status, response.text().await.expect("a body"), value)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| value.to_str().expect("text").to_owned())
}

#[tokio::test]
async fn the_cors_layer_answers_a_preflight_request() {
    own_server_only!("needs routes of its own");
    let server = server().await;
    let sent = Sent { method: Method::OPTIONS, ..Sent::get("/cors/") }
        .header("origin", SHOP)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "X-Example");
    let response = server.send(&sent).await;
    let headers = response.headers();
    let allowed = |name| text(headers, &format!("access-control-allow-{name}"));
    assert_eq!(response.status(), 200);
    assert_eq!(allowed("origin").as_deref(), Some(SHOP));
    assert_eq!(allowed("headers").as_deref(), Some("X-Example"));
    assert_eq!(allowed("credentials").as_deref(), Some("true"));
    // All of them are allowed: Starlette lists what that is.
    let every_method = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY";
    assert_eq!(allowed("methods").as_deref(), Some(expect(rust("GET"), fastapi(every_method))));
    assert_eq!(response.text().await.expect("a body"), expect(rust(""), fastapi("OK")));
}

#[tokio::test]
async fn the_cors_layer_names_the_origin_that_asks() {
    own_server_only!("needs routes of its own");
    let server = server().await;
    let allowed = header::ACCESS_CONTROL_ALLOW_ORIGIN.as_str();
    let body = || r#"{"message":"Hello"}"#.to_owned();
    let sent = Sent::get("/cors/").header("origin", SHOP);
    assert_eq!(answer(&server, sent, allowed).await, (200, body(), Some(SHOP.to_owned())));
    assert_eq!(answer(&server, Sent::get("/cors/"), allowed).await, (200, body(), None));
}

#[tokio::test]
async fn a_path_is_not_redirected_to_the_one_with_a_slash() {
    own_server_only!("needs routes of its own");
    let server = server().await;
    let (status, body, location) =
        answer(&server, Sent::get("/around/slash?a=1"), "location").await;
    let location = location.map(|url| url.replace(&server.base_url, ""));
    let with_a_slash = fastapi((307, Some("/around/slash/?a=1")));
    let expected = expect(rust((404, None)), with_a_slash);
    assert_eq!(((status, location.as_deref()), body.as_str()), (expected, ""));
    let (status, body, _) = answer(&server, Sent::get("/around/slash/?a=1"), "location").await;
    assert_eq!((status, body.as_str()), (200, r#""slash""#));
}

#[tokio::test]
async fn connect_info_is_the_address_of_the_client() {
    own_server_only!("needs routes of its own");
    let answer = server().await.ask(&Sent::get("/around/client")).await;
    assert_eq!(answer.summary(), r#"200 {"client_host":"127.0.0.1"}"#);
}
