//! What a reading has noted so far, and how it ends.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use axum::http::Extensions;
use serde::de::{self, DeserializeOwned, Expected, Unexpected};
use serde_json::{Value, json};

use crate::aliases::Aliases;
use crate::constraints::{Breach, Schema};
use crate::entries::{Entry, Place, Step};
use crate::lax::{Input, Lax};
use crate::mask::Mask;
use crate::probe::{self, Turn};
use crate::refused::{Refused, Spot};
use crate::rejection::{HideInput, Problem, Rejection};
use crate::required::{self, Fields, Required, Variant, When};
use crate::rules::{self, Found};
use crate::secret::{self, MASK};
use crate::shown::{Room, Shown};
use crate::union;

/// An answer to a hostile body must not be many times the size of the body.
const MOST_PROBLEMS: usize = 1_000;

/// So many fields are learned before it pays to read once more than needed.
const FIELDS_LEARNED_IN_FULL: usize = 8;

/// What is wrong with a value, without where it is.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    pub(crate) msg: Cow<'static, str>,
    pub(crate) ctx: Option<Value>,
}

impl Fault {
    pub(crate) const MISSING: Self = Self::new("missing", "Field required");
    pub(crate) const NO_MODEL: Self = Self::new(
        "model_attributes_type",
        "Input should be a valid dictionary or object to extract fields from",
    );

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
    /// A struct was offered a field a second time.
    DuplicateField(&'static str),
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

    fn duplicate_field(field: &'static str) -> Self {
        Self::DuplicateField(field)
    }

    fn unknown_field(_field: &str, _expected: &'static [&'static str]) -> Self {
        Self::UnknownField
    }
}

/// A problem, and what it takes to tell it. Nothing of the request is copied until the reading
/// is over: it may be read again, and most of it may not be shown.
#[derive(Clone)]
pub(crate) struct Note<'a> {
    fault: Fault,
    /// The field that is missing, if it is not a place of its own.
    field: Option<&'static str>,
    /// From the inside out, while the reading is inside.
    places: Vec<Place<'a>>,
    input: Input<'a>,
}

