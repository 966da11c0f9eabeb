//! Structs whose fields are among those of another one: Pydantic's inherited models.
//!
//! serde puts the fields for a `#[serde(flatten)]` aside, in a buffer, and reads them when all
//! others are read. What [`flat`] reads is read before, from the input itself, and waits until
//! serde asks for it. That it will ask is learned the first time that it does, once a type in the
//! life of the program.

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use serde::de::{DeserializeOwned, Deserializer, Error};

use crate::entries::Entry;
use crate::lax::{Input, Lax};
use crate::notes::{Notes, Stop};
use crate::probe::{self, Node, Turn};
use crate::rules;
use crate::shown::Shown;
use crate::union::Beside;

/// Reads a flattened struct as all others are read: with coercion and with all its problems.
///
/// `#[serde(flatten)]` is how a struct takes in the fields of another one, where Python has a model
/// that inherits from another one. By itself it coerces nothing, and reports only the first problem,
/// as a `value_error` of the whole:
///
/// ```
/// use axum::{Router, routing::post};
/// use fastapi_extract::{Json, flat};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct UserBase {
///     username: String,
///     age: i64,
/// }
///
/// #[derive(Deserialize)]
/// struct UserIn {
///     #[serde(flatten, deserialize_with = "flat")]
///     base: UserBase,
///     password: String,
/// }
///
/// // {"username":"anna","age":"5","password":"p"} fits; {"age":"x"} has three problems
/// async fn create(Json(user): Json<UserIn>) {
///     println!("{} is {}", user.base.username, user.base.age);
/// }
///
/// let app: Router = Router::new().route("/users/", post(create));
/// ```
///
/// It works in every extractor, and at any depth: the flattened struct may flatten another one. An
/// `Option` of a struct is `None` if none of its fields were sent. In [`Header`](crate::Header), the
/// field `x_token` is the header `x-token` in such structs too.
///
/// What differs from a struct without flattened ones: its own fields are reported after the
/// flattened ones and in the order of the request, those that are missing last. A
/// [`Secret`](crate::Secret) in the flattened struct is refused, as without `flat`; beside it, it is
/// fine.
///
/// A flattened map, for all other fields, needs no `flat` and gets no coercion from it. Other
/// deserializers than this crate's read a field with `flat` as they read one without.
///
/// # Errors
///
/// Those of `T`.
pub fn flat<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + 'static,
{
    let Some(mut window) = OPEN.take() else {
        return T::deserialize(from);
    };
    let slot = window.take::<T>();
    OPEN.set(Some(window));
    match slot {
        Slot::Value(value) => Ok(value),
        Slot::Rest => T::deserialize(from),
        Slot::Failed => Err(D::Error::custom("its problems are noted")),
    }
}

/// What became of a flattened type.
enum Slot<T> {
    Value(T),
    Failed,
    /// It takes whatever fields are left.
    Rest,
}

/// What waits for one struct's [`flat`]s to ask for it.
pub(crate) struct Window {
    visitor: TypeId,
    slots: Vec<(TypeId, Slot<Box<dyn Any>>)>,
    /// Whether one asked that was not known of.
    has_learned: bool,
}

thread_local! {
    /// That of the struct of which everything else is read.
    static OPEN: Cell<Option<Window>> = const { Cell::new(None) };
}

impl Window {
    fn take<T: DeserializeOwned + 'static>(&mut self) -> Slot<T> {
        let id = TypeId::of::<T>();
        let Some(index) = self.slots.iter().position(|(slot, _)| *slot == id) else {
            Flat::learn::<T>(self.visitor);
            self.has_learned = true;
            return Slot::Failed;
        };
        match self.slots.swap_remove(index).1 {
            Slot::Value(value) => match value.downcast() {
                Ok(value) => Slot::Value(*value),
                Err(_) => Slot::Failed,
            },
            Slot::Failed => Slot::Failed,
            Slot::Rest => Slot::Rest,
        }
    }

    /// Lets them ask, until this struct is read.
    pub(crate) fn open(self) {
        OPEN.set(Some(self));
    }
}

/// Closes a window, and opens the one again that was open before; after a panic, too.
struct Outer(Option<Window>);

impl Drop for Outer {
    fn drop(&mut self) {
        OPEN.set(self.0.take());
    }
}

