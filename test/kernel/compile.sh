#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# compile.sh OUT MLS UNKNOWN PART...: a small policy from its parts, by checkpolicy and secilc, version 33.
# checkpolicy refuses rules that a typebounds statement takes away again, which is just what the kernel is to be asked
# about; so that statement goes around it: secilc, told not to check, adds it.
set -eu
out=$1 mls=$2 unknown=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat "$@" >"$work/conf"
grep '^typebounds' "$work/conf" | sed 's/^typebounds \(.*\) \(.*\);/(typebounds \1 \2)/' >"$work/bounds.cil"
grep -v '^typebounds' "$work/conf" >"$work/unbounded.conf"
if [ "$mls" = true ]; then set -- -M; else set --; fi
checkpolicy "$@" -c 33 -U "$unknown" -o "$work/binary" "$work/unbounded.conf" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
if [ ! -s "$work/bounds.cil" ]; then
	mv "$work/binary" "$out"
	exit 0
fi
checkpolicy "$@" -b -C -o "$work/policy.cil" "$work/binary" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
secilc -N -M "$mls" -U "$unknown" -c 33 -o "$out" -f /dev/null "$work/policy.cil" "$work/bounds.cil" >"$work/log" 2>&1 ||
	{ cat "$work/log" >&2; exit 1; }