/// The notes of one reading.
pub(crate) struct Notes<'a> {
    notes: Vec<Note<'a>>,
    /// The name that is being handed out a second time.
    pub(crate) repeated: Option<&'static str>,
    /// Whether the only parameter was read as itself, and not as a field of a struct.
    pub(crate) took_only: bool,
    /// The variant of an enum that was read last.
    pub(crate) variant: Option<Variant>,
    required: Arc<Required>,
    /// What is said about the value that is being read.
    pub(crate) schema: Option<Schema>,
    /// The same, before the value decided which of several it is.
    choices: Option<Schema>,
    refused: Refused<'a>,
    /// What this reading has left out.
    told: Vec<Spot<'a>>,
    /// How many readings in a row have ended because a field was learned.
    learned: usize,
    /// How far down the reading is.
    depth: usize,
    pub(crate) union: union::State,
    /// Whether the input comes from a buffer, so that secrets in it cannot be found.
    pub(crate) is_buffered: bool,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(required: Arc<Required>) -> Self {
        Self {
            notes: Vec::new(),
            repeated: None,
            took_only: false,
            variant: None,
            required,
            schema: None,
            choices: None,
            refused: Refused::default(),
            told: Vec::new(),
            learned: 0,
            depth: 0,
            union: union::State::NEW,
            is_buffered: false,
        }
    }

    /// For another reading, with what this one has learned.
    fn again(mut self) -> Self {
        self.notes.clear();
        let Self { notes, refused, learned, required, .. } = self;
        Self { notes, refused, learned, ..Self::new(required) }
    }

    /// Whether this reading is thrown away, because it is one of many that only learn the type.
    fn is_draft(&self) -> bool {
        self.learned > FIELDS_LEARNED_IN_FULL
    }

    /// What is known of the type.
    pub(crate) fn known(&self) -> Arc<Required> {
        self.required.clone()
    }

    /// What is known of this visitor.
    pub(crate) fn fields(&self, visitor: TypeId) -> Option<&Fields> {
        self.required.fields(visitor)
    }

    pub(crate) fn required(&mut self) -> &mut Required {
        Arc::make_mut(&mut self.required)
    }

    /// Notes a problem at this place. `Err` when there are enough.
    pub(crate) fn note(&mut self, fault: Fault, input: Input<'a>) -> Result<(), Stop> {
        self.note_field(None, fault, input)
    }

    fn note_field(
        &mut self,
        field: Option<&'static str>,
        fault: Fault,
        input: Input<'a>,
    ) -> Result<(), Stop> {
        self.push(Note { fault, field, places: Vec::new(), input })
    }

    fn left_out(&self, entry: &Entry<'a>) -> Option<(Spot<'a>, &[Note<'a>])> {
        // What one candidate of a union refuses may be just right for another one.
        let spot = entry.spot().filter(|_| !self.union.is_choosing)?;
        Some((spot, self.refused.notes_of(spot)?))
    }

    /// Whether this entry is left out.
    pub(crate) fn leaves_out(&self, entry: &Entry<'a>) -> bool {
        self.left_out(entry).is_some()
    }

    /// Whether this entry is left out. If so, what was noted of it is noted again.
    pub(crate) fn is_left_out(&mut self, entry: &Entry<'a>) -> Result<bool, Stop> {
        let Some((spot, notes)) = self.left_out(entry) else {
            return Ok(false);
        };
        let notes = notes.to_vec();
        // A struct comes across the fields of the flattened ones in it, too.
        if !self.told.contains(&spot) {
            self.told.push(spot);
            notes.into_iter().try_for_each(|note| self.push(note))?;
        }
        Ok(true)
    }

    /// Nothing could be made from an entry, as was noted since then. `Again` if it can be left
    /// out.
    pub(crate) fn leave_out(&mut self, noted: usize, spot: Option<Spot<'a>>, stop: Stop) -> Stop {
        let can_be =
            !self.is_draft() && !self.union.is_choosing && self.notes.len() < MOST_PROBLEMS;
        match (stop, spot, self.notes.get(noted..)) {
            (Stop::Noted, Some(spot), Some(notes)) if can_be && self.refused.add(spot, notes) => {
                Stop::Again
            }
            (stop, ..) => stop,
        }
    }

    /// Notes what breaks a constraint inside a value that is read as a whole.
    pub(crate) fn note_breaches(&mut self, value: &'a Value) -> Result<(), Stop> {
        // What is inside is judged here, and not again where it is handed out.
        let breaches = self.schema.take().map(|schema| schema.breaches(value));
        breaches.into_iter().flatten().try_for_each(|Breach { places, fault, value }| {
            self.push(Note { fault, field: None, places, input: Input::Json(value) })
        })
    }

    /// Notes what the rules of a value that was read from `input` have found.
    pub(crate) fn note_found(&mut self, found: Vec<Found>, input: Input<'a>) -> Result<(), Stop> {
        for Found { loc, fault } in found {
            let (mut below, mut places) = (Some(input), Vec::with_capacity(loc.len()));
            for (depth, step) in loc.iter().enumerate() {
                // What is left out of something that is left out has nothing to show.
                below = match below {
                    Some(Input::Missing(_)) | None => None,
                    Some(input) => Some(input.below(step).unwrap_or_else(|| input.missing())),
                };
                let mut place = Place::of(step);
                if let (Step::Name(name), 0) = (&mut place.step, depth) {
                    *name = input.alias(name).into_owned().into();
                }
                places.push(place);
            }
            places.reverse();
            let input = below.unwrap_or(Input::Missing(Shown::NOTHING));
            self.push(Note { fault, field: None, places, input })?;
        }
        Ok(())
    }

    fn push(&mut self, note: Note<'a>) -> Result<(), Stop> {
        rules::noted();
        self.notes.push(note);
        self.check()
    }

    /// `Err` when there are enough.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.notes.len() < MOST_PROBLEMS { Ok(()) } else { Err(Stop::Noted) }
    }

    /// Whether it is a part of the input that is being read.
    pub(crate) fn is_inside(&self) -> bool {
        self.depth > 0
    }

    /// How many problems there are.
    pub(crate) fn len(&self) -> usize {
        self.notes.len()
    }

    /// Forgets the problems after so many: they are none.
    pub(crate) fn truncate(&mut self, len: usize) {
        rules::forgot(self.notes.len().saturating_sub(len));
        self.notes.truncate(len);
    }

    /// A struct was not offered a field that it wants. `Again` if that can be mended.
    pub(crate) fn note_missing<R>(
        &mut self,
        visitor: TypeId,
        field: &'static str,
        input: Input<'a>,
    ) -> Result<R, Stop> {
        let variant = self.variant;
        if self.required().learn(visitor, field, variant) {
            self.learned += 1;
            return Err(Stop::Again);
        }
        // No placeholder can be to blame if it is a field of something inside.
        if !matches!(input, Input::Silent)
            && let Some(When::Unknown) = self.fields(visitor).and_then(|fields| fields.when(field))
        {
            self.note_field(Some(field), Fault::MISSING, input)?;
            return Err(Stop::Noted);
        }
        Err(Stop::MissingField(field))
    }

    /// A struct was offered a field a second time. `Again` if it was sent once.
    pub(crate) fn learn_alias(
        &mut self,
        visitor: TypeId,
        field: &'static str,
        input: Input<'a>,
    ) -> Stop {
        let is_new = match self.repeated.take() {
            Some(name) => Aliases::learn(visitor, name, field),
            // It is not missing: it came under another name. Where nobody tells the names of a
            // struct, it is not offered any more.
            None if input.field(field).is_none() => {
                Aliases::want(visitor) || self.required().doubt(visitor, field, None)
            }
            None => false,
        };
        if is_new { Stop::Again } else { Stop::DuplicateField(field) }
    }

    /// Reads what is one step further down, and sees to it that whatever stops the reading
    /// is noted.
    pub(crate) fn visit<R>(
        &mut self,
        place: Option<Place<'a>>,
        input: Input<'a>,
        read: impl FnOnce(Lax<'a, '_>) -> Result<R, Stop>,
    ) -> Result<R, Stop> {
        let noted = self.notes.len();
        let outer = (self.schema, self.choices);
        if let Some(Place { turn, .. }) = &place {
            let around = if let Turn::Choice(_) = turn { self.choices } else { self.schema };
            self.schema = around.and_then(|schema| schema.at(turn));
        }
        self.choices = self.schema;
        self.schema = self.schema.and_then(|schema| match input {
            Input::Json(value) => schema.of(value),
            Input::Param(_) | Input::Text(_) => schema.of(&input.shown().to_value()),
            _ => Some(schema),
        });
        self.union.step(input);
        self.depth += usize::from(place.is_some());
        let result = read(Lax { input, notes: self });
        (self.schema, self.choices) = outer;
        let result = result.or_else(|stop| {
            // What refuses a placeholder is noted already, with the real reason.
            let is_noted = matches!(input, Input::Silent) || self.notes.len() > noted;
            self.note_stop(stop, input, is_noted)
        });
        if let Some(place) = place {
            self.depth -= 1;
            if !self.is_draft() {
                for note in &mut self.notes[noted..] {
                    note.places.push(place.clone());
                }
            }
        }
        result
    }

    fn note_stop<R>(&mut self, stop: Stop, input: Input<'a>, is_noted: bool) -> Result<R, Stop> {
        let (field, fault) = match stop {
            Stop::Again => return Err(Stop::Again),
            Stop::Noted => return Err(Stop::Noted),
            _ if is_noted => return Err(Stop::Noted),
            Stop::MissingField(name) => (Some(name), Fault::MISSING),
            // What is shown is the value.
            Stop::UnknownField if matches!(input, Input::Key(_)) => return Err(stop),
            Stop::UnknownField => {
                (None, Fault::new("extra_forbidden", "Extra inputs are not permitted"))
            }
            Stop::DuplicateField(field) => {
                (None, value_error(format!("duplicate field `{field}`")))
            }
            Stop::Refused(msg) => (None, value_error(msg)),
        };
        self.note_field(field, fault, input)?;
        Err(Stop::Noted)
    }

    /// The problems, each with its `loc` from the source in.
    fn finish(self, source: &str, root: Input<'_>, mut mask: Option<Mask>) -> Vec<Problem> {
        let only = root.only().filter(|_| self.took_only);
        let (mut names, mut inputs) = (Room::new(), Room::new());
        let mut problems = Vec::with_capacity(self.notes.len());
        for note in self.notes.into_iter().take(MOST_PROBLEMS) {
            if !note.fits(&mut names) && !problems.is_empty() {
                break;
            }
            let mut problem = Problem {
                kind: note.fault.kind,
                loc: note.loc(source, only.map(|(name, _)| name)),
                input: mask.as_mut().and_then(|mask| note.shown(only, mask, &mut inputs)),
                msg: note.fault.msg.into_owned(),
                ctx: note.fault.ctx,
            };
            if problem.input.as_ref().is_none_or(|input| input == MASK) {
                union::hide_tag(&mut problem);
            }
            problems.push(problem);
        }
        problems
    }
}

