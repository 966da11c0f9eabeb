//! What clients should not send, picked by hand: each has broken a server somewhere.

/// Parts of a path, written as they are sent.
pub fn segments() -> Vec<Vec<u8>> {
    let fixed = [
        "",
        ".",
        "..",
        "%2e%2e%2f",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%00",
        "foo%00",
        "%ff",
        "%c0%af",
        "%",
        "%2",
        "%zz",
        "%2f",
        "foo%2fbar",
        "foo/bar",
        "%252e",
        "-1",
        "00",
        "+1",
        "1.5",
        "1e400",
        "NaN",
        "-9223372036854775809",
        "99999999999999999999",
        "é",
        "%C3%A9",
        "%F0%9F%98%80",
        "%0d%0aset-cookie:a=b",
        "'%20OR%201=1--",
        "<script>",
        "{id}",
        ";a=b",
    ];
    let mut segments: Vec<Vec<u8>> = fixed.map(Into::into).into();
    segments.push(b"\xff".into());
    segments.push("a".repeat(5_000).into());
    segments.push("9".repeat(1_000).into());
    segments
}

/// Query strings as they are sent, those with a `q` first.
pub fn queries() -> Vec<Vec<u8>> {
    let with_q = [
        "q",
        "q=1&q=2&q=",
        "q=%",
        "q=%zz",
        "q=%ff%fe",
        "q=%00",
        "q={\"a\":[1]}",
        "q=é",
        "q=?b=&amp;c#d",
    ];
    let without =
        ["", "&&&=&=q&%ff=%00&q[a][b][]=1&q.a=1&?a=b?c&a;b;c=d", "skip=1&skip=x&limit&limit="];
    let mut queries: Vec<Vec<u8>> = with_q.map(Into::into).into();
    queries.push(b"q=\xff".into());
    queries.push(format!("q={}", "%41".repeat(2_000)).into());
    queries.extend(without.map(Into::into));
    queries.push(format!("q{}", "[a]".repeat(500)).into());
    queries.push((0..1_000).map(|n| format!("a{n}&")).collect::<String>().into());
    queries
}

/// Values where a text is expected.
pub fn texts() -> Vec<String> {
    let fixed = [
        "",
        " ",
        "\0",
        "\r\nset-cookie: a=b",
        "é",
        "😀",
        "\u{202e}\u{feff}",
        "' OR 1=1; DROP TABLE users; --",
        "%s%n{}{{7*7}}${7*7}",
        "../../../etc/passwd",
        "null",
    ];
    let mut texts: Vec<String> = fixed.map(Into::into).into();
    texts.push("a".repeat(500));
    texts
}

/// Values where a number is expected.
pub fn numbers() -> Vec<String> {
    let fixed = [
        "",
        "-1",
        "1.5",
        "-9223372036854775808",
        "9223372036854775807",
        "9223372036854775808",
        "1e308",
        "1e400",
        "NaN",
        "-inf",
        "0x10",
        " 1_0 ",
        "٣",
    ];
    let mut numbers: Vec<String> = fixed.map(Into::into).into();
    numbers.push("9".repeat(200));
    numbers
}

/// Values of headers.
pub fn header_values() -> Vec<Vec<u8>> {
    let fixed = [
        "",
        "é",
        "\t \t",
        ",,;;=\"",
        "bytes=5-2,-1,0-99999999999999999999",
        "9223372036854775808",
        "-1",
    ];
    let mut values: Vec<Vec<u8>> = fixed.map(Into::into).into();
    values.push(b"\xff\xfe\x80".into());
    values.push("a".repeat(300).into());
    values
}

/// Values of the header `Cookie`.
pub fn cookies() -> Vec<Vec<u8>> {
    let fixed = [
        ";",
        "=;=;==",
        "last_query",
        "last_query=",
        "last_query=\"",
        "last_query=\"a; b\"; last_query=\\\"",
        "last_query=a; last_query=b;last_query",
        "last_query=%ff%00",
        "last_query==a=b",
    ];
    let mut cookies: Vec<Vec<u8>> = fixed.map(Into::into).into();
    cookies.push(b"last_query=\xff".into());
    cookies.push((0..100).map(|n| format!("c{n}=v; ")).collect::<String>().into());
    cookies
}

/// Bodies that are sent as JSON.
pub fn bodies() -> Vec<Vec<u8>> {
    let fixed = [
        " ",
        "{",
        "{\"title\":",
        "[[[",
        "\"title",
        "nul",
        "NaN",
        "{\"title\":-Infinity}",
        "1e400",
        "-",
        "99999999999999999999999999999999999999999",
        "{'title':'a'}",
        "{\"title\":1,\"title\":\"b\",\"title\":null}",
        "{\"title\":\"\\ud800\"}",
        "{\"title\":\"\\u0000\",\"email\":\"\\u0000\"}",
        "\u{feff}{}",
        "\0",
        "{}{}",
        "{},",
        "[]",
        "null",
        "true",
        "\"text\"",
        "title=a&email=b",
    ];
    let mut bodies: Vec<Vec<u8>> = fixed.map(Into::into).into();
    bodies.push(b"{\"title\":\"\xff\"}".into());
    bodies.push("{\"title\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect());
    bodies.push("[".repeat(10_000).into());
    bodies.push(["[".repeat(10_000), "]".repeat(10_000)].concat().into());
    bodies.push(["{\"title\":".repeat(10_000), "1".into(), "}".repeat(10_000)].concat().into());
    bodies.push(format!("[{}]", vec!["{}"; 2_000].join(",")).into());
    bodies.push(format!("{{{}}}", vec!["\"title\":[]"; 2_000].join(",")).into());
    bodies
}

/// JSON values where another one is expected.
pub fn json_values() -> Vec<String> {
    let fixed =
        ["null", "true", "-1", "1e308", "9223372036854775808", "\"\"", "\"\\u0000\"", "\"😀\""];
    let mut values: Vec<String> = fixed.map(Into::into).into();
    values.extend(["[]", "{}", "[1,\"a\",null,[{}]]"].map(Into::into));
    values.push(["[".repeat(100), "]".repeat(100)].concat());
    values.push(format!("\"{}\"", "a".repeat(500)));
    values
}

/// Content types of a body that is JSON.
pub fn content_types() -> Vec<Vec<u8>> {
    let fixed = [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=utf-16",
        "APPLICATION/JSON;;;=",
        "application/",
        "/json",
    ];
    let mut types: Vec<Vec<u8>> = fixed.map(Into::into).into();
    types.push(b"application/json\xff".into());
    types
}

/// Methods that hardly any route has.
pub const METHODS: [&str; 6] = ["HEAD", "POST", "DELETE", "OPTIONS", "CONNECT", "FOO"];

/// The headers that something between the client and a handler may read.
pub const HEADERS: [&str; 12] = [
    "accept",
    "accept-encoding",
    "authorization",
    "expect",
    "forwarded",
    "if-modified-since",
    "if-none-match",
    "origin",
    "range",
    "te",
    "upgrade",
    "user-agent",
];

/// The headers that some handler or guard reads.
pub const OURS: [&str; 6] =
    ["x-token", "x-key", "x-user", "cookie", "last-event-id", "idempotency-key"];
