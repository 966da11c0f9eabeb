//! The session: one connection with one transaction, for one request.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use lesson_support::{ApiError, EventLog, ExitStack};
use sqlx::Transaction;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::database::{Connection, Db, Pool, dialect};
use crate::refusals::database_answer;

// ANCHOR: session
/// What SQLAlchemy calls a [`Session`]: a connection and a transaction of this request's own.
///
/// It opens nothing until it is used. Clones are one session, so a handler and its
/// dependencies share one transaction. What is not committed when the request is over is
/// rolled back, however the request ends.
///
/// The mutex is never waited for: two uses at the same moment are an error of the program,
/// and the second one says so. So it cannot deadlock, and a lease may be held over an `await`.
///
/// [`Session`]: https://docs.sqlalchemy.org/en/21/orm/session_basics.html
#[derive(Clone)]
pub struct Session {
    pool: Pool,
    state: Arc<Mutex<State>>,
}

enum State {
    Idle,
    Open { transaction: Transaction<'static, Db>, writes: bool },
    Closed,
}

/// The session's connection, until it is dropped; usually at the end of the statement.
pub struct Lease(OwnedMappedMutexGuard<State, Connection>);

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}
// ANCHOR_END: session

impl Session {
    /// A session that has not opened anything yet.
    pub fn new(pool: Pool) -> Self {
        Self { pool, state: Arc::new(Mutex::new(State::Idle)) }
    }

    // ANCHOR: use
    /// The connection, in a transaction that may read.
    ///
    /// # Errors
    ///
    /// If the pool has no connection in time, or the session is in use or closed.
    pub async fn read(&self) -> Result<Lease, ApiError> {
        let mut state = self.lock()?;
        if let State::Idle = *state {
            *state = self.begin(false).await?;
        }
        lease(state)
    }

    /// The connection, in a transaction that may read and write.
    ///
    /// A transaction that only reads ends here, and a new one begins: in between, others
    /// may have changed what was read. To check and write in one, begin with `write`.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), or if a lock of the database cannot be had in time.
    pub async fn write(&self) -> Result<Lease, ApiError> {
        let mut state = self.lock()?;
        if let State::Open { writes: false, .. } = *state {
            end(&mut state).await?;
        }
        if let State::Idle = *state {
            *state = self.begin(true).await?;
        }
        lease(state)
    }

    /// Makes durable what was written, and gives the connection back: `db.commit()`.
    ///
    /// # Errors
    ///
    /// If the database refuses, or the session is in use or closed.
    pub async fn commit(&self) -> Result<(), ApiError> {
        let mut state = self.lock()?;
        if let State::Open { transaction, .. } = take(&mut state) {
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Undoes what was written, and gives the connection back: `db.rollback()`.
    ///
    /// # Errors
    ///
    /// As [`commit`](Self::commit).
    pub async fn rollback(&self) -> Result<(), ApiError> {
        end(&mut *self.lock()?).await
    }
    // ANCHOR_END: use

    async fn begin(&self, writes: bool) -> Result<State, ApiError> {
        let statement = if writes { dialect::BEGIN_WRITE } else { dialect::BEGIN_READ };
        let transaction = self.pool.begin_with(statement).await?;
        Ok(State::Open { transaction, writes })
    }

    fn lock(&self) -> Result<OwnedMutexGuard<State>, ApiError> {
        let lock = Arc::clone(&self.state).try_lock_owned();
        lock.map_err(|_| ApiError::unexpected("the session is in use: one statement at a time"))
    }

    /// Whether both are the session of one request.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
    }
}

// ANCHOR: lease
fn lease(state: OwnedMutexGuard<State>) -> Result<Lease, ApiError> {
    let lease = OwnedMutexGuard::try_map(state, |state| match state {
        State::Open { transaction, .. } => Some(&mut **transaction),
        State::Idle | State::Closed => None,
    });
    lease.map(Lease).map_err(|_| ApiError::unexpected("the session is closed"))
}

async fn end(state: &mut State) -> Result<(), ApiError> {
    if let State::Open { transaction, .. } = take(state) {
        transaction.rollback().await?;
    }
    Ok(())
}

/// What was open, which is idle from now on; what is closed stays closed.
fn take(state: &mut State) -> State {
    match state {
        State::Closed => State::Closed,
        state => std::mem::replace(state, State::Idle),
    }
}
// ANCHOR_END: lease

// ANCHOR: extract
impl<S> FromRequestParts<S> for Session
where
    S: Send + Sync,
    Pool: FromRef<S>,
    EventLog: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        if let Some(session) = parts.extensions.get::<Self>() {
            return Ok(session.clone()); // FastAPI's cache of dependencies
        }
        let exit_stack = ExitStack::from_request_parts(parts, state).await?;
        let events = EventLog::from_ref(state);
        let session = Self::new(Pool::from_ref(state));
        events.add("session opened");

        let own = session.clone();
        exit_stack.push(async move |outcome| {
            own.close(outcome.is_ok()).await; // FastAPI's `finally: db.close()`
            events.add("session closed");
            outcome.map_err(database_answer)
        });
        parts.extensions.insert(session.clone());
        Ok(session)
    }
}
// ANCHOR_END: extract

// ANCHOR: close
impl Session {
    async fn close(&self, is_well: bool) {
        let Ok(mut state) = self.lock() else {
            // Somebody took it out of the request. The transaction ends when they drop it.
            tracing::error!("a session is still in use when its request is over");
            return;
        };
        if let State::Open { transaction, writes } = std::mem::replace(&mut *state, State::Closed) {
            if writes && is_well {
                tracing::warn!("a handler wrote and did not commit: rolled back");
            }
            if let Err(error) = transaction.rollback().await {
                tracing::warn!("cannot roll back: {error}");
            }
        }
    }
}
// ANCHOR_END: close
