//! The same types, described: OpenAPI, and a page to try it.

// ANCHOR: use
use axum::extract::State;
use axum::{Json, Router};
use fastapi_extract::Path;
use lesson_support::ApiError;
use utoipa::{OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};
// ANCHOR_END: use

use crate::AppState;
use crate::complete::Item;
use crate::fields::Summary;
use crate::given::GivenItem;
use crate::items::Items;

// ANCHOR: problem
/// What `ApiError` sends. Only the description needs this type, so nobody ever makes one.
#[derive(ToSchema)]
struct Problem {
    /// A sentence for people.
    #[expect(dead_code, reason = "describes what another type sends")]
    detail: String,
}
// ANCHOR_END: problem

// ANCHOR: item
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
async fn item(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<Item>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}
// ANCHOR_END: item

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
async fn given(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<GivenItem>, ApiError> {
    Ok(Json(items.read(&item_id)?))
}

/// What a list shows of each item
#[utoipa::path(
    get,
    path = "/catalogue/items/{item_id}/summary",
    params(("item_id" = String, Path, description = "For example foo")),
    responses(
        (status = 200, description = "Two of its fields", body = Summary),
        (status = 404, description = "There's no such item", body = Problem)
    )
)]
async fn summary(
    Path(item_id): Path<String>,
    State(items): State<Items>,
) -> Result<Json<Summary>, ApiError> {
    let item: Item = items.read(&item_id)?;
    Ok(Json(item.into()))
}

// ANCHOR: router
#[derive(OpenApi)]
#[openapi(info(title = "Catalogue", version = "1.0.0", description = "Items, described"))]
struct Description;

/// The section's routes, their description at `/openapi.json`, and the page at `/docs/`.
pub fn router() -> Router<AppState> {
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(item))
        .routes(routes!(given))
        .routes(routes!(summary))
        .split_for_parts();
    // By default, the page would send the description's address to validator.swagger.io.
    let config = Config::default().validator_url("none");
    router.merge(SwaggerUi::new("/docs").config(config).url("/openapi.json", description))
}
// ANCHOR_END: router
