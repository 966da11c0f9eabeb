//! What a scope returns when its body, its clean-up or both have failed.

use lesson_support::Result;

// ANCHOR: first-error
/// The first error ends the program; a later one is only logged.
///
/// # Errors
///
/// The error of serving, or else that of the clean-up.
pub fn first_error(served: Result<()>, cleaned_up: Result<()>) -> Result<()> {
    if let (Err(_), Err(later)) = (&served, &cleaned_up) {
        tracing::error!(error = %later, "the clean-up failed, too");
    }
    served.and(cleaned_up)
}
// ANCHOR_END: first-error
