//! Enums that are one of several types: Pydantic's unions.
//!
//! serde's derive reads the candidates from a buffer, in which nothing is coerced and secrets
//! are lost. Here each candidate reads the input itself: what [`union!`](crate::union!) writes asks
//! for a newtype with a name that only the lax deserializer knows, and that one answers with a
//! list, whose every item is another attempt at the same input.

use std::any::TypeId;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor,
};
use serde_json::{Value, json};

use crate::entries::{Place, Step};
use crate::lax::{Input, Lax};
use crate::notes::{Fault, Stop, read_buffered};
use crate::probe::{Names, Node, Turn};
use crate::rejection::Problem;

/// The name by which this crate's deserializer knows a union; to any other one it is a newtype.
pub(crate) const NAME: &str = "fastapi_extract::Union";

/// How often a value is read by one candidate with all that is in it. Unions in unions multiply,
/// and a request that is made for it could keep a server busy for years.
const MOST_READINGS: usize = 100;

/// Reads an enum of which each variant holds one type: FastAPI's `Cat | Dog`.
///
/// Each candidate is read with coercion, and all of its problems are reported, below its label:
/// `["body", "shape", "Circle", "radius"]`. The label is the name of the variant unless you give
/// one. Pydantic's are the names of models, and for other types `int`, `float`, `str`, `bool`,
/// `list[int]` and so on:
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, Serialize)]
/// struct Circle {
///     radius: f64,
/// }
///
/// #[derive(Deserialize, Serialize)]
/// struct Square {
///     side: f64,
/// }
///
/// #[derive(Serialize)] // but not Deserialize: the macro writes that
/// #[serde(untagged)]
/// enum Shape {
///     Circle(Circle),
///     Square(Square),
///     Sides(i64),
/// }
///
/// fastapi_extract::union!(Shape { Circle, Square, Sides = "int" });
///
/// let shape: Shape = serde_json::from_str(r#"{"side":"1.5"}"#)?;
/// assert!(matches!(shape, Shape::Square(square) if square.side == 1.5));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// If several candidates fit, the best one wins, as in Pydantic's [smart mode]: of structs the one
/// of which more fields were sent; then the one to which less was coerced (`"5"` is rather a
/// `String` than an `i64`); then the first.
///
/// A tag makes it a [discriminated union]. Only the candidate whose label the tag names is read.
/// It need not have a field for the tag, and may have `#[serde(deny_unknown_fields)]`:
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// #[derive(Deserialize, Serialize)]
/// struct Cat {
///     lives: i64,
/// }
///
/// #[derive(Deserialize, Serialize)]
/// struct Dog {
///     name: String,
/// }
///
/// #[derive(Serialize)]
/// #[serde(tag = "pet_type", rename_all = "lowercase")]
/// enum Pet {
///     Cat(Cat),
///     Dog(Dog),
/// }
///
/// fastapi_extract::union!(Pet, tag = "pet_type" { Cat = "cat", Dog = "dog" });
///
/// let pet: Pet = serde_json::from_str(r#"{"pet_type":"cat","lives":"9"}"#)?;
/// assert_eq!(serde_json::to_string(&pet)?, r#"{"pet_type":"cat","lives":9}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// The enum may be anywhere: in lists, in an `Option`, in another union. Other deserializers than
/// this crate's read it too, and coerce. A [`Secret`](crate::Secret) in one candidate is hidden in
/// the problems of all, and a value that could be that candidate, but has not its shape, is hidden
/// as a whole. The enum has no generics, and its types borrow nothing from the request.
///
/// In `Checked`, each candidate obeys the constraints of the variant at the same place in the enum, so
/// list them in the order of the enum.
///
/// [smart mode]: https://docs.pydantic.dev/latest/concepts/unions/#smart-mode
/// [discriminated union]: https://docs.pydantic.dev/latest/concepts/unions/#discriminated-unions
#[macro_export]
macro_rules! union {
    ($union:ident { $($variants:tt)+ }) => {
        $crate::union!(@ $union, ::core::option::Option::None, $($variants)+);
    };
    ($union:ident, tag = $tag:literal { $($variants:tt)+ }) => {
        $crate::union!(@ $union, ::core::option::Option::Some($tag), $($variants)+);
    };
    (@ $union:ident, $tag:expr, $($variant:ident $(= $label:literal)?),+ $(,)?) => {
        const _: () = {
            // Counts the variants.
            enum __Index { $($variant),+ }

            // What is not listed would never be read.
            const _: fn(&$union) = |union| match union { $($union::$variant(_) => (),)+ };

            #[automatically_derived]
            impl $crate::__private::Union for $union {
                const TAG: ::core::option::Option<&'static str> = $tag;
                const LABELS: &'static [&'static str] =
                    &[$($crate::union!(@label $variant $($label)?)),+];

                fn candidate<'de, D: $crate::__private::Deserializer<'de>>(
                    index: usize,
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    $(if index == __Index::$variant as usize {
                        return $crate::__private::Deserialize::deserialize(deserializer)
                            .map($union::$variant);
                    })+
                    ::core::unreachable!()
                }
            }

            #[automatically_derived]
            impl<'de> $crate::__private::Deserialize<'de> for $union {
                fn deserialize<D: $crate::__private::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    $crate::__private::deserialize_union(deserializer)
                }
            }
        };
    };
    (@label $variant:ident) => { ::core::stringify!($variant) };
    (@label $variant:ident $label:literal) => { $label };
}

