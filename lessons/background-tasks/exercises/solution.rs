//! The steps of the background-tasks lesson, solved. `just learn background-tasks` cuts its starter
//! from this file.

use std::env;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use lesson_background_tasks::durable::database::{close, open_from_env};
use lesson_support::{ApiError, EventLog, Lesson, Server, Tick, request_log, shared_routes};
use serde::Serialize;
use sqlx::sqlite::SqlitePool;
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

const LESSON: Lesson = Lesson {
    name: "lesson-background-tasks",
    title: "your mails and reports",
    try_first: &["-X POST {}/mails/ann", "-X POST {}/reports/ann", "{}/_events"],
    readme: "lessons/background-tasks/README.md",
};

/// What the handlers share. Each takes all of it, or the part that it needs.
#[derive(Clone, FromRef)]
struct AppState {
    tracker: TaskTracker,
    services: Services,
    /// Four places for reports.
    places: Arc<Semaphore>,
    pool: SqlitePool,
}

/// Stands in for a mail server, and for a library that writes reports.
#[derive(Clone)]
struct Services {
    /// A second; a few milliseconds in the tests.
    tick: Tick,
    /// The lines that `GET /_events` lists.
    events: EventLog,
}

impl Services {
    /// Takes ten ticks, and then adds the event "mail to ann sent".
    async fn send_mail(&self, to: &str) {
        sleep(self.tick * 10).await;
        self.events.add(format!("mail to {to} sent"));
    }

    /// Blocks its thread for twenty ticks, and then adds the event "report for ann written". A
    /// report for "nobody" is an error.
    fn write_report(&self, user: &str) -> io::Result<()> {
        thread::sleep(self.tick * 20);
        if user == "nobody" {
            return Err(io::Error::other("no such user"));
        }
        self.events.add(format!("report for {user} written"));
        Ok(())
    }
}

#[derive(Serialize)]
struct Answer {
    message: String,
}

// Step 1: `POST /mails/ann` sends a mail to ann, with `send_mail`, in a task on the tracker. The
// client doesn't wait for the mail: it gets a 202 with the JSON {"message":"mailing ann"} at once.
// A task can't borrow from the handler, so wrap the call in an `async move` block.
async fn post_mail(
    State(tracker): State<TaskTracker>,
    State(services): State<Services>,
    Path(to): Path<String>,
) -> impl IntoResponse {
    // STEP 1
    let message = format!("mailing {to}");
    tracker.spawn(async move { services.send_mail(&to).await });
    (StatusCode::ACCEPTED, Json(Answer { message }))
    // STUB
    // StatusCode::NOT_IMPLEMENTED
    // END
}

