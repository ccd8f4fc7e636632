/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a kernel's binary policy. The input is read once, front to back, through the byte reader's window, and checked
 * as it is read: a policy exists only once everything in it refers to something that exists. What the kernel or
 * libsepol's validation refuse is refused here, with the field, its offset and the reason. Not done here: answering
 * questions; the model does that.
 */
#include "format/kernel-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/input.h"

/* What a file without a size (selinuxfs) may hold: several times any policy. */
#define SK_POLICY_MOST_BYTES ((size_t)256 << 20)

static void sk_kernel_target(struct sk_kernel_reader *k)
{
	uint32_t magic = sk_read_u32(&k->r, "magic number");
	uint32_t length;
	char text[33] = "";

	if (!k->r.failed && magic == SK_MODULE_MAGIC)
		sk_refuse(k, SK_E_NOT_POLICY, "magic number",
			  "this is a policy module, not a policy for the kernel");
	else if (!k->r.failed && magic != SK_KERNEL_MAGIC)
		sk_refuse(k, SK_E_NOT_POLICY, "magic number",
			  "this is not a kernel policy: it starts with 0x%08x instead of 0x%08x", magic,
			  SK_KERNEL_MAGIC);
	length = sk_read_u32(&k->r, "length of the target's name");
	if (!k->r.failed && length != 8)
		sk_refuse(k, SK_E_NOT_POLICY, "length of the target's name",
			  "the target is SE Linux or XenFlask, both of 8 bytes, here are %u", length);
	sk_read_bytes(&k->r, text, 8, "target");
	if (k->r.failed)
		return;
	if (!strcmp(text, sk_kernel_target_string(SK_TARGET_SELINUX)))
		k->p->target = SK_TARGET_SELINUX;
	else if (!strcmp(text, sk_kernel_target_string(SK_TARGET_XEN)))
		k->p->target = SK_TARGET_XEN;
	else
		sk_refuse_at(k, SK_E_NOT_POLICY, sk_reader_offset(&k->r) - 8, "target",
			     "the target is SE Linux or XenFlask, here it is neither");
}

static void sk_kernel_config(struct sk_kernel_reader *k)
{
	struct sk_policy *p = k->p;

	p->config = sk_read_u32(&k->r, "configuration");
	p->mls = p->config & SK_CONFIG_MLS;
	p->handle_unknown = (enum sk_handle_unknown)(p->config & SK_CONFIG_UNKNOWN);
	if (p->mls && p->version < SK_SINCE_MLS)
		sk_refuse(k, SK_E_VERSION, "configuration",
			  "version %u cannot be MLS as it is known since version %u", p->version,
			  SK_SINCE_MLS);
	if ((p->config & SK_CONFIG_UNKNOWN) == SK_CONFIG_UNKNOWN)
		sk_refuse(k, SK_E_VALUE, "configuration",
			  "unknown permissions cannot be both allowed and reason for refusal");
}

static void sk_kernel_header(struct sk_kernel_reader *k)
{
	struct sk_policy *p = k->p;
	uint32_t n, want;

	sk_kernel_target(k);
	p->version = sk_read_u32(&k->r, "version");
	if (!k->r.failed &&
	    (p->version < SK_KERNEL_VERSION_MIN || p->version > SK_KERNEL_VERSION_MAX))
		sk_refuse(k, SK_E_VERSION, "version", "version %u is not in the range %u to %u",
			  p->version, SK_KERNEL_VERSION_MIN, SK_KERNEL_VERSION_MAX);
	sk_kernel_config(k);
	n = sk_read_u32(&k->r, "number of symbol tables");
	want = sk_kernel_n_symbols(p->version);
	if (!k->r.failed && n != want)
		sk_refuse(k, SK_E_COUNT, "number of symbol tables",
			  "version %u has %u symbol tables, not %u", p->version, want, n);
	n = sk_read_u32(&k->r, "number of object context sections");
	want = sk_kernel_n_ocontexts(p->target, p->version);
	if (!k->r.failed && n != want)
		sk_refuse(k, SK_E_COUNT, "number of object context sections",
			  "version %u has %u sections of object contexts, not %u", p->version, want,
			  n);
}

/* Types by their number, with bit 0 unused. The types are not known yet. */
static void sk_kernel_type_bits(struct sk_kernel_reader *k, struct sk_bitset *set,
				const char *field)
{
	struct sk_pending pending = { .offset = sk_reader_offset(&k->r), .field = field,
				      .kind = SK_PENDING_BITSET, .table = SK_SYM_TYPE,
				      .u.bitset = set };

	sk_kernel_bitset(k, set, 0, SK_KERNEL_MOST_IDS, field);
	sk_kernel_pend(k, &pending);
}

static void sk_kernel_maps(struct sk_kernel_reader *k)
{
	struct sk_policy *p = k->p;

	if (p->version >= SK_SINCE_CAPABILITIES)
		sk_kernel_bitset(k, &p->capabilities, 0, 1023, "policy capabilities");
	if (p->version >= SK_SINCE_PERMISSIVE)
		sk_kernel_type_bits(k, &p->permissive, "permissive types");
	if (p->version >= SK_SINCE_NEVERAUDIT)
		sk_kernel_type_bits(k, &p->neveraudit, "neveraudit types");
}

