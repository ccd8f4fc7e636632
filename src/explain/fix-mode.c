/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unix owner and mode of the file that a capability was asked for: with the right ones it would not have been. */
#include <errno.h>
#include <sys/stat.h>

#include "explain/fixing.h"

/* The bits (of 7) that a file's mode gives to the process. */
static unsigned int sk_mode_gives(const struct sk_case_samples *s)
{
	unsigned int mode = (unsigned int)s->mode;

	if (s->owner == s->fsuid)
		return mode >> 6 & 7;
	return s->group == s->fsgid ? mode >> 3 & 7 : mode & 7;
}

/* Only the owner may change a file's mode, times or group: no access list helps. */
static int sk_fix_owner(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT;
	const struct sk_case_samples *s = x->c->samples;
	struct selkie_fix fix = { .kind = SELKIE_FIX_MODE, .proven = true };

	if (!s->n_paths || s->fsuid < 0 || s->owner < 0 || s->owner == s->fsuid)
		return sk_fix_advise(x, SELKIE_FIX_MODE,
				     "Give the file to the Unix user (and group) that the program runs as: only a file's owner "
				     "may change its mode and times.");
	sk_buf_printf(&command, "chown %lld ", (long long)s->fsuid);
	sk_fix_add_word(&command, s->paths[0]);
	fix.summary = "Give the file to the Unix user that the program runs as; the policy is not at fault.";
	fix.command = sk_fix_take(x, &command);
	fix.proof = sk_arena_printf(&x->w->scratch,
				    "Checked: the file belongs to uid %lld and the process is uid %lld; the owner needs no "
				    "capability to change mode and times.",
				    (long long)s->owner, (long long)s->fsuid);
	fix.caution = "If the program has no business with this file, leave it as it is.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

/* Unix permissions: an ACL entry for the process's user gives what the capability was asked for. */
int sk_fix_file_mode(struct sk_fixing *x)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT;
	const struct sk_case_samples *s = x->c->samples;
	struct selkie_fix fix = { .kind = SELKIE_FIX_MODE, .proven = true };
	bool override = sk_fix_asked(x, "dac_override");
	const char *rights;

	if (!override && !sk_fix_asked(x, "dac_read_search"))
		return sk_fix_owner(x);
	if (!s->n_paths || s->fsuid < 0 || s->mode < 0)
		return sk_fix_advise(x, SELKIE_FIX_MODE,
				     "Correct the Unix owner, group or mode of the file or of a directory above it. The "
				     "records do not name it: switch full path auditing on (auditctl -w /etc/shadow -p w, or "
				     "any rule) and let it happen again.");
	rights = S_ISDIR(s->mode) ? override ? "rwx" : "rx" : override ? "rw" : "r";
	if (!((override ? 6u : 4u) & ~sk_mode_gives(s)))
		return sk_fix_advise(x, SELKIE_FIX_MODE,
				     "Correct the Unix mode of a directory above %s: mode %04llo of the file itself (owner %lld, "
				     "group %lld) lets uid %lld in.",
				     s->paths[0], (long long)(s->mode & 07777), (long long)s->owner, (long long)s->group,
				     (long long)s->fsuid);
	if (s->owner == s->fsuid) {
		sk_buf_printf(&command, "chmod u+%s ", rights);
		fix.proof = sk_arena_printf(&x->w->scratch,
					    "Checked: the process runs as the owner (uid %lld), and mode %04llo with u+%s lets "
					    "it in, so the capability is not asked for.",
					    (long long)s->fsuid, (long long)(s->mode & 07777), rights);
	} else {
		sk_buf_printf(&command, "setfacl -m u:%lld:%s ", (long long)s->fsuid, rights);
		fix.proof = sk_arena_printf(&x->w->scratch,
					    "Checked: mode %04llo of owner %lld keeps uid %lld out; an ACL entry of its own "
					    "comes before the mode, so the capability is not asked for.",
					    (long long)(s->mode & 07777), (long long)s->owner, (long long)s->fsuid);
	}
	sk_fix_add_word(&command, s->paths[0]);
	fix.summary = "Correct the Unix owner or mode; the policy is not at fault.";
	fix.command = sk_fix_take(x, &command);
	fix.caution = "If the program has no business with this file, leave both as they are. A directory above it that lets "
		      "nobody through would have to be corrected, too.";
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}
