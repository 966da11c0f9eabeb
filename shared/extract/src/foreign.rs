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
use std::sync::LazyLock;

#[cfg(feature = "rust_decimal")]
use rust_decimal::Decimal;
use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeOwned, Visitor};
use serde_json::{Value, json};

use crate::constraints::Schema;
use crate::lax::Lax;
use crate::notes::{Fault, Stop};
use crate::spy;
use crate::union::Exactness;

/// What a type is handed, whatever was sent.
#[derive(Clone, Debug)]
enum Form<'a> {
    Text(Cow<'a, str>),
    Int(i128),
    #[cfg(feature = "rust_decimal")]
    Decimal(Decimal),
    /// Seconds and nanoseconds.
    Seconds(u64, u32),
}

impl Form<'_> {
    /// This, unless it breaks a constraint. There are none for dates and the like: in JSON they
    /// are texts, and a schema has no bounds for those.
    fn judged(self, schema: Option<Schema>) -> Result<Self, Fault> {
        match (&self, schema) {
            (Self::Int(int), Some(schema)) => schema.int(*int)?,
            #[cfg(feature = "rust_decimal")]
            (Self::Decimal(decimal), Some(schema)) => schema.decimal(*decimal)?,
            _ => {}
        }
        Ok(self)
    }

    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        match self {
            Self::Text(text) => visitor.visit_str(&text),
            #[cfg(feature = "rust_decimal")]
            Self::Decimal(decimal) => visitor.visit_str(&decimal.to_string()),
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
            let schema = lax.notes.schema;
            match (self.read)(&value).and_then(|form| form.judged(schema)) {
                Ok(form) => return form.visit(visitor),
                Err(fault) => lax.notes.note(fault, lax.input)?,
            }
        }
        self.placeholder.clone().visit(visitor)
    }
}

/// The types, sorted by their visitors: every value is looked up here, and there are few types.
struct Table(Vec<(TypeId, Foreign)>);

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
            let index = self.0.partition_point(|(other, _)| *other < visitor);
            let is_new = self.0.get(index).is_none_or(|(other, _)| *other != visitor);
            debug_assert!(is_new, "two types have the same visitor");
            self.0.insert(index, (visitor, foreign));
        }
    }

    fn get(&self, visitor: TypeId) -> Option<&Foreign> {
        let index = self.0.binary_search_by_key(&visitor, |(visitor, _)| *visitor).ok()?;
        self.0.get(index).map(|(_, foreign)| foreign)
    }

    fn add_text<T: DeserializeOwned>(&mut self, placeholder: &'static str, read: Read) {
        self.add::<T>(Form::Text(placeholder.into()), read);
    }
}

/// How the type with this visitor is read, if it is one of those.
pub(crate) fn of<V>() -> Option<&'static Foreign> {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let mut table = Table(Vec::new());
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
    TABLE.get(typeid::of::<V>())
}

/// A fault whose message ends with what exactly is wrong.
fn parsing(kind: &'static str, msg: &str, error: &str) -> Fault {
    Fault::with_ctx(kind, format!("{msg}, {error}"), json!({ "error": error }))
}
