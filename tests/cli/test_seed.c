// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Seeds and checks of `dbtop setup`: what a file changes, what it leaves alone, and where its mistakes stand.
 */
#include "test.h"

#include <signal.h>

#include "base/mem.h"
#include "cli/setup_world.h"

/* A parent and a child, both with rows of their own; the names are against the order of the key. */
static int setup_up(void **state)
{
	struct setup_world *w = setup_world_new(*state);

	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\n"
		"create table z_kind (id int generated always as identity primary key,\n"
		" name text not null unique, price numeric(8, 2), more json);\n"
		"create table a_thing (id int primary key, kind_id int references z_kind,\n"
		" note text not null default 'none', constraint small check (id < 1000));\n");
	shell_write(w->sh, "seed/a_thing.csv", "id,kind_id,note\n1,1,one\n2,2,\"\"\n3,,three\n");
	shell_write(w->sh, "seed/z_kind.csv",
		"id,name,price,more\n1,red,1.50,\"{\"\"a\"\": 1}\"\n2,blue,,\n");
	setup_describe(w, "owner = $_owner\n");
	*state = w;
	return 0;
}

static void succeeds(struct setup_world *w)
{
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
}

static const char things_sql[] =
	"select string_agg(concat_ws(':', id, coalesce(kind_id::text, '-'), note), ' ' order by "
	"id) from a_thing";
static const char kinds_sql[] =
	"select string_agg(concat_ws(':', id, name, coalesce(price::text, '-')), ' ' order by id) "
	"from z_kind";

static void files_are_loaded_in_the_order_of_foreign_keys(void **state)
{
	struct setup_world *w = *state;

	dbtop(w->sh, "setup --yes --json");

	shell_assert(w->sh, 0);
	setup_expect(w, things_sql, "1:1:one 2:2: 3:-:three");
	setup_expect(w, kinds_sql, "1:red:1.50 2:blue:-");
	assert_true(strstr(w->sh->out, "z_kind.csv") < strstr(w->sh->out, "a_thing.csv"));
	shell_json(w->sh, "setup");
	setup_expect_item(w, "seed", "z_kind.csv", "made");
}

static void a_changed_row_is_updated_and_a_hand_made_row_kept(void **state)
{
	struct setup_world *w = *state;
	succeeds(w);
	setup_sql(w, "postgres",
		"insert into z_kind (name) values ('mine');"
		"insert into a_thing values (100, 3, 'mine');"
		"update a_thing set note = 'by hand' where id = 1");
	shell_write(w->sh, "seed/z_kind.csv", "id,name,price\n1,crimson,1.5\n2,blue,\n4,green,3\n");

	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 3);
	shell_assert_out(w->sh, "3 rows: 1 to add, 1 to change");
	setup_expect(w, kinds_sql, "1:red:1.50 2:blue:- 3:mine:-");

	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	shell_assert_out(w->sh, "3 rows: 1 added, 1 changed");
	setup_expect(w, kinds_sql, "1:crimson:1.50 2:blue:- 3:mine:- 4:green:3.00");
	setup_expect(w, things_sql, "1:1:one 2:2: 3:-:three 100:3:mine");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 0);
}

static void what_a_file_does_not_say_stays(void **state)
{
	struct setup_world *w = *state;
	succeeds(w);
	setup_sql(w, "postgres", "update z_kind set price = 7");
	shell_write(w->sh, "seed/z_kind.csv", "name,id\nred,1\n");

	dbtop(w->sh, "setup");

	shell_assert(w->sh, 0);
	setup_expect(w, kinds_sql, "1:red:7.00 2:blue:7.00");
}

static void numbers_of_a_file_are_not_given_again(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "seed/z_kind.csv", "id,name\n1,red\n2,blue\n41,far\n");
	succeeds(w);

	setup_sql(w, "postgres", "insert into z_kind (name) values ('next')");

	setup_expect(w, "select id from z_kind where name = 'next'", "42");
}

static void without_the_primary_key_a_unique_name_tells_rows_apart(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "seed/z_kind.csv", "name,price\nred,1\nblue,2\n");
	succeeds(w);
	shell_write(w->sh, "seed/z_kind.csv", "price,name\n1,red\n3,blue\n");

	succeeds(w);

	setup_expect(w, kinds_sql, "1:red:1.00 2:blue:3.00");
}

