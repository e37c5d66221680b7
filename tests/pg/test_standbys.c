// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Configured standbys, as `dbtop health` and the commands that change see them: one that streams is known whatever it is
 * called; one that is missing is said to be; a second primary is a split brain, and then nothing is changed.
 */
#include "test.h"

#include <string.h>

#include "base/mem.h"
#include "base/quote.h"
#include "cli/shell.h"
#include "pg/server.h"

static struct cluster *servers; /* pg-a and its standbys pg-b, pg-c; over TCP too */

static int world_up(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .standbys = 2, .is_tcp = true });
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
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

/* "postgresql://postgres@127.0.0.1:PORT/NAME": nothing in it tells what the standby is called. */
static char *tcp_uri(struct shell *sh, int node)
{
	const char *port = strstr(cluster_tcp_conninfo(servers, node), "port=") + 5;

	return mem_printf("postgresql://postgres@localhost:%.*s/%s", (int)strcspn(port, " "), port,
		sh->database);
}

static void configure(struct shell *sh, const char *conninfo)
{
	char *b = tcp_uri(sh, 1), *c = tcp_uri(sh, 2);
	char *text = mem_printf("[target shop]\nenv = dev\nmigrations = migrations\n"
				"dsn = %s\nreplicas = %s %s\n",
		conninfo, b, c);

	shell_write(sh, "dbtop.conf", text);
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n");
	shell_env(sh, "DBTOP_TARGET", "shop");
	free(text);
	free(b);
	free(c);
}

static const struct json *health(struct shell *sh)
{
	dbtop(sh, "health --json");
	return shell_json(sh, "health");
}

static const struct json *row_called(const struct json *answer, const char *name)
{
	const struct json *rows = json_get(json_get(answer, "data"), "replicas");

	for (size_t i = 0; i < json_count(rows); i++)
		if (strcmp(json_text(json_get(json_at(rows, i), "name")), name) == 0)
			return json_at(rows, i);
	fail_msg("no row called %s", name);
	return NULL;
}

static void assert_cell(const struct json *row, const char *column, const char *part)
{
	const char *text = json_text(json_get(row, column));

	if (!text || !strstr(text, part))
		fail_msg("%s is \"%s\", not \"%s\"", column, text ? text : "(null)", part);
}

static size_t row_count(const struct json *answer)
{
	return json_count(json_get(json_get(answer, "data"), "replicas"));
}

static bool is_split(const struct json *answer)
{
	return json_is_true(json_get(json_get(answer, "data"), "is_split_brain"));
}

static void configured_standbys_that_stream_are_known_by_what_they_say(void **state)
{
	struct shell *sh = *state;
	configure(sh, sh->conninfo);
	server_wait_replayed(servers, 1);
	server_wait_replayed(servers, 2);

	const struct json *answer = health(sh);

	shell_assert(sh, 0);
	assert_int_equal(row_count(answer), 2);
	for (int node = 1; node <= 2; node++) {
		const struct json *row = row_called(answer, cluster_node_name(servers, node));
		assert_cell(row, "state", "streaming");
		assert_int_equal(json_int(json_get(row, "timeline"), 0), 1);
	}
	assert_false(is_split(answer));
}

static void a_stopped_standby_is_missing_in_words_and_in_json(void **state)
{
	struct shell *sh = *state;
	struct err e;
	configure(sh, sh->conninfo);
	server_wait_replayed(servers, 1);
	assert_true(cluster_stop_node(servers, 2, CLUSTER_STOP_FAST, &e));

	const struct json *answer = health(sh);

	shell_assert(sh, 2);
	char *place = mem_printf("localhost:%.*s",
		(int)strcspn(strstr(cluster_tcp_conninfo(servers, 2), "port=") + 5, " "),
		strstr(cluster_tcp_conninfo(servers, 2), "port=") + 5);
	const struct json *row = row_called(answer, place);
	assert_cell(row, "state", "absent");
	assert_cell(row, "reason", "missing: not streaming from here, cannot connect to");
	assert_cell(row_called(answer, "pg-b"), "state", "streaming");
	assert_false(is_split(answer));
	dbtop(sh, "health");
	shell_assert_out(sh, "missing: not streaming from here");
	dbtop(sh, "upgrade --yes"); /* a standby that is down keeps nobody from a change */
	shell_assert(sh, 0);
	free(place);
	assert_true(cluster_start_node(servers, 2, &e));
	server_wait(servers, 0, "select count(*) = 2 from pg_stat_replication");
}

