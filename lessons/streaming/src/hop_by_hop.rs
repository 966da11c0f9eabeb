//! The headers that are about one connection.

use axum::http::{HeaderMap, header};

// ANCHOR: hop-by-hop
/// Removes the headers that end here: they are about one connection, and the next is another.
///
/// These are the ones that `Connection` names, and a few that always are (RFC 9110, 7.6.1).
pub fn remove_hop_by_hop(headers: &mut HeaderMap) {
    const ALWAYS: [&str; 9] = [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    // A length beside chunks counts for nothing, and must not count for whoever comes next.
    if headers.contains_key(header::TRANSFER_ENCODING) {
        headers.remove(header::CONTENT_LENGTH);
    }
    let lines = headers.get_all(header::CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let named: Vec<String> = lines.flat_map(|line| line.split(',')).map(trimmed).collect();
    for name in named.iter().map(String::as_str).chain(ALWAYS) {
        headers.remove(name);
    }
}

fn trimmed(name: &str) -> String {
    name.trim().to_owned()
}
// ANCHOR_END: hop-by-hop