/// What a type says about its value, as a `ValueError` in Pydantic.
fn value_error(msg: String) -> Fault {
    Fault::with_ctx("value_error", format!("Value error, {msg}"), json!({ "error": {} }))
}

impl Note<'_> {
    /// Whether there is room for its `loc`, in which the names are that a client has chosen.
    fn fits(&self, room: &mut Room) -> bool {
        self.places.iter().all(|place| match &place.step {
            Step::Name(name) => room.take(Shown::Text(name)),
            Step::Index(_) => true,
        })
    }

    fn loc(&self, source: &str, only: Option<&str>) -> Vec<Value> {
        let steps = self.places.iter().rev().map(|place| Value::from(&place.step));
        let outer = [Some(source), only].into_iter().flatten().map(Value::from);
        outer.chain(steps).chain(self.field.map(Value::from)).collect()
    }

    /// What was sent, without its secrets, if there is room for it.
    fn shown(&self, only: Option<(&str, &str)>, mask: &mut Mask, room: &mut Room) -> Option<Value> {
        let shown = match (self.input, only) {
            (Input::Params(_), Some((_, text))) => Shown::Text(text),
            (input, _) => input.shown(),
        };
        if !room.take(shown) {
            return None;
        }
        let mut value = shown.to_value();
        let mut way: Vec<_> = self.places.iter().rev().map(|place| &place.turn).collect();
        match self.input {
            // `loc` tells it anyway.
            Input::Key(_) => return Some(value),
            // What it is missing from is shown.
            Input::Missing(_) => drop(way.pop()),
            _ => {}
        }
        mask.hide(&way, &mut value);
        Some(value)
    }
}

