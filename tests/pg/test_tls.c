// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Fault row 33: TLS as it is really in use: read back from the connection and equal to what the server says of it,
 * whatever was asked for; a socket is never called TLS; and where TLS is required, no cancel request goes past it.
 */
#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/shell.h"
#include "pg/caller.h"
#include "pg/relay.h"
#include "pg/server.h"

static struct cluster *servers;

/* For localhost, signed by itself, readable by whom the server runs as. */
static void make_certificate(const char *dir)
{
	struct stat owner;
	char *command = mem_printf("openssl req -x509 -newkey rsa:2048 -nodes -days 2 "
				   "-subj /CN=localhost -keyout '%s/server.key' "
				   "-out '%s/server.crt' >/dev/null 2>&1",
		dir, dir);

	if (system(command) != 0) {
		printf("skipped: no certificate can be made (install the package openssl)\n");
		exit(TEST_SKIPPED);
	}
	assert_int_equal(stat(dir, &owner), 0);
	for (int i = 0; i < 2; i++) {
		char *file = path_join(dir, i ? "server.key" : "server.crt");
		assert_int_equal(chmod(file, 0600), 0);
		assert_int_equal(chown(file, owner.st_uid, owner.st_gid), 0);
		free(file);
	}
	free(command);
}

static void configure(const char *lines)
{
	struct err e;

	assert_true(cluster_configure_node(servers, 0, lines, &e));
}

static int world_up(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .is_tcp = true,
		.extra_hba = "hostssl all guarded 127.0.0.1/32 scram-sha-256\n"
			     "host all guarded 127.0.0.1/32 reject\n" });
	server_run(servers, 0, "create role guarded login password 'tr0ubadour'");
	make_certificate(cluster_data_dir(servers, 0));
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static void switch_tls(const char *lines, const char *check)
{
	configure(lines);
	server_wait(servers, 0, check);
}

static void dial(struct caller *c, const char *conninfo, const char *more)
{
	char *text = mem_printf("%s %s", conninfo, more);

	caller_dial(c, text);
	free(text);
}

static void what_is_shown_is_what_the_server_says_of_the_session(void **state)
{
	(void)state;
	const char *const versions[] = { "TLSv1.3", "TLSv1.2" };
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		char *lines =
			mem_printf("ssl = on\nssl_max_protocol_version = '%s'\n", versions[i]);
		char *check = mem_printf("select setting = '%s' from pg_settings where name = "
					 "'ssl_max_protocol_version'",
			versions[i]);
		switch_tls(lines, check);
		struct caller c = { .options = { .purpose = CONN_MONITOR } };
		dial(&c, cluster_tcp_conninfo(servers, 0), "sslmode=prefer");

		const char *shown = caller_until(&c, LINK_UP)->identity.tls;

		caller_sql(&c, "SELECT version || ' ' || cipher FROM pg_catalog.pg_stat_ssl"
			       " WHERE pid = pg_catalog.pg_backend_pid()");
		assert_string_equal(shown, c.cell);
		assert_int_equal(strncmp(shown, versions[i], strlen(versions[i])), 0);
		caller_hang_up(&c);
		free(lines);
		free(check);
	}
}

static void tls_that_was_asked_for_and_is_not_there_is_never_shown(void **state)
{
	(void)state;
	struct caller c = { .options = { .purpose = CONN_MONITOR } };
	dial(&c, cluster_tcp_conninfo(servers, 0), "sslmode=disable");
	assert_string_equal(caller_until(&c, LINK_UP)->identity.tls, "");
	caller_hang_up(&c);

	/* libpq takes no TLS over a socket, and does not say that it did not. */
	struct caller local = { .options = { .purpose = CONN_MONITOR } };
	dial(&local, cluster_conninfo(servers, 0), "sslmode=require");
	assert_string_equal(caller_until(&local, LINK_UP)->identity.tls, "");
	caller_hang_up(&local);
}

static void health_of(struct shell *sh, const char *conninfo, const char *more)
{
	char *text = mem_printf("%s %s", conninfo, more);

	shell_env(sh, "DBTOP_TARGET", text);
	dbtop(sh, "health");
	free(text);
}

static const char *shown_tls(struct shell *sh)
{
	dbtop(sh, "health --json");
	const struct json *data = json_get(shell_json(sh, "health"), "data");
	return json_text(json_get(json_get(data, "server"), "tls"));
}

static void health_says_what_is_in_use(void **state)
{
	(void)state;
	struct shell *sh = shell_new(servers);
	switch_tls("ssl = on\nssl_max_protocol_version = 'TLSv1.3'\n",
		"select setting = 'TLSv1.3' from pg_settings where name = "
		"'ssl_max_protocol_version'");

	health_of(sh, cluster_tcp_conninfo(servers, 0), "sslmode=require");
	shell_assert_out(sh, "the primary, over TLSv1.3 TLS_");
	assert_int_equal(strncmp(shown_tls(sh), "TLSv1.3 TLS_", 12), 0);
	health_of(sh, cluster_tcp_conninfo(servers, 0), "sslmode=disable");
	shell_assert_out(sh, "the primary, without TLS");
	health_of(sh, cluster_conninfo(servers, 0), "sslmode=require");
	shell_assert_out(sh, "the primary, over a local socket");
	assert_null(shown_tls(sh));
	shell_free(sh);
}

