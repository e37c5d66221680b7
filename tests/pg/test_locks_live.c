// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The lock table against a real server: each statement runs in a transaction that is rolled back; what pg_locks
 * then says of the relations that were there before is what the statement's actions must say.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "lock_statements.h"
#include "parse/actions.h"
#include "parse/statement.h"
#include "pg/server.h"

static const char fixture[] =
	"set client_min_messages = error; create schema app; set search_path = app;"
	"create table customers (id int primary key, name varchar(20) not null, email text, born "
	"date);"
	"insert into customers select i, 'n' || i, 'e' || i, null from generate_series(1, 200) i;"
	"create table orders (id int primary key, customer int constraint orders_fk references "
	"customers,"
	" total numeric(10,2), note text, at timestamp,"
	" constraint total_valid check (total < 1000000));"
	"insert into orders select i, i, i, 'x', now() from generate_series(1, 200) i;"
	"alter table orders add constraint total_ok check (total > 0) not valid;"
	"create index orders_total on orders (total);"
	"create unique index orders_unique on orders (id, customer);"
	"create table plain (id int not null, ref int, x text);"
	"insert into plain select i, i, 'x' from generate_series(1, 200) i;"
	"create unique index plain_id on plain (id);"
	"alter table plain add constraint plain_fk foreign key (ref) references customers not "
	"valid;"
	"create table events (id int, day date not null) partition by range (day);"
	"create table events_old partition of events for values from ('2025-01-01') to "
	"('2026-01-01');"
	"create table events_new (id int, day date not null);"
	"insert into events_new values (1, '2026-02-02');"
	"create table parent (id int); create table child () inherits (parent); insert into parent "
	"values (1);"
	"create table viewed (id int); create view totals as select id from viewed;"
	"create materialized view sums as select count(*) as n from plain; create unique index on "
	"sums (n);"
	"create sequence numbers; create type mood as enum ('sad', 'ok');"
	"create domain price as numeric; create table priced (p price);"
	"create function touch() returns trigger language plpgsql as $$ begin return new; end $$;"
	"create trigger touched before update on plain for each row execute function touch();"
	"create policy own on plain; create rule quiet as on delete to parent do nothing;"
	"create statistics plain_stats on id, ref from plain;";

struct world {
	struct cluster *cluster;
	PGconn *conn;
	struct arena arena;
	struct deep *deep;
};

/* Locks a relation; the strongest wins. */
struct locks {
	struct {
		char name[64];
		enum lock_mode mode;
	} items[32];
	size_t count;
};

static void note(struct locks *locks, const char *name, enum lock_mode mode)
{
	for (size_t i = 0; i < locks->count; i++) {
		if (strcmp(locks->items[i].name, name) != 0)
			continue;
		if (locks->items[i].mode < mode)
			locks->items[i].mode = mode;
		return;
	}
	assert_true(locks->count < ARRAY_SIZE(locks->items));
	snprintf(locks->items[locks->count].name, sizeof(locks->items[0].name), "%s", name);
	locks->items[locks->count++].mode = mode;
}

static enum lock_mode find(const struct locks *locks, const char *name)
{
	for (size_t i = 0; i < locks->count; i++)
		if (strcmp(locks->items[i].name, name) == 0)
			return locks->items[i].mode;
	return LOCK_NONE;
}

/* "AccessExclusiveLock" is "ACCESS EXCLUSIVE" without blanks, and "Lock" behind. */
static enum lock_mode mode_of(const char *server_word)
{
	for (enum lock_mode mode = LOCK_ACCESS_SHARE; mode <= LOCK_ACCESS_EXCLUSIVE; mode++) {
		const char *a = server_word, *b = lock_mode_words(mode);
		while (*a && *b) {
			if (*b == ' ')
				b++;
			if ((*a | 32) != (*b | 32))
				break;
			a++;
			b++;
		}
		if (!*b && strcmp(a, "Lock") == 0)
			return mode;
	}
	fail_msg("unknown lock mode %s", server_word);
	return LOCK_NONE;
}

