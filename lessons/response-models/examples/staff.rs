//! A whole program in plain axum: what it knows about people, and what a client sees.
//!
//! ```text
//! cargo run -p lesson-response-models --example staff
//! curl http://127.0.0.1:8000/staff/1
//! ```

// ANCHOR: program
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;

type Staff = Arc<BTreeMap<u32, Employee>>; // in a real program, a database

fn app(staff: Staff) -> Router {
    Router::new().route("/staff/{id}", get(read)).route("/payroll", get(payroll)).with_state(staff)
}

async fn read(
    State(staff): State<Staff>,
    Path(id): Path<u32>,
) -> Result<Json<PublicEmployee>, StatusCode> {
    let employee = staff.get(&id).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(employee.into()))
}

async fn payroll(State(staff): State<Staff>) -> Json<u32> {
    Json(staff.values().map(|employee| employee.salary).sum())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app(staff())).await
}
// ANCHOR_END: program

// ANCHOR: types
/// What the program knows.
struct Employee {
    name: String,
    desk: Option<String>,
    salary: u32,
}

/// What a client sees.
#[derive(Serialize)]
struct PublicEmployee {
    name: String,
    desk: Option<String>,
}

impl From<&Employee> for PublicEmployee {
    fn from(employee: &Employee) -> Self {
        Self { name: employee.name.clone(), desk: employee.desk.clone() }
    }
}

fn staff() -> Staff {
    let ada = Employee { name: "Ada".to_owned(), desk: None, salary: 5200 };
    Arc::new(BTreeMap::from([(1, ada)]))
}
// ANCHOR_END: types

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app(staff()).oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn an_employee_has_no_salary_in_public() {
        let ada = r#"{"name":"Ada","desk":null}"#.to_owned();
        assert_eq!(get("/staff/1").await, (StatusCode::OK, ada));
        assert_eq!(get("/staff/2").await, (StatusCode::NOT_FOUND, String::new()));
    }

    #[tokio::test]
    async fn the_payroll_has_all_salaries() {
        assert_eq!(get("/payroll").await, (StatusCode::OK, "5200".to_owned()));
    }
}
