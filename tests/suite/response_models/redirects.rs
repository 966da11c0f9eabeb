//! Redirects: what's sent, and what clients do with it.

use std::process::Command;
use std::time::Duration;

use lesson_tests::server::{client, send};
use lesson_tests::{
    Answer, Binary, TestServer, binary, expect, fastapi, own_server_only, rust, rust_only,
};
use reqwest::{Client, Method};

use super::start;

/// A redirect to one of the server's own pages: a status, a Location, and nothing else.
pub async fn assert_redirect(answer: Answer, status: u16, location: &str) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("location"), Some(location), "{status}");
    assert_eq!(answer.content_type(), None, "{status}");
    // These two never have a body, so they needn't say that it's empty.
    let length = if [204, 304].contains(&status) { None } else { Some("0") };
    assert_eq!(answer.header("content-length"), length, "{status}");
    assert_eq!(answer.text().await, "", "{status}");
}

/// Where reqwest ends up, which follows redirects by default.
struct Followed {
    path: String,
    status: u16,
    text: String,
}

async fn follow(server: &TestServer, method: Method, path: &str) -> Followed {
    let client = Client::builder().no_proxy().build().expect("a client");
    let url = format!("{}{path}", server.base_url());
    let response = client.request(method, url).send().await.expect("an answer");
    let url = response.url().as_str();
    Followed {
        path: url.strip_prefix(server.base_url()).expect("the same server").to_owned(),
        status: response.status().as_u16(),
        text: response.text().await.expect("the text"),
    }
}

