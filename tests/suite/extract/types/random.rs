//! Requests with values of the table, some of them broken.

use std::collections::BTreeMap;
use std::iter;

use fastrand::Rng;
use serde_json::{Value, json};

use super::super::random::{self, one_line, percent_encoded};
use super::super::{self as extract, Sent};
use super::table;
use super::unions::UNIONS;

/// A name, and the part of the table that has values for it.
type Field = (&'static str, &'static str);

const PARAMETERS: &[Field] = &[
    ("uuid", "uuid"),
    ("day", "date"),
    ("at", "time"),
    ("naive", "naive"),
    ("timestamp", "timestamp"),
    ("duration", "duration"),
    ("decimal", "decimal"),
    ("url", "url"),
    ("port", "port"),
    ("ip", "ip"),
    ("char", "char"),
];

const MAYBE: &[Field] = &[
    ("uuid", "uuid"),
    ("day", "date"),
    ("decimal", "decimal"),
    ("elapsed", "elapsed"),
    ("port", "port"),
    ("urls", "url"),
    ("urls", "url"),
];

/// The fields of the body that are one value.
const FIELDS: &[Field] = &[
    ("uuid", "uuid"),
    ("date", "date"),
    ("time", "time"),
    ("naive", "naive"),
    ("timestamp", "timestamp"),
    ("zoned", "zoned"),
    ("duration", "duration"),
    ("span", "span"),
    ("elapsed", "elapsed"),
    ("decimal", "decimal"),
    ("url", "url"),
    ("port", "port"),
    ("ip", "ip"),
    ("ipv4", "ipv4"),
    ("ipv6", "ipv6"),
    ("char", "char"),
    ("maybe", "uuid"),
];

/// The values of the table for one type.
#[derive(Default)]
struct Values {
    all: Vec<Value>,
    /// Those that fit.
    good: Vec<Value>,
    /// Those that differ on purpose, which are not among the others.
    different: Vec<Value>,
}

/// Endlessly many requests, the same ones for the same seed.
pub fn requests(seed: u64) -> impl Iterator<Item = Sent> {
    let mut values: BTreeMap<String, Values> = BTreeMap::new();
    for row in table() {
        let value: Value = serde_json::from_str(&row.sent).expect("JSON");
        let values = values.entry(row.kind).or_default();
        // What is like it may differ, too.
        if row.ours.is_some() {
            values.different.push(value);
            continue;
        }
        if row.fastapi.starts_with("200 ") {
            values.good.push(value.clone());
        }
        values.all.push(value);
    }
    let mut random = Random { rng: Rng::with_seed(seed), values };
    iter::repeat_with(move || random.request())
}

struct Random {
    rng: Rng,
    values: BTreeMap<String, Values>,
}

impl Random {
    fn request(&mut self) -> Sent {
        match self.rng.u8(..14) {
            0 => self.path(),
            1 => self.query("/types/query", PARAMETERS),
            2 => self.query("/types/maybe", MAYBE),
            3 => self.headers(),
            4 => self.cookies(),
            5 | 6 => Sent::post_json("/types/all", self.body().to_string()),
            7..10 => self.one(),
            _ => self.union(),
        }
    }

    fn union(&mut self) -> Sent {
        let (name, kinds) = self.rng.choice(UNIONS).expect("a union");
        let count = self.rng.u8(1..4);
        let values: Value = (0..count).map(|_| self.member(kinds)).collect();
        Sent::post_json(format!("/types/union/{name}"), values.to_string())
    }

    /// A value for one of the candidates that no other one reads otherwise on purpose.
    fn member(&mut self, kinds: &[&str]) -> Value {
        loop {
            let kind = *self.rng.choice(kinds).expect("a kind");
            let value = match self.rng.u8(..4) {
                0 => self.number(),
                _ => self.value(kind),
            };
            let differs_to = |kind: &&str| {
                self.values[*kind].different.contains(&value)
                    || value.as_str().is_some_and(|text| differs(kind, text))
            };
            if !differs_as_number(&value) && !kinds.iter().any(differs_to) {
                return value;
            }
        }
    }

    fn number(&mut self) -> Value {
        let number = self.rng.i64(-3..100_000);
        match self.rng.u8(..5) {
            0 => json!(number),
            1 => json!(number.to_string()),
            2 => json!(number as f64 / 4.0),
            3 => json!((number as f64 / 4.0).to_string()),
            _ => json!(self.rng.bool()),
        }
    }

    fn one(&mut self) -> Sent {
        let kind = self.rng.choice(self.values.keys()).expect("a type").clone();
        let good = self.rng.choice(&self.values[&kind].good).expect("some values").clone();
        let value = self.maybe_broken(&kind, good);
        Sent::post_json(format!("/types/one/{kind}"), value.to_string())
    }

