/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of sensitive accesses, and its form for one policy: each row's types become a bit set, its permissions an
 * access vector a class, so that a question costs one pass over the rows of its class.
 *
 * Names are those of refpolicy and of the distributions that build on it; rows that name what a policy lacks are
 * dropped. A type may be given by suffix ("*_keytab_t") or as the members of an attribute ("@security_file_type").
 */
#include "model/sensitive.h"

#include <errno.h>
#include <string.h>

#include "base/word.h"

enum sk_sensitive_flag {
	SK_ACROSS = 1,		/* only between different types */
	SK_CONTENT = 2,		/* the files' content is what is protected */
	SK_BY_POLICY = 4,	/* a boolean of the policy may grant it: its authors chose between whom */
};

struct sk_sensitive_row {
	const char *classes;	/* separated by blanks */
	const char *perms;	/* separated by blanks; "*" for all */
	const char *targets;	/* types; "*" for any */
	unsigned int flags;
	const char *reason;
	unsigned int danger;	/* up to 100: who has it owns the system */
};

#define SK_ANY_FILE "file lnk_file chr_file blk_file fifo_file sock_file"
#define SK_CHANGE "write append create unlink rename link setattr relabelto relabelfrom"
#define SK_SHOW "getattr read write append open map ioctl create unlink rename link setattr relabelto relabelfrom mounton"
#define SK_DEVICE "read write append open ioctl map create relabelto relabelfrom setattr"

