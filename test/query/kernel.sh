#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernel.sh BUILD GUEST PACK JUDGE WHO_BRUTE CONTEXTS QUESTIONS: every type asked for every question, by the kernel against
# our evaluator, on the default and the mls policy in one boot. TAP. SELKIE_CACHE as in test/kernel/decisions.sh.
set -u
build=$1 guest=$(realpath "$2") pack=$(realpath "$3") judge=$(realpath "$4") brute=$(realpath "$5")
contexts=$(realpath "$6") questions=$(realpath "$7")
here=$(cd "$(dirname "$0")" && pwd)
kernel=$here/../kernel
cache=${SELKIE_CACHE:-$build/cache}

skip() {
	echo "1..0 # SKIP $*"
	[ "${CI:-}" = true ] && exit 1
	exit 77
}

command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is missing"
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
jobs=$work/jobs out=$work/out
mkdir "$jobs" || exit 3
cp "$here/../denials/policy.33" "$jobs/default" && cp "$here/../denials/policy.33.mls" "$jobs/mls" || exit 3
for job in default mls; do
	"$brute" ask "$jobs/$job" "$contexts" "$questions" >"$jobs/$job.job" || exit 3
done
sh "$kernel/boot.sh" "$cache" "$guest" "$pack" "$jobs" "$out" enforcing=0 audit=0
case $? in
0) ;;
77) skip "qemu or the kernel package cannot be had" ;;
*) exit 3 ;;
esac
"$judge" compare "$jobs" "$out" default mls | tee "$work/result"
n=$(grep -c '^\(not \)\{0,1\}ok' "$work/result")
asked=$(sed -n 's/^#.* access \([0-9]*\).*/\1/p' "$work/result" | tail -1)
[ "${asked:-0}" -ge 300000 ] || printf 'not '
echo "ok $((n + 1)) - all types were asked: ${asked:-0} questions"
echo "1..$((n + 1))"
[ "${asked:-0}" -ge 300000 ] && ! grep -q '^not ok' "$work/result"
