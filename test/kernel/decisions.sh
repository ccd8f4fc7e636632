#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# decisions.sh BUILD GUEST PACK JUDGE: the kernel's decisions against ours, on six policies in one boot. TAP.
# SELKIE_CACHE: where the kernel is kept (default: BUILD/cache).
set -u
build=$1 guest=$(realpath "$2") pack=$(realpath "$3") judge=$(realpath "$4")
here=$(cd "$(dirname "$0")" && pwd)
parts=$here/policies
cache=${SELKIE_CACHE:-$build/cache}
. "$here/setup.sh"

for tool in qemu-system-x86_64 checkpolicy secilc; do
	command -v $tool >/dev/null || skip "$tool is missing"
done
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
jobs=$work/jobs out=$work/out
mkdir "$jobs" || exit 3

cd "$parts" || exit 3
sh "$here/compile.sh" "$jobs/plain" false allow classes.inc defaults.inc body.inc users.inc tail.inc contexts.inc &&
sh "$here/compile.sh" "$jobs/bounds" false deny classes.inc defaults.inc body.inc bounds.inc users.inc tail.inc \
	contexts.inc &&
sh "$here/compile.sh" "$jobs/multi" true deny classes.inc mls.inc body.inc range.inc users-mls.inc tail.inc \
	contexts-mls.inc &&
sh "$here/compile.sh" "$jobs/deeds" false deny classes.inc deeds.inc users-one.inc contexts.inc || exit 3
cp xperms.job "$jobs/xperms.job" || exit 3
cp "$here/../denials/policy.33" "$jobs/default" && cp "$here/../denials/policy.33.mls" "$jobs/mls" || exit 3

# 100,000 random and 20,000 targeted accesses, 10,000 each of create, member and relabel, 2,000 contexts in all, and of
# some a hundred more, as a few come up twice. Most of the random ones go to the small policies, where they are not all
# denied and the kernel answers faster.
"$judge" ask "$jobs/default" 1001 random=20000 targeted=6000 create=3000 member=2500 relabel=2500 context=500 \
	constraint=5 validatetrans=50 rounds=6 >"$jobs/default.job" &&
"$judge" ask "$jobs/mls" 1002 random=20000 targeted=6000 create=3000 member=2500 relabel=2500 context=500 \
	constraint=5 validatetrans=50 rounds=6 >"$jobs/mls.job" &&
"$judge" ask "$jobs/multi" 1003 random=25000 targeted=3000 create=2100 member=2100 relabel=2100 context=700 \
	constraint=100 validatetrans=200 rounds=16 >"$jobs/multi.job" &&
"$judge" ask "$jobs/plain" 1004 random=20000 targeted=3000 create=1000 member=2000 relabel=2000 context=300 \
	constraint=50 validatetrans=200 rounds=16 >"$jobs/plain.job" &&
"$judge" ask "$jobs/bounds" 1005 random=15000 targeted=2000 create=1000 member=1000 relabel=1000 context=100 \
	constraint=50 rounds=16 >"$jobs/bounds.job" || exit 3

started=$(date +%s)
sh "$here/boot.sh" "$cache" "$guest" "$pack" "$jobs" "$out" enforcing=0 audit=0
case $? in
0) ;;
77) skip "qemu or the kernel package cannot be had" ;;
*) exit 3 ;;
esac
echo "# the machine ran for $(($(date +%s) - started)) seconds"
"$judge" compare "$jobs" "$out" default mls multi plain bounds xperms | tee "$work/result"

# How many of each were asked: a generator that dried up must not pass for agreement.
enough=yes
for want in access=120000 create=10000 member=10000 relabel=10000 context=2000 validatetrans=1000 deed=50; do
	n=$(sed -n "s/^#.* ${want%=*} \([0-9]*\).*/\1/p" "$work/result")
	[ "${n:-0}" -ge "${want#*=}" ] || { enough="only ${n:-0} of $want"; break; }
done

# A comparison that cannot fail proves nothing: every 997th answer is spoiled, and exactly those must be found.
mkdir "$work/spoiled" || exit 3
planted=0
for job in default mls multi plain bounds xperms; do
	awk 'NR % 997 == 0 { $1 = (/^1/ ? "2" : "1") substr($1, 2) } 1' "$out/$job.out" >"$work/spoiled/$job.out"
	planted=$((planted + $(wc -l <"$out/$job.out") / 997))
done
found=$("$judge" compare "$jobs" "$work/spoiled" default mls multi plain bounds xperms |
	sed -n 's/^\(not \)\{0,1\}ok .* \([0-9]*\) differ$/\2/p' | awk '{ n += $1 } END { print n }')
n=$(grep -c '^\(not \)\{0,1\}ok' "$work/result")
failed=$(grep -c '^not ok' "$work/result")
[ "$enough" = yes ] || printf 'not '
echo "ok $((n + 1)) - as many questions as promised: $enough"
[ "$planted" -gt 0 ] && [ "$found" = "$planted" ] || printf 'not '
echo "ok $((n + 2)) - spoiled answers are found: $found of $planted"
echo "1..$((n + 2))"
[ "$enough" = yes ] && [ "$failed" -eq 0 ] && [ "$planted" -gt 0 ] && [ "$found" = "$planted" ]
