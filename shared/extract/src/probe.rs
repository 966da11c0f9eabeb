//! Asks a type what it reads at a place, whatever a client has sent.
//!
//! Only a type itself knows which of its fields are secret, and it tells when it is about to
//! read one. A reading of a request may end before that. So when a problem is to be reported,
//! `T` is read again from a [`Probe`], which offers nothing but the one way to the place, and
//! ends the reading as soon as the type asks for what is there. Fields beside the way, of which
//! one could refuse its value, are not offered, so they cannot be in it.

use std::borrow::Cow;
use std::cell::Cell;
use std::{iter, mem};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::entries::Entry;
use crate::lax::{Input, Lax};
use crate::notes::{Notes, Required, Stop};

/// One step of a way into a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Turn<'a> {
    /// A field, a key of a map, a variant of an enum; by the name that serde knows.
    Name(Cow<'a, str>),
    /// An item of a list or a tuple.
    Index(usize),
    /// The content of an adjacently tagged enum (`tag = "t", content = "c"`), whose type
    /// depends on the field before it.
    Content { tag: &'static str, variant: Value, name: &'static str },
}

impl Turn<'_> {
    pub(crate) fn to_owned(&self) -> Turn<'static> {
        match self {
            Self::Name(name) => Turn::Name(name.clone().into_owned().into()),
            Self::Index(index) => Turn::Index(*index),
            Self::Content { tag, variant, name } => {
                Turn::Content { tag, variant: variant.clone(), name }
            }
        }
    }
}

/// A way into a type, from the outside in.
pub(crate) type Way = Vec<Turn<'static>>;

/// What a type reads at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Node {
    Secret,
    /// A struct.
    Fields(Names),
    /// An enum.
    Variants(Names),
    /// Anything else that has names. If all its values are alike, any name leads to their type.
    Map {
        are_alike: bool,
    },
    List {
        are_alike: bool,
    },
    Tuple(usize),
    /// Whatever is there.
    Any,
    /// Whatever is there, to look at it later. What serde buffers is in the end read by a type,
    /// but not from our deserializer, so that no secret can be in it: see `Secret`.
    Buffer,
    /// A number, a string and the like.
    Leaf,
}

/// The names that a struct or an enum knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Names {
    pub(crate) all: &'static [&'static str],
    /// Its visitor, which stands for the type.
    pub(crate) visitor: &'static str,
}

impl Names {
    pub(crate) fn find(self, name: &str) -> Option<&'static str> {
        self.all.iter().copied().find(|known| *known == name)
    }
}

/// An input that is nothing but a way.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'a> {
    way: &'a [Turn<'static>],
    found: &'a Cell<Option<Node>>,
}

impl<'a> Probe<'a> {
    /// Ends the reading: this is what the type reads here.
    pub(crate) fn found<R>(self, node: Node) -> Result<R, Stop> {
        // Said here too, because a type may swallow the error.
        self.found.set(Some(node));
        Err(Stop::Noted)
    }

    pub(crate) fn next(self) -> Option<&'a Turn<'static>> {
        self.way.first()
    }

    /// The one entry that the way goes on with, and what must come before it.
    pub(crate) fn entries(self) -> Vec<Entry<'a>> {
        let Some((turn, way)) = self.way.split_first() else {
            return Vec::new();
        };
        let rest = Input::Probe(Self { way, ..self });
        match turn {
            Turn::Name(name) => vec![Entry::named(name, rest)],
            Turn::Content { tag, variant, name } => {
                vec![Entry::named(tag, Input::Json(variant)), Entry::named(name, rest)]
            }
            Turn::Index(index) => {
                let before = (0..*index).map(|index| Entry::item(index, Input::Silent));
                before.chain(iter::once(Entry::item(*index, rest))).collect()
            }
        }
    }
}

/// Asks some type.
pub(crate) type Ask = fn(&[Turn<'static>], &mut Required) -> Option<Node>;

/// Asks a `T` what it reads at the end of this way. `None` if its reading does not come there.
pub(crate) fn ask<T: DeserializeOwned>(
    way: &[Turn<'static>],
    required: &mut Required,
) -> Option<Node> {
    loop {
        let found = Cell::new(None);
        let mut notes = Notes::new(mem::take(required));
        let input = Input::Probe(Probe { way, found: &found });
        let read = T::deserialize(Lax { input, notes: &mut notes });
        *required = notes.required;
        match (found.get(), read) {
            (None, Err(Stop::Again)) => {}
            (node, _) => return node,
        }
    }
}
