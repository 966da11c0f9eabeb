//! `jiff`'s dates and times, as Pydantic reads Python's.
//!
//! Python's `datetime` has an offset from UTC or has none, and Pydantic has a type for either:
//! `NaiveDatetime` is a `civil::DateTime`, and `AwareDatetime` is a `Timestamp` or a `ZonedDateTime`.

use jiff::civil::{self, Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use serde_json::{Number, Value};

use super::cursor::{Cursor, EXTRA, Parsed, TOO_SHORT};
use super::{Form, Table, parsing};
use crate::notes::Fault;

const AWARE: Fault = Fault::new("timezone_aware", "Input should have timezone info");
const NAIVE: Fault = Fault::new("timezone_naive", "Input should not have timezone info");
const YEAR_0: &str = "year 0 is out of range";
const TOO_EARLY: &str = "dates before 0000 are not supported as unix timestamps";
const TOO_LATE: &str = "dates after 9999 are not supported as unix timestamps";
const TIME_TOO_LARGE: &str = "numeric times may not exceed 86,399 seconds";

pub(super) fn add_to(table: &mut Table) {
    table.add_text::<Date>("1970-01-01", read_date);
    table.add_text::<Time>("00:00:00", read_time);
    table.add_text::<DateTime>("1970-01-01T00:00:00", read_naive);
    table.add_text::<Timestamp>("1970-01-01T00:00:00Z", read_timestamp);
    table.add_text::<ZonedDateTime>("1970-01-01T00:00:00+00:00[+00:00]", read_zoned);
}

/// A date, or a moment at midnight.
fn read_date(value: &Value) -> Result<Form<'_>, Fault> {
    let msg = "Input should be a valid date or datetime";
    let plain = value.as_str().and_then(|text| plain_date(text).ok());
    let date = match (plain, Moment::read(value)) {
        (Some(date), _) => date,
        (None, Some(Ok(moment))) if moment.is_midnight() => moment.civil.date(),
        (None, Some(Ok(_))) => {
            let msg = "Datetimes provided to dates should have zero time - e.g. be exact dates";
            return Err(Fault::new("date_from_datetime_inexact", msg));
        }
        (None, Some(Err(error))) => {
            return Err(parsing("date_from_datetime_parsing", msg, error));
        }
        (None, None) => {
            return Err(Fault::new("date_type", "Input should be a valid date"));
        }
    };
    if date.year() == 0 {
        let msg = "Input should be a valid date in the format YYYY-MM-DD";
        return Err(parsing("date_parsing", msg, YEAR_0));
    }
    Ok(Form::Text(date.to_string().into()))
}

/// A time of day. As for a `NaiveDatetime`, there is no place for an offset.
fn read_time(value: &Value) -> Result<Form<'_>, Fault> {
    let refuse =
        |error: &str| parsing("time_parsing", "Input should be in a valid time format", error);
    let (time, offset) = match value {
        Value::String(text) => parse_time(Cursor(text.as_bytes())),
        Value::Number(number) => number_as_time(number).map(|time| (time, None)),
        _ => return Err(Fault::new("time_type", "Input should be a valid time")),
    }
    .map_err(refuse)?;
    match offset {
        None => Ok(Form::Text(time.to_string().into())),
        Some(_) => Err(NAIVE),
    }
}

fn read_naive(value: &Value) -> Result<Form<'_>, Fault> {
    let Moment { civil, offset } = Moment::read_datetime(value)?;
    match offset {
        None => Ok(Form::Text(in_years(civil)?.to_string().into())),
        Some(_) => Err(NAIVE),
    }
}

fn read_timestamp(value: &Value) -> Result<Form<'_>, Fault> {
    let text = Moment::read_datetime(value)?.into_aware()?;
    text.parse::<Timestamp>().map_err(|_| out_of_range())?;
    Ok(Form::Text(text.into()))
}

/// A `datetime` has an offset and no rules for its time zone. So what `jiff` writes, which says
/// what zone it is, is read, too.
fn read_zoned(value: &Value) -> Result<Form<'_>, Fault> {
    if let Some(text) = value.as_str()
        && text.ends_with(']')
        && text.parse::<ZonedDateTime>().is_ok()
    {
        return Ok(Form::Text(text.into()));
    }
    let text = Moment::read_datetime(value)?.into_aware()?;
    let offset = &text[text.len() - "+00:00".len()..];
    let text = format!("{text}[{offset}]");
    text.parse::<ZonedDateTime>().map_err(|_| out_of_range())?;
    Ok(Form::Text(text.into()))
}

