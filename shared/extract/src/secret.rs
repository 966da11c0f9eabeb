//! Values that no answer shows.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Visitor};

/// What is shown in place of a secret: Pydantic's `SecretStr` has the same ten.
pub(crate) const MASK: &str = "**********";

/// The name by which this crate's deserializer knows a secret; to any other one it is a newtype.
pub(crate) const NAME: &str = "fastapi_extract::Secret";

/// A password, a token, a key: read as a `T`, and shown by nothing. FastAPI's
/// [`SecretStr`](https://docs.pydantic.dev/latest/api/types/#pydantic.types.SecretStr).
///
/// A 422 sends back what was sent. `{"password":"hunter2"}` without its `email` would come back
/// password and all, and go from there into the logs of proxies and clients. Make the field a
/// `Secret`, and wherever the `input` of a problem would show its value, it shows `"**********"`:
///
/// ```
/// use axum::{Router, routing::post};
/// use fastapi_extract::{Json, Secret};
/// use serde::Deserialize;
///
/// #[derive(Debug, Deserialize)]
/// struct UserCreate {
///     email: String,
///     password: Secret, // of a String; Option<Secret> may be left out
/// }
///
/// // {"password":"hunter2"} is answered with
/// // {"type":"missing","loc":["body","email"],…,"input":{"password":"**********"}}
/// async fn create(Json(user): Json<UserCreate>) {
///     println!("{user:?}"); // UserCreate { email: "…", password: Secret("**********") }
///     store(&user.email, user.password.expose());
/// }
///
/// fn store(email: &str, password: &str) {}
///
/// let app: Router = Router::new().route("/users/", post(create));
/// ```
///
/// It works in every extractor, at any depth, under any name that serde gives the field, and
/// however early the reading ends. For a type of your own see [`secret`]. What stays visible:
///
/// - A null, and what is left out.
/// - What the type does not know as secret: a field or a variant whose name is misspelt, a secret
///   sent in the field of something else. Where that matters, put
///   [`HideInput`](crate::HideInput) around the route.
/// - `loc`, in which the keys of a map are. `msg` of a `value_error`, which has the words of your
///   type: quote no value there.
///
/// A value of another shape than its type, such as a body that was sent without its content
/// type and is one string, is masked as a whole if the type has a secret in it.
///
/// So is what is sent as another shape for a struct with `#[serde(flatten)]`, secret or not.
///
/// Inside `#[serde(flatten)]`, with [`flat`](crate::flat) too, and inside the untagged and
/// internally tagged enums of serde's derive, values go into a buffer first, and nobody sees which
/// of them are secret until the request turns out to be valid. So a secret in there is refused
/// whenever it is read, even in a valid request, with a 500 and a line in the log: your first test
/// shows it. Move the field out of there (a secret beside a flattened struct is fine), read the
/// enum with [`union!`](crate::union!), make all of it a secret, or put
/// [`HideInput`](crate::HideInput) around the route. The same goes for a type of yours that reads
/// a `serde_json::Value` and makes a struct with a secret from it.
///
/// There is no `PartialEq` on purpose: `==` takes longer the more of a guess is right. Compare
/// with the crate `subtle`, in constant time. Nothing overwrites the memory of a secret either;
/// the crate `secrecy` does, see [`secret`].
#[derive(Clone, Default)]
pub struct Secret<T = String>(T);

impl<T> Secret<T> {
    /// The value. It is a secret no more: do not log it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value, owned. It is a secret no more: do not log it.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secret").field(&MASK).finish()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        secret(deserializer).map(Self)
    }
}

/// Makes a field of any type a secret: `#[serde(deserialize_with = "fastapi_extract::secret")]`.
///
/// For `secrecy::SecretString`, or a type of your own. What [`Secret`] says of the answers is
/// true of such a field too. A field with `deserialize_with` may only be left out if it has
/// `default` as well, even an `Option`:
///
/// ```
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Password(String); // no Debug, so nobody can log it
///
/// #[derive(Deserialize)]
/// struct ChangePassword {
///     #[serde(deserialize_with = "fastapi_extract::secret")]
///     new: Password,
///     #[serde(default, deserialize_with = "fastapi_extract::secret")]
///     old: Option<Password>,
/// }
///
/// let change: ChangePassword = serde_json::from_str(r#"{"new":"hunter2"}"#)?;
/// assert!(change.new.0 == "hunter2" && change.old.is_none());
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// Those of `T`.
pub fn secret<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_newtype_struct(NAME, Inner(PhantomData))
}

struct Inner<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Inner<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        let is_found = VOUCHED.take();
        let before = MISSED.get();
        let result = T::deserialize(deserializer);
        // What is inside a secret is hidden with it.
        MISSED.set(if is_found { before } else { true });
        result
    }
}

thread_local! {
    /// Whether it is the lax deserializer that is about to read a secret.
    static VOUCHED: Cell<bool> = const { Cell::new(false) };
    /// Whether a secret was read by another one, from a buffer. An error would not tell: an
    /// untagged enum swallows those of its variants.
    static MISSED: Cell<bool> = const { Cell::new(false) };
}

/// Says that the secret that is read next can be found when it is to be hidden.
pub(crate) fn vouch() {
    VOUCHED.set(true);
}

/// Does a reading, and says whether it met a secret that cannot be found.
pub(crate) fn watch<R>(read: impl FnOnce() -> R) -> (R, bool) {
    MISSED.set(false);
    let result = read();
    (result, MISSED.take())
}
