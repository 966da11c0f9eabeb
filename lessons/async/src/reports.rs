//! A limit that refuses what exceeds it.

use std::thread;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use lesson_support::{ApiError, EventLog, Tick};

use crate::AppState;
use crate::limits::Limits;

/// The section's route.
pub fn router() -> Router<AppState> {
    Router::new().route("/bounded/report", get(report))
}

async fn report(
    State(limits): State<Limits>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
) -> Result<Json<&'static str>, ApiError> {
    let write = move || {
        events.add("report begun");
        thread::sleep(tick * 10);
        events.add("report done");
        "a report"
    };
    let report = limits.reports.try_run(write).await?;
    report.map(Json).ok_or_else(|| ApiError::from_status(StatusCode::SERVICE_UNAVAILABLE))
}
