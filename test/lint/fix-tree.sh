#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fix-tree.sh SELKIE FETCH CACHE: the reference policy is mended by --fix, and compiles to the same policy, byte for byte,
# as before. TAP.
set -u
selkie=$1 fetch=$2 cache=$3
sh "$fetch" "$cache" tree >&2 || {
	echo "1..0 # SKIP the reference policy cannot be had"
	exit 0
}
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
build() {
	"$selkie" build --config DISTRO=debian --config TYPE=mcs --config SYSTEMD=y --config MONOLITHIC=y -o "$1" "$2"
}
cp -a "$cache/selinux-policy-src" "$work/tree" || exit 3
build "$work/before" "$work/tree" || echo "Bail out! the tree does not compile"
mended=$("$selkie" lint --source --fix --summary-only "$work/tree" 2>&1 >/dev/null | sed -n 's/.*mended \([0-9]*\) of.*/\1/p')
build "$work/after" "$work/tree" || echo "Bail out! the mended tree does not compile"
echo 1..3
[ "${mended:-0}" -gt 700 ] && echo "ok 1 - $mended findings are mended" || echo "not ok 1 - $mended findings are mended"
cmp "$work/before" "$work/after" && echo "ok 2 - the policy is the same" || echo "not ok 2 - the policy is the same"
changed=$(diff -rq "$cache/selinux-policy-src" "$work/tree" 2>/dev/null | grep -c differ)
[ "$changed" -gt 100 ] && echo "ok 3 - $changed files were changed" || echo "not ok 3 - $changed files were changed"
