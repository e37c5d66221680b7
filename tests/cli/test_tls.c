// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault row 33: TLS as an operator meets it: `tls = 1.3` with a root certificate at hand, against servers that are as
 * they should be and against each that is not. What is wrong, where, and what to do stands in one sentence and its hint.
 */
#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/shell.h"
#include "scratch.h"

#define NAME "migrations/20240101000000_a.sql"
#define GOOD "-- dbtop: up\ncreate table a ();\n-- dbtop: down\ndrop table a;\n"

static struct cluster *servers;
static char *authority; /* where the certificates are made */

/* ---- a throwaway authority ---- */

static void run_openssl(const char *fmt, ...) PRINTF(1, 2);

static void run_openssl(const char *fmt, ...)
{
	char *words;
	va_list args;

	va_start(args, fmt);
	assert_true(vasprintf(&words, fmt, args) > 0);
	va_end(args);
	char *command = mem_printf("cd '%s' && openssl %s >openssl.log 2>&1", authority, words);
	if (system(command) != 0)
		fail_msg("openssl %s", words);
	free(command);
	free(words);
}

static void make_root(const char *name)
{
	run_openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=%s root' -keyout %s.key "
		    "-out %s.crt",
		name, name, name);
}

/* For localhost; a negative number of days makes one that is over. */
static void make_certificate(const char *name, const char *root, int days)
{
	run_openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout %s.key -out %s.csr",
		name, name);
	free(scratch_write(authority, "names", "subjectAltName=DNS:localhost,IP:127.0.0.1\n"));
	run_openssl("x509 -req -in %s.csr -CA %s.crt -CAkey %s.key -CAcreateserial -days %d "
		    "-extfile names -out %s.crt",
		name, root, root, days, name);
}

static void make_authority(void)
{
	if (system("openssl version >/dev/null 2>&1") != 0) {
		printf("skipped: no certificate can be made (install the package openssl)\n");
		exit(TEST_SKIPPED);
	}
	authority = scratch_new();
	make_root("ours");
	make_root("theirs");
	make_certificate("good", "ours", 2);
	make_certificate("foreign", "theirs", 2);
	make_certificate("expired", "ours", -1);
}

/* ---- servers ---- */

static char *read_made(const char *name, const char *ending)
{
	size_t len;
	struct err e;
	char *path = mem_printf("%s/%s.%s", authority, name, ending);
	char *text = path_read(path, 1 << 20, &len, &e);

	assert_non_null(text);
	free(path);
	return text;
}

/* Copied beside the data, for whoever the server runs as. */
static void install(int node, const char *name, const char *ending)
{
	struct stat owner;
	struct err e;
	char *text = read_made(name, ending);
	char *path = mem_printf("%s/server.%s", cluster_data_dir(servers, node), ending);

	assert_true(path_write(path, text, strlen(text), &e));
	assert_int_equal(stat(cluster_data_dir(servers, node), &owner), 0);
	assert_int_equal(chown(path, owner.st_uid, owner.st_gid), 0);
	free(path);
	free(text);
}

/* name NULL = the server has no TLS. Answers when connections from now on get it so. */
static void serve(int node, const char *name, const char *newest)
{
	struct err e;
	static int round;
	char *lines = mem_printf("ssl = %s\nssl_max_protocol_version = '%s'\n"
				 "log_line_prefix = 'round %d '\n",
		name ? "on" : "off", newest, ++round);
	char *check = mem_printf("select setting = 'round %d ' from pg_settings where name = "
				 "'log_line_prefix'",
		round);

	if (name) {
		install(node, name, "key");
		install(node, name, "crt");
	}
	assert_true(cluster_configure_node(servers, node, lines, &e));
	server_wait(servers, node, check);
	free(lines);
	free(check);
}

static int world_up(void **state)
{
	(void)state;
	server_need();
	make_authority();
	servers = server_start(&(struct cluster_options){ .is_tcp = true,
		.standbys = 1,
		.extra_hba = "hostssl all guarded 127.0.0.1/32 scram-sha-256\n"
			     "hostnossl all guarded 127.0.0.1/32 scram-sha-256\n"
			     "hostnossl all unencrypted 127.0.0.1/32 trust\n"
			     "hostssl all unencrypted 127.0.0.1/32 reject\n" });
	server_run(servers, 0,
		"create role watcher login in role pg_monitor; "
		"create role guarded login superuser password 'tr0ubadour'; "
		"create role unencrypted login");
	server_wait_replayed(servers, 1);
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	scratch_remove(authority);
	return 0;
}

static int port_of(int node)
{
	return (int)strtol(strstr(cluster_tcp_conninfo(servers, node), "port=") + 5, NULL, 10);
}

