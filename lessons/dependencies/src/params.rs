//! One extractor that reads the path, the query and the body.

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::routing::get;
use fastapi_extract::{All, Json, Path, Query, Rejection};
use serde::{Deserialize, Serialize};

use crate::AppState;

/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/params/test/{path_param}", get(test).post(test))
        .route("/query-only/test", get(query_only))
}

// ANCHOR: query-only
/// The query: `?query_param=…`.
#[derive(Deserialize, FromRequestParts)]
#[from_request(via(Query), rejection(Rejection))]
struct Params {
    query_param: String,
}

#[derive(Serialize)]
struct QueryOnly {
    response: String,
}

async fn query_only(params: Params) -> Json<QueryOnly> {
    Json(QueryOnly { response: params.query_param })
}
// ANCHOR_END: query-only

// ANCHOR: window
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Window {
    offset: i64,
    limit: i64,
}
// ANCHOR_END: window

// ANCHOR: params
#[derive(Serialize)]
struct RequestParameters {
    path_param: String,
    query_param: String,
    my_request: Window,
}

/// `FromRequest`, not `FromRequestParts`, because it reads the body.
impl FromRequest<AppState> for RequestParameters {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Rejection> {
        type Sources = All<(Path<String>, Params, Json<Window>)>;
        let All((Path(path_param), Params { query_param }, Json(my_request))) =
            Sources::from_request(request, state).await?;
        state.events.add(format!(
            "path_param={path_param:?} query_param={query_param:?} my_request={my_request:?}"
        ));
        Ok(Self { path_param, query_param, my_request })
    }
}
// ANCHOR_END: params

#[derive(Serialize)]
struct Answer {
    my_request: Window,
    dep: RequestParameters,
}

// ANCHOR: handler
/// A body can be read only once, so the handler gets it from the extractor.
async fn test(dep: RequestParameters) -> Json<Answer> {
    Json(Answer { my_request: dep.my_request, dep })
}
// ANCHOR_END: handler
