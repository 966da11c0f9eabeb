//! The second exercise, solved: a transaction whose commit can fail.
//!
//! ```text
//! cargo run -p lesson-dependencies --example payments
//! curl -X POST http://127.0.0.1:8000/pay/30
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use fastapi_extract::{Json, Path};
use lesson_support::{ApiError, Lesson, Result, Server};

const LESSON: Lesson = Lesson {
    name: "payments",
    title: "a transaction whose commit can fail",
    try_first: &["-X POST {}/pay/30", "-X POST {}/pay/-1", "-X POST {}/pay/1000"],
    readme: "lessons/dependencies/README.md",
};

#[tokio::main]
async fn main() -> Result<()> {
    let server = Server::from_args(LESSON).await?;
    let account = Account { balance: Arc::new(Mutex::new(100)) };
    let app = Router::new().route("/pay/{amount}", post(pay)).with_state(account);
    server.serve(app).await
}

#[derive(Clone)]
struct Account {
    balance: Arc<Mutex<i64>>,
}

impl Account {
    /// Works on a copy, and keeps it only if the work succeeds and the copy is valid.
    async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&mut i64) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut copy = *self.lock();
        let before = copy;
        let answer = work(&mut copy).await?; // an error rolls back: nobody keeps the copy
        let mut balance = self.lock();
        if copy < 0 || *balance != before {
            return Err(ApiError::new(StatusCode::CONFLICT, "the commit failed"));
        }
        *balance = copy;
        Ok(answer)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, i64> {
        self.balance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn pay(
    Path(amount): Path<i64>,
    State(account): State<Account>,
) -> Result<Json<i64>, ApiError> {
    account
        .transaction(async |balance| {
            if amount <= 0 {
                return Err(ApiError::new(StatusCode::BAD_REQUEST, "pay more than nothing"));
            }
            *balance = balance.saturating_sub(amount);
            Ok(Json(*balance))
        })
        .await
}
