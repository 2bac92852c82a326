#!/bin/sh
# The 1 April by itself: 18,000 people of whom a third moves, prepared before and put into effect by the server when the day begins in
# Japan, beside somebody who searches:
#   cargo build --release && sh bench/midnight.sh
# Wants the Debian packages faketime and python3, and a quiet machine. Everything runs on 127.0.0.1 and is ended afterwards.
set -eu
cd "$(dirname "$0")/.."
renraku=${RENRAKU:-target/release/renraku}
work=${WORK:-target/bench/midnight}
command -v faketime >/dev/null || { echo "faketime is not installed: apt-get install faketime" >&2; exit 1; }
[ -x "$renraku" ] || { echo "$renraku is not there: cargo build --release" >&2; exit 1; }

rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)
pid=
trap '[ -z "$pid" ] || { kill "$pid" && wait "$pid"; } 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM
# The library alone: the program `faketime` would stand between us and the server.
preload=$(faketime now printenv LD_PRELOAD)
export TZ=UTC FAKETIME_DONT_FAKE_MONOTONIC=1
at() {
    time=$1
    shift
    FAKETIME="@2027-03-31 $time" LD_PRELOAD=$preload exec "$renraku" "$@" --data "$work/office"
}

python3 bench/midnight.py sheet >"$work/before.csv"
python3 bench/midnight.py sheet moved >"$work/after.csv"
(at 10:00:00 demo --staff 300 --listen 127.0.0.1:18950 >"$work/fill.out" 2>&1) &
pid=$!
python3 bench/midnight.py ready 127.0.0.1:18950
kill "$pid"
wait "$pid" || true
(at 11:00:00 import people "$work/before.csv" | tail -n 1)
(at 12:00:00 import people "$work/after.csv" --effective 2027-04-01 | tail -n 1)
# Twenty seconds before the day begins in Japan.
(at 14:59:40 demo --listen 127.0.0.1:18950 --unlimited >"$work/renraku.out" 2>&1) &
pid=$!
python3 bench/midnight.py measure "$work/office/demo.json" 127.0.0.1:18950
