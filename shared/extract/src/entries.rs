//! The fields of a struct, the pairs of a map, the items of a list: one after the other.

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::{iter, vec};

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::aliases::Aliases;
use crate::constraints::Schema;
use crate::flat::Window;
use crate::lax::{Input, Lax};
use crate::notes::{Notes, Stop};
use crate::probe::{Turn, is_buffer};
use crate::refused::Spot;
use crate::union::Exactness;

/// One field, pair or item.
pub(crate) struct Entry<'a> {
    /// The name that serde knows; not used for items of a list.
    pub(crate) key: &'a str,
    pub(crate) step: Step<'a>,
    pub(crate) input: Input<'a>,
}

/// The part of a `loc` that leads to an entry.
#[derive(Clone)]
pub(crate) enum Step<'a> {
    Name(Cow<'a, str>),
    Index(usize),
}

impl From<&Step<'_>> for Value {
    fn from(step: &Step<'_>) -> Self {
        match step {
            Step::Name(name) => name.as_ref().into(),
            Step::Index(index) => (*index).into(),
        }
    }
}

impl<'a> Entry<'a> {
    pub(crate) fn named(name: &'a str, input: Input<'a>) -> Self {
        Self { key: name, step: Step::Name(name.into()), input }
    }

    pub(crate) fn item(index: usize, input: Input<'a>) -> Self {
        Self { key: "", step: Step::Index(index), input }
    }

    /// Whether it is more than the place of a field that was left out.
    pub(crate) fn is_sent(&self) -> bool {
        !matches!(self.input, Input::Missing(_))
    }

    /// Where it is, for another reading of the same request.
    pub(crate) fn spot(&self) -> Option<Spot<'a>> {
        match self.input {
            Input::Missing(shown) => Some(Spot::Missing(shown.address(), self.key)),
            input => input.address().map(Spot::Sent),
        }
    }

    /// What it is called in the request.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.step {
            Step::Name(name) => Some(name),
            Step::Index(_) => None,
        }
    }

    fn named_place(&self) -> Place<'a> {
        Place { step: self.step.clone(), turn: Turn::Name(self.key.into()) }
    }
}

/// Where an entry is: for the client, and in the type that reads it.
#[derive(Clone)]
pub(crate) struct Place<'a> {
    pub(crate) step: Step<'a>,
    pub(crate) turn: Turn<'a>,
}

impl Place<'static> {
    /// Of a step that a `loc` has.
    pub(crate) fn of(step: &Value) -> Self {
        match step.as_u64().map(usize::try_from) {
            Some(Ok(index)) => Self { step: Step::Index(index), turn: Turn::Index(index) },
            _ => {
                let name: Cow<'_, str> = step.as_str().unwrap_or_default().to_owned().into();
                Self { step: Step::Name(name.clone()), turn: Turn::Name(name) }
            }
        }
    }
}

/// Hands the entries to serde.
pub(crate) struct Entries<'a, 'n> {
    rest: iter::Enumerate<vec::IntoIter<Entry<'a>>>,
    /// The entry whose key was handed out and whose value was not.
    current: Option<(usize, Entry<'a>)>,
    visitor: TypeId,
    /// What is made from them.
    whole: TypeId,
    /// A name that is handed out twice, so that serde says what field it is for.
    asked: Option<&'static str>,
    /// The same, once its value is read.
    repeated: Option<&'static str>,
    /// What is to be had when all entries are handed out.
    window: Option<Window>,
    notes: &'n mut Notes<'a>,
}

impl<'a, 'n> Entries<'a, 'n> {
    pub(crate) fn of<'de, V: Visitor<'de>>(
        entries: Vec<Entry<'a>>,
        notes: &'n mut Notes<'a>,
    ) -> Self {
        let rest = entries.into_iter().enumerate();
        let (visitor, whole) = (typeid::of::<V>(), typeid::of::<V::Value>());
        let (asked, repeated, window) = (None, None, None);
        Self { rest, current: None, visitor, whole, asked, repeated, window, notes }
    }

    pub(crate) fn asking(self, asked: Option<&'static str>) -> Self {
        Self { asked, ..self }
    }

    pub(crate) fn before(self, window: Option<Window>) -> Self {
        Self { window, ..self }
    }

    /// The next entry that is not left out.
    fn next(&mut self) -> Result<Option<(usize, Entry<'a>)>, Stop> {
        if let Some(name) = self.repeated.take() {
            self.notes.repeated = Some(name);
            return Ok(Some((0, Entry::named(name, Input::Silent))));
        }
        for (index, entry) in self.rest.by_ref() {
            if !self.notes.is_left_out(&entry)? {
                return Ok(Some((index, entry)));
            }
        }
        Ok(None)
    }

