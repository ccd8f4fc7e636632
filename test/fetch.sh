#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetch.sh CACHE WHAT: something of Debian's SELinux policy, downloaded and unpacked below CACHE, never installed. What is
# there already is used. Exit 0, 2 for another WHAT, or 77 where it cannot be had.
#
#   tree          the reference policy sources (selinux-policy-src): CACHE/selinux-policy-src/
#   headers       the development headers: CACHE/selinux-policy-dev/usr/share/selinux/devel/
#   default, mls  the module packages of that policy: CACHE/modules-default/*.pp.bz2, CACHE/modules-mls/
set -u
cache=$1 what=$2 tools='apt-get dpkg-deb'
case $what in
tree)
	package=selinux-policy-src to=$package mark=Makefile tools="$tools tar zstd" ;;
headers)
	package=selinux-policy-dev to=$package mark=usr/share/selinux/devel/Makefile ;;
default | mls)
	package=selinux-policy-$what to=modules-$what mark=base.pp.bz2 ;;
*)
	echo "usage: fetch.sh CACHE tree|headers|default|mls" >&2
	exit 2 ;;
esac
[ -f "$cache/$to/$mark" ] && exit 0

missing() {
	echo "fetch: $*" >&2
	exit 77
}

for tool in $tools; do
	command -v "$tool" >/dev/null || missing "there is no $tool"
done
mkdir -p "$cache" || exit 3
work=$(mktemp -d "$cache/fetch.XXXXXX") || exit 3
trap 'rm -rf "$work"' EXIT
(cd "$work" && { apt-get -q download "$package" || { apt-get update && apt-get -q download "$package"; }; }) \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; missing "cannot download $package"; }
dpkg-deb -x "$work"/*.deb "$work/root" || missing "$package cannot be unpacked"
case $what in
tree)
	tar -x --zstd -f "$work/root/usr/src/$package.tar.zst" -C "$work" && from=$work/$package ;;
headers)
	from=$work/root ;;
*)
	from=$work/root/usr/share/selinux/$what ;;
esac
[ -f "${from-}/$mark" ] && mv "$from" "$cache/$to" || missing "$package is not laid out as expected"