static void note_also(struct locks *locks, const char *also)
{
	struct span rest = span_of(also ? also : ""), name, mode;

	while (span_word(&rest, &name) && span_word(&rest, &mode)) {
		char text[64];
		if (mode.data[mode.len - 1] == ',')
			mode.len--;
		snprintf(text, sizeof(text), "%.*s", (int)name.len, name.data);
		for (enum lock_mode m = LOCK_ACCESS_SHARE; m <= LOCK_ACCESS_EXCLUSIVE; m++)
			if (span_is(mode, lock_mode_short(m)))
				note(locks, text, m);
	}
}

static PGresult *ask(struct world *w, const char *sql)
{
	PGresult *result = PQexec(w->conn, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s", PQresultErrorMessage(result));
	return result;
}

/* What the statement says of a relation: does one of its actions read it all, or write it anew? */
static bool claims(const struct statement *s, const char *name, bool rewrite)
{
	for (size_t i = 0; i < s->action_count; i++) {
		const struct action *action = &s->actions[i];
		bool is_it = action->table.name && strcmp(action->table.name, name) == 0;
		/* TRUNCATE gives a new, empty file; REINDEX writes the index, not the table. */
		if (rewrite && is_it && action->kind == ACTION_TRUNCATE)
			return true;
		if (rewrite && action->kind == ACTION_REINDEX)
			continue;
		if (is_it && (rewrite ? action->rewrite : action->scan || action->rewrite))
			return true;
	}
	return false;
}

/* Reading is judged where a lock that hurts is held meanwhile; the partner of a foreign key is read by index. */
static bool is_judged(const struct statement *s, const char *name)
{
	size_t named = 0, judged = 0;

	for (size_t i = 0; i < s->action_count; i++) {
		const struct action *action = &s->actions[i];
		if (!action->table.name || strcmp(action->table.name, name) != 0)
			continue;
		named++;
		judged += action->lock >= LOCK_SHARE_UPDATE_EXCLUSIVE &&
			  action->kind != ACTION_REFERENCED && action->kind != ACTION_LOCK_TABLE;
	}
	return named && named == judged;
}

static int compare_relation(
	const struct statement *s, const PGresult *r, int row, const struct locks *expected)
{
	const char *name = PQgetvalue(r, row, 0);
	bool is_index = *PQgetvalue(r, row, 1) == 'i';
	bool was_read = *PQgetvalue(r, row, 3) == 't',
	     was_rewritten = *PQgetvalue(r, row, 4) == 't';
	enum lock_mode mode = PQgetisnull(r, row, 2) ? LOCK_NONE : mode_of(PQgetvalue(r, row, 2));
	enum lock_mode told = find(expected, name);
	int wrong = 0;

	/* Indexes are locked beside their tables; only one that is named counts. */
	if (mode != told && !(is_index && told == LOCK_NONE)) {
		print_error("%.*s: %s has %s, not %s\n", (int)s->text.len, s->text.data, name,
			lock_mode_words(mode), lock_mode_words(told));
		wrong++;
	}
	if (was_read != claims(s, name, false) && is_judged(s, name) && !is_index) {
		print_error("%.*s: %s is %sread whole\n", (int)s->text.len, s->text.data, name,
			was_read ? "" : "not ");
		wrong++;
	}
	if (was_rewritten != claims(s, name, true) && !is_index) {
		print_error("%.*s: %s is %swritten anew\n", (int)s->text.len, s->text.data, name,
			was_rewritten ? "" : "not ");
		wrong++;
	}
	return wrong;
}

static int compare(struct world *w, const struct statement *s, const char *also)
{
	struct locks expected = { .count = 0 };
	int wrong = 0;

	for (size_t i = 0; i < s->action_count; i++)
		if (s->actions[i].table.name && s->actions[i].lock != LOCK_NONE)
			note(&expected, s->actions[i].table.name, s->actions[i].lock);
	note_also(&expected, also);
	PGresult *result = ask(w, "select * from public.seen");
	for (int row = 0; row < PQntuples(result); row++)
		wrong += compare_relation(s, result, row, &expected);
	PQclear(result);
	return wrong;
}

static int try_row(struct world *w, const struct lock_statement *row)
{
	struct statement s = { .text = span_of(row->sql), .tag = "" };
	int wrong = 0;

	statement_describe(&s, &w->arena, w->deep);
	server_run_on(w->conn, "begin; insert into public.base select oid,"
			       " pg_stat_get_xact_tuples_returned(oid) from public.was");
	PGresult *result = PQexec(w->conn, row->sql);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool is_refused = state && strcmp(state, "25001") == 0;
	if (is_refused != s.is_lone) {
		print_error("%s: %s in a transaction\n", row->sql,
			is_refused ? "refused" : "not refused");
		wrong++;
	} else if (state && !is_refused) {
		print_error("%s: %s", row->sql, PQresultErrorMessage(result));
		wrong++;
	} else if (!state) {
		wrong += compare(w, &s, row->also);
	}
	PQclear(result);
	server_run_on(w->conn, "rollback");
	return wrong;
}

static void the_server_locks_and_rewrites_what_the_table_says(void **state)
{
	struct world *w = *state;
	int wrong = 0;

	for (size_t i = 0; i < lock_statement_count; i++)
		wrong += try_row(w, &lock_statements[i]);
	print_message("%zu statements\n", lock_statement_count);
	assert_int_equal(wrong, 0);
}

/* The rule is shown: kinds that lock an existing relation and are not in rows are named here, with why. */
static void every_lock_of_the_table_is_tried(void **state)
{
	struct world *w = *state;
	bool seen[ACTION_KIND_COUNT] = { false };
	static const enum action_kind untried[] = {
		ACTION_UNKNOWN,		   /* what it would be, nobody knows */
		ACTION_ALTER_TYPE_INSTANT, /* of the catalog; see the test of types */
		ACTION_MERGE,		   /* since 15 only */
	};

	for (size_t i = 0; i < ARRAY_SIZE(untried); i++)
		seen[untried[i]] = true;
	for (size_t i = 0; i < lock_statement_count; i++) {
		struct statement s = { .text = span_of(lock_statements[i].sql), .tag = "" };
		statement_describe(&s, &w->arena, w->deep);
		for (size_t k = 0; k < s.action_count; k++)
			seen[s.actions[k].kind] = true;
	}
	for (int kind = 0; kind < ACTION_KIND_COUNT; kind++)
		if (!seen[kind] && action_rule(kind)->lock != LOCK_NONE)
			fail_msg("no statement tries %s", action_rule(kind)->word);
}

/*
 * seen: the relations that were there before, their strongest lock now, and whether they were read or rewritten.
 * base: how many rows were read before the statement; the counters go on from one transaction to the next.
 */
static const char watching[] =
	"create table public.was as select oid, relname, relkind, relfilenode from pg_class"
	" where relnamespace = 'app'::regnamespace;"
	"create table public.base (oid oid, rows bigint);"
	"create view public.seen as select w.relname, w.relkind,"
	" (select l.mode from pg_locks l where l.pid = pg_backend_pid() and l.relation = w.oid"
	"  and l.locktype = 'relation' order by array_position('{AccessShareLock,RowShareLock,"
	"RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,"
	"AccessExclusiveLock}'::text[], l.mode) desc limit 1) as mode,"
	" coalesce(pg_stat_get_xact_tuples_returned(w.oid) > (select b.rows from public.base b"
	"  where b.oid = w.oid), false) as was_read,"
	" w.relkind <> 'S' and coalesce((select c.relfilenode <> w.relfilenode from pg_class c "
	"where c.oid = w.oid), false)"
	"  as was_rewritten"
	" from public.was w";

static int set_up(void **state)
{
	static struct world world;

	world.cluster = server_start(NULL);
	world.conn = server_connect(world.cluster, 0);
	world.deep = deep_new();
	server_run_on(world.conn, fixture);
	server_run_on(world.conn, watching);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	PQfinish(w->conn);
	deep_free(w->deep);
	arena_release(&w->arena);
	server_end(w->cluster);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_locks_and_rewrites_what_the_table_says),
		cmocka_unit_test(every_lock_of_the_table_is_tried),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
