//! `rust_decimal::Decimal`: Python's `Decimal`, as far as 96 bits and 28 decimal places go.

use rust_decimal::Decimal;
use serde_json::{Number, Value, json};

use super::{Form, Table};
use crate::notes::Fault;

const PARSING: Fault = Fault::new("decimal_parsing", "Input should be a valid decimal");
/// What a number without its point may be.
const MAX_MANTISSA: i128 = (1 << 96) - 1;
/// All numbers of so many digits fit, and some of one more.
const MAX_DIGITS: usize = 28;
/// Of a number that is no text, so many digits are in an integer of 64 bits.
const MAX_DIGITS_OF_INT: usize = 18;
const MAX_PLACES: i64 = Decimal::MAX_SCALE as i64;

pub(super) fn add_to(table: &mut Table) {
    table.add::<Decimal>(Form::Decimal(Decimal::ZERO), read);
}

fn read(value: &Value) -> Result<Form<'_>, Fault> {
    let decimal = match value {
        Value::String(text) => parse(text)?,
        Value::Number(number) if may_have_lost_digits(number) => {
            return Err(too_long(MAX_DIGITS_OF_INT));
        }
        // As Python's `str` does, this writes the fewest digits that lead to the same float.
        Value::Number(number) => parse(&number.to_string())?,
        _ => {
            let msg = "Decimal input should be an integer, float, string or Decimal object";
            return Err(Fault::new("decimal_type", msg));
        }
    };
    Ok(Form::Decimal(decimal))
}

/// Whether this can be an integer beyond 64 bits, which serde_json rounds to a float.
fn may_have_lost_digits(number: &Number) -> bool {
    let float = number.as_f64().filter(|_| number.is_f64()).unwrap_or_default();
    float <= i64::MIN as f64 || float >= u64::MAX as f64
}

/// A number in Python's grammar.
fn parse(text: &str) -> Result<Decimal, Fault> {
    // To Python, four control characters are blanks, too.
    let is_blank = |c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c);
    let text = text.trim_matches(is_blank).replace('_', "");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if is_infinite_or_nan(unsigned) {
        return Err(Fault::new("finite_number", "Input should be a finite number"));
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !is_digits(&digits) {
        return Err(PARSING);
    }
    let places = i64::try_from(fraction.len()).map_err(|_| PARSING)? - exponent;
    let mut decimal = with_places(digits.trim_start_matches('0'), places)?;
    decimal.set_sign_negative(text.starts_with('-'));
    Ok(decimal)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// In Python, one that is not a number may have a number.
fn is_infinite_or_nan(unsigned: &str) -> bool {
    let word = unsigned.to_ascii_lowercase();
    let nan = word.strip_prefix('s').unwrap_or(&word).strip_prefix("nan");
    matches!(word.as_str(), "inf" | "infinity") || nan.is_some_and(is_digits)
}

fn parse_exponent(text: &str) -> Result<i64, Fault> {
    /// Python's, of either sign.
    const MAX: i64 = 999_999_999_999_999_999;
    let exponent = text.parse().map_err(|_| PARSING)?;
    if (-MAX..=MAX).contains(&exponent) { Ok(exponent) } else { Err(PARSING) }
}

/// Digits, of which the last `places` are after the point; exactly this number or none, since
/// what is a little off could be money.
fn with_places(digits: &str, places: i64) -> Result<Decimal, Fault> {
    let significant = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - significant.len()).map_err(|_| PARSING)?;
    let (mut mantissa, mut scale) = match significant.len() {
        0 => (0, places.clamp(0, MAX_PLACES)),
        1.. if significant.len() > MAX_DIGITS + 1 => return Err(too_long(MAX_DIGITS)),
        _ => (significant.parse().map_err(|_| PARSING)?, places - zeros),
    };
    // `1.50` is not written as `1.5`: zeros at the end are kept, if there is room.
    while scale < places.clamp(0, MAX_PLACES) && mantissa * 10 <= MAX_MANTISSA {
        mantissa *= 10;
        scale += 1;
    }
    if scale > MAX_PLACES {
        let msg = format!("Decimal input should have no more than {MAX_PLACES} decimal places");
        let ctx = json!({ "decimal_places": MAX_PLACES });
        return Err(Fault::with_ctx("decimal_max_places", msg, ctx));
    }
    // It fails where the number is too large, and the scale is negative where it is even larger.
    let scale = u32::try_from(scale).map_err(|_| too_long(MAX_DIGITS))?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| too_long(MAX_DIGITS))
}

fn too_long(max: usize) -> Fault {
    let msg = format!("Decimal input should have no more than {max} digits in total");
    Fault::with_ctx("decimal_max_digits", msg, json!({ "max_digits": max }))
}
