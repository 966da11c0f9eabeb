//! Pydantic's [lax mode] for numbers and truth values.
//!
//! [lax mode]: https://docs.pydantic.dev/latest/concepts/conversion_table/

use serde_json::{Number, Value, json};

use crate::notes::Fault;

const INT_SIZE: Fault = Fault::new(
    "int_parsing_size",
    "Unable to parse input string as an integer, exceeded maximum size",
);
const FINITE: Fault = Fault::new("finite_number", "Input should be a finite number");

/// An integer.
pub(crate) fn int(value: &Value) -> Result<i128, Fault> {
    Ok(match value {
        Value::Bool(truth) => i128::from(*truth),
        Value::Number(number) => match (number.as_i128(), number.as_f64()) {
            (Some(int), _) => int,
            (None, Some(float)) if float.fract() != 0.0 => {
                return Err(Fault::new(
                    "int_from_float",
                    "Input should be a valid integer, got a number with a fractional part",
                ));
            }
            _ => i128::from(whole(number).ok_or(INT_SIZE)?),
        },
        Value::String(text) => parse_int(text)?,
        _ => return Err(Fault::new("int_type", "Input should be a valid integer")),
    })
}

/// A number without a fraction. serde_json keeps integers beyond 64 bits as floats, which
/// are not the same number any more: those are none.
fn whole(number: &Number) -> Option<i64> {
    let exact = |float: &f64| float.fract() == 0.0 && float.abs() < i64::MAX as f64;
    let float = || number.as_f64().filter(exact).map(|float| float as i64);
    number.as_i64().or_else(float)
}

/// Whether an integer is between the bounds of the type that is asked for.
///
/// The bounds of 64 bits are the machine's, and Pydantic has a word for that; narrower
/// ones are a promise of the API, like `Field(ge=0, le=255)`.
pub(crate) fn in_bounds(int: i128, min: i128, max: i128) -> Result<i128, Fault> {
    if int > max && max < i128::from(i64::MAX) {
        let msg = format!("Input should be less than or equal to {max}");
        Err(Fault::with_ctx("less_than_equal", msg, json!({ "le": max })))
    } else if int < min && min > i128::from(i64::MIN) {
        let msg = format!("Input should be greater than or equal to {min}");
        Err(Fault::with_ctx("greater_than_equal", msg, json!({ "ge": min })))
    } else if (min..=max).contains(&int) {
        Ok(int)
    } else {
        Err(INT_SIZE)
    }
}

/// `" +1_000.00 "` is 1000: blanks around, a sign, single underscores, a zero fraction.
fn parse_int(text: &str) -> Result<i128, Fault> {
    let fault = Fault::new(
        "int_parsing",
        "Input should be a valid integer, unable to parse string as an integer",
    );
    let text = text.trim();
    let (whole, zeros) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    let is_number = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let is_zero = !zeros.is_empty() && zeros.bytes().all(|b| b == b'0');
    if !digits.split('_').all(is_number) || !is_zero {
        return Err(fault);
    }
    whole.replace('_', "").parse().map_err(|_| INT_SIZE)
}

/// A finite number.
pub(crate) fn float(value: &Value) -> Result<f64, Fault> {
    let float = match value {
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Number(number) => number.as_f64().ok_or(FINITE)?,
        Value::String(text) => parse_float(text)?,
        _ => return Err(Fault::new("float_type", "Input should be a valid number")),
    };
    if float.is_finite() { Ok(float) } else { Err(FINITE) }
}

fn parse_float(text: &str) -> Result<f64, Fault> {
    let fault = Fault::new(
        "float_parsing",
        "Input should be a valid number, unable to parse string as a number",
    );
    // Pydantic trims blanks or takes underscores out, but not both.
    let float = match text.contains('_') {
        false => text.trim().parse(),
        true if text.split('_').any(str::is_empty) => return Err(fault),
        true => text.replace('_', "").parse(),
    };
    float.map_err(|_| fault)
}

/// `true`, and the words and numbers that stand for it.
pub(crate) fn bool(value: &Value) -> Result<bool, Fault> {
    let parsing =
        Fault::new("bool_parsing", "Input should be a valid boolean, unable to interpret input");
    let is_one_of = |text: &str, words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(text));
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::String(text) if is_one_of(text, &["1", "on", "t", "true", "y", "yes"]) => Ok(true),
        Value::String(text) if is_one_of(text, &["0", "off", "f", "false", "n", "no"]) => Ok(false),
        Value::String(_) => Err(parsing),
        Value::Number(number) if whole(number) == Some(1) => Ok(true),
        Value::Number(number) if whole(number) == Some(0) => Ok(false),
        Value::Number(number) if whole(number).is_some() => Err(parsing),
        _ => Err(Fault::new("bool_type", "Input should be a valid boolean")),
    }
}