/// `jiff` leaves out the last day of the year 9999, to have room for offsets.
fn out_of_range() -> Fault {
    refuse_datetime("date value out of range")
}

fn refuse_datetime(error: &str) -> Fault {
    parsing("datetime_parsing", "Input should be a valid datetime", error)
}

/// Pydantic reads the year 0, and Python does not have it.
fn in_years(civil: DateTime) -> Result<DateTime, Fault> {
    if civil.year() == 0 { Err(refuse_datetime(YEAR_0)) } else { Ok(civil) }
}

/// A `datetime`.
struct Moment {
    civil: DateTime,
    /// Minutes that it is ahead of UTC.
    offset: Option<i32>,
}

impl Moment {
    /// `None` if this is no text and no number.
    fn read(value: &Value) -> Option<Parsed<Self>> {
        match value {
            Value::String(text) => Some(Self::parse(text)),
            Value::Number(number) => Some(Self::from_number(number)),
            _ => None,
        }
    }

    /// As Pydantic does for a `datetime`, which can be a date.
    fn read_datetime(value: &Value) -> Result<Self, Fault> {
        let fault = Fault::new("datetime_type", "Input should be a valid datetime");
        match (Self::read(value).ok_or(fault)?, value) {
            (Ok(moment), _) => Ok(moment),
            (Err(_), Value::String(text)) => {
                let date = plain_date(text).map_err(|error| match int(text).map(Self::from_unix) {
                    Some(Err(error)) => error,
                    _ => error,
                });
                let msg = "Input should be a valid datetime or date";
                let refuse = |error| parsing("datetime_from_date_parsing", msg, error);
                Ok(Self { civil: date.map_err(refuse)?.into(), offset: None })
            }
            (Err(error), _) => Err(refuse_datetime(error)),
        }
    }

    /// `1970-01-01T00:00:00+00:00`
    fn into_aware(self) -> Result<String, Fault> {
        let offset = self.offset.ok_or(AWARE)?;
        let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs());
        Ok(format!("{}{sign}{:02}:{:02}", in_years(self.civil)?, minutes / 60, minutes % 60))
    }

    /// A date and a time of day, or a number.
    fn parse(text: &str) -> Parsed<Self> {
        let mut rest = Cursor(text.as_bytes());
        let parsed = parse_date(&mut rest).and_then(|date| {
            if !rest.take(&["T", "t", "_", " "]) {
                return Err("invalid datetime separator, expected `T`, `t`, `_` or space");
            }
            let (time, offset) = parse_time(rest)?;
            Ok(Self { civil: date.to_datetime(time), offset })
        });
        match (parsed, int(text), float(text)) {
            (Ok(moment), ..) => Ok(moment),
            (_, Some(int), _) => Self::from_unix(int),
            (_, _, Some(float)) => Self::from_float(float),
            (Err(error), ..) => Err(error),
        }
    }

    fn from_number(number: &Number) -> Parsed<Self> {
        match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => Self::from_unix(int),
            (None, Some(float)) => Self::from_float(float),
            (None, None) => Err(TOO_LATE),
        }
    }

    fn from_float(unix: f64) -> Parsed<Self> {
        let (whole, fraction) = (unix.floor() as i64, unix - unix.floor());
        match is_millis(unix) {
            true => Self::from_millis(whole, fraction),
            false => Self::from_seconds(whole, fraction),
        }
    }

    fn from_unix(unix: i64) -> Parsed<Self> {
        if is_millis(unix as f64) {
            Self::from_millis(unix, 0.0)
        } else {
            Self::from_seconds(unix, 0.0)
        }
    }

    fn from_millis(millis: i64, fraction: f64) -> Parsed<Self> {
        let fraction = millis.rem_euclid(1_000) as f64 + fraction;
        Self::from_seconds(millis.div_euclid(1_000), fraction / 1e3)
    }

    /// Since 1970 in UTC.
    fn from_seconds(seconds: i64, fraction: f64) -> Parsed<Self> {
        let seconds = match seconds {
            ..-62_167_219_200 => return Err(TOO_EARLY),
            253_402_300_800.. => return Err(TOO_LATE),
            seconds => SignedDuration::from_secs(seconds),
        };
        let since = seconds + SignedDuration::from_micros((fraction * 1e6).round() as i64);
        let civil = civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(since);
        Ok(Self { civil: civil.map_err(|_| TOO_LATE)?, offset: Some(0) })
    }

    /// To the microsecond.
    fn is_midnight(&self) -> bool {
        self.civil.time().duration_since(Time::midnight()) < SignedDuration::from_micros(1)
    }
}