static const struct sk_sensitive_row sk_sensitive_rows[] = {
	/* credentials */
	{ "file lnk_file", SK_SHOW, "shadow_t passwd_shadow_t", SK_CONTENT,
	  "it holds the password hashes of all users", 95 },
	{ "file", SK_SHOW,
	  "sshd_key_t ssh_keysign_key_t tls_privkey_t dkim_milter_private_key_t postfix_private_t "
	  "*_private_key_t ipsec_key_file_t chronyd_keys_t ntpd_key_t dnssec_t rndc_key_t wireguard_key_t",
	  SK_CONTENT, "it holds private keys", 85 },
	{ "file", SK_SHOW,
	  "*_keytab_t krb5_keytab_t krb5kdc_principal_t samba_secrets_t dovecot_passwd_t pppd_secret_t "
	  "pcscd_secret_t radiusd_secret_t sssd_secrets_t ipa_custodia_secret_t vault_secret_t",
	  SK_CONTENT, "it holds the secrets that services log in with", 85 },
	{ "file dir sock_file", "read write append open map create unlink rename link setattr relabelto connectto",
	  "ssh_home_t gpg_secret_t gpg_agent_tmp_t gnome_keyring_home_t gnome_keyring_tmp_t ssh_agent_tmp_t "
	  "krb5_home_t gkeyringd_gnome_home_t",
	  SK_CONTENT, "it holds a user's keys and passwords", 75 },
	{ "file", SK_CHANGE, "passwd_file_t group_file_t shadow_lock_t", 0,
	  "who changes the user database owns the system", 95 },
	{ "passwd", "passwd chfn chsh rootok crontab", "*", 0, "it stands for the power to change accounts", 85 },
	{ "key", "read write setattr", "*", SK_ACROSS, "the kernel keeps other programs' keys there", 50 },
	{ "chr_file", "read write open ioctl map", "event_device_t", 0,
	  "all keys that are typed on this machine can be read there", 80 },

	/* raw disks and memory */
	{ "blk_file chr_file", SK_DEVICE,
	  "fixed_disk_device_t removable_device_t scsi_generic_device_t crypt_device_t lvm_control_t "
	  "device_mapper_t dm_control_t raid_device_t",
	  0, "whoever reads or writes the raw disk passes by every file's label", 95 },
	{ "chr_file", SK_DEVICE, "memory_device_t nvram_device_t mtrr_device_t cpu_device_t kvm_raw_t vfio_device_t",
	  0, "whoever reads or writes raw memory passes by every check of the kernel", 95 },
	{ "file", "read write open map", "proc_kcore_t", 0, "it is the kernel's memory", 95 },
	{ "capability cap_userns", "sys_rawio", "*", 0, "it gives raw access to hardware and memory", 90 },
	{ "capability", "mknod", "*", 0, "with it a program can make itself a raw disk device", 85 },

	/* kernel code */
	{ "capability cap_userns", "sys_module", "*", 0, "a kernel module can do anything", 100 },
	{ "system", "module_load", "*", 0, "a kernel module can do anything", 100 },
	{ "file", SK_CHANGE, "modules_object_t modules_dep_t boot_t kernel_image_t", 0,
	  "the kernel and its modules are loaded from there", 95 },
	{ "file", "write append", "usermodehelper_t sysctl_modprobe_t sysctl_hotplug_t", 0,
	  "it names programs that the kernel runs with all rights", 95 },
	{ "bpf", "map_create map_write prog_load prog_run", "*", 0, "BPF programs run inside the kernel", 90 },
	{ "perf_event", "kernel write", "*", 0, "it looks into the kernel", 70 },
	{ "lockdown", "integrity confidentiality", "*", 0, "it is what kernel lockdown protects from root", 85 },
	{ "io_uring", "override_creds sqpoll", "*", SK_ACROSS, "it acts with another program's rights", 70 },

	/* the policy and its enforcement */
	{ "security", "load_policy setenforce setbool setsecparam setcheckreqprot", "*", 0,
	  "it changes or switches off the policy itself", 100 },
	{ "capability2 cap2_userns", "mac_admin mac_override", "*", 0,
	  "it passes by or changes the mandatory access control", 100 },
	{ SK_ANY_FILE, SK_CHANGE,
	  "selinux_config_t default_context_t file_context_t policy_config_t policy_src_t semanage_store_t "
	  "selinux_login_config_t semanage_trans_lock_t checkpolicy_exec_t load_policy_exec_t setfiles_exec_t",
	  0, "the policy is kept there", 95 },
	{ "file", "write append", "security_t boolean_t", 0,
	  "the policy is loaded, switched and switched off there", 100 },
	{ "dir", "add_name remove_name write create relabelto",
	  "policy_config_t selinux_config_t semanage_store_t shadow_t", 0, "the policy is kept there", 95 },
	{ "kernel_service", "use_as_override create_files_as", "*", SK_ACROSS,
	  "the kernel would act with another domain's rights", 70 },
	{ SK_ANY_FILE " dir", "relabelto",
	  "shadow_t sshd_key_t @exec_type @security_file_type @entry_type memory_device_t fixed_disk_device_t", 0,
	  "a file of that label is trusted by others", 80 },

	/* auditing */
	{ "file", "write append create unlink rename setattr relabelto relabelfrom", "auditd_log_t auditd_etc_t", 0,
	  "it would falsify the audit trail or what is audited", 70 },
	{ "capability", "audit_control", "*", 0, "it switches auditing off", 70 },
	{ "netlink_audit_socket", "nlmsg_write nlmsg_tty_audit", "*", 0, "it changes what is audited", 60 },

	/* programs that others run */
	{ "file", SK_CHANGE, "bin_t shell_exec_t lib_t ld_so_t ld_so_cache_t @exec_type", SK_BY_POLICY,
	  "whoever changes a program or library runs code as everyone who uses it", 90 },
	{ "file", SK_CHANGE, "system_cron_spool_t systemd_unit_t @init_script_file_type initrc_exec_t", 0,
	  "what stands there is run by root", 90 },

	/* power over other processes and the system */
	{ "process", "ptrace sigkill sigstop signal", "*", SK_ACROSS | SK_BY_POLICY,
	  "it is power over a process of another domain", 45 },
	{ "capability cap_userns", "sys_ptrace", "*", 0, "it opens the memory of every process", 85 },
	{ "capability cap_userns", "sys_admin", "*", 0,
	  "it is a collection of rights (mounts, name spaces, devices and more) that comes near to being root", 80 },
	{ "process", "transition dyntransition", "@unconfined_domain_type unconfined_t", SK_ACROSS,
	  "a confined domain must not become an unconfined one", 95 },
	{ "system", "halt reboot start stop enable disable reload", "*", SK_ACROSS,
	  "it is power over the whole machine", 50 },
	{ "service", "start stop enable disable reload", "systemd_unit_t init_t power_unit_t", SK_ACROSS,
	  "it is power over every service that has no label of its own", 55 },
	{ "capability", "sys_boot", "*", 0, "it restarts the machine or loads another kernel", 45 },
};

struct sk_sensitive_rule {
	const struct sk_sensitive_row *row;
	uint32_t perms;
	struct sk_bitset targets;	/* type ids; unused when any */
	bool any;
	uint32_t next;			/* next rule of the class + 1 */
};

struct sk_sensitive {
	struct sk_arena arena;
	const struct sk_policy *policy;
	uint32_t *first;		/* by class id: rule + 1 */
	struct sk_sensitive_rule *rules;
	size_t n, cap;
	struct sk_bitset content;
};