    /// Says how the type reads the entry that a probe goes on with.
    fn answer<'de, S: DeserializeSeed<'de>, const N: usize>(
        &self,
        input: Input<'_>,
        wholes: fn() -> [TypeId; N],
    ) {
        if let Input::Probe(probe) = input {
            let seed = typeid::of::<S>();
            let is_plain = seed == typeid::of::<PhantomData<S::Value>>();
            let reader = (size_of::<S>() == 0).then_some(seed);
            probe.enters(reader, is_plain && wholes().contains(&self.whole));
        }
    }

    /// Finds out whether a field that was not sent is one that the type always wants.
    fn check<'de, S: DeserializeSeed<'de>>(
        &mut self,
        index: usize,
        key: &str,
        input: Input<'_>,
    ) -> Option<Stop> {
        let variant = match input {
            // What is read depends on what came before.
            Input::Missing(_) if index > 0 && size_of::<S>() > 0 => self.notes.variant,
            // It is for something else inside.
            Input::Missing(_) if is_buffer::<S>() => None,
            _ => return None,
        };
        self.notes.required().doubt(self.visitor, key, variant).then_some(Stop::Again)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Stop;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        self.current = self.next()?;
        let Some((_, entry)) = &self.current else {
            if let Some(window) = self.window.take() {
                window.open();
            }
            return Ok(None);
        };
        let (key, place) = (entry.key, entry.named_place());
        if let Input::Missing(_) = entry.input {
            // The name is the type's own, and these are many when a type is learned.
            let schema = self.notes.schema.take();
            let read = seed.deserialize(Lax { input: Input::Key(key), notes: self.notes });
            self.notes.schema = schema;
            return match read {
                Ok(key) => Ok(Some(key)),
                Err(stop) => self.notes.visit(Some(place), entry.input, |_| Err(stop)),
            };
        }
        let keys = self.notes.schema.and_then(Schema::keys);
        // A key is a value too: in a map with integers as keys it can be a wrong one.
        self.notes
            .visit(Some(place), entry.input, |Lax { notes, .. }| {
                notes.schema = keys;
                notes.visit(None, Input::Key(key), |lax| seed.deserialize(lax))
            })
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Stop> {
        let Some((index, entry)) = self.current.take() else {
            return Err(Stop::custom("a value was asked for before its key"));
        };
        if let Some(name) = self.notes.repeated.take() {
            // This type does not mind, so nobody knows; and it gets no value that was not sent.
            let stop = Stop::custom("a field came twice");
            return Err(if Aliases::learn(self.visitor, name, name) { Stop::Again } else { stop });
        }
        self.answer::<S, _>(entry.input, maps_of::<S::Value>);
        if let Some(stop) = self.check::<S>(index, entry.key, entry.input) {
            return Err(stop);
        }
        let noted = self.notes.len();
        let place = entry.named_place();
        let read = self.notes.visit(Some(place), entry.input, |lax| seed.deserialize(lax));
        self.repeated = self.asked.take_if(|asked| read.is_ok() && *asked == entry.key);
        read.map_err(|stop| self.notes.leave_out(noted, entry.spot(), stop))
    }
}

impl<'de> SeqAccess<'de> for Entries<'_, '_> {
    type Error = Stop;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Stop> {
        let Some((index, entry)) = self.next()? else {
            return Ok(None);
        };
        let spot = entry.spot();
        let Entry { step, input, .. } = entry;
        self.answer::<S, _>(input, lists_of::<S::Value>);
        let [_, coerced @ ..] = lists_of::<S::Value>();
        if coerced.contains(&self.whole) {
            self.notes.union.floor(Exactness::Lax);
        }
        let place = Place { step, turn: Turn::Index(index) };
        let noted = self.notes.len();
        let read = self.notes.visit(Some(place), input, |lax| seed.deserialize(lax));
        match read {
            // What is in a tuple is known by its number, so nothing may be left out.
            Err(stop) if lists_of::<S::Value>().contains(&self.whole) => {
                Err(self.notes.leave_out(noted, spot, stop))
            }
            read => read.map(Some),
        }
    }
}

/// The lists of a `T` whose visitors are serde's own. To Pydantic, only the first is a list, and
/// others are made from one.
fn lists_of<T>() -> [TypeId; 6] {
    [
        typeid::of::<Vec<T>>(),
        typeid::of::<VecDeque<T>>(),
        typeid::of::<LinkedList<T>>(),
        typeid::of::<BinaryHeap<T>>(),
        typeid::of::<BTreeSet<T>>(),
        typeid::of::<HashSet<T>>(),
    ]
}

/// The maps to a `T` whose visitors are serde's own, with the usual keys.
fn maps_of<T>() -> [TypeId; 15] {
    macro_rules! maps {
        ($($key:ty)*) => {
            [
                typeid::of::<serde_json::Map<String, Value>>(),
                $(typeid::of::<BTreeMap<$key, T>>(), typeid::of::<HashMap<$key, T>>(),)*
            ]
        };
    }
    maps!(String Box<str> i32 i64 u32 u64 usize)
}
