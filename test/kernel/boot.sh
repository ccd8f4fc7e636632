#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# boot.sh CACHE GUEST PACK JOBS OUT [KERNEL-ARGUMENT]...
# Boots the kernel below CACHE with GUEST as its first program and the files of the folder JOBS as /job, and puts what
# the guest sends home into the folder OUT (with the console as OUT/console). Exit 0, 3 when the machine did not come
# to its end, 77 where it cannot be had at all.
set -u
cache=$1 guest=$2 pack=$3 jobs=$4 out=$5
shift 5
here=$(dirname "$0")

command -v qemu-system-x86_64 >/dev/null || { echo "boot: no qemu-system-x86_64" >&2; exit 77; }
sh "$here/fetch-kernel.sh" "$cache" || exit $?
rm -rf "$out"
mkdir -p "$out" || exit 3
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT

set -- "$*"
arguments="console=ttyS0 quiet loglevel=1 panic=-1 random.trust_cpu=on security=selinux $1"
# What hardens a kernel against attackers, or saves power, and is dear where it is emulated.
arguments="$arguments mitigations=off init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off nokaslr"
arguments="$arguments rcupdate.rcu_expedited=1"
# Unpacked where that could be had: it need not unpack itself.
kernel=$cache/kernel/vmlinux
[ -s "$kernel" ] || kernel=$cache/kernel/vmlinuz
set -- "init=$guest"
busybox=$(command -v busybox) && set -- "$@" "bin/busybox=$busybox"
for f in "$cache"/kernel/modules/*; do
	set -- "$@" "modules/${f##*/}=$f"
done
for f in "$jobs"/*; do
	set -- "$@" "job/${f##*/}=$f"
done
"$pack" pack "$work/root" "$@" || exit 3

# Emulated on purpose: it works without /dev/kvm, and everywhere alike. What of "max" only costs time is off. A second
# processor where the host has one: the guest asks from both.
processors=$(nproc)
[ "$processors" -le 2 ] || processors=2
timeout "${SELKIE_BOOT_SECONDS:-600}" qemu-system-x86_64 -accel tcg,thread=multi -smp "$processors" -cpu max,smap=off,smep=off,la57=off -m 1024 \
	-nodefaults -no-user-config -no-reboot -display none -serial "file:$out/console" \
	-device virtio-serial-pci -device virtserialport,chardev=answers,name=answers \
	-chardev "file,id=answers,path=$work/answers" \
	-kernel "$kernel" -initrd "$work/root" -append "$arguments" </dev/null
status=$?
if [ $status -ne 0 ] || ! "$pack" unpack "$work/answers" "$out"; then
	echo "boot: the machine ended with status $status before all was answered; its console:" >&2
	tail -n 30 "$out/console" >&2
	exit 3
fi
