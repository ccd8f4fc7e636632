/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is a domain's own. Policies say it in two ways: by names, for files, and by narrow rules, for ports. Rules that
 * many domains share (an attribute with many types) make nothing their own.
 */
#include "explain/place.h"

#include <string.h>

#include "model/sensitive.h"

#define SK_OWN_FEW 24	/* a rule for at most this many domains makes its target the domain's own */

bool sk_place_is_generic(const char *type)
{
	/* refpolicy's and Fedora's names of the labels that whole trees have */
	static const char *const generic[] = {
		"default_t", "root_t", "var_t", "var_lib_t", "var_log_t", "var_run_t", "var_spool_t",
		"var_lock_t", "var_yp_t", "usr_t", "src_t", "mnt_t", "home_root_t", "user_home_t",
		"user_home_dir_t", "admin_home_t", "tmp_t", "user_tmp_t", "etc_t", "etc_runtime_t",
		"bin_t", "lib_t", "runtime_t", "file_t", "nfs_t", "cifs_t", "dosfs_t", "iso9660_t",
		"removable_t", "fusefs_t", "public_content_t", "public_content_rw_t", "system_conf_t",
		"net_conf_t", "cert_t", "tmpfs_t", "unconfined_home_t", "data_home_t", "xdg_data_t",
		"xdg_documents_t", "xdg_downloads_t", "xdg_config_t", "xdg_cache_t", "boot_t",
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(generic); i++)
		if (!strcmp(generic[i], type))
			return true;
	return false;
}

static const char *const sk_generic_ports[] = {
	"port_t", "unreserved_port_t", "reserved_port_t", "hi_reserved_port_t", "ephemeral_port_t",
};

static int sk_place_allowed(const struct sk_explainer *e, const struct sk_context *source,
			    const struct sk_context *target, struct sk_class_id cls, uint32_t *ret_allowed)
{
	struct selkie_access access;
	int r = selkie_access_decide(e->state, NULL, source, target, cls, &access);

	*ret_allowed = r ? 0 : access.allowed;
	return r;
}

/*
 * How far a type's purpose, as its name tells it, is from a path: 0 it is for such places, 1 it is for none in
 * particular, 2 it is for others.
 */
static unsigned int sk_place_distance(const char *type, const char *path)
{
	static const struct {
		const char *end, *words[3];
	} purposes[] = {
		/* made for places that the administrator chooses */
		{ "_share_t", { "/" } },
		{ "_log_t", { "/log", ".log" } }, { "_runtime_t", { "/run" } }, { "_var_run_t", { "/run" } },
		{ "_tmp_t", { "/tmp" } }, { "_tmpfs_t", { "/shm" } }, { "_lock_t", { "/lock" } },
		{ "_cache_t", { "/cache" } }, { "_spool_t", { "/spool" } }, { "_home_t", { "/home" } },
		{ "_config_t", { "/etc", "/conf", ".conf" } }, { "_conf_t", { "/etc", "/conf", ".conf" } },
		{ "_etc_t", { "/etc", "/conf", ".conf" } }, { "_modules_t", { "/modules" } },
		{ "_htaccess_t", { "/.htaccess" } }, { "_keytab_t", { ".keytab" } }, { "_unit_t", { "/systemd" } },
	};
	size_t n = strlen(type);

	for (size_t i = 0; i < SK_ARRAY_LEN(purposes); i++) {
		size_t len = strlen(purposes[i].end);

		if (n < len || strcmp(type + n - len, purposes[i].end))
			continue;
		for (size_t k = 0; k < SK_ARRAY_LEN(purposes[i].words) && purposes[i].words[k]; k++)
			if (strstr(path, purposes[i].words[k]))
				return 0;
		return 2;
	}
	return 1;
}

/* How many kinds of rights beyond `perms` are in `allowed`: to change files, to run them, to relabel them. */
static unsigned int sk_place_excess(const struct sk_vocabulary *words, uint32_t perms, uint32_t allowed)
{
	const uint32_t kinds[] = { words->change, words->run, words->relabel };
	unsigned int n = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(kinds); i++)
		n += allowed & kinds[i] && !(perms & kinds[i]);
	return n;
}

/*
 * The best of the types whose names begin with stem[0..n) and "_": of those that allow `perms` and that label rules know
 * (or that are for such paths), the one for such paths, with the fewest kinds of further rights, with the most label rules.
 */
