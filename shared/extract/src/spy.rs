//! Recognises a type by the visitor that it hands to serde.
//!
//! serde and other crates keep their visitors private, but a deserializer is given one. So a type
//! is read once from a [`Spy`], which looks at the visitor and ends the reading.

use std::any::TypeId;

use serde::de::value::{Error, SeqAccessDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, SeqAccess,
    Visitor,
};

/// The visitor of a type that has no type parameters; those of `Vec<A>` and `Vec<B>` differ.
/// `None` if `T` is made without a deserializer. It reads a `T`, so keep what it says.
pub(crate) fn visitor_of<T: DeserializeOwned>() -> Option<TypeId> {
    let mut seen = None;
    // The error is the Spy's own.
    let _ = T::deserialize(Spy(&mut seen));
    seen
}

/// The visitor of what a `T` reads as its second item, after this one.
pub(crate) fn visitor_of_second<T: DeserializeOwned>(first: &'static str) -> Option<TypeId> {
    let mut seen = None;
    let _ = T::deserialize(SeqAccessDeserializer::new(Pair(Some(first), &mut seen)));
    seen
}

/// A text, then a [`Spy`].
struct Pair<'s>(Option<&'static str>, &'s mut Option<TypeId>);

impl<'de> SeqAccess<'de> for Pair<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        match self.0.take() {
            Some(text) => seed.deserialize(text.into_deserializer()),
            None => seed.deserialize(Spy(self.1)),
        }
        .map(Some)
    }
}

/// A deserializer that has nothing to read.
struct Spy<'s>(&'s mut Option<TypeId>);

impl Spy<'_> {
    fn see<'de, V: Visitor<'de>>(self) -> Result<V::Value, Error> {
        *self.0 = Some(typeid::of::<V>());
        Err(Error::custom("there is nothing to read"))
    }
}

macro_rules! see {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Error> {
            self.see::<V>()
        }
    )*};
}

impl<'de> Deserializer<'de> for Spy<'_> {
    type Error = Error;

    see! {
        deserialize_any()
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_option()
        deserialize_unit()
        deserialize_unit_struct(&'static str)
        deserialize_newtype_struct(&'static str)
        deserialize_seq()
        deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize)
        deserialize_map()
        deserialize_struct(&'static str, &'static [&'static str])
        deserialize_enum(&'static str, &'static [&'static str])
        deserialize_identifier()
        deserialize_ignored_any()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use serde_json::Value;

    use super::*;

    #[test]
    fn types_are_told_apart_by_their_visitors() {
        assert_eq!(visitor_of::<String>(), visitor_of::<String>());
        assert_eq!(visitor_of::<Box<Value>>(), visitor_of::<Value>());
        let all = [visitor_of::<Value>(), visitor_of::<Ipv4Addr>(), visitor_of::<Ipv6Addr>()];
        assert!(all.iter().all(Option::is_some));
        assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
    }
}
