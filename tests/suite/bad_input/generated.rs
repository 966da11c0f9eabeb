//! Values at random, the same ones in each run.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// Makes values from strategies, always the same ones.
pub struct Generator(TestRunner);

impl Generator {
    pub fn new() -> Self {
        Self(TestRunner::deterministic())
    }

    /// Any bytes that a request line and a header may hold without ending there.
    pub fn bytes(&mut self) -> Vec<u8> {
        let byte = any::<u8>().prop_filter("a line", |byte| !matches!(byte, 0 | b'\r' | b'\n'));
        self.value(vec(byte, 0..40))
    }

    /// The characters that paths and queries are made of, where they do not belong.
    pub fn target(&mut self) -> Vec<u8> {
        let part = prop::sample::select(vec![
            "%", "%2", "%25", "%ff", "%00", "/", "..", "?", "&", "=", "+", ";", "[", "]", "q",
            "skip", "limit", "x", "0", "9", "-", "e",
        ]);
        self.value(vec(part, 0..12)).concat().into()
    }

    /// Any JSON whose objects have some of the names that handlers ask for.
    pub fn json(&mut self, names: &[&'static str]) -> Value {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        let name = prop::sample::select(names.to_vec()).prop_map(str::to_owned);
        let json = leaf.prop_recursive(3, 12, 4, move |inner| {
            let entry = (name.clone(), inner.clone());
            prop_oneof![
                1 => vec(inner, 0..4).prop_map(Value::from),
                3 => vec(entry, 0..6).prop_map(Value::from_iter),
            ]
        });
        self.value(json)
    }

    /// JSON with a byte too many, too few, or another one.
    pub fn broken_json(&mut self, names: &[&'static str]) -> Vec<u8> {
        let mut json = self.json(names).to_string().into_bytes();
        let index = self.value(any::<prop::sample::Index>()).index(json.len());
        let end = index + usize::from(self.value(any::<bool>()));
        json.splice(index..end, self.value(any::<Option<u8>>()));
        json
    }

    fn value<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.0).expect("a strategy that refuses little").current()
    }
}
