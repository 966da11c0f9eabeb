#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, which is gone when the command is
# done, whatever happens: tests/postgres.sh COMMAND…
#
# The command finds the server in LESSON_POSTGRES. With --available it only says, by its
# exit code, whether there is a server to start.
set -euo pipefail

# Debian keeps the server out of PATH.
candidates() {
    local initdb
    initdb=$(command -v initdb) && dirname "$(readlink -f "$initdb")"
    command -v pg_config >/dev/null && pg_config --bindir
    printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse
}
for bin in $(candidates); do
    [[ -x $bin/initdb && -x $bin/pg_ctl && -x $bin/postgres ]] && break
    bin=
done
if [[ -z ${bin:-} ]]; then
    echo "PostgreSQL's server is not installed: apt install postgresql, or brew install postgresql" >&2
    exit 1
fi
[[ ${1:-} == --available ]] && exit 0

folder=$(mktemp -d /tmp/lesson-postgres.XXXXXX)
as_owner=()
if [[ $(id -u) == 0 ]]; then
    # PostgreSQL refuses to run as root.
    chown postgres "$folder"
    as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$folder")
fi
# shellcheck disable=SC2329  # the trap calls it
stop() {
    ${as_owner[@]+"${as_owner[@]}"} "$bin/pg_ctl" stop -D "$folder/data" -m immediate -s || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$folder"
${as_owner[@]+"${as_owner[@]}"} "$bin/initdb" -D "$folder/data" -U postgres -A trust -N >"$folder/initdb.log"
# No port: the one socket lies in the folder. Nothing here has to survive a power cut.
options="-c listen_addresses='' -k $folder -c fsync=off -c max_connections=500"
${as_owner[@]+"${as_owner[@]}"} "$bin/pg_ctl" start -D "$folder/data" -l "$folder/log" -o "$options" -s -w
cd "$OLDPWD"

export LESSON_POSTGRES="postgres://postgres@${folder//\//%2F}"
"$@"
