#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetch-tree.sh CACHE: the reference policy sources of Debian's selinux-policy-src, downloaded and unpacked below CACHE,
# never installed. Leaves CACHE/selinux-policy-src/. What is there already is used. Exit 0, or 77 where it cannot be had.
set -u
cache=$1
package=selinux-policy-src
[ -f "$cache/$package/Makefile" ] && exit 0

missing() {
	echo "fetch-tree: $*" >&2
	exit 77
}

for tool in apt-get dpkg-deb tar zstd; do
	command -v $tool >/dev/null || missing "there is no $tool"
done
mkdir -p "$cache" || exit 3
work=$(mktemp -d "$cache/fetch.XXXXXX") || exit 3
trap 'rm -rf "$work"' EXIT
(cd "$work" && { apt-get -q download $package || { apt-get update && apt-get -q download $package; }; }) \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; missing "cannot download $package"; }
dpkg-deb -x "$work"/*.deb "$work/root" &&
	tar -x --zstd -f "$work/root/usr/src/$package.tar.zst" -C "$work" &&
	mv "$work/$package" "$cache/$package" || missing "$package is not laid out as expected"