/* The file fails at this place, and nothing of it stands. */
static void fails_at(struct setup_world *w, const char *csv, const char *place, const char *why)
{
	char *text = mem_printf("seed/%s: %s", place, why);

	shell_write(w->sh, "seed/a_thing.csv", csv);
	dbtop(w->sh, "setup --yes");
	if (w->sh->status != 5 && w->sh->status != 6)
		shell_assert(w->sh, 5);
	shell_assert_err(w->sh, text);
	setup_expect(w, "select count(*) from a_thing where id < 100", "0");
	free(text);
}

static void a_mistake_in_a_csv_says_file_line_and_column(void **state)
{
	struct setup_world *w = *state;

	fails_at(w, "id,kind_id\n1,1\n2,two\n", "a_thing.csv:3:3",
		"invalid input syntax for type integer: \"two\"");
	fails_at(w, "id,kind_id\n1,1\n2,77\n", "a_thing.csv:3:3", "insert or update on table");
	fails_at(w, "id,note\n1,\"x\ny\"\n1,z\n", "a_thing.csv:4:1", "the same id as in line 2");
	fails_at(w, "id,note\n1,x\n,z\n", "a_thing.csv:3:1", "id is empty");
	fails_at(w, "id,knid_id\n1,1\n", "a_thing.csv:1:4", "table a_thing has no column knid_id");
	shell_assert_err(w->sh, "did you mean kind_id?");
	fails_at(w, "kind_id,note\n1,x\n", "a_thing.csv:1:1", "the header names no whole key");
	fails_at(w, "id,note\n1,x,y\n", "a_thing.csv:2:1", "3 cells, and the header has 2");
	fails_at(w, "id,note\n1,\"x\n", "a_thing.csv:2:3", "a quote is opened here");
}

static void a_constraint_that_is_not_held_names_file_line_and_column(void **state)
{
	struct setup_world *w = *state;

	fails_at(w, "id,note\n1,x\n2,\"a\nb\"\n2000,y\n3,z\n", "a_thing.csv:5:1",
		"new row for relation \"a_thing\" violates check constraint \"small\"");
	fails_at(w, "kind_id,note,id\n1,x,1\n1,,2\n2,y,3\n2,,4\n", "a_thing.csv:3:3",
		"null value in column \"note\"");
	fails_at(w, "id,kind_id\n1,1\n2,2\n3,77\n4,78\n", "a_thing.csv:4:3",
		"insert or update on table \"a_thing\" violates foreign key constraint");
}

static void a_changed_row_that_breaks_a_rule_is_found_too(void **state)
{
	struct setup_world *w = *state;
	succeeds(w);

	shell_write(w->sh, "seed/a_thing.csv", "id,kind_id,note\n1,2,one\n2,2,\n3,,three\n");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 5);
	shell_assert_err(w->sh, "seed/a_thing.csv:3:5: null value in column \"note\"");
	setup_expect(w, things_sql, "1:1:one 2:2: 3:-:three");

	setup_sql(w, "postgres",
		"create function refuse() returns trigger language plpgsql as 'begin "
		"if new.note = ''bad'' then raise exception ''not that''; end if; "
		"return new; end';"
		"create trigger t before insert or update on a_thing for each row "
		"execute function refuse()");
	shell_write(w->sh, "seed/a_thing.csv",
		"id,note\n1,good\n2,good\n3,good\n4,good\n5,bad\n6,good\n7,bad\n");
	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 5);
	const struct json *error = json_get(shell_json(w->sh, "setup"), "error");
	assert_int_equal(json_int(json_get(error, "line"), -1), 6);
	assert_string_equal(json_text(json_get(error, "text")), "not that");
	setup_expect(w, things_sql, "1:1:one 2:2: 3:-:three");
}

static void a_rule_that_is_held_back_until_the_end_is_placed_as_well(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\nalter table a_thing add twin int references a_thing deferrable "
		"initially deferred;\n");
	shell_write(w->sh, "seed/a_thing.csv", "id,twin\n1,2\n2,1\n3,9\n");

	dbtop(w->sh, "setup --yes --allow-hazard all");

	shell_assert(w->sh, 6);
	shell_assert_err(w->sh, "seed/a_thing.csv:4:3: insert or update on table");
	setup_expect(w, "select count(*) from a_thing", "0");
}

