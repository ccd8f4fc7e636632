#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernel.sh BUILD SELKIE GUEST POLICY SUITE.t: the sample suite judged by a real kernel, together with rows that are wrong,
# which must fail and no others. Skipped, loudly, where there is no kernel or no emulator. TAP.
set -u
build=$1 selkie=$2 guest=$3 policy=$4 suite=$5
cache=${SELKIE_CACHE:-$build/cache}
here=$(dirname "$0")
skip() {
	if [ "${CI:-}" = true ]; then
		echo "Bail out! $*"
		exit 1
	fi
	echo "1..0 # SKIP $*"
	exit 0
}
command -v qemu-system-x86_64 >/dev/null || skip "there is no qemu-system-x86_64"
sh "$here/../kernel/fetch-kernel.sh" "$cache" >&2 || skip "the kernel cannot be had"
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT

cat >"$work/wrong.t" <<'EOF'
allow web_t shadow_t:file read
deny web_t page_t:file read
exactly web_t page_t:file read getattr
label create web_t tmp_t:file is page_t
transition kernel_t web_exec_t is web_t
deny web_t page_t:file write because rule
deny web_t shadow_t:file read because constraint
deny web_t shadow_t:file read because rule constraint
deny web_worker_t page_t:file write because rule
deny admin_t user_u:user_r:user_t:s0 process transition because rule constraint
EOF
# reasons that the sample does not have
cat >"$work/right.t" <<'EOF'
user user_u
role user_r
deny user_t admin_u:system_r:web_t:s0 process transition because constraint role
reset
deny admin_t user_u:user_r:user_t:s0 process transition because rule constraint role
EOF
SELKIE_GUEST=$guest "$selkie" test --policy "$policy" --kernel="$cache/kernel/vmlinuz" --tap "$suite" "$work/right.t" "$work/wrong.t" \
	>"$work/out" 2>"$work/err"
status=$?
n=0
check() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1: $2 instead of $3"
		sed 's/^/# /' "$work/err"
		grep '^not ok' "$work/out" | sed 's/^/# /'
	fi
}
check "exit status" "$status" 1
check "rows of the sample that the kernel contradicts" "$(grep -cE "^not ok .*(web|right).t:" "$work/out")" 0
check "wrong rows that it contradicts" "$(grep -c "^not ok .*wrong.t:" "$work/out")" 10
check "reasons that are not the kernel's" "$(grep -cE '^# the kernel (does not deny|denies) ' "$work/out")" 5
check "most rows are asked" "$([ "$(grep -c '# SKIP' "$work/out")" -lt 20 ] && echo yes)" yes
check "a file that is no kernel" "$(SELKIE_GUEST=$guest "$selkie" test --policy "$policy" --kernel="$work/none" "$suite" 2>&1 |
	grep -c E0691)" 1
echo "1..$n"