static void receive_from(int node, const char *conninfo, const char *slot)
{
	struct str quoted = { 0 };
	quote_literal(&quoted, conninfo);
	char *sql = mem_printf("alter system set primary_conninfo = %s", str_c(&quoted));
	char *too = mem_printf("alter system set primary_slot_name = '%s'", slot);

	server_run(servers, node, sql);
	server_run(servers, node, too);
	server_run(servers, node, "select pg_reload_conf()");
	str_release(&quoted);
	free(sql);
	free(too);
}

static void a_standby_cut_off_from_its_primary_is_missing_though_it_answers(void **state)
{
	struct shell *sh = *state;
	char *upstream = server_cell(servers, 2, "show primary_conninfo");
	configure(sh, sh->conninfo);
	server_wait_replayed(servers, 1);
	server_wait_replayed(servers, 2);
	receive_from(2, "host=/nonexistent", "pg_c");
	server_wait(servers, 2,
		"select not exists (select from pg_stat_wal_receiver where pid is not null)");
	server_wait(servers, 0, "select count(*) = 1 from pg_stat_replication");

	const struct json *answer = health(sh);

	shell_assert(sh, 2);
	const struct json *row = row_called(answer, "pg_c");
	assert_cell(row, "reason", "missing: it runs and receives nothing, on timeline 1");
	assert_cell(row, "reason", "slot pg_c retains");
	assert_int_equal(row_count(answer), 2);
	receive_from(2, upstream, "pg_c");
	server_wait(servers, 0, "select count(*) = 2 from pg_stat_replication");
	free(upstream);
}

static void a_standby_of_a_standby_streams_and_says_from_whom(void **state)
{
	struct shell *sh = *state;
	char *upstream = server_cell(servers, 2, "show primary_conninfo");
	char *other = mem_printf("host=%s port=%d user=postgres application_name=pg-c",
		cluster_socket_dir(servers), cluster_node_port(servers, 1));
	configure(sh, sh->conninfo);
	receive_from(2, other, "");
	server_wait(servers, 1,
		"select count(*) = 1 from pg_stat_replication where state = 'streaming'");
	server_wait(servers, 2,
		"select count(*) = 1 from pg_stat_wal_receiver where status = 'streaming'");
	server_wait_replayed(servers, 1);
	server_wait_replayed(servers, 2);

	const struct json *answer = health(sh);

	const struct json *row = row_called(answer, "pg-c");
	assert_cell(row, "state", "streaming");
	assert_cell(row, "sync", "cascade");
	assert_true(json_int(json_get(row, "lag_bytes"), -1) >= 0);
	receive_from(2, upstream, "pg_c");
	server_wait(servers, 0, "select count(*) = 2 from pg_stat_replication");
	free(upstream);
	free(other);
}

static void another_cluster_at_a_standbys_address_is_no_standby(void **state)
{
	struct shell *sh = *state;
	struct cluster *other = server_start_new(&(struct cluster_options){ .is_tcp = true });
	const char *port = strstr(cluster_tcp_conninfo(other, 0), "port=") + 5;
	char *text = mem_printf("[target shop]\nenv = dev\ndsn = %s\n"
				"replicas = postgresql://postgres@localhost:%.*s/postgres\n",
		sh->conninfo, (int)strcspn(port, " "), port);
	shell_write(sh, "dbtop.conf", text);
	shell_env(sh, "DBTOP_TARGET", "shop");

	dbtop(sh, "health");

	shell_assert(sh, 2);
	shell_assert_out(sh, "another cluster answers there: system identifier");
	shell_assert_no(sh, "split brain");
	free(text);
	server_end(other);
}

static void a_standby_that_will_not_say_what_it_is_is_warned_of(void **state)
{
	struct shell *sh = *state;
	char *b = tcp_uri(sh, 1);
	char *text = mem_printf("[target shop]\nenv = dev\nmigrations = migrations\ndsn = %s\n"
				"replicas = %.*snowhere\n",
		sh->conninfo, (int)(strrchr(b, '/') + 1 - b), b);
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	shell_write(sh, "dbtop.conf", text);
	shell_env(sh, "DBTOP_TARGET", "shop");

	dbtop(sh, "health");
	shell_assert(sh, 1);
	shell_assert_out(sh, "not seen streaming, and it cannot be asked: cannot connect to");
	shell_assert_out(sh, "database \"nowhere\" does not exist");
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	shell_assert_err(sh, "a second primary would not be noticed");
	free(text);
	free(b);
}

