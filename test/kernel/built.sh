#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# built.sh BUILD GUEST PACK JUDGE SELKIE: a kernel loads what selkie build makes of Debian's sources and of Debian's
# module packages, and decides 100,000 accesses as our evaluator does. TAP. SELKIE_CACHE: where the kernel and the sources
# are kept (default: BUILD/cache).
set -u
build=$1 guest=$(realpath "$2") pack=$(realpath "$3") judge=$(realpath "$4") selkie=$(realpath "$5")
here=$(cd "$(dirname "$0")" && pwd)
cache=${SELKIE_CACHE:-$build/cache}
. "$here/setup.sh"

command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is missing"
sh "$here/../fetch.sh" "$cache" tree || skip "Debian's policy sources cannot be had"
sh "$here/../fetch.sh" "$cache" default || skip "Debian's module packages cannot be had"
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
jobs=$work/jobs out=$work/out
mkdir "$jobs" || exit 3
"$selkie" build --strip --config MONOLITHIC=y --config SYSTEMD=y -o "$jobs/built" "$cache/selinux-policy-src" &&
"$selkie" build --strip -O --config MONOLITHIC=y --config TYPE=mls -o "$jobs/smaller" "$cache/selinux-policy-src" &&
"$selkie" build --strip -o "$jobs/packages" "$cache"/modules-default/*.pp.bz2 ||
	exit 3
"$judge" ask "$jobs/built" 2001 random=50000 targeted=15000 create=2000 member=1000 relabel=1000 context=200 \
	constraint=5 validatetrans=20 rounds=6 >"$jobs/built.job" &&
"$judge" ask "$jobs/smaller" 2002 random=30000 targeted=8000 create=2000 member=1000 relabel=1000 context=200 \
	constraint=5 validatetrans=20 rounds=6 >"$jobs/smaller.job" &&
"$judge" ask "$jobs/packages" 2003 random=20000 targeted=8000 create=1000 member=500 relabel=500 context=200 \
	constraint=5 validatetrans=20 rounds=6 >"$jobs/packages.job" || exit 3
sh "$here/boot.sh" "$cache" "$guest" "$pack" "$jobs" "$out" enforcing=0 audit=0
case $? in
0) ;;
77) skip "qemu or the kernel package cannot be had" ;;
*) exit 3 ;;
esac
"$judge" compare "$jobs" "$out" built smaller packages | tee "$work/result"
n=$(grep -c '^\(not \)\{0,1\}ok' "$work/result")
failed=$(grep -c '^not ok' "$work/result")
asked=$(sed -n 's/^#.* access \([0-9]*\).*/\1/p' "$work/result")
[ "${asked:-0}" -ge 100000 ] || printf 'not '
echo "ok $((n + 1)) - 100,000 accesses were asked: ${asked:-0}"
echo "1..$((n + 1))"
[ "$failed" -eq 0 ] && [ "$n" -ge 3 ] && [ "${asked:-0}" -ge 100000 ]
