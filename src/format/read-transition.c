/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules of a kernel policy that are not in its rule table: role transitions and allows, transitions by file name,
 * range transitions, and the attributes of each type.
 */
#include "format/kernel-reader.h"

#include <string.h>

static struct sk_class_id sk_kernel_process(struct sk_kernel_reader *k, const char *field)
{
	if (!k->process.v)
		sk_refuse(k, SK_E_UNKNOWN_ID, field, "the rule is about the class %s, which there is not",
			  sk_kernel_process_class(k->p->target));
	return k->process;
}

static void sk_kernel_role_transitions(struct sk_kernel_reader *k)
{
	bool with_class = k->p->version >= SK_SINCE_ROLE_CLASS;
	uint32_t n = sk_read_count(&k->r, with_class ? 16 : 12, "number of role transitions");
	struct sk_role_transition *list = SK_KERNEL_ARRAY(k, struct sk_role_transition, n);

	k->p->role_transitions = list;
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		list[i].role.v = sk_kernel_id(k, SK_SYM_ROLE, "role of a role transition");
		list[i].type.v = sk_kernel_id(k, SK_SYM_TYPE, "type of a role transition");
		list[i].new_role.v = sk_kernel_id(k, SK_SYM_ROLE, "new role of a role transition");
		if (with_class)
			list[i].cls.v = sk_kernel_id(k, SK_SYM_CLASS, "class of a role transition");
		else
			list[i].cls = sk_kernel_process(k, "role transition");
		k->p->n_role_transitions++;
	}
}

void sk_kernel_role_rules(struct sk_kernel_reader *k)
{
	struct sk_role_allow *list;
	uint32_t n;

	sk_kernel_role_transitions(k);
	n = sk_read_count(&k->r, 8, "number of role allows");
	k->p->role_allows = list = SK_KERNEL_ARRAY(k, struct sk_role_allow, n);
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		list[i].role.v = sk_kernel_id(k, SK_SYM_ROLE, "role of a role allow");
		list[i].new_role.v = sk_kernel_id(k, SK_SYM_ROLE, "new role of a role allow");
		k->p->n_role_allows++;
	}
}

static void sk_kernel_single_filename(struct sk_kernel_reader *k,
				      struct sk_filename_transition *t)
{
	uint32_t *source;

	t->name = sk_kernel_name(k, "name of a named transition");
	source = SK_KERNEL_ARRAY(k, uint32_t, 1);
	if (!source)
		return;
	*source = sk_kernel_id(k, SK_SYM_TYPE, "source of a named transition");
	t->sources.n = 1;
	t->sources.ids = source;
	t->target.v = sk_kernel_id(k, SK_SYM_TYPE, "target of a named transition");
	t->cls.v = sk_kernel_id(k, SK_SYM_CLASS, "class of a named transition");
	t->result.v = sk_kernel_type(k, "result of a named transition");
	t->n_group = 1;
}

static bool sk_kernel_room(struct sk_kernel_reader *k, struct sk_filename_transition **list,
			   size_t *cap, size_t n)
{
	if (sk_grow(list, cap, n, sizeof(**list)))
		sk_reader_no_memory(&k->r);
	return !k->r.failed;
}

/* A name, target and class with several (sources, result). Returns how many were appended. */
static uint32_t sk_kernel_filename_group(struct sk_kernel_reader *k,
					 struct sk_filename_transition **list, size_t *cap,
					 uint32_t at)
{
	struct sk_filename_transition t = { 0 };
	uint32_t n;

	t.name = sk_kernel_name(k, "name of a named transition");
	t.target.v = sk_kernel_id(k, SK_SYM_TYPE, "target of a named transition");
	t.cls.v = sk_kernel_id(k, SK_SYM_CLASS, "class of a named transition");
	n = sk_read_count(&k->r, 16, "number of results of a named transition");
	if (!k->r.failed && !n)
		sk_refuse(k, SK_E_COUNT, "number of results of a named transition",
			  "a named transition has at least one result");
	if (k->r.failed || !sk_kernel_room(k, list, cap, (size_t)at + n))
		return 0;
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		t.n_group = i ? 0 : n;
		t.sources = (struct sk_idset){ 0 };
		sk_kernel_id_idset(k, &t.sources, SK_SYM_TYPE, "sources of a named transition");
		if (!k->r.failed && !t.sources.n)
			sk_refuse(k, SK_E_SET, "sources of a named transition",
				  "a named transition has at least one source");
		t.result.v = sk_kernel_type(k, "result of a named transition");
		(*list)[at + i] = t;
	}
	return n;
}

