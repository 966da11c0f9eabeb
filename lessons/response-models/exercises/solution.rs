//! The steps of the response-models lesson, solved. `just learn response-models` cuts its starter
//! from this file.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use lesson_response_models::LESSON;
use lesson_support::{ApiError, EventLog, Server, request_log, shared_routes};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// What the handlers share. Each takes the part that it needs.
#[derive(Clone, FromRef)]
struct AppState {
    items: Items,
    parcels: Parcels,
    events: EventLog,
}

/// Records by their ids, as a document store sends them. Cloning it clones a pointer.
#[derive(Clone)]
struct Items(Arc<Value>);

impl Items {
    fn new() -> Self {
        Self(Arc::new(json!({
            "foo": { "name": "Foo", "price": 50.2 },
            "bar": { "name": "Bar", "description": "The bartenders", "price": 62, "tax": 20.2 },
            "baz": {
                "name": "Baz", "description": null, "price": 50.2, "tax": 10.5, "tags": []
            },
            "extra": { "price": 1, "owner": "somebody", "name": "Extra" },
            // These two are broken: no price, and a tax that's null.
            "missing": { "name": "Missing" },
            "null": { "name": "Null", "price": 1, "tax": null },
        })))
    }

    // Step 1: find the record (`self.0.get(id)`) and make a `T` of it (`T::deserialize(record)`).
    // An unknown id is a 404 with the detail "Item not found": `ApiError::new(status, detail)`. A
    // record that isn't a `T` is a 500, which `?` makes of any other error. Its body is the text
    // "Internal Server Error", and the log says what was wrong.
    fn read<T: DeserializeOwned>(&self, id: &str) -> Result<T, ApiError> {
        // STEP 1
        let not_found = || ApiError::new(StatusCode::NOT_FOUND, "Item not found");
        Ok(T::deserialize(self.0.get(id).ok_or_else(not_found)?)?)
        // STUB
        // Err(ApiError::from_status(StatusCode::NOT_IMPLEMENTED))
        // END
    }
}

// Step 1: answer `GET /exclude-nothing/items/{item_id}` with a 200 and the whole item, as JSON.
// Write the type that you return, with these fields in this order, and no others: `name`, a string;
// `description`, a string or null; `price`, a float; `tax`, a float, 10.5 if the record has none;
// `tags`, a list of strings, empty if the record has none.
// STEP 1
/// An item with its defaults filled in.
#[derive(Deserialize, Serialize)]
// STEP 6
#[derive(ToSchema)]
// END
struct Item {
    name: String,
    // STEP 6
    #[schema(required)]
    // END
    description: Option<String>,
    price: f64,
    #[serde(default = "default_tax")]
    // STEP 6
    #[schema(required)]
    // END
    tax: f64,
    #[serde(default)]
    // STEP 6
    #[schema(required)]
    // END
    tags: Vec<String>,
}

fn default_tax() -> f64 {
    10.5
}

// STEP 6
/// An item, with its defaults filled in
#[utoipa::path(
    get,
    path = "/catalogue/items/{item_id}",
    params(("item_id" = String, Path, description = "For example foo")),
    responses(
        (status = 200, description = "The item", body = Item),
        (status = 404, description = "There's no such item", body = Problem)
    )
)]
// END
async fn whole(
    State(items): State<Items>,
    Path(item_id): Path<String>,
) -> Result<Json<Item>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}
// STUB
// async fn whole(State(items): State<Items>, Path(item_id): Path<String>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

// Step 2: answer `GET /include/items/{item_id}` with the item's `name` and `description` only, and
// `GET /exclude/items/{item_id}` with everything but the `tax`. Both check the whole item first, so
// a record that isn't an item is a 500 here, too. If somebody adds a field to the item, the second
// one mustn't compile until they've decided about that field.
// STEP 2
/// What a list shows of an item.
#[derive(Serialize)]
// STEP 6
#[derive(ToSchema)]
// END
struct Summary {
    name: String,
    // STEP 6
    #[schema(required)]
    // END
    description: Option<String>,
}

impl From<Item> for Summary {
    fn from(item: Item) -> Self {
        Self { name: item.name, description: item.description }
    }
}

