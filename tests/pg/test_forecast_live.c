// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the catalog's better knowledge makes of a statement's cost, against a real server: each row is forecast by a plan
 * that asked the catalog, then run in a transaction that is rolled back. Files written anew, rows read, indexes built and
 * tables locked must be what was foretold.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fault/rig.h"
#include "migrate/plan/forecast.h"
#include "migrate/schema/catalog.h"
#include "migration_world.h"

static const char fixture[] =
	"set client_min_messages = error; create schema app; set search_path = app;"
	"create type mood as enum ('sad', 'ok'); create domain word as varchar(10);"
	"create domain price as numeric(10,2) check (value >= 0); create domain there as int not "
	"null;"
	"create table t (id int primary key, v varchar(20), vi varchar(20), ve varchar(20), vp "
	"varchar(20),"
	" vc varchar(20) constraint vc_long check (length(vc) > 0), vn varchar(20), tx text, txc "
	"text collate"
	" \"C\", n numeric(10,2), nn numeric, b varbit(8), ip cidr, ts timestamp, tsi timestamp, "
	"ts3 timestamp(3),"
	" tz timestamptz, tm time(3), iv interval, i int, j int constraint j_there check (j is not "
	"null), k int,"
	" l int, m int not null, arr varchar(10)[], x xml, bp char(10), o mood, w word, p price, "
	"col2 text);"
	"insert into t select g, g, g, g, g, g, g, g, g, g, g, B'1', '10.0.0.0/8', now(), now(), "
	"now(), now(),"
	" '12:00', '1 day', g, g, g, g, g, '{a}', '<a/>', g, 'ok', g, g, g from generate_series(1, "
	"200) g;"
	"alter table t add constraint k_there check (k is not null) not valid,"
	" add constraint l_there check (l is not null and i > 0),"
	" add constraint vn_long check (length(vn) > 0) not valid;"
	"create index t_vi on t (vi); create index t_ve on t (lower(ve)); create index t_vp on t "
	"(i) where vp <> '';"
	"create index t_txc on t (txc); create index t_ip on t (ip); create index t_tsi on t (tsi);"
	"create index t_n on t (n, tsi);"
	"create table parents (id int primary key, code varchar(10) unique, at timestamp unique);"
	"create table children (id int primary key, parent int constraint children_parent "
	"references parents,"
	" code varchar(10) constraint children_code references parents (code), note text);"
	"insert into parents select g, g, now() + g * interval '1 s' from generate_series(1, 200) "
	"g;"
	"insert into children select g, g, g, g from generate_series(1, 200) g;"
	"create table events (day date, note varchar(10), kind int constraint kind_there check "
	"(kind is not null),"
	" seen int) partition by range (day);"
	"create table events_1 partition of events for values from ('2025-01-01') to "
	"('2026-01-01');"
	"create table events_2 partition of events for values from ('2026-01-01') to "
	"('2027-01-01');"
	"create index events_note on events (note);"
	"insert into events select '2025-06-01', g, g, g from generate_series(1, 200) g;"
	"create table roots (v varchar(10), q int constraint q_there check (q is not null) no "
	"inherit, r int);"
	"create table leaves (extra int) inherits (roots);"
	"insert into roots select g, g, g from generate_series(1, 200) g;"
	"insert into leaves select g, g, g, g from generate_series(1, 200) g;";

/*
 * "-" for an instant, "scan", "rewrite", with the number of indexes built; then the tables at the other end of a key that
 * are locked. All statements but the last only come before it.
 */
struct row {
	const char *sql, *told;
	const char *elsewhere; /* told where the zone is not UTC; NULL = the same */
	const char *real;      /* what the server does when that is less; NULL = the same */
};

