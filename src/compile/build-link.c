/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From sources to the one binary module that they make, linked where they are several, and to the CIL of such a module.
 */
#include "selkie/build.h"

#include <errno.h>
#include <string.h>

#include "compile/build-places.h"
#include "compile/building.h"
#include "compile/merge.h"
#include "unit/module.h"
#include "unit/print.h"

#define SK_NEWEST_MODULE_FORMAT 24

/* What options say of the whole policy, as statements of a unit that says nothing of it itself. */
static int sk_build_say_unknown(struct sk_building *b, struct sk_unit *unit)
{
	static const char *const words[] = { NULL, "deny", "reject", "allow" };
	const char *word = words[b->options->handle_unknown & 3];
	struct sk_unit_stmt stmt = { .kind = SK_UNIT_HANDLE_UNKNOWN, .block = unit->top, .cond = SK_SPACE_NONE };
	int r;

	if (!word || unit->source == SK_UNIT_MODULE)
		return 0;
	r = sk_intern_add(&b->names, word, strlen(word), &stmt.op[0]);
	for (size_t i = 0; i < unit->stmts.n && !r; i++)
		if (unit->stmts.list[i].kind == SK_UNIT_HANDLE_UNKNOWN) {
			unit->stmts.list[i].op[0] = stmt.op[0];
			return 0;
		}
	return r ? r : sk_unit_add(unit, &stmt);
}

/*
 * The one unit that a module is made of. A base must be a policy of its own, and linked ones must fit together, which
 * compiling them tells.
 */
static int sk_build_one_unit(struct sk_building *b, struct sk_unit **ret_unit)
{
	struct sk_compile_options options = sk_build_compile_options(b);
	struct sk_policy *policy = NULL;
	sk_auto_free bool *enabled = NULL;
	int r = 0;

	if (b->units.n > 1 || b->units.list[0]->source != SK_UNIT_MODULE) {
		options.keep_unbounded = b->units.n > 1 || options.keep_unbounded;
		if (b->options->flags & SELKIE_BUILD_LINKED)
			options.ret_enabled = &enabled;
		r = sk_compile(&b->space, (const struct sk_unit *const *)b->units.list, b->units.n, &options, &policy, NULL);
		selkie_policy_free(policy);
	} else {
		static int (*const checks[])(const struct sk_unit *unit) = {
			sk_unit_check_declared, sk_unit_check_kinds, sk_unit_check_required, sk_unit_check_twice };

		r = sk_build_know_perm_macros(b);
		for (size_t i = 0; i < SK_ARRAY_LEN(checks) && r >= 0; i++) {
			int r2 = checks[i](b->units.list[0]);

			r = r2 ? r2 : r;
		}
	}
	if (r)
		return r;
	if (enabled && b->units.n == 1)
		sk_unit_keep_enabled(b->units.list[0], enabled);
	*ret_unit = b->units.list[0];
	return b->units.n > 1 ? sk_units_merge(&b->units, &b->space, ret_unit) : 0;
}

/* Whether a module has levels: as it is asked for, as the tree or the headers say, or as its statements show. */
static bool sk_build_is_mls(const struct sk_building *b, const struct sk_unit *unit)
{
	if (b->options->mls)
		return b->options->mls == SELKIE_BUILD_MLS_YES;
	if (b->has_rp)
		return strcmp(sk_refpolicy_setting(&b->rp, "TYPE"), "standard") != 0;
	for (size_t i = 0; i < unit->stmts.n && !unit->mls; i++) {
		uint32_t kind = unit->stmts.list[i].kind;

		if (kind == SK_UNIT_SENSITIVITY || kind == SK_UNIT_REQUIRE_SENSITIVITY ||
		    kind == SK_UNIT_RANGE_TRANSITION || kind == SK_UNIT_USER_RANGE)
			return true;
	}
	return unit->mls;
}

