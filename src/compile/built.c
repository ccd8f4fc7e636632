/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was built, and how it is saved: the policy, its origins, and what a tree installs.
 */
#include "selkie/build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "compile/building.h"
#include "provenance/origins.h"

void selkie_built_free(selkie_built *built)
{
	if (!built)
		return;
	selkie_policy_free(built->policy);
	selkie_origins_free(built->origins);
	free(built->file_contexts);
	sk_install_free(built->install);
	free(built);
}

const selkie_policy *selkie_built_policy(const selkie_built *built)
{
	return built->policy;
}

const char *selkie_built_file_contexts(const selkie_built *built)
{
	return built->file_contexts;
}

unsigned int selkie_built_version(const selkie_built *built)
{
	return built->version;
}

/* Rules of versions before 20 are other ones than those of the model: their origins are not known. */
#define SK_ORIGINS_SINCE 20

/*
 * Origins of an older policy of that name would be refused by whoever reads them; they are taken away. Beside what is no
 * file, as /dev/null, there is no place for them.
 */
static int sk_save_origins(const struct sk_built *built, const char *path, unsigned int version)
{
	struct stat st;

	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return 0;
	return built->origins && version >= SK_ORIGINS_SINCE ? sk_origins_save(built->origins, path)
							     : sk_origins_remove(path);
}

int selkie_built_save(const selkie_built *built, const char *path, unsigned int version, selkie_diagnostics *diags)
{
	unsigned int chosen = version ? version : built->version;
	int r = selkie_policy_save(built->policy, path, chosen, diags);

	return r ? r : sk_save_origins(built, path, chosen);
}

const char *selkie_built_name(const selkie_built *built)
{
	return built->install ? built->install->name : NULL;
}

size_t selkie_built_file_count(const selkie_built *built)
{
	return built->install ? built->install->n : 0;
}

const char *selkie_built_file_path(const selkie_built *built, size_t i)
{
	return i < selkie_built_file_count(built) ? built->install->files[i].path : NULL;
}

int selkie_built_install(const selkie_built *built, const char *directory, unsigned int version, selkie_diagnostics *diags)
{
	sk_auto_free char *path = NULL;
	sk_auto_free void *policy = NULL;
	unsigned int chosen = version ? version : built->version;
	size_t size;
	int r;

	if (!built->install)
		return -EINVAL;
	if (asprintf(&path, "%s/%s/policy/policy.%u", directory, built->install->name, chosen) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = selkie_policy_write_memory(built->policy, chosen, diags, &policy, &size);
	if (!r)
		r = sk_install_write(built->install, directory, path + strlen(directory) + 1, policy, size);
	if (!r)
		r = sk_install_write_origins(built->install, directory);
	return r ? r : sk_save_origins(built, path, chosen);
}
