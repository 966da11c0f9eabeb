//! The exercises, solved: a POST that redirects to what it made, and a PATCH.
//!
//! ```text
//! cargo run -p lesson-response-models --example staff_changes
//! curl -L --json '{"name":"Bob","salary":4100}' http://127.0.0.1:8000/staff
//! curl -X PATCH --json '{"desk":null}' http://127.0.0.1:8000/staff/1
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Deserializer, Serialize};
use tokio::net::TcpListener;

#[derive(Clone, Default)]
struct Staff(Arc<Mutex<BTreeMap<u32, Employee>>>);

impl Staff {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<u32, Employee>) -> T) -> T {
        // A panic in another request poisons the lock. The map is consistent all the same.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn app(staff: Staff) -> Router {
    Router::new()
        .route("/staff", post(create))
        .route("/staff/{id}", get(read).patch(update))
        .with_state(staff)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app(Staff::default())).await
}

/// What a client sends to make one, and what the program knows.
#[derive(Deserialize)]
struct Employee {
    name: String,
    desk: Option<String>,
    salary: u32,
}

#[derive(Serialize)]
struct PublicEmployee {
    name: String,
    desk: Option<String>,
}

impl From<&Employee> for PublicEmployee {
    fn from(employee: &Employee) -> Self {
        // The salary is named here too, so that nobody forgets to decide about a new field.
        let Employee { name, desk, salary: _ } = employee;
        Self { name: name.clone(), desk: desk.clone() }
    }
}

async fn read(
    State(staff): State<Staff>,
    Path(id): Path<u32>,
) -> Result<Json<PublicEmployee>, StatusCode> {
    staff.with(|staff| staff.get(&id).map(|found| Json(found.into()))).ok_or(StatusCode::NOT_FOUND)
}

async fn create(State(staff): State<Staff>, Json(employee): Json<Employee>) -> Redirect {
    let id = staff.with(|staff| {
        let id = staff.last_key_value().map_or(1, |(last, _)| last + 1);
        staff.insert(id, employee);
        id
    });
    Redirect::to(&format!("/staff/{id}"))
}

#[derive(Deserialize)]
struct Changes {
    #[serde(default, deserialize_with = "given")]
    desk: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    salary: Option<u32>,
}

async fn update(
    State(staff): State<Staff>,
    Path(id): Path<u32>,
    Json(changes): Json<Changes>,
) -> Result<Json<PublicEmployee>, StatusCode> {
    staff.with(|staff| {
        let employee = staff.get_mut(&id).ok_or(StatusCode::NOT_FOUND)?;
        if let Some(desk) = changes.desk {
            employee.desk = desk;
        }
        if let Some(salary) = changes.salary {
            employee.salary = salary;
        }
        Ok(Json((&*employee).into()))
    })
}

fn given<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(value).map(Some)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Method, Request, Response, header};
    use tower::ServiceExt;

    use super::*;

    async fn send(staff: &Staff, method: Method, path: &str, body: &str) -> Response<Body> {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        app(staff.clone())
            .oneshot(request.body(Body::from(body.to_owned())).unwrap())
            .await
            .unwrap()
    }

    async fn text(response: Response<Body>) -> String {
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    fn salary(staff: &Staff) -> u32 {
        staff.with(|staff| staff[&1].salary)
    }

    async fn with_bob() -> Staff {
        let staff = Staff::default();
        let bob = r#"{"name":"Bob","desk":"4-12","salary":4100}"#;
        let response = send(&staff, Method::POST, "/staff", bob).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[header::LOCATION], "/staff/1");
        staff
    }

    #[tokio::test]
    async fn a_post_leads_to_what_it_made() {
        let staff = with_bob().await;
        let response = send(&staff, Method::GET, "/staff/1", "").await;
        assert_eq!(text(response).await, r#"{"name":"Bob","desk":"4-12"}"#);
        assert_eq!(salary(&staff), 4100);
        let second = send(&staff, Method::POST, "/staff", r#"{"name":"Eve","salary":1}"#).await;
        assert_eq!(second.headers()[header::LOCATION], "/staff/2");
    }

    #[tokio::test]
    async fn a_patch_changes_what_it_mentions() {
        let staff = with_bob().await;
        for (changes, body, paid) in [
            ("{}", r#"{"name":"Bob","desk":"4-12"}"#, 4100),
            (r#"{"salary":4200}"#, r#"{"name":"Bob","desk":"4-12"}"#, 4200),
            (r#"{"desk":null}"#, r#"{"name":"Bob","desk":null}"#, 4200),
        ] {
            let response = send(&staff, Method::PATCH, "/staff/1", changes).await;
            assert_eq!(response.status(), StatusCode::OK, "{changes}");
            assert_eq!(text(response).await, body, "{changes}");
            assert_eq!(salary(&staff), paid, "{changes}");
        }
    }

    #[tokio::test]
    async fn a_salary_cannot_be_null() {
        let staff = with_bob().await;
        let response = send(&staff, Method::PATCH, "/staff/1", r#"{"salary":null}"#).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(salary(&staff), 4100);
    }

    #[tokio::test]
    async fn an_unknown_id_is_a_404() {
        for method in [Method::GET, Method::PATCH] {
            let response = send(&Staff::default(), method, "/staff/1", "{}").await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
        }
    }
}
