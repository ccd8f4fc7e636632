/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Object contexts of a base module, and its constraints: what only base modules have.
 */
#include "unit/module-reader.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/sid.h"
#include "selkie/capability.h"

static uint32_t sk_mod_text_name(struct sk_module *m, const char *text)
{
	uint32_t name = SK_INTERN_NONE;

	if (!m->r.failed && sk_intern_add(m->space->names, text, strlen(text), &name))
		sk_reader_no_memory(&m->r);
	return name;
}

static uint32_t sk_mod_read_context(struct sk_module *m)
{
	uint64_t offset = sk_reader_offset(&m->r);
	uint32_t user = sk_read_u32(&m->r, "user of a context"), role = sk_read_u32(&m->r, "role of a context");
	uint32_t type = sk_read_u32(&m->r, "type of a context"), number;
	struct sk_context_ref ref = { .range = SK_SPACE_NONE };
	struct sk_mod_level low, high;

	ref.user = sk_mod_ref(m, SK_MOD_USER, user, offset, "user of a context");
	/* object_r is number 1 everywhere, and in no table of a module. */
	if (role == 1)
		ref.role = sk_mod_name_ref(m, SK_MOD_ROLE, sk_mod_text_name(m, "object_r"));
	else
		ref.role = sk_mod_ref(m, SK_MOD_ROLE, role, offset + 4, "role of a context");
	ref.type = sk_mod_ref(m, SK_MOD_TYPE, type, offset + 8, "type of a context");
	if (m->version >= SK_MOD_SINCE_MLS) {
		sk_mod_read_range(m, &low, &high, "range of a context");
		if (m->mls)
			ref.range = sk_mod_lower_range(m, &low, &high, "range of a context");
	}
	if (m->r.failed)
		return SK_SPACE_NONE;
	if (!sk_space_context(m->space, &ref, &number))
		return number;
	sk_reader_no_memory(&m->r);
	return SK_SPACE_NONE;
}

/* The reference to an initial id; SK_SPACE_NONE after a failure. */
static uint32_t sk_mod_sid_ref(struct sk_module *m, const char *name)
{
	uint32_t number = m->r.failed ? SK_INTERN_NONE : sk_mod_text_name(m, name), ref = SK_SPACE_NONE;

	if (!m->r.failed && sk_space_ref(m->space, SK_NS_SID, 0, number, &ref))
		sk_reader_no_memory(&m->r);
	return m->r.failed ? SK_SPACE_NONE : ref;
}

static void sk_mod_read_isid(struct sk_module *m, uint64_t offset)
{
	uint32_t sid = sk_read_u32(&m->r, "initial context"), ref;
	const char *name = sk_sid_name(false, sid);

	if (!sid || !name) {
		sk_mod_refuse(m, SK_MOD_VALUE, "initial context", "no initial context has the number %u", sid);
		return;
	}
	ref = sk_mod_sid_ref(m, name);
	sk_mod_stmt(m, SK_UNIT_SID_CONTEXT, m->unit->top, offset, ref, sk_mod_read_context(m));
}

static uint32_t sk_mod_read_object_name(struct sk_module *m, uint32_t most, const char *field)
{
	uint32_t n = sk_read_u32(&m->r, field);

	if (!n || n > most)
		sk_mod_refuse(m, SK_MOD_NAME, field, "the name has %u bytes, and 1 to %u are allowed", n, most);
	return sk_mod_read_name_bytes(m, m->r.failed ? 0 : n, false, field);
}

static void sk_mod_read_fs(struct sk_module *m, uint64_t offset)
{
	uint32_t name = sk_mod_read_object_name(m, 63, "device of a file system"), a, major = 0, minor = 0;
	const char *s = name == SK_INTERN_NONE ? "" : sk_intern_str(m->space->names, name);

	if (name != SK_INTERN_NONE && sscanf(s, "%2x:%2x", &major, &minor) != 2)
		sk_mod_refuse(m, SK_MOD_VALUE, "device of a file system", "'%.20s' is not two numbers", s);
	a = sk_mod_read_context(m);
	sk_mod_stmt(m, SK_UNIT_FSCON, m->unit->top, offset, major, minor, a, sk_mod_read_context(m));
}

