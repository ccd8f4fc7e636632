/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where rules come from, as text and as JSON.
 */
#include "cmd/origin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

selkie_origins *sk_system_origins(const struct sk_command *cmd, const struct sk_system *system)
{
	return sk_origins_beside(cmd, system->path);
}

selkie_origins *sk_origins_beside(const struct sk_command *cmd, const char *policy_path)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_origins *origins = NULL;
	int r = diags ? selkie_origins_load(policy_path, diags, &origins) : -ENOMEM;

	if (r == SELKIE_ORIGINS_REFUSED)
		sk_print_diagnostics(diags);
	else if (r < 0)
		fprintf(stderr, "selkie %s: %s.origins: %s\n", cmd->name, policy_path, strerror(-r));
	selkie_diagnostics_free(diags);
	return origins;
}

/* The calls from the first one on, up to one that is said elsewhere (0: all). */
static void sk_calls_print(struct sk_buf *out, const selkie_origins *origins, uint32_t first, uint32_t end)
{
	struct selkie_origin_call call;

	for (uint32_t c = first; c && c != end;) {
		c = selkie_origin_call(origins, c, &call);
		if (call.mark)
			sk_buf_printf(out, ", made from %s:%u", call.file, call.line);
		else
			sk_buf_printf(out, ", in %s at %s:%u", call.name, call.file, call.line);
	}
}

/* The first of some calls that is also among others; 0: none is. */
static uint32_t sk_calls_meet(const selkie_origins *origins, uint32_t first, uint32_t others)
{
	struct selkie_origin_call call;

	for (uint32_t c = first; c; c = selkie_origin_call(origins, c, &call))
		for (uint32_t other = others; other; other = selkie_origin_call(origins, other, &call))
			if (c == other)
				return c;
	return 0;
}

/* Innermost first: calls that the conditional stands in as well come behind it. */
static void sk_origin_print(struct sk_buf *out, const selkie_origins *origins, const struct selkie_origin *o,
			    const char *indent)
{
	uint32_t both = o->cond_file ? sk_calls_meet(origins, o->cond_call, o->call) : 0;


	sk_buf_adds(out, indent);
	if (o->module)
		sk_buf_join(out, o->module, ": ", NULL);
	if (o->binary)
		sk_buf_printf(out, "statement %u of %s", o->line, o->file);
	else
		sk_buf_printf(out, "%s:%u", o->file, o->line);
	sk_calls_print(out, origins, o->call, both);
	if (o->cond_file) {
		sk_buf_printf(out, ", in the conditional at %s:%u", o->cond_file, o->cond_line);
		sk_calls_print(out, origins, o->cond_call, both);
	}
	sk_calls_print(out, origins, both, 0);
	sk_buf_addc(out, '\n');
}

size_t sk_origins_print(struct sk_buf *out, const selkie_origins *origins, const struct selkie_rule *rule, uint32_t perms,
			const char *indent)
{
	size_t n = origins ? selkie_origins_count(origins, rule) : 0, shown = 0;
	struct selkie_origin o;

	for (size_t i = 0; i < n; i++) {
		if (selkie_origins_get(origins, rule, i, &o) || (perms && o.perms && !(o.perms & perms)))
			continue;
		sk_origin_print(out, origins, &o, indent);
		shown++;
	}
	return shown;
}

void sk_fact_print(struct sk_buf *out, const selkie_origins *origins, const selkie_policy *policy,
		   const struct selkie_fact *fact, const char *indent)
{
	size_t n = origins ? selkie_origins_count_fact(origins, policy, fact) : 0;
	struct selkie_origin o;

	for (size_t i = 0; i < n; i++)
		if (!selkie_origins_get_fact(origins, policy, fact, i, &o))
			sk_origin_print(out, origins, &o, indent);
}

static void sk_calls_json(struct sk_json *j, const selkie_origins *origins, uint32_t first)
{
	struct selkie_origin_call call;

	sk_json_array(j, "calls");
	for (uint32_t c = first; c;) {
		c = selkie_origin_call(origins, c, &call);
		sk_json_object(j, NULL);
		if (!call.mark)
			sk_json_string(j, "name", call.name);
		sk_json_string(j, "file", call.file);
		sk_json_uint(j, "line", call.line);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}

void sk_permissions_json(struct sk_json *j, const selkie_policy *policy, selkie_class_id cls, uint32_t perms)
{
	sk_json_array(j, "permissions");
	for (uint32_t bit = 0; bit < 32; bit++)
		if (perms & 1u << bit)
			sk_json_string(j, NULL, selkie_permission_name(policy, cls, bit));
	sk_json_end_array(j);
}

/* rule: NULL for what has no permissions. */
static void sk_origin_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			   const struct selkie_rule *rule, const struct selkie_origin *o)
{
	sk_json_object(j, NULL);
	if (o->module)
		sk_json_string(j, "module", o->module);
	sk_json_string(j, "file", o->file);
	sk_json_uint(j, o->binary ? "statement" : "line", o->line);
	if (rule && o->perms)
		sk_permissions_json(j, policy, rule->cls, o->perms & rule->perms);
	sk_calls_json(j, origins, o->call);
	if (o->cond_file) {
		sk_json_object(j, "conditional");
		sk_json_string(j, "file", o->cond_file);
		sk_json_uint(j, "line", o->cond_line);
		sk_calls_json(j, origins, o->cond_call);
		sk_json_end_object(j);
	}
	sk_json_end_object(j);
}