/* The target's, in its order. */
static const struct json *server_at(const struct json *answer, size_t index)
{
	return json_at(json_get(json_get(answer, "data"), "servers"), index);
}

static void who_reads_is_answered_by_a_standby_while_the_primary_is_away(void **state)
{
	struct shell *sh = *state;
	struct err e;
	char *a = tcp_uri(sh, 0);
	configure(sh, a);
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	server_wait_replayed(servers, 1);
	server_wait_replayed(servers, 2);
	assert_true(cluster_stop_node(servers, 0, CLUSTER_STOP_FAST, &e));

	dbtop(sh, "status");

	shell_assert(sh, 0);
	shell_assert_err(sh, "1 applied, 0 pending");
	shell_assert_err(sh, "cannot connect to postgres@localhost:");
	shell_assert_err(sh, "answered, a standby: what was committed after the last transaction "
			     "it has replayed, of ");
	dbtop(sh, "status --json");
	const struct json *data = json_get(shell_json(sh, "status"), "data");
	assert_true(json_is_true(json_get(data, "is_standby")));
	assert_non_null(json_text(json_get(data, "replayed_until")));
	const struct json *answer = health(sh);
	shell_assert(sh, 3);
	assert_null(json_text(json_get(server_at(answer, 0), "role")));
	assert_cell(server_at(answer, 0), "error", "cannot connect");
	assert_cell(server_at(answer, 1), "state", "replica");
	dbtop(sh, "history");
	shell_assert(sh, 0);
	shell_assert_out(sh, "20240101000000");
	dbtop(sh, "plan --down -1");
	shell_assert(sh, 0);

	dbtop(sh, "downgrade -1 --yes");
	shell_assert(sh, 12);
	shell_assert_err(sh, "cannot connect to postgres@localhost:");

	assert_true(cluster_start_node(servers, 0, &e));
	dbtop(sh, "status --json");
	data = json_get(shell_json(sh, "status"), "data");
	assert_false(json_is_true(json_get(data, "is_standby")));
	dbtop(sh, "downgrade -1 --yes --allow-hazard data-loss:public.a");
	shell_assert(sh, 0);
	for (int node = 1; node <= 2; node++)
		server_wait(servers, node, "select status = 'streaming' from pg_stat_wal_receiver");
	free(a);
}

static void two_primaries_are_a_split_brain_and_nothing_is_changed(void **state)
{
	struct shell *sh = *state;
	struct err e;
	configure(sh, sh->conninfo);
	server_wait_replayed(servers, 1);
	assert_true(cluster_promote_node(servers, 1, &e));

	const struct json *answer = health(sh);

	shell_assert(sh, 2);
	assert_true(is_split(answer));
	const struct json *row = row_called(answer, "pg_b");
	assert_cell(row, "state", "primary");
	assert_cell(row, "reason",
		"split brain: is a primary too, on timeline 2; this server is on timeline 1");
	assert_cell(server_at(answer, 0), "state", "suspect");
	assert_cell(server_at(answer, 1), "state", "primary");
	assert_cell(json_get(answer, "data"), "trouble", "split brain: ");
	dbtop(sh, "health");
	shell_assert_out(sh, "split brain: localhost:");
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 1);
	shell_assert_err(sh, "is a primary, on timeline 2, and this server is one, on timeline 1");
	shell_assert_err(sh, "nothing is changed while two servers take writes");
	dbtop(sh, "repair --mark applied 20240101000000 --reason 'by hand'");
	shell_assert(sh, 1);
	shell_assert_err(sh, "split brain");
	shell_expect(
		sh, "select to_regclass('a') is null and to_regnamespace('dbtop') is null", "t");

	assert_true(cluster_stop_node(servers, 1, CLUSTER_STOP_FAST, &e));
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, shell_up, shell_down)
	const struct CMUnitTest tests[] = {
		CASE(configured_standbys_that_stream_are_known_by_what_they_say),
		CASE(a_stopped_standby_is_missing_in_words_and_in_json),
		CASE(a_standby_cut_off_from_its_primary_is_missing_though_it_answers),
		CASE(a_standby_of_a_standby_streams_and_says_from_whom),
		CASE(another_cluster_at_a_standbys_address_is_no_standby),
		CASE(a_standby_that_will_not_say_what_it_is_is_warned_of),
		CASE(who_reads_is_answered_by_a_standby_while_the_primary_is_away),
		/* The last: afterwards there are two primaries. */
		CASE(two_primaries_are_a_split_brain_and_nothing_is_changed),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
