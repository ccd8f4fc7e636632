#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# who.sh BUILD GUEST PACK SELKIE: the command in a machine with SELinux. Processes with known contexts run there; `selkie
# who` must name these under their domains and no others, and a domain without a process without one. What is expected are
# the numbers that the machine gave the processes when they began. TAP.
set -u
build=$1 guest=$(realpath "$2") pack=$(realpath "$3") selkie=$(realpath "$4")
here=$(cd "$(dirname "$0")" && pwd)
parts=$here/policies
cache=${SELKIE_CACHE:-$build/cache}
. "$here/setup.sh"

for tool in qemu-system-x86_64 checkpolicy secilc busybox python3; do
	command -v $tool >/dev/null || skip "$tool is missing"
done
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
jobs=$work/jobs out=$work/out
mkdir "$jobs" || exit 3
sh "$here/compile.sh" "$jobs/denials" false deny "$parts/classes.inc" "$parts/denials.inc" "$parts/denials-tail.inc" \
	"$parts/contexts.inc" || exit 3
# the program with all that it is linked with
cp "$selkie" "$jobs/selkie" || exit 3
for library in $(ldd "$selkie" | grep -o '/[^ ]*'); do
	cp "$library" "$jobs/" || exit 3
done
loader=$(ldd "$selkie" | grep -o '/[^ ]*/ld-linux[^ ]*')
run="output /job/${loader##*/} loader --library-path /job /job/selkie"
cat >"$jobs/00-start.job" <<EOF
load denials
mount tmpfs /srv
file /srv/page system_u:object_r:web_content_t
file /srv/table system_u:object_r:table_t
EOF
cat >"$jobs/01-processes.job" <<EOF
stay system_u:system_r:web_t web-one
stay system_u:system_r:web_t web-two
stay user_u:user_r:user_t shell
stay system_u:system_r:mail_t mail
EOF
echo "$run who --json read /srv/page" >"$jobs/02-json.job"
echo "$run who read /srv/page" >"$jobs/03-text.job"
echo "$run who --json read /srv/table" >"$jobs/04-nobody.job"
echo "$run who --json --policy /job/denials read web_content_t" >"$jobs/05-file.job"
sh "$here/boot.sh" "$cache" "$guest" "$pack" "$jobs" "$out" enforcing=1
case $? in
0) ;;
77) skip "qemu or the kernel package cannot be had" ;;
*) exit 3 ;;
esac

python3 - "$out" <<'EOF'
import json
import os
import sys


def answer(job):
    with open(os.path.join(sys.argv[1], job + ".out"), encoding="utf-8") as f:
        return f.read().splitlines()


def output(job):
    lines = answer(job)
    return "\n".join(l[2:] for l in lines if l.startswith("> ")), lines[-1]


results = []


def check(name, good, *why):
    results.append(bool(good))
    print("%sok %d - %s" % ("" if good else "not ", len(results), name))
    for w in () if good else why:
        print("#", str(w).replace("\n", "\n# "))


one, two, shell, mail = answer("01-processes")
check("the processes run", all(p.isdigit() for p in (one, two, shell, mail)), one, two, shell, mail)
text, end = output("02-json")
domains = {d["domain"]: {(p["pid"], p["command"]) for p in d["processes"]} for d in json.loads(text)["domains"]} \
    if text.startswith("{") else {}
check("both processes of one domain, and no others", domains.get("web_t") == {(int(one), "web-one"), (int(two), "web-two")}, text)
check("a domain that may and has no process", domains.get("worker_t") == set(), text)
check("no domain that may not", set(domains) == {"web_t", "worker_t"} and end == "exit 0", text, end)
text, end = output("03-text")
lines = text.splitlines()
at = lines.index("  web_t") if "  web_t" in lines else -1
check("as text", at >= 0 and sorted(lines[at + 1:at + 3]) == sorted("      %s %s" % p for p in ((one, "web-one"), (two, "web-two"))),
      text)
check("as text, none below the other", "  worker_t" in lines and
      not lines[lines.index("  worker_t") + 1].startswith("      "), text)
text, end = output("04-nobody")
check("nobody may: no domains, exit 1", text.startswith("{") and json.loads(text)["domains"] == [] and end == "exit 1", text, end)
text, end = output("05-file")
check("a policy file is not the machine's: no processes", text.startswith("{") and json.loads(text)["domains"] and
      not any("processes" in d for d in json.loads(text)["domains"]), text, end)
print("1..%d" % len(results))
sys.exit(not all(results))
EOF
