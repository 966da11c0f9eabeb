//! What a dependency takes from the request: path, query, body.

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::routing::get;
use fastapi_extract::{All, Json, Path, Query, Rejection};
use serde::{Deserialize, Serialize};

use crate::AppState;

// ANCHOR: router
/// The section's routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/params/test/{path_param}", get(test).post(test))
        .route("/query-only/test", get(query_only))
}
// ANCHOR_END: router

// ANCHOR: params
/// The JSON body.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Window {
    offset: i64,
    limit: i64,
}

#[derive(Deserialize)]
struct Params {
    query_param: String,
}

/// Everything that a request says, from three places.
#[derive(Serialize)]
struct RequestParameters {
    path_param: String,
    query_param: String,
    my_request: Window,
}

impl FromRequest<AppState> for RequestParameters {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Rejection> {
        type Sources = All<(Path<String>, Query<Params>, Json<Window>)>;
        let All((Path(path_param), Query(Params { query_param }), Json(my_request))) =
            Sources::from_request(request, state).await?;
        state.events.add(format!(
            "path_param={path_param:?} query_param={query_param:?} my_request={my_request:?}"
        ));
        Ok(Self { path_param, query_param, my_request })
    }
}

#[derive(Serialize)]
struct Answer {
    my_request: Window,
    dep: RequestParameters,
}

/// The body is read once, by the dependency; the handler finds it in there.
///
/// Two arguments that both read the body do not compile:
///
/// ```compile_fail
/// #[axum::debug_handler]
/// async fn handler(first: String, second: String) {}
/// ```
///
/// ```
/// #[axum::debug_handler]
/// async fn handler(headers: axum::http::HeaderMap, body: String) {}
/// ```
async fn test(dep: RequestParameters) -> Json<Answer> {
    Json(Answer { my_request: dep.my_request, dep })
}
// ANCHOR_END: params

// ANCHOR: query-only
/// The query's one parameter.
struct QueryParam(String);

impl FromRequestParts<AppState> for QueryParam {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Rejection> {
        let Query(Params { query_param }) = Query::from_request_parts(parts, state).await?;
        Ok(Self(query_param))
    }
}

#[derive(Serialize)]
struct Response {
    response: String,
}

async fn query_only(QueryParam(response): QueryParam) -> Json<Response> {
    Json(Response { response })
}
// ANCHOR_END: query-only