static void a_server_without_tls_is_refused_where_tls_is_required(void **state)
{
	(void)state;
	switch_tls("ssl = off\n", "select setting = 'off' from pg_settings where name = 'ssl'");
	struct caller c = { .options = { .purpose = CONN_MONITOR } };
	dial(&c, cluster_tcp_conninfo(servers, 0), "sslmode=require");

	const struct link_view *view = caller_until(&c, LINK_STOPPED);

	assert_non_null(strstr(view->error, "server does not support SSL"));
	assert_string_equal(view->identity.tls, "");
	caller_hang_up(&c);
}

/* ---- cancel ---- */

static int tcp_port(void)
{
	return (int)strtol(strstr(cluster_tcp_conninfo(servers, 0), "port=") + 5, NULL, 10);
}

static void serve_tls(void)
{
	switch_tls("ssl = on\nssl_max_protocol_version = 'TLSv1.3'\n",
		"select count(*) = 2 from pg_settings where (name, setting) in "
		"(('ssl', 'on'), ('ssl_max_protocol_version', 'TLSv1.3'))");
}

static void dial_through(struct caller *c, const struct relay *relay, const char *more)
{
	char *text = mem_printf("host=127.0.0.1 port=%d user=guarded password=tr0ubadour "
				"dbname=postgres %s",
		relay->port, more);

	caller_dial(c, text);
	caller_until(c, LINK_UP);
	free(text);
}

static void cancel_a_long_statement(struct caller *c)
{
	conn_query(c->conn, &(const struct query){ .sql = "SELECT pg_sleep(60)" },
		caller_take_answer, c);
	server_wait(servers, 0,
		"select count(*) = 1 from pg_stat_activity where query = 'SELECT pg_sleep(60)' "
		"and state = 'active'");
	conn_cancel(c->conn);
	caller_finish(c, c->answers + 1);
	assert_string_equal(c->error.sqlstate, "57014");
}

static void where_tls_is_required_a_cancel_is_never_sent_in_plain(void **state)
{
	(void)state;
	struct relay relay;
	struct caller c = { .options = { .purpose = CONN_WORK } };
	serve_tls();
	relay_start(&relay, tcp_port());
	dial_through(&c, &relay, "sslmode=require ssl_min_protocol_version=TLSv1.3");

	cancel_a_long_statement(&c);

	/* The late half of it hits nothing that comes next. */
	caller_sql(&c, "SELECT 'alive'");
	assert_string_equal(c.cell, "alive");
	relay_count(&relay);
	assert_int_equal(relay.tls, 2);
	assert_int_equal(relay.plain_cancels + relay.others, 0);
	caller_hang_up(&c);
	relay_end(&relay);
}

/* What the relay would see: this is how libpq cancels by itself. */
static void where_tls_is_only_preferred_libpq_cancels_as_ever(void **state)
{
	(void)state;
	struct relay relay;
	struct caller c = { .options = { .purpose = CONN_WORK } };
	serve_tls();
	relay_start(&relay, tcp_port());
	dial_through(&c, &relay, "sslmode=prefer");
	assert_true(*conn_view(c.conn)->identity.tls);

	cancel_a_long_statement(&c);

	relay_count(&relay);
	assert_int_equal(relay.tls, 1);
	assert_int_equal(relay.plain_cancels + relay.others, 1);
	caller_hang_up(&c);
	relay_end(&relay);
}

static void a_cancel_that_finds_no_slot_ends_and_the_statement_goes_on(void **state)
{
	(void)state;
	struct relay relay;
	struct caller c = { .options = { .purpose = CONN_WORK } };
	serve_tls();
	server_run(servers, 0, "alter role guarded connection limit 1");
	relay_start(&relay, tcp_port());
	dial_through(&c, &relay, "sslmode=require");
	PGconn *holder = server_connect(servers, 0);
	server_run_on(holder, "select pg_advisory_lock(79)");
	conn_query(c.conn, &(const struct query){ .sql = "SELECT pg_advisory_lock(79)" },
		caller_take_answer, &c);
	server_wait(servers, 0,
		"select count(*) = 1 from pg_stat_activity where usename = 'guarded' and "
		"wait_event = 'advisory'");

	conn_cancel(c.conn);
	relay_wait_tls(&relay, 2);
	PQfinish(holder);
	caller_finish(&c, 1);

	assert_int_equal(c.error.kind, ERR_NONE);
	relay_count(&relay);
	assert_int_equal(relay.plain_cancels + relay.others, 0);
	caller_hang_up(&c);
	relay_end(&relay);
	server_run(servers, 0, "alter role guarded connection limit -1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_is_what_the_server_says_of_the_session),
		cmocka_unit_test(tls_that_was_asked_for_and_is_not_there_is_never_shown),
		cmocka_unit_test(health_says_what_is_in_use),
		cmocka_unit_test(where_tls_is_required_a_cancel_is_never_sent_in_plain),
		cmocka_unit_test(where_tls_is_only_preferred_libpq_cancels_as_ever),
		cmocka_unit_test(a_cancel_that_finds_no_slot_ends_and_the_statement_goes_on),
		cmocka_unit_test(a_server_without_tls_is_refused_where_tls_is_required),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
