# Most tests wait for ticks, so more of them run at once than there are cores.
threads := "12"

# Lists the recipes.
_default:
    @just --list --unsorted

# Formatting, lints, documentation, the whole suite on the Rust lessons, the pages.
test-all:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --quiet -- --deny warnings
    RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --quiet
    cargo test --workspace --quiet -- --test-threads={{ threads }}
    # The rest of the workspace asks for its features.
    cargo test -p fastapi-extract --quiet

# The tests of one lesson, its own first: just test streaming
test LESSON:
    cargo test -p lesson-{{LESSON}} -p lesson-tests --lib {{ if path_exists("lessons" / LESSON / "tests") == "true" { "--test lesson" } else { "" } }}
    cargo test -p lesson-{{LESSON}} -p lesson-tests --test suite {{ replace(LESSON, "-", "_") }}:: -- --test-threads={{ threads }}

# The sql lesson on PostgreSQL, with a server of its own that is gone afterwards.
test-postgres:
    tests/postgres.sh cargo test --workspace --features lesson-tests/postgres --test suite sql:: -- --test-threads={{ threads }}

# The suite against real FastAPI, and the table of differences: just parity [LESSON]
parity *LESSON:
    cargo run -p lesson-tests --bin claims -- parity {{LESSON}}

# Exercises that go from red to green; without a lesson, how far you are: just learn streaming
[no-exit-message]
learn *ARGUMENTS:
    @cargo run --package lesson-tests --bin learn -- {{ ARGUMENTS }}

# The claims of a lesson against your own server: just check-mine streaming http://127.0.0.1:8000
check-mine LESSON URL *OPTIONS:
    cargo run -p lesson-tests --bin claims -- check-mine {{LESSON}} {{URL}} {{OPTIONS}}

# Rewrites the pages' code blocks, transcripts, tables of answers and minutes from what the code and the servers do.
bless:
    cargo run --quiet -p lesson-tests --bin bless

# What the lessons cost beside FastAPI and bare hyper, measured (Linux): just bench [LESSON…]
bench *LESSONS:
    cargo bench --profile dev --workspace --bench figures -- {{ LESSONS }}

# How long the lessons take to build, to start after an edit, and to be tested.
bench-build:
    cargo bench --profile dev --workspace --bench figures -- build

# Shows what `just bench` and `just bench-build` measured in the pages.
bless-figures:
    cargo bench --quiet --profile dev --workspace --bench figures -- bless

# Faults put into the code, and those that no test notices: just mutants [LESSON…], --changed BASE or --summary
mutants *ARGUMENTS:
    tests/mutants.sh {{ ARGUMENTS }}

# The suite again and again while all cores are busy: just flaky 10
flaky RUNS *OPTIONS:
    tests/flaky.sh {{ RUNS }} {{ OPTIONS }}

# The licences and the sources of everything that is compiled in (needs cargo-deny).
deny:
    cargo deny --all-features check licenses sources bans
