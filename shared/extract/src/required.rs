//! Which fields a type cannot do without.
//!
//! Only serde's derive knows which of them have no default, and it tells one at a time, by
//! failing. Each failure adds a field here, and the value is read again. What was learned of a
//! type is kept, so it is learned once in the life of the program; and what there is to learn is
//! bounded by the types, whatever clients send.

use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// A variant, and all that its enum has.
#[derive(Clone, Copy)]
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) all: &'static [&'static str],
}

/// When a field is wanted.
#[derive(Clone)]
pub(crate) enum When {
    Always,
    /// The content of an adjacently tagged enum (`tag = "t", content = "c"`).
    Variants {
        wanted: Vec<&'static str>,
        all: &'static [&'static str],
    },
    /// The field of something else inside, as serde's own buffer has it. Nobody knows when.
    Unknown,
}

/// What is known of one visitor.
#[derive(Clone, Default)]
struct Fields {
    /// As serde tells them: in the order of declaration.
    order: Vec<&'static str>,
    when: HashMap<&'static str, When>,
}

/// Fields known to have no default, by the visitor of their struct.
#[derive(Clone, Default)]
pub(crate) struct Required(HashMap<TypeId, Fields>);

impl Required {
    /// When this visitor wants a field; `None` if it never did.
    pub(crate) fn when(&self, visitor: TypeId, field: &str) -> Option<&When> {
        self.0.get(&visitor)?.when.get(field)
    }

    /// The fields that this visitor always wants.
    pub(crate) fn always(&self, visitor: TypeId) -> impl Iterator<Item = &'static str> {
        let fields = self.0.get(&visitor).into_iter();
        fields.flat_map(|fields| {
            let is_always = |field: &&&str| matches!(fields.when.get(**field), Some(When::Always));
            fields.order.iter().filter(is_always).copied()
        })
    }

    /// A visitor wants a field that it was not offered, after it has read this variant. Whether
    /// that is new.
    pub(crate) fn learn(
        &mut self,
        visitor: TypeId,
        field: &'static str,
        variant: Option<Variant>,
    ) -> bool {
        let fields = self.0.entry(visitor).or_default();
        match (fields.when.entry(field), variant) {
            (Entry::Vacant(when), _) => {
                when.insert(When::Always);
                fields.order.push(field);
                true
            }
            (Entry::Occupied(mut when), Some(variant)) => match when.get_mut() {
                When::Variants { wanted, .. } if !wanted.contains(&variant.name) => {
                    wanted.push(variant.name);
                    true
                }
                _ => false,
            },
            (Entry::Occupied(_), None) => false,
        }
    }

    /// It turns out that a field is not always wanted. Whether that is new.
    pub(crate) fn doubt(&mut self, visitor: TypeId, field: &str, variant: Option<Variant>) -> bool {
        let fields = self.0.get_mut(&visitor);
        match fields.and_then(|fields| fields.when.get_mut(field)) {
            Some(when @ When::Always) => {
                *when = match variant {
                    Some(Variant { all, .. }) => When::Variants { wanted: Vec::new(), all },
                    None => When::Unknown,
                };
                true
            }
            _ => false,
        }
    }

    fn add(&mut self, visitor: TypeId, field: &'static str, more: &When) {
        self.learn(visitor, field, None);
        let Some(when) = self.0.get_mut(&visitor).and_then(|fields| fields.when.get_mut(field))
        else {
            return;
        };
        match (when, more) {
            (when @ When::Always, more) => *when = more.clone(),
            (When::Variants { wanted, .. }, When::Variants { wanted: more, .. }) => {
                let new: Vec<_> = more.iter().filter(|name| !wanted.contains(name)).collect();
                wanted.extend(new);
            }
            _ => {}
        }
    }
}

/// Keeps what a reading of a `T` has learned, and says all that is known of it.
pub(crate) fn remember<T>(learned: &Required) -> Arc<Required> {
    static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<Required>>>> = LazyLock::new(RwLock::default);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let known = known.entry(typeid::of::<T>()).or_default();
    let all = Arc::make_mut(known);
    for (visitor, fields) in &learned.0 {
        for field in &fields.order {
            if let Some(when) = fields.when.get(field) {
                all.add(*visitor, field, when);
            }
        }
    }
    known.clone()
}
