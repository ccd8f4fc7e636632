/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of a reference policy tree: lines of make's in build.conf, and what counts before them. The tree's own
 * build takes every name and every value, and a slip of the finger builds another policy than was meant: here it is told.
 */
#include "syntax/te/refpolicy.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

const char *sk_refpolicy_setting(const struct sk_refpolicy *rp, const char *name)
{
	for (size_t i = 0; i < rp->n_settings; i++)
		if (!strcmp(rp->settings[i].name, name))
			return rp->settings[i].value;
	return "";
}

/* What a reference policy knows, and the words that a value may be; without words: anything. The first is what others act as. */
static const struct sk_known_setting {
	const char *name, *words[4];
} sk_known_settings[] = {
	{ "TYPE", { "standard", "mcs", "mls" } },
	{ "MONOLITHIC", { "n", "y" } },
	{ "SYSTEMD", { "n", "y" } },
	{ "UBAC", { "n", "y" } },
	{ "DIRECT_INITRC", { "n", "y" } },
	{ "WERROR", { "n", "y" } },
	{ "QUIET", { "n", "y" } },
	{ "UNK_PERMS", { NULL } },	/* the compiler looks at it */
	{ "NAME", { NULL } },
	{ "DISTRO", { NULL } },
	{ "OUTPUT_POLICY", { NULL } },
	{ "CUSTOM_BUILDOPT", { NULL } },
	{ "MLS_SENS", { NULL } },
	{ "MLS_CATS", { NULL } },
	{ "MCS_CATS", { NULL } },
};

static const char *sk_known_name_at(const void *arg, size_t i)
{
	(void)arg;
	return sk_known_settings[i].name;
}

/* The first value of a name counts, and is looked at. */
static int sk_add_setting(struct sk_refpolicy *rp, const char *name, size_t n_name, const char *value, size_t n, bool *ret_new)
{
	struct sk_refpolicy_setting s = { .name = sk_arena_strndup(&rp->arena, name, n_name),
					  .value = sk_arena_strndup(&rp->arena, value, n) };
	int r = sk_grow(&rp->settings, &rp->cap_settings, rp->n_settings + 1, sizeof(*rp->settings));

	*ret_new = false;
	if (r || !s.name || !s.value)
		return -ENOMEM;
	for (size_t i = 0; i < rp->n_settings; i++)
		if (!strcmp(rp->settings[i].name, s.name))
			return 0;
	rp->settings[rp->n_settings++] = s;
	*ret_new = true;
	return 0;
}

/* Also in a comment: what is commented out is a setting as well. */
static bool sk_mentions(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = text; (p = strstr(p, name)); p += n)
		if ((p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_')) &&
		    !(isalnum((unsigned char)p[n]) || p[n] == '_'))
			return true;
	return false;
}

static void sk_check_name(struct sk_refpolicy *rp, const char *name)
{
	size_t near = sk_nearest_name(name, SK_ARRAY_LEN(sk_known_settings), sk_known_name_at, NULL);
	struct sk_diag *diag;

	diag = sk_warning(rp->diags, "W0149", NULL, "a reference policy has no setting '%s', and this one does not mention it",
			  name);
	if (near != SIZE_MAX)
		sk_diag_note(rp->diags, diag, NULL, "did you mean '%s'?", sk_known_settings[near].name);
}

static void sk_check_value(struct sk_refpolicy *rp, const struct sk_known_setting *known, const char *value,
			   const struct sk_place *place)
{
	const char *const *words = known->words;

	if (!words[0] || !*value)
		return;
	for (size_t i = 0; words[i]; i++)
		if (!strcmp(words[i], value))
			return;
	sk_warning(rp->diags, "W0149", place, "%s is '%s', which is none of its values and counts as '%s'; write %s%s%s%s%s",
		   known->name, value, words[0], words[0], words[2] ? ", " : " or ", words[1], words[2] ? " or " : "",
		   words[2] ? words[2] : "");
}

static const struct sk_known_setting *sk_find_known(const char *name)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_known_settings); i++)
		if (!strcmp(sk_known_settings[i].name, name))
			return &sk_known_settings[i];
	return NULL;
}

/* One line of make's: [override] NAME = VALUE, ?=, :=. Others are not settings. source: where it stands, or NULL. */
static int sk_read_setting(struct sk_refpolicy *rp, const struct sk_source *source, const char *p, const char *end)
{
	const char *hash = memchr(p, '#', (size_t)(end - p)), *name, *name_end;
	const struct sk_known_setting *known;
	struct sk_place place;
	bool is_new;
	int r;

	if (hash)
		end = hash;
	while (p < end && isspace((unsigned char)*p))
		p++;
	if (end - p > 9 && !memcmp(p, "override ", 9))
		p += 9;
	for (name = p; p < end && (isalnum((unsigned char)*p) || *p == '_'); p++)
		;
	name_end = p;
	while (p < end && (isspace((unsigned char)*p) || *p == '?' || *p == ':'))
		p++;
	if (name == name_end || p == end || *p != '=')
		return 0;
	for (p++; p < end && isspace((unsigned char)*p); p++)
		;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	r = sk_add_setting(rp, name, (size_t)(name_end - name), p, (size_t)(end - p), &is_new);
	if (r || !is_new)
		return r;
	known = sk_find_known(rp->settings[rp->n_settings - 1].name);
	if (!known)
		return 0;
	if (source)
		sk_sources_place(rp->sources, source->base + (uint32_t)(name - source->text), (size_t)(end - name), &place);
	sk_check_value(rp, known, rp->settings[rp->n_settings - 1].value, source ? &place : NULL);
	return 0;
}

int sk_refpolicy_read_settings(struct sk_refpolicy *rp, const char *const *given)
{
	struct sk_source *source;
	const char *p, *end, *nl;
	size_t n_given;
	int r = 0;

	for (; given && *given && !r; given++)
		r = sk_read_setting(rp, NULL, *given, *given + strlen(*given));
	n_given = rp->n_settings;
	if (!r)
		r = sk_refpolicy_load(rp, true, &source, "build.conf");
	if (r)
		return r;
	for (size_t i = 0; i < n_given; i++)
		if (!sk_find_known(rp->settings[i].name) && !sk_mentions(source->text, rp->settings[i].name) &&
		    !sk_mentions(rp->makefile, rp->settings[i].name))
			sk_check_name(rp, rp->settings[i].name);
	end = source->text + source->size;
	for (p = source->text; p < end && !r; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		r = sk_read_setting(rp, source, p, nl);
	}
	return r;
}