/* A home with the authority's root certificate, and a target that asks for TLS 1.3, in the project's file. */
static void write_target(struct shell *sh, const char *host, const char *more)
{
	char *text = mem_printf(
		"[target shop]\nprimary = host=%s hostaddr=127.0.0.1 port=%d user=postgres "
		"dbname=%s%s\n",
		host, port_of(0), sh->database, more);

	shell_write(sh, "dbtop.conf", text);
	shell_env(sh, "DBTOP_TARGET", NULL);
	free(text);
}

static int shell_up(void **state)
{
	struct shell *sh = shell_new(servers);
	char *root = read_made("ours", "crt");

	free(scratch_write(sh->home, ".postgresql/root.crt", root));
	free(root);
	write_target(sh, "localhost", "\nenv = dev\ntls = 1.3");
	shell_write(sh, NAME, GOOD);
	*state = sh;
	return 0;
}

static int shell_down(void **state)
{
	shell_free(*state);
	return 0;
}

static const char *shown_tls(struct shell *sh)
{
	dbtop(sh, "health --json");
	const struct json *data = json_get(shell_json(sh, "health"), "data");
	return json_text(json_get(json_get(data, "server"), "tls"));
}

/* ---- as it should be ---- */

static void a_good_server_is_used_over_tls_and_what_is_in_use_is_shown(void **state)
{
	struct shell *sh = *state;
	serve(0, "good", "TLSv1.3");

	dbtop(sh, "health");
	shell_assert_out(sh, "the primary, over TLSv1.3 TLS_");
	assert_int_equal(strncmp(shown_tls(sh), "TLSv1.3 TLS_", 12), 0);
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	shell_expect(sh, "select to_regclass('a') is not null", "t");
}

/* ---- as it should not be ---- */

static const struct bad_server {
	const char *certificate, *newest, *host;
	const char *what; /* in the sentence */
	const char *todo; /* in the hint */
} bad_servers[] = {
	{ "good", "TLSv1.3", "db.example",
		"server certificate for \"localhost\" (and 1 other name) does not match host name "
		"\"db.example\"",
		"connect by a name the certificate holds (host=NAME, hostaddr=ADDRESS)" },
	{ "foreign", "TLSv1.3", "localhost",
		"certificate verify failed: unable to get local issuer",
		"another root signed the server's certificate than the one in sslrootcert" },
	{ "expired", "TLSv1.3", "localhost", "certificate verify failed: certificate has expired",
		"the server needs a new certificate" },
	{ "good", "TLSv1.2", "localhost", "protocol version",
		"the server offers no TLS as new as that" },
	{ NULL, "TLSv1.3", "localhost", "server does not support SSL, but SSL was required",
		"switch ssl on in the server, or take less" },
};

static void assert_said(struct shell *sh, const struct bad_server *bad)
{
	char *where = mem_printf("dbtop: cannot connect to postgres@%s:%d/%s: ", bad->host,
		port_of(0), sh->database);

	shell_assert_err(sh, where);
	shell_assert_err(sh, bad->what);
	shell_assert_err(sh, bad->todo);
	shell_assert_err(sh, " comes from: ");
	free(where);
}

static void each_bad_server_is_refused_in_words_and_nothing_is_sent(void **state)
{
	struct shell *sh = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad_servers); i++) {
		const struct bad_server *bad = &bad_servers[i];
		serve(0, bad->certificate, bad->newest);
		write_target(sh, bad->host, "\nenv = dev\ntls = 1.3");
		dbtop(sh, "status");
		shell_assert(sh, 12);
		assert_said(sh, bad);
		dbtop(sh, "upgrade --yes");
		shell_assert(sh, 12);
		assert_said(sh, bad);
		dbtop(sh, "health");
		shell_assert(sh, 3);
		shell_assert_out(sh, bad->what);
	}
	shell_expect(sh, "select to_regclass('a') is null", "t");
}

static void without_the_rule_the_same_old_server_is_used(void **state)
{
	struct shell *sh = *state;
	serve(0, "good", "TLSv1.2");
	write_target(sh, "localhost", "\nenv = dev");

	assert_int_equal(strncmp(shown_tls(sh), "TLSv1.2 ", 8), 0);
	shell_env(sh, "DBTOP_TLS", "1.2");
	assert_int_equal(strncmp(shown_tls(sh), "TLSv1.2 ", 8), 0);
	/* a flag beats the variable */
	dbtop(sh, "health --tls 1.3");
	shell_assert(sh, 3);
}