static const struct row rows[] = {
	/* in place */
	{ "alter table app.t alter v type varchar(40)", "-" },
	{ "alter table app.t alter v type varchar(20)", "-" },
	{ "alter table app.t alter v type varchar", "-" },
	{ "alter table app.t alter v type text", "-" },
	{ "alter table app.t alter vi type text", "-" },
	{ "alter table app.t alter tx type varchar", "-" },
	{ "alter table app.t alter n type numeric(12,2)", "-" },
	{ "alter table app.t alter n type numeric", "-" },
	{ "alter table app.t alter b type varbit(16)", "-" },
	{ "alter table app.t alter b type varbit", "-" },
	{ "alter table app.t alter ip type inet", "-" },
	{ "alter table app.t alter ts type timestamp(6)", "-" },
	{ "alter table app.t alter ts3 type timestamp(4)", "-" },
	{ "alter table app.t alter ts3 type timestamp", "-" },
	{ "alter table app.t alter tm type time", "-" },
	{ "alter table app.t alter iv type interval", "-" },
	{ "alter table app.t alter m type int", "-" },
	{ "alter table app.t alter o type app.mood", "-" },
	{ "alter table app.t alter w type text", "-" },
	{ "alter table app.t alter w type app.word", "-" },
	{ "alter table app.t alter v type app.word", "rewrite 8" },
	{ "alter table app.t alter p type numeric", "-" },
	/* with another zone or collation, what is sorted by it is sorted again */
	{ "alter table app.t alter ts type timestamptz", "-", "rewrite 8" },
	{ "alter table app.t alter tz type timestamp", "-", "rewrite 8" },
	{ "alter table app.t alter tz type timestamp using tz", "-", "rewrite 8" },
	{ "alter table app.t alter tsi type timestamptz", "scan 2", "rewrite 8" },
	{ "alter table app.t alter ts type timestamptz(3)", "rewrite 8" },
	{ "alter table app.t alter ts3 type timestamptz", "-", "rewrite 8" },
	{ "alter table app.t alter vi type varchar(20) collate \"C\"", "scan 1" },
	{ "alter table app.t alter tx type text collate \"C\"", "-" },
	{ "alter table app.t alter txc type text", "scan 1" },
	{ "alter table app.t alter txc type varchar collate \"C\"", "-" },
	{ "alter table app.t alter txc type varchar collate pg_catalog.\"C\"", "-" },
	/* what rests on the column is looked at again */
	{ "alter table app.t alter ve type varchar(40)", "scan 1" },
	{ "alter table app.t alter vp type varchar(40)", "scan 1" },
	{ "alter table app.t alter vc type varchar(40)", "scan" },
	{ "alter table app.t alter vn type varchar(40)", "-" },
	/* rewrites */
	{ "alter table app.t alter i type bigint", "rewrite 8" },
	{ "alter table app.t alter v type varchar(10)", "rewrite 8" },
	{ "alter table app.t alter tx type varchar(10)", "rewrite 8" },
	{ "alter table app.t alter n type numeric(12,3)", "rewrite 8" },
	{ "alter table app.t alter n type numeric(9,2)", "rewrite 8" },
	{ "alter table app.t alter nn type numeric(12,2)", "rewrite 8" },
	{ "alter table app.t alter b type varbit(4)", "rewrite 8" },
	{ "alter table app.t alter ts type timestamp(3)", "rewrite 8" },
	{ "alter table app.t alter ts type date", "rewrite 8" },
	{ "alter table app.t alter bp type char(20)", "rewrite 8" },
	{ "alter table app.t alter bp type text", "rewrite 8" },
	{ "alter table app.t alter o type text using o::text", "rewrite 8" },
	{ "alter table app.t alter arr type varchar(20)[]", "rewrite 8" },
	{ "alter table app.t alter n type app.price", "rewrite 8" },
	{ "alter table app.t alter i type app.there", "rewrite 8" },
	/* the worst is told where nobody knows */
	{ "alter table app.t alter x type text", "rewrite 8", .real = "-" },
	/* USING */
	{ "alter table app.t alter v type varchar(40) using v", "-" },
	{ "alter table app.t alter v type varchar(40) using (v)::varchar(40)", "-" },
	{ "alter table app.t alter v type text using v::text", "-" },
	{ "alter table app.t alter v type text using v || ''", "rewrite 8" },
	{ "alter table app.t alter v type text using tx", "rewrite 8" },
	{ "alter table app.t alter ts type timestamptz using ts at time zone 'UTC'", "rewrite 8" },
	{ "alter table app.t alter i type bigint using i::bigint", "rewrite 8" },
	{ "alter table app.t alter v type varchar(40) using v::varchar(30)", "rewrite 8",
		.real = "-" },
	/* NOT NULL */
	{ "alter table app.t alter i set not null", "scan" },
	{ "alter table app.t alter j set not null", "-" },
	{ "alter table app.t alter k set not null", "scan" },
	{ "alter table app.t alter l set not null", "scan", .real = "-" },
	{ "alter table app.t alter m set not null", "-" },
	{ "alter table app.t validate constraint k_there; alter table app.t alter k set not null",
		"scan", .real = "-" },
	{ "alter table app.t add constraint i_there check (i is not null) not valid;"
	  "alter table app.t validate constraint i_there; alter table app.t alter i set not null",
		"-" },
	{ "alter table app.t add constraint i_there check (i is not null); alter table app.t alter "
	  "i set "
	  "not null",
		"-" },
	{ "alter table app.t add constraint i_there check (i is not null) not valid;"
	  "alter table app.t alter i set not null",
		"scan" },
	{ "alter table app.t add constraint i_there check (i is not null);"
	  "alter table app.t drop constraint i_there; alter table app.t alter i set not null",
		"scan" },
	{ "alter table app.t drop constraint j_there; alter table app.t alter j set not null",
		"scan" },
	{ "alter table app.t drop constraint j_there, alter j set not null", "scan" },
	{ "alter table app.t alter m drop not null; alter table app.t alter m set not null",
		"scan" },
	{ "alter table app.events alter kind set not null", "-" },
	{ "alter table app.events alter seen set not null", "scan" },
	{ "alter table app.roots alter q set not null", "scan" },
	{ "alter table app.roots alter r set not null", "scan" },
	/* what a statement before may have changed is unknown */
	{ "alter table app.t alter v type varchar(30); alter table app.t alter v type varchar(40)",
		"rewrite", .real = "-" },
	{ "alter table app.t alter v type varchar(30); alter table app.t alter vi type varchar(40)",
		"-" },
	{ "set local timezone = 'Europe/Berlin'; alter table app.t alter ts type timestamptz",
		"rewrite 8" },
	{ "create index on app.t (v); alter table app.t alter v type text collate \"C\"", "rewrite",
		.real = "scan" },
	{ "do $$ begin alter table app.t alter v type text; end $$; alter table app.t alter v type "
	  "varchar(20)",
		"rewrite", .real = "rewrite 8" },
	/* with partitions and children */
	{ "alter table app.events alter note type varchar(20)", "scan 2" },
	{ "alter table app.events alter kind type bigint", "rewrite 2" },
	{ "alter table app.roots alter v type varchar(20)", "-" },
	{ "alter table app.roots alter v type varchar(5)", "rewrite" },
	/* columns that are new, or there */
	{ "alter table app.t add column c int default 1", "-" },
	{ "alter table app.t add column c app.mood default 'ok'", "-" },
	{ "alter table app.t add column c app.word", "-" },
	{ "alter table app.t add column c app.price", "rewrite 8" },
	{ "alter table app.t add column c app.price[]", "-" },
	{ "alter table app.t add column if not exists i bigint default random()", "-" },
	{ "alter table app.t add column if not exists i app.price", "-" },
	{ "alter table app.t add column c uuid default gen_random_uuid()", "rewrite 8" },
	{ "create type app.fresh as enum ('a'); alter table app.t add column c app.fresh", "-" },
	{ "create domain app.fresh as int check (value > 0); alter table app.t add column c "
	  "app.fresh",
		"rewrite 8" },
	/* both ends of a key */
	{ "alter table app.children alter note type varchar", "-" },
	{ "alter table app.children alter code type varchar(20)", "- parents" },
	{ "alter table app.children alter parent type bigint", "rewrite 1 parents" },
	{ "alter table app.parents alter code type text", "- children" },
	{ "alter table app.children drop column code", "- parents" },
	{ "alter table app.children drop column note", "-" },
	{ "alter table app.parents drop column code cascade", "- children" },
	{ "alter table app.children drop constraint children_code", "- parents" },
	{ "drop table app.children", "- parents" },
};

