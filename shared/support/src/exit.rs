//! What ends a program.

use std::error::Error as StdError;
use std::fmt;

use crate::error::{ApiError, with_causes};

/// What a lesson's start-up, serving and clean-up result in.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that `main` may return: the process ends with exit code 1, and the sentence that
/// is printed names the causes.
///
/// Rust prints the `Debug` form of what `main` returns, so that form is the sentence. Any
/// error, and any text, becomes one with `?` or `into()`.
pub struct Error(Box<dyn StdError + Send + Sync>);

impl<E: Into<Box<dyn StdError + Send + Sync>>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// In a handler it is an unexpected error.
impl From<Error> for ApiError {
    fn from(Error(error): Error) -> Self {
        Self::unexpected(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_causes(self.0.as_ref()))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_main_prints_is_a_sentence_with_its_causes() {
        let inner = std::io::Error::other("no such file");
        let error = Error::from(axum::Error::new(inner));
        assert_eq!(format!("{error:?}"), "no such file");
        assert_eq!(format!("{:?}", Error::from("cannot start")), "cannot start");
    }
}
