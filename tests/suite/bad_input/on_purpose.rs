//! What fails on purpose, because the lesson is about that failure.

/// Routes that answer 500, break off, or write an error to the log, also if asked nicely.
const FAILING: [(&str, &[&str]); 5] = [
    // The limit of one is shorter than its work, and the other refuses when two are at it.
    ("async", &["/together/hasty-offer", "/bounded/report"]),
    // The last has a limit, which so many requests reach.
    ("background-tasks", &["/several/failing", "/spawned/welcome", "/sync-bounded/"]),
    (
        "dependencies",
        &[
            "/one-response/crash-after",
            "/one-response/refuse-after",
            "/scope-function/crash",
            // An `item_id` that is no index is its bug.
            "/scope-guard/items/{item_id}",
            "/time-limit/endless",
            "/yield-catch-answer/items",
            "/yield-chain/crash",
            "/yield-chain/teardown-fails",
            "/yield-endings/stream-breaks",
            "/yield-endings/task-fails",
            "/yield-error-no-try/items",
            "/yield-error-other-except/items",
            "/yield-error-reraised/items",
            "/yield-error-swallowed/items",
            "/yield-http-swallowed/items",
            "/yield-internal-reraised/items",
            "/yield-internal-swallowed/items",
        ],
    ),
    // The file with the terms is not there.
    ("first-steps", &["/terms"]),
    (
        "streaming",
        &[
            "/server-a/stream-breaks",
            "/server-b/stream-breaks",
            "/server-b/stream-missing-file",
            "/server-b/stream-no-upstream",
            "/server-b/stream-split-char",
        ],
    ),
];

/// Files with a panic in them.
const PANICKING: [&str; 3] = [
    "lessons/background-tasks/src/spawned.rs",
    "lessons/dependencies/src/scope_function.rs",
    "lessons/dependencies/src/scope_guard.rs",
];

/// The routes of a lesson that may fail.
pub fn failing(lesson: &str) -> &'static [&'static str] {
    let found = FAILING.iter().find(|(name, _)| *name == lesson);
    found.map_or(&[], |(_, routes)| *routes)
}

/// Whether a line of a lesson's log tells of nothing else.
pub fn is_expected(lesson: &str, line: &str) -> bool {
    if line.contains("panicked at") {
        return PANICKING.iter().any(|file| line.contains(file));
    }
    if line.contains("LESSON_WEAK_HASHES is for tests only") {
        return true;
    }
    let is_entry = line.contains(" WARN ") || line.contains(" ERROR ");
    let mut routes = failing(lesson).iter();
    // `ERROR request{GET /scope-guard/items/x}: …`, or `path=/terms` in it; a panic's further
    // lines are no entries.
    let is_in = |route: &&str| line.split([' ', '=']).any(|w| w.starts_with(fixed_part(route)));
    !is_entry || routes.any(is_in)
}

/// A route up to its first parameter.
fn fixed_part(route: &str) -> &str {
    route.split('{').next().unwrap_or_default()
}
