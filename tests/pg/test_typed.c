// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Typed statements on a real primary and its standby: what is provably a read is answered by the standby, and whatever
 * may write, however well it is hidden, does so once and on the primary.
 */
#include "test.h"

#include "typed_answer.h"
#include "pg/conninfo.h"
#include "pg/server.h"

#define HAS_CAST "select exists (select from pg_cast where casttarget = 'app.pair'::regtype)"

enum { PATIENCE_MS = 30000 };

struct world {
	struct cluster *cluster;
	struct loop *loop;
	struct servers *servers;
	struct deep *deep;
	struct typed *typed;
	bool is_late;
	struct typed_answer a; /* to the last text */
};

static const char schema[] =
	"create schema app; create sequence app.s; create table app.t (a int default "
	"nextval('app.s')); insert into app.t values (7);"
	"create function app.quiet() returns int language sql stable as 'select 5';"
	"create function app.loud() returns bigint language sql as $$select nextval('app.s')$$;"
	"create function app.liar() returns bigint language sql stable as "
	"$$select nextval('app.s')$$;"
	"create function app.of_row(app.t) returns bigint language sql as $$select "
	"nextval('app.s')$$;"
	"create function app.two(int, int) returns bigint language sql as $$select "
	"nextval('app.s')$$;"
	"create operator app.## (leftarg = int, rightarg = int, function = app.two);"
	"create view app.v as select nextval('app.s') as a;"
	"create function app.even(int) returns bool language sql as $$select nextval('app.s') > "
	"0$$;"
	"create domain app.d as int check (app.even(value));"
	"create function app.step(bigint, int) returns bigint language sql as $$select "
	"nextval('app.s')$$;"
	"create aggregate app.total(int) (sfunc = app.step, stype = bigint, initcond = '0');"
	"create unlogged table app.u (a int);"
	"create type app.pair as (a int);"
	"create function app.to_pair(int) returns app.pair language sql as "
	"$$select row(nextval('app.s')::int)::app.pair$$;";

static void turn(struct world *w)
{
	loop_turn(w->loop, true);
	loop_free_deferred(w->loop);
	assert_false(w->is_late);
}

static void give_up(void *arg)
{
	*(bool *)arg = true;
}

static void open_servers(struct world *w)
{
	struct server_place places[2];
	struct conninfo *infos[2];
	struct err e;

	for (int i = 0; i < 2; i++) {
		infos[i] = conninfo_new(cluster_conninfo(w->cluster, i), NULL, &e);
		assert_non_null(infos[i]);
		places[i] = (struct server_place){ .driver = &driver_libpq, .info = infos[i] };
	}
	w->servers = servers_new(
		w->loop, &(struct servers_options){
				 .places = places, .count = 2, .connect_timeout_ms = 5000 });
	for (int i = 0; i < 2; i++)
		conninfo_free(infos[i]);
}

static int set_up(void **state)
{
	static struct world world;
	struct world *w = &world;

	w->cluster = server_start(&(struct cluster_options){ .standbys = 1 });
	server_run(w->cluster, 0, schema);
	server_wait(w->cluster, 1, "select to_regproc('app.to_pair') is not null");
	w->loop = loop_new();
	open_servers(w);
	w->deep = deep_new();
	w->typed = typed_new(w->servers, w->deep);
	struct loop_timer *patience =
		loop_timer_start(w->loop, PATIENCE_MS, 0, give_up, &w->is_late);
	servers_look(w->servers);
	while (servers_circuit(w->servers, 1)->state != CIRCUIT_REPLICA ||
		servers_circuit(w->servers, 0)->state != CIRCUIT_PRIMARY)
		turn(w);
	loop_timer_stop(patience);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	typed_free(w->typed);
	servers_free(w->servers);
	loop_free_deferred(w->loop);
	loop_free(w->loop);
	deep_free(w->deep);
	server_end(w->cluster);
	return 0;
}

static void type(struct world *w, const char *text)
{
	const struct typed_request request = {
		.text = text, .path = "app, public", .is_split = true
	};
	struct loop_timer *patience =
		loop_timer_start(w->loop, PATIENCE_MS, 0, give_up, &w->is_late);

	w->a.answers = w->a.ends = 0;
	w->a.cell[0] = '\0';
	typed_start(w->typed, &request, typed_answer_rows, typed_answer_end, &w->a);
	while (w->a.ends == 0)
		turn(w);
	loop_timer_stop(patience);
}

static int64_t numbers_taken(struct world *w)
{
	return server_number(
		w->cluster, 0, "select case when is_called then last_value else 0 end from app.s");
}