/* Reads sources to the one unit that a module is. */
static int sk_build_read_module(struct sk_building *b, const char *const *sources, size_t n, struct sk_unit **ret_unit)
{
	int r;

	b->modules_only = true;
	r = sk_build_read(b, sources, n);
	/* What a module declares twice is told whatever else is wrong with it. */
	if (r > 0 && !b->unsound && b->units.n == 1 && b->units.list[0]->source == SK_UNIT_MODULE) {
		int r2 = sk_unit_check_declared(b->units.list[0]);

		r = r2 < 0 ? r2 : r;
	}
	if (!r && !b->units.n) {
		struct sk_place place = { .file = sources[0] };

		sk_error(b->diags, "E0825", &place, "there is no module in this");
		r = SELKIE_BUILD_REFUSED;
	}
	for (size_t i = 0; !r && i < b->units.n; i++)
		b->units.list[i]->mls = sk_build_is_mls(b, b->units.list[i]);
	if (!r)
		r = sk_build_one_unit(b, ret_unit);
	return r ? r : sk_build_say_unknown(b, *ret_unit);
}

static int sk_build_module(const struct sk_unit *unit, unsigned int version, selkie_module *module)
{
	struct sk_buf out = SK_BUF_INIT, labels = SK_BUF_INIT;
	int r = sk_module_write(unit, version ? version : SELKIE_MODULE_FORMAT, &out);

	if (!r)
		r = sk_unit_print_fc(unit, &labels);
	if (!r && (out.failed || labels.failed))
		r = -ENOMEM;
	if (!r)
		r = selkie_module_set_section(module, SELKIE_MODULE_BINARY, out.data, out.n);
	if (!r && labels.n)
		r = selkie_module_set_section(module, SELKIE_MODULE_FILE_CONTEXTS, labels.data, labels.n);
	sk_buf_done(&out);
	sk_buf_done(&labels);
	return r;
}

int selkie_build_module(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
			unsigned int version, selkie_diagnostics *diags, selkie_module **ret)
{
	struct sk_unit *unit = NULL;
	selkie_module *module;
	struct sk_building b;
	int r;

	if (!options || options->size != sizeof(*options) || !n_sources)
		return -EINVAL;
	module = selkie_module_new();
	if (!module)
		return -ENOMEM;
	r = sk_building_init(&b, options, diags);
	b.carry = module;
	if (!r)
		r = sk_build_read_module(&b, sources, n_sources, &unit);
	if (!r)
		r = sk_build_module(unit, version, module);
	sk_building_done(&b);
	if (r)
		selkie_module_free(module);
	else
		*ret = module;
	return r;
}

/* By way of the module, whose statements are those that CIL is made of everywhere else. */
static int sk_build_module_cil(struct sk_building *b, struct sk_unit *source, struct sk_buf *out)
{
	sk_auto_buf struct sk_buf bytes = SK_BUF_INIT;
	uint32_t number = (uint32_t)b->units.n;
	struct sk_unit unit;
	int r = sk_module_write(source, SK_NEWEST_MODULE_FORMAT, &bytes);

	if (!r && bytes.failed)
		r = bytes.error;
	r = r ? r : sk_module_read(&b->space, bytes.data, bytes.n, "module", number, &unit);
	if (r)
		return r;
	r = sk_build_take_places(&unit, source);
	r = r ? r : sk_unit_print_marked_cil(&unit, b->options->flags & SELKIE_BUILD_MARK_ALLOWS, out);
	sk_unit_done(&unit);
	return r;
}

int selkie_build_module_cil(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
			    selkie_diagnostics *diags, int fd)
{
	sk_auto_buf struct sk_buf out = SK_BUF_INIT;
	struct sk_unit *unit = NULL;
	struct sk_building b;
	int r;

	if (!options || options->size != sizeof(*options) || !n_sources)
		return -EINVAL;
	r = sk_building_init(&b, options, diags);
	if (!r)
		r = sk_build_read_module(&b, sources, n_sources, &unit);
	sk_buf_to_fd(&out, fd);
	if (!r)
		r = sk_build_module_cil(&b, unit, &out);
	if (!r)
		r = sk_buf_flush(&out);
	sk_building_done(&b);
	return r;
}
