//! Passwords: hashed slowly, on threads that may be blocked.

use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use lesson_support::Result;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::database::number;

// ANCHOR: hasher
/// Makes and checks hashes with [argon2id].
///
/// A hash is meant to cost time and memory, 19 MiB of it. `spawn_blocking` keeps it off the
/// threads that serve requests, and the semaphore keeps a burst of registrations from
/// running on 512 threads at once: one hash a core, the others wait.
///
/// [argon2id]: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
}
// ANCHOR_END: hasher

impl Hasher {
    /// A hasher whose hashes need as much memory as `LESSON_HASH_KIB` says.
    ///
    /// # Errors
    ///
    /// If the variable is no number that argon2 can use.
    pub fn from_env() -> Result<Self> {
        Self::with_memory(number("LESSON_HASH_KIB", Params::DEFAULT_M_COST)?)
    }

    /// The same with this many KiB.
    ///
    /// # Errors
    ///
    /// If argon2 cannot use that many.
    pub fn with_memory(memory: u32) -> Result<Self> {
        let params = Params::new(memory, Params::DEFAULT_T_COST, Params::DEFAULT_P_COST, None);
        let params = params.map_err(|error| format!("LESSON_HASH_KIB: {error}"))?;
        let cores = available_parallelism().map_or(1, usize::from);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::default(), params),
            permits: Arc::new(Semaphore::new(cores)),
        })
    }

    // ANCHOR: hash
    /// A new hash with a salt of its own, `$argon2id$v=19$m=…`.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers, or the runtime is shutting down.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.run(move |argon2| Ok(argon2.hash_password(password.as_bytes())?.to_string())).await
    }

    // ANCHOR_END: hash

    /// Whether the hash was made from this password.
    ///
    /// # Errors
    ///
    /// If `hash` is no hash, or the runtime is shutting down.
    pub async fn verify(&self, password: String, hash: String) -> Result<bool> {
        self.run(move |argon2| {
            let hash = PasswordHash::new(&hash)?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    // ANCHOR: run
    async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Argon2<'static>) -> Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await?;
        let argon2 = self.argon2.clone();
        spawn_blocking(move || {
            // Held by the thread, not by the request: a client who leaves frees no core.
            let _permit = permit;
            work(argon2)
        })
        .await?
    }
    // ANCHOR_END: run
}