static void check_answered(struct world *w, const char *text, int server, bool was_sent_on)
{
	type(w, text);
	if (w->a.error.kind != ERR_NONE)
		fail_msg("%s: %s", text, w->a.error.text);
	if (w->a.end.server != server)
		fail_msg("%s: by %d, not by %d (%s)", text, w->a.end.server, server, w->a.end.why);
	assert_int_equal(w->a.answers, 1);
	assert_int_equal(w->a.end.is_read, server == 1);
	assert_int_equal(w->a.end.was_sent_on, was_sent_on);
}

static void what_is_a_read_is_answered_by_the_standby(void **state)
{
	static const struct {
		const char *text, *cell;
	} rows[] = {
		{ "SELECT a FROM t", "7" }, /* its default is volatile, and not asked for */
		{ "TABLE t", "7" },
		{ "VALUES (1)", "1" },
		{ "SELECT quiet()", "5" },
		{ "WITH x AS (SELECT a FROM app.t) SELECT sum(a) + 1 FROM x", "8" },
		{ "SELECT upper('x') || 'y' ORDER BY 1", "Xy" },
		{ "SELECT '7'::int IN (SELECT a FROM t)", "t" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_answered(w, rows[i].text, 1, false);
		assert_string_equal(w->a.cell, rows[i].cell);
	}
	assert_int_equal(numbers_taken(w), 0);
}

static void what_may_write_does_so_once_and_on_the_primary(void **state)
{
	static const struct {
		const char *text;
		int numbers; /* of the sequence, taken by it */
		bool was_sent_on;
	} rows[] = {
		{ "SELECT nextval('app.s')", 1, false },
		{ "SELECT loud()", 1, false },
		{ "SELECT liar()", 1, true }, /* said to be stable: the standby refuses it */
		{ "SELECT 1 OPERATOR(app.##) 2", 1, false },
		{ "SELECT t.of_row FROM t LIMIT 1", 1, false },
		{ "SELECT a FROM v", 1, false },
		{ "SELECT 1::app.d", 1, false },
		{ "SELECT total(1)", 1, false },
		{ "SELECT a FROM t FOR UPDATE", 0, false },
		{ "WITH n AS (INSERT INTO t DEFAULT VALUES RETURNING a) SELECT a FROM n", 1,
			false },
		{ "SELECT a FROM u", 0, false },
		{ "SET work_mem = '1MB'", 0, false },
		{ "SHOW work_mem", 0, false },
		{ "SELECT pg_is_in_recovery()", 0, false },
		{ "SELECT count(*) FROM pg_stat_activity", 0, false },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t before = numbers_taken(w);
		check_answered(w, rows[i].text, 0, rows[i].was_sent_on);
		if (numbers_taken(w) - before != rows[i].numbers)
			fail_msg(
				"%s: ran %d times", rows[i].text, (int)(numbers_taken(w) - before));
	}
	server_expect(w->cluster, 0, "show work_mem", "4MB");
}

static void a_volatile_cast_that_nobody_names_keeps_all_reads_on_the_primary(void **state)
{
	struct world *w = *state;
	server_run(w->cluster, 0,
		"create cast (int as app.pair) with function app.to_pair(int) as implicit");
	server_wait(w->cluster, 1, HAS_CAST);

	check_answered(w, "SELECT a + 1 FROM t", 0, false);
	assert_string_equal(
		w->a.end.why, "function to_pair is volatile, and called without being named");

	server_run(w->cluster, 0, "drop cast (int as app.pair)");
	server_wait(w->cluster, 1, "select not (" HAS_CAST ")");
	check_answered(w, "SELECT a + 1 FROM t", 1, false);
}

static void several_statements_and_mistakes_are_errors_and_change_nothing(void **state)
{
	struct world *w = *state;

	type(w, "SELECT 1; DELETE FROM app.t");
	assert_string_equal(w->a.error.sqlstate, "42601");
	assert_int_equal(w->a.answers, 0);
	type(w, "COMMIT");
	assert_int_equal(w->a.error.kind, ERR_USAGE);
	type(w, "SELECT 1 / 0");
	assert_string_equal(w->a.error.sqlstate, "22012");
	assert_int_equal(w->a.end.server, 1);
	server_expect(w->cluster, 0, "select count(*) > 0 from app.t", "t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_a_read_is_answered_by_the_standby),
		cmocka_unit_test(what_may_write_does_so_once_and_on_the_primary),
		cmocka_unit_test(a_volatile_cast_that_nobody_names_keeps_all_reads_on_the_primary),
		cmocka_unit_test(several_statements_and_mistakes_are_errors_and_change_nothing),
	};
	server_need();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