/* Adds the types that one word of a row's targets names. */
static void sk_sensitive_add_word(const struct sk_policy *p, struct sk_bitset *set, const char *word,
				  size_t n)
{
	char name[128];
	struct sk_type_id id;

	if (word[0] == '*') {
		for (uint32_t t = 1; t <= p->n_type_ids; t++)
			if (!p->type_by_id[t]->attribute &&
			    sk_has_suffix_n(p->type_by_id[t]->name, word + 1, n - 1))
				sk_bitset_add(set, t);
		return;
	}
	if (word[0] == '@') {
		word++;
		n--;
	}
	if (n >= sizeof(name))
		return;
	memcpy(name, word, n);
	name[n] = '\0';
	id = sk_policy_find_type(p, name);
	if (!id.v)
		return;
	if (!p->type_by_id[id.v]->attribute)
		sk_bitset_add(set, id.v);
	else
		for (uint32_t i = 0; i < p->types_of[id.v].n; i++)
			sk_bitset_add(set, p->types_of[id.v].ids[i]);
}

static int sk_sensitive_add_rule(struct sk_sensitive *s, const struct sk_sensitive_row *row,
				 const struct sk_class *cls, const struct sk_bitset *targets)
{
	struct sk_sensitive_rule rule = { .row = row, .targets = *targets };
	int r;

	rule.any = row->targets[0] == '*' && !row->targets[1];
	for (uint32_t bit = 0; bit < 32; bit++)
		if (cls->perm_names[bit] &&
		    (!strcmp(row->perms, "*") || sk_name_in(row->perms, cls->perm_names[bit])))
			rule.perms |= 1u << bit;
	if (!rule.perms || (!rule.any && sk_bitset_empty(targets)))
		return 0;
	r = sk_grow(&s->rules, &s->cap, s->n + 1, sizeof(*s->rules));
	if (r)
		return r;
	rule.next = s->first[cls->id.v];
	s->rules[s->n++] = rule;
	s->first[cls->id.v] = (uint32_t)s->n;
	return 0;
}

static int sk_sensitive_add_row(struct sk_sensitive *s, const struct sk_sensitive_row *row)
{
	const struct sk_policy *p = s->policy;
	struct sk_bitset targets;
	const char *list = row->targets;
	size_t len;
	int r;

	r = sk_bitset_init(&targets, &s->arena, p->n_type_ids + 1);
	if (r)
		return r;
	if (strcmp(list, "*"))
		for (; (len = sk_word_next(&list)); list += len)
			sk_sensitive_add_word(p, &targets, list, len);
	for (uint32_t i = 0; row->flags & SK_CONTENT && i < targets.n_words; i++)
		s->content.words[i] |= targets.words[i];
	sk_bitset_trim(&targets);
	for (uint32_t c = 0; c < p->n_classes && !r; c++)
		if (sk_name_in(row->classes, p->classes[c].name))
			r = sk_sensitive_add_rule(s, row, &p->classes[c], &targets);
	return r;
}

