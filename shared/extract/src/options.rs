//! A header with options: `form-data; name="file"; filename="a.txt"`.

use axum::http::HeaderValue;

/// The options of a header.
///
/// Read as browsers write them and as Starlette and RFC 7578 read them. multer, which has a reading
/// of its own, takes no bytes that are not UTF-8, and stumbles over `filename*`.
///
/// Names are in small letters, and the last one of a name counts.
pub(crate) struct Options(Vec<(String, Vec<u8>)>);

impl Options {
    pub(crate) fn of(header: Option<&HeaderValue>) -> Self {
        let header = header.map_or(&b""[..], |value| value.as_bytes());
        Self(segments(header).filter_map(option).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        let mut options = self.0.iter().rev();
        options.find(|(other, _)| other == name).map(|(_, value)| value.as_slice())
    }
}

/// The header cut at each `;` that is not between quotes.
fn segments(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut before) = (false, b' ');
    header.split(move |&byte| {
        is_quoted ^= byte == b'"' && before != b'\\';
        before = byte;
        byte == b';' && !is_quoted
    })
}

fn option(segment: &[u8]) -> Option<(String, Vec<u8>)> {
    let equals = segment.iter().position(|&byte| byte == b'=')?;
    let (name, value) = (segment.get(..equals)?, segment.get(equals + 1..)?);
    let name = str::from_utf8(name).ok()?.trim().to_ascii_lowercase();
    Some((name, unquoted(value.trim_ascii())))
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let quoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
    let Some(quoted) = quoted else {
        return value.to_vec();
    };
    let mut bytes = quoted.iter().copied().peekable();
    let mut unquoted = Vec::with_capacity(quoted.len());
    while let Some(byte) = bytes.next() {
        // A browser does not escape the backslashes of Windows.
        let escaped = bytes.next_if(|next| byte == b'\\' && matches!(next, b'\\' | b'"'));
        unquoted.push(escaped.unwrap_or(byte));
    }
    unquoted
}

/// UTF-8, or else Latin-1, which always works.
pub(crate) fn decoded(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect())
}
