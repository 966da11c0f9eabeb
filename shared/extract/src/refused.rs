//! Values that no type could be made from, and that are left out when a request is read again.
//!
//! A type that refuses its value, such as one with `#[serde(try_from = "…")]`, has no placeholder,
//! so its error ends the reading of what it is in, and of all around that. So the value is
//! remembered by its address, and the next reading leaves it out, to see what comes after.

use std::collections::HashMap;

use crate::notes::Note;

/// How many values may be left out. Each costs another reading of the request.
const MOST: usize = 16;

/// What was noted of each of these values.
#[derive(Default)]
pub(crate) struct Refused<'a>(HashMap<usize, Vec<Note<'a>>>);

impl<'a> Refused<'a> {
    /// Remembers what was noted of a value. Whether there was room for it.
    pub(crate) fn add(&mut self, address: usize, notes: &[Note<'a>]) -> bool {
        let has_room = self.0.len() < MOST;
        if has_room {
            self.0.insert(address, notes.to_vec());
        }
        has_room
    }

    pub(crate) fn notes_of(&self, address: usize) -> Option<&[Note<'a>]> {
        self.0.get(&address).map(Vec::as_slice)
    }
}
