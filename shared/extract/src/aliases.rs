//! Which names of a struct are for the same field.
//!
//! serde tells all names that a struct reads, those of `#[serde(alias = "…")]` too, but not which
//! of them are for one field. It does say when a field comes twice. So a name is handed out a
//! second time where that matters: serde answers with the field, and the value is read again. What
//! was learned of a type is kept, and there is no more of it than the type has names.

use std::any::TypeId;
use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// What is known of one visitor.
#[derive(Clone, Default)]
pub(crate) struct Aliases {
    /// The field of each name that was handed out twice.
    fields: HashMap<&'static str, &'static str>,
    /// Whether every name matters, and not only those that no schema has.
    pub(crate) are_wanted: bool,
}

static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<Aliases>>>> = LazyLock::new(RwLock::default);

impl Aliases {
    pub(crate) fn of(visitor: TypeId) -> Arc<Self> {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&visitor).cloned().unwrap_or_default()
    }

    /// The field that a name is for; `None` if that was not asked yet.
    pub(crate) fn field(&self, name: &str) -> Option<&'static str> {
        self.fields.get(name).copied()
    }

    /// The other names of a field.
    pub(crate) fn others(&self, field: &str) -> impl Iterator<Item = &'static str> {
        let others = self.fields.iter().filter(move |(name, of)| **of == field && **name != field);
        others.map(|(name, _)| *name)
    }

    /// A name is for this field. Whether that is new.
    pub(crate) fn learn(visitor: TypeId, name: &'static str, field: &'static str) -> bool {
        Self::change(visitor, |known| known.fields.insert(name, field).is_none())
    }

    /// A field came twice that was sent once. Whether that is new.
    pub(crate) fn want(visitor: TypeId) -> bool {
        Self::change(visitor, |known| !mem::replace(&mut known.are_wanted, true))
    }

    fn change(visitor: TypeId, change: impl FnOnce(&mut Self) -> bool) -> bool {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(known.entry(visitor).or_default()))
    }
}
