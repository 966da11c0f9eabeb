//! Passwords: hashed slowly, on threads of their own.

use std::env;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::{self, PasswordHash};
use argon2::{Params, password_hash};
use fastapi_extract::Secret;
use lesson_support::Result;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::oneshot;
use tokio::time::{error::Elapsed, timeout};

use crate::argon2id;
use crate::database::env_u32;

/// The memory of a hash in KiB: from OWASP's 19 MiB to a gigabyte, for each core.
const MEMORY: RangeInclusive<u32> = Params::DEFAULT_M_COST..=argon2id::MAX_KIB;

// ANCHOR: hasher
/// Makes and checks hashes with [argon2id].
///
/// A hash is meant to cost time and memory: 30 ms and 19 MiB. rayon's threads do the work, one
/// a core, so tokio's threads stay free. They still share the cores.
///
/// [argon2id]: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
#[derive(Clone)]
pub struct Hasher {
    params: Params,
    threads: Arc<ThreadPool>,
    limit: Duration,
    /// The hash of a password that nobody has.
    dummy_hash: Arc<str>,
}
// ANCHOR_END: hasher

/// Why there is no hash.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The system has no random numbers, or the parameters are out of range.
    #[error(transparent)]
    Argon2(#[from] password_hash::Error),
    /// The stored value isn't a valid hash.
    #[error(transparent)]
    Stored(#[from] phc::Error),
    /// The threads had too much to do.
    #[error("no core was free in time")]
    Busy(#[from] Elapsed),
    /// A thread panicked.
    #[error("the hash was given up")]
    GivenUp(#[from] oneshot::error::RecvError),
}

impl Hasher {
    /// A hasher whose hashes take as much memory as `LESSON_HASH_KIB` says, and whose callers
    /// wait for up to `limit`.
    ///
    /// # Errors
    ///
    /// If the variable is too small to be safe, or too large.
    pub fn from_env(limit: Duration) -> Result<Self> {
        let kib = env_u32("LESSON_HASH_KIB", *MEMORY.start())?;
        if !MEMORY.contains(&kib) {
            let (least, most) = (MEMORY.start(), MEMORY.end());
            return Err(format!("LESSON_HASH_KIB must be from {least} to {most}, not {kib}").into());
        }
        if env::var("LESSON_WEAK_HASHES").is_ok_and(|value| value == "1") {
            tracing::warn!("passwords are hashed weakly: LESSON_WEAK_HASHES is for tests only");
            return Self::with_memory(Params::MIN_M_COST, limit);
        }
        Self::with_memory(kib, limit)
    }

    /// The same with this many KiB, unchecked.
    ///
    /// # Errors
    ///
    /// If argon2 cannot use that many, or no thread can be started.
    pub fn with_memory(kib: u32, limit: Duration) -> Result<Self> {
        let params = Params::new(kib, Params::DEFAULT_T_COST, Params::DEFAULT_P_COST, None);
        let params = params.map_err(|error| format!("cannot hash with {kib} KiB: {error}"))?;
        let cores = available_parallelism().map_or(1, usize::from);
        let threads = ThreadPoolBuilder::new()
            .num_threads(cores)
            .thread_name(|number| format!("hash-{number}"))
            // Without it, a panic would end the process.
            .panic_handler(|_| tracing::error!("a hash panicked"))
            .build()?;
        // It blocks this thread, but nobody is served yet.
        let dummy_hash = threads.install(|| argon2id::hash(&params, b"nobody's"))?;
        let dummy_hash = dummy_hash.to_string().into();
        Ok(Self { params, threads: Arc::new(threads), limit, dummy_hash })
    }

    // ANCHOR: hash
    /// A new hash with a salt of its own, `$argon2id$v=19$m=…`.
    ///
    /// # Errors
    ///
    /// If no core is free in time, or the system has no random numbers.
    pub async fn hash(&self, password: Secret<String>) -> Result<String, HashError> {
        let params = self.params.clone();
        let hash = move || argon2id::hash(&params, password.expose().as_bytes());
        Ok(self.run(hash).await??.to_string())
    }

    /// Whether `hash` was made from this password. Without a hash the answer is no, after the
    /// time that a new hash takes: the time must not tell who is registered.
    ///
    /// # Errors
    ///
    /// If no core is free in time, or `hash` isn't one.
    pub async fn verify(
        &self,
        password: Secret<String>,
        hash: Option<String>,
    ) -> Result<bool, HashError> {
        let is_known = hash.is_some();
        let hash = PasswordHash::new(hash.as_deref().unwrap_or(&self.dummy_hash))?;
        let verify = move || argon2id::verify(&hash, password.expose().as_bytes());
        Ok(self.run(verify).await?? && is_known)
    }
    // ANCHOR_END: hash

    // ANCHOR: run
    async fn run<T, F>(&self, work: F) -> Result<T, HashError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.threads.spawn(move || {
            // The client that waited for this may have left.
            if !sender.is_closed() {
                _ = sender.send(work());
            }
        });
        Ok(timeout(self.limit, receiver).await??)
    }
    // ANCHOR_END: run
}
