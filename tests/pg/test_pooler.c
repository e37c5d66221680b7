// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Watching through PgBouncer, in each of its modes: every question is a READ ONLY transaction of its own with its own
 * timeouts, nothing of it is left in the session that other clients use, and all of dbtop's reading works.
 */
#include "test.h"

#include "base/mem.h"
#include "base/path.h"
#include "cli/shell.h"
#include "pg/caller.h"
#include "pg/pgbouncer.h"
#include "pg/server.h"
#include "pg/unit.h"
#include "pg/watcher.h"

static struct cluster *servers;

static int world_up(void **state)
{
	(void)state;
	servers = server_start(&(struct cluster_options){ .database = "shop",
		.extra_conf = "log_statement = all\nlog_line_prefix = '%a|%v|'\n" });
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static const struct pgbouncer_options poolers[] = {
	{ "transaction", 1, false },
	{ "transaction", 1, true },
	{ "transaction", 5, false },
	{ "transaction", 5, true },
	{ "statement", 1, false },
	{ "statement", 5, true },
	{ "session", 5, false },
	{ "session", 5, true },
};

static const struct conn_options monitor = { .purpose = CONN_MONITOR,
	.keep_up = true,
	.statement_timeout_ms = 1500,
	.lock_timeout_ms = 100 };

/* Nothing here needs a search_path: it is asked under somebody else's, too. */
static const char settings[] =
	"select pg_catalog.concat_ws(' ',"
	" pg_catalog.current_setting('transaction_read_only'),"
	" pg_catalog.current_setting('statement_timeout'),"
	" pg_catalog.current_setting('lock_timeout'),"
	" pg_catalog.current_setting('idle_in_transaction_session_timeout'),"
	" pg_catalog.format('[%s] [%s]',"
	" pg_catalog.left(pg_catalog.current_setting('application_name'), 13),"
	" pg_catalog.current_setting('search_path')))";
static const char ours[] = "on 1500ms 100ms 1min [dbtop/monitor] []";
static const char theirs[] = "off 0 0 0 [] [\"$user\", public]";

static void every_question_brings_its_settings(struct caller *c)
{
	const char *const params[] = { "given" };

	caller_sql(c, settings);
	assert_string_equal(c->cell, ours);
	caller_ask(c, &(const struct query){ .sql = "SELECT $1",
			      .params = params,
			      .param_count = 1,
			      .is_prepared = true });
	assert_string_equal(c->cell, "given");
}

static void what_must_not_happen_does_not(struct caller *c)
{
	caller_sql(c, "CREATE TABLE public.never (i int)");
	assert_string_equal(c->error.sqlstate, "25006");
	caller_sql(c, "SELECT 1 FROM nowhere");
	assert_string_equal(c->error.sqlstate, "42P01");
	caller_sql(c, "SELECT pg_catalog.pg_sleep(60)");
	assert_string_equal(c->error.sqlstate, "57014");
	assert_int_equal(conn_view(c->conn)->state, LINK_UP);
	assert_false(conn_in_transaction(c->conn));
}

/* Whichever server connection a client of the pooler is given, it finds nothing of ours. */
static void nothing_is_left(struct pgbouncer *pooler, int pool_size, const char *begin)
{
	PGconn *clients[5];

	for (int i = 0; i < pool_size; i++) {
		clients[i] = server_connect_to(pgbouncer_conninfo(pooler));
		server_run_on(clients[i], begin);
		char *now = server_cell_on(clients[i], settings);
		char *later = server_cell_on(clients[i], "show default_transaction_read_only");
		assert_string_equal(now, theirs);
		assert_string_equal(later, "off");
		free(now);
		free(later);
	}
	for (int i = 0; i < pool_size; i++)
		PQfinish(clients[i]);
}

static void watch_through(const struct pgbouncer_options *options)
{
	bool is_transaction = strcmp(options->pool_mode, "transaction") == 0;
	bool is_statement = strcmp(options->pool_mode, "statement") == 0;
	struct pgbouncer *pooler = pgbouncer_start_as(servers, 0, options);
	struct caller c = { .options = monitor };

	caller_dial(&c, pgbouncer_conninfo(pooler));
	assert_true(caller_until(&c, LINK_UP)->identity.is_pooled);
	every_question_brings_its_settings(&c);
	what_must_not_happen_does_not(&c);
	every_question_brings_its_settings(&c);
	caller_hang_up(&c);
	/* Every server connection at once; statements cannot hold one. */
	nothing_is_left(pooler, is_statement ? 1 : options->pool_size,
		is_transaction ? "begin" : "select 1");
	pgbouncer_end(pooler);
}

static void every_mode_is_read_through_and_nothing_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(poolers); i++) {
		print_message("%s, %d server connections, options %s\n", poolers[i].pool_mode,
			poolers[i].pool_size,
			poolers[i].is_without_options ? "refused" : "dropped");
		watch_through(&poolers[i]);
	}
}

