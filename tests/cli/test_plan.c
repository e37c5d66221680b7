// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A plan for reviewers: what `plan --json` says of each step, and a digest that any machine computes alike.
 */
#include "test.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/shell.h"

#define A "migrations/20240101000000_a.sql"
#define B "migrations/20240102000000_b.sql"

static struct cluster *servers;

static int world_up(void **state)
{
	(void)state;
	servers = server_start(NULL);
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

static const char first[] =
	"-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n";
static const char second[] = "-- dbtop: up\nalter table a add column j int;\n"
			     "create index concurrently a_i on a (i);\n"
			     "-- dbtop: down\nalter table a drop column j;\n";

static struct shell *with_two(void)
{
	struct shell *sh = shell_new(servers);

	shell_write(sh, A, first);
	shell_write(sh, B, second);
	dbtop(sh, "upgrade +1 --yes");
	shell_assert(sh, 0);
	return sh;
}

static void assert_has(const struct json *json, const char *const *names)
{
	for (size_t i = 0; names[i]; i++) {
		if (!json_get(json, names[i]))
			fail_msg("there is no %s", names[i]);
	}
}

static void each_step_says_all_that_a_reviewer_needs(void **state)
{
	(void)state;
	static const char *const in_step[] = { "revision", "file", "line", "section", "kind",
		"statements", "hazards", "level", "reversible", "sql", NULL };
	static const char *const in_statement[] = { "tag", "lock", "tables", "sql", "line", NULL };
	static const char *const in_table[] = { "schema", "name", "lock", "scan", "rewrite",
		"size_bytes", NULL };
	static const char *const in_hazard[] = { "kind", "object", "level", "words", "remedy",
		NULL };
	struct shell *sh = with_two();

	dbtop(sh, "plan --json");

	const struct json *data = json_get(shell_json(sh, "plan"), "data");
	const struct json *steps = json_get(data, "steps");
	assert_int_equal(json_count(steps), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct json *step = json_at(steps, i);
		assert_has(step, in_step);
		const struct json *statement = json_at(json_get(step, "statements"), 0);
		assert_has(statement, in_statement);
		assert_has(json_at(json_get(statement, "tables"), 0), in_table);
		assert_has(json_at(json_get(step, "hazards"), 0), in_hazard);
	}
	const struct json *alter = json_at(steps, 0), *index = json_at(steps, 1);
	assert_string_equal(json_text(json_get(alter, "kind")), "group");
	assert_string_equal(json_text(json_get(alter, "sql")), "alter table a add column j int;\n");
	assert_string_equal(json_text(json_get(json_at(json_get(alter, "statements"), 0), "lock")),
		"ACCESS EXCLUSIVE");
	assert_string_equal(json_text(json_get(index, "kind")), "lone");
	assert_int_equal(json_int(json_get(index, "line"), 0), 3);
	assert_string_equal(json_text(json_get(json_at(json_get(index, "statements"), 0), "lock")),
		"SHARE UPDATE EXCLUSIVE");
	shell_free(sh);
}

static char *digest_of(struct shell *sh, const char *line)
{
	dbtop(sh, "%s", line);
	const struct json *data = json_get(shell_json(sh, "plan"), "data");
	return mem_strdup(json_text(json_get(data, "digest")));
}

/* Of one step: the digest of its statements' digests, a line each. */
static void add_step(struct str *text, const char *begin, const char *sql)
{
	char statement[DIGEST_HEX_BYTES], step[DIGEST_HEX_BYTES];

	digest_sha256(span_of(sql), statement);
	char *line = mem_printf("%s\n", statement);
	digest_sha256(span_of(line), step);
	str_addf(text, "%s %s\n", begin, step);
	free(line);
}

static void the_digest_is_that_of_the_lines_that_are_promised(void **state)
{
	(void)state;
	struct shell *sh = with_two();
	struct str text = { 0 };
	char expected[DIGEST_HEX_BYTES];
	str_add(&text, "dbtop-plan 1\nmain\ndbtop\n20240101000000\nup\n");
	add_step(&text, "20240102000000 up 1 G", "alter table a add column j int");
	add_step(&text, "20240102000000 up 2 L", "create index concurrently a_i on a (i)");
	digest_sha256(str_span(&text), expected);

	char *digest = digest_of(sh, "plan --json");

	assert_string_equal(digest, expected);
	str_release(&text);
	free(digest);
	shell_free(sh);
}

static void another_machine_computes_the_same_and_another_content_another(void **state)
{
	(void)state;
	struct shell *here = with_two(), *there = with_two();
	shell_sql(there, "insert into a select generate_series(1, 10000)");
	shell_sql(there, "analyze a");
	shell_write(there, "db/20240101000000_a.sql", first);
	shell_write(there, "db/20240102000000_other_name.sql", second);

	char *ours = digest_of(here, "plan --json");
	char *theirs = digest_of(there, "plan --json --dir db --lock-timeout 9s --hazard-size 8kB");
	assert_string_equal(ours, theirs);
	free(theirs);
	theirs = digest_of(there, "plan --json --project other");
	assert_string_not_equal(ours, theirs);
	free(theirs);
	theirs = digest_of(there, "plan --down --json");
	assert_string_not_equal(ours, theirs);
	free(theirs);

	dbtop(there, "upgrade --yes --allow-hazard all --plan-digest %s0", ours);
	shell_assert(there, 8);
	shell_assert_err(there, "the plan is not the one that was reviewed: its digest is ");
	dbtop(there, "upgrade --yes --allow-hazard all --plan-digest sha256:%s", ours);
	shell_assert(there, 0);
	free(ours);
	shell_free(here);
	shell_free(there);
}

static void a_revision_is_named_by_its_beginning_or_its_end(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int status;
		const char *says;
	} rows[] = {
		{ "show 20240102", 0, "add column j" },
		{ "show 0102000000", 0, "add column j" },
		{ "show 2000000", 0, "add column j" },
		{ "show 000000", 2,
			"\"000000\" names 2 revisions: 20240101000000, 20240102000000" },
		{ "show 202", 2, "a part of a revision needs four characters or more" },
		{ "show 9999", 2, "no revision \"9999\" in migrations" },
		{ "plan 2000000", 0, "CREATE INDEX" },
		{ "upgrade 2000000 --dry-run", 0, "CREATE INDEX" },
		{ "repair 1000000 --mark applied --reason x", 0, "20240101000000 a is marked" },
		{ "downgrade 1000000", 0, "nothing to do" },
	};
	struct shell *sh = with_two();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		dbtop(sh, "%s", rows[i].line);
		shell_assert(sh, rows[i].status);
		if (!strstr(sh->out, rows[i].says))
			shell_assert_err(sh, rows[i].says);
	}
	shell_free(sh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_says_all_that_a_reviewer_needs),
		cmocka_unit_test(the_digest_is_that_of_the_lines_that_are_promised),
		cmocka_unit_test(another_machine_computes_the_same_and_another_content_another),
		cmocka_unit_test(a_revision_is_named_by_its_beginning_or_its_end),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
