#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetch-modules.sh CACHE POLICY: the module packages of Debian's selinux-policy-POLICY (default, mls), downloaded and
# unpacked as CACHE/modules-POLICY/*.pp.bz2, never installed. What is there already is used. Exit 0, or 77 where they cannot
# be had.
set -u
cache=$1 policy=$2
package=selinux-policy-$policy
[ -f "$cache/modules-$policy/base.pp.bz2" ] && exit 0

missing() {
	echo "fetch-modules: $*" >&2
	exit 77
}

for tool in apt-get dpkg-deb; do
	command -v $tool >/dev/null || missing "there is no $tool"
done
mkdir -p "$cache" || exit 3
work=$(mktemp -d "$cache/fetch.XXXXXX") || exit 3
trap 'rm -rf "$work"' EXIT
(cd "$work" && { apt-get -q download "$package" || { apt-get update && apt-get -q download "$package"; }; }) \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; missing "cannot download $package"; }
dpkg-deb -x "$work"/*.deb "$work/root" && mv "$work/root/usr/share/selinux/$policy" "$cache/modules-$policy" ||
	missing "$package is not laid out as expected"
