// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Real directories of public projects go up and down through the command line, and leave the history table as the tool
 * they were written for would: golang-migrate one row, goose a row a version. Skipped where they are absent.
 */
#include "test.h"

#include "base/mem.h"
#include "base/path.h"
#include "cli/shell.h"

#define ANSWERED "--yes --allow-hazard all --env dev"

/* As tests/corpus.c looks for it; the caller frees. NULL = absent. */
static char *find_corpus(const char *name)
{
	const char *told = getenv("DBTOP_CORPUS"), *top = getenv("top_srcdir");
	const char *places[] = { "../shared/corpus", "../../shared/corpus" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		char *dir = told ? mem_printf("%s/%s", told, name)
				 : mem_printf("%s/%s/%s", top ? top : ".", places[i], name);
		if (path_is_dir(dir))
			return dir;
		free(dir);
	}
	printf("skipped: the corpus %s is not beside this tree\n", name);
	return NULL;
}

/* Apart from the history: the tables named. */
static void assert_empty_but(struct shell *sh, const char *history)
{
	char *catalog = shell_catalog(sh);

	assert_string_equal(catalog, history);
	free(catalog);
}

static void assert_nothing_to_do(struct shell *sh, const char *dir)
{
	char *before = shell_catalog(sh);

	dbtop(sh, "upgrade --dir %s " ANSWERED, dir);
	shell_assert(sh, 0);
	assert_string_equal(sh->out, "");
	assert_string_equal(sh->err, "nothing to do\n");
	char *after = shell_catalog(sh);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void golang_migrate_goes_up_and_down_as_the_tool_itself(void **state)
{
	char *dir = find_corpus("openmeter-golang-migrate");
	if (!dir)
		skip();
	struct shell *sh = shell_new(*state);

	dbtop(sh, "upgrade --dir %s " ANSWERED, dir);

	shell_assert(sh, 0);
	shell_assert_err(sh, "100 migrations applied; the database is at 20250604111901\n");
	shell_expect(sh, "select string_agg(m::text, ' ') from schema_migrations m",
		"(20250604111901,f)");
	assert_nothing_to_do(sh, dir);
	dbtop(sh, "status --check --dir %s", dir);
	shell_assert(sh, 0);
	dbtop(sh, "downgrade base --dir %s " ANSWERED, dir);
	shell_assert(sh, 0);
	shell_assert_err(sh, "100 migrations rolled back; the database is at base\n");
	shell_expect(sh, "select count(*) from schema_migrations", "0");
	assert_empty_but(sh, "i public.schema_migrations_pkey\nr public.schema_migrations");
	dbtop(sh, "upgrade +3 --dir %s " ANSWERED, dir);
	shell_assert(sh, 0);
	shell_expect(sh, "select string_agg(m::text, ' ') from schema_migrations m",
		"(20240917172257,f)");
	shell_free(sh);
	free(dir);
}

static void goose_goes_up_and_down_as_the_tool_itself(void **state)
{
	char *dir = find_corpus("opentdf-goose");
	if (!dir)
		skip();
	struct shell *sh = shell_new(*state);

	dbtop(sh, "upgrade --dir %s " ANSWERED, dir);

	shell_assert(sh, 0);
	shell_assert_err(sh, "48 migrations applied; the database is at 20260618000000\n");
	shell_expect(sh,
		"select count(*) || ' ' || bool_and(is_applied) || ' ' || min(version_id) || ' ' ||"
		" max(version_id) from goose_db_version",
		"49 true 0 20260618000000");
	shell_expect(sh,
		"select bool_and(v) from (select version_id >= lag(version_id, 1, 0::bigint)"
		" over (order by id) as v from goose_db_version) t",
		"t");
	assert_nothing_to_do(sh, dir);
	dbtop(sh, "downgrade base --dir %s " ANSWERED, dir);
	shell_assert(sh, 0);
	shell_expect(sh,
		"select string_agg(version_id || ' ' || is_applied, ',') from goose_db_version",
		"0 true");
	assert_empty_but(sh, "S public.goose_db_version_id_seq\ni public.goose_db_version_pkey\n"
			     "r public.goose_db_version");
	shell_free(sh);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golang_migrate_goes_up_and_down_as_the_tool_itself),
		cmocka_unit_test(goose_goes_up_and_down_as_the_tool_itself),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