static void sk_mod_read_port(struct sk_module *m, uint64_t offset)
{
	uint32_t protocol = sk_read_u32(&m->r, "protocol of a port"), low, high;
	const char *word = protocol == IPPROTO_TCP ? "tcp" : protocol == IPPROTO_UDP ? "udp"
			 : protocol == IPPROTO_DCCP ? "dccp" : protocol == IPPROTO_SCTP ? "sctp" : NULL;

	if (!word)
		sk_mod_refuse(m, SK_MOD_VALUE, "protocol of a port", "no protocol with ports has the number %u", protocol);
	low = sk_read_u32(&m->r, "lowest port");
	high = sk_read_u32(&m->r, "highest port");
	if (low > high || high > UINT16_MAX)
		sk_mod_refuse(m, SK_MOD_VALUE, "highest port", "the ports from %u to %u are none", low, high);
	sk_mod_stmt(m, SK_UNIT_PORTCON, m->unit->top, offset, word ? sk_mod_text_name(m, word) : 0, low, high,
		    sk_mod_read_context(m));
}

static void sk_mod_read_netif(struct sk_module *m, uint64_t offset)
{
	uint32_t name = sk_mod_read_object_name(m, 63, "name of an interface"), a = sk_mod_read_context(m);

	sk_mod_stmt(m, SK_UNIT_NETIFCON, m->unit->top, offset, name, a, sk_mod_read_context(m));
}

static uint32_t sk_mod_address(struct sk_module *m, const struct sk_address *address)
{
	uint32_t number;

	if (!m->r.failed && !sk_space_address(m->space, address, &number))
		return number;
	sk_reader_no_memory(&m->r);
	return SK_SPACE_NONE;
}

static void sk_mod_read_node4(struct sk_module *m, uint64_t offset)
{
	struct sk_address a = { .family = 4 };

	sk_read_bytes(&m->r, a.address, 4, "address of a node");
	sk_read_bytes(&m->r, a.mask, 4, "mask of a node");
	sk_mod_stmt(m, SK_UNIT_NODECON, m->unit->top, offset, sk_mod_address(m, &a), sk_mod_read_context(m));
}

static void sk_mod_read_node6(struct sk_module *m, uint64_t offset)
{
	struct sk_address a = { .family = 6 };

	sk_read_bytes(&m->r, a.address, 16, "address of a node");
	sk_read_bytes(&m->r, a.mask, 16, "mask of a node");
	sk_mod_stmt(m, SK_UNIT_NODECON, m->unit->top, offset, sk_mod_address(m, &a), sk_mod_read_context(m));
}

static void sk_mod_read_fsuse(struct sk_module *m, uint64_t offset)
{
	static const uint8_t kinds[] = { 0, SK_UNIT_FSUSE_XATTR, SK_UNIT_FSUSE_TRANS, SK_UNIT_FSUSE_TASK };
	uint32_t behavior = sk_read_u32(&m->r, "labeling of a file system"), name;

	if (!behavior || behavior > 3)
		sk_mod_refuse(m, SK_MOD_VALUE, "labeling of a file system", "the ways of labeling are 1 to 3, not %u",
			      behavior);
	name = sk_mod_read_object_name(m, 4096, "name of a file system");
	sk_mod_stmt(m, SK_UNIT_FSUSE, m->unit->top, offset, m->r.failed ? 0 : kinds[behavior], name,
		    sk_mod_read_context(m));
}

