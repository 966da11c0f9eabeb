#!/usr/bin/env bash
# Runs the suite again and again while every core is busy with something else, and says
# how many runs failed and in which tests. A test that waits for a time, and not for the
# thing itself, fails here first.
#
#     tests/flaky.sh RUNS [OPTIONS OF THE SUITE]
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${1:?usage: tests/flaky.sh RUNS [OPTIONS OF THE SUITE]}
shift
case $runs in
    '' | *[!0-9]* | 0) echo "RUNS must be a whole number above 0, not \"$runs\"" >&2; exit 2 ;;
esac

# Compiled first: the load is for the tests, not for the compiler.
cargo test --workspace --quiet --test suite --no-run
cargo build --workspace --quiet --bins --examples

log=$(mktemp)
load=()
finish() {
    kill "${load[@]}" 2>/dev/null || true
    rm -f "$log"
}
trap finish EXIT
trap 'exit 130' INT TERM
for _ in $(seq "$(getconf _NPROCESSORS_ONLN)"); do
    while :; do :; done &
    load+=("$!")
done

failed=0
for run in $(seq "$runs"); do
    started=$SECONDS
    if cargo test --workspace --quiet --test suite -- --test-threads=12 "$@" >"$log" 2>&1; then
        echo "run $run of $runs: ok, $((SECONDS - started)) s"
    else
        failed=$((failed + 1))
        echo "run $run of $runs: FAILED, $((SECONDS - started)) s"
        grep -E "^(test .* FAILED|thread '.*' .*panicked|    [a-z_:#0-9]+$)" "$log" | sort -u || cat "$log"
    fi
done
echo "$failed of $runs runs failed"
[ "$failed" -eq 0 ]