// STEP 6
/// What a list shows of an item
#[utoipa::path(
    get,
    path = "/catalogue/items/{item_id}/summary",
    params(("item_id" = String, Path, description = "For example foo")),
    responses(
        (status = 200, description = "Two of its fields", body = Summary),
        (status = 404, description = "There's no such item", body = Problem)
    )
)]
// END
async fn summary(
    State(items): State<Items>,
    Path(item_id): Path<String>,
) -> Result<Json<Summary>, ApiError> {
    let item: Item = items.read(&item_id)?;
    Ok(Json(item.into()))
}

#[derive(Serialize)]
struct UntaxedItem {
    name: String,
    description: Option<String>,
    price: f64,
    tags: Vec<String>,
}

impl From<Item> for UntaxedItem {
    fn from(item: Item) -> Self {
        // Every field is named, so a new one doesn't compile until somebody decides about it.
        let Item { name, description, price, tax: _, tags } = item;
        Self { name, description, price, tags }
    }
}

async fn untaxed(
    State(items): State<Items>,
    Path(item_id): Path<String>,
) -> Result<Json<UntaxedItem>, ApiError> {
    let item: Item = items.read(&item_id)?;
    Ok(Json(item.into()))
}
// STUB
// async fn summary(State(items): State<Items>, Path(item_id): Path<String>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
//
// async fn untaxed(State(items): State<Items>, Path(item_id): Path<String>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

// Step 3: answer `GET /exclude-none/items/{item_id}` with the item, but leave the `description` out
// if it's null. The defaults are filled in as in step 1, whose answers don't change.
// STEP 3
/// An item without nulls.
#[derive(Deserialize, Serialize)]
struct ItemWithoutNull {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    price: f64,
    #[serde(default = "default_tax")]
    tax: f64,
    #[serde(default)]
    tags: Vec<String>,
}

async fn without_null(
    State(items): State<Items>,
    Path(item_id): Path<String>,
) -> Result<Json<ItemWithoutNull>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}
// STUB
// async fn without_null(State(items): State<Items>, Path(item_id): Path<String>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

/// Reads a field that was sent. serde alone would read a null as `None`, like a missing field.
fn given<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(value).map(Some)
}

// Step 4: answer `PATCH /partial-update/items/{item_id}` with a 200 and the whole item, with the
// changes in it, and store nothing. The body may have a `description`, which may be null, and a
// `price`, which may not: a null is a 422. What the body doesn't mention stays, and its other
// fields are ignored. Take the body with `fastapi_extract::Json` in place of axum's, so that the
// 422 has FastAPI's words, and a price may be sent as a string.
//
// Then answer `GET /exclude-unset/items/{item_id}` with those of the item's fields that its record
// has. Don't fill in any others. A description that's null stays null, and a value stays even
// if it's the default. A `tax` that's null is a 500, here too.
// STEP 4
/// What a client may change.
#[derive(Deserialize)]
struct Changes {
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    price: Option<f64>,
}

async fn update(
    State(items): State<Items>,
    Path(item_id): Path<String>,
    fastapi_extract::Json(changes): fastapi_extract::Json<Changes>,
) -> Result<Json<Item>, ApiError> {
    let mut item: Item = items.read(&item_id)?;
    if let Some(description) = changes.description {
        item.description = description;
    }
    if let Some(price) = changes.price {
        item.price = price;
    }
    Ok(Json(item))
}

/// An item with the fields that its record has, and no others.
#[derive(Deserialize, Serialize)]
// STEP 6
#[derive(ToSchema)]
// END
struct GivenItem {
    name: String,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    description: Option<Option<String>>,
    price: f64,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    // STEP 6
    #[schema(nullable = false)]
    // END
    tax: Option<f64>,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    // STEP 6
    #[schema(nullable = false)]
    // END
    tags: Option<Vec<String>>,
}

// STEP 6
/// An item as it was given
#[utoipa::path(
    get,
    path = "/catalogue/items/{item_id}/given",
    params(("item_id" = String, Path, description = "For example foo")),
    responses(
        (status = 200, description = "The fields that were given", body = GivenItem),
        (status = 404, description = "There's no such item", body = Problem)
    )
)]
// END
async fn as_given(
    State(items): State<Items>,
    Path(item_id): Path<String>,
) -> Result<Json<GivenItem>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}
// STUB
// async fn update(State(items): State<Items>, Path(item_id): Path<String>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
//
// async fn as_given(State(items): State<Items>, Path(item_id): Path<String>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

