/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record to a denial. This is the hot path of the reader: an AVC is read from both of its ends (decision and
 * permissions at the front; class and contexts at the back, where the kernel and libselinux write them last), and what
 * lies between is not looked at. Reading the contexts from the back is also what keeps a program from putting contexts of
 * its choice into a user-space record: whatever it can influence stands before the real ones.
 *
 * Formats: security/selinux/avc.c (avc_audit_pre_callback, avc_audit_post_callback), security/selinux/ss/services.c (the
 * SELINUX_ERR records), libselinux avc.c (user space).
 */
#include "audit/denial.h"

#include "audit/field.h"
#include "audit/text.h"
#include "base/hash.h"

#define SK_TAIL_TOKENS 64 /* words after the contexts; libaudit adds five */

static uint64_t sk_mix(uint64_t a, uint64_t b)
{
	__uint128_t m = (__uint128_t)(a ^ 0xa0761d6478bd642fULL) * (b ^ 0xe7037ed1a0b428dbULL);

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint64_t sk_word(const char *p, size_t n)
{
	uint64_t w = 0;

	memcpy(&w, p, n);
	return w;
}

/* A bit set for each control byte in the word (and perhaps more after the first). */
static uint64_t sk_controls(uint64_t w)
{
	return (w - 0x2020202020202020ULL) & ~w & 0x8080808080808080ULL;
}

/* Adds the text to the hash; *bad becomes nonzero when there are control bytes in it. */
static uint64_t sk_hash_text(uint64_t h, struct selkie_audit_text t, uint64_t *bad)
{
	const char *p = t.data;
	size_t n = t.size;

	h ^= n;
	for (; n >= 16; n -= 16, p += 16) {
		uint64_t a = sk_word(p, 8), b = sk_word(p + 8, 8);

		*bad |= sk_controls(a) | sk_controls(b);
		h = sk_mix(h ^ a, b);
	}
	if (n) {
		char rest[16];

		memset(rest, ' ', sizeof(rest));
		memcpy(rest, p, n);
		*bad |= sk_controls(sk_word(rest, 8)) | sk_controls(sk_word(rest + 8, 8));
		h = sk_mix(h ^ sk_word(rest, 8), sk_word(rest + 8, 8));
	}
	return h;
}

/* The text of a record's own message: inside msg='...' for user space, and without the enriched part. */
static struct selkie_audit_text sk_message(const struct selkie_audit_record *record)
{
	const char *p = record->body.data, *end = p + record->body.size;
	const char *cut = memchr(p, 0x1d, (size_t)(end - p)), *msg, *quote;

	if (cut)
		end = cut;
	if (record->type != SELKIE_AUDIT_USER_AVC && record->type != SELKIE_AUDIT_USER_SELINUX_ERR)
		return sk_text(p, end);
	msg = memmem(p, (size_t)(end - p), "msg='", 5);
	if (!msg)
		return sk_text(p, end);
	quote = memrchr(msg + 5, '\'', (size_t)(end - msg - 5));
	return sk_text(msg + 5, quote ? quote : end);
}

static bool sk_take(struct selkie_audit_text *to, const char *value, const char *end)
{
	if (!to->data)
		*to = sk_text(value, end);
	return true;
}

/* One word of the end of an AVC. */
static void sk_tail_token(const char *p, const char *end, struct selkie_audit_denial *d)
{
	if (sk_begins(p, end, "scontext="))
		sk_take(&d->scontext, p + 9, end);
	else if (sk_begins(p, end, "tcontext="))
		sk_take(&d->tcontext, p + 9, end);
	else if (sk_begins(p, end, "tclass="))
		sk_take(&d->tclass, p + 7, end);
	else if (sk_begins(p, end, "permissive=") && end - p == 12 &&
		 (p[11] == '0' || p[11] == '1'))
		d->permissive = p[11] - '0';
	else if (sk_begins(p, end, "srawcon="))
		sk_take(&d->srawcon, p + 8, end);
	else if (sk_begins(p, end, "trawcon="))
		sk_take(&d->trawcon, p + 8, end);
}

static void sk_unquote(struct selkie_audit_text *t)
{
	if (t->size >= 2 && t->data[0] == '"' && t->data[t->size - 1] == '"') {
		t->data++;
		t->size -= 2;
	}
}

/* Reads words from the end until contexts and class are there. */
static bool sk_tail(const char *from, const char *end, struct selkie_audit_denial *d)
{
	for (int i = 0; i < SK_TAIL_TOKENS && end > from; i++) {
		const char *blank;

		while (end > from && end[-1] == ' ')
			end--;
		blank = memrchr(from, ' ', (size_t)(end - from));
		sk_tail_token(blank ? blank + 1 : from, end, d);
		if (d->scontext.data && d->tcontext.data && d->tclass.data)
			return true;
		if (!blank)
			break;
		end = blank;
	}
	return false;
}

/* "avc:  denied  { read write } for"; returns what follows the permissions, or NULL. */
static const char *sk_head(const char *p, const char *end, struct selkie_audit_denial *d)
{
	const char *close;

	while (p < end && *p == ' ')
		p++;
	if (sk_begins(p, end, "denied")) {
		p += 6;
	} else if (sk_begins(p, end, "granted")) {
		p += 7;
		d->granted = true;
	} else {
		return NULL;
	}
	while (p < end && *p == ' ')
		p++;
	/* The kernel writes "null" for an empty set. */
	if (sk_begins(p, end, "null")) {
		d->perms = sk_text(p, p);
		return p + 4;
	}
	if (p == end || *p != '{')
		return NULL;
	close = memchr(p, '}', (size_t)(end - p));
	if (!close)
		return NULL;
	d->perms = sk_text_trim(sk_text(p + 1, close));
	return close + 1;
}

static uint64_t sk_denial_hash(const struct selkie_audit_denial *d, uint64_t *bad)
{
	uint64_t h =
		(uint64_t)d->kind << 8 | (uint64_t)d->granted << 4 | (uint64_t)(d->permissive + 1);

	*bad = 0;
	h = sk_hash_text(h, d->perms, bad);
	h = sk_hash_text(h, d->scontext, bad);
	h = sk_hash_text(h, d->tcontext, bad);
	return sk_hash_text(h, d->tclass, bad);
}

static enum sk_denial_outcome sk_avc_outcome(const struct selkie_audit_denial *d, const char *end,
					     bool cut, bool wants_permissive)
{
	const char *class_end = d->tclass.data + d->tclass.size;

	if (!d->scontext.size || !d->tcontext.size || !d->tclass.size)
		return SK_DENIAL_UNREADABLE;
	if (d->permissive >= 0 || d->granted)
		return cut && class_end == end ? SK_DENIAL_UNREADABLE : SK_DENIAL_COMPLETE;
	if (!cut && !(wants_permissive && d->kind == SELKIE_AUDIT_DENIAL_AVC))
		return SK_DENIAL_COMPLETE;
	/* A class at the very end of a cut text may be the beginning of a longer name. */
	return class_end == end ? SK_DENIAL_UNREADABLE : SK_DENIAL_CUT;
}

static enum sk_denial_outcome sk_avc(struct selkie_audit_text msg, bool cut, bool wants_permissive,
				     struct selkie_audit_denial *d)
{
	const char *end = msg.data + msg.size, *p;
	enum sk_denial_outcome outcome;
	uint64_t bad;

	/* "avc:  received policyload notice" and its kin. */
	if (sk_begins(msg.data, end, "avc:  received") || sk_begins(msg.data, end, "avc:  op=") ||
	    sk_begins(msg.data, end, "avc: received") ||
	    sk_begins(msg.data, end, "avc:  could not"))
		return SK_DENIAL_NONE;
	if (!sk_begins(msg.data, end, "avc:"))
		return SK_DENIAL_UNREADABLE;
	p = sk_head(msg.data + 4, end, d);
	if (!p || !sk_tail(p, end, d))
		return SK_DENIAL_UNREADABLE;
	outcome = sk_avc_outcome(d, end, cut, wants_permissive);
	sk_unquote(&d->srawcon);
	sk_unquote(&d->trawcon);
	d->hash = sk_denial_hash(d, &bad);
	return bad ? SK_DENIAL_UNREADABLE : outcome;
}

struct sk_error_reader {
	struct selkie_audit_text msg;
	bool interpreted;
};

static struct selkie_audit_text sk_get(const struct sk_error_reader *r, const char *key)
{
	return sk_audit_field_in(r->msg, r->interpreted, key, NULL);
}

/* Kernels before 3.17 wrote sentences: "security_compute_sid:  invalid context X for scontext=...". */
static void sk_old_error(const struct sk_error_reader *r, struct selkie_audit_denial *d)
{
	static const char invalid[] = "invalid context ";
	const char *p = r->msg.data, *end = p + r->msg.size, *colon, *q;

	if (!sk_begins(p, end, "security_") || !(colon = memchr(p, ':', r->msg.size)))
		return;
	d->operation = sk_text(p, colon);
	q = memmem(colon, (size_t)(end - colon), invalid, sizeof(invalid) - 1);
	if (!q)
		return;
	q += sizeof(invalid) - 1;
	d->invalid = sk_text(q, (p = memchr(q, ' ', (size_t)(end - q))) ? p : end);
}

static bool sk_says(const struct sk_error_reader *r, const char *words)
{
	return memmem(r->msg.data, r->msg.size, words, strlen(words)) != NULL;
}

/* libselinux and the kernel about what a policy does not define. */
static bool sk_is_unknown(const struct sk_error_reader *r)
{
	return sk_says(r, "nknown class ") || sk_says(r, "nknown permission ") ||
	       sk_says(r, "unrecognized ") || sk_says(r, "not defined in policy");
}

static enum selkie_audit_denial_kind sk_error_kind(const struct sk_error_reader *r,
						   struct selkie_audit_denial *d)
{
	if (d->invalid.data)
		return SELKIE_AUDIT_DENIAL_INVALID_CONTEXT;
	if (sk_text_equal(d->operation, "security_bounded_transition"))
		return SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION;
	if (sk_text_equal(d->operation, "security_validate_transition"))
		return SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION;
	if (sk_text_equal(sk_get(r, "reason"), "bounds"))
		return SELKIE_AUDIT_DENIAL_BOUNDS;
	return sk_is_unknown(r) ? SELKIE_AUDIT_DENIAL_UNKNOWN_CLASS
				: SELKIE_AUDIT_DENIAL_OTHER_ERROR;
}

/* op=security_compute_sid invalid_context=... and its kin. */
static enum sk_denial_outcome sk_error_record(const struct selkie_audit_record *record,
					      struct selkie_audit_text msg,
					      struct selkie_audit_denial *d)
{
	struct sk_error_reader r = { msg, record->interpreted };
	struct selkie_audit_text newcontext, task;
	uint64_t bad, bad_here = 0;

	d->operation = sk_get(&r, "op");
	d->invalid = sk_get(&r, "invalid_context");
	if (!d->operation.data)
		sk_old_error(&r, d);
	d->kind = sk_error_kind(&r, d);
	d->scontext = sk_get(&r, "scontext");
	d->tcontext = sk_get(&r, "tcontext");
	d->tclass = sk_get(&r, "tclass");
	if (!d->tclass.data)
		d->tclass = sk_get(&r, "sclass");
	d->perms = sk_get(&r, "perms");
	d->oldcontext = sk_get(&r, "oldcontext");
	newcontext = sk_get(&r, "newcontext");
	task = sk_get(&r, "taskcontext");
	if (d->kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION)
		d->scontext = d->oldcontext;
	if (d->kind == SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION)
		d->scontext = task;
	if (newcontext.data)
		d->tcontext = newcontext;
	d->hash = sk_hash_text(sk_denial_hash(d, &bad), d->invalid, &bad_here);
	d->hash = sk_hash_text(sk_hash_text(d->hash, d->operation, &bad_here), d->oldcontext,
			       &bad_here);
	if (bad | bad_here)
		return SK_DENIAL_UNREADABLE;
	if ((d->kind == SELKIE_AUDIT_DENIAL_BOUNDED_TRANSITION ||
	     d->kind == SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION) &&
	    (!d->scontext.size || !d->tcontext.size))
		return SK_DENIAL_UNREADABLE;
	return SK_DENIAL_COMPLETE;
}

enum sk_denial_outcome sk_audit_denial_parse(const struct selkie_audit_record *record, bool cut,
					     bool wants_permissive, struct selkie_audit_denial *ret)
{
	struct selkie_audit_text msg = sk_message(record);
	bool user = record->type == SELKIE_AUDIT_USER_AVC;

	memset(ret, 0, sizeof(*ret));
	ret->record = record;
	ret->permissive = -1;
	msg = sk_text_trim(msg);
	if (record->type == SELKIE_AUDIT_AVC ||
	    (user && sk_begins(msg.data, msg.data + msg.size, "avc:"))) {
		ret->kind = user ? SELKIE_AUDIT_DENIAL_USER_AVC : SELKIE_AUDIT_DENIAL_AVC;
		return sk_avc(msg, cut, wants_permissive, ret);
	}
	return sk_error_record(record, msg, ret);
}
