// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What must be answered before a headless run may change anything, and that nothing changes until it is.
 */
#include "test.h"

#include "base/mem.h"
#include "cli/shell.h"

/* A table is there with a column; pending: a change of level 1, then one that loses data. */
static int scene_up(void **state)
{
	struct shell *sh = shell_new(*state);

	shell_write(sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (i int, j int);\n-- dbtop: down\ndrop table a;\n");
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 0);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\nalter table a add column k int;\n"
		"-- dbtop: down\nalter table a drop column k;\n");
	shell_write(sh, "migrations/20240103000000_c.sql",
		"-- dbtop: up\nalter table a drop column j;\n"
		"-- dbtop: down\nalter table a add column j int;\n");
	*state = sh;
	return 0;
}

static const char columns_sql[] =
	"select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = "
	"'a'::regclass and attnum > 0 and not attisdropped";

static void assert_refused(struct shell *sh)
{
	shell_assert(sh, 8);
	shell_expect(sh, columns_sql, "i j");
	shell_expect(sh, "select count(*) from dbtop.revision", "1");
}

static void without_answers_the_list_says_what_to_answer(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "upgrade");

	assert_refused(sh);
	shell_assert_out(sh, "data-loss");
	shell_assert_out(sh, "drops column j of public.a with its data");
	shell_assert_err(sh, "dbtop: 2 things are not confirmed; nothing was done\n"
			     "  now: the database is as it was before\n"
			     "  hint: read `dbtop plan`; then say --yes --allow-hazard "
			     "data-loss:public.a\n");
}

static void yes_does_not_answer_a_hazard(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "upgrade --yes --json");

	assert_refused(sh);
	const struct json *data = json_get(shell_json(sh, "upgrade"), "data");
	const struct json *gaps = json_get(data, "unanswered");
	assert_int_equal(json_count(gaps), 1);
	assert_string_equal(json_text(json_get(json_at(gaps, 0), "hazard")), "data-loss");
	assert_string_equal(json_text(json_get(json_at(gaps, 0), "object")), "public.a");
	assert_string_equal(json_text(json_get(json_at(gaps, 0), "revision")), "20240103000000");
}

static void a_hazard_allowed_on_another_object_is_not_allowed_here(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "upgrade --yes --allow-hazard data-loss:public.b --allow-hazard rewrite");

	assert_refused(sh);
}

static void a_hazard_is_allowed_by_kind_object_or_all(void **state)
{
	struct shell *sh = *state;
	static const char *const answers[] = { "data-loss", "data-loss:public.a", "all" };

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		dbtop(sh, "upgrade --yes --allow-hazard %s", answers[i]);
		shell_assert(sh, 0);
		shell_expect(sh, columns_sql, "i k");
		dbtop(sh, "downgrade -2 --yes --allow-hazard all");
		shell_assert(sh, 0);
	}
}

static void an_acknowledgement_in_the_file_counts(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "migrations/20240103000000_c.sql",
		"-- dbtop: up\n-- dbtop: ack data-loss nobody reads j since May\n"
		"alter table a drop column j;\n");

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	shell_expect(sh, columns_sql, "i k");
}

static void an_unknown_hazard_is_a_usage_error(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "upgrade --yes --allow-hazard data-los");

	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop: no hazard is called \"data-los\"\n");
	shell_assert_err(sh, "data-loss");
	shell_expect(sh, columns_sql, "i j");
}

static char *plan_digest(struct shell *sh)
{
	dbtop(sh, "plan --json");
	shell_assert(sh, 0);
	const struct json *data = json_get(shell_json(sh, "plan"), "data");
	return mem_strdup(json_text(json_get(data, "digest")));
}

