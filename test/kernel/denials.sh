#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# denials.sh BUILD GUEST PACK SELKIE: provokes denials on an enforcing kernel, with the causes that recordings of a
# healthy system lack, and has them explained. Each job in denials/ is named after its cause. TAP.
set -u
build=$1 guest=$(realpath "$2") pack=$(realpath "$3") selkie=$(realpath "$4")
here=$(cd "$(dirname "$0")" && pwd)
parts=$here/policies
cache=${SELKIE_CACHE:-$build/cache}
. "$here/setup.sh"

for tool in qemu-system-x86_64 checkpolicy secilc busybox python3; do
	command -v $tool >/dev/null || skip "$tool is missing"
done
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
jobs=$work/jobs out=$work/out
mkdir "$jobs" && cp "$here"/denials/*.job "$jobs" || exit 3
sh "$here/compile.sh" "$jobs/denials" false deny "$parts/classes.inc" "$parts/denials.inc" "$parts/denials-tail.inc" \
	"$parts/contexts.inc" || exit 3
sh "$here/boot.sh" "$cache" "$guest" "$pack" "$jobs" "$out" enforcing=1 audit=1
case $? in
0) ;;
77) skip "qemu or the kernel package cannot be had" ;;
*) exit 3 ;;
esac

n=0 failed=0
for job in "$here"/denials/*-*.job; do
	name=$(basename "$job" .job)
	cause=${name#*-}
	[ "$cause" = start ] && continue
	n=$((n + 1))
	said=
	if [ -s "$out/$name.log" ]; then
		"$selkie" why --policy "$jobs/denials" --file-contexts "$parts/denials.fc" --json "$out/$name.log" \
			>"$work/json" 2>"$work/err"
		# The first program is permissive, and what it does is logged too; only what was refused counts.
		said=$(python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))["findings"]
print(" ".join(sorted({f["cause"] for f in found if not f["permissive"]})))' "$work/json" 2>/dev/null)
	fi
	if [ "$said" = "$cause" ]; then
		echo "ok $n - $name"
	else
		failed=$((failed + 1))
		echo "not ok $n - $name: selkie why says '$said'"
		sed 's/^/#   /' "$out/$name.out" "$work/err" 2>/dev/null
		grep -h -e 'permissive=0' -e 'op=security' "$out/$name.log" 2>/dev/null | sed 's/^/#   /'
	fi
done
echo "1..$n"
[ $failed -eq 0 ]
