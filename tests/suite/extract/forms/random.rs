//! Forms at random: mostly what a handler asks for, with mistakes strewn in.
//!
//! Left out is what differs on purpose, see `table::different`.

use std::iter;

use fastrand::Rng;

use super::{Sent, form, multipart};

/// What a handler asks for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    Colour,
    File,
}

type Field = (&'static str, Kind);

const ROUTES: [(&str, &[Field]); 12] = [
    ("/login/", &[("username", Kind::Text), ("password", Kind::Text)]),
    ("/fields/", FIELDS),
    ("/fields/", FIELDS),
    ("/maybe/form/", &[("limit", Kind::Number), ("tags", Kind::Number)]),
    ("/file/", &[("file", Kind::File)]),
    ("/file/maybe/", &[("file", Kind::File)]),
    ("/files/", &[("files", Kind::File), ("files", Kind::File), ("files", Kind::File)]),
    ("/bytes/", &[("file", Kind::File)]),
    ("/bytes/maybe/", &[("file", Kind::File)]),
    ("/bytes/list/", &[("files", Kind::File), ("files", Kind::File)]),
    ("/mixed/", MIXED),
    ("/mixed/", MIXED),
];

const FIELDS: &[Field] = &[
    ("item_id", Kind::Number),
    ("byte", Kind::Number),
    ("fraction", Kind::Number),
    ("truth", Kind::Number),
    ("text", Kind::Text),
    ("colour", Kind::Colour),
    ("numbers", Kind::Number),
    ("numbers", Kind::Number),
    ("maybe", Kind::Number),
    ("standard", Kind::Number),
    ("words", Kind::Text),
    ("words", Kind::Text),
    ("pair", Kind::Number),
    ("pair", Kind::Text),
];

const MIXED: &[Field] = &[
    ("file", Kind::File),
    ("fileb", Kind::File),
    ("token", Kind::Text),
    ("number", Kind::Number),
    ("more", Kind::File),
    ("more", Kind::File),
];

/// What is in the text of a form and in its headers; no `-` after a `0`, which differs.
const ALPHABET: &str = "ab01+.  =&;%\"\\é\u{a0}";

/// Endlessly many requests, the same ones for the same seed.
pub fn requests(seed: u64) -> impl Iterator<Item = Sent> {
    let mut random = Random(Rng::with_seed(seed));
    iter::repeat_with(move || random.request())
}

struct Random(Rng);

impl Random {
    fn request(&mut self) -> Sent {
        let (target, fields) = self.one_of(ROUTES);
        let mut fields: Vec<Field> = fields.to_vec();
        fields.push(("unknown", Kind::Text));
        fields.retain(|_| self.0.u8(..15) > 0);
        if self.0.u8(..10) == 0 {
            self.0.shuffle(&mut fields);
        }
        if self.0.u8(..10) == 0 {
            fields.extend_from_within(..);
        }
        let has_files = fields.iter().any(|(_, kind)| *kind == Kind::File);
        let is_multipart = if has_files { self.0.u8(..10) > 0 } else { self.0.bool() };
        if is_multipart {
            self.multipart(target, &fields)
        } else {
            self.urlencoded(target, &fields)
        }
    }

    fn urlencoded(&mut self, target: &str, fields: &[Field]) -> Sent {
        let mut pairs = Vec::new();
        for &(name, kind) in fields {
            let text = self.text(kind);
            pairs.push(match self.0.u8(..20) {
                0 => name.to_owned(),
                1 => format!("&{name}="),
                _ => format!("{name}={}", self.encoded(&text)),
            });
        }
        form(target, pairs.join("&"))
    }

    /// Percent-encoded; what need not be, only sometimes.
    fn encoded(&mut self, text: &str) -> String {
        let mut encoded = String::new();
        for byte in text.bytes() {
            match byte {
                b' ' if self.0.bool() => encoded.push('+'),
                b'0'..=b'9' | b'a'..=b'z' | b'.' | b'=' | b';' if self.0.bool() => {
                    encoded.push(char::from(byte));
                }
                _ => encoded.push_str(&format!("%{byte:02x}")),
            }
        }
        encoded
    }

    fn multipart(&mut self, target: &str, fields: &[Field]) -> Sent {
        let mut body = Vec::new();
        if self.0.u8(..30) == 0 {
            body.extend_from_slice(b"\r\n");
        }
        for &(name, kind) in fields {
            let part = self.part(name, kind);
            let part = if self.0.u8(..60) == 0 { self.broken(part) } else { part };
            body.extend_from_slice(b"--b\r\n");
            body.extend_from_slice(&part);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--");
        body.extend_from_slice(self.one_of(["", "\r\n", "\r\nthe end"]).as_bytes());
        multipart(target, body)
    }

    fn part(&mut self, name: &str, kind: Kind) -> Vec<u8> {
        let kind = if self.0.u8(..15) == 0 { self.one_of([Kind::File, Kind::Text]) } else { kind };
        let mut options = vec![format!("name=\"{name}\"")];
        match self.0.u8(..25) {
            0 => options[0] = format!("name={name}"),
            1 => options[0] = format!("Name = \"{name}\""),
            2 => options.insert(0, "name=\"other\"".to_owned()),
            3 => options.push("name*=UTF-8''other".to_owned()),
            4 => options.push("x".to_owned()),
            5 => options.clear(),
            _ => {}
        }
        if kind == Kind::File {
            let file_name = self.file_name();
            options.push(match self.0.u8(..12) {
                0 => "filename=a.txt".to_owned(),
                1 => "filename=\"\"".to_owned(),
                2 => "FILENAME=\"a.txt\"".to_owned(),
                3 => "filename*=UTF-8''a.txt".to_owned(),
                _ => format!("filename=\"{file_name}\""),
            });
        }
        let mut headers = vec![format!("Content-Disposition: form-data; {}", options.join("; "))];
        if self.0.bool() {
            headers.push(format!("Content-Type: {}", self.one_of(["text/plain", "x", "a/b; c=d"])));
        }
        if self.0.u8(..10) == 0 {
            headers.insert(0, "X-More: é".to_owned());
        }
        let mut part = headers.join("\r\n").into_bytes();
        part.extend_from_slice(b"\r\n\r\n");
        part.extend_from_slice(&self.content(kind));
        part
    }

    /// One byte of the headers less, more, or another one.
    fn broken(&mut self, mut part: Vec<u8>) -> Vec<u8> {
        let end = part.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("headers end");
        let start = self.0.usize(..end);
        let new = self.one_of([b':', b' ', b';', b'"', b'=', b'\\', b'x', 0xe9]);
        part.splice(start..start + self.0.usize(..2), self.0.bool().then_some(new));
        part
    }

    fn file_name(&mut self) -> String {
        let name = self.text(Kind::Text);
        // Only these two are escaped.
        name.replace('\\', "\\\\").replace('"', "\\\"")
    }

    fn content(&mut self, kind: Kind) -> Vec<u8> {
        if kind != Kind::File {
            return self.text(kind).into_bytes();
        }
        match self.0.u8(..4) {
            0 => Vec::new(),
            1 => b"\r\n--\r\n-b\r\n".to_vec(),
            _ => {
                let length = self.0.usize(..40);
                iter::repeat_with(|| self.0.u8(..)).take(length).collect()
            }
        }
    }

    fn text(&mut self, kind: Kind) -> String {
        let kind = if self.0.u8(..15) == 0 { Kind::Text } else { kind };
        match kind {
            Kind::Number => self.one_of(["1", "0", " 5 ", "2.0", ""]).to_owned(),
            Kind::Colour => self.one_of(["red", "green", "blue", ""]).to_owned(),
            Kind::Text | Kind::File => {
                let length = self.0.usize(..6);
                iter::repeat_with(|| self.letter()).take(length).collect()
            }
        }
    }

    fn letter(&mut self) -> char {
        let index = self.0.usize(..ALPHABET.chars().count());
        ALPHABET.chars().nth(index).expect("a character")
    }

    fn one_of<T, const N: usize>(&mut self, choices: [T; N]) -> T {
        self.0.choice(choices).expect("choices")
    }
}