int sk_sensitive_new(const struct sk_policy *policy, struct sk_sensitive **ret)
{
	struct sk_sensitive *s = calloc(1, sizeof(*s));
	int r = -ENOMEM;

	if (!s)
		return -ENOMEM;
	s->policy = policy;
	s->first = SK_ARENA_ARRAY(&s->arena, uint32_t, (size_t)policy->n_class_ids + 1);
	if (s->first)
		r = sk_bitset_init(&s->content, &s->arena, policy->n_type_ids + 1);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_sensitive_rows) && !r; i++)
		r = sk_sensitive_add_row(s, &sk_sensitive_rows[i]);
	if (r) {
		sk_sensitive_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void sk_sensitive_free(struct sk_sensitive *s)
{
	if (!s)
		return;
	free(s->rules);
	sk_arena_done(&s->arena);
	free(s);
}

/* Whether a rule speaks of these types; `except`: flags of rows that are not to be looked at. */
static bool sk_sensitive_is_about(const struct sk_sensitive_rule *rule, struct sk_type_id source,
				  struct sk_type_id target, unsigned int except)
{
	if (rule->row->flags & except || (rule->row->flags & SK_ACROSS && source.v == target.v))
		return false;
	return rule->any || sk_bitset_has(&rule->targets, target.v);
}

static uint32_t sk_sensitive_find(const struct sk_sensitive *s, struct sk_type_id source,
				  struct sk_type_id target, struct sk_class_id cls, uint32_t perms,
				  unsigned int except, const char **ret_reason)
{
	uint32_t found = 0;

	if (!cls.v || cls.v > s->policy->n_class_ids)
		return 0;
	for (uint32_t i = s->first[cls.v]; i; i = s->rules[i - 1].next) {
		const struct sk_sensitive_rule *rule = &s->rules[i - 1];

		if (!(rule->perms & perms) || !sk_sensitive_is_about(rule, source, target, except))
			continue;
		found |= rule->perms & perms;
		if (ret_reason)
			*ret_reason = rule->row->reason;
	}
	return found;
}

uint32_t sk_sensitive_perms(const struct sk_sensitive *s, struct sk_type_id source,
			    struct sk_type_id target, struct sk_class_id cls, uint32_t perms,
			    const char **ret_reason)
{
	return sk_sensitive_find(s, source, target, cls, perms, 0, ret_reason);
}

unsigned int sk_sensitive_danger(const struct sk_sensitive *s, struct sk_type_id source,
				 struct sk_type_id target, struct sk_class_id cls, uint32_t perms,
				 uint32_t *ret_perms, const char **ret_reason)
{
	unsigned int danger = 0;

	*ret_perms = 0;
	if (!cls.v || cls.v > s->policy->n_class_ids)
		return 0;
	for (uint32_t i = s->first[cls.v]; i; i = s->rules[i - 1].next) {
		const struct sk_sensitive_rule *rule = &s->rules[i - 1];

		if (!(rule->perms & perms) || rule->row->danger < danger ||
		    !sk_sensitive_is_about(rule, source, target, 0))
			continue;
		danger = rule->row->danger;
		*ret_perms = rule->perms & perms;
		*ret_reason = rule->row->reason;
	}
	return danger;
}

uint64_t sk_sensitive_rows_of(const struct sk_sensitive *s, struct sk_class_id cls, uint32_t perms)
{
	uint64_t rows = 0;

	_Static_assert(SK_ARRAY_LEN(sk_sensitive_rows) <= 64, "a row is a bit");
	if (!cls.v || cls.v > s->policy->n_class_ids)
		return 0;
	for (uint32_t i = s->first[cls.v]; i; i = s->rules[i - 1].next)
		if (s->rules[i - 1].perms & perms)
			rows |= (uint64_t)1 << (s->rules[i - 1].row - sk_sensitive_rows);
	return rows;
}

uint64_t sk_sensitive_rows_at(const struct sk_sensitive *s, struct sk_type_id target)
{
	const struct sk_idset *types = &s->policy->types_of[target.v];
	uint64_t rows = 0;

	for (size_t i = 0; i < s->n; i++) {
		uint64_t row = (uint64_t)1 << (s->rules[i].row - sk_sensitive_rows);
		bool is = s->rules[i].any || rows & row;

		for (uint32_t k = 0; k < types->n && !is; k++)
			is = sk_bitset_has(&s->rules[i].targets, types->ids[k]);
		rows |= is ? row : 0;
	}
	return rows;
}

uint64_t sk_sensitive_rows_across(void)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(sk_sensitive_rows); i++)
		if (sk_sensitive_rows[i].flags & SK_ACROSS)
			rows |= (uint64_t)1 << i;
	return rows;
}

unsigned int sk_sensitive_row_danger(unsigned int row, const char **ret_reason)
{
	*ret_reason = sk_sensitive_rows[row].reason;
	return sk_sensitive_rows[row].danger;
}

bool sk_sensitive_content(const struct sk_sensitive *s, struct sk_type_id type)
{
	return sk_bitset_has(&s->content, type.v);
}

unsigned int sk_sensitive_content_danger(const struct sk_sensitive *s, struct sk_type_id type)
{
	unsigned int danger = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->rules[i].row->flags & SK_CONTENT && sk_bitset_has(&s->rules[i].targets, type.v))
			danger = SK_MAX(danger, s->rules[i].row->danger);
	return danger;
}

bool sk_sensitive_rule(const struct sk_sensitive *s, struct sk_type_id source, struct sk_type_id target,
		       struct sk_class_id cls, uint32_t perms)
{
	const struct sk_idset *types = &s->policy->types_of[target.v];
	bool one = s->policy->types_of[source.v].n == 1;

	/* a source attribute has several types: each target is another type to all but one of them */
	for (uint32_t i = 0; i < types->n; i++) {
		struct sk_type_id t = { types->ids[i] };
		struct sk_type_id from = { one ? s->policy->types_of[source.v].ids[0] : 0 };

		if (sk_sensitive_find(s, from, t, cls, perms, SK_BY_POLICY, NULL))
			return true;
	}
	return false;
}
