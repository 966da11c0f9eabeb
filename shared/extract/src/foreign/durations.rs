//! Durations, as Python's `timedelta` reads them from text and from numbers.

use std::time::Duration;

use serde_json::{Value, json};

use super::cursor::{Cursor, EXTRA, Parsed, TOO_SHORT};
use super::{Form, Table, parsing};
use crate::notes::Fault;

const TOO_LARGE: &str = "a numeric value in the duration is too large";
const TOO_MANY_HOURS: &str = "durations may not exceed 999,999,999 hours";
const TOO_MANY_DAYS: &str = "durations may not exceed 999,999,999 days";

const SECONDS_A_DAY: u32 = 86_400;
const NANOS_A_SECOND: u32 = 1_000_000_000;

pub(super) fn add_to(table: &mut Table) {
    table.add::<Duration>(Form::Seconds(0, 0), read);
}

/// `std::time::Duration`: a `timedelta` with `ge=timedelta(0)`.
fn read(value: &Value) -> Result<Form<'_>, Fault> {
    let Delta { is_negative, seconds, nanos } = Delta::read(value)?;
    if is_negative {
        let ctx = json!({ "ge": "0 seconds" });
        let msg = "Input should be greater than or equal to 0 seconds";
        return Err(Fault::with_ctx("greater_than_equal", msg.into(), ctx));
    }
    Ok(Form::Seconds(seconds, nanos))
}

/// A `timedelta`.
#[derive(Debug)]
pub(super) struct Delta {
    pub(super) is_negative: bool,
    pub(super) seconds: u64,
    pub(super) nanos: u32,
}

impl Delta {
    pub(super) fn read(value: &Value) -> Result<Self, Fault> {
        let parts = match value {
            Value::String(text) => parse(text),
            Value::Bool(truth) => Ok((false, Parts::of_whole_seconds((*truth).into()))),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => Ok((int < 0, Parts::of_whole_seconds(int.unsigned_abs()))),
                (None, float) => {
                    let float = float.unwrap_or(f64::INFINITY);
                    Ok((float < 0.0, Parts::of_seconds(float.abs())))
                }
            },
            _ => return Err(Fault::new("time_delta_type", "Input should be a valid timedelta")),
        };
        parts.and_then(|(is_negative, parts)| parts.sum(is_negative)).map_err(refuse)
    }
}

pub(super) fn refuse(error: &str) -> Fault {
    parsing("time_delta_parsing", "Input should be a valid timedelta", error)
}

/// What the parts of a duration come to so far.
#[derive(Default)]
struct Parts {
    days: u32,
    seconds: u32,
    nanos: u32,
}

impl Parts {
    fn of_whole_seconds(seconds: u64) -> Self {
        let days = u32::try_from(seconds / u64::from(SECONDS_A_DAY)).unwrap_or(u32::MAX);
        // Less than a day, so the cast loses nothing.
        Self { days, seconds: (seconds % u64::from(SECONDS_A_DAY)) as u32, nanos: 0 }
    }

    /// A number that is a float, which Python reads to the microsecond.
    fn of_seconds(seconds: f64) -> Self {
        let nanos = (seconds.fract() * 1e6).round() as u32 * 1_000;
        Self { nanos, ..Self::of_whole_seconds(seconds as u64) }
    }

    fn add_days(&mut self, days: u32) -> Parsed<()> {
        self.days = self.days.checked_add(days).ok_or(TOO_LARGE)?;
        Ok(())
    }

    fn add_seconds(&mut self, seconds: u32) -> Parsed<()> {
        self.seconds = self.seconds.checked_add(seconds).ok_or(TOO_LARGE)?;
        Ok(())
    }

    /// `fraction` is less than one number of a unit, so the casts lose nothing.
    fn add_fraction(&mut self, fraction: f64) -> Parsed<()> {
        self.add_seconds(fraction.trunc() as u32)?;
        // It comes last, so nothing was added before.
        self.nanos = (fraction.fract() * 1e9).round() as u32;
        Ok(())
    }

    fn sum(self, is_negative: bool) -> Parsed<Delta> {
        let seconds = u64::from(self.seconds) + u64::from(self.nanos / NANOS_A_SECOND);
        let days = u64::from(self.days) + seconds / u64::from(SECONDS_A_DAY);
        if days > 999_999_999 {
            return Err(TOO_MANY_DAYS);
        }
        Ok(Delta {
            is_negative,
            seconds: u64::from(self.days) * u64::from(SECONDS_A_DAY) + seconds,
            nanos: self.nanos % NANOS_A_SECOND,
        })
    }
}

/// `P1DT2H`, `1 day, 02:00:00` or `26:00:00`; the sign comes first.
fn parse(text: &str) -> Parsed<(bool, Parts)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let bytes = unsigned.as_bytes();
    let parts = match bytes {
        [] => return Err(TOO_SHORT),
        [b'P', iso @ ..] => parse_iso(Cursor(iso))?,
        _ if bytes.len() < 5 || unsigned.contains(['d', 'D']) => parse_days(Cursor(bytes))?,
        _ => parse_clock(Cursor(bytes))?,
    };
    Ok((text.starts_with('-'), parts))
}

