//! The deserializer that never gives up.

use std::any::TypeId;
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::mem;
use std::ptr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};
use serde_json::{Value, json};

use crate::aliases::Aliases;
use crate::constraints::Schema;
use crate::entries::{Entries, Entry, Step};
use crate::flat::{Flats, Window};
use crate::foreign;
use crate::notes::{Fault, Notes, Stop};
use crate::params::{Param, Params};
use crate::probe::{Names, Node, Probe, Turn, is_buffer};
use crate::required::{Fields, Variant, When};
use crate::rules;
use crate::scalar;
use crate::secret;
use crate::shown::Shown;
use crate::union::{self, Beside, Exactness};
#[cfg(feature = "multipart")]
use crate::upload::{self, UploadFile, Wanted};

/// Where a value comes from.
#[derive(Clone, Copy)]
pub(crate) enum Input<'a> {
    Json(&'a Value),
    /// All that a request has in its path, its query, its headers or its cookies.
    Params(&'a Params<'a>),
    /// The values that a request has under one name.
    Param(&'a Param<'a>),
    /// The same, where all of them are asked for.
    All(&'a Param<'a>),
    /// One of those.
    Text(&'a str),
    /// One of those.
    #[cfg(feature = "multipart")]
    File(&'a UploadFile),
    /// The name of an entry.
    Key(&'a str),
    /// Nothing; in its place the report shows what it is missing from.
    Missing(Shown<'a>),
    /// Nothing, and the reason is noted already: give placeholders.
    Silent,
    /// Nothing that was sent: a question to the type.
    Probe(Probe<'a>),
}

impl<'a> Input<'a> {
    /// What a field that is missing from this input is.
    pub(crate) fn missing(self) -> Self {
        match self {
            Self::Silent => Self::Silent,
            input => Self::Missing(input.shown()),
        }
    }

    /// Where the value lies in memory, by which a second reading knows it.
    pub(crate) fn address(self) -> Option<usize> {
        match self {
            Self::Json(value) => Some(ptr::from_ref(value).addr()),
            Self::Param(param) => Some(ptr::from_ref(param).addr()),
            // All that are empty may lie at the same place.
            Self::Text(text) if !text.is_empty() => Some(text.as_ptr().addr()),
            _ => None,
        }
    }

    /// What a report shows.
    pub(crate) fn shown(self) -> Shown<'a> {
        match self {
            Self::Json(value) => Shown::Json(value),
            Self::Param(param) => param.one().shown(),
            Self::All(param) => Shown::All(param),
            #[cfg(feature = "multipart")]
            Self::File(file) => Shown::Json(file.shown()),
            Self::Text(text) | Self::Key(text) => Shown::Text(text),
            Self::Missing(shown) => shown,
            Self::Params(_) | Self::Silent | Self::Probe(_) => Shown::NOTHING,
        }
    }

    /// The text, if this is nothing else.
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Param(param) => param.one().text(),
            Self::Text(text) | Self::Key(text) => Some(text),
            Self::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The file, if this is one.
    #[cfg(feature = "multipart")]
    fn file(self) -> Option<&'a UploadFile> {
        match self {
            Self::Param(param) => param.one().file(),
            Self::File(file) => Some(file),
            _ => None,
        }
    }

    /// The name of the variant that an enum reads here.
    fn variant(self) -> Option<&'a str> {
        match self.entries().as_slice() {
            [entry] => Some(entry.key),
            _ => self.text(),
        }
    }

    /// The only parameter, if these are parameters and there is one.
    pub(crate) fn only(self) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Params(params) => params.only(),
            _ => None,
        }
    }

    pub(crate) fn has_names(self) -> bool {
        matches!(self, Self::Params(_) | Self::Json(Value::Object(_)) | Self::Probe(_))
    }

    /// What was sent for a field or an item.
    pub(crate) fn below(self, step: &Value) -> Option<Self> {
        match (self, step) {
            (Self::Json(value), Value::String(name)) => value.get(name).map(Self::Json),
            (Self::Json(value), index) => {
                let index = usize::try_from(index.as_u64()?).ok()?;
                value.get(index).map(Self::Json)
            }
            (Self::Params(params), Value::String(field)) => params.param(field).map(Self::Param),
            _ => None,
        }
    }

    /// All entries that have names.
    fn entries(self) -> Vec<Entry<'a>> {
        let json = |(name, value): (&'a String, &'a Value)| Entry::named(name, Input::Json(value));
        match self {
            Self::Json(Value::Object(object)) => object.iter().map(json).collect(),
            Self::Params(params) => params.entries().collect(),
            Self::Probe(probe) => probe.entries(),
            _ => Vec::new(),
        }
    }

    /// The entry for a struct's field.
    pub(crate) fn field(self, key: &'static str) -> Option<Entry<'a>> {
        let (name, input) = match self {
            Self::Json(Value::Object(object)) => {
                let (name, value) = object.get_key_value(key)?;
                (name.as_str(), Self::Json(value))
            }
            Self::Params(params) => return params.field(key),
            _ => return None,
        };
        Some(Entry { key, step: Step::Name(name.into()), input })
    }

    /// The first entry that is for none of these names; `fields` are the entries for them.
    fn unknown(self, names: &[&str], fields: &[Entry<'_>], tag: Option<&str>) -> Option<Entry<'a>> {
        match self {
            Self::Json(Value::Object(object)) => {
                // Those that were sent can be far fewer than the names.
                let sent = fields.iter().filter(|field| field.is_sent());
                let known: HashSet<_> = sent.filter_map(Entry::name).chain(tag).collect();
                let (name, value) =
                    object.iter().find(|(name, _)| !known.contains(name.as_str()))?;
                Some(Entry::named(name, Self::Json(value)))
            }
            Self::Params(params) => {
                let names: Vec<_> = names.iter().copied().chain(tag).collect();
                params.unknown(&names)
            }
            _ => None,
        }
    }

    /// What a struct's field is called here.
    pub(crate) fn alias(self, field: &str) -> Cow<'_, str> {
        match self {
            Self::Params(params) => params.alias(field),
            _ => field.into(),
        }
    }
}

/// A serde `Deserializer` over an [`Input`].
pub(crate) struct Lax<'a, 'n> {
    pub(crate) input: Input<'a>,
    pub(crate) notes: &'n mut Notes<'a>,
}

impl<'a, 'n> Lax<'a, 'n> {
    /// The one value that is there; `None` asks for a placeholder.
    pub(crate) fn value(&mut self) -> Result<Option<Cow<'a, Value>>, Stop> {
        match self.input {
            Input::Json(value) => Ok(Some(Cow::Borrowed(value))),
            #[cfg(feature = "multipart")]
            input if let Some(file) = input.file() => Ok(Some(Cow::Borrowed(file.shown()))),
            #[cfg(feature = "multipart")]
            Input::File(_) => Ok(None),
            Input::Param(_) | Input::All(_) | Input::Text(_) | Input::Key(_) => {
                Ok(self.input.text().map(|text| Cow::Owned(text.into())))
            }
            Input::Params(params) if let Some((name, text)) = params.only() => {
                self.notes.took_only = true;
                let schema = self.notes.schema;
                self.notes.schema = schema.and_then(|schema| schema.at(&Turn::Name(name.into())));
                Ok(Some(Cow::Owned(text.into())))
            }
            Input::Params(_) | Input::Missing(_) => {
                self.notes.note(Fault::MISSING, self.input)?;
                self.input = Input::Silent;
                Ok(None)
            }
            Input::Silent => Ok(None),
            Input::Probe(probe) => probe.found(Node::Leaf),
        }
    }

    /// Says how exact this is, unless it fits as it is.
    fn floor(&mut self, fits: impl FnOnce(&Value) -> bool, otherwise: Exactness) {
        match self.input {
            Input::Json(value) if fits(value) => {}
            _ => self.notes.union.floor(otherwise),
        }
    }

    /// Says that the type reads a `node` here, if that is the question.
    fn answer(&self, node: Node) -> Result<(), Stop> {
        match self.input {
            Input::Probe(probe) if probe.next().is_none() => probe.found(node),
            _ => Ok(()),
        }
    }

    /// A value that `read` understands, or else a note and the placeholder.
    fn scalar<R>(
        &mut self,
        placeholder: R,
        read: impl FnOnce(&Value) -> Result<R, Fault>,
    ) -> Result<R, Stop> {
        self.constrained(placeholder, |value, _| read(value))
    }

    /// The same for what can have constraints.
    fn constrained<R>(
        &mut self,
        placeholder: R,
        read: impl FnOnce(&Value, Option<Schema>) -> Result<R, Fault>,
    ) -> Result<R, Stop> {
        let Some(value) = self.value()? else {
            return Ok(placeholder);
        };
        match read(&value, self.notes.schema) {
            Ok(read) => Ok(read),
            Err(fault) => self.notes.note(fault, self.input).map(|()| placeholder),
        }
    }

    /// Notes what breaks a constraint.
    fn judge(&mut self, fault: impl FnOnce(Schema) -> Option<Fault>) -> Result<(), Stop> {
        let input = match self.input {
            Input::Silent => return Ok(()),
            input => input,
        };
        match self.notes.schema.and_then(fault) {
            Some(fault) => self.notes.note(fault, input),
            None => Ok(()),
        }
    }

    /// Notes it if nothing was sent, and goes on without.
    pub(crate) fn expect_something(&mut self) -> Result<(), Stop> {
        match self.input {
            Input::Missing(_) => self.value().map(drop),
            _ => Ok(()),
        }
    }

    /// Notes it if this is nothing that has names, and goes on without.
    fn expect_names(&mut self, fault: Fault) -> Result<(), Stop> {
        if !self.input.has_names() {
            self.scalar((), |_| Err(fault))?;
            self.input = Input::Silent;
        }
        Ok(())
    }

    /// The fields of a struct in the order of its declaration, then one that it does not
    /// know: serde ignores all of those or refuses the first. And a name whose field is wanted.
    fn fields(
        &mut self,
        names: &'static [&'static str],
        visitor: TypeId,
    ) -> Result<(Vec<Entry<'a>>, Option<&'static str>), Stop> {
        self.expect_names(Fault::NO_MODEL)?;
        if let Input::Probe(probe) = self.input {
            return Ok((probe.entries(), None));
        }
        let (mut fields, asked) = self.known_fields(names, visitor);
        let sent = fields.iter().filter(|field| field.is_sent()).count();
        self.notes.union.enter_struct(sent);
        fields.extend(match mem::take(&mut self.notes.union.beside) {
            Beside::Nothing => self.input.unknown(names, &fields, None),
            Beside::Tag(tag) => self.input.unknown(names, &fields, Some(tag)),
            Beside::Others => None,
        });
        Ok((fields, asked))
    }

    fn known_fields(
        &self,
        names: &'static [&'static str],
        visitor: TypeId,
    ) -> (Vec<Entry<'a>>, Option<&'static str>) {
        let mut known = self.notes.fields(visitor).map(Fields::when_in_order);
        let aliases = LazyCell::new(|| Aliases::of(visitor));
        let is_open = |key: &str| self.notes.schema.is_some_and(|schema| !schema.has(key));
        let (mut fields, mut asked) = (Vec::with_capacity(names.len() + 1), None);
        for &key in names {
            if let Some(mut field) = self.input.field(key) {
                if is_open(key) || (known.is_some() && aliases.are_wanted) {
                    match aliases.field(key) {
                        Some(name) => field.key = name,
                        None if self.notes.leaves_out(&field) => {}
                        None => asked = asked.or(Some(key)),
                    }
                }
                fields.push(field);
            } else if let Some(when) = known.as_mut().and_then(|known| known(key))
                && !aliases.others(key).any(|alias| self.input.field(alias).is_some())
            {
                fields.extend(self.missing_field(when, names, key));
            }
        }
        if asked.is_some() && aliases.are_wanted {
            // The field that it is for could be one of them.
            fields.retain(Entry::is_sent);
        }
        (fields, asked)
    }

    /// What stands in for a field that was not sent, if the type wants it.
    fn missing_field(
        &self,
        when: &When,
        names: &[&'static str],
        key: &'static str,
    ) -> Option<Entry<'a>> {
        let missing = self.input.missing();
        let input = match when {
            When::Always => missing,
            When::Unknown => return None,
            When::Variants { wanted, all } => {
                let tag = names.first().and_then(|tag| self.input.field(tag));
                match tag.and_then(|tag| tag.input.variant()) {
                    Some(variant) if wanted.contains(&variant) => missing,
                    Some(variant) if all.contains(&variant) => return None,
                    // Its tag is to blame.
                    _ => Input::Silent,
                }
            }
        };
        Some(Entry { key, step: Step::Name(self.input.alias(key)), input })
    }

    /// The entries of a map; or of a struct with `#[serde(flatten)]`, which does not tell the
    /// names of its fields.
    fn pairs(&mut self, visitor: TypeId, has_flats: bool) -> Result<Vec<Entry<'a>>, Stop> {
        let wanted = self.notes.fields(visitor).map(|known| known.always().collect::<Vec<_>>());
        let is_struct = has_flats || wanted.is_some();
        self.expect_names(match is_struct {
            true => Fault::NO_MODEL,
            false => Fault::new("dict_type", "Input should be a valid dictionary"),
        })?;
        let mut pairs = match self.input {
            Input::Probe(probe) => return Ok(probe.entries()),
            Input::Params(params) if is_struct => params.fields().collect(),
            input => input.entries(),
        };
        if let Beside::Tag(tag) = mem::take(&mut self.notes.union.beside) {
            pairs.retain(|pair| pair.key != tag);
        }
        if is_struct {
            self.notes.union.enter_struct(pairs.len());
        }
        let missing = wanted.into_iter().flatten().filter(|key| self.input.field(key).is_none());
        pairs.extend(missing.filter_map(|key| self.missing_field(&When::Always, &[], key)));
        Ok(pairs)
    }

    /// The file that is there, or a placeholder.
    #[cfg(feature = "multipart")]
    fn file(&mut self, wanted: Wanted) -> Result<UploadFile, Stop> {
        self.answer(Node::File(wanted))?;
        let file = self.input.file().cloned();
        self.scalar(upload::placeholder(), |value| file.map_or_else(|| wanted.read(value), Ok))
    }

    /// The items of a list.
    fn items(&mut self) -> Result<Vec<Entry<'a>>, Stop> {
        let item = |(index, input)| Entry::item(index, input);
        match self.input {
            Input::Params(_) | Input::Probe(_) => Ok(self.input.entries()),
            Input::Param(param) | Input::All(param) => {
                Ok(param.all().enumerate().map(item).collect())
            }
            Input::Json(Value::Array(items)) => {
                Ok(items.iter().map(Input::Json).enumerate().map(item).collect())
            }
            _ => self.scalar(Vec::new(), |_| {
                Err(Fault::new("list_type", "Input should be a valid list"))
            }),
        }
    }

    /// The `len` items of a tuple.
    fn tuple(&mut self, len: usize) -> Result<Vec<Entry<'a>>, Stop> {
        if let Input::Json(value) = self.input
            && !value.is_array()
        {
            let fault = Fault::new("tuple_type", "Input should be a valid tuple");
            self.notes.note(fault, self.input)?;
            self.input = Input::Silent;
        }
        if let Input::Param(param) = self.input {
            self.input = Input::All(param);
        }
        let mut items = self.items()?;
        if items.len() > len {
            let fault = Fault::with_ctx(
                "too_long",
                format!(
                    "Tuple should have at most {len} items after validation, not {}",
                    items.len()
                ),
                json!({ "field_type": "Tuple", "max_length": len, "actual_length": items.len() }),
            );
            self.notes.note(fault, self.input)?;
            self.input = Input::Silent;
            items.clear();
        }
        let missing = |index| Entry::item(index, self.input.missing());
        items.extend((items.len()..len).map(missing));
        Ok(items)
    }
}

