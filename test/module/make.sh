#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# make.sh COMPAT CACHE [MODULE]...: the reference policy's own make, with our programs by the older tools' names, makes
# Debian's base and modules, links and expands them, and setfiles finds the file contexts valid in that policy (make
# validate). TAP. A trace says that it was ours that ran. MODULE: those beside the base, instead of all; they must have all
# that they require. Of Debian's tree: its systemd.te does not compile with checkmodule either, what requires it is left
# out with it, and one file context that stands there twice is taken out.
set -u
compat=$(realpath "$1") cache=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

skip() {
	echo "1..0 # SKIP $*"
	exit 77
}

for needed in make m4 /sbin/setfiles; do
	command -v "$needed" >/dev/null || skip "$needed is missing"
done
sh "$here/../fetch.sh" "$cache" tree || skip "Debian's policy sources cannot be had"
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && cp -a "$cache/selinux-policy-src" "$work/tree" || exit 3
for name in checkpolicy checkmodule semodule_package semodule_link semodule_expand; do
	ln -s "$compat" "$work/$name" &&
	printf '#!/bin/sh\necho %s >>%s\nexec %s "$@"\n' "$name" "$work/trace" "$work/$name" >"$work/bin/$name" &&
	chmod +x "$work/bin/$name" || exit 3
done
: >"$work/trace"
cd "$work/tree" || exit 3

# check NAME STATUS: one line of TAP for what a command returned
n=0 failed=0
check() {
	n=$((n + 1))
	if [ "$2" -ne 0 ]; then
		printf 'not '
		failed=$((failed + 1))
		tail -n 5 "$work/log" | sed 's/^/# /'
	fi
	echo "ok $n - $1"
}

refpolicy() {
	make "$@" DISTRO=debian MONOLITHIC=n CHECKPOLICY="$work/bin/checkpolicy" CHECKMODULE="$work/bin/checkmodule" \
		SEMOD_PKG="$work/bin/semodule_package" SEMOD_LNK="$work/bin/semodule_link" \
		SEMOD_EXP="$work/bin/semodule_expand" >"$work/log" 2>&1
}

refpolicy conf || exit 3
if [ $# -eq 0 ]; then
	sed -i -E 's/^(systemd|cockpit|hypervkvp) = module/\1 = off/' policy/modules.conf
else
	sed -i -E -e 's/^([a-z0-9_]+) = module/\1 = off/' -e "s/^($(IFS='|' && echo "$*")) = off/\\1 = module/" policy/modules.conf
fi
fc=policy/modules/services/spamassassin.fc
awk '/^\/var\/log\/rspamd/ && seen++ { next } { print }' "$fc" >"$work/fc" && cp "$work/fc" "$fc" || exit 3
refpolicy -j4 base modules
check "make base modules" $?
refpolicy validate
check "make validate" $?
packages=$(ls ./*.pp | wc -l)
if [ $# -ne 0 ]; then
	[ "$packages" -eq $(($# + 1)) ]
	check "one package each" $?
fi
for name in checkmodule semodule_package semodule_link semodule_expand; do
	ran=$(grep -cx "$name" "$work/trace")
	echo "# $name: $ran times, for $packages packages"
	case $name in
	checkmodule | semodule_package) [ "$ran" -ge "$packages" ] ;;
	*) [ "$ran" -eq 1 ] ;;
	esac
	check "ours ran: $name" $?
done
echo "1..$n"
[ "$failed" -eq 0 ]