static void after_a_failure_in_the_middle_it_goes_on(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "seed/a_thing.csv", "id,kind_id\n1,nine\n");

	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 6);
	const struct json *root = shell_json(w->sh, "setup");
	const struct json *error = json_get(root, "error");
	assert_string_equal(json_text(json_get(error, "file")), "seed/a_thing.csv");
	assert_int_equal(json_int(json_get(error, "line"), -1), 2);
	assert_int_equal(json_int(json_get(error, "column"), -1), 3);
	setup_expect_item(w, "seed", "z_kind.csv", "made");
	setup_expect_item(w, "seed", "a_thing.csv", "failed");
	setup_expect(w, "select count(*) from z_kind", "2");

	shell_write(w->sh, "seed/a_thing.csv", "id,kind_id\n1,2\n");
	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 0);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "seed", "z_kind.csv", "there");
	setup_expect_item(w, "seed", "a_thing.csv", "made");
}

static void tables_that_refer_to_each_other_are_named(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\nalter table z_kind add best int references a_thing;\n");

	dbtop(w->sh, "setup --yes --allow-hazard all");

	shell_assert(w->sh, 6);
	shell_assert_err(w->sh, "in a circle: a_thing -> z_kind");
	setup_expect(w, "select count(*) from z_kind", "0");
}

static void a_file_for_no_table_says_which_is_near(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "seed/a_thinq.csv", "id\n1\n");

	dbtop(w->sh, "setup --yes");

	shell_assert(w->sh, 6);
	shell_assert_err(w->sh, "there is no table a_thinq");
	shell_assert_err(w->sh, "did you mean a_thing?");
}

static void a_file_may_name_the_schema(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\ncreate schema stock;\n"
		"create table stock.a_thing (id int primary key);\n");
	shell_write(w->sh, "seed/stock.a_thing.csv", "id\n7\n");

	succeeds(w);

	setup_expect(w, "select id from stock.a_thing", "7");
	setup_expect(w, "select count(*) from a_thing", "3");
}

static void a_seed_of_sql_runs_behind_its_table_and_says_what_it_changed(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "seed/a_thing.sql",
		"insert into a_thing values (50, 1, 'from SQL') on conflict do nothing;\n"
		"-- a comment\nselect count(*) from a_thing;\n");
	shell_write(w->sh, "seed/last.sql",
		"update a_thing set note = 'last' where id = 50 and note <> 'last';\n");

	succeeds(w);
	setup_expect(w, "select note from a_thing where id = 50", "last");
	shell_assert_out(w->sh, "1 rows changed");

	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 0);
	shell_assert_out(w->sh, "2 statements run at each setup");
	/* Whether it changes something shows only when it is run, and that is never done unasked. */
	dbtop(w->sh, "setup");
	shell_assert(w->sh, 8);
	shell_assert_err(
		w->sh, "all is there; 2 seeds of SQL, run at each setup, are not confirmed");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, "nothing to do: all ");
	shell_assert_out(w->sh, "no row changed");
}

static void a_seed_of_sql_takes_nothing_away_and_changes_rows_only(void **state)
{
	struct setup_world *w = *state;
	static const struct refused {
		const char *sql, *words;
	} refused[] = {
		{ "delete from a_thing where id = 100",
			"DELETE may not stand in a seed: it takes rows" },
		{ "with x as (delete from a_thing returning *) select * from x",
			"takes rows away" },
		{ "truncate a_thing",
			"TRUNCATE TABLE may not stand in a seed: it takes rows away" },
		{ "update a_thing set note = 'all'", "without WHERE it changes rows made by hand" },
		{ "do 'begin delete from a_thing; end'",
			"DO may not stand in a seed: what it does" },
		{ "create table b ()", "CREATE TABLE may not stand in a seed: it changes more" },
	};
	succeeds(w);
	setup_sql(w, "postgres", "insert into a_thing values (100, 2, 'mine')");

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		char *text = mem_printf("select 1;\n %s;\n", refused[i].sql);
		shell_write(w->sh, "seed/x.sql", text);
		free(text);
		dbtop(w->sh, "setup --yes");
		shell_assert(w->sh, 5);
		shell_assert_err(w->sh, "seed/x.sql:2:2: ");
		shell_assert_err(w->sh, refused[i].words);
		shell_assert_err(w->sh, "hint: a migration is the place for it");
	}
	setup_expect(w, things_sql, "1:1:one 2:2: 3:-:three 100:2:mine");
	shell_write(w->sh, "seed/x.sql",
		"create temporary table t (i int) on commit drop;\ninsert into t values (3);\n"
		"update a_thing set note = 'drei' from t where id = i;\n");
	succeeds(w);
	setup_expect(w, things_sql, "1:1:one 2:2: 3:-:drei 100:2:mine");
}

