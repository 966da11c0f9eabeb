//! Forms and bodies picked by hand, and a summary of what is answered.

use lesson_tests::{expect, fastapi, rust};
use reqwest::Method;

use super::{Sent, body, form, multipart, part};

const FITS: &str =
    "item_id=1&byte=2&fraction=3&truth=yes&text=t&colour=red&numbers=4&numbers=+5&pair=6&pair=x";

const ITEM: &str = r#"{"name":"n","price":"1.5"}"#;

/// A file called `a.txt`.
fn text_file(name: &str) -> Vec<u8> {
    let disposition = format!("name=\"{name}\"; filename=\"a.txt\"");
    part(&disposition, "Content-Type: text/plain\r\n", "hello")
}

/// What a browser sends for a file that nobody chose.
fn no_file(name: &str) -> Vec<u8> {
    let disposition = format!("name=\"{name}\"; filename=\"\"");
    part(&disposition, "Content-Type: application/octet-stream\r\n", "")
}

fn text(name: &str, text: &str) -> Vec<u8> {
    part(&format!("name=\"{name}\""), "", text)
}

fn put_json(target: &str, json: &str) -> Sent {
    Sent { method: Method::PUT, ..Sent::post_json(target, json.to_owned()) }
}

/// What both answer alike.
pub fn alike() -> Vec<(Sent, &'static str)> {
    [fields(), left_out(), files(), multipart_bodies(), limits(), parts_of_a_body()].concat()
}