static void on_prod_the_reviewed_digest_is_needed_and_must_be_the_right_one(void **state)
{
	struct shell *sh = *state;
	char *digest = plan_digest(sh);

	dbtop(sh, "upgrade --yes --allow-hazard all --env prod");
	assert_refused(sh);
	shell_assert_out(sh, digest);
	dbtop(sh, "upgrade --yes --allow-hazard all --env prod --plan-digest 0123");
	assert_refused(sh);
	shell_assert_err(sh, "dbtop: the plan is not the one that was reviewed: its digest is ");
	dbtop(sh, "upgrade --yes --allow-hazard all --env prod --plan-digest sha256:%s", digest);
	shell_assert(sh, 0);
	shell_expect(sh, columns_sql, "i k");
	free(digest);
}

static void a_digest_does_not_answer_hazards(void **state)
{
	struct shell *sh = *state;
	char *digest = plan_digest(sh);

	dbtop(sh, "upgrade --yes --env prod --plan-digest %s", digest);

	assert_refused(sh);
	free(digest);
}

static void a_digest_of_files_that_changed_is_refused(void **state)
{
	struct shell *sh = *state;
	char *digest = plan_digest(sh);
	shell_write(sh, "migrations/20240102000000_b.sql",
		"-- dbtop: up\nalter table a add column k bigint;\n");

	dbtop(sh, "upgrade --yes --allow-hazard all --plan-digest %s", digest);

	assert_refused(sh);
	shell_assert_err(sh, "hint: files or history changed since; review `dbtop plan` again\n");
	free(digest);
}

static void the_most_severe_class_wins(void **state)
{
	struct shell *sh = *state;
	shell_env(sh, "DBTOP_ENV", "prod");

	dbtop(sh, "upgrade --yes --allow-hazard all --env dev");

	assert_refused(sh);
}

static void an_unlabelled_target_is_dev_with_a_warning(void **state)
{
	struct shell *sh = *state;
	shell_env(sh, "DBTOP_ENV", NULL);

	dbtop(sh, "upgrade --yes --allow-hazard all");

	shell_assert(sh, 0);
	shell_assert_err(sh, "has no environment class; label it with env = dev, stage or prod\n");
}

static void a_dry_run_shows_the_plan_and_changes_nothing(void **state)
{
	struct shell *sh = *state;
	char *before = shell_catalog(sh);

	dbtop(sh, "upgrade --dry-run");

	shell_assert(sh, 0);
	shell_assert_out(sh, "ACCESS EXCLUSIVE on a");
	shell_assert_out(sh, "drops column j of public.a with its data");
	assert_string_equal(sh->err, "dry run: nothing was done\n");
	shell_expect(sh, columns_sql, "i j");
	char *after = shell_catalog(sh);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void a_dry_run_on_a_new_database_makes_no_history(void **state)
{
	struct shell *sh = shell_new(*state);
	shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	static const char *const lines[] = { "upgrade --dry-run", "plan", "status", "current",
		"history", "heads", "show 20240101000000", "upgrade --env prod" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		dbtop(sh, "%s", lines[i]);
		char *catalog = shell_catalog(sh);
		assert_string_equal(catalog, "");
		free(catalog);
	}
	shell_free(sh);
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, scene_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(without_answers_the_list_says_what_to_answer),
		IN_SHELL(yes_does_not_answer_a_hazard),
		IN_SHELL(a_hazard_allowed_on_another_object_is_not_allowed_here),
		IN_SHELL(a_hazard_is_allowed_by_kind_object_or_all),
		IN_SHELL(an_acknowledgement_in_the_file_counts),
		IN_SHELL(an_unknown_hazard_is_a_usage_error),
		IN_SHELL(on_prod_the_reviewed_digest_is_needed_and_must_be_the_right_one),
		IN_SHELL(a_digest_does_not_answer_hazards),
		IN_SHELL(a_digest_of_files_that_changed_is_refused),
		IN_SHELL(the_most_severe_class_wins),
		IN_SHELL(an_unlabelled_target_is_dev_with_a_warning),
		IN_SHELL(a_dry_run_shows_the_plan_and_changes_nothing),
		cmocka_unit_test(a_dry_run_on_a_new_database_makes_no_history),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