static void a_seed_of_sql_is_one_transaction(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "seed/x.sql",
		"insert into a_thing values (60);\n\n  insert into a_thing\n  valuess (61);\n");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 6);
	shell_assert_err(w->sh, "seed/x.sql:4:3: syntax error");
	setup_expect(w, "select count(*) from a_thing where id = 60", "0");

	shell_write(w->sh, "seed/x.sql", "insert into a_thing values (60);\n commit;\n");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 5);
	shell_assert_err(w->sh, "seed/x.sql:2:2: COMMIT may not stand here");
	shell_write(w->sh, "seed/x.sql", "vacuum a_thing;\n");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 5);
	shell_assert_err(w->sh, "seed/x.sql:1:1: VACUUM may not stand in a transaction");
}

static void checks_must_all_be_true(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "owner = $_owner\nchecks = checks.sql\n");
	shell_write(w->sh, "checks.sql",
		"select count(*) = 3 from a_thing;\nselect count(*) > 2 as enough from z_kind;\n");

	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 6);
	shell_assert_err(w->sh, "checks.sql:2:1: not true: column \"enough\" says f");

	shell_write(w->sh, "checks.sql", "select true from a_thing where false;\n");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 5);
	shell_assert_err(w->sh, "returned no row");
	shell_write(w->sh, "checks.sql", "delete from a_thing returning true;\n");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 5);
	shell_assert_err(w->sh, "read-only transaction");
	shell_write(w->sh, "checks.sql", "select count(*) = 3 from a_thing;\n");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 0);
	shell_assert_out(w->sh, "1 queries, all true");
}

static void a_setup_that_is_interrupted_says_what_stands(void **state)
{
	struct setup_world *w = *state;
	struct shell_child child;
	succeeds(w);
	shell_write(w->sh, "seed/z_kind.csv", "id,name\n1,crimson\n");
	shell_write(w->sh, "seed/a_thing.csv", "id,note\n1,changed\n");
	char *conninfo = mem_printf("host=%s port=%d user=postgres dbname=%s",
		cluster_socket_dir(w->cluster), cluster_node_port(w->cluster, 0), w->database);
	PGconn *holder = server_connect_to(conninfo);
	server_run_on(holder, "begin; select from a_thing for update");

	shell_start(w->sh, &child, "setup --yes");
	shell_wait_err(&child, "seed z_kind.csv: made");
	kill(child.pid, SIGINT);
	shell_finish(&child);

	shell_assert(w->sh, 130);
	shell_assert_out(w->sh, "z_kind.csv");
	server_run_on(holder, "rollback");
	PQfinish(holder);
	free(conninfo);
	setup_expect(w, "select name from z_kind where id = 1", "crimson");
	setup_expect(w, "select note from a_thing where id = 1", "one");
	succeeds(w);
	setup_expect(w, "select note from a_thing where id = 1", "changed");
}

static void a_directory_that_is_named_must_be_there(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "seed = nowhere\n");

	dbtop(w->sh, "setup --check");

	shell_assert(w->sh, 2);
	shell_assert_err(w->sh, "cannot read the seeds in nowhere");
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup_up, setup_world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(files_are_loaded_in_the_order_of_foreign_keys),
		test(a_changed_row_is_updated_and_a_hand_made_row_kept),
		test(what_a_file_does_not_say_stays),
		test(numbers_of_a_file_are_not_given_again),
		test(without_the_primary_key_a_unique_name_tells_rows_apart),
		test(a_mistake_in_a_csv_says_file_line_and_column),
		test(a_constraint_that_is_not_held_names_file_line_and_column),
		test(a_changed_row_that_breaks_a_rule_is_found_too),
		test(a_rule_that_is_held_back_until_the_end_is_placed_as_well),
		test(after_a_failure_in_the_middle_it_goes_on),
		test(tables_that_refer_to_each_other_are_named),
		test(a_file_for_no_table_says_which_is_near),
		test(a_file_may_name_the_schema),
		test(a_seed_of_sql_runs_behind_its_table_and_says_what_it_changed),
		test(a_seed_of_sql_takes_nothing_away_and_changes_rows_only),
		test(a_seed_of_sql_is_one_transaction),
		test(checks_must_all_be_true),
		test(a_setup_that_is_interrupted_says_what_stands),
		test(a_directory_that_is_named_must_be_there),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
