#!/usr/bin/env bash
# The calendar face beside Radicale and Xandikos, on the same work in one run: CPU of the server process for each request, and how
# many times ours the others take.
#
#     bench/dav.sh [--renraku BINARY] [--rustical BINARY] [--sizes 1000,10000] [--repeat 200] [--clients 32] [--cards 5000]
#
# Without a binary the release build is made. Needs python3 with venv; the two servers are installed below target/judges. RustiCal
# is asked, too, where its program is given.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=
rustical=
rest=()
while [ $# -gt 0 ]; do
    case $1 in
    --renraku) binary=$2 && shift 2 ;;
    --rustical) rustical=$2 && shift 2 ;;
    *) rest+=("$1") && shift ;;
    esac
done
if [ -z "$binary" ]; then
    cargo build --locked --release -q -p renraku
    binary=target/release/renraku
fi

judges=$PWD/target/judges
for package in radicale==3.9.0 xandikos==0.4.10; do
    home=$judges/$package
    [ -d "$home" ] || { python3 -m venv "$home" && "$home/bin/pip" install -q --disable-pip-version-check "$package"; }
done

data=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$data"
}
trap finish EXIT

"$binary" demo --data "$data/renraku" --listen 127.0.0.1:18681 --unlimited >"$data/renraku.log" 2>&1 &
pids+=($!)
"$judges/radicale==3.9.0/bin/radicale" --server-hosts 127.0.0.1:18682 --auth-type none --logging-level error \
    --storage-filesystem-folder "$data/radicale" >"$data/radicale.log" 2>&1 &
pids+=($!)
"$judges/xandikos==0.4.10/bin/xandikos" serve --listen-address 127.0.0.1 --port 18683 -d "$data/xandikos" \
    --defaults --current-user-principal /user/ >"$data/xandikos.log" 2>&1 &
pids+=($!)

others=()
if [ -n "$rustical" ]; then
    export RUSTICAL_DATA_STORE__SQLITE__DB_URL=$data/rustical.db RUSTICAL_HTTP__BIND=127.0.0.1:18684
    "$rustical" principals create user >>"$data/rustical.log" 2>&1
    password=$("$rustical" principals app-token create user --name bench)
    "$rustical" serve >>"$data/rustical.log" 2>&1 &
    pids+=($!)
    others=(--server "rustical $! 18684 $password")
fi

python3 bench/dav.py --handout "$data/renraku/demo.json" \
    --server "renraku ${pids[0]} 18681" --server "radicale ${pids[1]} 18682" --server "xandikos ${pids[2]} 18683" \
    "${others[@]}" "${rest[@]}"
