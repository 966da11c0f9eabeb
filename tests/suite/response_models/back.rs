//! A redirect to the page that a client asks for, and attempts to lead people elsewhere.

use lesson_tests::{Answer, TestServer, own_server_only};
use reqwest::Url;

use super::redirects::assert_redirect;
use super::start;

/// `GET /redirect-back?next=…`, with `{own}` for the server's own host and port.
async fn back(server: &TestServer, next: &str) -> Answer {
    let base = server.base_url();
    let next = next.replace("{own}", base.trim_start_matches("http://"));
    let url = Url::parse_with_params(&format!("{base}/redirect-back"), [("next", next)]);
    server.get(&url.expect("an address").as_str()[base.len()..]).await
}

#[tokio::test]
async fn rm_30_a_client_is_sent_to_a_page_of_this_site() {
    let server = start().await;
    for (next, page) in [
        ("/account", "/account"),
        ("/account?tab=a%20b&c=d#top", "/account?tab=a%20b&c=d#top"),
        ("/a//b/", "/a//b/"),
        ("account", "/account"),
        ("../../account", "/account"),
        ("?q=1", "/?q=1"),
        ("#top", "/#top"),
        ("", "/"),
        ("/", "/"),
        ("http://{own}", "/"),
        ("http://{own}/account", "/account"),
        ("//{own}/account", "/account"),
        ("/\u{e9}", "/%C3%A9"),
        // Slashes of other alphabets aren't slashes.
        ("/\u{ff0f}evil.example", "/%EF%BC%8Fevil.example"),
        ("\u{2215}\u{2215}evil.example", "/%E2%88%95%E2%88%95evil.example"),
        ("/account?next=//evil.example", "/account?next=//evil.example"),
        ("/@evil.example", "/@evil.example"),
        ("http://{own}\\@evil.example", "/@evil.example"),
    ] {
        let answer = back(&server, next).await;
        assert_eq!(answer.header("location"), Some(page), "{next:?}");
        assert_redirect(answer, 303, page).await;
    }
}

#[tokio::test]
async fn rm_30_everything_else_is_refused() {
    let server = start().await;
    for next in [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "/\t\\evil.example",
        " //evil.example",
        "\u{0}//evil.example",
        "https://evil.example/",
        "https:evil.example",
        "https:/evil.example",
        "HTTP://EVIL.EXAMPLE",
        "http://{own}@evil.example/",
        "http://{own}.evil.example/",
        "//{own}@evil.example",
        "//evil.example\\@{own}/",
        "http://127.0.0.1:1/account",
        "http://127.0.0.1/account",
        "https://{own}/account",
        "/.//evil.example",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,hello",
        "mailto:somebody@evil.example",
        "http://[",
        "//\u{ff0f}evil.example",
        "http://{own}\u{ff0f}@evil.example/",
    ] {
        let answer = back(&server, next).await;
        let location = answer.header("location").map(str::to_owned);
        assert_eq!((answer.status, location), (400, None), "{next:?}");
        let body = r#"{"detail":"next must lead to a page of ours"}"#;
        assert_eq!(answer.text().await, body, "{next:?}");
    }
}

/// These may be read in several ways, and none of them may lead elsewhere.
const FIXED: [&str; 7] = [
    ".//\\evil.example",
    "///evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "http:///evil.example",
    "http:/evil.example",
    "http:evil.example",
];

const PIECES: [&str; 14] =
    ["/", "\\", "\t", "\n", " ", ".", "..", "@", ":", "http:", "evil.example", "?", "#", "%2f"];

fn random() -> String {
    let pieces = (0..fastrand::usize(1..6)).map(|_| PIECES[fastrand::usize(..PIECES.len())]);
    pieces.chain(["evil.example"]).collect()
}

#[tokio::test]
async fn rm_30_no_text_leads_a_browser_elsewhere() {
    let server = start().await;
    let own = Url::parse(server.base_url()).expect("an address");
    let random = (0..300).map(|_| random());
    for next in FIXED.map(str::to_owned).into_iter().chain(random) {
        let answer = back(&server, &next).await;
        let location = answer.header("location");
        assert_eq!(answer.status, if location.is_some() { 303 } else { 400 }, "{next:?}");
        let page = own.join(location.unwrap_or_default()).expect("an address");
        assert_eq!(page.origin(), own.origin(), "{next:?} leads to {location:?}");
    }
}

#[tokio::test]
async fn rm_30_the_configured_address_is_this_site() {
    own_server_only!("configures the server");
    let variables = [("LESSON_PUBLIC_URL", "https://shop.example")];
    let server = TestServer::start_with("response-models", &variables).await;
    assert_redirect(back(&server, "https://shop.example/account").await, 303, "/account").await;
    for next in ["http://{own}/account", "http://shop.example/account", "https://evil.example"] {
        assert_eq!(back(&server, next).await.status, 400, "{next}");
    }
}

#[tokio::test]
async fn rm_30_next_is_required() {
    let server = start().await;
    let answer = server.get("/redirect-back").await;
    let missing = r#"{"detail":[{"type":"missing","loc":["query","next"],"msg":"Field required","input":null}]}"#;
    assert_eq!((answer.status, answer.text().await.as_str()), (422, missing));
}
