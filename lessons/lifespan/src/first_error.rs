//! What a scope returns when its body, its clean-up or both have failed.

use lesson_support::Result;

// ANCHOR: first-error
/// The error that came first ends the process; one that comes after it is only logged.
///
/// # Errors
///
/// The body's error, else the clean-up's.
pub fn first_error(body: Result<()>, clean_up: Result<()>) -> Result<()> {
    if let (Err(_), Err(later)) = (&body, &clean_up) {
        tracing::error!(error = %later, "the clean-up failed, too");
    }
    body.and(clean_up)
}
// ANCHOR_END: first-error
