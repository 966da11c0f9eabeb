//! What a type reads, asked before anything is read.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::lax::Input;
use crate::notes::{Around, read};
use crate::probe::{self, Answer, Node, Turn, Way};
use crate::shown::Shown;
#[cfg(feature = "multipart")]
use crate::upload::{Arriving, Wanted};

/// How many unions may be candidates of one another, which could go on for ever.
const DEEPEST: usize = 3;

/// How many values a type reads under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Count {
    /// It does not know the name, or takes any name.
    Unknown,
    One,
    Many,
}

/// What a type may be read as: itself, or each candidate of a union.
#[derive(Default)]
struct Kinds {
    /// Where it is asked for, and what it is.
    all: Vec<(Way, Option<Node>)>,
    /// The fields that name a candidate.
    tags: Vec<&'static str>,
}

impl Kinds {
    fn of<T: DeserializeOwned>() -> Self {
        let mut this = Self::default();
        this.add::<T>(Way::new());
        this
    }

    fn add<T: DeserializeOwned>(&mut self, way: Way) {
        match ask::<T>(&way).node {
            Some(Node::Union { names, tag }) if way.len() < DEEPEST => {
                self.tags.extend(tag);
                for index in 0..names.all.len() {
                    self.add::<T>([&way[..], &[Turn::Choice(index)]].concat());
                }
            }
            node => self.all.push((way, node)),
        }
    }
}

/// The most that any candidate reads.
pub(crate) fn count<T: DeserializeOwned>(name: &str) -> Count {
    let kinds = Kinds::of::<T>().all.into_iter();
    kinds.map(|(way, kind)| count_of::<T>(way, kind, name)).max().unwrap_or(Count::Unknown)
}

fn count_of<T: DeserializeOwned>(mut way: Way, kind: Option<Node>, name: &str) -> Count {
    // A client may send a thousand names that no candidate knows.
    if matches!(kind, Some(Node::Fields(names)) if names.find(name).is_none()) {
        return Count::Unknown;
    }
    way.push(field(name));
    let Answer { node, stands_for_all, .. } = ask::<T>(&way);
    let is_known = match kind {
        Some(Node::Fields(_)) => true,
        // A struct with a flattened one in it.
        Some(Node::Map) => !stands_for_all,
        _ => false,
    };
    match node {
        _ if !is_known => Count::Unknown,
        Some(Node::List | Node::Tuple(_)) => Count::Many,
        _ => Count::One,
    }
}

/// The names of the fields, if `T` is a struct, a union of such, or an `Option` of that.
pub(crate) fn names<T: DeserializeOwned>() -> Option<Vec<&'static str>> {
    let Kinds { all, tags: mut names } = Kinds::of::<T>();
    for (_, kind) in all {
        match kind {
            Some(Node::Fields(fields)) => names.extend(fields.all),
            _ => return None,
        }
    }
    Some(names)
}

/// Whether `T` is content with nothing.
pub(crate) fn may_be_left_out<T: DeserializeOwned>() -> bool {
    let around = Around { hide_input: true, schema: None };
    read::<T>("", Input::Missing(Shown::NOTHING), around).is_ok()
}

/// Where a file goes that was sent under this name.
#[cfg(feature = "multipart")]
pub(crate) fn keep<T: DeserializeOwned>(name: &str) -> Arriving {
    let node = match ask::<T>(&[field(name)]).node {
        Some(Node::List | Node::Tuple(_)) => ask::<T>(&[field(name), Turn::Index(0)]).node,
        node => node,
    };
    match node {
        Some(Node::File(Wanted::File)) => Arriving::Small(Vec::new()),
        Some(Node::File(Wanted::Bytes)) => Arriving::InMemory(Vec::new()),
        _ => Arriving::Nowhere,
    }
}

fn field(name: &str) -> Turn<'static> {
    Turn::Name(name.to_owned().into())
}

fn ask<T: DeserializeOwned>(way: &[Turn<'static>]) -> Answer {
    probe::ask::<T>(way, &mut Arc::default())
}
