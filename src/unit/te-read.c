/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From policy sources to units: parsing and lowering at once, a statement at a time.
 */
#include <errno.h>
#include <string.h>

#include "unit/kept.h"
#include "unit/te-lower.h"

struct sk_te_run {
	struct sk_units *units;
	size_t first;			/* unit of this reading */
	struct sk_space *space;
	struct sk_te_lower lower;
	bool open;			/* `lower` has been set up */
	bool ended;			/* ... and its unit has all that it gets */
	struct sk_kept *kept;		/* what modules came to; NULL: it is not kept */
	size_t before;			/* diagnostics before the module */
	struct sk_te_order order;
	const struct sk_refpolicy *rp;
	const struct sk_refpolicy_module *module;	/* whose statements come now */
	struct sk_arena tree;		/* of one statement */
	size_t errors;			/* that there were before */
	size_t harmless;		/* mistakes for which nothing is missing */
};

static void sk_te_begin(struct sk_te_run *run, struct sk_units *units, struct sk_space *space)
{
	*run = (struct sk_te_run){ .units = units, .first = units ? units->n : 0, .space = space };
	run->errors = space->diags ? space->diags->n[SELKIE_SEVERITY_ERROR] : 0;
}

static int sk_te_open(struct sk_te_run *run, struct sk_unit *unit)
{
	int r = run->open ? sk_te_lower_next(&run->lower, unit) : sk_te_lower_init(&run->lower, unit);

	run->open = true;
	run->ended = false;
	return r;
}

static int sk_te_end(struct sk_te_run *run)
{
	int r = run->ended ? 0 : sk_te_lower_end(&run->lower);

	run->ended = true;
	return r;
}

static int sk_te_open_new(struct sk_te_run *run, enum sk_unit_source source)
{
	struct sk_unit *unit;
	int r = sk_units_add(run->units, run->space, source, &unit);

	return r ? r : sk_te_open(run, unit);
}

static int sk_te_close(struct sk_te_run *run, int r)
{
	if (!run->open)
		return r;
	if (!r)
		r = sk_te_end(run);
	run->harmless = run->lower.harmless;
	sk_te_lower_done(&run->lower);
	run->open = false;
	return r;
}

static bool sk_te_has_mistakes(const struct sk_te_run *run)
{
	return run->space->diags && run->space->diags->n[SELKIE_SEVERITY_ERROR] != run->errors;
}

/* Whether the input was in order: all that is wrong with it has been said. Units that lack something for it know that. */
static int sk_te_finish(struct sk_te_run *run, int r)
{
	r = sk_te_close(run, r);
	sk_arena_done(&run->tree);
	if (r || !sk_te_has_mistakes(run))
		return r;
	for (size_t i = run->first; run->units && i < run->units->n; i++)
		run->units->list[i]->damaged = run->space->diags->n[SELKIE_SEVERITY_ERROR] != run->errors + run->harmless;
	return SK_UNIT_REFUSED;
}

static int sk_te_handle(void *arg, struct sk_te_stmt *stmt)
{
	struct sk_te_run *run = arg;
	int r = sk_te_lower_stmt(&run->lower, stmt);

	if (!r)
		sk_te_order_stmt(&run->order, stmt);
	sk_arena_reset(&run->tree);
	return r;
}

int sk_unit_read_conf(struct sk_units *units, struct sk_space *space, const struct sk_source *source)
{
	struct sk_te_lexer lexer;
	struct sk_te_run run;
	int r;

	sk_te_begin(&run, units, space);
	r = sk_te_open_new(&run, SK_UNIT_POLICY_CONF);
	if (!r) {
		run.lower.in_order = true;
		run.order.lower = &run.lower;
		sk_te_lexer_init(&lexer, space->names, NULL, source);
		lexer.blanks = run.order.blanks = true;
		r = sk_te_parse(&lexer, &run.tree, space->sources, space->diags, sk_te_handle, &run);
		sk_te_lexer_done(&lexer);
	}
	/* What is missing may be what had a mistake. */
	if (!r && !sk_te_has_mistakes(&run))
		sk_te_order_end(&run.order, source->base + source->size);
	return sk_te_finish(&run, r);
}

/* Trees */