/* The diagnostic of a refused input, and where in a list it was. */
static void sk_kernel_report(const struct sk_kernel_reader *k, const char *name,
			     struct sk_diags *diags)
{
	struct sk_place place = { .kind = SK_PLACE_BINARY, .file = name,
				  .offset = k->r.fail_offset, .field = k->r.field };
	static const char *const ids[] = { [SK_READER_END] = SK_E_TRUNCATED,
					   [SK_READER_COUNT] = SK_E_COUNT,
					   [SK_READER_STRING] = SK_E_NAME,
					   [SK_READER_CHECK] = SK_E_VALUE };
	struct sk_diag *d = sk_error(diags, k->id ? k->id : ids[k->r.fault], &place, "%s",
				     k->r.reason);

	if (k->what)
		sk_diag_note(diags, d, NULL, "this is %s %u of %u in its list", k->what,
			     k->number + 1, k->count);
}

static const char *sk_symbol_name_at(const struct sk_policy *p, enum sk_symbol table, uint32_t i)
{
	switch (table) {
	case SK_SYM_COMMON:
		return p->commons[i].name;
	case SK_SYM_CLASS:
		return p->classes[i].name;
	case SK_SYM_ROLE:
		return p->roles[i].name;
	case SK_SYM_TYPE:
		return p->types[i].name;
	case SK_SYM_USER:
		return p->users[i].name;
	case SK_SYM_BOOL:
		return p->bools[i].name;
	case SK_SYM_SENS:
		return p->sens[i].name;
	case SK_SYM_CAT:
		return p->cats[i].name;
	case SK_N_SYM:
		break;
	}
	return NULL;
}

static void sk_kernel_seal(struct sk_kernel_reader *k)
{
	enum sk_symbol table;
	const char *name;
	int r = sk_policy_seal(k->p, &table, &name);

	if (r == -EEXIST) {
		uint32_t i = 0;

		while (sk_symbol_name_at(k->p, table, i) != name)
			i++;
		sk_refuse_at(k, SK_E_DUPLICATE, k->name_offset[table][i], "name of a symbol",
			     "two %s have the name '%.64s'", sk_symbol_plurals[table], name);
	} else if (r) {
		sk_reader_no_memory(&k->r);
	}
}

static void sk_kernel_sections(struct sk_kernel_reader *k)
{
	sk_kernel_header(k);
	sk_kernel_maps(k);
	sk_kernel_symbols(k);
	if (k->r.failed)
		return;
	sk_kernel_rules(k);
	sk_kernel_role_rules(k);
	sk_kernel_filename_transitions(k);
	sk_kernel_ocontexts(k);
	sk_kernel_genfs(k);
	sk_kernel_range_transitions(k);
	sk_kernel_attributes(k);
	if (!k->r.failed)
		sk_kernel_seal(k);
}

static void sk_kernel_reader_done(struct sk_kernel_reader *k)
{
	for (size_t i = 0; i < SK_N_SYM; i++) {
		free(k->exists[i]);
		free(k->existing[i].words);
		free(k->position[i]);
		free(k->name_offset[i]);
	}
	free(k->pending);
	free(k->words);
	free(k->bits);
	free(k->shared);
	sk_map_done(&k->shared_of);
	sk_reader_done(&k->r);
}

/* Reads from k->r, which is ready, and disposes of k. */
static int sk_kernel_read(struct sk_kernel_reader *k, const char *name, struct sk_diags *diags,
			  struct sk_policy **ret_policy)
{
	int r = 0;

	k->p = sk_policy_new();
	if (!k->p) {
		sk_kernel_reader_done(k);
		return -ENOMEM;
	}
	sk_kernel_sections(k);
	if (k->r.error) {
		r = k->r.error;
	} else if (k->r.failed) {
		sk_kernel_report(k, name, diags);
		r = SELKIE_POLICY_REFUSED;
	} else {
		if (sk_reader_left(&k->r)) {
			struct sk_place place = { .kind = SK_PLACE_BINARY, .file = name,
						  .offset = sk_reader_offset(&k->r) };

			sk_warning(diags, "W0301", &place,
				   "the policy ends here; %llu bytes that follow are not looked at",
				   (unsigned long long)sk_reader_left(&k->r));
		}
		*ret_policy = k->p;
		k->p = NULL;
	}
	selkie_policy_free(k->p);
	sk_kernel_reader_done(k);
	return r;
}

int selkie_policy_read_memory(const void *data, size_t size, const char *name,
			      selkie_diagnostics *diags, selkie_policy **ret_policy)
{
	struct sk_kernel_reader k = { 0 };

	sk_reader_init_memory(&k.r, data, size);
	return sk_kernel_read(&k, name, diags, ret_policy);
}

int selkie_policy_read_fd(int fd, const char *name, selkie_diagnostics *diags,
			  selkie_policy **ret_policy)
{
	struct sk_kernel_reader k = { 0 };
	sk_auto_free char *data = NULL;
	struct stat st;
	size_t size = 0;
	int r;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISREG(st.st_mode) && st.st_size > 0) {
		r = sk_reader_init_fd(&k.r, fd);
		return r ? r : sk_kernel_read(&k, name, diags, ret_policy);
	}
	r = sk_read_whole(fd, SK_POLICY_MOST_BYTES, &data, &size);
	return r ? r : selkie_policy_read_memory(data, size, name, diags, ret_policy);
}

int selkie_policy_load(const char *path, selkie_diagnostics *diags, selkie_policy **ret_policy)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	return selkie_policy_read_fd(fd, path, diags, ret_policy);
}