    fn path(&mut self) -> Sent {
        let segment = |(_, kind): &Field| match self.text(kind).as_str() {
            // These would make it another path.
            text if text.contains('/') || ["", ".", ".."].contains(&text) => "/0".to_owned(),
            text => format!("/{}", percent_encoded(text)),
        };
        Sent::get(format!("/types/path{}", PARAMETERS.iter().map(segment).collect::<String>()))
    }

    fn query(&mut self, target: &str, fields: &[Field]) -> Sent {
        let pairs = self.pairs(fields);
        let pairs = pairs.iter().map(|(name, text)| format!("{name}={}", percent_encoded(text)));
        Sent::get(format!("{target}?{}", pairs.collect::<Vec<_>>().join("&")))
    }

    fn headers(&mut self) -> Sent {
        let pairs = self.pairs(PARAMETERS).into_iter();
        pairs.fold(Sent::get("/types/header"), |sent, (name, text)| {
            sent.header(name, printable(&text))
        })
    }

    fn cookies(&mut self) -> Sent {
        let pairs = self.pairs(PARAMETERS);
        let pairs = pairs.iter().map(|(name, text)| {
            // What is quoted is decoded by FastAPI.
            format!("{name}={}", printable(text).replace(['"', '\\', ';'], ""))
        });
        Sent::get("/types/cookie").header("cookie", pairs.collect::<Vec<_>>().join("; "))
    }

    /// Names and values, some left out.
    fn pairs(&mut self, fields: &[Field]) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<_> =
            fields.iter().map(|(name, kind)| (*name, self.text(kind))).collect();
        pairs.retain(|_| self.rng.u8(..20) > 0);
        self.rng.shuffle(&mut pairs);
        pairs
    }

    fn body(&mut self) -> Value {
        let mut fields: Vec<_> =
            FIELDS.iter().map(|(name, kind)| (*name, self.value(kind))).collect();
        let prices: Value = (0..self.rng.u8(..4)).map(|_| self.value("decimal")).collect();
        let ports: Value = (0..self.rng.u8(..3))
            .map(|digit| (digit.to_string().repeat(32), self.value("port")))
            .collect();
        fields.extend([("prices", prices), ("ports", ports)]);
        fields.retain(|_| self.rng.u8(..20) > 0);
        self.rng.shuffle(&mut fields);
        fields.into_iter().collect()
    }

    /// As it is written in a path, a query or a header.
    fn text(&mut self, kind: &str) -> String {
        loop {
            if let Value::String(text) = self.value(kind) {
                return text;
            }
        }
    }

    /// Mostly one that fits.
    fn value(&mut self, kind: &str) -> Value {
        if self.rng.u8(..20) > 0 {
            return self.rng.choice(&self.values[kind].good).expect("some values").clone();
        }
        let value = self.rng.choice(&self.values[kind].all).expect("some values").clone();
        self.maybe_broken(kind, value)
    }

    fn maybe_broken(&mut self, kind: &str, value: Value) -> Value {
        match value {
            Value::String(text) if self.rng.u8(..4) > 0 => {
                let broken = self.broken(kind, &text);
                if differs(kind, &broken) { text.into() } else { broken.into() }
            }
            value => value,
        }
    }

    /// A character replaced, put in, left out or twice.
    fn broken(&mut self, kind: &str, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let start = self.rng.usize(..=chars.len());
        let end = chars.len().min(start + self.rng.usize(..2));
        let donor = self.rng.choice(&self.values[kind].all).expect("some values");
        let donor: Vec<char> = extract::text(donor.clone()).chars().collect();
        let new = self.rng.choice(donor.iter().copied());
        chars.splice(start..end, new.filter(|_| self.rng.u8(..4) > 0));
        chars.into_iter().collect()
    }
}

/// Whether this may be read as something else on purpose: a type of ours can hold less than
/// Python's, or more.
fn differs(kind: &str, text: &str) -> bool {
    match kind {
        // What exactly is wrong inside them depends on the version of the crate `uuid`.
        "uuid" => text.starts_with(['{', 'u', 'U']),
        "time" => text.contains(['Z', 'z', '+', '-', '\u{2212}']),
        "timestamp" => text.contains("9999") || text.starts_with("2534"),
        "zoned" => differs("timestamp", text) || text.ends_with(']'),
        // Seven digits of days are too many.
        "span" => text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 6),
        "decimal" => !text.is_ascii() || text.len() > 20 || text.contains(['e', 'E']),
        "elapsed" => text.starts_with('-'),
        "url" => !text.is_ascii(),
        "port" => random::differs(text),
        "ip" | "ipv6" => text.contains('%'),
        _ => false,
    }
}

/// Whether an integer or a float reads this as something else on purpose.
fn differs_as_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|float| float.abs() > 9e18),
        Value::String(text) => {
            let float = text.trim().parse::<f64>();
            random::differs(text) || float.is_ok_and(|float| !float.is_finite())
        }
        _ => false,
    }
}

/// What a header can hold.
fn printable(text: &str) -> String {
    one_line(text).chars().filter(|c| !c.is_ascii_control()).collect()
}
