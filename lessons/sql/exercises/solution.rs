//! The steps of the sql lesson, solved. `just learn sql` cuts its starter from this file.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use fastapi_extract::{Json, Path, Query};
use lesson_sql::LESSON;
use lesson_sql::database::{
    Connection, Pool, Settings, Transaction, Writer, begin_read, begin_write, close, dialect, open,
};
use lesson_sql::passwords::{HashError, Hasher};
use lesson_sql::schemas::{Item, ItemCreate, Page, User, UserCreate, UserUpdate};
use lesson_support::{EventLog, Server, Tick, shared_routes};
use serde_json::{Value, json};
use tokio::time::sleep;

// The tables are the README's. So are the structs, which are in src/schemas.rs: `User` and `Item`
// derive `FromRow`, and a `User` that was read from a row has no `items` yet.

/// What the handlers share. Each takes the part that it needs.
#[derive(Clone, FromRef)]
struct AppState {
    /// Connections for reading.
    pool: Pool,
    /// Connections for writing.
    writer: Writer,
    /// `hasher.hash(password).await?` makes a `String` to store, slowly.
    hasher: Hasher,
    /// A second; ten milliseconds in the tests. `tick * 2` is a `Duration`.
    tick: Tick,
    /// `events.add("…")` adds a line to those that `GET /_events` lists.
    events: EventLog,
}

fn app(state: AppState) -> Router {
    Router::new()
        .route("/main/users/", get(read_users).post(add_user))
        .route("/main/users/{user_id}", get(read_user))
        .route("/extra/users/{user_id}/items/", post(add_item))
        .route("/extra/same-session", get(same_session))
        .route("/extra/users-half-done/", post(half_done))
        .route("/extra/users-slow-check/", post(add_slowly))
        .route("/extra/users/{user_id}", patch(update_user).delete(delete_user))
        .merge(shared_routes(LESSON))
        .with_state(state)
}

// Step 1: `GET /main/users/{user_id}` answers 200 with the user, whose list of items is still
// empty. If nobody has this id, it answers 404, {"detail":"User not found"}: add that to `Error`,
// at the end of this file. The query goes into this function, and the handler takes a connection
// from the pool for it.
//
// Step 2: the user comes with their items, in the order of the items' ids. That's a second query,
// so let the handler begin a transaction that reads.
async fn get_user(db: &mut Connection, user_id: i64) -> Result<Option<User>, Error> {
    // STEP 1
    let user: Option<User> = sqlx::query_as("SELECT id, email, is_active FROM users WHERE id = $1")
        .bind(user_id)
        .fetch_optional(&mut *db)
        .await?;
    // STEP 2
    let Some(mut user) = user else {
        return Ok(None);
    };
    user.items = sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items WHERE owner_id = $1 ORDER BY id",
    )
    .bind(user_id)
    .fetch_all(db)
    .await?;
    Ok(Some(user))
    // STUB
    // Ok(user)
    // END
    // STUB
    // Err(Error::NotWritten)
    // END
}