/// A status and a header. The `?` of step 5 needs a type that's written out.
type Refusal = (StatusCode, [(HeaderName, &'static str); 1]);

// Step 2: `POST /reports/ann` answers 202 at once, without a body, and `write_report` writes the
// report in a task on the tracker. It blocks its thread, and there's one thread for all requests:
// they mustn't wait for it.
//
// Step 4: let the task run `mail_report` below, in place of `write_report`. If that fails, the task
// logs an error with the message "no report was mailed" and a field `error`, which holds the
// error's text. The line must name the request, as in
//
//     ERROR request{method=POST path=/reports/nobody}: no report was mailed error=no such user
//
// Step 5: a report takes one of the four `places`, until its task has ended, whether it succeeded
// or failed. If no place is free, the answer is a 503 with the header `Retry-After: 5`, and no
// report is written.
async fn post_report(
    State(state): State<AppState>,
    Path(user): Path<String>,
) -> Result<StatusCode, Refusal> {
    // STEP 2
    // STEP 5
    let place = Arc::clone(&state.places).try_acquire_owned();
    let place = place.map_err(|_| (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")]))?;
    // STUB
    // END
    // STEP 4
    let task = async move {
        // STEP 5
        let _place = place; // free again when the task ends, even by a panic
        // STUB
        // END
        if let Err(error) = mail_report(state.services, user).await {
            tracing::error!(%error, "no report was mailed");
        }
    };
    state.tracker.spawn(task.in_current_span());
    // STUB
    // state.tracker.spawn_blocking(move || state.services.write_report(&user));
    // END
    Ok(StatusCode::ACCEPTED)
    // STUB
    // Ok(StatusCode::NOT_IMPLEMENTED)
    // END
}

// Step 4: write the report, still without blocking the requests' thread, and when it's written,
// mail it to the user. If it can't be written, send no mail, and return the error. Awaiting
// `spawn_blocking` gives a `Result` around the one that the closure returns.
async fn mail_report(services: Services, user: String) -> io::Result<()> {
    // STEP 4
    let (writer, name) = (services.clone(), user.clone());
    spawn_blocking(move || writer.write_report(&name)).await??;
    services.send_mail(&user).await;
    Ok(())
    // STUB
    // Err(io::Error::other("not written yet"))
    // END
}

/// A mail that isn't sent yet: a row of the table.
#[derive(sqlx::FromRow)]
struct Mail {
    id: i64,
    recipient: String,
}

async fn create_table(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let table = "CREATE TABLE IF NOT EXISTS outbox (
        id INTEGER PRIMARY KEY,
        recipient TEXT NOT NULL
    )";
    sqlx::query(table).execute(pool).await?;
    Ok(())
}

// Step 6: `POST /mailings` with the JSON ["ann","bob"] sends a mail to each, even if the process is
// killed meanwhile. Store all of them in the table `outbox`, or none. Only when they're stored,
// answer 202 without a body, and `deliver` them in tasks on the tracker. If the database fails,
// nothing is stored, and the answer is a 500, which `?` makes of its error.
//
// `query_as::<_, Mail>(sql)` makes a `Mail` of each row: `fetch_all(pool)` of a SELECT, or
// `fetch_one(…)` of an INSERT that ends with `RETURNING id, recipient`. In a transaction, queries
// run on `&mut *transaction`.
async fn post_mailing(
    State(state): State<AppState>,
    Json(recipients): Json<Vec<String>>,
) -> Result<StatusCode, ApiError> {
    // STEP 6
    let mut transaction = state.pool.begin().await?;
    let mut mails = Vec::new();
    for recipient in recipients {
        let insert = "INSERT INTO outbox (recipient) VALUES ($1) RETURNING id, recipient";
        let mail = sqlx::query_as::<_, Mail>(insert).bind(recipient);
        mails.push(mail.fetch_one(&mut *transaction).await?);
    }
    transaction.commit().await?;
    for mail in mails {
        state.tracker.spawn(deliver(state.clone(), mail));
    }
    Ok(StatusCode::ACCEPTED)
    // STUB
    // Ok(StatusCode::NOT_IMPLEMENTED)
    // END
}

// Step 6: send the mail, and then delete it from the table. If you can't delete a mail that's sent,
// it will be sent again at the next start, so log that as an error.
async fn deliver(state: AppState, mail: Mail) {
    // STEP 6
    state.services.send_mail(&mail.recipient).await;
    let delete = sqlx::query("DELETE FROM outbox WHERE id = $1").bind(mail.id);
    if let Err(error) = delete.execute(&state.pool).await {
        tracing::error!(%error, mail.id, "sent, and will be sent again");
    }
    // STUB
    // END
}

// Step 6: `run` calls this before it serves. Deliver what an earlier process has left in the table,
// in tasks on the tracker, so that the server doesn't wait for them.
async fn deliver_the_rest(state: &AppState) -> Result<(), sqlx::Error> {
    // STEP 6
    let rest = "SELECT id, recipient FROM outbox ORDER BY id";
    for mail in sqlx::query_as::<_, Mail>(rest).fetch_all(&state.pool).await? {
        state.tracker.spawn(deliver(state.clone(), mail));
    }
    // STUB
    // END
    Ok(())
}

fn app(state: AppState) -> Router {
    let events = state.services.events.clone();
    Router::new()
        .route("/mails/{to}", post(post_mail))
        .route("/reports/{user}", post(post_report))
        .route("/mailings", post(post_mailing))
        .merge(shared_routes(LESSON).with_state(events))
        .layer(request_log())
        .with_state(state)
}

/// How long the shutdown waits for tasks: ten seconds, or what the variable says.
fn grace() -> Duration {
    let ms = env::var("LESSON_GRACE_MS").ok().and_then(|ms| ms.parse().ok());
    ms.map_or(Duration::from_secs(10), Duration::from_millis)
}

async fn run() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let pool = open_from_env().await?;
    create_table(&pool).await?;
    let tracker = TaskTracker::new();
    let state = AppState {
        tracker: tracker.clone(),
        services: Services { tick: server.tick(), events: server.events() },
        places: Arc::new(Semaphore::new(4)),
        pool: pool.clone(),
    };
    deliver_the_rest(&state).await?;
    let served = server.serve(app(state)).await;

    // Step 3: the server has been told to stop, and knows nothing of this tracker. Wait for its
    // tasks, but not longer than `grace()`. If some are left then, log a warning with the message
    // "cut after the grace period" and a field `tasks`, their number. If none are left, log no
    // warning. Fields come first: `tracing::warn!(answer = 42, "a message")`.
    // STEP 3
    tracker.close();
    if timeout(grace(), tracker.wait()).await.is_err() {
        tracing::warn!(tasks = tracker.len(), "cut after the grace period");
    }
    // STUB
    // END

    close(pool).await;
    served
}

fn main() -> lesson_support::Result<()> {
    // One thread for all requests, as FastAPI's event loop is one.
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let outcome = runtime.block_on(run());
    // Dropping the runtime would wait for a thread that blocks.
    runtime.shutdown_background();
    outcome
}
