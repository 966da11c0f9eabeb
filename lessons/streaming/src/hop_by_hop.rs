//! The headers that are about one connection.

use axum::http::{HeaderMap, header};

// ANCHOR: hop-by-hop
/// Removes the headers that are about one connection, and mean nothing on the next.
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
    // Beside chunks a length is ignored. It mustn't reach anybody who'd believe it.
    if headers.contains_key(header::TRANSFER_ENCODING) {
        headers.remove(header::CONTENT_LENGTH);
    }
    let lines = headers.get_all(header::CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let names = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_owned());
    let named: Vec<String> = names.collect();
    for name in named.iter().map(String::as_str).chain(ALWAYS) {
        headers.remove(name);
    }
}
// ANCHOR_END: hop-by-hop
