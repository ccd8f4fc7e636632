# SPDX-License-Identifier: LGPL-2.1-or-later
# What the scripts beside this have in common; each reads it with `.`: how a test says that it could not ask a kernel.
skip() {
	echo "1..0 # SKIP $*"
	echo "THE KERNEL WAS NOT ASKED: $*" >&2
	[ "${CI:-}" = true ] && exit 1
	exit 77
}
