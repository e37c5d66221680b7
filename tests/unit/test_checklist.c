// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "setup/checklist.h"
#include "sql/sql.h"

static const struct setup_place place = { .database = "shop", .user = "admin" };
static const struct setup_names no_seeds;

/* "word name, …" */
static void expect_list(const struct checklist *list, const char *text)
{
	struct str is = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].values[SLOT_NAME];
		str_addf(&is, "%s%s %s", i ? ", " : "", list->items[i].class->word,
			name ? name : "-");
	}
	assert_string_equal(str_c(&is), text);
	str_release(&is);
}

static void a_bare_description_is_a_database_and_its_migrations(void **state)
{
	(void)state;
	struct setup_spec spec = { .encoding = "UTF8" };
	struct checklist list = { 0 };

	checklist_fill(&list, &spec, &place, &no_seeds);

	expect_list(&list, "database shop, migrations -");
	checklist_release(&list);
}

static void a_full_one_is_listed_in_the_order_of_making(void **state)
{
	(void)state;
	const char *apps[] = { "web", "jobs" }, *watchers[] = { "watch" },
		   *schemas[] = { "public" };
	const char *files[] = { "a.csv", "b.sql" };
	struct setup_extension extensions[] = { { "citext", NULL } };
	struct setup_spec spec = { .owner = "boss",
		.encoding = "UTF8",
		.extensions = extensions,
		.extension_count = 1,
		.app_roles = { apps, 2 },
		.monitor_roles = { watchers, 1 },
		.schemas = { schemas, 1 },
		.checks = "checks.sql" };
	struct checklist list = { 0 };

	checklist_fill(&list, &spec, &place, &(struct setup_names){ files, 2 });

	expect_list(&list,
		"owner role boss, act as owner boss, application role web, application role jobs, "
		"monitoring role watch, monitoring watch, database shop, connect web, "
		"connect jobs, connect watch, schema public, extension citext, migrations -, "
		"rights web, rights jobs, seed a.csv, seed b.sql, checks checks.sql");
	enum setup_stage last = SETUP_SERVER;
	for (size_t i = 0; i < list.count; i++) {
		assert_true(list.items[i].class->stage >= last);
		last = list.items[i].class->stage;
	}
	checklist_release(&list);
}

static void rights_are_for_each_role_in_each_schema(void **state)
{
	(void)state;
	const char *apps[] = { "web", "jobs" }, *schemas[] = { "public", "sales" };
	struct setup_spec spec = {
		.encoding = "UTF8", .app_roles = { apps, 2 }, .schemas = { schemas, 2 }
	};
	struct checklist list = { 0 };
	struct str is = { 0 };

	checklist_fill(&list, &spec, &place, &no_seeds);

	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].class->stage == SETUP_RIGHTS)
			str_addf(&is, "%s %s %s;", list.items[i].values[SLOT_NAME],
				list.items[i].values[SLOT_SCHEMA],
				list.items[i].values[SLOT_OWNER]);
	assert_string_equal(str_c(&is), "web public admin;web sales admin;jobs public admin;"
					"jobs sales admin;");
	str_release(&is);
	checklist_release(&list);
}

static void only_an_owner_who_connects_may_log_in(void **state)
{
	(void)state;
	struct setup_spec spec = { .owner = "boss", .encoding = "UTF8" };
	struct setup_place owned = place;
	struct checklist list = { 0 };

	checklist_fill(&list, &spec, &place, &no_seeds);
	assert_null(checklist_find(&list, "owner role")->make);
	assert_null(strstr(sql_get(checklist_find(&list, "owner role")->class->make, 0), "LOGIN"));
	checklist_release(&list);

	owned.owner_logs_in = true;
	checklist_fill(&list, &spec, &owned, &no_seeds);
	assert_non_null(strstr(sql_get(checklist_find(&list, "owner role")->make, 0), "LOGIN"));
	checklist_release(&list);
}

static void states_are_counted_and_have_words(void **state)
{
	(void)state;
	struct setup_spec spec = { .encoding = "UTF8" };
	struct checklist list = { 0 };

	checklist_fill(&list, &spec, &place, &no_seeds);
	setup_item_say(checklist_find(&list, "database"), SETUP_MADE, "%d of %d", 1, 2);

	assert_int_equal(checklist_count(&list, SETUP_MADE), 1);
	assert_int_equal(checklist_count(&list, SETUP_NOT_SEEN), 1);
	assert_string_equal(checklist_find(&list, "database")->words, "1 of 2");
	assert_string_equal(setup_state_word(SETUP_ADMIN), "needs a right");
	assert_null(checklist_find(&list, "seed"));
	checklist_release(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_description_is_a_database_and_its_migrations),
		cmocka_unit_test(a_full_one_is_listed_in_the_order_of_making),
		cmocka_unit_test(rights_are_for_each_role_in_each_schema),
		cmocka_unit_test(only_an_owner_who_connects_may_log_in),
		cmocka_unit_test(states_are_counted_and_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