/// `1Y2M3W4DT5H6M7.8S`, in any order; a fraction ends it.
fn parse_iso(mut rest: Cursor<'_>) -> Parsed<Parts> {
    let mut parts = Parts::default();
    let (mut is_time, mut had_fraction, mut is_empty) = (false, false, true);
    while !rest.is_empty() {
        if rest.take(&["T"]) {
            if is_time {
                return Err("`t` character repeated in duration");
            }
            is_time = true;
            continue;
        }
        let number = number(&mut rest)?;
        let fraction = fraction(&mut rest);
        if had_fraction {
            return Err("quantity fraction invalid in duration");
        }
        had_fraction = fraction.is_some();
        is_empty = false;
        let unit = rest.next();
        if is_time {
            let unit = match unit {
                Some(b'H') => 3_600,
                Some(b'M') => 60,
                Some(b'S') => 1,
                _ => return Err("quantity invalid in time part of duration"),
            };
            parts.add_seconds(number.checked_mul(unit).ok_or(TOO_LARGE)?)?;
            parts.add_fraction(fraction.unwrap_or_default() * f64::from(unit))?;
        } else {
            let unit = match unit {
                Some(b'Y') => 365,
                Some(b'M') => 30,
                Some(b'W') => 7,
                Some(b'D') => 1,
                _ => return Err("quantity invalid in date part of duration"),
            };
            let more = fraction.unwrap_or_default() * f64::from(unit);
            parts.add_days(number.checked_mul(unit).ok_or(TOO_LARGE)?)?;
            parts.add_days(more.trunc() as u32)?;
            parts.add_fraction(more.fract() * f64::from(SECONDS_A_DAY))?;
        }
    }
    if is_empty { Err(TOO_SHORT) } else { Ok(parts) }
}

fn number(rest: &mut Cursor<'_>) -> Parsed<u32> {
    let mut number = rest.digit().ok_or("invalid digit in duration")?;
    while let Some(digit) = rest.digit() {
        number =
            number.checked_mul(10).and_then(|tens| tens.checked_add(digit)).ok_or(TOO_LARGE)?;
    }
    Ok(number)
}

/// What comes after a point, which may be nothing.
fn fraction(rest: &mut Cursor<'_>) -> Option<f64> {
    if !rest.take(&[".", ","]) {
        return None;
    }
    let mut digits = String::from("0.");
    while let Some(digit) = rest.digit() {
        digits.extend(char::from_digit(digit, 10));
    }
    digits.parse().ok()
}

/// `1 day, 02:00:00`, `1d`, `1 days 02:00`.
fn parse_days(mut rest: Cursor<'_>) -> Parsed<Parts> {
    const INVALID_DAYS: &str = "\"day\" identifier in duration not correctly formatted";
    let days = number(&mut rest)?;
    rest.take(&[" "]);
    if !rest.take(&["d", "D"]) {
        return Err(INVALID_DAYS);
    }
    if !rest.take(&["ays", "ay", "AYS", "AY"]) && rest.take(&["a", "A"]) {
        return Err(INVALID_DAYS);
    }
    rest.take(&[", ", ",", " "]);
    if rest.is_empty() {
        return Ok(Parts { days, ..Parts::default() });
    }
    let clock = parse_clock(rest)?;
    // That is what Pydantic says of a day and 24 hours.
    if clock.days > 0 { Err(TOO_MANY_HOURS) } else { Ok(Parts { days, ..clock }) }
}

/// `26:00`, `26:00:00`, `26:00:00.5`.
fn parse_clock(rest: Cursor<'_>) -> Parsed<Parts> {
    const INVALID_HOUR: &str = "invalid character in hour";
    /// `MM:SS.ffffff`. What is behind it, Pydantic does not look at.
    const LONGEST: usize = 12;
    if rest.0.len() < 5 {
        return Err(TOO_SHORT);
    }
    let colon = rest.0.iter().position(|byte| *byte == b':').ok_or(INVALID_HOUR)?;
    let (hours, minutes) = rest.0.split_at(colon);
    if hours.len() > 10 {
        return Err(TOO_MANY_HOURS);
    }
    if !hours.iter().all(u8::is_ascii_digit) {
        return Err(INVALID_HOUR);
    }
    let hours = hours.iter().fold(0, |hours, digit| hours * 10 + u64::from(digit - b'0'));
    if hours > 2_400_000_000 {
        return Err(TOO_MANY_HOURS);
    }
    let minutes = [b"00", &minutes[..minutes.len().min(1 + LONGEST)]].concat();
    let mut rest = Cursor(&minutes);
    let (seconds, nanos) = rest.clock()?;
    if !rest.is_empty() {
        return Err(EXTRA);
    }
    Ok(Parts { nanos, ..Parts::of_whole_seconds(hours * 3_600 + u64::from(seconds)) })
}
