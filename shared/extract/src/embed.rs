//! Several parts of a JSON body.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::json::{has_json_content_type, receive};
use crate::lax::Input;
use crate::notes::{Around, Fault, read};
use crate::rejection::{Problem, Rejection};
use crate::shape;

/// Several parts of a JSON body, as the fields of the struct `T`: FastAPI's [multiple body
/// parameters], and `Body(embed=True)` if there is one field.
///
/// ```
/// use axum::{Router, routing::put};
/// use fastapi_extract::Embed;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Item {
///     name: String,
///     price: f64,
/// }
///
/// #[derive(Deserialize)]
/// struct Update {
///     item: Item,
///     importance: i64,
///     note: Option<String>, // may be left out
/// }
///
/// // {"item":{"name":"Foo","price":50.5},"importance":5}
/// async fn update(Embed(update): Embed<Update>) {
///     println!("{} {}", update.item.name, update.importance);
/// }
///
/// let app: Router = Router::new().route("/items/", put(update));
/// ```
///
/// [`Json<Update>`](crate::Json) takes the same bodies. What differs is the report, because `T` is
/// no object to a client, but a list of parameters: a part that is missing has a null as its `input`;
/// without a body, each part is missing; and with a body that is JSON but no object, each part is
/// too, even one that may be left out. A body whose content type is not JSON counts as none.
///
/// Rejects as [`Json`](crate::Json) does.
///
/// [multiple body parameters]: https://fastapi.tiangolo.com/tutorial/body-multiple-params/
#[derive(Clone, Copy, Debug)]
pub struct Embed<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Embed<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let around = Around::of(request.extensions());
        let body = receive_parts(request, state).await?;
        read_parts(&body, around.hide_input, |input| read("body", input, around)).map(Self)
    }
}

/// Receives the body as a value; an object without parts where there is no body.
pub(crate) async fn receive_parts<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Value, Rejection> {
    let is_json = has_json_content_type(request.headers());
    let body = receive(request, state).await?;
    Ok(body.filter(|_| is_json).unwrap_or_else(|| json!({})))
}

/// Reads the parts with `read_object`, which reports as for a struct.
pub(crate) fn read_parts<T: DeserializeOwned>(
    body: &Value,
    hide_input: bool,
    read_object: impl FnOnce(Input<'_>) -> Result<T, Rejection>,
) -> Result<T, Rejection> {
    if !body.is_object()
        && let Some(names) = shape::names::<T>()
    {
        let problems = names.iter().map(|name| missing(name)).collect();
        return Err(Rejection::Invalid(problems).hiding_input(hide_input));
    }
    read_object(Input::Json(body)).map_err(without_parent)
}

fn missing(name: &str) -> Problem {
    Problem {
        kind: Fault::MISSING.kind,
        loc: vec!["body".into(), name.into()],
        msg: Fault::MISSING.msg.into_owned(),
        input: Some(Value::Null),
        ctx: None,
    }
}

/// What a missing part is missing from is not shown.
fn without_parent(mut rejection: Rejection) -> Rejection {
    if let Rejection::Invalid(problems) = &mut rejection {
        let is_part = |problem: &&mut Problem| problem.kind == "missing" && problem.loc.len() == 2;
        let inputs = problems.iter_mut().filter(is_part).filter_map(|p| p.input.as_mut());
        inputs.for_each(|input| *input = Value::Null);
    }
    rejection
}
