/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Labels of home directories: the template's lines with the words of the user put in, by the rules of libsemanage's
 * genhomedircon, or of the script of that name in a reference policy's tree. Who has which home directory is an
 * argument: the same sources give the same file on every machine.
 */
#include "unit/label.h"

#include <errno.h>
#include <string.h>

struct sk_home {
	const struct sk_label_homes *homes;
	enum sk_label_style style;
	const struct sk_label_file *template;
	struct sk_label_file *file;
	struct sk_buf *out;		/* the file's text */
	struct sk_buf line;
	bool failed;
};

struct sk_home_word {
	const char *word, *with;
};

/* The line with the first place of each word replaced (the script), or all places (libsemanage). */
static void sk_home_replace(struct sk_home *h, const char *p, const char *end, const struct sk_home_word *words, size_t n)
{
	bool once = h->style == SK_LABEL_REFPOLICY;
	unsigned int done = 0;

	h->line.n = 0;
	while (p < end) {
		size_t i;

		for (i = 0; i < n; i++) {
			size_t length = strlen(words[i].word);

			if (!(once && done >> i & 1) && (size_t)(end - p) >= length && !memcmp(p, words[i].word, length))
				break;
		}
		if (i == n) {
			sk_buf_addc(&h->line, *p++);
			continue;
		}
		done |= 1u << i;
		sk_buf_adds(&h->line, words[i].with);
		p += strlen(words[i].word);
	}
}

/* The context of the line that was made: user, level and perhaps role are the user's. */
static void sk_home_own_context(struct sk_home *h, const struct sk_label_user *user)
{
	const char *text = sk_buf_str(&h->line), *context, *role, *type, *range;
	sk_auto_buf struct sk_buf line = SK_BUF_INIT;
	size_t n = h->line.n;

	if (!text)
		return;
	while (n && text[n - 1] != ' ' && text[n - 1] != '\t')
		n--;
	context = text + n;
	role = strchr(context, ':');
	type = role ? strchr(role + 1, ':') : NULL;
	if (!type || !strcmp(context, "<<none>>"))
		return;
	range = strchr(type + 1, ':');
	sk_buf_add(&line, text, n);
	sk_buf_join(&line, user->user, ":", NULL);
	if (user->role)
		sk_buf_adds(&line, user->prefix);
	else
		sk_buf_add(&line, role + 1, (size_t)(type - role - 1));
	sk_buf_add(&line, type, range ? (size_t)(range - type) : strlen(type));
	if (h->homes->mls)
		sk_buf_join(&line, ":", user->level, NULL);
	h->line.n = 0;
	sk_buf_add(&h->line, line.data, line.n);
}

/* The statements of a line of the template gave the line that was just written. */
static void sk_home_note(struct sk_home *h, uint32_t template_line)
{
	struct sk_label_file *file = h->file;
	const char *end = h->out->data + h->out->n;
	size_t lo = 0, hi = h->template->lines.n;

	if (!file->keep_lines || h->out->failed)
		return;
	for (const char *p = h->out->data + file->counted; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		file->n_lines++;
	file->counted = h->out->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->template->lines.list[mid].line < template_line)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < h->template->lines.n && h->template->lines.list[lo].line == template_line; lo++) {
		if (sk_grow(&file->lines.list, &file->lines.cap, file->lines.n + 1, sizeof(*file->lines.list))) {
			h->failed = true;
			return;
		}
		file->lines.list[file->lines.n++] =
			(struct sk_label_line){ file->n_lines, h->template->lines.list[lo].stmt };
	}
}

static void sk_home_write(struct sk_home *h, uint32_t template_line)
{
	const char *text = sk_buf_str(&h->line);
	size_t n = h->line.n;

	if (!text)
		return;
	while (n && text[n - 1] != ' ' && text[n - 1] != '\t')
		n--;
	if (h->style == SK_LABEL_SEMANAGE && h->homes->valid && strcmp(text + n, "<<none>>") &&
	    !h->homes->valid(h->homes->arg, text + n))
		return;
	sk_buf_join(h->out, text, "\n", NULL);
	sk_home_note(h, template_line);
}

static bool sk_home_has(const char *p, const char *end, const char *word)
{
	return memmem(p, (size_t)(end - p), word, strlen(word)) != NULL;
}

enum sk_home_part { SK_HOME_DIR, SK_HOME_ROOT, SK_HOME_USERNAME, SK_HOME_USER };

static bool sk_home_is(const char *p, const char *end, enum sk_home_part part)
{
	bool username = sk_home_has(p, end, "%{USERNAME}") || sk_home_has(p, end, "%{USERID}");

	switch (part) {
	case SK_HOME_DIR:
		return end - p >= 8 && !memcmp(p, "HOME_DIR", 8);
	case SK_HOME_ROOT:
		return end - p >= 9 && !memcmp(p, "HOME_ROOT", 9);
	case SK_HOME_USERNAME:
		return username;
	default:
		return !username && sk_home_has(p, end, "USER");
	}
}

