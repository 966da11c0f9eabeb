//! What the types of numbers and strings don't say: bounds, lengths, patterns, a rule.

use axum::Router;
use axum::routing::post;
use fastapi_extract::{All, Checked, Json, Path, Query, Report, Ruled, Rules};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/checked/shops/{shop_id}", post(search))
}

// ANCHOR: constraints
#[derive(Deserialize, IntoParams)]
struct Shop {
    #[param(minimum = 1)]
    shop_id: i64,
}

#[derive(Deserialize, IntoParams)]
struct Money {
    #[param(max_length = 3, pattern = "^[A-Z]+$")]
    currency: String,
}

#[derive(Deserialize, Serialize, ToSchema)]
struct Prices {
    #[schema(exclusive_minimum = 0)]
    min: f64,
    #[schema(exclusive_minimum = 0)]
    max: f64,
}
// ANCHOR_END: constraints

// ANCHOR: rule
impl Rules for Prices {
    fn check(&self, report: &mut Report<'_>) {
        if self.min > self.max {
            report.error("min is more than max");
        }
    }
}
// ANCHOR_END: rule

#[derive(Serialize)]
struct Search {
    shop_id: i64,
    currency: String,
    prices: Prices,
}

// ANCHOR: handler
type Sources = All<(Checked<Path<Shop>>, Checked<Query<Money>>, Checked<Json<Ruled<Prices>>>)>;

async fn search(
    All((Checked(Path(shop)), Checked(Query(money)), Checked(Json(Ruled(prices))))): Sources,
) -> Json<Search> {
    Json(Search { shop_id: shop.shop_id, currency: money.currency, prices })
}
// ANCHOR_END: handler