struct world {
	struct rig *rig;
	struct lease *lease;
	PGconn *conn;
	bool is_utc, is_done;
	struct migration_world *migrations; /* of the row at hand */
};

/* seen: what became of the relations that were there before the statement. */
static const char watching[] =
	"create table public.was as select oid, relname, relkind from pg_catalog.pg_class"
	" where relnamespace = 'app'::regnamespace and relkind in ('r', 'p', 'i');"
	"create table public.base (oid oid, relname name, relkind char, filenode oid, rows bigint);"
	"create view public.seen as select b.relname, b.relkind,"
	" pg_stat_get_xact_tuples_returned(b.oid) > b.rows as was_read,"
	" coalesce((select c.relfilenode <> b.filenode from pg_catalog.pg_class c"
	"  where c.relname = b.relname and c.relnamespace = 'app'::regnamespace), b.relkind = 'i') "
	"as was_written,"
	" exists (select from pg_catalog.pg_locks l where l.pid = pg_backend_pid() and l.relation "
	"= b.oid"
	"  and l.mode = 'AccessExclusiveLock') as is_locked"
	" from public.base b order by b.relname";

static void base_take(PGconn *conn)
{
	server_run_on(conn,
		"insert into public.base select w.oid, w.relname, w.relkind, c.relfilenode,"
		" pg_stat_get_xact_tuples_returned(w.oid) from public.was w join "
		"pg_catalog.pg_class c"
		" on c.oid = w.oid");
}

