//! Rules over a whole value, which no type and no constraint can say.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::{Value, json};

use crate::notes::Fault;

/// The name by which this crate's deserializer knows what has rules; to any other one it is a
/// newtype.
pub(crate) const NAME: &str = "fastapi_extract::Ruled";

/// What must be true of a value beyond the types of its fields; [`Ruled`] asks.
pub trait Rules {
    /// Reports what is wrong with this value, and nothing if it is right.
    fn check(&self, report: &mut Report<'_>);
}

/// A `T` that obeys its [`Rules`]: Pydantic's
/// [`model_validator`](https://docs.pydantic.dev/latest/concepts/validators/#model-validators).
///
/// ```
/// use axum::{Router, routing::post};
/// use fastapi_extract::{Json, Report, Ruled, Rules, Secret};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct SignUp {
///     name: String,
///     password: Secret,
///     password_repeat: Secret,
/// }
///
/// impl Rules for SignUp {
///     fn check(&self, report: &mut Report<'_>) {
///         if self.password.expose() != self.password_repeat.expose() {
///             report.error("the passwords differ"); // "Value error, the passwords differ"
///         }
///         if self.name == "admin" {
///             report.at("name").problem("name_taken", "This name is taken", None);
///         }
///     }
/// }
///
/// async fn sign_up(Json(Ruled(user)): Json<Ruled<SignUp>>) {
///     println!("{} signs up", user.name);
/// }
///
/// let app: Router = Router::new().route("/users/", post(sign_up));
/// ```
///
/// It works in every extractor and at any depth, as in `Vec<Ruled<Item>>`. The rules of a value
/// are asked once nothing else is wrong in it, like a validator with `mode="after"`, so they
/// only see values whose types and constraints fit. Read by another deserializer, such as
/// serde_json's, or from a buffer, as in an untagged enum, the first problem is its error.
///
/// For a rule about one value, a type of its own is better, since nobody can forget it:
///
/// ```
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// #[serde(try_from = "String")]
/// struct Username(String);
///
/// impl TryFrom<String> for Username {
///     type Error = &'static str; // of a 422: "Value error, must not have blanks"
///
///     fn try_from(name: String) -> Result<Self, Self::Error> {
///         if name.contains(' ') { Err("must not have blanks") } else { Ok(Self(name)) }
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Ruled<T>(pub T);

impl<'de, T: Deserialize<'de> + Rules> Deserialize<'de> for Ruled<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, Inner(PhantomData)).map(Self)
    }
}

/// What [`Rules`] have found.
#[derive(Debug)]
pub struct Report<'r> {
    found: &'r mut Vec<Found>,
    loc: Vec<Value>,
}

impl Report<'_> {
    /// What is reported next belongs to this field, by the name that serde knows, or to this item.
    /// A client sees what it sent there.
    pub fn at(&mut self, step: impl Into<Value>) -> Report<'_> {
        let mut loc = self.loc.clone();
        loc.push(step.into());
        Report { found: self.found, loc }
    }

    /// Reports a `value_error`, as raising `ValueError(msg)` does in Pydantic. Quote no value that
    /// may not come back to the client.
    pub fn error(&mut self, msg: impl fmt::Display) {
        let msg = format!("Value error, {msg}");
        self.problem("value_error", msg, Some(json!({ "error": {} })));
    }

    /// Reports a problem of your own type, as raising `PydanticCustomError(kind, msg, ctx)` does.
    /// `ctx` is for programs, and what is in it goes to the client.
    pub fn problem(&mut self, kind: &'static str, msg: impl Into<String>, ctx: Option<Value>) {
        let fault = Fault { kind, msg: msg.into().into(), ctx };
        self.found.push(Found { loc: self.loc.clone(), fault });
    }
}

/// A problem of a value, and where in it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) loc: Vec<Value>,
    pub(crate) fault: Fault,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.loc {
            match step {
                Value::String(name) => write!(f, "{name}: ")?,
                index => write!(f, "{index}: ")?,
            }
        }
        f.write_str(&self.fault.msg)
    }
}

struct Inner<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Rules> Visitor<'de> for Inner<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that has rules")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let (reader, noted) = (READER.take(), NOTED.get());
        let value = T::deserialize(deserializer)?;
        let has_placeholders = NOTED.get() != noted;
        if has_placeholders || matches!(reader, Reader::Nobody) {
            return Ok(value);
        }
        let mut found = Vec::new();
        value.check(&mut Report { found: &mut found, loc: Vec::new() });
        match (reader, found.first()) {
            (Reader::Lax, _) => {
                FOUND.set(found);
                Ok(value)
            }
            (_, Some(first)) => Err(D::Error::custom(first)),
            (_, None) => Ok(value),
        }
    }
}

/// Who is about to read a value that has rules.
#[derive(Clone, Copy, Default)]
enum Reader {
    /// A deserializer that knows nothing of them.
    #[default]
    Other,
    /// The lax one, which notes what they say.
    Lax,
    /// The lax one, without anything that was sent.
    Nobody,
}

thread_local! {
    // serde has no other way from a deserializer to a type and back.
    static READER: Cell<Reader> = const { Cell::new(Reader::Other) };
    static FOUND: RefCell<Vec<Found>> = const { RefCell::new(Vec::new()) };
    /// How many problems were noted so far, in all readings.
    static NOTED: Cell<usize> = const { Cell::new(0) };
}

/// Says that a value is read next whose rules are to be asked, if it `is_sent`.
pub(crate) fn announce(is_sent: bool) {
    READER.set(if is_sent { Reader::Lax } else { Reader::Nobody });
}

/// What the rules of the value that was read last have found.
pub(crate) fn found() -> Vec<Found> {
    FOUND.take()
}

/// Says that a problem was noted, so that a value around it has placeholders.
pub(crate) fn noted() {
    NOTED.set(NOTED.get().wrapping_add(1));
}

/// Says that so many problems were none.
pub(crate) fn forgot(count: usize) {
    NOTED.set(NOTED.get().wrapping_sub(count));
}

/// Does a reading whose problems are not those of a value around it.
pub(crate) fn aside<R>(read: impl FnOnce() -> R) -> R {
    let noted = NOTED.get();
    let result = read();
    NOTED.set(noted);
    result
}
