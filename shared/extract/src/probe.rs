//! Asks a type what it reads at a place, whatever a client has sent.
//!
//! Only a type itself knows which of its fields are secret, and it tells when it is about to
//! read one. A reading of a request may end before that. So when a problem is to be reported,
//! `T` is read again from a [`Probe`], which offers nothing but the one way to the place, and
//! ends the reading as soon as the type asks for what is there. Fields beside the way, of which
//! one could refuse its value, are not offered, so they cannot be in it.

use std::any::TypeId;
use std::borrow::Cow;
use std::cell::Cell;
use std::iter;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::entries::Entry;
use crate::lax::{Input, Lax};
use crate::notes::{Notes, Stop};
use crate::required::Required;
use crate::spy;
#[cfg(feature = "multipart")]
use crate::upload::Wanted;

/// One step of a way into a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Turn<'a> {
    /// A field, a key of a map, a variant of an enum; by the name that serde knows.
    Name(Cow<'a, str>),
    /// An item of a list or a tuple.
    Index(usize),
    /// A candidate of a union.
    Choice(usize),
    /// The content of an adjacently tagged enum (`tag = "t", content = "c"`), whose type
    /// depends on the field before it.
    Content { tag: &'static str, variant: &'static str, name: &'static str },
}

impl Turn<'_> {
    pub(crate) fn to_owned(&self) -> Turn<'static> {
        match self {
            Self::Name(name) => Turn::Name(name.clone().into_owned().into()),
            Self::Index(index) => Turn::Index(*index),
            Self::Choice(index) => Turn::Choice(*index),
            Self::Content { tag, variant, name } => Turn::Content { tag, variant, name },
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
    /// One of several candidates, each with its label; and the field that names one.
    Union {
        names: Names,
        tag: Option<&'static str>,
    },
    /// Anything else that has names.
    Map,
    List,
    Tuple(usize),
    #[cfg(feature = "multipart")]
    File(Wanted),
    /// Whatever is there.
    Any,
    /// Whatever is there, to look at it later. What serde buffers is in the end read by a type,
    /// but not from our deserializer, so that no secret can be in it: see `Secret`.
    Buffer,
    /// A number, a string and the like.
    Leaf,
}

/// The names that a struct, an enum or a union knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Names {
    pub(crate) all: &'static [&'static str],
    /// Its visitor, which stands for the type.
    pub(crate) visitor: TypeId,
}

impl Names {
    pub(crate) fn find(self, name: &str) -> Option<&'static str> {
        self.all.iter().copied().find(|known| *known == name)
    }
}

/// What a type says when it is asked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Answer {
    /// `None` if its reading does not come there.
    pub(crate) node: Option<Node>,
    /// What reads the last step of the way: two entries of a list or a map that are read by the
    /// same type of seed are read in the same way, if it holds no state.
    pub(crate) reader: Option<TypeId>,
    /// Whether all the other entries are read in this way: what is made of them is a collection
    /// of one type.
    pub(crate) stands_for_all: bool,
}

/// An input that is nothing but a way.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'a> {
    way: &'a [Turn<'static>],
    answer: &'a Cell<Answer>,
}

impl<'a> Probe<'a> {
    /// Ends the reading: this is what the type reads here.
    pub(crate) fn found<R>(self, node: Node) -> Result<R, Stop> {
        // Said here too, because a type may swallow the error.
        self.answer.set(Answer { node: Some(node), ..self.answer.get() });
        Err(Stop::Noted)
    }

    /// The type goes one step further on the way.
    pub(crate) fn enters(self, reader: Option<TypeId>, stands_for_all: bool) {
        self.answer.set(Answer { reader, stands_for_all, ..self.answer.get() });
    }

    pub(crate) fn next(self) -> Option<&'a Turn<'static>> {
        self.way.first()
    }

    /// The candidate that the way goes on with, and what is behind.
    pub(crate) fn choice(self) -> Option<(usize, Input<'a>)> {
        let (Turn::Choice(index), way) = self.way.split_first()? else {
            return None;
        };
        self.enters(None, false);
        Some((*index, Input::Probe(Self { way, ..self })))
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
                vec![Entry::named(tag, Input::Text(variant)), Entry::named(name, rest)]
            }
            Turn::Index(index) => {
                let before = (0..*index).map(|index| Entry::item(index, Input::Silent));
                before.chain(iter::once(Entry::item(*index, rest))).collect()
            }
            Turn::Choice(_) => Vec::new(),
        }
    }
}

/// Asks some type.
pub(crate) type Ask = fn(&[Turn<'static>], &mut Arc<Required>) -> Answer;

/// Asks a `T` what it reads at the end of this way.
pub(crate) fn ask<T: DeserializeOwned>(
    way: &[Turn<'static>],
    required: &mut Arc<Required>,
) -> Answer {
    loop {
        let answer = Cell::default();
        let mut notes = Notes::new(required.clone());
        let input = Input::Probe(Probe { way, answer: &answer });
        let read = T::deserialize(Lax { input, notes: &mut notes });
        *required = notes.known();
        match (answer.get(), read) {
            (Answer { node: None, .. }, Err(Stop::Again)) => {}
            // It has not come to the last step.
            (Answer { node: None, .. }, _) => return Answer::default(),
            (answer, _) => return answer,
        }
    }
}

/// Whether this visitor reads a value into a buffer, a `serde_json::Value` or the one that serde
/// has for `#[serde(flatten)]` and the like; or is the one that serde reads no content with.
pub(crate) fn is_buffer<V>() -> bool {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Unit,
    }
    #[derive(Deserialize)]
    #[serde(tag = "t", content = "c")]
    enum Tagged {
        Unit,
    }
    static BUFFERS: LazyLock<[Option<TypeId>; 3]> = LazyLock::new(|| {
        let of_content = spy::visitor_of_second::<Tagged>("Unit");
        [spy::visitor_of::<Value>(), spy::visitor_of::<Untagged>(), of_content]
    });
    BUFFERS.contains(&Some(typeid::of::<V>()))
}
