//! `jiff`'s durations: Python's `timedelta`.

use std::str::FromStr;

use jiff::{SignedDuration, Span};
use serde_json::Value;

use super::durations::{Delta, refuse};
use super::{Form, Table};
use crate::notes::Fault;

pub(super) fn add_to(table: &mut Table) {
    table.add_text::<SignedDuration>("PT0S", |value| read(value, signed_duration));
    table.add_text::<Span>("PT0S", |value| read(value, span));
}

fn read<'a, T: FromStr + ToString>(
    value: &'a Value,
    of: fn(Delta) -> Result<T, Fault>,
) -> Result<Form<'a>, Fault> {
    let delta = Delta::read(value)?;
    // What is written as `jiff` writes it keeps what a `timedelta` has not: nanoseconds, and
    // months that are not 30 days.
    let is_iso = |text: &&str| text.trim_start_matches(['+', '-']).starts_with('P');
    if let Some(text) = value.as_str().filter(is_iso)
        && text.parse::<T>().is_ok()
    {
        return Ok(Form::Text(text.into()));
    }
    Ok(Form::Text(of(delta)?.to_string().into()))
}

fn signed_duration(Delta { is_negative, seconds, nanos }: Delta) -> Result<SignedDuration, Fault> {
    let (seconds, nanos) = (seconds.cast_signed(), nanos.cast_signed());
    let duration = SignedDuration::new(seconds, nanos);
    Ok(if is_negative { -duration } else { duration })
}

/// Days, and what is less than one: the parts that a `timedelta` has.
fn span(Delta { is_negative, seconds, nanos }: Delta) -> Result<Span, Fault> {
    const SECONDS_A_DAY: u64 = 86_400;
    let (days, seconds) = (seconds / SECONDS_A_DAY, seconds % SECONDS_A_DAY);
    let span = Span::new()
        .try_days(days.cast_signed())
        .map_err(|_| refuse("durations may not exceed 7,304,484 days"))?
        .seconds(seconds.cast_signed())
        .nanoseconds(nanos);
    Ok(if is_negative { -span } else { span })
}
