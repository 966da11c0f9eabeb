//! Types of the standard library and of other crates that Pydantic has a counterpart of.
//!
//! Such a type builds itself from one text or number, and refuses all others in words of its own.
//! It is recognised by its visitor. A reader here understands what Pydantic understands, says in
//! Pydantic's words what is wrong, and hands the visitor the one form that the type accepts, or a
//! placeholder that it accepts, so that the reading goes on.

mod chars;
mod cursor;
mod durations;
mod ips;
mod nonzero;

#[cfg(feature = "jiff")]
mod dates;
#[cfg(feature = "rust_decimal")]
mod decimals;
#[cfg(feature = "jiff")]
mod spans;
#[cfg(feature = "url")]
mod urls;
#[cfg(feature = "uuid")]
mod uuids;

use std::any::TypeId;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeOwned, Visitor};
use serde_json::{Value, json};

use crate::lax::Lax;
use crate::notes::{Fault, Stop};
use crate::spy;
use crate::union::Exactness;

/// What a type is handed, whatever was sent.
#[derive(Clone, Debug)]
enum Form<'a> {
    Text(Cow<'a, str>),
    Int(i128),
    /// Seconds and nanoseconds.
    Seconds(u64, u32),
}

impl Form<'_> {
    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self {
            Self::Text(text) => visitor.visit_str(&text),
            Self::Int(int) => match (i64::try_from(int), u64::try_from(int)) {
                (Ok(int), _) => visitor.visit_i64(int),
                (_, Ok(int)) => visitor.visit_u64(int),
                _ => visitor.visit_i128(int),
            },
            Self::Seconds(seconds, nanos) => {
                visitor.visit_seq(SeqDeserializer::new([seconds, nanos.into()].into_iter()))
            }
        }
    }
}

type Read = for<'a> fn(&'a Value) -> Result<Form<'a>, Fault>;

/// How a type is read.
pub(crate) struct Foreign {
    read: Read,
    placeholder: Form<'static>,
    /// Whether it counts as coerced where it is one of several in a union.
    exactness: Exactness,
}

impl Foreign {
    /// Reads what is there for this type.
    pub(crate) fn visit<'de, V: Visitor<'de>>(
        &self,
        mut lax: Lax<'_, '_>,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        lax.notes.union.floor(self.exactness);
        if let Some(value) = lax.value()? {
            match (self.read)(&value) {
                Ok(form) => return form.visit(visitor),
                Err(fault) => lax.notes.note(fault, lax.input)?,
            }
        }
        self.placeholder.clone().visit(visitor)
    }
}

/// The types, by their visitors.
struct Table(HashMap<TypeId, Foreign>);

impl Table {
    fn add<T: DeserializeOwned>(&mut self, placeholder: Form<'static>, read: Read) {
        self.insert::<T>(Foreign { read, placeholder, exactness: Exactness::Lax });
    }

    /// A type that does not count as coerced: in Pydantic a `str` or an `int` with a constraint, or
    /// a function that does the whole work.
    fn add_exact<T: DeserializeOwned>(&mut self, placeholder: Form<'static>, read: Read) {
        self.insert::<T>(Foreign { read, placeholder, exactness: Exactness::Exact });
    }

    fn insert<T: DeserializeOwned>(&mut self, foreign: Foreign) {
        if let Some(visitor) = spy::visitor_of::<T>() {
            let other = self.0.insert(visitor, foreign);
            debug_assert!(other.is_none(), "two types have the same visitor");
        }
    }

    fn add_text<T: DeserializeOwned>(&mut self, placeholder: &'static str, read: Read) {
        self.add::<T>(Form::Text(placeholder.into()), read);
    }
}

/// How the type with this visitor is read, if it is one of those.
pub(crate) fn of<V>() -> Option<&'static Foreign> {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let mut table = Table(HashMap::new());
        chars::add_to(&mut table);
        durations::add_to(&mut table);
        ips::add_to(&mut table);
        nonzero::add_to(&mut table);
        #[cfg(feature = "jiff")]
        dates::add_to(&mut table);
        #[cfg(feature = "jiff")]
        spans::add_to(&mut table);
        #[cfg(feature = "rust_decimal")]
        decimals::add_to(&mut table);
        #[cfg(feature = "url")]
        urls::add_to(&mut table);
        #[cfg(feature = "uuid")]
        uuids::add_to(&mut table);
        table
    });
    TABLE.0.get(&typeid::of::<V>())
}

/// A fault whose message ends with what exactly is wrong.
fn parsing(kind: &'static str, msg: &str, error: &str) -> Fault {
    Fault::with_ctx(kind, format!("{msg}, {error}"), json!({ "error": error }))
}
