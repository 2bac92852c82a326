#!/bin/sh
# CPU of a search by LDAP beside slapd (OpenLDAP) on the same people, in one run:
#   cargo build --release && sh bench/ldap.sh [PEOPLE]
# Wants the Debian packages slapd and python3, and a quiet machine. Everything runs on 127.0.0.1 and is ended afterwards.
set -eu
cd "$(dirname "$0")/.."
people=${1:-20000}
renraku=${RENRAKU:-target/release/renraku}
work=${WORK:-target/bench/ldap-$people}
slapd=$(PATH=$PATH:/usr/sbin command -v slapd) || { echo "slapd is not installed: apt-get install slapd" >&2; exit 1; }
[ -x "$renraku" ] || { echo "$renraku is not there: cargo build --release" >&2; exit 1; }

mkdir -p "$work"
work=$(cd "$work" && pwd)
pids=
trap 'for pid in $pids; do kill "$pid" 2>/dev/null || true; done' EXIT
trap 'exit 1' INT TERM

"$renraku" --data "$work/office" demo --unlimited --staff "$people" --listen 127.0.0.1:18940 >"$work/renraku.out" 2>&1 &
ours=$!
pids=$ours
python3 bench/ldap.py dump "$work/office/demo.json" "$ours" >"$work/people.ldif"

rm -rf "$work/slapd"
mkdir -p "$work/slapd"
cat >"$work/slapd.conf" <<CONF
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile $work/slapd.pid
sizelimit 1000
database mdb
maxsize 2147483648
suffix "dc=pref,dc=example,dc=jp"
rootdn "cn=admin,dc=pref,dc=example,dc=jp"
rootpw bench
directory $work/slapd
index objectClass eq
index uid,mail,telephoneNumber,mobile eq,pres,sub
index cn,sn,givenName,displayName eq,pres,sub
CONF
"${slapd%slapd}slapadd" -q -f "$work/slapd.conf" -l "$work/people.ldif"
"$slapd" -d 0 -f "$work/slapd.conf" -h ldap://127.0.0.1:18941 &
theirs=$!
pids="$pids $theirs"

python3 bench/ldap.py measure "$work/office/demo.json" "$ours" "$theirs" ldap://127.0.0.1:18941