static void what_others_left_in_the_session_does_not_reach_us_and_stays_theirs(void **state)
{
	(void)state;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 1);
	PGconn *other = server_connect_to(pgbouncer_conninfo(pooler));
	server_run_on(other, "set statement_timeout = '7s'; set search_path = pg_temp");
	struct caller c = { .options = monitor };
	caller_dial(&c, pgbouncer_conninfo(pooler));
	caller_until(&c, LINK_UP);

	every_question_brings_its_settings(&c);

	char *left = server_cell_on(other, settings);
	assert_string_equal(left, "off 7s 0 0 [] [pg_temp]");
	free(left);
	PQfinish(other);
	caller_hang_up(&c);
	pgbouncer_end(pooler);
}

static void a_taken_server_costs_the_deadline_and_the_link_comes_back(void **state)
{
	(void)state;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 1);
	struct caller c = { .options = monitor };
	caller_dial(&c, pgbouncer_conninfo(pooler));
	caller_until(&c, LINK_UP);
	PGconn *other = server_connect_to(pgbouncer_conninfo(pooler));
	server_run_on(other, "begin");

	caller_ask(&c, &(const struct query){ .sql = "SELECT 1", .deadline_ms = 200 });
	assert_int_equal(c.error.kind, ERR_TIMEOUT);
	server_run_on(other, "commit");

	caller_until(&c, LINK_UP);
	every_question_brings_its_settings(&c);
	PQfinish(other);
	caller_hang_up(&c);
	pgbouncer_end(pooler);
}

static void a_server_that_ends_the_session_in_mid_question_is_asked_again(void **state)
{
	(void)state;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 1);
	struct caller c = { .options = monitor };
	caller_dial(&c, pgbouncer_conninfo(pooler));
	caller_until(&c, LINK_UP);

	conn_query(c.conn, &(const struct query){ .sql = "SELECT pg_catalog.pg_sleep(1)" },
		caller_take_answer, &c);
	server_wait(servers, 0,
		"select count(pg_terminate_backend(pid)) = 1 from pg_stat_activity"
		" where query = 'SELECT pg_catalog.pg_sleep(1)' and state = 'active'");
	caller_finish(&c, 1);
	assert_int_not_equal(c.error.kind, ERR_NONE);

	caller_until(&c, LINK_UP);
	every_question_brings_its_settings(&c);
	caller_hang_up(&c);
	pgbouncer_end(pooler);
}

static void a_change_leaves_not_even_its_name_unless_the_session_is_its_own(void **state)
{
	(void)state;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 1);
	struct caller refused = { .options = { .purpose = CONN_CHANGE } };
	caller_dial(&refused, pgbouncer_conninfo(pooler));
	caller_until(&refused, LINK_STOPPED);
	assert_int_equal(conn_error(refused.conn)->kind, ERR_CONFLICT);
	nothing_is_left(pooler, 1, "begin");
	caller_hang_up(&refused);
	pgbouncer_end(pooler);

	pooler = pgbouncer_start(servers, 0, "session", 1);
	struct caller c = { .options = { .purpose = CONN_CHANGE,
				    .pooler_is_session = true,
				    .lock_timeout_ms = 100 } };
	caller_dial(&c, pgbouncer_conninfo(pooler));
	caller_until(&c, LINK_UP);
	caller_sql(&c, settings);
	assert_string_equal(c.cell, "off 0 100ms 1min [dbtop/change ] [\"$user\", public]");
	caller_hang_up(&c);
	nothing_is_left(pooler, 1, "begin");
	pgbouncer_end(pooler);
}

