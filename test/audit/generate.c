/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes an audit log for benches to stdout: N events as auditd writes them (raw), each an AVC with SYSCALL, CWD, PATH
 * and PROCTITLE, about 930 bytes, with the types, classes and permissions of a policy.
 *
 *   generate [-n EVENTS] [-d POOL] [-s SEED] POLICY
 *
 * Denials are drawn from a pool of POOL random (source, target, class, permission): 55,000 give some 46,000 distinct
 * ones in 100,000 events. The same arguments give the same bytes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <selkie/selkie.h>

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

struct names {
	const char **s;
	size_t n, cap;
};

static void add(struct names *names, const char *s)
{
	if (names->n == names->cap) {
		names->cap = names->cap ? 2 * names->cap : 256;
		names->s = realloc(names->s, names->cap * sizeof(*names->s));
		if (!names->s)
			exit(3);
	}
	names->s[names->n++] = s;
}

/* What a denial of the class names as its object. */
enum object { OBJECT_FILE, OBJECT_SOCKET, OBJECT_PROCESS, OBJECT_CAPABILITY };

static const struct {
	const char *name;
	enum object object;
	const char *mode;
} classes[] = {
	{ "file", OBJECT_FILE, "0100644" },
	{ "file", OBJECT_FILE, "0100755" },
	{ "dir", OBJECT_FILE, "040755" },
	{ "file", OBJECT_FILE, "0100600" },
	{ "lnk_file", OBJECT_FILE, "0120777" },
	{ "dir", OBJECT_FILE, "041777" },
	{ "chr_file", OBJECT_FILE, "020660" },
	{ "sock_file", OBJECT_FILE, "0140666" },
	{ "fifo_file", OBJECT_FILE, "010600" },
	{ "tcp_socket", OBJECT_SOCKET, "" },
	{ "udp_socket", OBJECT_SOCKET, "" },
	{ "process", OBJECT_PROCESS, "" },
	{ "unix_stream_socket", OBJECT_FILE, "0140777" },
	{ "capability", OBJECT_CAPABILITY, "" },
};

static const char *const words[] = { "httpd",  "lib",	"cache",  "data",  "www",  "spool", "log",
				     "mail",   "run",	"conf.d", "state", "html", "db",    "tmp",
				     "backup", "share", "index",  "users", "keys", "app" };

static struct names sources, targets;
static const selkie_policy *policy;

struct tuple {
	const char *source, *target, *class_name, *perm, *mode;
	enum object object;
	uint64_t bits;
};

static const char *permission(const char *class_name, uint64_t random)
{
	selkie_class_id cls = selkie_class_find(policy, class_name);
	uint32_t mask = cls.v ? selkie_permission_mask(policy, cls) : 0;
	unsigned int n = (unsigned int)__builtin_popcount(mask), k;

	if (!n)
		return "read";
	for (k = (unsigned int)(random % n); k; k--)
		mask &= mask - 1;
	return selkie_permission_name(policy, cls, (unsigned int)__builtin_ctz(mask));
}

static void draw(uint64_t seed, uint64_t index, struct tuple *t)
{
	uint64_t r = mix(seed * 1000003 + index),
		 c = mix(r) % (sizeof(classes) / sizeof(classes[0]));

	t->source = sources.s[mix(r + 1) % sources.n];
	t->object = classes[c].object;
	t->target = t->object == OBJECT_CAPABILITY ? t->source : targets.s[mix(r + 2) % targets.n];
	t->class_name = classes[c].name;
	t->mode = classes[c].mode;
	t->perm = permission(t->class_name, mix(r + 3));
	t->bits = mix(r + 4);
}

static const char *word(uint64_t bits)
{
	return words[bits % (sizeof(words) / sizeof(words[0]))];
}

static void put_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02X", (unsigned char)s[i]);
}

static void put_object(const struct tuple *t, uint64_t b, unsigned int inode)
{
	if (t->object == OBJECT_FILE)
		printf(" name=\"%s-%u.dat\" dev=\"vda1\" ino=%u", word(b >> 8), inode % 1000,
		       inode);
	else if (t->object == OBJECT_SOCKET)
		printf(" laddr=10.0.2.15 lport=%u faddr=192.0.2.%u fport=%u",
		       (unsigned int)(1024 + b % 60000), (unsigned int)(b >> 20 & 255),
		       (unsigned int)(b >> 30 & 65535));
	else if (t->object == OBJECT_CAPABILITY)
		printf(" capability=%u ", (unsigned int)(b % 32));
}

