#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The label database against libselinux on 100,000 paths, half of them of this machine; then the same with a change
# planted in our input, which must be seen. compare.sh PATHS OURS THEIRS FILE_CONTEXTS [N]
set -eu
paths=$1 ours=$2 theirs=$3 contexts=$4 n=${5:-100000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

ok() {
	echo "$1 $2 - $3"
}

echo 1..4
"$paths" "$contexts" "$n" 1 / >"$dir/list"
"$theirs" "$dir/list" "$contexts" >"$dir/theirs"
"$ours" "$dir/list" "$contexts" >"$dir/ours"
if [ "$(wc -l <"$dir/theirs")" -eq "$n" ] && [ "$(sort -u "$dir/theirs" | wc -l)" -gt 500 ]; then
	ok ok 1 "$n answers of libselinux, of many kinds"
else
	ok "not ok" 1 "answers of libselinux"
fi
if cmp "$dir/ours" "$dir/theirs" >"$dir/cmp"; then
	ok ok 2 "the same answers on $n paths"
else
	ok "not ok" 2 "the same answers"
	tr '\n\0' '\001\n' <"$dir/list" | paste "$dir/ours" "$dir/theirs" - | awk -F'\t' '$1 != $2' | head -20 | sed 's/^/# /'
fi

# A context that no answer had, and a pattern cut short: each must be noticed.
mkdir "$dir/planted"
cp "$contexts" "$contexts".* "$dir/planted"
planted=$dir/planted/$(basename "$contexts")
sed 's/^\(\/etc\/\.\*.*\):etc_t:/\1:planted_t:/' "$contexts" >"$planted"
"$ours" "$dir/list" "$planted" >"$dir/ours"
if cmp -s "$dir/ours" "$dir/theirs"; then
	ok "not ok" 3 "a planted context was not seen"
else
	ok ok 3 "a planted context is seen"
fi
grep -v '^/usr/(\.\*/)?bin(/\.\*)?' "$contexts" >"$planted"
"$ours" "$dir/list" "$planted" >"$dir/ours"
if cmp -s "$dir/ours" "$dir/theirs"; then
	ok "not ok" 4 "a rule left out was not seen"
else
	ok ok 4 "a rule left out is seen"
fi
