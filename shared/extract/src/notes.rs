//! What a reading has noted so far, and how it ends.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeOwned, Expected, Unexpected};
use serde_json::{Value, json};

use crate::entries::Place;
use crate::lax::{Input, Lax};
use crate::mask::Mask;
use crate::probe::{self, Way};
use crate::rejection::{Problem, Rejection};
use crate::secret;

/// An answer to a hostile body must not be many times the size of the body.
const MOST_PROBLEMS: usize = 1_000;

/// What is wrong with a value, without where it is.
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    pub(crate) msg: Cow<'static, str>,
    pub(crate) ctx: Option<Value>,
}

impl Fault {
    pub(crate) const MISSING: Self = Self::new("missing", "Field required");

    pub(crate) const fn new(kind: &'static str, msg: &'static str) -> Self {
        Self { kind, msg: Cow::Borrowed(msg), ctx: None }
    }

    pub(crate) fn with_ctx(kind: &'static str, msg: String, ctx: Value) -> Self {
        Self { kind, msg: Cow::Owned(msg), ctx: Some(ctx) }
    }
}

/// Why serde was stopped in the middle of a value.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A struct wants a field that was not offered.
    MissingField(&'static str),
    /// A struct with `deny_unknown_fields` was offered one that it does not know.
    UnknownField,
    /// The type itself says no.
    Refused(String),
    /// It is noted, and the value cannot be built: nothing more to find out.
    Noted,
    /// Something is learned: read again from the start.
    Again,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(msg: T) -> Self {
        Self::Refused(msg.to_string())
    }

    // serde's own words quote the value, which `HideInput` promises not to send back.

    fn invalid_type(_value: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    fn invalid_value(_value: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("expected one of {expected:?}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::MissingField(field)
    }

    fn unknown_field(_field: &str, _expected: &'static [&'static str]) -> Self {
        Self::UnknownField
    }
}

/// A problem, and what it takes to hide secrets in it.
struct Note {
    /// Its `loc` goes from the inside out while the reading is inside: most readings note
    /// nothing, so the way in costs nothing.
    problem: Problem,
    /// As `loc`, for the type that was read.
    way: Way,
    shows: Shows,
}

/// What the `input` of a problem is.
enum Shows {
    /// What was sent for the value.
    Value,
    /// What the value is missing from.
    Parent,
    /// The name of an entry.
    Key,
}

/// Fields known to have no default, each with the visitor of its struct.
///
/// Only serde's derive knows which fields those are, and it tells one at a time, by failing.
/// Each failure adds a field here, so the number of readings is bounded by the types, whatever
/// the client sends.
pub(crate) type Required = HashSet<(TypeId, &'static str)>;

/// The notes of one reading.
pub(crate) struct Notes {
    notes: Vec<Note>,
    /// Whether the only parameter was read as itself, and not as a field of a struct.
    pub(crate) took_only: bool,
    pub(crate) required: Required,
}

impl Notes {
    pub(crate) fn new(required: Required) -> Self {
        Self { notes: Vec::new(), took_only: false, required }
    }

    /// Notes a problem at this place, which shows a `value`. `Err` when there are enough.
    pub(crate) fn note(
        &mut self,
        fault: Fault,
        input: Input<'_>,
        value: &Value,
    ) -> Result<(), Stop> {
        self.note_at(Vec::new(), fault, input, value)
    }

    fn note_at(
        &mut self,
        loc: Vec<Value>,
        fault: Fault,
        input: Input<'_>,
        value: &Value,
    ) -> Result<(), Stop> {
        let shows = match input {
            Input::Missing(_) => Shows::Parent,
            Input::Key(_) => Shows::Key,
            _ => Shows::Value,
        };
        let problem = Problem {
            kind: fault.kind,
            loc,
            msg: fault.msg.into_owned(),
            input: Some(value.clone()),
            ctx: fault.ctx,
        };
        self.notes.push(Note { problem, way: Way::new(), shows });
        if self.notes.len() < MOST_PROBLEMS { Ok(()) } else { Err(Stop::Noted) }
    }

    /// Reads what is one step further down, and sees to it that whatever stops the reading
    /// is noted.
    pub(crate) fn visit<'a, R>(
        &mut self,
        place: Option<&Place<'_>>,
        input: Input<'a>,
        read: impl FnOnce(Lax<'a, '_>) -> Result<R, Stop>,
    ) -> Result<R, Stop> {
        let noted = self.notes.len();
        let result = read(Lax { input, notes: self });
        let result = result.or_else(|stop| {
            // What refuses a placeholder is noted already, with the real reason.
            let is_noted = matches!(input, Input::Silent) || self.notes.len() > noted;
            self.note_stop(stop, input, is_noted)
        });
        if let Some(Place { step, turn }) = place {
            for note in &mut self.notes[noted..] {
                note.problem.loc.push((*step).into());
                note.way.push(turn.to_owned());
            }
        }
        result
    }

    fn note_stop<R>(&mut self, stop: Stop, input: Input<'_>, is_noted: bool) -> Result<R, Stop> {
        let (loc, fault) = match stop {
            Stop::Again => return Err(Stop::Again),
            Stop::Noted => return Err(Stop::Noted),
            _ if is_noted => return Err(Stop::Noted),
            Stop::MissingField(name) => (vec![name.into()], Fault::MISSING),
            // What is shown is the value.
            Stop::UnknownField if matches!(input, Input::Key(_)) => return Err(stop),
            Stop::UnknownField => {
                (Vec::new(), Fault::new("extra_forbidden", "Extra inputs are not permitted"))
            }
            Stop::Refused(msg) => {
                let msg = format!("Value error, {msg}");
                (Vec::new(), Fault::with_ctx("value_error", msg, json!({ "error": {} })))
            }
        };
        self.note_at(loc, fault, input, input.shown())?;
        Err(Stop::Noted)
    }

    /// The problems, each with its `loc` from the source in.
    fn finish(self, source: &str, input: Input<'_>, mut mask: Option<Mask>) -> Vec<Problem> {
        let only = input.only().filter(|_| self.took_only).map(|(name, _)| name);
        let finish = |note: Note| {
            let Note { mut problem, mut way, shows } = note;
            problem.loc.extend(only.map(Value::from));
            problem.loc.push(source.into());
            problem.loc.reverse();
            way.reverse();
            if let Shows::Parent = shows {
                way.pop();
            }
            match (&mut mask, shows) {
                (None, _) => problem.input = None,
                // `loc` tells it anyway.
                (Some(_), Shows::Key) => {}
                (Some(mask), _) => {
                    problem.input.iter_mut().for_each(|input| mask.hide(&way, input));
                }
            }
            problem
        };
        self.notes.into_iter().map(finish).collect()
    }
}

/// Reads a `T` from `input`, or says all that is wrong with it; without what was sent if
/// `hide_input` says so, and in any case without the secrets in it.
pub(crate) fn read<T: DeserializeOwned>(
    source: &str,
    input: Input<'_>,
    hide_input: bool,
) -> Result<T, Rejection> {
    let (result, missed_secret) = secret::watch(|| read_or_note(input));
    if missed_secret && !hide_input {
        return Err(Rejection::unexpected(
            "a secret is in #[serde(flatten)], in an untagged or in an internally tagged enum, where \
             it cannot be hidden: move it, or put HideInput around the route",
        ));
    }
    result.map_err(|notes| {
        let mask = (!hide_input).then(|| Mask::new(probe::ask::<T>, notes.required.clone()));
        Rejection::Invalid(notes.finish(source, input, mask))
    })
}

fn read_or_note<T: DeserializeOwned>(input: Input<'_>) -> Result<T, Notes> {
    let mut required = Required::new();
    loop {
        let mut notes = Notes::new(required);
        match notes.visit(None, input, |lax| T::deserialize(lax)) {
            Err(Stop::Again) => required = notes.required,
            Ok(value) if notes.notes.is_empty() => return Ok(value),
            _ => return Err(notes),
        }
    }
}