static void put_event(const struct tuple *t, uint64_t i, uint64_t random)
{
	uint64_t b = t->bits;
	unsigned int pid = (unsigned int)(300 + random % 30000),
		     inode = (unsigned int)(1000 + b % 900000);
	const char *object_role = t->object == OBJECT_PROCESS || t->object == OBJECT_CAPABILITY
					  ? "system_r"
					  : "object_r";
	char id[64], title[256];
	int n;

	snprintf(id, sizeof(id), "%" PRIu64 ".%03u:%" PRIu64, 1795300000 + i / 50,
		 (unsigned int)(i % 50 * 20), 1000 + i);
	printf("type=AVC msg=audit(%s): avc:  denied  { %s } for  pid=%u comm=\"%sd\"", id, t->perm,
	       pid, word(b));
	put_object(t, b, inode);
	printf(" scontext=system_u:system_r:%s:s0 tcontext=system_u:%s:%s:s0 tclass=%s "
	       "permissive=0\n",
	       t->source, object_role, t->target, t->class_name);
	printf("type=SYSCALL msg=audit(%s): arch=c000003e syscall=%u success=no exit=-13 "
	       "a0=ffffff9c a1=%" PRIx64 " a2=0 a3=0 items=%d ppid=1 pid=%u auid=4294967295 uid=33 "
	       "gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33"
	       " fsgid=33 tty=(none) ses=4294967295 comm=\"%sd\" exe=\"/usr/sbin/%sd\" "
	       "subj=system_u:system_r:%s:s0"
	       " key=(null)\n",
	       id, t->object == OBJECT_SOCKET ? 42 : 257, 0x7f0000000000 + (random & 0xffffffff),
	       t->object == OBJECT_FILE, pid, word(b), word(b), t->source);
	printf("type=CWD msg=audit(%s): cwd=\"/var/lib/%s\"\n", id, word(b >> 3));
	printf("type=PATH msg=audit(%s): item=0 name=\"/srv/%s/%s-%u.dat\" inode=%u dev=fe:01 "
	       "mode=%s ouid=0 ogid=0"
	       " rdev=00:00 obj=system_u:object_r:%s:s0 nametype=NORMAL\n",
	       id, word(b >> 16), word(b >> 8), inode % 1000, inode, *t->mode ? t->mode : "0100644",
	       t->target);
	printf("type=PROCTITLE msg=audit(%s): proctitle=", id);
	n = snprintf(title, sizeof(title), "/usr/sbin/%sd -D", word(b));
	for (int k = 0; k < n; k++)
		if (title[k] == ' ')
			title[k] = '\0';
	put_hex(title, (size_t)n);
	putchar('\n');
}

static void collect(void)
{
	selkie_type_id domain = selkie_type_find(policy, "domain"), t = { 0 };

	while ((t = selkie_type_next(policy, t)).v) {
		if (selkie_type_is_attribute(policy, t))
			continue;
		add(&targets, selkie_type_name(policy, t));
		if (domain.v && selkie_type_contains(policy, domain, t))
			add(&sources, selkie_type_name(policy, t));
	}
	if (!sources.n)
		sources = targets;
}

int main(int argc, char **argv)
{
	uint64_t n = 100000, pool = 55000, seed = 1;
	selkie_policy *loaded;
	int opt;

	while ((opt = getopt(argc, argv, "n:d:s:")) >= 0) {
		if (opt == 'n')
			n = strtoull(optarg, NULL, 10);
		else if (opt == 'd')
			pool = strtoull(optarg, NULL, 10);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind + 1 != argc || !pool)
		return 2;
	if (selkie_policy_load(argv[optind], NULL, &loaded)) {
		fprintf(stderr, "%s: cannot be read as a policy\n", argv[optind]);
		return 3;
	}
	policy = loaded;
	collect();
	for (uint64_t i = 0; i < n; i++) {
		struct tuple t;
		uint64_t random = mix(seed ^ mix(i));

		draw(seed, random % pool, &t);
		put_event(&t, i, mix(random));
	}
	return ferror(stdout) || fflush(stdout) ? 3 : 0;
}