static void leased(void *arg, struct lease *lease, const struct err *e)
{
	struct world *w = arg;
	assert_null(e);
	w->lease = lease;
	w->is_done = true;
}

static void answered(void *arg, const struct catalog_answer *answer, const struct err *e)
{
	struct world *w = arg;
	if (e)
		fail_msg("%s %s", e->text, e->detail);
	forecast_apply(&w->migrations->plan, answer, 0);
	w->is_done = true;
}

static void wait_for(struct world *w)
{
	while (!w->is_done) {
		loop_turn(w->rig->loop, true);
		loop_free_deferred(w->rig->loop);
	}
	w->is_done = false;
}

/* The plan of one script, with what the catalog says of it; the step of its last statement. */
static const struct plan_step *forecast_row(struct world *w, const char *sql)
{
	struct catalog_question question;
	struct migration_world *m = w->migrations;
	char *text = mem_printf("-- dbtop: up\n%s;\n", sql);

	world_file(m, "20240101000000_a.sql", text);
	free(text);
	assert_int_equal(world_open(m, NULL), EXIT_DONE);
	assert_int_equal(world_plan(m, PLAN_UP, "head"), EXIT_DONE);
	forecast_question(&m->plan, &question);
	catalog_facts_start(lease_conn(w->lease), &m->plan.arena,
		&(struct catalog_request){ .question = &question }, answered, w);
	wait_for(w);
	return &m->plan.steps[m->plan.step_count - 1];
}

/* "scan 2 parents", by the plan. */
static char *told_new_of(const struct plan_step *step)
{
	size_t last = step->statement_count - 1;
	const struct statement *sql = &step->statements[last].sql;
	struct str out = { 0 };
	bool scan = false, rewrite = false;
	long indexes = 0;

	for (size_t i = 0; i < sql->action_count; i++) {
		struct action_cost cost = plan_cost(step, last, i);
		const char *built = cost.why ? strstr(cost.why, "rebuilds ") : NULL;
		scan |= cost.scan;
		rewrite |= cost.rewrite;
		indexes += built ? strtol(built + strlen("rebuilds "), NULL, 10) : 0;
	}
	str_add(&out, rewrite ? "rewrite" : scan ? "scan" : "-");
	if (indexes)
		str_addf(&out, " %ld", indexes);
	for (size_t i = 0; i < step->hazard_count; i++) {
		const struct hazard *hazard = &step->hazards[i];
		if (hazard->kind == HAZARD_LOCK_OTHER_TABLE && hazard->statement == last)
			str_addf(&out, " %s", strchr(hazard->object, '.') + 1);
	}
	return str_detach(&out);
}

static bool is_in(const char *name, const char *sql)
{
	const char *at = strstr(sql, "app.");
	size_t len = strcspn(at + 4, " ");
	/* its partitions, and the children of roots */
	return strncmp(at + 4, name, len) == 0 ||
	       (strncmp(at + 4, "roots", len) == 0 && strcmp(name, "leaves") == 0);
}