static void the_asker_is_named(void **state)
{
	struct shell *sh = *state;
	serve(0, NULL, "TLSv1.3");

	dbtop(sh, "status");
	shell_assert_err(sh, "sslmode = verify-full comes from: a root certificate is at hand (");
	shell_env(sh, "PGSSLMODE", "prefer");
	dbtop(sh, "status");
	shell_assert_err(sh, "sslmode = require comes from: tls = 1.3 (dbtop.conf:4)\n");
}

/* ---- every connection ---- */

static void the_watching_role_and_the_standbys_are_held_to_it_too(void **state)
{
	struct shell *sh = *state;
	char *more = mem_printf("\nreplicas = postgresql://postgres@localhost:%d/%s?hostaddr="
				"127.0.0.1\nenv = dev\ntls = 1.3\nmonitor_user = watcher",
		port_of(1), sh->database);
	serve(0, "good", "TLSv1.3");
	serve(1, "good", "TLSv1.2");
	write_target(sh, "localhost", more);

	dbtop(sh, "health");
	shell_assert_out(sh, "over TLSv1.3");
	shell_assert_out(sh, "protocol version");
	serve(1, "good", "TLSv1.3");
	dbtop(sh, "health");
	shell_assert_no(sh, "protocol version");
	serve(0, "good", "TLSv1.2");
	dbtop(sh, "health");
	shell_assert(sh, 3);
	free(more);
}

static void a_socket_is_refused_and_never_called_tls(void **state)
{
	struct shell *sh = *state;
	shell_env(sh, "DBTOP_TARGET", sh->conninfo);
	char *words = mem_printf("dbtop: tls = 1.3 (DBTOP_TLS) cannot hold: %s is a local socket, "
				 "and it takes no TLS\n",
		cluster_socket_dir(servers));

	assert_null(shown_tls(sh));
	shell_env(sh, "DBTOP_TLS", "1.3");
	dbtop(sh, "status");
	shell_assert(sh, 2);
	shell_assert_err(sh, words);
	shell_assert_err(sh, "say tls = auto for this target");
	/* what goes to no server is not held up */
	dbtop(sh, "paths");
	shell_assert(sh, 0);
	free(words);
}

static void channel_binding_wants_a_password_over_tls(void **state)
{
	struct shell *sh = *state;
	serve(0, "good", "TLSv1.3");
	shell_env(sh, "DBTOP_CHANNEL_BINDING", "require");

	dbtop(sh, "health");
	shell_assert(sh, 3);
	dbtop(sh, "status");
	shell_assert(sh, 12);
	shell_assert_err(sh, "hannel binding");
	shell_assert_err(sh, "channel_binding = require comes from: channel_binding = require "
			     "(DBTOP_CHANNEL_BINDING)\n");
	shell_env(sh, "PGPASSWORD", "tr0ubadour");
	dbtop(sh, "status -U guarded");
	shell_assert(sh, 0);
}

static int count_refusals(void)
{
	size_t len;
	struct err e;
	char *log = path_read(cluster_log_path(servers, 0), 64 << 20, &len, &e);
	int count = 0;

	assert_non_null(log);
	for (const char *at = log; (at = strstr(at, "password authentication failed")); at++)
		count++;
	free(log);
	return count;
}

/* libpq by itself takes a refusal over TLS for a reason to try without. */
static void a_password_refused_over_tls_is_not_tried_again_without(void **state)
{
	struct shell *sh = *state;
	serve(0, "good", "TLSv1.3");
	shell_env(sh, "PGPASSWORD", "wr0ng");
	shell_env(sh, "PGSSLMODE", "prefer");
	write_target(sh, "localhost", "\nenv = dev");
	int before = count_refusals();

	dbtop(sh, "status -U guarded");

	shell_assert(sh, 12);
	shell_assert_err(sh, ": the server refuses the password: password authentication failed "
			     "for user \"guarded\"");
	assert_int_equal(count_refusals(), before + 1);
	/* a way that is refused for being encrypted is another matter */
	dbtop(sh, "status -U unencrypted");
	shell_assert(sh, 0);
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_up, shell_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_good_server_is_used_over_tls_and_what_is_in_use_is_shown),
		IN_SHELL(each_bad_server_is_refused_in_words_and_nothing_is_sent),
		IN_SHELL(without_the_rule_the_same_old_server_is_used),
		IN_SHELL(the_asker_is_named),
		IN_SHELL(the_watching_role_and_the_standbys_are_held_to_it_too),
		IN_SHELL(a_socket_is_refused_and_never_called_tls),
		IN_SHELL(channel_binding_wants_a_password_over_tls),
		IN_SHELL(a_password_refused_over_tls_is_not_tried_again_without),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