void sk_kernel_filename_transitions(struct sk_kernel_reader *k)
{
	struct sk_filename_transition *list = NULL;
	uint32_t n, total = 0;
	size_t cap = 0;

	if (k->p->version < SK_SINCE_FILENAME_TRANSITIONS)
		return;
	n = sk_read_count(&k->r, 21, "number of named transitions");
	k->what = "named transition";
	k->count = n;
	if (!k->r.failed && n)
		sk_kernel_room(k, &list, &cap, n);
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		k->number = i;
		if (k->p->version >= SK_SINCE_GROUPED_FILENAMES) {
			total += sk_kernel_filename_group(k, &list, &cap, total);
			continue;
		}
		memset(&list[total], 0, sizeof(*list));
		sk_kernel_single_filename(k, &list[total++]);
	}
	k->what = NULL;
	if (!k->r.failed && total) {
		k->p->filename_transitions =
			sk_arena_memdup(&k->p->arena, list, total * sizeof(*list));
		k->p->n_filename_transitions = total;
		if (!k->p->filename_transitions)
			sk_reader_no_memory(&k->r);
	}
	free(list);
}

void sk_kernel_range_transitions(struct sk_kernel_reader *k)
{
	bool with_class = k->p->version >= SK_SINCE_RANGE_CLASS;
	struct sk_range_transition *list;
	uint32_t n;

	if (k->p->version < SK_SINCE_MLS)
		return;
	n = sk_read_count(&k->r, with_class ? 32 : 28, "number of range transitions");
	k->p->range_transitions = list = SK_KERNEL_ARRAY(k, struct sk_range_transition, n);
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		list[i].source.v = sk_kernel_id(k, SK_SYM_TYPE, "source of a range transition");
		list[i].target.v = sk_kernel_id(k, SK_SYM_TYPE, "target of a range transition");
		if (with_class)
			list[i].cls.v = sk_kernel_id(k, SK_SYM_CLASS, "class of a range transition");
		else
			list[i].cls = sk_kernel_process(k, "range transition");
		sk_kernel_range(k, &list[i].range, "range of a range transition");
		k->p->n_range_transitions++;
	}
}

/* Adds the type itself, which the kernel does where the file does not say it. */
static void sk_kernel_add_self(struct sk_kernel_reader *k, struct sk_idset *set, uint32_t id)
{
	uint32_t *ids, before = 0;

	if (sk_idset_has(set, id))
		return;
	if (k->p->version >= SK_SINCE_AVTAB)
		sk_bitset_add(&k->p->not_own_attribute, id);
	ids = SK_KERNEL_ARRAY(k, uint32_t, set->n + 1);
	if (!ids)
		return;
	while (before < set->n && set->ids[before] < id)
		before++;
	if (set->n) {
		memcpy(ids, set->ids, before * sizeof(*ids));
		memcpy(ids + before + 1, set->ids + before, (set->n - before) * sizeof(*ids));
	}
	ids[before] = id;
	set->ids = ids;
	set->n++;
}

void sk_kernel_attributes(struct sk_kernel_reader *k)
{
	uint32_t n = k->n_ids[SK_SYM_TYPE];
	struct sk_idset *list = SK_KERNEL_ARRAY(k, struct sk_idset, n + 1);

	k->p->attributes_of = list;
	if (!k->r.failed && sk_bitset_init(&k->p->not_own_attribute, &k->p->arena, n + 1))
		sk_reader_no_memory(&k->r);
	k->what = "type";
	k->count = n;
	for (uint32_t id = 1; id <= n && !k->r.failed; id++) {
		k->number = id - 1;
		if (k->p->version >= SK_SINCE_AVTAB)
			sk_kernel_id_idset(k, &list[id], SK_SYM_TYPE, "attributes of a type");
		if (!k->r.failed && k->exists[SK_SYM_TYPE][id])
			sk_kernel_add_self(k, &list[id], id);
	}
	k->what = NULL;
	sk_bitset_trim(&k->p->not_own_attribute);
}