/// What [`union!`](crate::union!) says of an enum.
pub trait Union: DeserializeOwned {
    /// The field that names the candidate.
    const TAG: Option<&'static str>;
    /// The labels of the candidates, in the order in which they are tried.
    const LABELS: &'static [&'static str];

    /// Reads one of the candidates.
    fn candidate<'de, D: Deserializer<'de>>(index: usize, from: D) -> Result<Self, D::Error>;
}

/// Reads a union.
pub fn deserialize<'de, U: Union, D: Deserializer<'de>>(from: D) -> Result<U, D::Error> {
    ASKED.set(Some(Candidates { tag: U::TAG, labels: U::LABELS }));
    from.deserialize_newtype_struct(NAME, Best(PhantomData))
}

/// What the candidates of a union are.
#[derive(Clone, Copy)]
pub(crate) struct Candidates {
    tag: Option<&'static str>,
    labels: &'static [&'static str],
}

thread_local! {
    /// The union that the lax deserializer is about to be asked for.
    static ASKED: Cell<Option<Candidates>> = const { Cell::new(None) };
}

/// Keeps the best of what a list of attempts makes.
struct Best<U>(PhantomData<U>);

impl<'de, U: Union> Visitor<'de> for Best<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {:?}", U::LABELS)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut attempts: A) -> Result<U, A::Error> {
        let mut best = None;
        let count = U::LABELS.len();
        // Where none fits, the second round is for a placeholder.
        for index in (0..count).chain(0..count) {
            if let Some(better) = attempts.next_element_seed(Candidate::<U>(index, PhantomData))? {
                best = Some(better);
            }
        }
        best.ok_or_else(|| A::Error::custom("none of the candidates fits"))
    }

    /// From any other deserializer.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<U, D::Error> {
        let value = Value::deserialize(from)?;
        read_buffered(&value).map_err(D::Error::custom)
    }
}

struct Candidate<U>(usize, PhantomData<U>);

impl<'de, U: Union> DeserializeSeed<'de> for Candidate<U> {
    type Value = U;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<U, D::Error> {
        U::candidate(self.0, from)
    }
}

/// How well an input fits what was read from it, by Pydantic's measure.
#[derive(Clone, Copy)]
pub(crate) struct Fit {
    exactness: Exactness,
    /// How many fields of structs were sent; `None` if no struct was read.
    fields: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exactness {
    /// It was coerced.
    Lax,
    /// Pydantic's strict mode would take it: an integer for a float, an object for a struct.
    Strict,
    Exact,
}

impl Fit {
    const EXACT: Self = Self { exactness: Exactness::Exact, fields: None };

    fn add(&mut self, inner: Self) {
        self.exactness = self.exactness.min(inner.exactness);
        self.add_fields(inner.fields);
    }

    fn add_fields(&mut self, count: Option<usize>) {
        if let Some(count) = count {
            *self.fields.get_or_insert(0) += count;
        }
    }

    fn is_better_than(self, other: Self) -> bool {
        match (self.fields, other.fields) {
            (Some(count), Some(others)) if count != others => count > others,
            _ => self.exactness > other.exactness,
        }
    }

    /// Whether none can be better.
    fn is_perfect(self) -> bool {
        self.exactness == Exactness::Exact && self.fields.is_none()
    }
}

/// What is known to be in an object besides the fields of the struct that is about to be read.
#[derive(Clone, Copy, Default)]
pub(crate) enum Beside {
    #[default]
    Nothing,
    /// The tag of its union.
    Tag(&'static str),
    /// The fields of the struct that it is flattened into.
    Others,
}

/// What a reading remembers for the unions in it.
pub(crate) struct State {
    fit: Fit,
    pub(crate) beside: Beside,
    /// How much may be read before the outermost union that is being read gives up.
    steps_left: Option<usize>,
    /// The unions for which a placeholder is being made.
    placeholders: Vec<TypeId>,
    /// Whether what is read now may be read by another candidate.
    pub(crate) is_choosing: bool,
}

impl State {
    pub(crate) const NEW: Self = Self {
        fit: Fit::EXACT,
        beside: Beside::Nothing,
        steps_left: None,
        placeholders: Vec::new(),
        is_choosing: false,
    };