impl<'a> Lax<'a, '_> {
    fn visit_map<'de, V: Visitor<'de>>(
        self,
        visitor: V,
        entries: Vec<Entry<'a>>,
        asked: Option<&'static str>,
        window: Option<Window>,
    ) -> Result<V::Value, Stop> {
        self.notes.variant = None;
        let entries = Entries::of::<V>(entries, self.notes).asking(asked).before(window);
        match visitor.visit_map(entries) {
            Err(Stop::MissingField(field)) => {
                self.notes.note_missing(typeid::of::<V>(), field, self.input)
            }
            Err(Stop::DuplicateField(field)) => {
                Err(self.notes.learn_alias(typeid::of::<V>(), field, self.input))
            }
            result => result,
        }
    }
}

/// `'red', 'green' or 'blue'`
fn one_of(variants: &[&str]) -> String {
    let quoted: Vec<_> = variants.iter().map(|name| format!("'{name}'")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The integer types, each with the bounds that it sets.
macro_rules! integers {
    ($($method:ident $visit:ident $int:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
            self.floor(|value| value.is_number() && !value.is_f64(), Exactness::Lax);
            if let Some(foreign) = foreign::of::<V>() {
                return foreign.visit(self, visitor);
            }
            let (min, max) = (<$int>::MIN as i128, <$int>::MAX as i128);
            let read = |value: &_, schema: Option<Schema>| {
                let int = scalar::int(value)?;
                // What the schema says is more precise than what the type says.
                schema.map_or(Ok(()), |schema| schema.int(int))?;
                scalar::in_bounds(int, min, max)
            };
            // In bounds, so the cast loses nothing.
            visitor.$visit(self.constrained(0, read)? as $int)
        }
    )*};
}

/// Types that are read as another one.
macro_rules! alike {
    ($($method:ident($($name:ident: $type:ty),*) => $like:ident($($pass:expr),*),)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Stop> {
            self.$like($($pass,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Lax<'_, '_> {
    type Error = Stop;

    integers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
    }

    alike! {
        deserialize_f32() => deserialize_f64(),
        deserialize_char() => deserialize_str(),
        deserialize_string() => deserialize_str(),
        deserialize_bytes() => deserialize_str(),
        deserialize_byte_buf() => deserialize_str(),
        deserialize_unit_struct(_name: &'static str) => deserialize_unit(),
        deserialize_tuple_struct(_name: &'static str, len: usize) => deserialize_tuple(len),
    }

    fn deserialize_f64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        self.floor(Value::is_number, Exactness::Lax);
        self.floor(Value::is_f64, Exactness::Strict);
        if let Some(foreign) = foreign::of::<V>() {
            return foreign.visit(self, visitor);
        }
        visitor.visit_f64(self.constrained(0.0, |value, schema| {
            let float = scalar::float(value)?;
            schema.map_or(Ok(float), |schema| schema.float(float).map(|()| float))
        })?)
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        self.floor(Value::is_boolean, Exactness::Lax);
        visitor.visit_bool(self.scalar(false, scalar::bool)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        if let Some(foreign) = foreign::of::<V>() {
            return foreign.visit(self, visitor);
        }
        // Text is exactly what it is only to a `String`.
        if typeid::of::<V::Value>() != typeid::of::<String>() {
            self.notes.union.floor(Exactness::Lax);
        }
        self.deserialize_identifier(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        if let Some(text) = self.input.text() {
            self.judge(|schema| schema.text(text).err())?;
            return visitor.visit_str(text);
        }
        self.constrained((), |value, schema| match value {
            Value::String(text) => schema.map_or(Ok(()), |schema| schema.text(text)),
            _ => Err(Fault::new("string_type", "Input should be a valid string")),
        })?;
        visitor.visit_str(self.input.only().map_or("", |(_, text)| text))
    }

    fn deserialize_unit<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        self.scalar((), |value| {
            let fault = Fault::new("none_required", "Input should be None");
            value.as_null().ok_or(fault)
        })?;
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        if let Input::Probe(probe) = self.input {
            return probe.found(Node::Leaf);
        }
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        match self.input {
            // An `Option` that may be left out is not asked for.
            Input::Missing(_) if self.notes.is_inside() => {
                self.expect_something()?;
                visitor.visit_none()
            }
            Input::Missing(_) | Input::Silent | Input::Json(Value::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        #[cfg_attr(not(feature = "multipart"), allow(unused_mut))] mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if name == secret::NAME {
            if let Input::Probe(probe) = self.input {
                return probe.found(Node::Secret);
            }
            if !self.notes.is_buffered {
                secret::vouch();
            }
        }
        if name == union::NAME {
            return union::read(self, visitor);
        }
        #[cfg(feature = "multipart")]
        if let Some(wanted) = Wanted::named(name) {
            upload::offer(self.file(wanted)?);
        }
        if name == rules::NAME {
            rules::announce(!matches!(self.input, Input::Silent | Input::Probe(_)));
            let read = visitor.visit_newtype_struct(Lax { notes: &mut *self.notes, ..self })?;
            self.notes.note_found(rules::found(), self.input)?;
            return Ok(read);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        self.answer(Node::List)?;
        let noted = self.notes.len();
        let mut items = self.items()?;
        if let Input::Param(param) = self.input {
            self.input = Input::All(param);
        }
        let values: Vec<_> = match self.notes.schema {
            Some(_) => items.iter().map(|item| item.input.shown().to_value()).collect(),
            None => Vec::new(),
        };
        if self.notes.len() == noted {
            self.judge(|schema| schema.too_many(&values))?;
        }
        // Where there are too many, Pydantic looks at none of them.
        if self.notes.len() > noted {
            self.input = Input::Silent;
            items.clear();
        }
        let read = visitor.visit_seq(Entries::of::<V>(items, &mut *self.notes))?;
        if self.notes.len() == noted {
            self.judge(|schema| schema.too_few(&values))?;
        }
        Ok(read)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        mut self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.answer(Node::Tuple(len))?;
        self.notes.union.floor(Exactness::Lax);
        visitor.visit_seq(Entries::of::<V>(self.tuple(len)?, self.notes))
    }

    fn deserialize_map<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        self.answer(Node::Map)?;
        let id = typeid::of::<V>();
        let flats = Flats::of(id);
        let entries = self.pairs(id, !flats.is_empty())?;
        let (noted, len) = (self.notes.len(), entries.len());
        let lax = Lax { notes: &mut *self.notes, ..self };
        let read = flats.around(lax, entries, |lax, entries, window| {
            lax.visit_map(visitor, entries, None, window)
        })?;
        if self.notes.len() == noted {
            self.judge(|schema| schema.properties(len))?;
        }
        Ok(read)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if let Some(foreign) = foreign::of::<V>()
            && (self.input.only().is_some() || !self.input.has_names())
        {
            return foreign.visit(self, visitor);
        }
        // `_name` is not unique, the visitor is.
        let id = typeid::of::<V>();
        self.answer(Node::Fields(Names { all: fields, visitor: id }))?;
        let (entries, asked) = self.fields(fields, id)?;
        self.visit_map(visitor, entries, asked, None)
    }

    /// A variant by its name, like an `Enum` of strings. A variant that holds data is an
    /// object with its name as the only key.
    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        self.answer(Node::Variants(Names { all: variants, visitor: typeid::of::<V>() }))?;
        self.notes.union.floor(Exactness::Lax);
        let entries = self.input.entries();
        if let [entry] = entries.as_slice()
            && let Some(name) = variants.iter().find(|name| **name == entry.key)
        {
            self.notes.variant = Some(Variant { name, all: variants });
            let entries = Entries::of::<V>(entries, self.notes);
            return visitor.visit_enum(MapAccessDeserializer::new(entries));
        }
        let placeholder = variants.first().copied().unwrap_or_default();
        let variant = self.scalar(placeholder, |value| {
            let expected = one_of(variants);
            let known = variants.iter().find(|name| value.as_str() == Some(name));
            known.copied().ok_or_else(|| {
                let msg = format!("Input should be {expected}");
                Fault::with_ctx("enum", msg, json!({ "expected": expected }))
            })
        })?;
        self.notes.variant = Some(Variant { name: variant, all: variants });
        visitor.visit_enum(variant.into_deserializer())
    }

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Stop> {
        if let Some(foreign) = foreign::of::<V>() {
            return foreign.visit(self, visitor);
        }
        self.notes.union.floor(Exactness::Strict);
        if let Input::Json(value) = self.input
            && is_buffer::<V>()
        {
            self.notes.note_breaches(value)?;
        }
        match self.input {
            Input::Params(_) => return self.deserialize_map(visitor),
            Input::Probe(probe) => match probe.next() {
                _ if is_buffer::<V>() => return probe.found(Node::Buffer),
                None => return probe.found(Node::Any),
                Some(Turn::Index(_)) => return self.deserialize_seq(visitor),
                Some(_) => return self.deserialize_map(visitor),
            },
            Input::Json(Value::Object(_)) => return self.deserialize_map(visitor),
            Input::Json(Value::Array(_)) => return self.deserialize_seq(visitor),
            _ => {}
        }
        match self.value()?.map(Cow::into_owned) {
            Some(value) => {
                self.judge(|schema| schema.coerced(&value).err().flatten())?;
                // The error would quote the value, see `Stop`.
                (value.deserialize_any(visitor))
                    .map_err(|_| Stop::custom("not one of the types that are expected here"))
            }
            None => visitor.visit_unit(),
        }
    }
}
