//! Where a text stops being JSON, and why, as Python's `json` says it (3.11, in its fast version).
//!
//! A body is read by serde_json. Only if that fails is it looked at again, for the answer: clients
//! of a FastAPI know Python's words and count as it does. No nesting can exhaust the stack here,
//! and every byte is looked at once.

/// What a scan has found.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    /// Not JSON: the byte where that shows, and Python's words for it.
    NoJson(usize, &'static str),
    /// Python reads it, and serde_json does not.
    OnlyPython(usize, &'static str),
    /// Nested deeper than serde_json reads.
    TooDeep,
}

const DEEPEST: usize = 127;

const VALUE: &str = "Expecting value";
const NAME: &str = "Expecting property name enclosed in double quotes";
const COLON: &str = "Expecting ':' delimiter";
const COMMA: &str = "Expecting ',' delimiter";
const EXTRA: &str = "Extra data";
const UNTERMINATED: &str = "Unterminated string starting at";
const CONTROL: &str = "Invalid control character at";
const ESCAPE: &str = "Invalid \\escape";
const UNICODE: &str = "Invalid \\uXXXX escape";

// These are not Python's.
const NOT_FINITE: &str = "Expecting a finite number";
const TOO_LARGE: &str = "Number out of range";
const SURROGATE: &str = "Unpaired surrogate";

/// The first fault of a text; `None` if both parsers read it.
pub(crate) fn fault(text: &str) -> Option<Fault> {
    let mut scan = Scan { text, at: 0, open: Vec::new(), only_python: None };
    match scan.values() {
        Err(fault) => Some(fault),
        Ok(()) => scan.only_python.map(|(at, words)| Fault::OnlyPython(at, words)),
    }
}

#[derive(Clone, Copy)]
enum Open {
    Object,
    Array,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// What is not closed yet.
    open: Vec<Open>,
    only_python: Option<(usize, &'static str)>,
}

impl<'t> Scan<'t> {
    fn values(&mut self) -> Result<(), Fault> {
        loop {
            self.blanks();
            match self.peek() {
                Some(b'{') => {
                    self.enter(Open::Object)?;
                    if self.peek() != Some(b'}') {
                        self.name()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.enter(Open::Array)?;
                    if self.peek() != Some(b']') {
                        continue;
                    }
                }
                _ => self.scalar()?,
            }
            if self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Closes what ends after a value, and goes on to the next one. Whether there is none.
    fn after_value(&mut self) -> Result<bool, Fault> {
        loop {
            self.blanks();
            match (self.open.last(), self.peek()) {
                (None, None) => return Ok(true),
                (None, Some(_)) => return Err(Fault::NoJson(self.at, EXTRA)),
                (Some(Open::Object), Some(b'}')) | (Some(Open::Array), Some(b']')) => {
                    self.open.pop();
                    self.at += 1;
                }
                (Some(Open::Object), Some(b',')) => {
                    self.at += 1;
                    self.blanks();
                    self.name()?;
                    return Ok(false);
                }
                (Some(Open::Array), Some(b',')) => {
                    self.at += 1;
                    return Ok(false);
                }
                _ => return Err(Fault::NoJson(self.at, COMMA)),
            }
        }
    }

    fn enter(&mut self, open: Open) -> Result<(), Fault> {
        if self.open.len() == DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.open.push(open);
        self.at += 1;
        self.blanks();
        Ok(())
    }

    /// `"name" :`
    fn name(&mut self) -> Result<(), Fault> {
        if self.peek() != Some(b'"') {
            return Err(Fault::NoJson(self.at, NAME));
        }
        self.string()?;
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(Fault::NoJson(self.at, COLON));
        }
        self.at += 1;
        Ok(())
    }

    fn scalar(&mut self) -> Result<(), Fault> {
        if self.peek() == Some(b'"') {
            return self.string();
        }
        let rest = self.rest();
        let starts = |word: &&&str| rest.starts_with(**word);
        if let Some(word) = ["null", "true", "false"].iter().find(starts) {
            self.at += word.len();
        } else if let Some(word) = ["NaN", "Infinity", "-Infinity"].iter().find(starts) {
            self.note(self.at, NOT_FINITE);
            self.at += word.len();
        } else {
            let number = number(rest).ok_or(Fault::NoJson(self.at, VALUE))?;
            if number.parse().is_ok_and(f64::is_infinite) {
                self.note(self.at, TOO_LARGE);
            }
            self.at += number.len();
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(Fault::NoJson(start, UNTERMINATED)),
                Some(b'"') => break,
                Some(b'\\') => self.escape(start)?,
                Some(..b' ') => return Err(Fault::NoJson(self.at, CONTROL)),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    /// A backslash and what belongs to it, in a string that starts there.
    fn escape(&mut self, start: usize) -> Result<(), Fault> {
        let at = self.at;
        match self.text.as_bytes().get(at + 1) {
            None => return Err(Fault::NoJson(start, UNTERMINATED)),
            Some(b'u') => {}
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                return Ok(());
            }
            Some(_) => return Err(Fault::NoJson(at, ESCAPE)),
        }
        let code = self.code(at).ok_or(Fault::NoJson(at + 1, UNICODE))?;
        self.at += 6;
        match (code, self.code(self.at)) {
            (0xD800..0xDC00, Some(0xDC00..0xE000)) => self.at += 6,
            (0xD800..0xE000, _) => self.note(at, SURROGATE),
            _ => {}
        }
        Ok(())
    }

    /// The number in `\uXXXX`, behind which the text must go on.
    fn code(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_code = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let goes_on = at + 6 < self.text.len();
        u32::from_str_radix(digits, 16).ok().filter(|_| is_code && goes_on)
    }

    /// The first thing that only Python reads.
    fn note(&mut self, at: usize, words: &'static str) {
        self.only_python.get_or_insert((at, words));
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// The number that a text begins with. What follows may show that it was none.
fn number(text: &str) -> Option<&str> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.bytes().take_while(u8::is_ascii_digit).count()
    };
    let next = |at: usize| text.as_bytes().get(at).copied();
    let mut end = usize::from(next(0) == Some(b'-'));
    end += match next(end) {
        Some(b'0') => 1,
        _ => digits(end),
    };
    if !next(end.checked_sub(1)?)?.is_ascii_digit() {
        return None;
    }
    if next(end) == Some(b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if let Some(b'e' | b'E') = next(end) {
        let sign = usize::from(matches!(next(end + 1), Some(b'+' | b'-')));
        let count = digits(end + 1 + sign);
        end += if count > 0 { 1 + sign + count } else { 0 };
    }
    text.get(..end)
}
