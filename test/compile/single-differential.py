#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Single modules built as packages, by the development headers' own make and by selkie build: the same CIL.

single-differential.py SELKIE CACHE [--whole]

The modules are those written here, of every kind that headers and the language of modules know, and some of Debian's tree
(with --whole, all of them), built against Debian's headers, kept in CACHE; those of the tree are built against the tree,
too. Packages are the same when the peers' converter makes the same statements and file contexts of them, in any order and
with any numbers in the names that it gives to optionals and sets. What make refuses we refuse. Exit 77 where something is
missing.
"""
import os, re, shutil, subprocess, sys, tempfile

from peer_package import HLL, Comparison, of_tree, put, run

HERE = os.path.dirname(os.path.abspath(__file__))
SOME = "acct alsa apache apt bind clock cron dbus devicekit fail2ban gpg init irqbalance logadm mozilla mta networkmanager " \
       "postfix samba screen ssh sysadm unconfined usbguard webadm xguest xserver".split()

# Name, what is expected ("" or "refused"), then the files.
MODULES = {
    "plain": {"te": """policy_module(plain, 1.2.3)
type plain_t;
type plain_exec_t;
init_daemon_domain(plain_t, plain_exec_t)
allow plain_t self:process { signal_perms setsched };
allow plain_t self:fifo_file rw_fifo_file_perms;
""", "fc": "/usr/bin/plain\t--\tgen_context(system_u:object_r:plain_exec_t,s0)\n"},
    "noversion": {"te": "policy_module(noversion)\ntype noversion_t;\ndomain_type(noversion_t)\n"},
    "versions": {"te": "policy_module(versions, 10)\ntype versions_t;\nfiles_type(versions_t)\n"},
    "requires": {"te": """policy_module(requires, 1)
