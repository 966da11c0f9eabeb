//! Constraints that are documented and enforced.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, PoisonError, RwLock};

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Extensions;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::constraints::{Schema, Table};
use crate::rejection::Rejection;
use crate::{Cookie, Embed, Form, Header, Json, Path, Query};

/// Enforces what the schema of a type says: FastAPI's `Field(ge=1, max_length=50)`.
///
/// Constraints are declared once, as [utoipa](https://docs.rs/utoipa)'s attributes. They are in
/// your OpenAPI document, and with `Checked` around an extractor they hold: what breaks one is
/// reported as Pydantic does it, beside the problems of types, in the order of declaration.
///
/// ```
/// use axum::{Router, routing::get};
/// use fastapi_extract::{All, Checked, Json, Query};
/// use serde::Deserialize;
/// use utoipa::{IntoParams, ToSchema};
///
/// #[derive(Deserialize, IntoParams)]
/// struct Paging {
///     #[param(minimum = 0)]
///     #[serde(default)]
///     offset: i64,
///     #[param(minimum = 1, maximum = 100)]
///     limit: Option<i64>,
/// }
///
/// #[derive(Deserialize, ToSchema)]
/// struct Item {
///     #[schema(min_length = 3, max_length = 50, pattern = "^[a-z]+$")]
///     name: String,
///     #[schema(exclusive_minimum = 0)]
///     price: f64,
///     #[schema(min_items = 1)]
///     tags: Vec<String>,
/// }
///
/// async fn list(Checked(Query(paging)): Checked<Query<Paging>>) {
///     println!("{:?} items after {}", paging.limit, paging.offset);
/// }
///
/// async fn create(
///     All((Checked(Query(paging)), Checked(Json(item)))): All<(
///         Checked<Query<Paging>>,
///         Checked<Json<Item>>,
///     )>,
/// ) {
///     println!("{} {} {:?} {}", item.name, item.price, item.tags, paging.offset);
/// }
///
/// let app: Router = Router::new().route("/items/", get(list).post(create));
///
/// // In a test: whether all constraints can be enforced.
/// Checked::<Json<Item>>::check_schema()?;
/// # Ok::<(), fastapi_extract::SchemaError>(())
/// ```
///
/// A body needs [`ToSchema`], what has parameters needs [`IntoParams`]. Constraints work at any
/// depth: in the items of a list, in the values of a map, in a [`Secret`](crate::Secret), in a
/// struct inside (`ToSchema`, or `#[param(inline)]` in parameters). These are known: `minimum`,
/// `exclusive_minimum`, `maximum`, `exclusive_maximum`, `multiple_of`, `min_length`,
/// `max_length`, `pattern` (the crate `regex`, as Pydantic), `min_items` and `max_items`.
///
/// # Where to look twice
///
/// What holds is what the document shows, so a look at it, or a test, tells what you get.
///
/// - utoipa drops constraints on a field whose type has a schema of its own: they belong on that
///   type. `#[schema(value_type = String, min_length = 8)]` is how a [`Secret`](crate::Secret) or
///   another foreign type gets them.
/// - A type that is inside itself needs `#[schema(no_recursion)]` on that field, as utoipa says:
///   without it, asking for the schema never ends. `check_schema` overflows the stack, and so
///   would the first request.
/// - A number in an attribute is an `i32` for Rust, so larger ones need a suffix:
///   `maximum = 10_000_000_000i64`.
/// - What comes under an alias (`#[serde(alias = "…")]`) has the constraints of its field. serde
///   does not say whose alias a name is where it buffers, in a variant that has fields, or beside
///   a flattened field: there it is not constrained.
/// - A field that the document does not show is not constrained: utoipa leaves out those with
///   `#[schema(ignore)]` and `#[serde(skip_serializing)]`, and does not know
///   `#[serde(rename(deserialize = "…"))]`, so give such a field `#[schema(rename = "…")]` too.
/// - A bound of a `Decimal` (of the crate `rust_decimal`) is one of a number:
///   `#[schema(value_type = f64, minimum = 0)]`. It is compared digit by digit. Dates, times and
///   durations are texts in JSON, and OpenAPI has no bounds for those: use [`Rules`](crate::Rules)
///   or a type of your own. Texts that have a form of their own, such as a `Uuid` or a `Url`, have
///   no lengths and no patterns.
/// - utoipa knows schemas by the names of their types. Two types of one name with different
///   schemas are refused with a 500, logged, as are a pattern that is none and a reference
///   to a schema that is not there. [`check_schema`](Self::check_schema) finds those before.
/// - Default values are not checked, as in Pydantic.
#[derive(Clone, Copy, Debug)]
pub struct Checked<E>(pub E);