static void sk_mod_read_ibpkey(struct sk_module *m, uint64_t offset)
{
	struct sk_address a = { .family = 6 };
	uint32_t low, high;

	sk_read_bytes(&m->r, a.address, 8, "subnet of a partition key");
	low = sk_read_u32(&m->r, "lowest partition key");
	high = sk_read_u32(&m->r, "highest partition key");
	if (low > high || high > UINT16_MAX)
		sk_mod_refuse(m, SK_MOD_VALUE, "highest partition key", "the keys from %u to %u are none", low, high);
	sk_mod_stmt(m, SK_UNIT_IBPKEYCON, m->unit->top, offset, sk_mod_address(m, &a), low, high,
		    sk_mod_read_context(m), SK_INTERN_NONE);
}

static void sk_mod_read_ibendport(struct sk_module *m, uint64_t offset)
{
	uint32_t n = sk_read_u32(&m->r, "name of a device"), port = sk_read_u32(&m->r, "port of a device"), name;

	if (!port || port > UINT8_MAX)
		sk_mod_refuse(m, SK_MOD_VALUE, "port of a device", "the ports of a device are 1 to 255, not %u", port);
	if (!n || n > 63)
		sk_mod_refuse(m, SK_MOD_NAME, "name of a device", "the name has %u bytes, and 1 to 63 are allowed", n);
	name = sk_mod_read_name_bytes(m, m->r.failed ? 0 : n, false, "name of a device");
	sk_mod_stmt(m, SK_UNIT_IBENDPORTCON, m->unit->top, offset, name, port, sk_mod_read_context(m));
}

/* In the order of the file; the last two since SK_MOD_SINCE_INFINIBAND. */
static const struct sk_mod_object {
	const char *what;
	size_t min_size;
	void (*read)(struct sk_module *m, uint64_t offset);
} sk_mod_objects[] = {
	{ "initial context", 16, sk_mod_read_isid },	 { "context of a device", 29, sk_mod_read_fs },
	{ "port", 24, sk_mod_read_port },		 { "interface", 29, sk_mod_read_netif },
	{ "node", 20, sk_mod_read_node4 },		 { "file system", 21, sk_mod_read_fsuse },
	{ "node", 44, sk_mod_read_node6 },		 { "partition key", 28, sk_mod_read_ibpkey },
	{ "device port", 21, sk_mod_read_ibendport },
};

/* Initial contexts have numbers, and so a declaration and an order. */
static void sk_mod_declare_sids(struct sk_module *m, size_t first)
{
	uint32_t highest = 0, ref, set;

	for (size_t i = first; i < m->unit->stmts.n; i++)
		for (uint32_t sid = 1; sk_sid_name(false, sid); sid++)
			if (!strcmp(sk_sid_name(false, sid),
				    sk_intern_str(m->space->names, m->space->refs.list[m->unit->stmts.list[i].op[0]].name)))
				highest = SK_MAX(highest, sid);
	m->items.n = 0;
	for (uint32_t sid = 1; sid <= highest && !m->r.failed; sid++) {
		ref = sk_mod_sid_ref(m, sk_sid_name(false, sid));
		SK_MOD_PUSH(m, m->items, ref);
		sk_mod_stmt(m, SK_UNIT_SID, m->unit->top, 0, ref);
	}
	if (!highest || m->r.failed)
		return;
	if (sk_space_set(m->space, &(struct sk_name_set){ .ns = SK_NS_SID, .n = highest, .items = m->items.list }, &set))
		sk_reader_no_memory(&m->r);
	else
		sk_mod_stmt(m, SK_UNIT_SID_ORDER, m->unit->top, 0, set);
}