static bool has_a_pool(const struct watcher *watcher)
{
	return watcher->pool_count > 0;
}

static bool has_everything(const struct watcher *watcher)
{
	return watcher->pool_count > 1 && watcher->replicas_count > 1 && watcher->facts_count > 0;
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

struct entry {
	char transaction[32];
	bool is_settings;
};

/*
 * "dbtop/monitor …|3/127|LOG:  execute <unnamed>: …": of the extended protocol, which only dbtop speaks here. False =
 * another line.
 */
static bool entry_read(const char *line, struct entry *entry)
{
	const char *bar = line + strcspn(line, "|\n");
	const char *words = *bar == '|' ? bar + 1 + strcspn(bar + 1, "|\n") : bar;
	const char *second = words + strcspn(words, "\n");

	if (!starts_with(words, "|LOG:  execute <"))
		return false;
	snprintf(entry->transaction, sizeof(entry->transaction), "%.*s", (int)(words - bar), bar);
	entry->is_settings = starts_with(
		second, "\n\t\tpg_catalog.set_config('transaction_read_only', 'on', true)");
	return true;
}

/* Each in the transaction of its settings, right behind them, and without a name. */
static size_t count_questions(const char *log)
{
	struct entry before = { 0 }, entry;
	size_t count = 0;

	assert_null(strstr(log, "execute dbtop_"));
	for (const char *line = log; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!entry_read(line, &entry))
			continue;
		if (entry.is_settings) {
			before = entry;
			continue;
		}
		if (strcmp(entry.transaction, before.transaction) != 0)
			fail_msg("asked without its settings: %.300s", line);
		before = (struct entry){ 0 };
		count++;
	}
	return count;
}

/* What the server wrote down since. */
static char *log_since(size_t offset)
{
	struct err e;
	size_t len;
	char *text = path_read(cluster_log_path(servers, 0), 64 << 20, &len, &e);

	assert_non_null(text);
	char *since = mem_strdup(text + offset);
	free(text);
	return since;
}

static void the_probes_ask_nothing_without_their_settings(void **state)
{
	(void)state;
	char *before = log_since(0);
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 1);
	struct watcher *watcher = watcher_start_at(pgbouncer_conninfo(pooler), NULL);

	watcher_until(watcher, has_a_pool, "a sample through the pooler");
	probes_refresh(watcher->probes);
	watcher_until(watcher, has_everything, "two samples of everything through the pooler");

	assert_true(endpoint_view(watcher->endpoint)->identity.is_pooled);
	assert_int_equal(watcher->failures, 0);
	assert_true(watcher->pool.ceiling > 0);
	assert_int_equal(watcher->replicas.timeline, 1);
	nothing_is_left(pooler, 1, "begin");
	char *log = log_since(strlen(before));
	assert_true(count_questions(log) >= 6);
	free(log);
	free(before);
	watcher_end(watcher);
	pgbouncer_end(pooler);
}

#define MIGRATION "migrations/20240101000000_a.sql"

static void the_commands_read_through_it_and_change_nothing(void **state)
{
	(void)state;
	struct pgbouncer *pooler = pgbouncer_start(servers, 0, "transaction", 1);
	struct shell *sh = shell_new(servers);
	shell_write(sh, MIGRATION,
		"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n");
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	shell_write(
		sh, "migrations/20240102000000_b.sql", "-- dbtop: up\nalter table a add j int;\n");
	char *through = mem_printf("%.*s dbname=%s",
		(int)(strstr(pgbouncer_conninfo(pooler), " dbname=") - pgbouncer_conninfo(pooler)),
		pgbouncer_conninfo(pooler), sh->database);
	shell_env(sh, "DBTOP_TARGET", through);
	/* A session that went straight there may still be at what it was asked last. */
	server_wait(servers, 0,
		"select not exists (select from pg_stat_activity where application_name like "
		"'dbtop/%')");
	char *before = log_since(0);

	dbtop(sh, "status");
	shell_assert(sh, 0);
	shell_assert_out(sh, "20240102000000");
	dbtop(sh, "history");
	shell_assert(sh, 0);
	dbtop(sh, "plan");
	shell_assert(sh, 0);
	dbtop(sh, "health");
	shell_assert_out(sh, "asked through a pooler");
	shell_assert_out(sh, "slots used");
	dbtop(sh, "upgrade --yes");
	shell_assert_err(sh, "a connection pooler answers at");
	shell_expect(sh, "select count(*) from dbtop.revision", "1");
	nothing_is_left(pooler, 1, "begin");

	char *log = log_since(strlen(before));
	assert_true(count_questions(log) >= 10);
	free(log);
	free(before);
	free(through);
	shell_free(sh);
	pgbouncer_end(pooler);
}

