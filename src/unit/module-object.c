/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Object contexts of a base module, in the order in which checkmodule keeps each kind: as they are written, from the last
 * to the first, nodes with the most specific mask first, paths of a file system with the longest first.
 */
#include "unit/module-writer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/sid.h"

static void sk_modw_bytes(struct sk_modw *w, const uint8_t *bytes, size_t n)
{
	sk_buf_add(w->out, bytes, n);
}

static uint32_t sk_modw_sid(struct sk_modw *w, uint32_t ref)
{
	const char *name = sk_unit_ref_name(w->space, ref);
	uint32_t number = 0;

	/* By the order in which the unit declares them; a unit that says none has the names of all. */
	for (size_t i = 0; i < w->unit->stmts.n; i++) {
		const struct sk_unit_stmt *stmt = &w->unit->stmts.list[i];

		if (stmt->kind != SK_UNIT_SID)
			continue;
		number++;
		if (stmt->op[0] == ref)
			return number;
	}
	for (number = 1; sk_sid_name(false, number); number++)
		if (!strcmp(sk_sid_name(false, number), name))
			return number;
	return 0;
}

static void sk_modw_object(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	static const uint8_t fsuse[] = { [SK_UNIT_FSUSE_XATTR] = 1, [SK_UNIT_FSUSE_TASK] = 3, [SK_UNIT_FSUSE_TRANS] = 2 };
	const struct sk_space *space = w->space;
	const uint32_t *op = stmt->op;
	const struct sk_address *a;
	const char *protocol;

	w->addr = stmt->addr;
	switch (stmt->kind) {
	case SK_UNIT_SID_CONTEXT:
		sk_modw_u32(w, sk_modw_sid(w, op[0]));
		sk_modw_write_context(w, op[1]);
		break;
	case SK_UNIT_FSCON: {
		char name[16];

		snprintf(name, sizeof(name), "%02x:%02x", op[0], op[1]);
		sk_modw_u32(w, (uint32_t)strlen(name));
		sk_buf_adds(w->out, name);
		sk_modw_write_context(w, op[2]);
		sk_modw_write_context(w, op[3]);
		break;
	}
	case SK_UNIT_PORTCON:
		protocol = sk_intern_str(space->names, op[0]);
		sk_modw_u32(w, !strcasecmp(protocol, "tcp") ? IPPROTO_TCP : !strcasecmp(protocol, "udp") ? IPPROTO_UDP
			       : !strcasecmp(protocol, "dccp") ? IPPROTO_DCCP : IPPROTO_SCTP);
		sk_modw_u32(w, op[1]);
		sk_modw_u32(w, op[2]);
		sk_modw_write_context(w, op[3]);
		break;
	case SK_UNIT_NETIFCON:
		sk_modw_counted(w, op[0]);
		sk_modw_write_context(w, op[1]);
		sk_modw_write_context(w, op[2]);
		break;
	case SK_UNIT_NODECON:
		a = &space->addresses.list[op[0]];
		sk_modw_bytes(w, a->address, a->family == 4 ? 4 : 16);
		sk_modw_bytes(w, a->mask, a->family == 4 ? 4 : 16);
		sk_modw_write_context(w, op[1]);
		break;
	case SK_UNIT_FSUSE:
		sk_modw_u32(w, fsuse[op[0]]);
		sk_modw_counted(w, op[1]);
		sk_modw_write_context(w, op[2]);
		break;
	case SK_UNIT_IBPKEYCON:
		sk_modw_bytes(w, space->addresses.list[op[0]].address, 8);
		sk_modw_u32(w, op[1]);
		sk_modw_u32(w, op[2]);
		sk_modw_write_context(w, op[3]);
		break;
	case SK_UNIT_IBENDPORTCON:
		sk_modw_u32(w, space->names->entries[op[0]].n);
		sk_modw_u32(w, op[1]);
		sk_buf_add(w->out, sk_intern_str(space->names, op[0]), space->names->entries[op[0]].n);
		sk_modw_write_context(w, op[2]);
		break;
	default:
		break;
	}
}

/* In the order of the file. */
static const struct sk_modw_object {
	uint8_t kind, family;
	bool reversed;		/* checkmodule puts what comes last first */
} sk_modw_objects[] = {
	{ SK_UNIT_SID_CONTEXT, 0, true }, { SK_UNIT_FSCON, 0, true }, { SK_UNIT_PORTCON, 0, false },
	{ SK_UNIT_NETIFCON, 0, true },	  { SK_UNIT_NODECON, 4, false }, { SK_UNIT_FSUSE, 0, true },
	{ SK_UNIT_NODECON, 6, false },	  { SK_UNIT_IBPKEYCON, 0, false }, { SK_UNIT_IBENDPORTCON, 0, false },
};

struct sk_modw_list {
	const struct sk_unit_stmt **list;
	size_t n;
};

static bool sk_modw_is_of(const struct sk_modw *w, const struct sk_modw_object *o, const struct sk_unit_stmt *stmt)
{
	return stmt->kind == o->kind && (!o->family || w->space->addresses.list[stmt->op[0]].family == o->family);
}

static struct sk_modw_list sk_modw_list_of(struct sk_modw *w, const struct sk_modw_object *o)
{
	struct sk_modw_list l = { 0 };