void sk_mod_read_contexts(struct sk_module *m)
{
	size_t n_kinds = m->version >= SK_MOD_SINCE_INFINIBAND ? SK_ARRAY_LEN(sk_mod_objects)
							       : SK_ARRAY_LEN(sk_mod_objects) - 2;

	for (size_t i = 0; i < n_kinds && !m->r.failed; i++) {
		const struct sk_mod_object *o = &sk_mod_objects[i];
		uint32_t n = sk_read_count(&m->r, o->min_size, "number of object contexts");
		size_t first = m->unit->stmts.n;

		sk_mod_begin_list(m, o->what, n);
		for (uint32_t k = 0; k < n && !m->r.failed; k++) {
			uint64_t offset = sk_reader_offset(&m->r);

			m->number = k;
			SK_MOD_PUSH(m, m->places, (uint32_t)offset);
			o->read(m, offset);
		}
		if (!i)
			sk_mod_declare_sids(m, first);
	}
	if (!m->r.failed)
		m->what = NULL;
}

/* The kind of file that a class stands for. */
static uint32_t sk_mod_file_kind(struct sk_module *m, uint32_t cls)
{
	static const struct { const char *name; uint8_t kind; } kinds[] = {
		{ "file", SK_UNIT_FILE_FILE },	    { "dir", SK_UNIT_FILE_DIR },
		{ "chr_file", SK_UNIT_FILE_CHAR },  { "blk_file", SK_UNIT_FILE_BLOCK },
		{ "sock_file", SK_UNIT_FILE_SOCKET }, { "fifo_file", SK_UNIT_FILE_PIPE },
		{ "lnk_file", SK_UNIT_FILE_SYMLINK },
	};
	const struct sk_mod_symbol *s;

	if (!cls)
		return SK_UNIT_FILE_ANY;
	s = sk_mod_symbol(m, SK_MOD_CLASS, cls, sk_reader_offset(&m->r) - 4, "class of a file system's path");
	for (size_t i = 0; i < SK_ARRAY_LEN(kinds) && s; i++)
		if (!strcmp(sk_intern_str(m->space->names, s->name), kinds[i].name))
			return kinds[i].kind;
	sk_mod_refuse(m, SK_MOD_VALUE, "class of a file system's path", "class %u is none of files", cls);
	return SK_UNIT_FILE_ANY;
}

/* With the capability that makes paths patterns, compilers add a star to each, which is none of the statement. */
static uint32_t sk_mod_read_path(struct sk_module *m)
{
	uint32_t n = sk_read_u32(&m->r, "path in a file system"), name;
	const char *s = sk_read_borrow(&m->r, n, true, "path in a file system");

	if (!s || !n)
		sk_mod_refuse(m, SK_MOD_NAME, "path in a file system", "the path is empty");
	if (m->r.failed)
		return SK_INTERN_NONE;
	if (m->wildcard_genfs && s[n - 1] == '*')
		n--;
	if (!sk_intern_add(m->space->names, s, n, &name))
		return name;
	sk_reader_no_memory(&m->r);
	return SK_INTERN_NONE;
}

void sk_mod_read_genfs(struct sk_module *m)
{
	uint32_t n = sk_read_count(&m->r, 9, "number of file systems");

	for (uint32_t i = 0; i < n && !m->r.failed; i++) {
		uint32_t fs = sk_mod_read_object_name(m, 4096, "name of a file system");
		uint32_t n_paths = sk_read_count(&m->r, 21, "number of paths in a file system");

		sk_mod_begin_list(m, "path", n_paths);
		for (uint32_t k = 0; k < n_paths && !m->r.failed; k++) {
			uint64_t offset = sk_reader_offset(&m->r);
			uint32_t path, kind;

			m->number = k;
			SK_MOD_PUSH(m, m->places, (uint32_t)offset);
			path = sk_mod_read_path(m);
			kind = sk_mod_file_kind(m, sk_read_u32(&m->r, "class of a file system's path"));
			sk_mod_stmt(m, SK_UNIT_GENFSCON, m->unit->top, offset, fs, path, kind, sk_mod_read_context(m));
		}
	}
	if (!m->r.failed)
		m->what = NULL;
}