gen_require(`
	type etc_t, var_t;
	attribute domain, file_type;
	class file { read getattr };
	role system_r;
	bool secure_mode;
')
type requires_t;
typeattribute requires_t domain;
role system_r types requires_t;
if (secure_mode) {
	allow requires_t etc_t:file read;
} else {
	allow requires_t etc_t:file getattr;
}
allow domain { file_type -var_t }:file getattr;
"""},
    "old": {"te": """module old 1.0;

require {
	type etc_t;
	type var_log_t;
	class file { read write getattr append };
	class dir { search };
	role system_r;
	attribute domain;
}

type old_t, domain;
role system_r types old_t;
allow old_t etc_t:file { read getattr };
allow old_t var_log_t:dir search;
allow old_t var_log_t:file ~{ write };
"""},
    "objects": {"te": """module objects 1.0;
require { type bin_t; role object_r; class file execute; }
type objects_t;
role object_r types { bin_t objects_t };
allow bin_t objects_t:file execute;
"""},
    "oldest": {"te": "module oldest 0.1;\nrequire { type bin_t; class file execute; }\nallow bin_t self:file execute;\n"},
    "inblock": {"te": """module inblock 1.0;
require { type bin_t; class file { execute read }; }
optional {
	require { type nowhere_t; attribute nowhere; }
	allow nowhere_t bin_t:file read;
	allow nowhere bin_t:file execute;
} else {
	allow bin_t self:file read;
}
"""},
    "optionals": {"te": """policy_module(optionals, 1.0)
type optionals_t;
domain_type(optionals_t)
optional_policy(`
	mta_send_mail(optionals_t)
	optional_policy(`
		dbus_system_bus_client(optionals_t)
	')
',`
	allow optionals_t self:capability net_admin;
')
optional_policy(`
	gen_require(`
		type missing_t;
	')
	allow optionals_t missing_t:file read_file_perms;
')
"""},
    "tunables": {"te": """policy_module(tunables, 1.0)
## <desc><p>One.</p></desc>
gen_tunable(`tunables_one', true)
## <desc><p>Two.</p></desc>
gen_bool(tunables_two, false)
gen_require(`
	bool secure_mode;
')
type tunables_t;
files_type(tunables_t)
tunable_policy(`tunables_one && !secure_mode',`
	allow tunables_t self:file read;
',`
	allow tunables_t self:file write;
')
tunable_policy(`tunables_two || !tunables_one',`
	allow tunables_t self:file append;
	auditallow tunables_t self:file append;
')
if (tunables_two ^ tunables_one) {
	type_transition tunables_t tunables_t:process tunables_t;
}
"""},
    "kinds": {"te": """policy_module(kinds, 1.0)
attribute kinds_attr;
attribute_role kinds_roles;
roleattribute system_r kinds_roles;
type kinds_t, kinds_attr;
type kinds_exec_t alias { kinds_old_exec_t kinds_older_exec_t };
type kinds_tmp_t;
type kinds_child_t, kinds_attr;
typealias kinds_tmp_t alias kinds_temp_t;
typebounds kinds_t kinds_child_t;
permissive kinds_t;
role kinds_r;
role kinds_r types { kinds_t kinds_child_t };
role kinds_roles types kinds_t;
allow system_r kinds_r;
role_transition system_r kinds_exec_t kinds_r;
type_transition kinds_t kinds_exec_t:process kinds_child_t;
type_transition kinds_t tmp_t:dir kinds_tmp_t "named";
type_change kinds_t kinds_tmp_t:file kinds_tmp_t;
type_member kinds_t kinds_tmp_t:dir kinds_tmp_t;
dontaudit kinds_t kinds_attr:process ptrace;
auditallow kinds_attr self:process setexec;
neverallow { kinds_attr -kinds_t } kinds_tmp_t:file execmod;
allow { kinds_attr -kinds_child_t } kinds_tmp_t:{ file dir } { getattr };
allow kinds_t kinds_tmp_t:file *;
allowxperm kinds_t kinds_tmp_t:file ioctl { 0x1234 0x5401-0x5410 };
dontauditxperm kinds_t kinds_tmp_t:chr_file ioctl ~{ 0x8900 };
range_transition kinds_t kinds_exec_t:process s0 - mcs_systemhigh;
gen_require(`
	type tmp_t;
	role system_r;
')
"""},
    "aliases": {"te": """policy_module(aliases, 1.0)
type aliases_t alias aliases_old_t;
typealias aliases_t alias { aliases_older_t };
optional_policy(`
	gen_require(`
		type aliases_old_t, nowhere_t;
	')
	allow nowhere_t aliases_old_t:file read;
	optional_policy(`
		gen_require(`
			type aliases_t, aliases_older_t;
		')
		allow nowhere_t aliases_t:file write;
	')
')
"""},
    "classes": {"te": """policy_module(classes, 1.0)
type classes_t;
type classes_file_t;
files_type(classes_file_t)
allow classes_t classes_file_t:{ dir_file_class_set socket_class_set } { getattr };
allow classes_t classes_file_t:file manage_file_perms;
allow classes_t self:{ unix_stream_socket tcp_socket } create_stream_socket_perms;
manage_files_pattern(classes_t, classes_file_t, classes_file_t)
files_tmp_filetrans(classes_t, classes_file_t, { file dir })
filetrans_pattern(classes_t, classes_file_t, classes_file_t, lnk_file, "a name")
domtrans_pattern(classes_t, classes_file_t, classes_t)
"""},
    "network": {"te": """policy_module(network, 1.0)
type network_t;
type network_port_t;
corenet_port(network_port_t)
corenet_tcp_bind_http_port(network_t)
corenet_tcp_connect_all_ports(network_t)
corenet_sendrecv_http_server_packets(network_t)
sysnet_dns_name_resolve(network_t)
"""},
    "interfaces": {"te": """policy_module(interfaces, 1.0)
type interfaces_t;
type interfaces_exec_t;
application_domain(interfaces_t, interfaces_exec_t)
interfaces_use(interfaces_t, `{ file dir }')
interfaces_each_template(one)
interfaces_each_template(two, interfaces_t)
interfaces_loop(interfaces_t, a, b, c)
""", "if": """## <summary>It.</summary>

########################################
## <summary>Use.</summary>
## <param name="domain">
##	<summary>Domain.</summary>
## </param>
## <param name="classes">
##	<summary>Classes.</summary>
## </param>
interface(`interfaces_use',`
	gen_require(`
		type interfaces_exec_t;
	')
	allow $1 interfaces_exec_t:$2 getattr;
	can_exec($1, interfaces_exec_t)
')

########################################
## <summary>Each.</summary>
## <param name="prefix">
##	<summary>Prefix.</summary>
## </param>
## <param name="domain" optional="true">
##	<summary>Domain.</summary>
## </param>
template(`interfaces_each_template',`
	type interfaces_$1_t;
	domain_type(interfaces_$1_t)
	ifelse(`$2',`',`
		allow interfaces_$1_t self:process signal;
	',`
		allow $2 interfaces_$1_t:process { signal sigkill };
	')
')

########################################
## <summary>Loop.</summary>
## <param name="domain">
##	<summary>Domain.</summary>
## </param>
## <param name="types">
##	<summary>Types.</summary>
## </param>
interface(`interfaces_loop',`
	ifelse(`$2',`',`',`
		type interfaces_loop_$2_t;
		allow $1 interfaces_loop_$2_t:file read;
		interfaces_loop($1, shift(shift($@)))
	')
')
""", "fc": """/opt/it(/.*)?\t\tgen_context(system_u:object_r:interfaces_exec_t,s0)
ifdef(`distro_debian',`
/opt/debian\t-d\tgen_context(system_u:object_r:interfaces_exec_t,s0:c0.c3)
',`
/opt/other\t-d\tgen_context(system_u:object_r:interfaces_exec_t,s0)
')
/opt/none\t-s\t<<none>>
HOME_DIR/\\.it(/.*)?\tgen_context(system_u:object_r:interfaces_exec_t,mls_systemhigh)
"""},
    "distros": {"te": """policy_module(distros, 1.0)
type distros_t;
ifdef(`distro_debian',`
	allow distros_t self:file read;
')
ifndef(`distro_redhat',`
	allow distros_t self:file write;
')
ifdef(`init_systemd',`
	allow distros_t self:file append;
',`
	allow distros_t self:file lock;
')
ifdef(`enable_mcs',`
	range_transition distros_t distros_t:process s0:c1,c3.c5;
')
ifdef(`enable_mls',`
	allow distros_t self:file execute;
')
define(`distros_perms',`{ read $1 }')
allow distros_t self:dir distros_perms(write);
undefine(`distros_perms')
ifelse(eval(1 + 2), 3, `allow distros_t self:dir search;')
"""},
    "user_role": {"te": """policy_module(user_role, 1.0)
userdom_unpriv_user_template(clerk)
optional_policy(`
	ssh_role_template(clerk, clerk_t, clerk_application_exec_domain, clerk_r)
')
"""},
    "admins": {"te": """policy_module(admins, 1.0)
type admins_t;
role admins_r;
gen_require(`
	role sysadm_r;
')
allow sysadm_r admins_r;
optional_policy(`
	apache_admin(admins_t, admins_r)
')
"""},
    "home": {"te": """policy_module(home, 1.0)
type home_rc_t;
userdom_user_home_content(home_rc_t)
type home_t;
userdom_user_home_dir_filetrans(home_t, home_rc_t, dir, ".homerc")
userdom_search_user_home_dirs(home_t)
""", "fc": """HOME_DIR/\\.homerc(/.*)?\tgen_context(system_u:object_r:home_rc_t,s0)
HOME_ROOT/shared\t-d\tgen_context(system_u:object_r:home_rc_t,s0)
/run/user/%{USERID}/home\t-s\tgen_context(system_u:object_r:home_rc_t,s0)
"""},
    "service": {"te": """policy_module(service, 1.0)
type service_t;
type service_exec_t;
init_daemon_domain(service_t, service_exec_t)
type service_initrc_exec_t;
init_script_file(service_initrc_exec_t)
type service_log_t;
logging_log_file(service_log_t)
type service_conf_t;
files_config_file(service_conf_t)
type service_runtime_t;
files_runtime_file(service_runtime_t)
append_files_pattern(service_t, service_log_t, service_log_t)
logging_log_filetrans(service_t, service_log_t, file)
files_runtime_filetrans(service_t, service_runtime_t, { file sock_file })
kernel_read_system_state(service_t)
auth_use_nsswitch(service_t)
miscfiles_read_localization(service_t)
logging_send_syslog_msg(service_t)
seutil_sigchld_newrole(service_t)
"""},
    "empty": {"te": "policy_module(empty, 1.0)\n"},
    "quotes": {"te": """policy_module(`quotes', `1.0')
type quotes_t; # a comment with `quotes' and (parentheses
dnl the rest of this line, allow quotes_t self:file read;
allow quotes_t self:file { read # inside a set
	write };
"""},
    "deprecated": {"te": """policy_module(deprecated, 1.0)
type deprecated_t;
refpolicywarn(`this one warns')
allow deprecated_t self:file read;
"""},
    "defaults": {"te": """module defaults 1.0;
require { type tmp_t; class dir { add_name }; class file create; class process transition; }
type defaults_t;
type_transition defaults_t tmp_t : file defaults_t "it";
allow defaults_t tmp_t : dir add_name;
"""},
    "attribute_of": {"te": """policy_module(attribute_of)
attribute a_a;
gen_require(`
	attribute domain;
')
type a_t, a_a;
typeattribute a_a domain;
""", "is": "refused"},
    "again_attribute": {"te": """policy_module(again_attribute)
attribute a_a;
type a_t, a_a;
gen_require(`
	type etc_t;
	role system_r;
')
type_transition a_a etc_t:file a_t "a";
type_transition a_t etc_t:{ dir file } a_t "a";
""", "is": "refused"},
    "again_role": {"te": """policy_module(again_role)
gen_require(`
	attribute domain;
	role system_r;
')
type a_t;
role_transition system_r { domain -a_t } system_r;
role_transition system_r a_t system_r;
typeattribute a_t domain;
"""},
    "again_required": {"te": """policy_module(again_required)
type a_t;
domain_type(a_t)
gen_require(`
	attribute domain;
	role system_r;
')
role_transition system_r domain system_r;
role_transition system_r a_t system_r;
""", "is": "refused"},
    "again_optional": {"te": """policy_module(again_optional)
attribute a_a;
type a_t;
type_transition a_a self:file a_t "a";
type_transition a_t self:file a_t "a";
optional_policy(`
	gen_require(`
		type etc_t;
	')
	typeattribute a_t a_a;
	allow a_t etc_t:file read;
')
"""},
    "again_else": {"te": "policy_module(again_else)\ntype a_t;\ntype b_t;\ntype_transition a_t self:file a_t \"a\";\n"
                         "type_transition a_t a_t:file b_t \"a\";\n", "is": "refused"},
    "unknown": {"te": "policy_module(unknown, 1.0)\ntype unknown_t;\nallow unknown_t nobody_declared_t:file read;\n", "is": "refused"},
    "twice": {"te": "policy_module(twice, 1.0)\ntype twice_t;\ntype twice_t;\n", "is": "refused"},
    "twice_attribute": {"te": "policy_module(twice_attribute)\nattribute a_a;\nattribute a_a;\n", "is": "refused"},
    "twice_kinds": {"te": "policy_module(twice_kinds)\nattribute a_t;\ntype a_t;\n", "is": "refused"},
    "twice_alias": {"te": "policy_module(twice_alias)\ntype a_t alias c_t;\ntype b_t alias c_t;\n", "is": "refused"},
    "twice_boolean": {"te": "policy_module(twice_boolean)\ngen_bool(a, true)\ngen_tunable(a, true)\n", "is": "refused"},
    "twice_optional": {"te": """policy_module(twice_optional)
type a_t;
optional_policy(`
	gen_require(`
		type etc_t;
	')
	type a_t;
	allow a_t etc_t:file read;
')
""", "is": "refused"},
    "twice_roles": {"te": "policy_module(twice_roles)\nattribute_role a_r;\nattribute_role a_r;\n", "is": "refused"},
    "twice_role": {"te": "policy_module(twice_role)\nrole a_r;\nrole a_r;\ntype a_t;\nrole a_r types a_t;\n"},
    "required": {"te": "policy_module(required)\ngen_require(`type a_t;')\ntype a_t;\nallow a_t self:file read;\n"},
    "noperm": {"te": "policy_module(noperm, 1.0)\ntype noperm_t;\nallow noperm_t self:file fly;\n", "is": "refused"},
    "syntax": {"te": "policy_module(syntax, 1.0)\ntype syntax_t\nallow syntax_t self:file read;\n", "is": "refused"},
    "elsewhere": {"te": "module elsewhere 1.0;\ntype elsewhere_t;\nallow elsewhere_t self:file read;\n", "is": "refused"},
}


def against_headers(comparison, share, work, what, modules):
    folder = os.path.join(work, what)
    put(folder, modules)
    run(["make", "-k", "-C", folder, "-f", os.path.join(share, "devel/Makefile"), "SHAREDIR=" + share, "NAME=default"])
    headers = os.path.join(share, "devel/include")
    for name, files in modules.items():
        comparison.compare(what, name, os.path.join(folder, name + ".pp"), ["--headers", headers, name + ".te"], folder,
                           files.get("is", "taken" if modules is MODULES else ""))


def against_tree(comparison, tree, work, names):
    """The tree's own packages of its modules, and each of them built on its own."""
    copy = os.path.join(work, "tree")
    shutil.copytree(tree, copy, symlinks=True)
    settings = ["MONOLITHIC=n", "DISTRO=debian", "SYSTEMD=y"]
    with open(os.path.join(copy, "policy/modules.conf")) as f:
        modules = re.findall(r"(?m)^(\w+) = module", f.read())
    modules = [m for m in modules if not names or m in names]
    run(["make", "-k", *settings, *(m + ".pp" for m in modules)], cwd=copy)
    for name in modules:
        layer = [d for d in os.listdir(os.path.join(copy, "policy/modules"))
                 if os.path.exists(os.path.join(copy, "policy/modules", d, name + ".te"))]
        source = os.path.join(copy, "policy/modules", layer[0], name + ".te")
        comparison.compare("tree", name, os.path.join(copy, name + ".pp"),
                           [*(w for s in settings for w in ("--config", s)), "--headers", copy, source], work)


def main():
    selkie, cache = sys.argv[1:3]
    for tool in ("make", "m4", "gawk", "checkmodule", "semodule_package", HLL):
        if not shutil.which(tool):
            print("there is no", tool)
            return 77
    for what in ("tree", "headers"):
        if subprocess.call(["sh", os.path.join(HERE, "../fetch.sh"), cache, what]):
            return 77
    tree = os.path.join(cache, "selinux-policy-src")
    share = os.path.join(os.path.abspath(cache), "selinux-policy-dev/usr/share/selinux")
    some = None if "--whole" in sys.argv else SOME
    comparison = Comparison(selkie)
    with tempfile.TemporaryDirectory() as work:
        against_headers(comparison, share, work, "own", MODULES)
        against_headers(comparison, share, work, "headers", of_tree(tree, some))
        against_tree(comparison, tree, work, some)
    print("%d modules, of which both refuse %d; %d differ" % (comparison.n, comparison.refused, comparison.wrong))
    return 1 if comparison.wrong or comparison.n < 60 else 0


sys.exit(main())
