#!/usr/bin/env bash
# Breaks the code on purpose, one place at a time, and lists the faults that no test noticed.
#
#     tests/mutants.sh                     all lessons and the shared packages: hours
#     tests/mutants.sh streaming support   some of them
#     tests/mutants.sh --changed BASE      the lines changed since that commit: at most 20 places a
#                                          package, and eight minutes; what was not tried is named
#     tests/mutants.sh --summary           the figures of what has been tried so far
#
# A run that is interrupted goes on where it was: what a test has caught is not tried again
# while its line stays as it is. The results are in target/mutants. What is left out, and
# why, is in .cargo/mutants.toml.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v cargo-mutants >/dev/null || {
    echo "cargo-mutants is not installed: cargo install --locked cargo-mutants" >&2
    exit 1
}
out=$PWD/target/mutants
mkdir -p "$out"
# Faults are put into a copy. In a target folder of both, cargo would take what was made of
# a faulty file for what this checkout makes, since it compares times and not the files.
unset CARGO_TARGET_DIR

lessons() {
    for manifest in lessons/*/Cargo.toml; do
        basename "$(dirname "$manifest")"
    done
}

# The shared packages and the lessons, by their folders.
packages() {
    lessons
    echo extract
    echo support
}

package() {
    if [[ $1 == extract ]]; then echo fastapi-extract; else echo "lesson-$1"; fi
}

# The judges of a package's faults, the quickest first: each is asked about the faults that
# those before it did not notice.
judges() {
    [[ $1 != support && $1 != extract ]] || echo unit-tests
    echo module suite
}

# The modules of the suite that a judge does without. What the support crate does is seen
# by the modules about it, without its programs, and then by all lessons.
left_out() {
    [[ $2 != suite ]] || return 0
    lessons | tr - _ | grep -v -x "${1//-/_}"
    echo bad_input readmes
    case $1 in
        support) echo support::program ;;
        extract) echo support ;;
        *) echo extract support ;;
    esac
}

# Keeps the outcome of every fault that a run has come to, the last one below.
collect() {
    local folder=$out/$1/mutants.out outcome
    for outcome in caught missed timeout unviable; do
        [[ ! -f $folder/$outcome.txt ]] || sed "s/^/$outcome\t/" "$folder/$outcome.txt"
    done >>"$out/$1.tsv"
}

# At most 20 of the places of the listed faults, evenly chosen, as one pattern.
places() {
    sed -E 's/^([^ ]+:[0-9]+:[0-9]+:) .*/\1/; s/\./\\./g' | sort -u |
        awk '{ place[NR] = $0 }
             END {
                 step = NR > 20 ? NR / 20 : 1
                 for (i = 1; i <= NR; i += step) printf("%s%s", (i > 1) ? "|" : "^(", place[int(i)])
                 if (NR) print ") "
             }'
}

# Tries the faults of a package with one judge; the other arguments go to cargo-mutants.
try() {
    local package=$1 judge=$2 code=0 module limit=()
    shift 2
    if [[ -n ${deadline:-} ]]; then
        [[ $SECONDS -lt $deadline ]] || return 0
        limit=(timeout --signal=INT --kill-after=60 "$((deadline - SECONDS))")
    fi
    local targets=(--lib) scope tested skips=()
    if [[ $judge == unit-tests ]]; then
        scope=(--package "$(package "$package")")
        tested=(--test-package "$(package "$package")")
    else
        # The whole workspace has one set of features; the programs are built with it, too.
        scope=(--workspace)
        tested=(--test-workspace=true)
        targets+=(--test=suite)
        [[ ! -d lessons/$package/tests ]] || targets+=(--test=lesson)
    fi
    for module in $(left_out "$package" "$judge"); do
        skips+=(--skip "$module::")
    done
    # A judge who says no to everything has noticed nothing. (The baseline of cargo-mutants
    # would look for the suite in the package with the fault.)
    cargo test --quiet "${scope[@]}" "${targets[@]}" -- --test-threads=16 ${skips[@]+"${skips[@]}"} >/dev/null || {
        echo "tests fail without any fault: mend them first" >&2
        exit 1
    }
    trap 'collect "$package"' EXIT
    ${limit[@]+"${limit[@]}"} cargo mutants --package "$(package "$package")" --output "$out/$package" --iterate \
        --baseline=skip --timeout 120 --build-timeout 900 \
        "${tested[@]}" "${targets[@]/#/--cargo-arg=}" "$@" \
        -- -- --test-threads=16 ${skips[@]+"${skips[@]}"} || code=$?
    collect "$package"
    trap - EXIT
    # No time for the rest: it is named at the end.
    [[ -z ${deadline:-} || $SECONDS -lt $deadline ]] || return 0
    # 2: some were missed; 3: some ended in a time-out, which is as good as caught.
    [[ $code == 0 || $code == 2 || $code == 3 ]] || exit "$code"
    [[ ! -s $out/$package/mutants.out/missed.txt ]]
}

# Tries them with every judge in turn, as long as some are missed.
try_all() {
    local package=$1 judge
    shift
    for judge in $(judges "$package"); do
        echo "$(package "$package"), judged by its $judge"
        ! try "$package" "$judge" "$@" || return 0
    done
    return 1
}

# Names those of the listed faults that nobody noticed, or that there was no time for.
untried() {
    touch "$out/$1.tsv"
    grep -v -x -F -f <(grep -v '^missed' "$out/$1.tsv" | cut -f 2) | sed 's/^/NOT NOTICED OR NOT TRIED: /' || true
}

summary() {
    local package
    for package in $(packages); do
        [[ -f $out/$package.tsv ]] || continue
        cargo mutants --list --package "$(package "$package")" |
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
        out=$out/changed
        rm -rf "$out"
        mkdir -p "$out"
        git diff "$base" -- 'lessons/*/src/*.rs' 'shared/*/src/*.rs' >"$out/diff"
        well=true
        deadline=$((SECONDS + 480))
        for package in $(packages); do
            listed=$(cargo mutants --list --level=warn --package "$(package "$package")" --in-diff "$out/diff")
            places=$(places <<<"$listed")
            [[ -n $listed ]] || continue
            try_all "$package" --re "$places" "$@" || well=false
            chosen=$(grep -E "$places" <<<"$listed")
            untried "$package" <<<"$chosen"
        done
        $well
        ;;
    *)
        [[ $# -gt 0 ]] || set -- $(packages)
        for package in "$@"; do
            try_all "$package" || true
        done
        summary
        ;;
esac
