#!/bin/sh
# The main job on real input: a strategy is started, pauses, is answered by another command, survives
# a daemon that is killed in the middle, and tells its result. Everything happens in a temporary
# folder, which is gone afterwards.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
say() { printf '\n== %s\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }

say "Building (release)"
cargo build --release --quiet --manifest-path "$root/Cargo.toml"
target=${CARGO_TARGET_DIR:-"$root/target"}
PATH="$target/release:$PATH"
ALC_HOME=$(mktemp -d)
export PATH ALC_HOME
trap 'alc daemon stop --force >/dev/null 2>&1 || true; rm -rf "$ALC_HOME"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "Starting a session"
id=$(alc spawn "$root/examples/refine.lua" --set task="a haiku about rain" --set-json rounds=1)
echo "its id is $id"
run alc prompt "$id"; echo

say "Answering the first query"
run alc resume "$id" "rain on the tin roof / a hundred small drummers / none of them in time"
run alc prompt "$id"; echo

say "Killing the daemon with -9"
kill -9 "$(alc daemon status | sed -n 's/^pid=//p')"
echo "it is gone; the session is in the journal"

say "Going on"
run alc state "$id"
# Any command can answer that reads a prompt and prints an answer. The result comes last.
run alc drive "$id" -- awk 'NR == 1 { print "[answer to: " $0 "]" }'