async fn read_user(
    State(pool): State<Pool>,
    Path(user_id): Path<i64>,
) -> Result<Json<User>, Error> {
    // STEP 1
    // STEP 2
    let mut db = begin_read(&pool).await?;
    // STUB
    // let mut db = pool.acquire().await?;
    // END
    let user = get_user(&mut db, user_id).await?;
    user.map(Json).ok_or(Error::UserNotFound)
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 2: `GET /main/users/?skip=1&limit=2` answers 200 with a list of users, in the order of their
// ids, each with their items as above. It takes two queries, however many users there are. Bind
// `page.offset()` and `page.limit()`, both i64.
async fn read_users(
    State(pool): State<Pool>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<User>>, Error> {
    // STEP 2
    let mut db = begin_read(&pool).await?;
    let mut users: Vec<User> =
        sqlx::query_as("SELECT id, email, is_active FROM users ORDER BY id LIMIT $1 OFFSET $2")
            .bind(page.limit())
            .bind(page.offset())
            .fetch_all(&mut *db)
            .await?;
    let items: Vec<Item> = sqlx::query_as(
        "SELECT id, title, description, owner_id FROM items WHERE owner_id IN \
         (SELECT id FROM users ORDER BY id LIMIT $1 OFFSET $2) ORDER BY id",
    )
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *db)
    .await?;

    let mut by_owner: HashMap<i64, Vec<Item>> = HashMap::new();
    for item in items {
        by_owner.entry(item.owner_id).or_default().push(item);
    }
    for user in &mut users {
        user.items = by_owner.remove(&user.id).unwrap_or_default();
    }
    Ok(Json(users))
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 3: `POST /main/users/` stores the email and the hash of `user.password`, and answers 200
// with the user as the database made it, and without items. The column for the hash is
// `hashed_password`. The query goes into this function, because step 4 calls it, too. It doesn't
// commit.
async fn create_user(tx: &mut Transaction<'_>, email: &str, hash: &str) -> Result<User, Error> {
    // STEP 3
    let user = sqlx::query_as(
        "INSERT INTO users (email, hashed_password) VALUES ($1, $2) \
         RETURNING id, email, is_active",
    )
    .bind(email)
    .bind(hash)
    .fetch_one(&mut **tx)
    .await?;
    Ok(user)
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 3: hash the password, then insert the user in a transaction, and keep them.
async fn register(writer: &Writer, hasher: &Hasher, user: UserCreate) -> Result<User, Error> {
    // STEP 3
    let hash = hasher.hash(user.password).await?; // slow, so before there is a transaction

    let mut tx = begin_write(writer).await?;
    let user = create_user(&mut tx, &user.email, &hash).await?;
    tx.commit().await?;
    Ok(user)
    // STUB
    // Err(Error::NotWritten)
    // END
}

async fn add_user(
    State(writer): State<Writer>,
    State(hasher): State<Hasher>,
    Json(user): Json<UserCreate>,
) -> Result<Json<User>, Error> {
    Ok(Json(register(&writer, &hasher, user).await?))
}

// Step 3: `POST /extra/users/{user_id}/items/` stores an item of this user, and answers 200 with
// the item as the database made it. (If there's no such user, the database refuses the row. That's
// a 500 until step 5.)
async fn add_item(
    State(writer): State<Writer>,
    Path(user_id): Path<i64>,
    Json(item): Json<ItemCreate>,
) -> Result<Json<Item>, Error> {
    // STEP 3
    let mut tx = begin_write(&writer).await?;
    let item = sqlx::query_as(
        "INSERT INTO items (title, description, owner_id) VALUES ($1, $2, $3) \
         RETURNING id, title, description, owner_id",
    )
    .bind(item.title)
    .bind(item.description)
    .bind(user_id)
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Json(item))
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 4: `GET /extra/same-session` creates a user and looks for them by id, with the functions of
// steps 1 and 3. It answers 200 with {"same_within_a_request":true} if they're there. Nobody else
// ever sees this user, not even after the answer. The email begins with "nobody", and the hash may
// be empty.
async fn same_session(State(writer): State<Writer>) -> Result<Json<Value>, Error> {
    // STEP 4
    let mut tx = begin_write(&writer).await?;
    let user = create_user(&mut tx, "nobody@example.org", "").await?;
    let seen = get_user(&mut tx, user.id).await?;
    Ok(Json(json!({ "same_within_a_request": seen.is_some() }))) // and no commit
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 4: `POST /extra/users-half-done/` creates this user, and then answers 409,
// {"detail":"changed my mind"}. The user isn't kept. The hash may be empty.
async fn half_done(
    State(writer): State<Writer>,
    Json(user): Json<UserCreate>,
) -> Result<(), Error> {
    // STEP 4
    let mut tx = begin_write(&writer).await?;
    create_user(&mut tx, &user.email, "").await?;
    Err(Error::ChangedMind)
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 5: `POST /extra/users-slow-check/` checks whether somebody has this email. If so, it answers
// 400, {"detail":"Email already registered"}. If not, it adds the event "nobody has this email",
// waits for two ticks, and registers the user as `POST /main/users/` does. While a request waits,
// it doesn't hold up any other.
//
// Two requests at once can both find that nobody has the email. Then the database refuses one of
// them, and that one gets the same 400. `POST /main/users/` doesn't check first, and answers the
// same 400 if somebody has the email. An item for a user who doesn't exist gets a 404,
// {"detail":"User not found"}. All three depend on which constraint refused a row: see
// `From<sqlx::Error>` below.
async fn add_slowly(
    State(pool): State<Pool>,
    State(writer): State<Writer>,
    State(hasher): State<Hasher>,
    State(tick): State<Tick>,
    State(events): State<EventLog>,
    Json(user): Json<UserCreate>,
) -> Result<Json<User>, Error> {
    // STEP 5
    // One query needs no connection of its own for longer: `&pool` borrows one for it.
    let known: Option<i64> = sqlx::query_scalar("SELECT id FROM users WHERE email = $1")
        .bind(&user.email)
        .fetch_optional(&pool)
        .await?;
    if known.is_some() {
        return Err(Error::EmailTaken);
    }
    events.add("nobody has this email");
    sleep(tick * 2).await;
    Ok(Json(register(&writer, &hasher, user).await?))
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 6: `PATCH /extra/users/{user_id}` changes the fields that were sent, an email, an
// `is_active`, both or neither, and answers 200 with the user as they are now, items included. If
// nobody has this id, it answers 404, {"detail":"User not found"}. (If somebody else has the email,
// the answer is the 400 of step 5, and nothing is changed.)
async fn update_user(
    State(writer): State<Writer>,
    Path(user_id): Path<i64>,
    Json(changes): Json<UserUpdate>,
) -> Result<Json<User>, Error> {
    // STEP 6
    let mut tx = begin_write(&writer).await?;
    sqlx::query(
        "UPDATE users SET email = COALESCE($2, email), is_active = COALESCE($3, is_active) \
         WHERE id = $1",
    )
    .bind(user_id)
    .bind(changes.email)
    .bind(changes.is_active)
    .execute(&mut *tx)
    .await?;
    let user = get_user(&mut tx, user_id).await?.ok_or(Error::UserNotFound)?;
    tx.commit().await?;
    Ok(Json(user))
    // STUB
    // Err(Error::NotWritten)
    // END
}

// Step 6: `DELETE /extra/users/{user_id}` deletes the user and answers 204 without a body, or 404
// as above if there's no such user. The database deletes their items, too.
async fn delete_user(
    State(writer): State<Writer>,
    Path(user_id): Path<i64>,
) -> Result<StatusCode, Error> {
    // STEP 6
    let mut tx = begin_write(&writer).await?;
    let deleted =
        sqlx::query("DELETE FROM users WHERE id = $1").bind(user_id).execute(&mut *tx).await?;
    if deleted.rows_affected() == 0 {
        return Err(Error::UserNotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
    // STUB
    // Err(Error::NotWritten)
    // END
}

/// Everything that a handler can fail with. The text is the answer's `detail`.
#[derive(Debug, thiserror::Error)]
enum Error {
    // Step 1: a variant for "User not found". `#[error("…")]` above it gives it its text.
    // Step 4: one for "changed my mind".
    // Step 5: one for "Email already registered".
    // STEP 1
    #[error("User not found")]
    UserNotFound,
    // STUB
    // END
    // STEP 4
    #[error("changed my mind")]
    ChangedMind,
    // STUB
    // END
    // STEP 5
    #[error("Email already registered")]
    EmailTaken,
    // STUB
    // END
    // STEP 6
    // STUB
    // /// What a stub answers. Delete it with the last stub.
    // #[error("this isn't written yet")]
    // NotWritten,
    // END
    /// Anything else is the lesson's: a 503 if the server is busy, otherwise a 500 that the log
    /// explains.
    #[error(transparent)]
    Other(lesson_sql::error::Error),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let detail = self.to_string();
        let status = match self {
            // Steps 1, 4 and 5: a line for each variant.
            // STEP 1
            Self::UserNotFound => StatusCode::NOT_FOUND,
            // STUB
            // END
            // STEP 4
            Self::ChangedMind => StatusCode::CONFLICT,
            // STUB
            // END
            // STEP 5
            Self::EmailTaken => StatusCode::BAD_REQUEST,
            // STUB
            // END
            // STEP 6
            // STUB
            // Self::NotWritten => StatusCode::NOT_IMPLEMENTED,
            // END
            Self::Other(error) => return error.into_response(),
        };
        (status, Json(json!({ "detail": detail }))).into_response()
    }
}

/// For `?`: what any query can fail with.
impl From<sqlx::Error> for Error {
    // Step 5: `dialect::constraint` says which constraint a database error is about. The one of the
    // email is `dialect::UNIQUE_EMAIL`, and the one of an item's owner is `dialect::ITEM_OWNER`.
    fn from(error: sqlx::Error) -> Self {
        // STEP 5
        match error.as_database_error().and_then(dialect::constraint) {
            Some(dialect::UNIQUE_EMAIL) => Self::EmailTaken,
            Some(dialect::ITEM_OWNER) => Self::UserNotFound,
            _ => Self::Other(error.into()),
        }
        // STUB
        // Self::Other(error.into())
        // END
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        Self::Other(error.into())
    }
}

#[tokio::main]
async fn main() -> lesson_support::Result<()> {
    let server = Server::from_args(LESSON).await?;
    let settings = Settings::from_env(server.tick())?;
    let hasher = Hasher::from_env(settings.timeout)?;
    let (pool, writer) = open(&settings).await?;

    let state = AppState {
        pool: pool.clone(),
        writer: writer.clone(),
        hasher,
        tick: server.tick(),
        events: server.events(),
    };
    let served = server.serve(app(state)).await;

    close(pool, writer).await;
    served
}
