//! A struct with a thousand required fields, read as a derived one is.

use std::fmt;
use std::sync::LazyLock;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

pub struct Wide;

pub static NAMES: LazyLock<Vec<&str>> =
    LazyLock::new(|| (0..1_000).map(|number| &*format!("field{number}").leak()).collect());

impl<'de> Deserialize<'de> for Wide {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Wide", &NAMES, WideVisitor)
    }
}

struct WideVisitor;

impl<'de> Visitor<'de> for WideVisitor {
    type Value = Wide;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a struct with a thousand fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wide, A::Error> {
        let mut missing: Vec<_> = NAMES.iter().rev().copied().collect();
        while let Some(key) = map.next_key::<String>()? {
            if missing.pop_if(|name| *name == key).is_some() {
                map.next_value::<i64>()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        missing.pop().map_or(Ok(Wide), |name| Err(A::Error::missing_field(name)))
    }
}