/// A flattened type.
#[derive(Clone, Copy)]
struct Flat {
    id: TypeId,
    /// `None` if it takes whatever fields are left.
    read: Option<Read>,
    /// The fields that it takes, as far as they are known.
    names: &'static [&'static str],
}

type Read = for<'a> fn(&mut Notes<'a>, Input<'a>, bool) -> Result<Box<dyn Any>, Stop>;

/// The flattened types in each struct, by its visitor.
static KNOWN: LazyLock<RwLock<HashMap<TypeId, Vec<Flat>>>> = LazyLock::new(RwLock::default);

impl Flat {
    fn learn<T: DeserializeOwned + 'static>(visitor: TypeId) {
        let ask = |way: &[_]| probe::ask::<T>(way, &mut Arc::default());
        let (read, names): (Option<Read>, &[_]) = match ask(&[]).node {
            Some(Node::Fields(names)) => (Some(read::<T>), names.all),
            Some(Node::Union { .. }) => (Some(read::<T>), &[]),
            Some(Node::Map) if !ask(&[Turn::Name("".into())]).stands_for_all => {
                (Some(read::<T>), &[])
            }
            _ => (None, &[]),
        };
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        let flats = known.entry(visitor).or_default();
        if flats.iter().all(|flat| flat.id != TypeId::of::<T>()) {
            flats.push(Self { id: TypeId::of::<T>(), read, names });
        }
    }

    fn fill(&self, lax: &mut Lax<'_, '_>) -> Result<Slot<Box<dyn Any>>, Stop> {
        let Some(read) = self.read else {
            return Ok(Slot::Rest);
        };
        let is_sent = |name: &&'static str| lax.input.field(name).is_some();
        let is_sent = self.names.is_empty() || self.names.iter().any(is_sent);
        match read(lax.notes, lax.input, is_sent) {
            Ok(value) => Ok(Slot::Value(value)),
            Err(Stop::Again) => Err(Stop::Again),
            Err(_) => lax.notes.check().map(|()| Slot::Failed),
        }
    }
}

/// Reads a `T` among other fields.
fn read<'a, T: DeserializeOwned + 'static>(
    notes: &mut Notes<'a>,
    input: Input<'a>,
    is_sent: bool,
) -> Result<Box<dyn Any>, Stop> {
    if !is_sent {
        let nothing = Input::Missing(Shown::NOTHING);
        let mut without = Notes::new(notes.known());
        match rules::aside(|| without.visit(None, nothing, |lax| T::deserialize(lax))) {
            Ok(value) if without.len() == 0 => return Ok(Box::new(value)),
            _ => {}
        }
    }
    // Nobody can find a secret that serde puts aside.
    let is_buffered = mem::replace(&mut notes.is_buffered, true);
    let value = notes.visit(None, input, |lax| {
        lax.notes.union.beside = Beside::Others;
        T::deserialize(lax)
    });
    notes.is_buffered = is_buffered;
    Ok(Box::new(value?))
}

/// What is known of the flattened types in one struct.
pub(crate) struct Flats {
    visitor: TypeId,
    known: Vec<Flat>,
}

impl Flats {
    pub(crate) fn of(visitor: TypeId) -> Self {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        Self { visitor, known: known.get(&visitor).cloned().unwrap_or_default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Reads a struct, after the flattened ones in it, with the entries that are not theirs.
    pub(crate) fn around<'a, 'n, R>(
        self,
        mut lax: Lax<'a, 'n>,
        mut entries: Vec<Entry<'a>>,
        visit: impl FnOnce(Lax<'a, 'n>, Vec<Entry<'a>>, Option<Window>) -> Result<R, Stop>,
    ) -> Result<R, Stop> {
        if let Input::Probe(_) = lax.input {
            return visit(lax, entries, None);
        }
        let mut slots = Vec::with_capacity(self.known.len());
        for flat in &self.known {
            slots.push((flat.id, flat.fill(&mut lax)?));
            entries.retain(|entry| !flat.names.contains(&entry.key));
        }
        let window = Window { visitor: self.visitor, slots, has_learned: false };
        let outer = Outer(OPEN.take());
        let result = visit(lax, entries, Some(window));
        let has_learned = OPEN.take().is_some_and(|window| window.has_learned);
        drop(outer);
        if has_learned { Err(Stop::Again) } else { result }
    }
}
