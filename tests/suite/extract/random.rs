//! Requests at random: mostly what a handler asks for, with mistakes strewn in.
//!
//! Left out is what differs on purpose, see `table::different`.

use std::iter;

use fastrand::Rng;
use serde_json::{Value, json};

use super::{Sent, text};

/// What a handler asks for.
#[derive(Clone, Copy)]
pub enum Kind {
    Int,
    Byte,
    Float,
    Bool,
    Text,
    Colour,
    Any,
    Option(&'static Kind),
    List(&'static Kind),
    Labels,
    Pair,
    Object(&'static [Field]),
    /// An object of which each field may be left out.
    Some(&'static [Field]),
    /// One of several.
    Union(&'static [Kind]),
    Tag(&'static [&'static str]),
}

pub type Field = (&'static str, Kind);

const SEGMENTS: &[Field] = &[
    ("item_id", Kind::Int),
    ("byte", Kind::Byte),
    ("fraction", Kind::Float),
    ("truth", Kind::Bool),
    ("text", Kind::Text),
    ("colour", Kind::Colour),
];

const SCALARS: &[Field] = &[
    ("item_id", Kind::Int),
    ("byte", Kind::Byte),
    ("fraction", Kind::Float),
    ("truth", Kind::Bool),
    ("text", Kind::Text),
    ("colour", Kind::Colour),
    ("maybe", Kind::Option(&Kind::Int)),
    ("standard", Kind::Int),
];

const POINT: Kind = Kind::Object(&[("x", Kind::Float), ("y", Kind::Float)]);

const DRAWING: Kind = Kind::Object(&[
    ("name", Kind::Text),
    ("points", Kind::List(&POINT)),
    ("labels", Kind::Labels),
    ("pair", Kind::Pair),
    ("anything", Kind::Any),
    ("centre", Kind::Option(&POINT)),
    ("inner", Kind::Option(&INNER)),
]);

/// One drawing inside another is enough to see whether `loc` goes down two levels.
const INNER: Kind = Kind::Object(&[
    ("name", Kind::Text),
    ("points", Kind::List(&POINT)),
    ("labels", Kind::Labels),
    ("pair", Kind::Pair),
    ("anything", Kind::Any),
]);

/// What numbers are written with, and some more. No `i` and no `a`, so no `inf` and no
/// `nan`, and no backslash, which FastAPI decodes in cookies.
const ALPHABET: &str = "00112345678899++--..__eE  tfyNo\n\u{a0}é\"=;,&%";

/// Endlessly many requests, the same ones for the same seed.
pub fn requests(seed: u64) -> impl Iterator<Item = Sent> {
    let mut random = Random::new(seed);
    iter::repeat_with(move || random.request())
}

pub struct Random(Rng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    pub fn below(&mut self, end: u8) -> u8 {
        self.0.u8(..end)
    }

    fn request(&mut self) -> Sent {
        match self.0.u8(..9) {
            0 => Sent::get(format!("/path{}", self.path(SEGMENTS))),
            1 => Sent::get(format!("/query{}", self.query(SCALARS))),
            2 => self.with_headers(Sent::get("/header"), SCALARS),
            3 => self.with_cookies(Sent::get("/cookie"), SCALARS),
            4 => self.post("/body", Kind::Object(SCALARS)),
            5 => self.post("/numbers", Kind::List(&Kind::Int)),
            6 => self.post("/maybe", Kind::Option(&POINT)),
            7 => self.post("/drawing", DRAWING),
            _ => self.several(),
        }
    }

    fn several(&mut self) -> Sent {
        const QUERY: &[Field] = &[("numbers", Kind::List(&Kind::Int)), ("skip", Kind::Int)];
        const HEADERS: &[Field] = &[("x_token", Kind::Text), ("x_ids", Kind::List(&Kind::Int))];
        let (path, query) = (self.path(&[("item_id", Kind::Int)]), self.query(QUERY));
        let sent = self.post(&format!("/several{path}{query}"), POINT);
        let sent = self.with_headers(sent, HEADERS);
        self.with_cookies(sent, &[("session", Kind::Bool)])
    }

    pub fn path(&mut self, fields: &[Field]) -> String {
        let segment = |&(_, kind): &Field| match self.text_for(kind).as_str() {
            // These would make it another path.
            "" | "." | ".." => "/0".to_owned(),
            text => format!("/{}", percent_encoded(text)),
        };
        fields.iter().map(segment).collect()
    }

    pub fn query(&mut self, fields: &[Field]) -> String {
        let pairs = self.pairs(fields);
        let pairs = pairs.iter().map(|(name, text)| format!("{name}={}", percent_encoded(text)));
        format!("?{}", pairs.collect::<Vec<_>>().join("&"))
    }

    pub fn with_headers(&mut self, mut sent: Sent, fields: &[Field]) -> Sent {
        for (name, text) in self.pairs(fields) {
            sent = sent.header(name.replace('_', "-"), one_line(&text));
        }
        sent
    }

    pub fn with_cookies(&mut self, sent: Sent, fields: &[Field]) -> Sent {
        let pairs = self.pairs(fields);
        let pairs = pairs.iter().map(|(name, text)| format!("{name}={}", one_line(text)));
        sent.header("cookie", pairs.collect::<Vec<_>>().join("; "))
    }

    /// Names and values, some left out, some twice.
    fn pairs(&mut self, fields: &[Field]) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        for &(name, kind) in fields {
            let mostly_once = self.one_of([0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
            let (times, kind) = match kind {
                Kind::List(kind) => (self.0.usize(..4), *kind),
                Kind::Option(kind) => (mostly_once, *kind),
                kind => (mostly_once, kind),
            };
            pairs.extend(iter::repeat_with(|| (name, self.text_for(kind))).take(times));
        }
        self.0.shuffle(&mut pairs);
        pairs
    }

    fn text_for(&mut self, kind: Kind) -> String {
        text(self.value(kind))
    }

    pub fn post(&mut self, target: &str, kind: Kind) -> Sent {
        let value = self.value(kind);
        let json = if self.0.bool() { value.to_string() } else { format!("{value:#}") };
        match self.0.u8(..20) {
            0 => Sent::post_json(target, ""),
            1 => Sent::post(target, json),
            2 => Sent::post(target, json).header("content-type", "text/plain"),
            3 => Sent::post(target, json).header("content-type", "Application/X+JSON; a=b"),
            4..7 => Sent::post_json(target, self.broken(&json)),
            _ => Sent::post_json(target, json),
        }
    }

    /// JSON with one character too many, too few, or another one.
    fn broken(&mut self, json: &str) -> String {
        let mut chars: Vec<char> = json.chars().collect();
        let start = self.0.usize(..chars.len());
        let end = start + self.0.usize(..2);
        let new = self.char_of("{}[]\",:\\x01.-e \n");
        chars.splice(start..end, self.0.bool().then_some(new));
        let broken: String = chars.into_iter().collect();
        if differs(&broken) { json.to_owned() } else { broken }
    }

    /// Mostly what is asked for.
    fn value(&mut self, kind: Kind) -> Value {
        match self.0.u8(..20) {
            // Lists and objects are not quoted by us.
            0 if matches!(kind, Kind::Tag(_)) => 5.into(),
            0 => self.any(),
            1 => self.text().into(),
            _ => self.fitting(kind),
        }
    }

    fn fitting(&mut self, kind: Kind) -> Value {
        match kind {
            Kind::Int => {
                self.one_of([json!(5), json!("12"), json!(4.0), json!(" -6 "), json!("0.0")])
            }
            Kind::Byte => self.one_of([json!(0), json!(255), json!("7")]),
            Kind::Float => self.one_of([json!(2.5), json!(3), json!("1e2"), json!("-.5")]),
            Kind::Bool => self.one_of([json!(true), json!(0), json!("Yes"), json!("oFF")]),
            Kind::Text => self.text().into(),
            Kind::Colour => self.one_of(["red", "green", "blue"]).into(),
            Kind::Any => self.any(),
            Kind::Option(kind) if self.0.bool() => self.value(*kind),
            Kind::Option(_) => Value::Null,
            Kind::List(kind) => {
                let length = self.0.usize(..4);
                iter::repeat_with(|| self.value(*kind)).take(length).collect()
            }
            Kind::Labels => {
                let length = self.0.usize(..3);
                iter::repeat_with(|| (self.text(), self.value(Kind::Int))).take(length).collect()
            }
            Kind::Pair => json!([self.value(Kind::Int), self.value(Kind::Text)]),
            Kind::Object(fields) => self.object(fields, 20),
            Kind::Some(fields) => self.object(fields, 3),
            Kind::Union(kinds) => {
                let index = self.0.usize(..kinds.len());
                self.value(kinds[index])
            }
            Kind::Tag(tags) => {
                let index = self.0.usize(..tags.len());
                tags[index].into()
            }
        }
    }

    /// An object in any order, one of `left_out` fields left out, some unknown.
    fn object(&mut self, fields: &[Field], left_out: u8) -> Value {
        let mut entries = vec![("unknown", self.any())];
        entries.extend(fields.iter().map(|&(name, kind)| (name, self.value(kind))));
        entries.retain(|_| self.0.u8(..left_out) > 0);
        self.0.shuffle(&mut entries);
        entries.into_iter().collect()
    }

    fn any(&mut self) -> Value {
        self.one_of([
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(2.5),
            json!(1e15),
            json!(256),
            json!("Red"),
            json!([]),
            json!(["1", 2, 3]),
            json!({}),
            json!({ "x": "1" }),
        ])
    }

    /// What could be a number, and mostly is none.
    fn text(&mut self) -> String {
        let length = self.0.usize(..7);
        let chars = iter::repeat_with(|| self.char_of(ALPHABET)).take(length);
        let text: String = chars.collect();
        if differs(&text) { String::new() } else { text }
    }

    fn char_of(&mut self, alphabet: &str) -> char {
        let index = self.0.usize(..alphabet.chars().count());
        alphabet.chars().nth(index).expect("a character")
    }

    fn one_of<T, const N: usize>(&mut self, choices: [T; N]) -> T {
        self.0.choice(choices).expect("choices")
    }
}

/// Whether this may be read as something else on purpose: `0-1` and `0__1` are integers
/// to Pydantic, `-0` is a float to serde_json, the offset of a broken `\u` differs, and
/// so does what overflows.
pub fn differs(text: &str) -> bool {
    let overflows = text.trim().replace('_', "").parse().is_ok_and(f64::is_infinite);
    overflows || ["0-", "0_", "-0", "\\u"].iter().any(|part| text.contains(part))
}

pub fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A line break would end the header.
pub fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}