void sk_origins_json_each(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			  const struct selkie_rule *rule, uint32_t perms)
{
	size_t n = origins ? selkie_origins_count(origins, rule) : 0;
	struct selkie_origin o;

	for (size_t i = 0; i < n; i++)
		if (!selkie_origins_get(origins, rule, i, &o) && (!perms || !o.perms || o.perms & perms))
			sk_origin_json(j, origins, policy, rule, &o);
}

void sk_origins_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
		     const struct selkie_rule *rule)
{
	if (!origins || !selkie_origins_count(origins, rule))
		return;
	sk_json_array(j, "origins");
	sk_origins_json_each(j, origins, policy, rule, 0);
	sk_json_end_array(j);
}

void sk_fact_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
		  const struct selkie_fact *fact)
{
	size_t n = origins ? selkie_origins_count_fact(origins, policy, fact) : 0;
	struct selkie_origin o;

	if (!n)
		return;
	sk_json_array(j, "origins");
	for (size_t i = 0; i < n; i++)
		if (!selkie_origins_get_fact(origins, policy, fact, i, &o))
			sk_origin_json(j, origins, policy, NULL, &o);
	sk_json_end_array(j);
}

void sk_neverallow_where_print(struct sk_buf *out, const selkie_origins *origins, const struct selkie_neverallow *rule,
			       const char *indent)
{
	sk_origin_print(out, origins, &rule->origin, indent);
}

void sk_neverallow_where_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			      const struct selkie_neverallow *rule)
{
	sk_json_array(j, "origins");
	sk_origin_json(j, origins, policy, NULL, &rule->origin);
	sk_json_end_array(j);
}

void sk_neverallows_print(struct sk_buf *out, const selkie_origins *origins, const selkie_policy *policy,
			  const struct selkie_neverallow_question *question, const char *indent, const char *lead)
{
	sk_auto_buf struct sk_buf from = SK_BUF_INIT;
	struct selkie_neverallow rule;

	sk_buf_join(&from, indent, "  from ", NULL);
	if (!origins || !sk_buf_str(&from))
		return;
	for (size_t i = 0; (i = selkie_origins_next_neverallow(origins, policy, question, i, &rule));) {
		sk_auto_free char *text = NULL;

		if (selkie_neverallow_text(policy, &rule, &text)) {
			sk_buf_fail(out, -ENOMEM);
			return;
		}
		sk_buf_join(out, indent, lead, text, "\n", NULL);
		sk_neverallow_where_print(out, origins, &rule, from.data);
	}
}

void sk_neverallows_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			 const struct selkie_neverallow_question *question)
{
	struct selkie_neverallow rule;

	if (!origins)
		return;
	sk_json_array(j, "forbidden");
	for (size_t i = 0; (i = selkie_origins_next_neverallow(origins, policy, question, i, &rule));) {
		sk_auto_free char *text = NULL;

		if (selkie_neverallow_text(policy, &rule, &text)) {
			sk_buf_fail(j->buf, -ENOMEM);
			return;
		}
		sk_json_object(j, NULL);
		sk_json_string(j, "text", text);
		sk_permissions_json(j, policy, rule.cls, rule.perms & question->perms);
		sk_neverallow_where_json(j, origins, policy, &rule);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}

/* The origins of a label file; kept, as the next line asked for is most often of the same file. */
static const selkie_origins *sk_label_origins_of(struct sk_label_origins *l, const char *file)
{
	if (l->file && !strcmp(l->file, file))
		return l->origins;
	sk_label_origins_done(l);
	l->file = strdup(file);
	/* What is refused is of another file of that name: nothing is known of this one then. */
	if (!l->file || selkie_origins_load(file, NULL, &l->origins))
		l->origins = NULL;
	return l->origins;
}

void sk_label_origins_done(struct sk_label_origins *l)
{
	selkie_origins_free(l->origins);
	free(l->file);
	*l = (struct sk_label_origins){ 0 };
}

void sk_label_rule_print(struct sk_buf *out, struct sk_label_origins *l, const struct selkie_label_rule *rule,
			 const char *indent)
{
	const struct selkie_fact fact = { .kind = SELKIE_FACT_LABEL, .id = rule->line };

	sk_fact_print(out, sk_label_origins_of(l, rule->file), NULL, &fact, indent);
}

void sk_label_rule_json(struct sk_json *j, struct sk_label_origins *l, const struct selkie_label_rule *rule)
{
	const struct selkie_fact fact = { .kind = SELKIE_FACT_LABEL, .id = rule->line };

	sk_fact_json(j, sk_label_origins_of(l, rule->file), NULL, &fact);
}
