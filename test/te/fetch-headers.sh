#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetch-headers.sh CACHE: the development headers of Debian's selinux-policy-dev, downloaded and unpacked below CACHE, never
# installed. Leaves CACHE/selinux-policy-dev/usr/share/selinux/devel/. What is there already is used. Exit 0, or 77 where they
# cannot be had.
set -u
cache=$1
package=selinux-policy-dev
[ -f "$cache/$package/usr/share/selinux/devel/Makefile" ] && exit 0

missing() {
	echo "fetch-headers: $*" >&2
	exit 77
}

for tool in apt-get dpkg-deb; do
	command -v $tool >/dev/null || missing "there is no $tool"
done
mkdir -p "$cache" || exit 3
work=$(mktemp -d "$cache/fetch.XXXXXX") || exit 3
trap 'rm -rf "$work"' EXIT
(cd "$work" && { apt-get -q download $package || { apt-get update && apt-get -q download $package; }; }) \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; missing "cannot download $package"; }
dpkg-deb -x "$work"/*.deb "$work/root" && mv "$work/root" "$cache/$package" || missing "$package is not laid out as expected"
