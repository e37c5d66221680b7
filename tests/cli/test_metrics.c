// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * dbtop metrics against live servers: printed, written to a file, served while sampling goes on.
 */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/exposition.h"
#include "cli/shell.h"

static struct cluster *servers;

static void declare(struct shell *sh, const char *sections)
{
	char *conf = mem_printf(
		"[target shop]\ndsn = %s\nenv = dev\ninterval = 1s\n%s", sh->conninfo, sections);

	shell_write(sh, "dbtop.conf", conf);
	shell_env(sh, "DBTOP_TARGET", NULL);
	free(conf);
}

/* name{target="shop",server="…",more}: the server is wherever the cluster is. */
static char *value_of(const char *page, const char *name, const char *more)
{
	char *series = mem_printf("%s{target=\"shop\",server=\"%s:%d\"%s%s}", name,
		cluster_socket_dir(servers), cluster_node_port(servers, 0), *more ? "," : "", more);
	char *value = exposition_value(page, series);

	free(series);
	return value;
}

#define assert_value(page, name, more, expected)                                               \
	do {                                                                                   \
		char *found = value_of(page, name, more);                                      \
		if (!found || strcmp(found, expected) != 0)                                    \
			fail_msg("%s{%s} is %s in:\n%s", name, more, found ? found : "absent", \
				page);                                                         \
		free(found);                                                                   \
	} while (0)

static void assert_absent(const char *page, const char *name)
{
	if (strstr(page, name))
		fail_msg("%s in:\n%s", name, page);
}

static void what_is_known_is_printed(void **state)
{
	struct shell *sh = *state;
	declare(sh, "[pool web]\nmatch = application_name:web-*\nsize = 2\n");
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	shell_write(sh, "migrations/20240102000000_b.sql", "-- dbtop: up\ncreate table b ();\n");
	dbtop(sh, "upgrade 20240101000000 --yes");
	shell_assert(sh, 0);
	PGconn *web = server_connect_to(sh->conninfo);
	server_run_on(web, "set application_name = 'web-1'; begin; select 1");

	dbtop(sh, "metrics");

	shell_assert(sh, 0);
	exposition_check(sh->out);
	assert_value(sh->out, "dbtop_server_up", "", "1");
	assert_value(sh->out, "dbtop_server_is_primary", "", "1");
	assert_value(sh->out, "dbtop_server_state", "state=\"primary\"", "1");
	assert_value(sh->out, "dbtop_server_state", "state=\"down\"", "0");
	assert_value(sh->out, "dbtop_server_sessions", "state=\"idle in transaction\"", "1");
	assert_value(sh->out, "dbtop_app_pool_checked_out_connections", "pool=\"web\"", "1");
	assert_value(sh->out, "dbtop_budget_connections", "pool=\"dbtop\"", "4");
	assert_value(sh->out, "dbtop_budget_fits", "pool=\"dbtop\"", "1");
	assert_value(sh->out, "dbtop_pool_size", "", "4");
	char *transactions = value_of(sh->out, "dbtop_pool_transaction_seconds_count", "");
	assert_non_null(transactions);
	assert_string_not_equal(transactions, "0");
	free(transactions);
	assert_value(sh->out, "dbtop_pool_state", "state=\"open\"", "1");
	assert_value(sh->out, "dbtop_migrations_applied", "", "1");
	assert_value(sh->out, "dbtop_migrations_pending", "", "1");
	assert_value(sh->out, "dbtop_last_run_exit_code", "", "0");
	assert_value(sh->out, "dbtop_last_run_steps_done", "", "1");
	char *took = value_of(
		sh->out, "dbtop_migration_duration_seconds", "revision=\"20240101000000\"");
	assert_non_null(took);
	char *oldest = value_of(sh->out, "dbtop_server_oldest_transaction_seconds", "");
	assert_non_null(oldest);
	free(took);
	free(oldest);
	PQfinish(web);
}

static void standbys_and_slots_are_told(void **state)
{
	struct shell *sh = *state;
	declare(sh, "");
	shell_sql(sh, "select pg_create_physical_replication_slot('kept', true)");
	server_wait(servers, 0,
		"select count(*) = 1 from pg_stat_replication where state = "
		"'streaming'");

	dbtop(sh, "metrics");

	shell_assert(sh, 0);
	exposition_check(sh->out);
	char *name = server_cell(servers, 0, "select application_name from pg_stat_replication");
	char *lag = mem_printf("replica=\"%s\",address=\"\",slot=\"", name);
	const char *line = strstr(sh->out, "\ndbtop_replica_streaming{");
	assert_non_null(line);
	assert_non_null(strstr(line, lag));
	assert_non_null(strstr(sh->out, "\ndbtop_replica_lag_bytes{"));
	char *kept = value_of(sh->out, "dbtop_slot_retained_bytes", "slot=\"kept\"");
	assert_non_null(kept);
	assert_value(sh->out, "dbtop_slot_active", "slot=\"kept\"", "0");
	assert_value(sh->out, "dbtop_split_brain", "", "0");
	shell_sql(sh, "select pg_drop_replication_slot('kept')");
	free(kept);
	free(lag);
	free(name);
}