/* Directly, where statements have names: lost ones are prepared again, found ones used. */
static void a_lost_statement_is_prepared_again(void **state)
{
	(void)state;
	const struct query probe = { .sql = "SELECT 'prepared'", .is_prepared = true };
	struct caller c = { .options = monitor };
	caller_dial(&c, cluster_conninfo(servers, 0));
	caller_until(&c, LINK_UP);
	caller_ask(&c, &probe);
	caller_sql(&c, "SELECT left(name, -1) || '1' FROM pg_catalog.pg_prepared_statements");
	char *taken = mem_printf("PREPARE %s AS SELECT 'prepared'", c.cell);

	caller_sql(&c, "DEALLOCATE ALL");
	caller_sql(&c, taken); /* 26000, and under the next name 42P05 */
	assert_int_equal(c.error.kind, ERR_NONE);
	caller_ask(&c, &probe);

	assert_string_equal(c.cell, "prepared");
	free(taken);
	caller_hang_up(&c);
}

/* ---- units of work ---- */

struct unit_end {
	int ends;
	struct err error;
};

static void on_unit(void *arg, const struct err *e)
{
	struct unit_end *end = arg;

	end->ends++;
	if (e)
		end->error = *e;
}

static void unit_until(struct caller *c, const struct unit_end *end, int ends)
{
	while (end->ends < ends)
		loop_turn(c->loop, true);
	if (end->error.kind != ERR_NONE)
		fail_msg("%s", end->error.text);
}

static void a_unit_of_work_brings_its_settings_and_leaves_nothing(void **state)
{
	static const struct pgbouncer_options one = { "transaction", 1, false };
	struct pgbouncer *pooler = pgbouncer_start_as(servers, 0, &one);
	struct caller c = { .options = { .purpose = CONN_WORK,
				    .statement_timeout_ms = 2500,
				    .lock_timeout_ms = 300 } };
	struct unit_end end = { 0 };
	(void)state;
	caller_dial(&c, pgbouncer_conninfo(pooler));
	caller_until(&c, LINK_UP);
	assert_true(conn_is_shared(c.conn));

	struct unit_of_work *unit =
		unit_begin(c.conn, &(struct unit_options){ .deadline_ms = 20000 }, on_unit, &end);
	unit_until(&c, &end, 1);
	unit_run(unit, &(struct query){ .sql = settings }, caller_take_answer, &c);
	caller_finish(&c, 1);
	assert_string_equal(c.cell, "off 2500ms 300ms 1min [dbtop/work ro] []");
	unit_commit(unit, on_unit, &end);
	unit_until(&c, &end, 2);

	unit_free(unit);
	nothing_is_left(pooler, 1, "begin");
	caller_hang_up(&c);
	pgbouncer_end(pooler);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mode_is_read_through_and_nothing_is_left),
		cmocka_unit_test(
			what_others_left_in_the_session_does_not_reach_us_and_stays_theirs),
		cmocka_unit_test(a_taken_server_costs_the_deadline_and_the_link_comes_back),
		cmocka_unit_test(a_server_that_ends_the_session_in_mid_question_is_asked_again),
		cmocka_unit_test(a_change_leaves_not_even_its_name_unless_the_session_is_its_own),
		cmocka_unit_test(the_probes_ask_nothing_without_their_settings),
		cmocka_unit_test(the_commands_read_through_it_and_change_nothing),
		cmocka_unit_test(a_lost_statement_is_prepared_again),
		cmocka_unit_test(a_unit_of_work_brings_its_settings_and_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