void sk_mod_read_old_ranges(struct sk_module *m)
{
	uint32_t n = sk_read_count(&m->r, 24, "number of range transitions");

	for (uint32_t i = 0; i < n && !m->r.failed; i++) {
		uint64_t offset = sk_reader_offset(&m->r);
		uint32_t source = sk_read_u32(&m->r, "source of a range transition");
		uint32_t target = sk_read_u32(&m->r, "target of a range transition");
		struct sk_mod_level low, high;

		SK_MOD_PUSH(m, m->places, (uint32_t)offset);
		sk_mod_read_range(m, &low, &high, "range of a range transition");
		if (!m->mls)
			continue;
		sk_mod_stmt(m, SK_UNIT_RANGE_TRANSITION, m->unit->top, offset,
			    sk_mod_lower_set(m, SK_MOD_TYPE, &(struct sk_mod_set){ offset, 1, &source },
					     "source of a range transition"),
			    sk_mod_lower_set(m, SK_MOD_TYPE, &(struct sk_mod_set){ offset + 4, 1, &target },
					     "target of a range transition"),
			    sk_mod_lower_set(m, SK_MOD_CLASS, &(struct sk_mod_set){ offset, 1, &m->process },
					     "class of a range transition"),
			    sk_mod_lower_range(m, &low, &high, "range of a range transition"));
	}
}

enum { SK_CATTR_USER = 1, SK_CATTR_ROLE = 2, SK_CATTR_TYPE = 4, SK_CATTR_TARGET = 8, SK_CATTR_XTARGET = 16 };

/* What an operand compares, by its number in the file. */
static const struct sk_mod_attr {
	uint16_t number;
	uint8_t left, right;
	bool names, mls;	/* may be compared with names; is of levels */
	enum sk_mod_table table;
} sk_mod_attrs[] = {
	{ SK_CATTR_USER, SK_UNIT_U1, SK_UNIT_U2, true, false, SK_MOD_USER },
	{ SK_CATTR_ROLE, SK_UNIT_R1, SK_UNIT_R2, true, false, SK_MOD_ROLE },
	{ SK_CATTR_TYPE, SK_UNIT_T1, SK_UNIT_T2, true, false, SK_MOD_TYPE },
	{ SK_CATTR_USER | SK_CATTR_TARGET, SK_UNIT_U2, 0xff, true, false, SK_MOD_USER },
	{ SK_CATTR_ROLE | SK_CATTR_TARGET, SK_UNIT_R2, 0xff, true, false, SK_MOD_ROLE },
	{ SK_CATTR_TYPE | SK_CATTR_TARGET, SK_UNIT_T2, 0xff, true, false, SK_MOD_TYPE },
	{ SK_CATTR_USER | SK_CATTR_XTARGET, SK_UNIT_U3, 0xff, true, false, SK_MOD_USER },
	{ SK_CATTR_ROLE | SK_CATTR_XTARGET, SK_UNIT_R3, 0xff, true, false, SK_MOD_ROLE },
	{ SK_CATTR_TYPE | SK_CATTR_XTARGET, SK_UNIT_T3, 0xff, true, false, SK_MOD_TYPE },
	{ 32, SK_UNIT_L1, SK_UNIT_L2, false, true, SK_MOD_SENS },
	{ 64, SK_UNIT_L1, SK_UNIT_H2, false, true, SK_MOD_SENS },
	{ 128, SK_UNIT_H1, SK_UNIT_L2, false, true, SK_MOD_SENS },
	{ 256, SK_UNIT_H1, SK_UNIT_H2, false, true, SK_MOD_SENS },
	{ 512, SK_UNIT_L1, SK_UNIT_H1, false, true, SK_MOD_SENS },
	{ 1024, SK_UNIT_L2, SK_UNIT_H2, false, true, SK_MOD_SENS },
};

enum { SK_CEXPR_NOT = 1, SK_CEXPR_AND, SK_CEXPR_OR, SK_CEXPR_ATTR, SK_CEXPR_NAMES };