impl<E: HasSchema> Checked<E> {
    /// Compiles the schema now rather than at the first request: call it in a test.
    ///
    /// # Errors
    ///
    /// If there is a constraint that cannot be enforced.
    pub fn check_schema() -> Result<(), SchemaError> {
        table::<E>().map(|_| ()).map_err(SchemaError)
    }
}

/// A schema whose constraints cannot be enforced; says why.
#[derive(Debug, PartialEq)]
pub struct SchemaError(&'static str);

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SchemaError {}

impl<S, E> FromRequestParts<S> for Checked<E>
where
    S: Send + Sync,
    E: HasSchema + FromRequestParts<S, Rejection = Rejection>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        constrain::<E>(&mut parts.extensions)?;
        let read = E::from_request_parts(parts, state).await;
        parts.extensions.remove::<Schema>();
        read.map(Self)
    }
}

impl<S, E> FromRequest<S> for Checked<E>
where
    S: Send + Sync,
    E: HasSchema + FromRequest<S, Rejection = Rejection>,
{
    type Rejection = Rejection;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Rejection> {
        constrain::<E>(request.extensions_mut())?;
        E::from_request(request, state).await.map(Self)
    }
}

/// An extractor that [`Checked`] can go around: its type has a schema.
pub trait HasSchema {
    /// The schema, and those that it refers to, each with its name.
    #[doc(hidden)]
    fn schemas() -> (Value, Vec<(String, Value)>);
}

macro_rules! has_schema {
    ($($source:ident),*: $bound:ident, $schemas:ident) => {$(
        impl<T: DeserializeOwned + $bound> HasSchema for $source<T> {
            fn schemas() -> (Value, Vec<(String, Value)>) {
                $schemas::<T>()
            }
        }
    )*};
}

has_schema!(Embed, Form, Json: ToSchema, of_body);
has_schema!(Path, Query, Header, Cookie: IntoParams, of_params);

fn of_body<T: ToSchema>() -> (Value, Vec<(String, Value)>) {
    let (schema, mut named) = (T::schema(), Vec::new());
    T::schemas(&mut named);
    // A type that is inside itself refers to itself.
    named.push((T::name().into_owned(), schema.clone()));
    (json!(schema), named.into_iter().map(|(name, schema)| (name, json!(schema))).collect())
}

/// Parameters are the fields of an object.
fn of_params<T: IntoParams>() -> (Value, Vec<(String, Value)>) {
    let params = T::into_params(|| None).into_iter();
    let fields: serde_json::Map<_, _> =
        params.map(|param| (param.name, json!(param.schema))).collect();
    (json!({ "type": "object", "properties": fields }), Vec::new())
}

/// Leaves the schema for the extractor that reads next.
fn constrain<E: HasSchema>(extensions: &mut Extensions) -> Result<(), Rejection> {
    let table = table::<E>().map_err(|reason| Rejection::unexpected(SchemaError(reason)))?;
    if let Some(schema) = table.root() {
        extensions.insert(schema);
    }
    Ok(())
}

/// One a type for the life of the program, so they may be leaked.
type Compiled = Result<&'static Table, &'static str>;

static COMPILED: LazyLock<RwLock<HashMap<TypeId, Compiled>>> = LazyLock::new(RwLock::default);

fn table<E: HasSchema>() -> Compiled {
    let id = typeid::of::<E>();
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
    known.unwrap_or_else(|| {
        let compiled = match compile::<E>() {
            Ok(table) => Ok(&*Box::leak(Box::new(table))),
            Err(reason) => {
                let reason = format!("the schema of {}: {reason}", type_name::<E>());
                Err(&*reason.leak())
            }
        };
        let mut all = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
        *all.entry(id).or_insert(compiled)
    })
}

fn compile<E: HasSchema>() -> Result<Table, String> {
    let (root, named) = E::schemas();
    let mut schemas = HashMap::new();
    for (name, schema) in named {
        match schemas.get(&name) {
            Some(other) if *other != schema => {
                return Err(format!(
                    "two types are called `{name}`, so that the schema of one would count for \
                     both: give one another name with #[schema(as = …)]"
                ));
            }
            _ => schemas.insert(name, schema),
        };
    }
    Table::compile(&root, &schemas)
}