static int sk_place_best_of_stem(struct sk_worker *w, const char *stem, size_t n,
				 const struct sk_context *source, const struct sk_context *target,
				 const struct sk_class *cls, uint32_t perms, const char *path,
				 struct sk_type_id *ret_type)
{
	const struct sk_policy *p = w->e->policy;
	const struct sk_vocabulary *words = &w->e->vocabulary[cls->id.v];
	unsigned int best = UINT32_MAX;
	size_t best_rules = 0;

	for (uint32_t t = 1; t <= p->n_type_ids; t++) {
		const char *name = p->type_by_id[t]->name;
		struct sk_context other = *target;
		const uint32_t *numbers;
		unsigned int rank;
		uint32_t allowed;
		size_t n_rules;
		int r;

		if (p->type_by_id[t]->attribute || strncmp(name, stem, n) || name[n] != '_' ||
		    t == target->type.v || sk_place_distance(name, path) > 1 ||
		    sk_sensitive_content(w->e->sensitive, (struct sk_type_id){ t }))
			continue;
		n_rules = selkie_label_rules_of_type(w->e->labels, name, &numbers);
		if (!n_rules && sk_place_distance(name, path))
			continue;
		other.type.v = t;
		r = sk_place_allowed(w->e, source, &other, cls->id, &allowed);
		if (r)
			return r;
		/* its own program: what carries that label becomes the domain */
		if (perms & ~allowed || (!(perms & words->entrypoint) && allowed & words->entrypoint))
			continue;
		rank = sk_place_distance(name, path) * 8 + sk_place_excess(words, perms, allowed);
		if (rank > best || (rank == best && n_rules <= best_rules))
			continue;
		best = rank;
		best_rules = n_rules;
		ret_type->v = t;
	}
	return 0;
}

int sk_place_own_file_type(struct sk_worker *w, const struct sk_context *source,
			   const struct sk_context *target, const struct sk_class *cls, uint32_t perms,
			   const char *path, struct sk_type_id *ret_type)
{
	const char *name = w->e->policy->type_by_id[source->type.v]->name;
	size_t n = strlen(name), first = strcspn(name, "_");
	int r;

	ret_type->v = 0;
	if (!w->e->labels)
		return 0;
	if (n > 2 && !strcmp(name + n - 2, "_t"))
		n -= 2;
	/* httpd_sys_script_t: httpd_sys_script_*, httpd_sys_*, httpd_* */
	while (n && !ret_type->v) {
		r = sk_place_best_of_stem(w, name, n, source, target, cls, perms, path, ret_type);
		if (r)
			return r;
		do
			n--;
		while (n && name[n] != '_');
	}
	/* cupsd_t: cups_*; and the one whose daemons are named otherwise */
	if (!ret_type->v && first == 4 && (!strncmp(name, "smbd", 4) || !strncmp(name, "nmbd", 4)))
		return sk_place_best_of_stem(w, "samba", 5, source, target, cls, perms, path, ret_type);
	if (!ret_type->v && first > 3 && name[first - 1] == 'd')
		return sk_place_best_of_stem(w, name, first - 1, source, target, cls, perms, path, ret_type);
	return 0;
}

static bool sk_port_is_generic(const char *type)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_generic_ports); i++)
		if (!strcmp(sk_generic_ports[i], type))
			return true;
	return false;
}

/*
 * Lists the rules, in force, that make ports somebody's own: for few domains and few port types. Done once; they are a
 * few hundred of a hundred thousand.
 */
static int sk_place_list_rules(struct sk_explainer *e, uint32_t first, uint32_t n)
{
	const struct sk_policy *p = e->policy;

	for (uint32_t i = first; i < first + n; i++) {
		const struct sk_rule *rule = &p->rules[i];
		int r;

		if (rule->kind != SK_RULE_ALLOW || !(rule->data & e->vocabulary[rule->cls].port) ||
		    p->types_of[rule->source].n > SK_OWN_FEW || p->types_of[rule->target].n > SK_OWN_FEW)
			continue;
		r = sk_grow(&e->port_rules, &e->cap_port_rules, e->n_port_rules + 1, sizeof(*e->port_rules));
		if (r)
			return r;
		e->port_rules[e->n_port_rules++] = i;
	}
	return 0;
}

