//! Text that is read from left to right, and the time of day that dates and durations end with.

pub(super) const TOO_SHORT: &str = "input is too short";
pub(super) const EXTRA: &str = "unexpected extra characters at the end of the input";

/// What Pydantic says is wrong.
pub(super) type Parsed<T> = Result<T, &'static str>;

/// What is left of a text.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl Cursor<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// Takes the first of these that is next.
    pub(super) fn take(&mut self, texts: &[&str]) -> bool {
        let rest = texts.iter().find_map(|text| self.0.strip_prefix(text.as_bytes()));
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes a digit, if one is next.
    pub(super) fn digit(&mut self) -> Option<u32> {
        let digit = self.0.first().filter(|byte| byte.is_ascii_digit())?;
        self.next();
        Some(u32::from(digit - b'0'))
    }

    /// Takes a number of `len` digits.
    pub(super) fn digits(&mut self, len: usize, error: &'static str) -> Parsed<u32> {
        (0..len).try_fold(0, |number, _| Ok(number * 10 + self.digit().ok_or(error)?))
    }

    /// Takes `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`: the second of the day, and nanoseconds.
    pub(super) fn clock(&mut self) -> Parsed<(u32, u32)> {
        if self.0.len() < 5 {
            return Err(TOO_SHORT);
        }
        let hour = self.digits(2, "invalid character in hour")?;
        if !self.take(&[":"]) {
            return Err("invalid time separator, expected `:`");
        }
        let minute = self.digits(2, "invalid character in minute")?;
        if hour > 23 {
            return Err("hour value is outside expected range of 0-23");
        }
        if minute > 59 {
            return Err("minute value is outside expected range of 0-59");
        }
        let start = hour * 3_600 + minute * 60;
        if !self.take(&[":"]) {
            return Ok((start, 0));
        }
        let second = self.digits(2, "invalid character in second")?;
        if second > 59 {
            return Err("second value is outside expected range of 0-59");
        }
        Ok((start + second, self.fraction_of_a_second()?))
    }

    /// Digits after the ninth are dropped; Pydantic drops those after the sixth.
    fn fraction_of_a_second(&mut self) -> Parsed<u32> {
        if !self.take(&[".", ","]) {
            return Ok(0);
        }
        let first = self.digit().ok_or("second fraction digits missing after `.`")?;
        let (mut nanos, mut unit) = (first * 100_000_000, 10_000_000);
        while let Some(digit) = self.digit() {
            nanos += digit * unit;
            unit /= 10;
        }
        Ok(nanos)
    }
}