/* UNK_PERMS of build.conf. */
static int sk_te_handle_unknown(struct sk_te_run *run)
{
	const char *value = sk_refpolicy_setting(run->rp, "UNK_PERMS");
	uint32_t name;
	int r;

	if (!*value)
		value = "deny";
	r = sk_intern_add(run->space->names, value, strlen(value), &name);
	return r ? r : sk_unit_add(run->lower.unit, &(struct sk_unit_stmt){
		.kind = SK_UNIT_HANDLE_UNKNOWN, .block = run->lower.unit->top, .cond = SK_SPACE_NONE, .op = { name } });
}

/* The unit of a module; of NULL, and of those in the base, the first. */
static struct sk_unit *sk_te_unit_of(const struct sk_te_run *run, const struct sk_refpolicy_module *module)
{
	size_t base = 0;

	if (!run->rp->modular || !module || module->state != SK_REFPOLICY_MODULE)
		return run->units->list[run->first];
	while (run->rp->modules[base].state == SK_REFPOLICY_BASE)
		base++;
	return run->units->list[run->first + 1 + (size_t)(module - run->rp->modules) - base];
}

static int sk_te_handle_tree(void *arg, const struct sk_refpolicy_module *module, struct sk_te_stmt *stmt)
{
	struct sk_te_run *run = arg;
	int r = 0;

	if (module != run->module) {
		struct sk_unit *unit = sk_te_unit_of(run, module);

		run->module = module;
		if (unit != run->lower.unit) {
			r = sk_te_end(run);
			if (!r)
				r = sk_te_open(run, unit);
		}
	}
	return r ? r : sk_te_lower_stmt(&run->lower, stmt);
}

/* Modules of a tree, as they come and go. One that is a unit of its own has then all that it gets. */

static bool sk_te_is_own(const struct sk_te_run *run, const struct sk_refpolicy_module *module)
{
	return run->rp->modular && module->state == SK_REFPOLICY_MODULE;
}

static size_t sk_te_count_diags(const struct sk_te_run *run)
{
	return run->space->diags ? selkie_diagnostics_count(run->space->diags, SELKIE_SEVERITY_NOTE) : 0;
}

static int sk_te_tree_begins(void *arg)
{
	struct sk_te_run *run = arg;

	return run->kept ? sk_kept_begin(run->kept, run->space) : 0;
}

static int sk_te_making(void *arg, const struct sk_refpolicy_module *module, bool interfaces, struct sk_refpolicy_made *made)
{
	struct sk_te_run *run = arg;

	return run->kept && sk_kept_find_made(run->kept, module, interfaces, made) ? SK_REFPOLICY_KNOWN : 0;
}

static int sk_te_made(void *arg, const struct sk_refpolicy_module *module, bool interfaces,
		      const struct sk_refpolicy_made *made)
{
	struct sk_te_run *run = arg;

	return run->kept ? sk_kept_put_made(run->kept, module, interfaces, made) : 0;
}

/* What was kept of a module comes in its turn. */
static int sk_te_take(struct sk_te_run *run, const struct sk_refpolicy_module *module, const struct sk_source *source,
		      const struct sk_kept_record *record)
{
	struct sk_unit *unit = sk_te_unit_of(run, module);
	int r = unit != run->lower.unit ? sk_te_end(run) : 0;

	if (!r)
		r = sk_kept_take(run->kept, record, source, unit, sk_te_is_own(run, module) ? NULL : &run->lower);
	if (r == SK_KEPT_DAMAGED) {
		run->kept->stale = true;
		return -ECANCELED;
	}
	return r ? r : SK_REFPOLICY_KNOWN;
}

static int sk_te_module_begins(void *arg, const struct sk_refpolicy_module *module, const struct sk_source *source)
{
	struct sk_te_run *run = arg;
	const struct sk_kept_record *record;

	run->lower.part++;
	run->before = sk_te_count_diags(run);
	if (!run->kept)
		return 0;
	run->lower.noting = !sk_te_is_own(run, module);
	run->lower.left.n = 0;
	record = sk_kept_find(run->kept, module, source);
	if (record)
		return sk_te_take(run, module, source, record);
	sk_kept_mark(run->kept, sk_te_unit_of(run, module));
	return 0;
}

static int sk_te_module_ends(void *arg, const struct sk_refpolicy_module *module, const struct sk_source *source, bool alone)
{
	struct sk_te_run *run = arg;
	const struct sk_te_lower *left = sk_te_is_own(run, module) ? NULL : &run->lower;
	bool whole;
	int r = !left && run->module == module ? sk_te_end(run) : 0;

	if (r || !run->kept)
		return r;
	whole = sk_te_count_diags(run) == run->before && (left || run->module == module);
	run->kept->unfit |= !alone;
	run->kept->stale |= run->kept->using && !alone;
	if (left && run->kept->using)
		r = sk_kept_compare(run->kept, module, left);
	if (r || run->kept->stale)
		return r ? r : -ECANCELED;
	return sk_kept_put(run->kept, module, source, sk_te_unit_of(run, module), left, whole);
}