static void what_is_not_known_is_absent(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "dbtop.conf", "[target gone]\ndsn = host=/nonexistent dbname=x\n");
	shell_env(sh, "DBTOP_TARGET", NULL);

	dbtop(sh, "metrics");

	shell_assert(sh, 12);
	exposition_check(sh->out);
	char *up = exposition_value(
		sh->out, "dbtop_server_up{target=\"gone\",server=\"/nonexistent:5432\"}");
	assert_string_equal(up, "0");
	free(up);
	assert_absent(sh->out, "dbtop_server_sessions");
	assert_absent(sh->out, "dbtop_server_slots");
	assert_absent(sh->out, "dbtop_migrations");
	assert_absent(sh->out, "dbtop_last_run");
}

static void a_file_is_written_whole_and_for_everybody(void **state)
{
	struct shell *sh = *state;
	declare(sh, "");
	shell_write(sh, "dbtop.prom", "old\n");

	dbtop(sh, "metrics --output dbtop.prom");

	shell_assert(sh, 0);
	assert_string_equal(sh->out, "");
	char *page = shell_read(sh, "dbtop.prom");
	exposition_check(page);
	assert_value(page, "dbtop_server_up", "", "1");
	free(page);
	char *path = mem_printf("%s/dbtop.prom", sh->work);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	free(path);
	dbtop(sh, "metrics --output missing/dbtop.prom");
	shell_assert(sh, 1);
	dbtop(sh, "metrics --output x.prom --listen :0");
	shell_assert(sh, 2);
}

/* The whole answer to one request; the caller frees. */
static char *fetch(int port, const char *head)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct str got = { 0 };
	char bytes[4096];
	ssize_t n;

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(send(fd, head, strlen(head), MSG_NOSIGNAL), strlen(head));
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		str_add_bytes(&got, bytes, (size_t)n);
	close(fd);
	return str_detach(&got);
}

/* Asks until that series has another value than before (NULL = any); the caller frees it. Each question is a turn. */
static char *wait_for(int port, const char *name, const char *before)
{
	for (int tries = 0; tries < 2000; tries++) {
		char *got = fetch(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
		char *value = value_of(got, name, "");
		free(got);
		if (value && (!before || strcmp(value, before) != 0))
			return value;
		free(value);
		poll(NULL, 0, 10);
	}
	fail_msg("%s never came", name);
	return NULL;
}

/* The port it says it serves at. */
static int port_of(const struct shell_child *child)
{
	static const char before[] = "http://127.0.0.1:";
	char *said = shell_err_now(child);
	const char *at = strstr(said, before);

	assert_non_null(at);
	int port = (int)strtol(at + strlen(before), NULL, 10);
	free(said);
	return port;
}

static void they_are_served_while_sampling_goes_on(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	declare(sh, "");
	shell_start(sh, &child, "metrics --listen 127.0.0.1:0");
	shell_wait_err(&child, "/metrics");
	int port = port_of(&child);

	char *first = wait_for(port, "dbtop_server_sample_timestamp_seconds", NULL);
	char *later = wait_for(port, "dbtop_server_sample_timestamp_seconds", first);
	char *got = fetch(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
	char *body = strstr(got, "\r\n\r\n");

	assert_non_null(
		strstr(got, "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	exposition_check(body + 4);
	free(got);
	got = fetch(port, "GET / HTTP/1.1\r\n\r\n");
	assert_non_null(strstr(got, "404 Not Found"));
	free(got);
	free(first);
	free(later);
	kill(child.pid, SIGTERM);
	assert_int_equal(shell_finish(&child), 128 + SIGTERM);
}

static void a_place_that_is_none_is_refused(void **state)
{
	struct shell *sh = *state;
	declare(sh, "");

	dbtop(sh, "metrics --listen ::1:9187");
	shell_assert(sh, 2);
	shell_assert_err(sh, "--listen wants ADDRESS:PORT");
	dbtop(sh, "metrics --listen 127.0.0.1:99999");
	shell_assert(sh, 2);
	dbtop(sh, "metrics --listen 192.0.2.1:0");
	shell_assert(sh, 1);
	shell_assert_err(sh, "cannot listen on 192.0.2.1");
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
	servers = server_start(&(struct cluster_options){ .standbys = 1 });
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_up, shell_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(what_is_known_is_printed),
		IN_SHELL(standbys_and_slots_are_told),
		IN_SHELL(what_is_not_known_is_absent),
		IN_SHELL(a_file_is_written_whole_and_for_everybody),
		IN_SHELL(they_are_served_while_sampling_goes_on),
		IN_SHELL(a_place_that_is_none_is_refused),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
