#!/usr/bin/env bash
# Breaks the code on purpose, one place at a time, and lists the faults that no test noticed.
#
#     tests/mutants.sh                     all lessons and the support crate: hours
#     tests/mutants.sh streaming support   some of them
#     tests/mutants.sh --changed BASE      the lines changed since that commit, at most 20 faults
#     tests/mutants.sh --summary           the figures of what has been tried so far
#
# A run that is interrupted goes on where it was: what a test has caught is not tried again
# while its line stays as it is. The results are in target/mutants. A lesson's faults are
# judged by the lesson's own tests, those of the support crate by what it is used for most.
# What is left out, and why, is in .cargo/mutants.toml.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v cargo-mutants >/dev/null || {
    echo "cargo-mutants is not installed: cargo install --locked cargo-mutants" >&2
    exit 1
}
out=$PWD/target/mutants
mkdir -p "$out"

lessons() {
    for manifest in lessons/*/Cargo.toml; do
        basename "$(dirname "$manifest")"
    done
}

# The modules of the suite that are no judges of a package's faults.
others() {
    case $1 in
        support) echo async sql testing dependencies response_models ;;
        *) lessons | tr - _ | grep --invert-match --line-regexp "${1//-/_}"; echo extract support bad_input ;;
    esac
    echo readmes naive_port
}

# Keeps the outcome of every fault that a run has come to, the last one below.
collect() {
    local folder=$out/$1/mutants.out outcome
    for outcome in caught missed timeout unviable; do
        [[ ! -f $folder/$outcome.txt ]] || sed "s/^/$outcome\t/" "$folder/$outcome.txt"
    done >>"$out/$1.tsv"
}

# Tries the faults of a package; the other arguments go to cargo-mutants.
try() {
    local package=$1 targets=(--cargo-arg=--lib --cargo-arg=--test=suite) skips=() module
    shift
    [[ ! -d lessons/$package/tests ]] || targets+=(--cargo-arg=--test=lesson)
    for module in $(others "$package"); do
        skips+=(--skip "$module::")
    done
    trap 'collect "$package"' EXIT
    # 2: some were missed; 3: some ended in a time-out, which is as good as caught.
    local code=0
    cargo mutants --package "lesson-$package" \
        --test-workspace=true --output "$out/$package" \
        --timeout 120 --build-timeout 900 "${targets[@]}" "$@" \
        -- -- --test-threads=16 "${skips[@]}" || code=$?
    collect "$package"
    trap - EXIT
    [[ $code == 0 || $code == 2 || $code == 3 ]] || exit "$code"
    [[ $code != 2 ]]
}

summary() {
    local package
    for package in $(lessons) support; do
        [[ -f $out/$package.tsv ]] || continue
        cargo mutants --list --package "lesson-$package" |
            awk -F '\t' -v package="$package" -v results="$out/$package.tsv" '
                BEGIN { while ((getline line < results) > 0) { split(line, field, "\t"); last[field[2]] = field[1] } }
                { listed++; outcome = last[$0]; if (outcome == "") untried++; else count[outcome]++ }
                outcome == "missed" { missed = missed "\n    " $0 }
                END {
                    caught = count["caught"] + count["timeout"]; viable = caught + count["missed"]
                    printf "%-18s %4d faults: %d viable, %d caught (%.1f %%), %d do not compile, %d not tried%s\n",
                        package, listed, viable, caught, viable ? 100 * caught / viable : 0, count["unviable"], untried, missed
                }'
    done
}

case ${1:-} in
    --summary)
        summary
        ;;
    --changed)
        base=${2:?usage: tests/mutants.sh --changed BASE}
        shift 2
        diff=$out/changed.diff
        git diff "$base" -- 'lessons/*/src/*.rs' 'shared/src/*.rs' >"$diff"
        well=true
        for package in $(lessons) support; do
            found=$(cargo mutants --list --package "lesson-$package" --in-diff "$diff" | wc -l)
            [[ $found -gt 0 ]] || continue
            echo "lesson-$package: $found faults in changed lines"
            shards=$(((found + 19) / 20))
            try "$package" --in-diff "$diff" --sharding round-robin --shard "0/$shards" "$@" || well=false
        done
        $well
        ;;
    *)
        [[ $# -gt 0 ]] || set -- $(lessons) support
        for package in "$@"; do
            try "$package" --iterate || true
        done
        summary
        ;;
esac