/* The same, by the server. */
static char *seen_new(PGconn *conn, const char *sql)
{
	PGresult *r = PQexec(conn, "select * from public.seen");
	struct str out = { 0 }, others = { 0 };
	bool scan = false, rewrite = false;
	long indexes = 0;

	assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
	for (int i = 0; i < PQntuples(r); i++) {
		const char *name = PQgetvalue(r, i, 0);
		bool is_index = *PQgetvalue(r, i, 1) == 'i', is_own = is_in(name, sql);
		bool was_written = *PQgetvalue(r, i, 3) == 't';
		scan |= !is_index && is_own && *PQgetvalue(r, i, 2) == 't';
		rewrite |= !is_index && was_written;
		indexes += is_index && was_written;
		if (!is_index && !is_own && *PQgetvalue(r, i, 4) == 't')
			str_addf(&others, " %s", name);
	}
	PQclear(r);
	/* What is dropped has no index that could be built. */
	bool is_drop = strstr(sql, " drop ") || strncmp(sql, "drop", 4) == 0;
	str_add(&out, rewrite ? "rewrite" : scan ? "scan" : "-");
	if (indexes && !is_drop)
		str_addf(&out, " %ld", indexes);
	str_add(&out, str_c(&others));
	str_release(&others);
	return str_detach(&out);
}

static char *run_row(PGconn *conn, const struct plan_step *step)
{
	char *seen = NULL;

	server_run_on(conn, "begin");
	for (size_t i = 0; i < step->statement_count; i++) {
		struct span text = step->statements[i].sql.text;
		char *sql = mem_strndup(text.data, text.len);
		if (i + 1 == step->statement_count)
			base_take(conn);
		server_run_on(conn, sql);
		if (i + 1 == step->statement_count)
			seen = seen_new(conn, sql);
		free(sql);
	}
	server_run_on(conn, "rollback");
	return seen;
}

static int try_row(struct world *w, const struct row *row)
{
	void *migrations;
	const char *told = !w->is_utc && row->elsewhere ? row->elsewhere : row->told;
	const char *real = row->real ? row->real : told;

	migration_world_start(&migrations);
	w->migrations = migrations;
	const struct plan_step *step = forecast_row(w, row->sql);
	char *said = told_new_of(step), *seen = run_row(w->conn, step);
	bool is_right = strcmp(said, told) == 0 && strcmp(seen, real) == 0;
	if (!is_right)
		print_error("%s\n\ttold %s, wanted %s\n\tseen %s, wanted %s\n", row->sql, said,
			told, seen, real);
	free(said);
	free(seen);
	migration_world_end(&migrations);
	return !is_right;
}

static void try_all(struct cluster *servers, const char *zone)
{
	struct world w = { .rig = rig_new(servers), .is_utc = strcmp(zone, "UTC") == 0 };
	char *set = mem_printf("alter database \"%s\" set timezone = '%s'", w.rig->database, zone);
	int wrong = 0;

	rig_sql(w.rig, set);
	free(set);
	rig_connect(w.rig);
	endpoint_watch(w.rig->endpoint);
	lease_take(w.rig->endpoint, CONN_MONITOR, NULL, 10000, leased, &w);
	wait_for(&w);
	w.conn = server_connect_to(w.rig->conninfo);
	server_run_on(w.conn, fixture);
	server_run_on(w.conn, watching);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		wrong += try_row(&w, &rows[i]);
	print_message("%zu statements, %s\n", ARRAY_SIZE(rows), zone);
	PQfinish(w.conn);
	lease_give_back(w.lease);
	rig_free(w.rig);
	assert_int_equal(wrong, 0);
}

static void what_is_told_is_what_the_server_does(void **state)
{
	try_all(*state, "UTC");
}

static void and_so_it_is_where_the_zone_is_not_utc(void **state)
{
	try_all(*state, "Europe/Berlin");
}

static int start(void **state)
{
	*state = server_start(NULL);
	return 0;
}

static int end(void **state)
{
	server_end(*state);
	return 0;
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_what_the_server_does),
		cmocka_unit_test(and_so_it_is_where_the_zone_is_not_utc),
	};
	return cmocka_run_group_tests(tests, start, end);
}
