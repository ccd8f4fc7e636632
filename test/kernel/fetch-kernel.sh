#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# fetch-kernel.sh CACHE: Debian's current kernel package, downloaded and unpacked below CACHE, never installed.
# Leaves CACHE/kernel/vmlinuz and CACHE/kernel/modules/, and CACHE/kernel/vmlinux, which is empty where the kernel could
# not be unpacked into a form that qemu starts directly (an ELF file with a PVH note).
# What is there already is used as it is. Exit 0, or 77 where it cannot be had.
set -u
cache=$1

# The kernel out of its wrapping: what follows a packer's magic number and turns out to be such a file.
unpack() {
	kernel=$cache/kernel
	[ -e "$kernel/vmlinux" ] && return
	new=$(mktemp "$cache/vmlinux.XXXXXX") || exit 3
	for packer in '\xfd7zXZ\x00 xz' '\x28\xb5\x2f\xfd zstd' '\x1f\x8b\x08 gzip'; do
		command -v "${packer#* }" >/dev/null || continue
		at=$(LC_ALL=C grep -aboP -m 1 "${packer% *}" "$kernel/vmlinuz" | head -n 1 | cut -d : -f 1)
		[ -n "$at" ] || continue
		tail -c "+$((at + 1))" "$kernel/vmlinuz" | "${packer#* }" -dc >"$new" 2>/dev/null
		LC_ALL=C grep -aqP '\A\x7fELF' "$new" &&
			LC_ALL=C grep -aqP '\x04\x00\x00\x00[\x04\x08]\x00\x00\x00\x12\x00\x00\x00Xen\x00' "$new" && break
		: >"$new"
	done
	mv "$new" "$kernel/vmlinux"
}

[ -f "$cache/kernel/done" ] && unpack && exit 0

missing() {
	echo "fetch-kernel: $*" >&2
	exit 77
}

for tool in apt-get apt-cache dpkg-deb; do
	command -v $tool >/dev/null || missing "this is no Debian: no $tool"
done
mkdir -p "$cache" || exit 3
work=$(mktemp -d "$cache/fetch.XXXXXX") || exit 3
trap 'rm -rf "$work"' EXIT
package=$(apt-cache depends linux-image-amd64 2>/dev/null |
	sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
if [ -z "$package" ]; then
	apt-get update >/dev/null 2>&1
	package=$(apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
fi
[ -n "$package" ] || missing "apt knows no linux-image-amd64"
(cd "$work" && { apt-get -q download "$package" || { apt-get update && apt-get -q download "$package"; }; }) \
	>"$work/log" 2>&1 || { cat "$work/log" >&2; missing "cannot download $package"; }

# Whether a driver is a module or built in is the kernel's configuration's choice: what is no module need not be loaded.
modules='virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_console'
mkdir "$work/root" "$work/kernel" "$work/kernel/modules" || exit 3
dpkg-deb --fsys-tarfile "$work"/*.deb | tar -x -C "$work/root" --wildcards './boot/vmlinuz-*' \
	'./lib/modules/*/kernel/drivers/virtio/*' './lib/modules/*/kernel/drivers/char/virtio_console*' ||
	missing "$package is not laid out as expected"
mv "$work"/root/boot/vmlinuz-* "$work/kernel/vmlinuz" || exit 3
for m in $modules; do
	found=$(find "$work/root/lib/modules" -name "$m.ko" -o -name "$m.ko.xz" | head -n 1)
	case $found in
	'') continue ;;
	*.xz) xz -d "$found" && found=${found%.xz} || exit 3 ;;
	esac
	mv "$found" "$work/kernel/modules/$m.ko" || exit 3
done
echo "$package" >"$work/kernel/done"
rm -rf "$cache/kernel"
# Two tests may fetch at once: the first one's stays.
mv "$work/kernel" "$cache/kernel" 2>/dev/null
[ -f "$cache/kernel/done" ] && unpack