int sk_place_prepare(struct sk_explainer *e)
{
	const struct sk_policy *p = e->policy;
	int r;

	r = sk_place_list_rules(e, 0, p->n_unconditional);
	for (uint32_t i = 0; i < p->n_conds && !r; i++) {
		const struct sk_cond *c = &p->conds[i];
		int state = selkie_state_conditional(e->state, i);

		if (state == 1)
			r = sk_place_list_rules(e, c->first_true, c->n_true);
		else if (!state)
			r = sk_place_list_rules(e, c->first_false, c->n_false);
	}
	return r;
}

/* Marks the types to which a rule for few domains grants `perm` to the domain. */
static void sk_place_mark_own(const struct sk_explainer *e, struct sk_type_id domain,
			      const struct sk_class *cls, uint32_t perm, struct sk_bitset *own)
{
	const struct sk_policy *p = e->policy;

	for (size_t i = 0; i < e->n_port_rules; i++) {
		const struct sk_rule *rule = &p->rules[e->port_rules[i]];
		const struct sk_idset *targets = &p->types_of[rule->target];

		if (rule->cls != cls->id.v || !(rule->data & perm) ||
		    !sk_idset_has(&p->attributes_of[domain.v], rule->source))
			continue;
		for (uint32_t k = 0; k < targets->n; k++)
			sk_bitset_add(own, targets->ids[k]);
	}
}

bool sk_place_is_namesake(const struct sk_policy *p, struct sk_type_id domain, struct sk_type_id port)
{
	const char *d = p->type_by_id[domain.v]->name, *t = p->type_by_id[port.v]->name;
	size_t n = strcspn(d, "_");

	if (n > 3 && d[n - 1] == 'd')
		n--;		/* httpd_t: http_port_t */
	return !strncmp(d, t, n);
}

static int sk_place_find_port_type(struct sk_worker *w, const struct sk_context *source,
				   const struct sk_class *cls, uint32_t perm, int protocol,
				   struct sk_type_id *ret_type, uint16_t *ret_example)
{
	struct sk_bitset own;
	size_t n = selkie_policy_n_ports(w->e->policy);
	struct selkie_port_range range;
	int r;

	ret_type->v = 0;
	r = sk_bitset_init(&own, &w->scratch, w->e->policy->n_type_ids + 1);
	if (r)
		return r;
	sk_place_mark_own(w->e, source->type, cls, perm, &own);
	for (size_t i = 0; i < n; i++) {
		struct sk_type_id t;
		uint32_t allowed;

		selkie_policy_port(w->e->policy, i, &range);
		t = range.context->type;
		if (range.protocol != protocol || !sk_bitset_has(&own, t.v) ||
		    sk_port_is_generic(w->e->policy->type_by_id[t.v]->name) ||
		    (ret_type->v && !sk_place_is_namesake(w->e->policy, source->type, t)))
			continue;
		r = sk_place_allowed(w->e, source, range.context, cls->id, &allowed);
		if (r)
			return r;
		if (perm & ~allowed)
			continue;
		*ret_type = t;
		*ret_example = range.low;
		if (sk_place_is_namesake(w->e->policy, source->type, t))
			return 0;
	}
	return 0;
}

/* Remembered for each domain and question: many denials ask the same, and finding it walks all rules. */
int sk_place_own_port_type(struct sk_worker *w, const struct sk_context *source,
			   const struct sk_class *cls, uint32_t perm, int protocol,
			   struct sk_type_id *ret_type, uint16_t *ret_example)
{
	uint64_t key = sk_hash_u64((uint64_t)source->type.v << 32 | cls->id.v << 8 | (uint32_t)protocol) ^ perm;
	uint32_t *known;
	bool is_new;
	int r;

	r = sk_map_insert(&w->own_ports, key & ~((uint64_t)1 << 63), 0, &known, &is_new);
	if (r)
		return r;
	if (is_new) {
		r = sk_place_find_port_type(w, source, cls, perm, protocol, ret_type, ret_example);
		*known = r ? 0 : ret_type->v ? ret_type->v << 16 | *ret_example : 0;
	}
	ret_type->v = *known >> 16;
	*ret_example = *known & 0xffff;
	return r;
}
