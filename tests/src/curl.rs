//! A request as a line of shell, for whoever wants to send it by hand.

use reqwest::{Method, Request};

/// `curl -iN -X POST -H 'content-type: application/json' -d '{}' http://127.0.0.1:8000/items`
///
/// Its last word is the address. A body that is a stream is left out.
pub fn line(request: &Request) -> String {
    let mut words = vec!["curl -iN".to_owned()];
    if request.method() != Method::GET {
        words.push(format!("-X {}", request.method()));
    }
    for (name, value) in request.headers() {
        words.push(format!("-H {}", quoted(&format!("{name}: {}", text(value.as_bytes())))));
    }
    if let Some(body) = request.body().and_then(|body| body.as_bytes()) {
        words.push(format!("-d {}", quoted(&text(body))));
    }
    let url = request.url().as_str();
    // What else stands in an address is no special character of a shell.
    words.push(if url.contains(['?', '&', '\'']) { quoted(url) } else { url.to_owned() });
    words.join(" ")
}

/// A long body is cut: the line is to be read.
fn text(bytes: &[u8]) -> String {
    const LONGEST: usize = 500;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]).into_owned();
    if bytes.len() > LONGEST { text + "…" } else { text }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A request that a test sent, as [`send`](crate::server::send) notes it: `curl … -> 200 OK`.
#[derive(Debug, PartialEq)]
pub struct Sent<'a> {
    /// The line of shell.
    pub curl: &'a str,
    /// GET where the line names none.
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
    /// `200 OK`
    pub status: &'a str,
}

impl<'a> Sent<'a> {
    /// Reads such a line; `None` if it is another one.
    pub fn parse(line: &'a str) -> Option<Self> {
        let (curl, status) =
            line.rsplit_once(" -> ").filter(|(curl, _)| curl.starts_with("curl "))?;
        let url = curl.rsplit(' ').next()?.trim_matches('\'');
        let (_, rest) = url.split_once("://")?;
        let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
        let method = curl.strip_prefix("curl -iN -X ").and_then(|rest| rest.split(' ').next());
        Some(Self { curl, method: method.unwrap_or("GET"), path, status })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_line_of_shell_and_read_again() {
        let client = reqwest::Client::new();
        let get = line(&client.get("http://[::1]:1/items/?q=a").build().expect("a request"));
        assert_eq!(get, "curl -iN 'http://[::1]:1/items/?q=a'");
        let post = client.post("http://[::1]:1/").header("x-a", "it's").body("{}");
        let post = line(&post.build().expect("a request"));
        assert_eq!(post, r"curl -iN -X POST -H 'x-a: it'\''s' -d '{}' http://[::1]:1/");
        for (curl, method, path) in [(&get, "GET", "/items/?q=a"), (&post, "POST", "/")] {
            let noted = format!("{curl} -> 200 OK");
            let sent = Sent { curl, method, path, status: "200 OK" };
            assert_eq!(Sent::parse(&noted), Some(sent));
        }
        assert_eq!(Sent::parse("  left: curl -> 1"), None);
    }
}