static const struct sk_refpolicy_watch sk_te_watch = { sk_te_making, sk_te_made, sk_te_tree_begins, sk_te_module_begins,
							sk_te_module_ends };

static int sk_te_handle_label(void *arg, const struct sk_refpolicy_module *module, const struct sk_fc_line *line)
{
	const struct sk_te_run *run = arg;

	return sk_unit_add_label(sk_te_unit_of(run, module), line);
}

int sk_unit_read_tree(struct sk_units *units, struct sk_space *space, struct sk_refpolicy *rp, struct sk_kept *kept)
{
	struct sk_te_run run;
	struct sk_unit *unit;
	int r;

	sk_te_begin(&run, units, space);
	run.rp = rp;
	run.kept = kept;
	rp->watch = &sk_te_watch;
	rp->watch_arg = &run;
	r = kept ? sk_kept_begin_tree(kept, rp) : 0;
	if (!r)
		r = sk_te_open_new(&run, rp->modular ? SK_UNIT_BASE : SK_UNIT_POLICY_CONF);
	if (!r)
		r = sk_te_handle_unknown(&run);
	for (size_t i = 0; rp->modular && i < rp->n_modules && !r; i++)
		if (rp->modules[i].state == SK_REFPOLICY_MODULE)
			r = sk_units_add(units, space, SK_UNIT_BASE, &unit);
	if (!r)
		r = sk_refpolicy_parse(rp, sk_te_handle_tree, &run);
	rp->watch = NULL;
	r = sk_te_close(&run, r);
	if (!r)
		r = sk_refpolicy_labels(rp, sk_te_handle_label, &run);
	return sk_te_finish(&run, r);
}

static int sk_te_handle_module(void *arg, const struct sk_refpolicy_module *module, struct sk_te_stmt *stmt)
{
	struct sk_te_run *run = arg;
	int r = sk_te_lower_stmt(&run->lower, stmt);

	/* What begins as no module is none, whatever its order. */
	if (!r && run->lower.unit->source == SK_UNIT_MODULE)
		sk_te_order_stmt(&run->order, stmt);
	return r;
}

int sk_unit_read_module(struct sk_units *units, struct sk_space *space, struct sk_refpolicy *rp,
			const struct sk_source *source)
{
	struct sk_te_run run;
	struct sk_te_name start = { .name = SK_INTERN_NONE, .addr = source->base };
	int r;

	sk_te_begin(&run, units, space);
	run.rp = rp;
	r = sk_te_open_new(&run, SK_UNIT_POLICY_CONF);
	run.order.lower = &run.lower;
	if (!r)
		r = sk_refpolicy_parse_module(rp, source, sk_te_handle_module, &run);
	/* Without it none of the classes is there, and what else is wrong follows from that. */
	if (!r && run.lower.unit->source != SK_UNIT_MODULE) {
		sk_te_complain(&run.lower, "E0151", &start, "a module begins with policy_module(NAME, VERSION)");
		r = SK_UNIT_REFUSED;
	}
	if (!r && !sk_te_has_mistakes(&run))
		sk_te_order_end(&run.order, source->base + source->size);
	return sk_te_finish(&run, r);
}

static int sk_te_handle_line(void *arg, const struct sk_fc_line *line)
{
	return sk_unit_add_label(arg, line);
}

static int sk_te_handle_expanded(void *arg, const struct sk_refpolicy_module *module, const struct sk_fc_line *line)
{
	return sk_unit_add_label(arg, line);
}

int sk_unit_read_labels(struct sk_unit *unit, struct sk_refpolicy *rp, const struct sk_source *source)
{
	struct sk_space *space = unit->space;
	struct sk_te_run run;
	int r;

	sk_te_begin(&run, NULL, space);
	if (rp)
		r = sk_refpolicy_file_labels(rp, source, sk_te_handle_expanded, unit);
	else
		r = sk_fc_parse(NULL, source, space->sources, space->names, space->diags, sk_te_handle_line, unit);
	return sk_te_finish(&run, r);
}