/// Numbers beyond the year 2603 in seconds are milliseconds.
fn is_millis(unix: f64) -> bool {
    unix.abs() > 20_000_000_000.0
}

/// A text that is one whole number.
fn int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// A text that is a number with a point.
fn float(text: &str) -> Option<f64> {
    let whole = text.split_once('.')?.0;
    let whole = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    text.parse().ok().filter(|_| whole.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `1970-01-01`, and nothing behind it.
fn plain_date(text: &str) -> Parsed<Date> {
    let mut rest = Cursor(text.as_bytes());
    let date = parse_date(&mut rest)?;
    if rest.is_empty() { Ok(date) } else { Err(EXTRA) }
}

fn parse_date(rest: &mut Cursor<'_>) -> Parsed<Date> {
    const SEPARATOR: &str = "invalid date separator, expected `-`";
    const DAY: &str = "day value is outside expected range";
    if rest.0.len() < "1970-01-01".len() {
        return Err(TOO_SHORT);
    }
    let year = rest.digits(4, "invalid character in year")?;
    let month = rest.take(&["-"]).then(|| rest.digits(2, "invalid character in month"));
    let month = month.ok_or(SEPARATOR)??;
    let day = rest.take(&["-"]).then(|| rest.digits(2, "invalid character in day"));
    let day = day.ok_or(SEPARATOR)??;
    if !(1..=12).contains(&month) {
        return Err("month value is outside expected range of 1-12");
    }
    // Four digits and two digits: the casts lose nothing.
    Date::new(year as i16, month as i8, day as i8).map_err(|_| DAY)
}

/// A time of day, and minutes that it is ahead of UTC.
fn parse_time(mut rest: Cursor<'_>) -> Parsed<(Time, Option<i32>)> {
    let (second, nanos) = rest.clock()?;
    let offset = if rest.is_empty() { None } else { Some(parse_offset(&mut rest)?) };
    if !rest.is_empty() {
        return Err(EXTRA);
    }
    Ok((time_at(second, nanos), offset))
}

/// `Z`, `+01:00` or `-0100`
fn parse_offset(rest: &mut Cursor<'_>) -> Parsed<i32> {
    const MINUTE: &str = "invalid timezone minute";
    if rest.take(&["Z", "z"]) {
        return Ok(0);
    }
    // The second one is Unicode's minus.
    let is_behind = rest.take(&["-", "\u{2212}"]);
    if !is_behind && !rest.take(&["+"]) {
        return Err("invalid timezone sign");
    }
    let hours = rest.digits(2, "invalid timezone hour")?;
    rest.take(&[":"]);
    let minutes = rest.digits(2, MINUTE)?;
    if minutes > 59 {
        return Err("timezone minute value is outside expected range of 0-59");
    }
    if hours > 23 {
        return Err("timezone offset must be less than 24 hours");
    }
    let offset = (hours * 60 + minutes).cast_signed();
    Ok(if is_behind { -offset } else { offset })
}

/// Seconds since midnight.
fn number_as_time(number: &Number) -> Parsed<Time> {
    let (seconds, micros) = match (number.as_i64(), number.as_f64()) {
        (Some(int), _) => (int, 0.0),
        (None, Some(float)) => (float.floor() as i64, (float - float.floor()) * 1e6),
        (None, None) => return Err(TIME_TOO_LARGE),
    };
    if seconds < 0 {
        return Err("time in seconds should be positive");
    }
    let micros = micros.round() as u32;
    let second = u32::try_from(seconds).ok().and_then(|s| s.checked_add(micros / 1_000_000));
    match second {
        Some(second @ ..86_400) => Ok(time_at(second, micros % 1_000_000 * 1_000)),
        _ => Err(TIME_TOO_LARGE),
    }
}

/// The second of a day is less than 86,400, so the casts lose nothing.
fn time_at(second: u32, nanos: u32) -> Time {
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    civil::time(hour as i8, minute as i8, (second % 60) as i8, nanos.cast_signed())
}