fn fields() -> Vec<(Sent, &'static str)> {
    let login = |fields: &'static str| form("/login/", fields);
    let fields = |more: &str| form("/fields/", format!("{FITS}{more}"));
    const BOTH: &str = "422 missing body.username, missing body.password";
    vec![
        (login("username=Foo&password=secret"), r#"200 {"username":"Foo","password":"secret"}"#),
        (login("username=Foo"), "422 missing body.password"),
        (login("username=Foo&password="), "422 missing body.password"),
        (login("username=Foo&password"), "422 missing body.password"),
        (login("username=Foo&password=a&password="), "422 missing body.password"),
        (login("password=&password=a&username=b"), r#"200 {"username":"b","password":"a"}"#),
        (login("&&username=a+b%20%C3%A9&=x&;&password=%zz%ff&"), {
            "200 {\"username\":\"a b é\",\"password\":\"%zz\u{fffd}\"}"
        }),
        (login(""), BOTH),
        (Sent::post("/login/", ""), BOTH),
        (Sent::post("/login/", "username=a&password=b"), BOTH),
        (Sent::post("/login/", "username=a").header("content-type", "text/plain"), BOTH),
        (Sent::post_json("/login/", r#"{"username":"a","password":"b"}"#), BOTH),
        (
            Sent::post("/login/", "username=a&password=b")
                .header("content-type", "Application/X-WWW-Form-Urlencoded ; charset=utf-8"),
            r#"200 {"username":"a","password":"b"}"#,
        ),
        (
            fields("&standard=&maybe=&words=&words=x&item_id=5"),
            "200 {\"item_id\":5,\"byte\":2,\"fraction\":3.0,\"truth\":true,\"text\":\"t\",\
             \"colour\":\"red\",\"numbers\":[4,5],\"maybe\":null,\"standard\":7,\
             \"words\":[\"\",\"x\"],\"pair\":[6,\"x\"]}",
        ),
        (
            fields("&byte=256&fraction=x&truth=maybe&colour=pink&numbers=&maybe=y&standard=z"),
            "422 less_than_equal body.byte, float_parsing body.fraction, \
             bool_parsing body.truth, enum body.colour, int_parsing body.numbers.2, \
             int_parsing body.maybe, int_parsing body.standard",
        ),
        (fields("&pair=&text=&numbers=7"), "422 missing body.text, too_long body.pair"),
        (form("/fields/", "pair="), {
            "422 missing body.item_id, missing body.byte, missing body.fraction, \
             missing body.truth, missing body.text, missing body.colour, missing body.numbers, \
             int_parsing body.pair.0, missing body.pair.1"
        }),
        (
            form("/several/x?skip=y", "numbers=1&numbers=z"),
            "422 int_parsing path.item_id, int_parsing query.skip, missing header.x-token, \
             int_parsing body.numbers.1",
        ),
        (
            form("/several/1?skip=2", "numbers=3").header("x-token", "t"),
            r#"200 {"item_id":1,"skip":2,"x_token":"t","numbers":[3]}"#,
        ),
    ]
}

fn left_out() -> Vec<(Sent, &'static str)> {
    const FILTER: &str = r#"200 {"word":"a","limit":7,"tags":[]}"#;
    const DEFAULT: &str = r#"200 {"word":"w","limit":7,"tags":[]}"#;
    let form = |fields: &'static str| form("/maybe/form/", fields);
    let query = |query: &str| Sent::get(format!("/maybe/query/{query}"));
    let header = || Sent::get("/maybe/header/");
    let cookie = |cookies: &str| Sent::get("/maybe/cookie/").header("cookie", cookies);
    vec![
        (form(""), "200 null"),
        (form("other=1"), "200 null"),
        // It was sent, if empty.
        (form("limit="), DEFAULT),
        (form("limit=x&tags="), "422 int_parsing body.limit, int_parsing body.tags.0"),
        (form("word=a"), FILTER),
        (form("word=a&limit=&tags=5"), r#"200 {"word":"a","limit":7,"tags":[5]}"#),
        (Sent::post_json("/maybe/form/", r#"{"word":"a"}"#), "200 null"),
        (multipart("/maybe/form/", body(&[])), "200 null"),
        (query(""), "200 null"),
        (query("?other=1"), "200 null"),
        (query("?word=a&other=1"), FILTER),
        (query("?tags=x"), "422 int_parsing query.tags.0"),
        (query("?word="), r#"200 {"word":"","limit":7,"tags":[]}"#),
        (header(), "200 null"),
        (header().header("word", "a"), FILTER),
        (cookie("other=1"), "200 null"),
        (cookie("word=a"), FILTER),
    ]
}

fn files() -> Vec<(Sent, &'static str)> {
    const HELLO: &str =
        r#"{"filename":"a.txt","content_type":"text/plain","size":5,"text":"hello"}"#;
    let file = |parts: &[Vec<u8>]| multipart("/file/", body(parts));
    let maybe = |parts: &[Vec<u8>]| multipart("/file/maybe/", body(parts));
    let files = |parts: &[Vec<u8>]| multipart("/files/", body(parts));
    let bytes = |parts: &[Vec<u8>]| multipart("/bytes/", body(parts));
    let list = |parts: &[Vec<u8>]| multipart("/bytes/list/", body(parts));
    let mixed = |parts: &[Vec<u8>]| multipart("/mixed/", body(parts));
    let hello: &'static str = HELLO;
    let one: &'static str = String::leak(format!("200 {hello}"));
    let two: &'static str = String::leak(format!("200 [{hello},{hello}]"));
    vec![
        (Sent::post("/file/", ""), "422 missing body.file"),
        (Sent::post_json("/file/", r#"{"file":"Baz"}"#), "422 missing body.file"),
        (file(&[text_file("file")]), one),
        (file(&[text("file", "x"), text_file("file")]), one),
        (file(&[text_file("file"), text("file", "x")]), "422 value_error body.file"),
        (file(&[text("file", "x")]), "422 value_error body.file"),
        (file(&[text("file", "")]), "422 missing body.file"),
        (file(&[no_file("file")]), "422 missing body.file"),
        (file(&[text_file("file"), no_file("file")]), "422 missing body.file"),
        (file(&[text_file("other")]), "422 missing body.file"),
        (form("/file/", "file=x"), "422 value_error body.file"),
        (file(&[part("name=\"file\"; filename=\"\"", "", "x")]), {
            r#"200 {"filename":"","content_type":null,"size":1,"text":"x"}"#
        }),
        (file(&[part("name=\"file\"; filename=\"a\"", "", "")]), {
            r#"200 {"filename":"a","content_type":null,"size":0,"text":""}"#
        }),
        (maybe(&[]), "200 null"),
        (maybe(&[no_file("file")]), "200 null"),
        (maybe(&[text("file", "")]), "200 null"),
        (maybe(&[text_file("file")]), one),
        (Sent::post("/file/maybe/", ""), "200 null"),
        (files(&[text_file("files"), text_file("files")]), two),
        (files(&[text_file("files"), no_file("files"), text_file("files")]), two),
        (files(&[text_file("files"), text("files", "")]), "422 value_error body.files.1"),
        (files(&[no_file("files")]), "422 missing body.files"),
        (files(&[]), "422 missing body.files"),
        (bytes(&[text_file("file")]), r#"200 "hello""#),
        (bytes(&[text("file", "x")]), r#"200 "x""#),
        (bytes(&[part("name=\"file\"; filename=\"\"", "", b"\x00\xff")]), "200 \"\\u0000ÿ\""),
        (bytes(&[no_file("file")]), "422 missing body.file"),
        (form("/bytes/", "file=%C3%A9"), "200 \"Ã©\""),
        (multipart("/bytes/maybe/", body(&[no_file("file")])), "200 null"),
        (multipart("/bytes/maybe/", body(&[text_file("file")])), r#"200 "hello""#),
        (list(&[text_file("files"), text("files", "")]), r#"200 ["hello",""]"#),
        (list(&[no_file("files")]), "422 missing body.files"),
        (
            mixed(&[text_file("file"), text_file("fileb"), text("token", "t")]),
            String::leak(format!(
                "200 {{\"file\":\"hello\",\"fileb\":{hello},\"token\":\"t\",\"number\":1,\
                 \"more\":[]}}"
            )),
        ),
        (mixed(&[text_file("file")]), "422 missing body.fileb, missing body.token"),
        (
            mixed(&[
                text("file", "x"),
                text("fileb", "x"),
                text_file("token"),
                text_file("number"),
                text_file("more"),
                text("more", "x"),
            ]),
            "422 value_error body.fileb, string_type body.token, int_type body.number, \
             value_error body.more.1",
        ),
        (
            multipart("/fields/", body(&[text_file("numbers"), text_file("words")])),
            "422 missing body.item_id, missing body.byte, missing body.fraction, \
             missing body.truth, missing body.text, missing body.colour, \
             int_type body.numbers.0, string_type body.words.0",
        ),
    ]
}

fn multipart_bodies() -> Vec<(Sent, &'static str)> {
    const INVALID: &str = r#"400 {"detail":"Invalid multipart data."}"#;
    const NO_NAME: &str =
        r#"400 {"detail":"The Content-Disposition header field \"name\" must be provided."}"#;
    let raw = |body: &'static [u8]| multipart("/bytes/", body);
    let typed = |content_type: &str| {
        Sent::post("/bytes/", body(&[text_file("file")])).header("content-type", content_type)
    };
    let named = |disposition: &str| multipart("/file/", body(&[part(disposition, "", "x")]));
    let file = |name: &str| -> &'static str {
        let name = serde_json::Value::from(name);
        String::leak(format!(
            "200 {{\"filename\":{name},\"content_type\":null,\"size\":1,\"text\":\"x\"}}"
        ))
    };
    let hello = r#"200 "hello""#;
    vec![
        (typed("multipart/form-data"), r#"400 {"detail":"Missing boundary in multipart."}"#),
        (typed("multipart/form-data; boundary=c"), INVALID),
        (typed("multipart/form-data; boundary="), INVALID),
        (typed("multipart/form-data; boundary=\"b\"; charset=utf-8"), hello),
        (typed("Multipart/Form-Data;Boundary=b"), hello),
        (typed("multipart/form-data; boundary*=c; boundary=b"), hello),
        (typed("multipart/mixed; boundary=b"), "422 missing body.file"),
        (typed(&format!("multipart/form-data; boundary={}", "b".repeat(257))), INVALID),
        (
            {
                let boundary = "b".repeat(256);
                let head = "Content-Disposition: form-data; name=\"file\"\r\n\r\nhello";
                let body = format!("--{boundary}\r\n{head}\r\n--{boundary}--");
                let content_type = format!("multipart/form-data; boundary={boundary}");
                Sent::post("/bytes/", body).header("content-type", content_type)
            },
            hello,
        ),
        (raw(b""), "422 missing body.file"),
        (raw(b"--b--"), "422 missing body.file"),
        (raw(b"--b--\r\n"), "422 missing body.file"),
        (raw(b"--c--\r\n"), INVALID),
        (raw(b"hello"), INVALID),
        (raw(b"--b\r\nX: y\r\n\r\nx\r\n--b--\r\n"), NO_NAME),
        (raw(b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"), NO_NAME),
        (raw(b"--b\r\nContent-Disposition: form-data; filename=x\r\n\r\nx\r\n--b--"), NO_NAME),
        (raw(b"--b\nContent-Disposition: form-data; name=file\n\nx\n--b--\n"), INVALID),
        (raw(b"--b\r\nContent Disposition: form-data; name=file\r\n\r\nx\r\n--b--"), INVALID),
        (raw(b"--b\r\nContent-Disposition form-data; name=file\r\n\r\nx\r\n--b--"), INVALID),
        (raw(b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--b-- the end"), {
            r#"200 "x""#
        }),
        (
            raw(b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n-\r\n--\r\n--b--"),
            r#"200 "x\r\n-\r\n--""#,
        ),
        (
            raw(b"--b\r\nCONTENT-DISPOSITION:attachment; NAME = \"file\"\r\n\r\nx\r\n--b \t\r\n\
                content-disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--"),
            r#"200 "x""#,
        ),
        (
            raw(b"--b\r\nContent-Disposition: form-data; name=file\r\n\
                Content-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--"),
            r#"200 "aGVsbG8=""#,
        ),
        (
            raw(b"--b\r\nContent-Disposition: form-data; name=other\r\n\
                Content-Disposition: form-data; name=file\r\n\r\nx\r\n--b--"),
            r#"200 "x""#,
        ),
        (named("name=file; filename=a.txt"), file("a.txt")),
        (named("filename=\"a.txt\"; name=\"file\""), file("a.txt")),
        (named("name=\"other\"; name=\"file\"; filename=\"a\""), file("a")),
        (named("name=\"file\"; filename=\"../../etc/passwd\""), file("../../etc/passwd")),
        (named("name=\"file\"; filename=\"C:\\dir\\a.txt\""), file("a.txt")),
        (named("name=\"file\"; filename=\"\\\\\\\\dir\\a.txt\""), file("a.txt")),
        (named("name=\"file\"; filename=\"dir\\a.txt\""), file("dir\\a.txt")),
        (named("name=\"file\"; filename=\"a\\\"b%22;c\\\\\""), file("a\"b%22;c\\")),
        (named("name=\"file\"; filename=\"\u{e9}\""), file("é")),
        (named("name=\"file\"; filename=\"a\"; filename*=UTF-8''b"), file("a")),
        (named("name=\"file\"; filename*=UTF-8''b; filename=\"a\""), file("a")),
        (named("name=\"file\"; filename*=UTF-8''b"), "422 value_error body.file"),
        (
            multipart(
                "/login/",
                body(&[part("name=\"username\"", "", b"\xe9"), part("name=\"password\"", "", "é")]),
            ),
            r#"200 {"username":"é","password":"é"}"#,
        ),
    ]
}

fn limits() -> Vec<(Sent, &'static str)> {
    const MOST: usize = 1_000;
    const LARGEST: usize = 1024 * 1024;
    let login = |parts: Vec<Vec<u8>>| multipart("/login/", body(&parts));
    vec![
        (form("/login/", "a=1&".repeat(MOST)), "422 missing body.username, missing body.password"),
        (form("/login/", "a=1&".repeat(MOST + 1)), {
            r#"400 {"detail":"Too many fields. Maximum number of fields is 1000."}"#
        }),
        (login(vec![text("a", "1"); MOST]), "422 missing body.username, missing body.password"),
        (login(vec![text("a", "1"); MOST + 1]), {
            r#"400 {"detail":"Too many fields. Maximum number of fields is 1000."}"#
        }),
        (login(vec![text_file("a"); MOST]), "422 missing body.username, missing body.password"),
        (login(vec![text_file("a"); MOST + 1]), {
            r#"400 {"detail":"Too many files. Maximum number of files is 1000."}"#
        }),
        (form("/login/", format!("username={}", "a".repeat(LARGEST - 8))), {
            "422 missing body.password"
        }),
        (form("/login/", format!("username={}", "a".repeat(LARGEST - 7))), {
            r#"400 {"detail":"Field exceeded maximum size of 1024KB."}"#
        }),
        (login(vec![text("username", &"a".repeat(LARGEST))]), "422 missing body.password"),
        (login(vec![text("username", &"a".repeat(LARGEST + 1))]), {
            r#"400 {"detail":"Part exceeded maximum size of 1024KB."}"#
        }),
    ]
}

fn parts_of_a_body() -> Vec<(Sent, &'static str)> {
    const REQUIRED: &str = "422 missing body.item, missing body.user, missing body.importance";
    const ALL: &str = "422 missing body.item, missing body.user, missing body.importance, \
                       missing body.note, missing body.extra, missing body.standard";
    let parts = |json: &str| put_json("/parts/", json);
    let untyped = |target: &str, body: &str| Sent {
        method: Method::PUT,
        ..Sent::post(target, body.to_owned())
    };
    let item = format!("{{\"item\":{ITEM}}}");
    let read = r#"200 {"item":{"name":"n","price":1.5,"tax":null}}"#;
    vec![
        (parts(""), REQUIRED),
        (untyped("/parts/", ""), REQUIRED),
        (untyped("/parts/", &item), REQUIRED),
        (untyped("/parts/", &item).header("content-type", "text/plain"), REQUIRED),
        (parts("{}"), REQUIRED),
        (parts("[]"), ALL),
        (parts("null"), ALL),
        (parts("\"x\""), ALL),
        (parts("5"), ALL),
        (parts("true"), ALL),
        (parts("{"), "422 json_invalid body.1"),
        (parts(r#"{"item":null,"user":null,"note":null,"extra":null,"standard":null}"#), {
            "422 model_attributes_type body.item, model_attributes_type body.user, \
             missing body.importance, int_type body.standard"
        }),
        (parts(r#"{"item":{},"user":[],"importance":"x","note":5,"extra":{"price":"y"}}"#), {
            "422 missing body.item.name, missing body.item.price, \
             model_attributes_type body.user, int_parsing body.importance, \
             string_type body.note, missing body.extra.name, float_parsing body.extra.price"
        }),
        (
            parts(&format!(
                "{{\"item\":{ITEM},\"user\":{{\"username\":\"u\"}},\"importance\":\"3\",\"x\":1}}"
            )),
            "200 {\"item\":{\"name\":\"n\",\"price\":1.5,\"tax\":null},\
             \"user\":{\"username\":\"u\"},\"importance\":3,\"note\":null,\"extra\":null,\
             \"standard\":7}",
        ),
        (put_json("/embed/", &item), read),
        (put_json("/embed/", ITEM), "422 missing body.item"),
        (put_json("/embed/", "{}"), "422 missing body.item"),
        (put_json("/embed/", "[]"), "422 missing body.item"),
        (untyped("/embed/", ""), "422 missing body.item"),
        (put_json("/embed/maybe/", &item), read),
        (put_json("/embed/maybe/", "{}"), r#"200 {"item":null}"#),
        (put_json("/embed/maybe/", "[]"), "422 missing body.item"),
        (untyped("/embed/maybe/", ""), r#"200 {"item":null}"#),
    ]
}

/// What differs on purpose: of the list in the documentation of `Form`, what these routes can
/// show.
pub fn different() -> Vec<(Sent, &'static str)> {
    const INVALID: &str = r#"400 {"detail":"Invalid multipart data."}"#;
    let file = part("name=\"files\"", "", "x");
    let list = |body: Vec<u8>| multipart("/bytes/list/", body);
    let cut = |end: &str| list([&file[..], &file[..], end.as_bytes()].concat());
    vec![
        (cut(""), expect(rust(INVALID), fastapi(r#"200 ["x"]"#))),
        (cut("--b"), expect(rust(INVALID), fastapi(r#"200 ["x"]"#))),
        (cut("--b\r\nContent"), expect(rust(INVALID), fastapi(r#"200 ["x","x"]"#))),
        (
            list([b"before\r\n", &body(std::slice::from_ref(&file))[..]].concat()),
            expect(rust(r#"200 ["x"]"#), fastapi(INVALID)),
        ),
        (
            list(b"--b\r\n\r\nx\r\n--b--".to_vec()),
            expect(
                rust(INVALID),
                fastapi(
                    "400 {\"detail\":\"The Content-Disposition header field \\\"name\\\" \
                     must be provided.\"}",
                ),
            ),
        ),
        (
            list(body(&[part("name=\"files\"", "", "x\r\n--bx")])),
            expect(rust(INVALID), fastapi(r#"200 ["x\r\n--bx"]"#)),
        ),
        (
            list(body(&[part("name=\"files\"", &"x: y\r\n".repeat(9), "x")])),
            expect(rust(r#"200 ["x"]"#), fastapi(INVALID)),
        ),
        (
            Sent::post("/bytes/list/", body(&[part("name=\"files\"", "", b"\xe9")]))
                .header("content-type", "multipart/form-data; boundary=b; charset=latin-1"),
            expect(rust("200 [\"Ã©\"]"), fastapi("200 [\"Ã©\"]")),
        ),
        (
            form("/login/", "username=é&password=b"),
            expect(
                rust(r#"200 {"username":"é","password":"b"}"#),
                fastapi("200 {\"username\":\"Ã©\",\"password\":\"b\"}"),
            ),
        ),
    ]
}