/// What the layers and extractors around a reading have said about it.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    pub(crate) hide_input: bool,
    pub(crate) schema: Option<Schema>,
}

impl Around {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        let schema = extensions.get::<Schema>().copied();
        Self { hide_input: HideInput::is_set(extensions), schema }
    }
}

/// Reads a `T` from `input`, or says all that is wrong with it; without what was sent if
/// `HideInput` is around, and in any case without the secrets in it.
pub(crate) fn read<T: DeserializeOwned>(
    source: &str,
    input: Input<'_>,
    around: Around,
) -> Result<T, Rejection> {
    let Around { hide_input, schema } = around;
    let (result, missed_secret) = secret::watch(|| read_or_note(input, schema, false));
    if missed_secret && !hide_input {
        return Err(Rejection::unexpected(
            "a secret is in #[serde(flatten)], in an untagged or in an internally tagged enum, where \
             it cannot be hidden: move it, or put HideInput around the route",
        ));
    }
    result.map_err(|notes| {
        let mask = (!hide_input).then(|| Mask::new(probe::ask::<T>, notes.known()));
        Rejection::Invalid(notes.finish(source, input, mask))
    })
}

/// Reads a `T` from what another deserializer has read, or says what is wrong without quoting it.
pub(crate) fn read_buffered<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let input = Input::Json(value);
    let notes = match rules::aside(|| read_or_note(input, None, true)) {
        Ok(value) => return Ok(value),
        Err(notes) => notes,
    };
    let told = |Problem { loc, msg, .. }: Problem| match &loc[1..] {
        [] => msg,
        loc => format!("{msg} at {}", json!(loc)),
    };
    let problems: Vec<_> = notes.finish("", input, None).into_iter().map(told).collect();
    Err(problems.join("; "))
}

fn read_or_note<T: DeserializeOwned>(
    input: Input<'_>,
    schema: Option<Schema>,
    is_buffered: bool,
) -> Result<T, Box<Notes<'_>>> {
    // At first without what is known of the type: what fits is accepted, even if somebody's own
    // visitor wants a field only sometimes.
    let mut notes = Notes { schema, is_buffered, ..Notes::new(Arc::default()) };
    let mut result = notes.visit(None, input, |lax| T::deserialize(lax));
    if let Err(Stop::Again) = result {
        let known = required::remember::<T>(&notes.required);
        notes.required = known.clone();
        while matches!(result, Err(Stop::Again)) || notes.is_draft() {
            if !matches!(result, Err(Stop::Again)) {
                notes.learned = 0;
            }
            notes = Notes { schema, is_buffered, ..notes.again() };
            result = notes.visit(None, input, |lax| T::deserialize(lax));
        }
        if !Arc::ptr_eq(&known, &notes.required) {
            required::remember::<T>(&notes.required);
        }
    }
    match result {
        Ok(value) if notes.notes.is_empty() => Ok(value),
        _ => Err(notes.into()),
    }
}