/* An operand: two attributes, or one and a set of names. */
static void sk_mod_lower_operand(struct sk_module *m, const struct sk_mod_node *n, bool transition,
				 struct sk_unit_node *node, bool *mls)
{
	static const uint8_t compares[] = { 0, SK_UNIT_CMP_EQ, SK_UNIT_CMP_NEQ, SK_UNIT_CMP_DOM, SK_UNIT_CMP_DOMBY,
					    SK_UNIT_CMP_INCOMP };
	bool names = n->op == SK_CEXPR_NAMES, fits = false;
	const struct sk_mod_attr *a = sk_mod_attrs;

	while (a < sk_mod_attrs + SK_ARRAY_LEN(sk_mod_attrs) && a->number != n->attr)
		a++;
	if (a < sk_mod_attrs + SK_ARRAY_LEN(sk_mod_attrs))
		fits = names ? a->names && (transition || !(n->attr & SK_CATTR_XTARGET)) : a->right != 0xff;
	if (!fits || !n->compare || n->compare > 5 || (n->compare > 2 && (names || a->table == SK_MOD_USER ||
									  a->table == SK_MOD_TYPE))) {
		sk_mod_refuse_at(m, SK_MOD_EXPRESSION, n->offset, "constraint expression",
				 "no comparison has the numbers %u, %u", n->attr, n->compare);
		return;
	}
	*mls = *mls || a->mls;
	node->op = names ? SK_UNIT_COMPARE_NAMES : SK_UNIT_COMPARE;
	node->left = a->left;
	node->right = a->right;
	node->compare = compares[n->compare];
	if (names)
		node->a = a->table == SK_MOD_TYPE
				  ? sk_mod_lower_typeset(m, SK_MOD_TYPE, &n->types, 0, "types in a constraint")
				  : sk_mod_lower_set(m, a->table, &n->names, "names in a constraint");
}

void sk_mod_lower_constraint(struct sk_module *m, const struct sk_mod_constraint *c, uint32_t cls, bool transition,
			     uint32_t block)
{
	static const uint8_t ops[] = { 0, SK_UNIT_NOT, SK_UNIT_AND, SK_UNIT_OR };
	uint32_t classes = sk_mod_lower_set(m, SK_MOD_CLASS, &(struct sk_mod_set){ c->offset, 1, &cls },
					    "class of a constraint"), expr, perms;
	struct sk_class_perm item = { .classes = classes };
	bool mls = false;

	m->nodes.n = 0;
	for (uint32_t i = 0; i < c->n && !m->r.failed; i++) {
		const struct sk_mod_node *n = &c->nodes[i];
		struct sk_unit_node node = { .a = SK_SPACE_NONE, .addr = m->addr_base + (uint32_t)n->offset };

		if (n->op >= SK_CEXPR_ATTR)
			sk_mod_lower_operand(m, n, transition, &node, &mls);
		else
			node.op = ops[n->op];
		SK_MOD_PUSH(m, m->nodes, node);
	}
	if (m->r.failed)
		return;
	if (sk_space_expr(m->space, &(struct sk_unit_expr){ (uint32_t)m->nodes.n, m->nodes.list }, &expr)) {
		sk_reader_no_memory(&m->r);
		return;
	}
	if (transition) {
		sk_mod_stmt(m, mls ? SK_UNIT_MLS_VALIDATETRANS : SK_UNIT_VALIDATETRANS, block, c->offset, classes, expr);
		return;
	}
	item.perms = sk_mod_perm_set(m, cls, c->perms, c->offset, "permissions of a constraint");
	if (m->r.failed || sk_space_class_perms(m->space, &(struct sk_class_perms){ 1, &item }, &perms))
		sk_reader_no_memory(&m->r);
	else
		sk_mod_stmt(m, mls ? SK_UNIT_MLS_CONSTRAIN : SK_UNIT_CONSTRAIN, block, c->offset, perms, expr);
}
