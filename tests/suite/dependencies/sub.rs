//! Dependencies that have dependencies.

use std::convert::Infallible;
use std::pin::Pin;

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::routing::get;
use lesson_tests::{fastapi_only, rust_only};

use super::{ask, assert_get, assert_json, get_with, start, text};

const IN_ORDER: [&str; 3] = ["query looked at", "cookie looked at", "handler"];

#[tokio::test]
async fn de_07_the_dependencies_run_before_the_handler() {
    let server = start().await;
    assert_get(&server, "/sub/items/?q=abc", r#"{"q_or_cookie":"abc"}"#).await;
    assert_eq!(server.events().await, IN_ORDER);
}

#[tokio::test]
async fn de_07_a_request_that_is_refused_does_not_reach_the_handler() {
    let server = start().await;
    assert_eq!(server.get("/router/pages/x").await.status, 422);
    let answer = get_with(&server, "/decorator/items/", &[("X-Token", "bad")]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(server.events().await, ["token checked"]);
}

#[tokio::test]
async fn de_13_the_query_or_else_the_cookie() {
    for (query, cookie, found) in [
        ("?q=abc", None, r#""abc""#),
        ("?q=new", Some("last_query=old"), r#""new""#),
        ("", Some("last_query=old"), r#""old""#),
        ("", None, "null"),
        // An empty q counts as none, an empty cookie as empty.
        ("?q=", Some("last_query=old"), r#""old""#),
        ("?q=", None, "null"),
        ("", Some("last_query="), r#""""#),
        // It is the cookie of exactly this name, underscore and case included.
        ("?last_query=not-a-cookie", None, "null"),
        ("", Some("last-query=old"), "null"),
        ("", Some("LAST_QUERY=old"), "null"),
        ("", Some("other=x; last_query=a; last_query=b"), r#""b""#),
    ] {
        let server = start().await;
        let headers: Vec<_> = cookie.iter().map(|cookie| ("Cookie", *cookie)).collect();
        let answer = get_with(&server, &format!("/sub/items/{query}"), &headers).await;
        assert_json(answer, 200, &format!(r#"{{"q_or_cookie":{found}}}"#)).await;
        assert_eq!(server.events().await, IN_ORDER, "{query} {cookie:?}");
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, Infallible>> + Send + 'a>>;

/// Makes an extractor of each name but the first; it needs the one before it.
macro_rules! each_on_the_one_before {
    ($deepest:ident) => {
        type Deepest = $deepest;
    };
    ($below:ident $above:ident $($rest:ident)*) => {
        struct $above(u32);

        impl FromRequestParts<()> for $above {
            type Rejection = Infallible;

            async fn from_request_parts(parts: &mut Parts, state: &()) -> Result<Self, Infallible> {
                // The box cuts the type: without it, this future would hold the one below,
                // which holds the one below it, and so on.
                let below: Boxed<'_, $below> = Box::pin($below::from_request_parts(parts, state));
                let $below(depth) = below.await?;
                Ok(Self(depth + 1))
            }
        }

        each_on_the_one_before!($above $($rest)*);
    };
}

struct Ground(u32);

impl FromRequestParts<()> for Ground {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, (): &()) -> Result<Self, Infallible> {
        Ok(Self(0))
    }
}

each_on_the_one_before!(
    Ground
    Level1 Level2 Level3 Level4 Level5 Level6 Level7 Level8 Level9 Level10
    Level11 Level12 Level13 Level14 Level15 Level16 Level17 Level18 Level19 Level20
    Level21 Level22 Level23 Level24 Level25 Level26 Level27 Level28 Level29 Level30
    Level31 Level32 Level33 Level34 Level35 Level36 Level37 Level38 Level39 Level40
    Level41 Level42 Level43 Level44 Level45 Level46 Level47 Level48 Level49 Level50
);

#[tokio::test]
async fn de_14_fifty_levels_deep() {
    rust_only!("calls a router of its own");
    let app = Router::new().route("/", get(async |Level50(depth): Deepest| depth.to_string()));
    assert_eq!(text(ask(app, Request::get("/")).await).await, "50");
}

#[tokio::test]
async fn de_14_fastapi_goes_fifty_levels_deep_too() {
    fastapi_only!("in Rust a router of the test is fifty levels deep");
    assert_get(&start().await, "/sub/deep/", "50").await;
}