// Step 5: `POST /parcels` stores a parcel (`parcels.add(…)`) and sends the client to its page, by a
// header `Location` with the path `/parcels/{parcel_id}`. Choose the status that makes a GET of a
// POST. `GET /parcels/{parcel_id}` answers 200 with the parcel (`parcels.get(…)`), or 404 with the
// detail "Parcel not found". In JSON, a parcel is `{"trackingNumber":"A1","weightInGrams":500}`,
// both in the request and in the answer.

/// What the post office knows of a parcel.
// STEP 5
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
// END
#[derive(Clone)]
struct Parcel {
    tracking_number: String,
    weight_in_grams: i64,
}

/// A parcel's id is its place in the list.
#[derive(Clone, Default)]
struct Parcels(Arc<Mutex<Vec<Parcel>>>);

impl Parcels {
    /// Stores a parcel, and returns its id.
    fn add(&self, parcel: Parcel) -> usize {
        let mut parcels = self.lock();
        parcels.push(parcel);
        parcels.len() - 1
    }

    fn get(&self, parcel_id: usize) -> Option<Parcel> {
        self.lock().get(parcel_id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Parcel>> {
        // A panic in another request poisons the lock. The list is complete all the same.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// STEP 5
async fn add_parcel(
    State(parcels): State<Parcels>,
    fastapi_extract::Json(parcel): fastapi_extract::Json<Parcel>,
) -> Redirect {
    let parcel_id = parcels.add(parcel);
    Redirect::to(&format!("/parcels/{parcel_id}"))
}

async fn parcel(
    State(parcels): State<Parcels>,
    Path(parcel_id): Path<usize>,
) -> Result<Json<Parcel>, ApiError> {
    let not_found = || ApiError::new(StatusCode::NOT_FOUND, "Parcel not found");
    Ok(Json(parcels.get(parcel_id).ok_or_else(not_found)?))
}
// STUB
// async fn add_parcel(State(parcels): State<Parcels>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
//
// async fn parcel(State(parcels): State<Parcels>, Path(parcel_id): Path<usize>) -> StatusCode {
//     StatusCode::NOT_IMPLEMENTED
// }
// END

/// What `ApiError` sends. Only the description needs this type, so nobody ever makes one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what another type sends")]
struct Problem {
    /// A sentence for people.
    detail: String,
}

// Step 6: describe three of the handlers: `whole` at `/catalogue/items/{item_id}`, `as_given` at
// `/catalogue/items/{item_id}/given` and `summary` at `/catalogue/items/{item_id}/summary`. Each
// has its parameter, its 200, and a 404 whose body is a `Problem`. They answer at those paths as
// well as at the old ones. Serve the description at `/openapi.json`, with the title "Catalogue" and
// the version "1.0.0", and Swagger UI at `/docs`. The page mustn't send anything to a validator.
//
// The description must be true: for each field, it says whether the field may be missing, and
// whether it may be null. A field that may be missing but is never null needs
// `#[schema(nullable = false)]`.
// STEP 6
#[derive(OpenApi)]
#[openapi(info(title = "Catalogue", version = "1.0.0", description = "Items, described"))]
struct Description;

fn catalogue() -> Router<AppState> {
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(whole))
        .routes(routes!(as_given))
        .routes(routes!(summary))
        .split_for_parts();
    // By default, the page would send the description's address to validator.swagger.io.
    let config = Config::default().validator_url("none");
    router.merge(SwaggerUi::new("/docs").config(config).url("/openapi.json", description))
}
// STUB
// fn catalogue() -> Router<AppState> {
//     Router::new()
// }
// END

fn app(state: AppState) -> Router {
    Router::new()
        .route("/exclude-nothing/items/{item_id}", get(whole))
        .route("/include/items/{item_id}", get(summary))
        .route("/exclude/items/{item_id}", get(untaxed))
        .route("/exclude-none/items/{item_id}", get(without_null))
        .route("/exclude-unset/items/{item_id}", get(as_given))
        .route("/partial-update/items/{item_id}", patch(update))
        .route("/parcels", post(add_parcel))
        .route("/parcels/{parcel_id}", get(parcel))
        .merge(catalogue())
        .merge(shared_routes(LESSON))
        .layer(request_log())
        .with_state(state)
}

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let state =
        AppState { items: Items::new(), parcels: Parcels::default(), events: server.events() };
    server.serve(app(state)).await
}
