//! Which fields a type cannot do without.
//!
//! Only serde's derive knows which of them have no default, and it tells one at a time, by
//! failing. Each failure adds a field here, and the value is read again. What was learned of a
//! type is kept, so it is learned once in the life of the program; and what there is to learn is
//! bounded by the types, whatever clients send.

use std::any::TypeId;
use std::collections::HashMap;
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
pub(crate) struct Fields {
    /// As serde tells them: in the order of declaration.
    all: Vec<(&'static str, When)>,
    index: HashMap<&'static str, usize>,
}

impl Fields {
    /// When a field is wanted; `None` if it never was.
    pub(crate) fn when(&self, field: &str) -> Option<&When> {
        self.index.get(field).and_then(|index| self.all.get(*index)).map(|(_, when)| when)
    }

    fn when_mut(&mut self, field: &str) -> Option<&mut When> {
        self.index.get(field).and_then(|index| self.all.get_mut(*index)).map(|(_, when)| when)
    }

    /// The same for many fields, of which most come in the order of declaration.
    pub(crate) fn when_in_order<'f>(&'f self) -> impl FnMut(&str) -> Option<&'f When> {
        let mut rest = self.all.iter();
        move |field| {
            let mut next = rest.clone();
            match next.next() {
                Some((name, when)) if *name == field => {
                    rest = next;
                    Some(when)
                }
                Some(_) => self.when(field),
                None => None,
            }
        }
    }

    pub(crate) fn always(&self) -> impl Iterator<Item = &'static str> {
        let is_always = |(_, when): &&(_, When)| matches!(when, When::Always);
        self.all.iter().filter(is_always).map(|(field, _)| *field)
    }
}

/// Fields known to have no default, by the visitor of their struct.
#[derive(Clone, Default)]
pub(crate) struct Required(HashMap<TypeId, Fields>);

impl Required {
    pub(crate) fn fields(&self, visitor: TypeId) -> Option<&Fields> {
        self.0.get(&visitor)
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
        match (fields.when_mut(field), variant) {
            (None, _) => {
                fields.index.insert(field, fields.all.len());
                fields.all.push((field, When::Always));
                true
            }
            (Some(When::Variants { wanted, .. }), Some(variant))
                if !wanted.contains(&variant.name) =>
            {
                wanted.push(variant.name);
                true
            }
            _ => false,
        }
    }

    /// It turns out that a field is not always wanted. Whether that is new.
    pub(crate) fn doubt(&mut self, visitor: TypeId, field: &str, variant: Option<Variant>) -> bool {
        let fields = self.0.get_mut(&visitor);
        match fields.and_then(|fields| fields.when_mut(field)) {
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

    /// Whether there is nothing new in what was learned.
    fn knows(&self, learned: &Self) -> bool {
        learned.0.iter().all(|(visitor, fields)| {
            let known = self.fields(*visitor);
            fields.all.iter().all(|(field, when)| {
                known.and_then(|known| known.when(field)).is_some_and(|known| known.knows(when))
            })
        })
    }

    fn add(&mut self, learned: &Self) {
        for (visitor, fields) in &learned.0 {
            for (field, when) in &fields.all {
                self.learn(*visitor, field, None);
                let known = self.0.get_mut(visitor).and_then(|fields| fields.when_mut(field));
                known.into_iter().for_each(|known| known.add(when));
            }
        }
    }
}

impl When {
    /// Whether there is nothing new in what was learned. `Always` is what one believes at first.
    fn knows(&self, learned: &Self) -> bool {
        match (self, learned) {
            (Self::Variants { wanted, .. }, Self::Variants { wanted: learned, .. }) => {
                learned.iter().all(|name| wanted.contains(name))
            }
            (Self::Always, Self::Variants { .. } | Self::Unknown) => false,
            _ => true,
        }
    }

    fn add(&mut self, learned: &Self) {
        match (self, learned) {
            (this @ Self::Always, learned) => *this = learned.clone(),
            (Self::Variants { wanted, .. }, Self::Variants { wanted: learned, .. }) => {
                let new: Vec<_> = learned.iter().filter(|name| !wanted.contains(name)).collect();
                wanted.extend(new);
            }
            _ => {}
        }
    }
}

/// Keeps what a reading of a `T` has learned, and says all that is known of it.
pub(crate) fn remember<T>(learned: &Required) -> Arc<Required> {
    static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<Required>>>> = LazyLock::new(RwLock::default);
    let id = typeid::of::<T>();
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    if let Some(known) = known
        && known.knows(learned)
    {
        return known;
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let known = known.entry(id).or_default();
    Arc::make_mut(known).add(learned);
    known.clone()
}