    /// Says that what is read is not more exact than this.
    pub(crate) fn floor(&mut self, exactness: Exactness) {
        self.fit.exactness = self.fit.exactness.min(exactness);
    }

    /// Says that a struct is read, of which so many fields were sent.
    pub(crate) fn enter_struct(&mut self, count: usize) {
        self.floor(Exactness::Strict);
        self.fit.add_fields(Some(count));
    }

    /// Says that the reading goes one step down.
    pub(crate) fn step(&mut self, input: Input<'_>) {
        self.beside = Beside::Nothing;
        if let (Input::Json(_), Some(left)) = (input, &mut self.steps_left) {
            *left = left.saturating_sub(1);
        }
    }
}

/// Reads a union for the lax deserializer.
pub(crate) fn read<'de, V: Visitor<'de>>(
    mut lax: Lax<'_, '_>,
    visitor: V,
) -> Result<V::Value, Stop> {
    let Some(candidates) = ASKED.take() else {
        return visitor.visit_newtype_struct(lax);
    };
    let id = typeid::of::<V>();
    if let Input::Probe(probe) = lax.input {
        let Some((index, input)) = probe.choice() else {
            let names = Names { all: candidates.labels, visitor: id };
            return probe.found(Node::Union { names, tag: candidates.tag });
        };
        return visitor.visit_seq(Probed { lax: Some(Lax { input, ..lax }), before: index });
    }
    lax.expect_something()?;
    let chosen = match candidates.tag {
        Some(tag) => candidates.choose(tag, &mut lax)?,
        None => Chosen::Any,
    };
    visitor.visit_seq(Attempts::new(lax, candidates, chosen, id))
}

/// Which candidates are read.
#[derive(Clone, Copy, PartialEq)]
enum Chosen {
    Any,
    One(usize),
    None,
}

impl Candidates {
    /// Reads the tag.
    fn choose(self, tag: &'static str, lax: &mut Lax<'_, '_>) -> Result<Chosen, Stop> {
        if let Input::Silent = lax.input {
            return Ok(Chosen::None);
        }
        let fault = if !lax.input.has_names() {
            Fault::NO_MODEL
        } else if let Some(entry) = lax.input.field(tag) {
            let sent = entry.input.shown().to_value();
            match self.labels.iter().position(|label| sent.as_str() == Some(label)) {
                Some(index) => return Ok(Chosen::One(index)),
                None => self.no_label(tag, &sent),
            }
        } else {
            let msg = format!("Unable to extract tag using discriminator '{tag}'");
            let ctx = json!({ "discriminator": format!("'{tag}'") });
            Fault::with_ctx("union_tag_not_found", msg, ctx)
        };
        lax.notes.note(fault, lax.input)?;
        Ok(Chosen::None)
    }

    fn no_label(self, tag: &str, sent: &Value) -> Fault {
        let quoted: Vec<_> = self.labels.iter().map(|label| format!("'{label}'")).collect();
        let (sent, expected) = (spoken(sent), quoted.join(", "));
        let msg = format!(
            "Input tag '{sent}' found using '{tag}' does not match any of the expected tags: {expected}"
        );
        let discriminator = format!("'{tag}'");
        let ctx = json!({ "discriminator": discriminator, "tag": sent, "expected_tags": expected });
        Fault::with_ctx(TAG_INVALID, msg, ctx)
    }
}

const TAG_INVALID: &str = "union_tag_invalid";

/// A tag in Python's words; but what is inside of lists and objects could be secret.
fn spoken(tag: &Value) -> String {
    match tag {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) => "[...]".to_owned(),
        Value::Object(_) => "{...}".to_owned(),
    }
}

/// Takes what was sent out of the words of a problem that does not show its input.
pub(crate) fn hide_tag(problem: &mut Problem) {
    if problem.kind == TAG_INVALID
        && let Some(Value::Object(ctx)) = &mut problem.ctx
        && let Some(Value::String(tag)) = ctx.remove("tag")
    {
        problem.msg = problem.msg.replacen(&format!(" '{tag}'"), "", 1);
    }
}

/// Leads a probe to its candidate.
struct Probed<'a, 'n> {
    lax: Option<Lax<'a, 'n>>,
    /// How many candidates are before it.
    before: usize,
}

impl<'de> SeqAccess<'de> for Probed<'_, '_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        if let Some(before) = self.before.checked_sub(1) {
            self.before = before;
            return Ok(None);
        }
        self.lax.take().map(|lax| seed.deserialize(lax)).transpose()
    }
}

