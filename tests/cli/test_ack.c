// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Acknowledgements stored with a plan: they answer a run without a screen, for the plan of that digest and no other, and
 * say who gave them and why.
 */
#include "test.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cli/shell.h"
#include "store/store_audit.h"

/* One applied, and one pending that drops a column. */
static int scene_up(void **state)
{
	struct shell *sh = shell_new(*state);
	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int, j int);\n-- dbtop: down\ndrop table a;\n");
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\nalter table a drop column j;\n"
		"-- dbtop: down\nalter table a add column j int;\n");
	*state = sh;
	return 0;
}

static const char columns_sql[] =
	"select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = "
	"'a'::regclass and attnum > 0 and not attisdropped";

static void a_stored_acknowledgement_answers_the_run_after_it(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "ack data-loss:public.a 'nobody reads j since May'");
	shell_assert(sh, 0);
	shell_assert_err(sh, "1 hazard acknowledged, for the plan of this digest only");

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	shell_expect(sh, columns_sql, "i");
}

static void the_plan_shows_it_with_its_reason_and_who_gave_it(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "plan");
	shell_assert_no(sh, "ACKNOWLEDGED");
	dbtop(sh, "ack data-loss nobody reads j");
	shell_assert(sh, 0);

	dbtop(sh, "plan");
	shell_assert_out(sh, "ACKNOWLEDGED");
	shell_assert_out(sh, "nobody reads j");

	dbtop(sh, "plan --json");
	const struct json *data = json_get(shell_json(sh, "plan"), "data");
	const struct json *step = json_at(json_get(data, "steps"), 0);
	const struct json *hazard = json_at(json_get(step, "hazards"), 0);
	assert_string_equal(json_text(json_get(hazard, "acknowledged")), "nobody reads j");
	assert_non_null(strchr(json_text(json_get(hazard, "acknowledged_by")), '@'));
}

static void it_is_bound_to_the_files_and_the_history_by_the_digest(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "ack data-loss nobody reads j");
	shell_assert(sh, 0);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\nalter table a drop column i;\n");

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 8);
	shell_assert_out(sh, "data-loss");
	shell_expect(sh, columns_sql, "i j");
}

static void name_shop(struct shell *sh, const struct shell *where)
{
	char *text = mem_printf("[target shop]\ndsn = %s\nenv = dev\n", where->conninfo);
	shell_write(sh, "dbtop.conf", text);
	free(text);
}

static void it_is_bound_to_the_database_whatever_its_name(void **state)
{
	struct shell *sh = *state, *other = shell_new(sh->cluster);
	shell_env(sh, "DBTOP_TARGET", NULL);
	name_shop(sh, other);
	dbtop(sh, "upgrade +1 --yes");
	shell_assert(sh, 0);
	name_shop(sh, sh);
	dbtop(sh, "ack data-loss nobody reads j");
	shell_assert(sh, 0);

	name_shop(sh, other);
	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 8);
	shell_expect(other, columns_sql, "i j");
	name_shop(sh, sh);
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	shell_free(other);
}

static void it_speaks_of_its_own_object_only(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "ack data-loss:public.b nobody reads it");
	shell_assert(sh, 2);
	shell_assert_err(sh, "no hazard of level 2 or 3 that is called data-loss:public.b");

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 8);
}

static void it_answers_neither_level_one_nor_the_digest_of_prod(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "ack data-loss nobody reads j");
	dbtop(sh, "upgrade");
	shell_assert(sh, 8);
	shell_assert_out(sh, "say `--yes`");
	dbtop(sh, "upgrade --yes --env prod");
	shell_assert(sh, 8);
	shell_assert_out(sh, "--plan-digest");
	shell_expect(sh, columns_sql, "i j");
}

static void a_reviewed_digest_that_is_not_this_plans_stores_nothing(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "ack data-loss nobody --plan-digest "
		  "0000000000000000000000000000000000000000000000000000000000000000");
	shell_assert(sh, 8);
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 8);
}

static void what_says_nothing_is_refused(void **state)
{
	struct shell *sh = *state;
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "ack", "which hazard, and why may it run?" },
		{ "ack data-loss", "an acknowledgement needs a reason" },
		{ "ack all because", "an acknowledgement names one kind of hazard" },
		{ "ack data-los because", "did you mean data-loss?" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		dbtop(sh, "%s", cases[i].line);
		shell_assert(sh, 2);
		shell_assert_err(sh, cases[i].why);
	}
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 8);
}

static void a_downgrade_has_acknowledgements_of_its_own(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "upgrade --yes --allow-hazard all");
	shell_assert(sh, 0);
	dbtop(sh, "ack data-loss the table goes --down --to base");
	shell_assert(sh, 0);
	dbtop(sh, "downgrade -1 --yes");
	shell_assert(sh, 0); /* gives the column back: nothing to acknowledge */
	dbtop(sh, "downgrade base --yes");
	shell_assert(sh, 8); /* another history, another plan */
}

static void the_audit_keeps_who_said_it_of_what(void **state)
{
	struct shell *sh = *state;
	dbtop(sh, "ack data-loss nobody reads j --store audit.db");
	shell_assert(sh, 0);
	char *path = mem_printf("%s/audit.db", sh->work);
	struct store *store = store_open(path, &clock_system);
	struct audit_entry *entries;
	struct arena arena = { 0 };

	size_t count = store_audit_list(store, NULL, 10, &arena, &entries);

	assert_int_equal(count, 1);
	assert_string_equal(entries[0].kind, "acknowledged");
	assert_non_null(strstr(entries[0].what, "data-loss public.a in 20240102000000 step 1"));
	assert_non_null(strstr(entries[0].what, ": nobody reads j"));
	arena_release(&arena);
	store_close(store);
	free(path);
}

#define with_shell(test) cmocka_unit_test_setup_teardown(test, scene_up, shell_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_shell(a_stored_acknowledgement_answers_the_run_after_it),
		with_shell(the_plan_shows_it_with_its_reason_and_who_gave_it),
		with_shell(it_is_bound_to_the_files_and_the_history_by_the_digest),
		with_shell(it_is_bound_to_the_database_whatever_its_name),
		with_shell(it_speaks_of_its_own_object_only),
		with_shell(it_answers_neither_level_one_nor_the_digest_of_prod),
		with_shell(a_reviewed_digest_that_is_not_this_plans_stores_nothing),
		with_shell(what_says_nothing_is_refused),
		with_shell(a_downgrade_has_acknowledgements_of_its_own),
		with_shell(the_audit_keeps_who_said_it_of_what),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
