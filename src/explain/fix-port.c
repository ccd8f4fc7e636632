/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ports: another label for the denied one, of the type that the domain's own ports have. */
#include <errno.h>

#include "explain/fixing.h"
#include "explain/place.h"
#include "model/words.h"

int sk_fix_port(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf with = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_PORT, .proven = true };
	const struct sk_case_samples *s = x->c->samples;
	const char *protocol = sk_protocol_word((uint32_t)s->protocol);
	struct selkie_object now;
	struct selkie_port_range range;
	struct sk_type_id own;
	uint16_t example;
	uint32_t granted;
	bool taken;
	int r;

	if (!x->v->decided || s->port < 0 || !protocol)
		return 0;
	r = sk_place_own_port_type(x->w, x->v->source->context, x->v->cls, x->v->perms, s->protocol, &own,
				   &example);
	if (r || !own.v)
		return r;
	r = sk_fix_replay(x, &(struct sk_change){ .target_type = own }, &granted);
	if (r || !granted)
		return r;
	/* semanage adds a port that no statement names exactly, and modifies one that is */
	selkie_object_port(x->e->policy, s->protocol, (uint16_t)s->port, &now);
	taken = now.source == SELKIE_OBJECT_STATEMENT;
	if (taken) {
		selkie_policy_port(x->e->policy, now.index, &range);
		taken = range.low == range.high || range.high - range.low < 512;
	}
	fix.summary = sk_arena_printf(&x->w->scratch,
				      "Give port %d the type that this domain's ports have (%s, as port %u).",
				      s->port, sk_fix_type_name(x, own), example);
	fix.command = sk_arena_printf(&x->w->scratch, "semanage port -%c -t %s -p %s %d",
				      taken ? 'm' : 'a', sk_fix_type_name(x, own), protocol, s->port);
	sk_buf_join(&with, "the port labeled ", sk_fix_type_name(x, own), NULL);
	if (!sk_buf_str(&with))
		return -ENOMEM;
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	if (taken)
		fix.caution = sk_arena_printf(&x->w->scratch,
					      "The port has a purpose in this policy (%s); domains that use it for that "
					      "lose it.", x->v->target->type_name);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* Whether the port type that the domain has is made for it by name. */
int sk_fix_port_is_own(struct sk_fixing *x, bool *ret)
{
	struct sk_type_id own;
	uint16_t example;
	int r = sk_place_own_port_type(x->w, x->v->source->context, x->v->cls, x->v->perms, x->c->samples->protocol,
				       &own, &example);

	*ret = !r && own.v && sk_place_is_namesake(x->e->policy, x->v->source->context->type, own);
	return r;
}
