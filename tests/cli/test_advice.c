// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Each symptom of the advice table, really made: what health says of it, and what the command that met it hints at.
 */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"
#include "pg/pgbouncer.h"

static struct cluster *servers;

/* host=127.0.0.1 and what follows; the caller frees. */
static char *over_tcp(const struct shell *sh, const char *more)
{
	const char *port = strstr(cluster_tcp_conninfo(servers, 0), "port=");

	return mem_printf("host=127.0.0.1 %.*s dbname=%s %s", (int)strcspn(port, " "), port,
		sh->database, more);
}

/* The advice health gives for that target: its id, and a cause or a step that holds these words. */
static void expect(struct shell *sh, const char *target, const char *id, const char *words)
{
	dbtop(sh, "health --json --connect-timeout 1s -d '%s'", target);
	const struct json *advice = json_get(json_get(shell_json(sh, "health"), "data"), "advice");
	if (!advice)
		fail_msg("no advice in:\n%s", sh->out);
	assert_string_equal(json_text(json_get(advice, "id")), id);
	shell_assert_out(sh, words);
	assert_true(json_count(json_get(advice, "causes")) > 0);
	assert_true(json_count(json_get(advice, "steps")) > 0);
}

static void too_many_connections(void **state)
{
	struct shell *sh = *state;
	char *target = mem_printf("host=%s port=%d user=narrow dbname=%s",
		cluster_socket_dir(servers), cluster_node_port(servers, 0), sh->database);
	shell_sql(sh, "create role narrow login connection limit 1");
	PGconn *holder = server_connect_to(target);

	expect(sh, target, "too-many-connections", "pools of the applications");
	dbtop(sh, "current -d '%s'", target);
	shell_assert(sh, 12);
	shell_assert_err(sh, "hint: the server has no free connection slot");

	PQfinish(holder);
	shell_sql(sh, "drop role narrow");
	free(target);
}

/* A port where the system takes the connection and nobody ever answers. */
static void connection_timeout(void **state)
{
	struct shell *sh = *state;
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	char *target =
		mem_printf("host=127.0.0.1 port=%d dbname=x user=x", (int)ntohs(at.sin_port));

	expect(sh, target, "connection-timeout", "nobody has answered there yet");

	close(fd);
	free(target);
}

static void authentication_failed(void **state)
{
	struct shell *sh = *state;
	char *target = over_tcp(sh, "user=guarded");

	shell_env(sh, "PGPASSWORD", "wr0ng");
	expect(sh, target, "authentication-failed", "VALID UNTIL");
	shell_assert_no(sh, "wr0ng");
	shell_env(sh, "PGPASSWORD", NULL);
	expect(sh, target, "password-missing", "dbtop was given none");
	free(target);
}

static void tls_refused(void **state)
{
	struct shell *sh = *state;
	char *target = over_tcp(sh, "user=guarded sslmode=require");

	expect(sh, target, "tls-refused", "ssl = off on the server");
	free(target);
}

static void no_such_database(void **state)
{
	struct shell *sh = *state;
	char *target = mem_printf("host=%s port=%d dbname=nowhere user=postgres",
		cluster_socket_dir(servers), cluster_node_port(servers, 0));

	expect(sh, target, "no-such-database", "psql -l lists");
	free(target);
}

static void a_pooler_in_the_way(void **state)
{
	struct shell *sh = *state;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 2);

	expect(sh, pgbouncer_conninfo(pooler), "pooler-in-the-way", "PgBouncer");
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	dbtop(sh, "upgrade --yes --env dev -d '%s'", pgbouncer_conninfo(pooler));
	shell_assert(sh, 1);
	shell_assert_err(sh, "hint: give the server's own host and port");
	pgbouncer_end(pooler);
}

static void a_standby_chosen_for_a_write(void **state)
{
	struct shell *sh = *state;
	char *target = mem_printf("host=%s port=%d dbname=postgres user=postgres",
		cluster_socket_dir(servers), cluster_node_port(servers, 1));
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");

	dbtop(sh, "upgrade --yes --env dev -d '%s'", target);

	shell_assert_err(sh, "is a standby: it only reads");
	shell_assert_err(sh, "hint: connect to the primary");
	free(target);
}

static void connection_refused(void **state)
{
	struct shell *sh = *state;

	expect(sh, "host=/nonexistent dbname=x user=x", "no-socket", "another directory");
}

static int shell_up(void **state)
{
	*state = shell_new(servers);
	return 0;
}

static int shell_down(void **state)
{
	shell_free(*state);
	return 0;
}

static int world_up(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .standbys = 1,
		.is_tcp = true,
		.extra_hba = "host all guarded 127.0.0.1/32 scram-sha-256\n" });
	server_run(servers, 0, "create role guarded login password 'tr0ubadour'");
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static void another_language_changes_nothing_of_what_is_done(void **state)
{
	struct shell *sh = *state;
	shell_env(sh, "LANGUAGE", "de");
	shell_env(sh, "DBTOP_TARGET", "host=/nowhere port=1 dbname=x");

	dbtop(sh, "status");

	shell_assert(sh, 12);
	shell_assert_err(sh, "No such file or directory");
}

static void a_host_address_beside_a_socket_directory_is_no_socket(void **state)
{
	struct shell *sh = *state;
	const char *port = strstr(cluster_tcp_conninfo(servers, 0), "port=");

	dbtop(sh, "health -d 'host=%s hostaddr=127.0.0.1 %.*s user=postgres dbname=%s'",
		cluster_socket_dir(servers), (int)strcspn(port, " "), port, sh->database);

	shell_assert_out(sh, "without TLS");
	shell_assert_no(sh, "local socket");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_up, shell_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(too_many_connections),
		IN_SHELL(connection_timeout),
		IN_SHELL(authentication_failed),
		IN_SHELL(tls_refused),
		IN_SHELL(no_such_database),
		IN_SHELL(a_pooler_in_the_way),
		IN_SHELL(a_standby_chosen_for_a_write),
		IN_SHELL(connection_refused),
		IN_SHELL(another_language_changes_nothing_of_what_is_done),
		IN_SHELL(a_host_address_beside_a_socket_directory_is_no_socket),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
