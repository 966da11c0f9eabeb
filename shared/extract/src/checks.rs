//! The constraints of one value, in Pydantic's words.

use std::cmp::Ordering;
use std::fmt::Display;

use regex::Regex;
#[cfg(feature = "rust_decimal")]
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Number, Value, json};

use crate::notes::Fault;

/// How far from a multiple a float may be, as Pydantic has it: 0.3 is a multiple of 0.1.
const FLOAT_ERROR: f64 = 1e-9;

/// The constraints that a JSON schema has for a value.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    multiple_of: Option<Number>,
    le: Option<Number>,
    lt: Option<Number>,
    ge: Option<Number>,
    gt: Option<Number>,
    min_length: Option<u64>,
    max_length: Option<u64>,
    pattern: Option<Regex>,
    min_items: Option<u64>,
    max_items: Option<u64>,
    min_properties: Option<u64>,
    max_properties: Option<u64>,
}

impl Checks {
    /// Those of this schema; an error is one that cannot be checked.
    pub(crate) fn parse(schema: &Value) -> Result<Self, String> {
        let number = |key: &str| schema[key].as_number().cloned();
        let multiple_of = number("multipleOf");
        if multiple_of.as_ref().is_some_and(|number| !is_positive(number)) {
            return Err("multiple_of must be more than 0".to_owned());
        }
        let pattern = schema["pattern"].as_str().map(|pattern| {
            Regex::new(pattern).map_err(|error| format!("the pattern is none: {error}"))
        });
        Ok(Self {
            multiple_of,
            le: number("maximum"),
            lt: number("exclusiveMaximum"),
            ge: number("minimum"),
            gt: number("exclusiveMinimum"),
            min_length: schema["minLength"].as_u64(),
            max_length: schema["maxLength"].as_u64(),
            pattern: pattern.transpose()?,
            min_items: schema["minItems"].as_u64(),
            max_items: schema["maxItems"].as_u64(),
            min_properties: schema["minProperties"].as_u64(),
            max_properties: schema["maxProperties"].as_u64(),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        let Self { multiple_of, le, lt, ge, gt, pattern, .. } = self;
        let numbers = [multiple_of, le, lt, ge, gt];
        let lengths = [
            self.min_length,
            self.max_length,
            self.min_items,
            self.max_items,
            self.min_properties,
            self.max_properties,
        ];
        numbers.iter().all(|number| number.is_none())
            && lengths.iter().all(Option::is_none)
            && pattern.is_none()
    }

    /// The first constraint that an integer breaks, in Pydantic's order.
    pub(crate) fn int(&self, int: i128) -> Result<(), Fault> {
        let whole = |number: &Number| match to_int(number) {
            Some(int) => json!(int),
            None => json!(number),
        };
        let is_multiple = |of: &Number| match to_int(of) {
            Some(of) => int % of == 0,
            None => is_multiple(int as f64, to_float(of)),
        };
        self.number(is_multiple, |bound| compare_int(int, bound), whole)
    }

    /// The first constraint that a float breaks, in Pydantic's order.
    pub(crate) fn float(&self, float: f64) -> Result<(), Fault> {
        let compare = |bound: &Number| float.partial_cmp(&to_float(bound));
        self.number(
            |of| is_multiple(float, to_float(of)),
            |bound| compare(bound).unwrap_or(Ordering::Equal),
            |number| json!(to_float(number)),
        )
    }

    /// The first constraint that a decimal number breaks, in Pydantic's order. Exactly, unless a
    /// bound is so large or so small that it cannot be such a number.
    #[cfg(feature = "rust_decimal")]
    pub(crate) fn decimal(&self, decimal: Decimal) -> Result<(), Fault> {
        let float = decimal.to_f64().unwrap_or_default();
        let whole = |number: &Number| match to_int(number) {
            Some(int) => json!(int),
            None => json!(number),
        };
        let is_multiple = |of: &Number| match to_decimal(of) {
            Some(of) => decimal.checked_rem(of).is_some_and(|rest| rest.is_zero()),
            None => is_multiple(float, to_float(of)),
        };
        let compare = |bound: &Number| match to_decimal(bound) {
            Some(bound) => decimal.cmp(&bound),
            None => float.total_cmp(&to_float(bound)),
        };
        self.number(is_multiple, compare, whole)
    }

    fn number(
        &self,
        is_multiple: impl Fn(&Number) -> bool,
        compare: impl Fn(&Number) -> Ordering,
        shown: impl Fn(&Number) -> Value,
    ) -> Result<(), Fault> {
        let fault = |kind, words: &str, key: &str, bound: &Number| {
            let bound = shown(bound);
            let msg = format!("Input should be {words} {}", plain(&bound));
            Err(Fault::with_ctx(kind, msg, json!({ key: bound })))
        };
        if let Some(of) = self.multiple_of.as_ref().filter(|of| !is_multiple(of)) {
            return fault("multiple_of", "a multiple of", "multiple_of", of);
        }
        if let Some(le) = self.le.as_ref().filter(|le| compare(le).is_gt()) {
            return fault("less_than_equal", "less than or equal to", "le", le);
        }
        if let Some(lt) = self.lt.as_ref().filter(|lt| compare(lt).is_ge()) {
            return fault("less_than", "less than", "lt", lt);
        }
        if let Some(ge) = self.ge.as_ref().filter(|ge| compare(ge).is_lt()) {
            return fault("greater_than_equal", "greater than or equal to", "ge", ge);
        }
        if let Some(gt) = self.gt.as_ref().filter(|gt| compare(gt).is_le()) {
            return fault("greater_than", "greater than", "gt", gt);
        }
        Ok(())
    }

    /// The first constraint that a string breaks, in Pydantic's order.
    pub(crate) fn text(&self, text: &str) -> Result<(), Fault> {
        if self.min_length.is_some() || self.max_length.is_some() {
            let length = text.chars().count() as u64;
            let fault = |kind, at: &str, key: &str, bound| {
                let msg = format!("String should have {at} {}", counted(bound, "character"));
                Err(Fault::with_ctx(kind, msg, json!({ key: bound })))
            };
            if let Some(min) = self.min_length.filter(|min| length < *min) {
                return fault("string_too_short", "at least", "min_length", min);
            }
            if let Some(max) = self.max_length.filter(|max| length > *max) {
                return fault("string_too_long", "at most", "max_length", max);
            }
        }
        match self.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
            None => Ok(()),
            Some(pattern) => {
                let pattern = pattern.as_str();
                let msg = format!("String should match pattern '{pattern}'");
                let ctx = json!({ "pattern": pattern });
                Err(Fault::with_ctx("string_pattern_mismatch", msg, ctx))
            }
        }
    }

    pub(crate) fn too_many_items(&self, length: usize) -> Option<Fault> {
        self.max_items.filter(|max| length as u64 > *max).map(|max| too_long("List", max, length))
    }

    pub(crate) fn too_few_items(&self, length: usize) -> Option<Fault> {
        self.min_items
            .filter(|min| (length as u64) < *min)
            .map(|min| too_short("List", min, length))
    }

    /// Pydantic stops at the first one that is too many, so it does not say how many there are.
    pub(crate) fn too_many_members(&self, length: usize) -> Option<Fault> {
        self.max_items.filter(|max| length as u64 > *max).map(|max| too_long("Set", max, "more"))
    }

    pub(crate) fn too_few_members(&self, length: usize) -> Option<Fault> {
        self.min_items.filter(|min| (length as u64) < *min).map(|min| too_short("Set", min, length))
    }

    /// A map is judged when all its values are valid, for they alone count.
    pub(crate) fn properties(&self, length: usize) -> Option<Fault> {
        let too_many = self.max_properties.filter(|max| length as u64 > *max);
        let too_few = self.min_properties.filter(|min| (length as u64) < *min);
        let too_many = too_many.map(|max| too_long("Dictionary", max, "more"));
        too_many.or_else(|| too_few.map(|min| too_short("Dictionary", min, length)))
    }
}

fn too_short(what: &str, min: u64, length: usize) -> Fault {
    let msg = format!(
        "{what} should have at least {} after validation, not {length}",
        counted(min, "item")
    );
    let ctx = json!({ "field_type": what, "min_length": min, "actual_length": length });
    Fault::with_ctx("too_short", msg, ctx)
}

/// `actual` is a length, or a word in place of it.
fn too_long(what: &str, max: u64, actual: impl Display) -> Fault {
    let msg = format!(
        "{what} should have at most {} after validation, not {actual}",
        counted(max, "item")
    );
    let actual: Option<u64> = actual.to_string().parse().ok();
    let ctx = json!({ "field_type": what, "max_length": max, "actual_length": actual });
    Fault::with_ctx("too_long", msg, ctx)
}

/// `1 item`, `2 items`
fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// `0.5`, but `1` and not `1.0`, and `0.0000001` and not `1e-7`.
fn plain(number: &Value) -> String {
    match number {
        Value::Number(number) if number.is_f64() => to_float(number).to_string(),
        number => number.to_string(),
    }
}

fn is_positive(number: &Number) -> bool {
    to_float(number) > 0.0
}

fn to_float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

/// The number, if it is whole.
fn to_int(number: &Number) -> Option<i128> {
    let whole = |float: &f64| float.fract() == 0.0 && float.abs() < i128::MAX as f64;
    number.as_i128().or_else(|| number.as_f64().filter(whole).map(|float| float as i128))
}

/// Exactly: as floats, two large integers could be the same.
fn compare_int(int: i128, bound: &Number) -> Ordering {
    match to_int(bound) {
        Some(bound) => int.cmp(&bound),
        // Not whole, so the floor is not it. Larger than any integer is larger than this one.
        None => {
            let floor = to_float(bound).floor() as i128;
            int.cmp(&floor).then(Ordering::Less)
        }
    }
}

/// The number that its digits say, which is not quite what the float is.
#[cfg(feature = "rust_decimal")]
fn to_decimal(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

fn is_multiple(float: f64, of: f64) -> bool {
    let nearest = (float / of).round() * of;
    (float - nearest).abs() <= FLOAT_ERROR
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(schema: Value) -> Checks {
        Checks::parse(&schema).unwrap()
    }

    fn kind(result: Result<(), Fault>) -> &'static str {
        result.map_or_else(|fault| fault.kind, |()| "")
    }

    #[test]
    fn integers_are_compared_exactly() {
        let most = checks(json!({ "maximum": 9_007_199_254_740_992_i64 }));
        assert_eq!(kind(most.int(9_007_199_254_740_992)), "");
        assert_eq!(kind(most.int(9_007_199_254_740_993)), "less_than_equal");
        let least = checks(json!({ "exclusiveMinimum": u64::MAX - 1 }));
        assert_eq!(kind(least.int(i128::from(u64::MAX) - 1)), "greater_than");
        assert_eq!(kind(least.int(i128::from(u64::MAX))), "");
    }

    #[test]
    fn an_integer_may_have_a_fraction_as_its_bound() {
        let between = checks(json!({ "minimum": -0.5, "exclusiveMaximum": 1.5 }));
        let kinds = [-1, 0, 1, 2].map(|int| kind(between.int(int)));
        assert_eq!(kinds, ["greater_than_equal", "", "", "less_than"]);
        let fault = checks(json!({ "minimum": 2.0 })).int(1).unwrap_err();
        assert_eq!(fault.msg, "Input should be greater than or equal to 2");
        assert_eq!(fault.ctx, Some(json!({ "ge": 2 })));
        let huge = checks(json!({ "maximum": 1e300 }));
        assert_eq!(kind(huge.int(i128::MAX)), "");
    }

    #[test]
    fn the_length_of_a_text_is_that_of_its_characters() {
        let two = checks(json!({ "minLength": 2, "maxLength": 2 }));
        let kinds = ["é", "éé", "ééé"].map(|text| kind(two.text(text)));
        assert_eq!(kinds, ["string_too_short", "", "string_too_long"]);
    }

    #[test]
    fn a_float_need_not_be_an_exact_multiple() {
        let tenths = checks(json!({ "multipleOf": 0.1 }));
        let kinds = [0.3, 0.7, -1e-9, 0.25, 1.1e-9, 0.299_999_998].map(|it| kind(tenths.float(it)));
        assert_eq!(kinds, ["", "", "", "multiple_of", "multiple_of", "multiple_of"]);
    }

    #[test]
    fn a_schema_that_cannot_be_enforced_is_refused() {
        let error = |schema| Checks::parse(&schema).unwrap_err();
        assert_eq!(error(json!({ "multipleOf": 0 })), "multiple_of must be more than 0");
        assert!(error(json!({ "pattern": "[" })).starts_with("the pattern is none: "));
    }
}
