// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <sqlite3.h>

#include "store/store_audit.h"
#include "store_world.h"

static struct audit_entry answer(void)
{
	return (struct audit_entry){ .actor = "bob@laptop",
		.target = "shop",
		.env = "prod",
		.kind = "answer",
		.what = "run.step",
		.statement = "DROP TABLE orders_legacy",
		.token = "drop_legacy",
		.gate = "lag 1 MB, slots 61 %" };
}

static void an_entry_comes_back_with_its_result_beside_it(void **state)
{
	struct store_world *w = *state;
	struct audit_entry entry = answer(), result = { .actor = "bob@laptop",
		.target = "shop",
		.env = "prod",
		.kind = "result",
		.what = "run.step",
		.result = "done" };
	struct audit_entry *list;

	assert_true(store_audit_add(w->store, &entry, &w->e));
	result.of = entry.id;
	assert_true(store_audit_add(w->store, &result, &w->e));
	store_world_restart(w);
	assert_int_equal(store_audit_list(w->store, "shop", 10, &w->arena, &list), 2);
	assert_int_equal(list[0].of, entry.id);
	assert_string_equal(list[0].result, "done");
	assert_string_equal(list[1].token, "drop_legacy");
	assert_string_equal(list[1].gate, "lag 1 MB, slots 61 %");
	assert_string_equal(list[1].statement, "DROP TABLE orders_legacy");
	assert_int_equal(list[1].of, 0);
	assert_int_equal(list[1].at_us, entry.at_us);
	assert_null(list[1].result);
	assert_int_equal(store_audit_list(w->store, "other", 10, &w->arena, &list), 0);
	assert_int_equal(store_audit_list(w->store, NULL, 1, &w->arena, &list), 1);
}

static void a_password_in_a_statement_is_not_kept(void **state)
{
	struct store_world *w = *state;
	struct audit_entry entry = answer();
	struct audit_entry *list;

	entry.statement = "ALTER ROLE a PASSWORD 'hunter2'";
	assert_true(store_audit_add(w->store, &entry, &w->e));
	assert_int_equal(store_audit_list(w->store, NULL, 1, &w->arena, &list), 1);
	assert_string_equal(list[0].statement, "ALTER ROLE a PASSWORD ***");
}

static void the_file_itself_refuses_to_change_or_lose_an_entry(void **state)
{
	struct store_world *w = *state;
	struct audit_entry entry = answer();
	struct audit_entry *list;
	sqlite3 *db;

	assert_true(store_audit_add(w->store, &entry, &w->e));
	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE audit SET token = 'x'", NULL, NULL, NULL),
		SQLITE_CONSTRAINT);
	assert_int_equal(
		sqlite3_exec(db, "DELETE FROM audit", NULL, NULL, NULL), SQLITE_CONSTRAINT);
	sqlite3_close(db);
	assert_int_equal(store_audit_list(w->store, NULL, 10, &w->arena, &list), 1);
	assert_string_equal(list[0].token, "drop_legacy");
}

static void an_entry_of_a_closed_store_is_refused_with_the_reason(void **state)
{
	struct store_world *w = *state;
	struct audit_entry entry = answer();
	struct store *closed = store_open(w->dir, &w->clock);

	assert_int_equal(store_health(closed), STORE_CLOSED);
	assert_false(store_audit_add(closed, &entry, &w->e));
	assert_non_null(strstr(w->e.text, "is not a regular file"));
	assert_int_equal(entry.id, 0);
	store_close(closed);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, store_world_open, store_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(an_entry_comes_back_with_its_result_beside_it),
		IN_A_WORLD(a_password_in_a_statement_is_not_kept),
		IN_A_WORLD(the_file_itself_refuses_to_change_or_lose_an_entry),
		IN_A_WORLD(an_entry_of_a_closed_store_is_refused_with_the_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