/* Lines of one part of the template, for a user whose home is there. */
static void sk_home_part(struct sk_home *h, enum sk_home_part part, const struct sk_label_user *user,
			 const char *home)
{
	const struct sk_home_word words[][3] = {
		[SK_HOME_DIR] = { { "HOME_DIR", home }, { "ROLE", user->prefix } },
		[SK_HOME_ROOT] = { { "HOME_ROOT", home } },
		[SK_HOME_USERNAME] = { { "%{USERNAME}", user->login }, { "%{USERID}", user->uid }, { "ROLE", user->prefix } },
		[SK_HOME_USER] = { { "USER", user->login }, { "ROLE", user->prefix } },
	};
	static const size_t n_words[] = { 2, 1, 3, 2 };
	const char *p = h->template->text.data, *end = p + h->template->text.n, *nl;

	for (uint32_t line = 1; p < end; p = nl + 1, line++) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		if (!sk_home_is(p, nl, part))
			continue;
		sk_home_replace(h, p, nl, words[part], n_words[part]);
		if (part != SK_HOME_ROOT)
			sk_home_own_context(h, user);
		sk_home_write(h, line);
	}
}

static void sk_home_semanage(struct sk_home *h)
{
	const struct sk_label_homes *homes = h->homes;
	sk_auto_buf struct sk_buf home = SK_BUF_INIT;

	sk_buf_adds(h->out, "#\n#\n# User-specific file contexts, generated via libsemanage\n"
		    "# use semanage command to manage system users to change the file_context\n#\n#\n");
	for (const char *const *root = homes->roots; *root; root++) {
		home.n = 0;
		sk_buf_join(&home, *root, "/[^/]+", NULL);
		if (!sk_buf_str(&home))
			break;
		sk_buf_adds(h->out, "\n\n#\n# Home Context for user user_u\n#\n\n");
		sk_home_part(h, SK_HOME_DIR, &homes->fallback, home.data);
		sk_home_part(h, SK_HOME_ROOT, &homes->fallback, *root);
	}
	sk_home_part(h, SK_HOME_USERNAME, &homes->fallback, "");
	sk_home_part(h, SK_HOME_USER, &homes->fallback, "");
	for (size_t i = 0; i < homes->n_users; i++) {
		const struct sk_label_user *user = &homes->users[i];

		sk_buf_join(h->out, "\n\n#\n# Home Context for user ", user->login, "\n#\n\n", NULL);
		sk_home_part(h, SK_HOME_DIR, user, user->home);
		sk_home_part(h, SK_HOME_USERNAME, user, user->home);
		sk_home_part(h, SK_HOME_USER, user, user->home);
	}
}

/* The script takes every line about a home directory or a user's name at once, and sets no level. */
static void sk_home_script_user(struct sk_home *h, const struct sk_label_user *user, const char *home)
{
	const struct sk_home_word words[] = {
		{ "HOME_DIR", home }, { "ROLE", user->prefix }, { "system_u", user->user },
		{ "%{USERID}", user->uid }, { "%{USERNAME}", user->login },
	};
	const char *p = h->template->text.data, *end = p + h->template->text.n, *nl;

	sk_buf_join(h->out, "\n\n#\n# Context for user ", user->user, "\n#\n\n", NULL);
	for (uint32_t line = 1; p < end; p = nl + 1, line++) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		if (!sk_home_is(p, nl, SK_HOME_DIR) && !sk_home_is(p, nl, SK_HOME_USERNAME))
			continue;
		sk_home_replace(h, p, nl, words, SK_ARRAY_LEN(words));
		sk_home_write(h, line);
	}
}

static void sk_home_script(struct sk_home *h)
{
	const struct sk_label_homes *homes = h->homes;
	sk_auto_buf struct sk_buf home = SK_BUF_INIT;

	sk_buf_adds(h->out, "\n#\n#\n# User-specific file contexts, generated via genhomedircon\n"
		    "# edit local.users to change file_context\n#\n#\n");
	for (const char *const *root = homes->roots; *root; root++) {
		home.n = 0;
		sk_buf_join(&home, *root, "/[^/]+", NULL);
		if (!sk_buf_str(&home))
			break;
		sk_home_script_user(h, &homes->fallback, home.data);
		sk_home_part(h, SK_HOME_ROOT, &homes->fallback, *root);
	}
	for (size_t i = 0; i < homes->n_users; i++)
		sk_home_script_user(h, &homes->users[i], homes->users[i].home);
	sk_buf_addc(h->out, '\n');
}

int sk_label_homedirs(const struct sk_label_file *template, enum sk_label_style style,
		      const struct sk_label_homes *homes, struct sk_label_file *out)
{
	struct sk_home h = { .homes = homes, .style = style, .template = template, .file = out, .out = &out->text,
			     .line = SK_BUF_INIT };
	bool failed;

	if (style == SK_LABEL_SEMANAGE)
		sk_home_semanage(&h);
	else
		sk_home_script(&h);
	failed = h.failed || h.line.failed || out->text.failed;
	sk_buf_done(&h.line);
	return failed ? -ENOMEM : 0;
}