	l.list = malloc(SK_MAX(w->unit->stmts.n, 1) * sizeof(*l.list));
	if (!l.list) {
		w->error = -ENOMEM;
		return l;
	}
	for (size_t i = 0; i < w->unit->stmts.n; i++) {
		const struct sk_unit_stmt *stmt = &w->unit->stmts.list[i];
		size_t at = l.n;

		if (!sk_modw_is_of(w, o, stmt))
			continue;
		/* Nodes go before the first whose mask is less specific. */
		for (size_t k = 0; o->family && k < l.n && at == l.n; k++)
			if (memcmp(w->space->addresses.list[l.list[k]->op[0]].mask,
				   w->space->addresses.list[stmt->op[0]].mask, o->family == 4 ? 4 : 16) < 0)
				at = k;
		memmove(l.list + at + 1, l.list + at, (l.n - at) * sizeof(*l.list));
		l.list[at] = stmt;
		l.n++;
	}
	return l;
}

/* The class that a kind of file stands for; 0 for any. */
static uint32_t sk_modw_file_class(struct sk_modw *w, uint32_t kind)
{
	static const char *const names[] = { NULL, "file", "dir", "chr_file", "blk_file", "sock_file", "fifo_file",
					     "lnk_file" };
	const uint32_t *at;
	uint32_t name;

	if (!names[kind])
		return 0;
	name = sk_intern_find(w->space->names, names[kind], strlen(names[kind]));
	at = name == SK_INTERN_NONE ? NULL : sk_map_find(&w->by_name, (uint64_t)SK_MOD_CLASS << 32 | name);
	return at ? w->tables[SK_MOD_CLASS].list[*at].value : 0;
}

static bool sk_modw_wildcards(const struct sk_modw *w)
{
	for (size_t i = 0; i < w->unit->stmts.n; i++)
		if (w->unit->stmts.list[i].kind == SK_UNIT_POLICY_CAPABILITY &&
		    !strcmp(sk_intern_str(w->space->names, w->unit->stmts.list[i].op[0]), "genfs_seclabel_wildcard"))
			return true;
	return false;
}

/* File systems by name; their paths, the longest first, else as they are written. */
static bool sk_modw_before(const struct sk_modw *w, const struct sk_unit_stmt *a, const struct sk_unit_stmt *b)
{
	const struct sk_intern_entry *e = w->space->names->entries;
	int r = strcmp(e[a->op[0]].s, e[b->op[0]].s);

	return r ? r < 0 : e[a->op[1]].n > e[b->op[1]].n;
}

static void sk_modw_write_genfs(struct sk_modw *w)
{
	struct sk_modw_list l = { malloc(SK_MAX(w->unit->stmts.n, 1) * sizeof(*l.list)), 0 };
	bool wildcards = sk_modw_wildcards(w);
	uint32_t n = 0;

	if (!l.list) {
		w->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < w->unit->stmts.n; i++) {
		const struct sk_unit_stmt *stmt = &w->unit->stmts.list[i];
		size_t at = l.n;

		if (stmt->kind != SK_UNIT_GENFSCON)
			continue;
		while (at && sk_modw_before(w, stmt, l.list[at - 1]))
			at--;
		memmove(l.list + at + 1, l.list + at, (l.n - at) * sizeof(*l.list));
		l.list[at] = stmt;
		l.n++;
	}
	for (size_t i = 0; i < l.n; i++)
		n += !i || l.list[i]->op[0] != l.list[i - 1]->op[0];
	sk_modw_u32(w, n);
	for (size_t i = 0, end; i < l.n; i = end) {
		for (end = i + 1; end < l.n && l.list[end]->op[0] == l.list[i]->op[0]; end++)
			;
		sk_modw_counted(w, l.list[i]->op[0]);
		sk_modw_u32(w, (uint32_t)(end - i));
		for (size_t k = i; k < end; k++) {
			const struct sk_intern_entry *path = &w->space->names->entries[l.list[k]->op[1]];

			w->addr = l.list[k]->addr;
			sk_modw_u32(w, path->n + wildcards);
			sk_buf_add(w->out, path->s, path->n);
			sk_buf_adds(w->out, wildcards ? "*" : "");
			sk_modw_u32(w, sk_modw_file_class(w, l.list[k]->op[2]));
			sk_modw_write_context(w, l.list[k]->op[3]);
		}
	}
	free(l.list);
}

void sk_modw_write_objects(struct sk_modw *w)
{
	size_t n_kinds = !w->base ? 0 : w->version >= SK_MOD_SINCE_INFINIBAND ? 9 : 7;

	for (size_t i = 0; i < n_kinds && !w->error; i++) {
		struct sk_modw_list l = sk_modw_list_of(w, &sk_modw_objects[i]);
		bool turn = sk_modw_objects[i].reversed && !w->unit->binary;

		sk_modw_u32(w, (uint32_t)l.n);
		for (size_t k = 0; k < l.n; k++)
			sk_modw_object(w, l.list[turn ? l.n - 1 - k : k]);
		free(l.list);
	}
	sk_modw_write_genfs(w);
	/* Range transitions of the versions that have them behind all else are none here: ours are in blocks. */
	if (w->base && w->version >= SK_MOD_SINCE_MLS && w->version < SK_MOD_SINCE_RANGETRANS)
		sk_modw_u32(w, 0);
}