/// Offers the same input to each candidate, and hands out what is better than all before.
struct Attempts<'a, 'n> {
    lax: Lax<'a, 'n>,
    candidates: Candidates,
    chosen: Chosen,
    id: TypeId,
    beside: Beside,
    /// How many candidates have been offered something.
    count: usize,
    /// How much was noted before.
    noted: usize,
    /// How well the rest fits.
    around: Fit,
    best: Option<Fit>,
    is_outermost: bool,
}

impl<'a, 'n> Attempts<'a, 'n> {
    fn new(lax: Lax<'a, 'n>, candidates: Candidates, chosen: Chosen, id: TypeId) -> Self {
        let (noted, around) = (lax.notes.len(), lax.notes.union.fit);
        let steps_left = &mut lax.notes.union.steps_left;
        let is_outermost = steps_left.is_none() && chosen == Chosen::Any;
        if let (true, Input::Json(value)) = (is_outermost, lax.input) {
            *steps_left = Some(MOST_READINGS * candidates.labels.len() * size(value));
        }
        let beside = match (mem::take(&mut lax.notes.union.beside), candidates.tag) {
            (Beside::Others, _) => Beside::Others,
            (_, Some(tag)) => Beside::Tag(tag),
            (around, None) => around,
        };
        Self {
            lax,
            candidates,
            chosen,
            id,
            beside,
            count: 0,
            noted,
            around,
            best: None,
            is_outermost,
        }
    }

    fn is_tried(&self, index: usize) -> bool {
        let is_chosen = self.chosen == Chosen::Any || self.chosen == Chosen::One(index);
        is_chosen
            && !matches!(self.lax.input, Input::Silent)
            && self.lax.notes.union.steps_left != Some(0)
            && !self.best.is_some_and(Fit::is_perfect)
    }

    fn attempt<'de, S: DeserializeSeed<'de>>(
        &mut self,
        index: usize,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let step = Step::Name(self.candidates.labels[index].into());
        let place = Place { step, turn: Turn::Choice(index) };
        let (tag, beside) = (self.candidates.tag, self.beside);
        let notes = &mut *self.lax.notes;
        let noted = notes.len();
        notes.union.fit = Fit::EXACT;
        // To Pydantic the tag is a field.
        notes.union.fit.add_fields(tag.map(|_| 1));
        let is_choosing = notes.union.is_choosing;
        notes.union.is_choosing |= self.chosen == Chosen::Any;
        let result = notes.visit(Some(place), self.lax.input, |lax| {
            lax.notes.union.beside = beside;
            seed.deserialize(lax)
        });
        notes.union.is_choosing = is_choosing;
        let fit = notes.union.fit;
        match result {
            Err(Stop::Again) => Err(Stop::Again),
            Ok(value)
                if notes.len() == noted
                    && self.best.is_none_or(|best| fit.is_better_than(best)) =>
            {
                self.best = Some(fit);
                Ok(Some(value))
            }
            _ => Ok(None),
        }
    }

    /// Decides what remains noted when all candidates were offered the input.
    fn judge(&mut self) -> Result<(), Stop> {
        let Lax { input, notes } = &mut self.lax;
        notes.union.fit = self.around;
        if let Some(best) = self.best {
            notes.union.fit.add(best);
            notes.truncate(self.noted);
        }
        if self.is_outermost && notes.union.steps_left.take() == Some(0) {
            notes.truncate(self.noted);
            let msg = "Value error, there are too many ways to read this";
            let fault = Fault::with_ctx("value_error", msg.to_owned(), json!({ "error": {} }));
            notes.note(fault, *input)?;
        }
        *input = Input::Silent;
        notes.check()
    }

    /// Where no candidate fits, what comes after it is read all the same.
    fn placeholder<'de, S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let notes = &mut *self.lax.notes;
        // A union inside itself has another candidate, without it.
        if self.best.is_some() || notes.union.placeholders.contains(&self.id) {
            return Ok(None);
        }
        notes.union.placeholders.push(self.id);
        let result = notes.visit(None, Input::Silent, |lax| seed.deserialize(lax));
        notes.union.placeholders.pop();
        match result {
            Err(Stop::Again) => Err(Stop::Again),
            Ok(value) => {
                self.best = Some(Fit::EXACT);
                Ok(Some(value))
            }
            Err(_) => Ok(None),
        }
    }
}

impl<'de> SeqAccess<'de> for Attempts<'_, '_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let (index, all) = (self.count, self.candidates.labels.len());
        self.count += 1;
        if index < all {
            return if self.is_tried(index) { self.attempt(index, seed) } else { Ok(None) };
        }
        if index == all {
            self.judge()?;
        }
        self.placeholder(seed)
    }
}

/// How many values there are.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(object) => 1 + object.values().map(size).sum::<usize>(),
        _ => 1,
    }
}