/// What `curl` prints with these arguments, and the address of one of the server's pages.
async fn curl(server: &TestServer, arguments: &'static [&'static str], path: &str) -> String {
    let url = format!("{}{path}", server.base_url());
    let mut command = Command::new("curl");
    // `-q`: without the settings of the person who runs the tests.
    command.args(["-q", "-sS", "--noproxy", "*"]).args(arguments).arg(url);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("no panic").expect("curl runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn rm_08_a_redirect_is_a_307_with_the_target_in_location() {
    let server = start().await;
    let target = format!("{}/redirect-return/hello-world", server.base_url());
    assert_redirect(server.get("/redirect-return/my-redirect").await, 307, &target).await;
}

#[tokio::test]
async fn rm_08_the_target_answers_with_json() {
    let server = start().await;
    let answer = server.get("/redirect-return/hello-world").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.text().await, r#""Hello!""#);
}

#[test]
fn rm_08_the_constructor_chooses_the_status() {
    rust_only!("calls axum's Redirect");
    use axum::response::Redirect;
    assert_eq!(Redirect::temporary("/").status_code(), 307);
    assert_eq!(Redirect::permanent("/").status_code(), 308);
    assert_eq!(Redirect::to("/").status_code(), 303);
}

#[tokio::test]
async fn rm_09_a_client_that_follows_arrives_at_the_target() {
    let server = start().await;
    let followed = follow(&server, Method::GET, "/redirect-return/my-redirect").await;
    assert_eq!(followed.path, "/redirect-return/hello-world");
    assert_eq!((followed.status, followed.text.as_str()), (200, r#""Hello!""#));
}

#[tokio::test]
async fn rm_10_any_status_can_have_a_location() {
    let server = start().await;
    let target = format!("{}/redirect-status/hello-world", server.base_url());
    for status in [200, 201, 204, 300, 301, 302, 303, 304, 305, 307, 308, 400, 418, 599] {
        let answer = server.get(&format!("/redirect-status/{status}")).await;
        assert_redirect(answer, status, &target).await;
    }
    for status in [-1, 100, 199, 600, 70_000] {
        let answer = server.get(&format!("/redirect-status/{status}")).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.text().await, r#"{"detail":"Not Found"}"#);
    }
}

#[tokio::test]
async fn rm_10_libraries_follow_five_statuses() {
    let server = start().await;
    for status in [301, 302, 303, 307, 308] {
        let followed = follow(&server, Method::GET, &format!("/redirect-status/{status}")).await;
        assert_eq!(followed.path, "/redirect-status/hello-world", "{status}");
        assert_eq!((followed.status, followed.text.as_str()), (200, r#""Hello by GET!""#));
    }
    for status in [200, 201, 204, 300, 304, 305, 400] {
        let path = format!("/redirect-status/{status}");
        let followed = follow(&server, Method::GET, &path).await;
        assert_eq!((followed.path, followed.status, followed.text), (path, status, String::new()));
    }
}

#[tokio::test]
async fn rm_10_curl_follows_every_3xx() {
    let server = start().await;
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        let printed = curl(&server, &["-L"], &format!("/redirect-status/{status}")).await;
        assert_eq!(printed, r#""Hello by GET!""#, "{status}");
    }
    for status in [200, 201, 204, 400] {
        let printed = curl(&server, &["-L"], &format!("/redirect-status/{status}")).await;
        assert_eq!(printed, "", "{status}");
    }
}

#[tokio::test]
async fn rm_11_a_response_type_makes_the_same_redirect() {
    let server = start().await;
    let target = format!("{}/redirect-class/hello-world", server.base_url());
    assert_redirect(server.get("/redirect-class/my-redirect").await, 307, &target).await;
    assert_redirect(server.get("/redirect-class/see-other").await, 303, &target).await;
    let followed = follow(&server, Method::GET, "/redirect-class/my-redirect").await;
    assert_eq!(followed.path, "/redirect-class/hello-world");
    assert_eq!((followed.status, followed.text.as_str()), (200, r#""Hello!""#));
}

#[tokio::test]
async fn rm_12_a_post_becomes_a_get_or_stays_a_post() {
    let server = start().await;
    for (status, text) in [
        (301, r#""Hello by GET!""#),
        (302, r#""Hello by GET!""#),
        (303, r#""Hello by GET!""#),
        (307, r#""Hello by POST!""#),
        (308, r#""Hello by POST!""#),
    ] {
        let followed = follow(&server, Method::POST, &format!("/redirect-status/{status}")).await;
        assert_eq!(followed.path, "/redirect-status/hello-world", "{status}");
        assert_eq!((followed.status, followed.text.as_str()), (200, text), "{status}");
    }
}

#[tokio::test]
async fn rm_12_after_a_post_a_303_leads_to_the_page_of_what_it_made() {
    let server = start().await;
    let mut pages = Vec::new();
    for number in ["A1", "A2"] {
        let parcel = format!(r#"{{"trackingNumber":"{number}","weightInGrams":500}}"#);
        let request = server.request(Method::POST, "/parcels");
        let request = request.header("content-type", "application/json").body(parcel.clone());
        let answer = server.send(request).await;
        assert_eq!(answer.status, 303, "the status of the POST");
        let page = answer.header("location").expect("a Location").to_owned();
        assert_redirect(answer, 303, &page).await;
        pages.push((page, parcel));
    }
    for (page, parcel) in pages {
        let answer = server.get(&page).await;
        assert_eq!(answer.status, 200, "the page {page}, which the Location names");
        assert_eq!(answer.text().await, parcel, "the page {page}");
    }
    let answer = server.get("/parcels/4711").await;
    assert_eq!(answer.status, 404, "a parcel that nobody has sent");
    assert_eq!(answer.text().await, r#"{"detail":"Parcel not found"}"#);
}

#[tokio::test]
async fn rm_13_a_target_is_percent_encoded() {
    let server = start().await;
    let answer = server.get("/redirect-encoding/my-redirect").await;
    let target = "/redirect-encoding/%ED%95%9C%EA%B8%80%20and%20space?q=a%20b&c=%20#frag";
    assert_redirect(answer, 307, target).await;
}

#[tokio::test]
async fn rm_13_reserved_characters_and_escapes_are_kept() {
    let server = start().await;
    let answer = server.get("/redirect-encoding/reserved").await;
    let target = "/%C3%A9%22%3C%3E%60%7B%7D%7C%5C%5E[]~'()*+,;=:@!$&%0D%0Aset-cookie:%20no%zz%";
    assert_redirect(answer, 307, target).await;
}

/// Recorded with `urllib.parse.quote` and the `safe` of Starlette's `RedirectResponse`.
#[test]
fn rm_13_the_same_characters_are_encoded_as_in_starlette() {
    rust_only!("calls the lesson's function");
    let ascii: String = (0..128u8).map(char::from).collect();
    let encoded = lesson_response_models::encoding::percent_encoded(&ascii);
    let controls: String = (0..33).map(|byte| format!("%{byte:02X}")).collect();
    let rest = "!%22#$%&'()*+,-./0123456789:;%3C=%3E?@ABCDEFGHIJKLMNOPQRSTUVWXYZ\
                [%5C]%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~%7F";
    assert_eq!(encoded, controls + rest);
}

#[tokio::test]
async fn rm_19_the_target_is_never_taken_from_the_host_header() {
    let server = start().await;
    for host in ["elsewhere.example", "127.0.0.1", "localhost:1", ""] {
        for path in ["/redirect-return", "/redirect-class"] {
            let request = server
                .request(Method::GET, &format!("{path}/my-redirect"))
                .header("host", host)
                .header("x-forwarded-host", "elsewhere.example");
            let target = format!("{path}/hello-world");
            assert_redirect(server.send(request).await, 307, &target).await;
        }
    }
}

#[tokio::test]
async fn rm_19_a_server_that_listens_on_all_addresses_sends_paths() {
    rust_only!("starts the real program");
    let server = Binary::start("response-models", &["--host", "0.0.0.0"], &[]);
    let request = client().get(format!("{}/redirect-return/my-redirect", server.base_url()));
    let request = request.header("host", "192.0.2.7:8000");
    let answer = send(request, Duration::from_secs(1)).await;
    assert_redirect(answer, 307, "/redirect-return/hello-world").await;
}

#[tokio::test]
async fn rm_20_curl_repeats_the_method_that_x_names() {
    let server = start().await;
    let told = curl(&server, &["-L", "-X", "POST"], "/redirect-status/303").await;
    assert_eq!(told, r#""Hello by POST!""#);
    let by_data = curl(&server, &["-L", "-d", ""], "/redirect-status/303").await;
    assert_eq!(by_data, r#""Hello by GET!""#);
}

#[tokio::test]
async fn rm_21_axum_encodes_no_target() {
    let server = start().await;
    let answer = server.get("/redirect-encoding/not-encoded").await;
    assert_eq!(answer.status, expect(rust(307), fastapi(500)));
    let location = answer.headers.get("location");
    let raw = location.map(|value| str::from_utf8(value.as_bytes()).expect("UTF-8"));
    assert_eq!(raw, expect(rust(Some("/redirect-encoding/한글")), fastapi(None)));
}

#[tokio::test]
async fn rm_22_a_line_break_adds_no_header() {
    let server = start().await;
    let answer = server.get("/redirect-encoding/reserved").await;
    assert_eq!(answer.header("set-cookie"), None);
    let location = answer.header("location").expect("a target");
    assert!(location.contains("%0D%0Aset-cookie"), "{location}");
}

#[test]
fn rm_22_an_unencoded_line_break_is_a_500() {
    rust_only!("calls axum's Redirect");
    use axum::response::{IntoResponse, Redirect};
    let response = Redirect::temporary("/\r\nset-cookie: no").into_response();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers().get("location"), None);
}

#[tokio::test]
async fn rm_23_a_value_inside_a_url_is_encoded_by_itself() {
    let server = start().await;
    let ascii: String = (32..127u8).map(char::from).collect();
    for (value, encoded) in [
        ("R&D 100%", "R%26D%20100%25"),
        ("a=b#c?d/e+f", "a%3Db%23c%3Fd%2Fe%2Bf"),
        ("한글", "%ED%95%9C%EA%B8%80"),
        (
            ascii.as_str(),
            "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40\
             ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D~",
        ),
    ] {
        let path = format!("/redirect-encoding/search?q={encoded}");
        let target = format!("/redirect-encoding/found?q={encoded}");
        assert_redirect(server.get(&path).await, 307, &target).await;
        let followed = follow(&server, Method::GET, &path).await;
        let text: String = serde_json::from_str(&followed.text).expect("a JSON string");
        assert_eq!((followed.status, text.as_str()), (200, value));
    }
}

#[tokio::test]
async fn rm_24_a_redirect_answers_head() {
    let server = start().await;
    let request = server.request(Method::HEAD, "/redirect-return/my-redirect");
    let answer = server.send(request).await;
    assert_eq!(answer.status, expect(rust(307), fastapi(405)));
    let target = answer.header("location").and_then(|url| url.strip_prefix(server.base_url()));
    assert_eq!(target, expect(rust(Some("/redirect-return/hello-world")), fastapi(None)));
}

#[tokio::test]
async fn rm_29_the_public_address_comes_from_the_configuration() {
    own_server_only!("configures the server");
    for (configured, address) in [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example/app", "https://shop.example/app"),
    ] {
        let variables = [("LESSON_PUBLIC_URL", configured)];
        let server = TestServer::start_with("response-models", &variables).await;
        for host in ["shop.example", "elsewhere.example", &server.base_url()["http://".len()..]] {
            let request = server.request(Method::GET, "/redirect-return/my-redirect");
            let answer = server.send(request.header("host", host)).await;
            assert_redirect(answer, 307, &format!("{address}/redirect-return/hello-world")).await;
        }
    }
}

#[test]
fn rm_29_a_wrong_public_address_stops_the_program_with_a_message() {
    rust_only!("starts the real program");
    for wrong in ["shop.example", "ftp://shop.example", "https://", ""] {
        let ended = binary::run("response-models", &[], &[("LESSON_PUBLIC_URL", wrong)]);
        let sentence = format!(
            "Error: LESSON_PUBLIC_URL must be an address such as https://shop.example, not \"{wrong}\"\n"
        );
        assert_eq!((ended.code, ended.stderr), (Some(1), sentence));
    }
}
