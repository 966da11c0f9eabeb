//! Values that no type could be made from, and that are left out when a request is read again.
//!
//! A type that refuses its value, such as one with `#[serde(try_from = "…")]`, has no placeholder,
//! so its error ends the reading of what it is in, and of all around that. So the place is
//! remembered, and the next reading leaves it out, to see what comes after. The same goes for a
//! field that was not sent, if its type refuses every placeholder.

use std::collections::HashMap;

use crate::notes::Note;

/// How many values may be left out. Each costs another reading of the request.
const MOST: usize = 16;

/// Where something is that was refused, for a second reading to know it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Spot<'a> {
    /// A value, by its address.
    Sent(usize),
    /// The field of this name, which is missing from the value at this address.
    Missing(usize, &'a str),
}

/// What was noted of each of these.
#[derive(Default)]
pub(crate) struct Refused<'a>(HashMap<Spot<'a>, Vec<Note<'a>>>);

impl<'a> Refused<'a> {
    /// Remembers what was noted there. Whether there was room for it.
    pub(crate) fn add(&mut self, spot: Spot<'a>, notes: &[Note<'a>]) -> bool {
        let has_room = self.0.len() < MOST;
        if has_room {
            self.0.insert(spot, notes.to_vec());
        }
        has_room
    }

    pub(crate) fn notes_of(&self, spot: Spot<'a>) -> Option<&[Note<'a>]> {
        self.0.get(&spot).map(Vec::as_slice)
    }
}
