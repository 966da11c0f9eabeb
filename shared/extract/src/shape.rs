//! What a type reads, asked before anything is read.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::lax::Input;
use crate::notes::{Around, read};
use crate::probe::{self, Answer, Node, Turn};
use crate::shown::Shown;
#[cfg(feature = "multipart")]
use crate::upload::{Arriving, Wanted};

/// How many values a type reads under one name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Count {
    One,
    Many,
    /// It does not know the name, or takes any name.
    Unknown,
}

pub(crate) fn count<T: DeserializeOwned>(name: &str) -> Count {
    let Answer { node, stands_for_all, .. } = ask::<T>(&[field(name)]);
    let is_known = match ask::<T>(&[]).node {
        Some(Node::Fields(names)) => names.find(name).is_some(),
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

/// The names of the fields, if `T` is a struct or an `Option` of one.
pub(crate) fn names<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    match ask::<T>(&[]).node {
        Some(Node::Fields(names)) => Some(names.all),
        _ => None,
    }
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
