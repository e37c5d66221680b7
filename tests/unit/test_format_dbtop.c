// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "migration_world.h"
#include "scratch.h"

#define NAME "20240101000000_add_user_table.sql"

static const struct migration_script *loaded(
	struct migration_world *w, enum migration_section section)
{
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_true(world_load(w, 0, section));
	return &w->set.items[0]->sections[section];
}

static void a_file_has_its_sections_with_lines_of_the_file(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- a comment\n-- dbtop: up\nCREATE TABLE t (id int);\n\nCREATE INDEX i ON t "
		"(id);\n"
		"-- dbtop: down\nDROP TABLE t;\n-- dbtop: verify\nSELECT true;\n");
	const struct migration_script *up = loaded(w, SECTION_UP);
	assert_int_equal(up->statement_count, 2);
	assert_int_equal(up->first_line, 3);
	assert_true(span_is(up->statements[1].sql.text, "CREATE INDEX i ON t (id)"));
	assert_int_equal(up->statements[1].sql.line, 5);
	assert_string_equal(up->statements[1].sql.tag, "CREATE INDEX");
	const struct migration_script *down = loaded(w, SECTION_DOWN);
	assert_int_equal(down->statement_count, 1);
	assert_int_equal(down->statements[0].sql.line, 7);
	const struct migration_script *verify = loaded(w, SECTION_VERIFY);
	assert_int_equal(verify->statement_count, 1);
	assert_string_equal(w->set.items[0]->rev, "20240101000000");
	assert_string_equal(w->set.items[0]->name, "add_user_table");
}

static void the_header_sets_what_it_names(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- dbtop: tx step\n-- dbtop: lock-timeout 500ms\n-- dbtop: up\n"
		"-- dbtop: statement-timeout 5min\nCREATE TABLE t (id int);\n"
		"-- dbtop: irreversible the rows are gone\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	const struct migration *m = w->set.items[0];
	assert_int_equal(m->tx, TX_STEP);
	assert_int_equal(m->lock_timeout_ms, 500);
	assert_int_equal(m->statement_timeout_ms, 300000);
	assert_string_equal(m->irreversible, "the rows are gone");
	assert_false(m->sections[SECTION_DOWN].is_present);
}

static void directives_above_a_statement_are_about_it(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- dbtop: up\nSELECT 1;\n-- dbtop: step fill it\n-- dbtop: ack no-where small\n"
		"-- dbtop: ack data-loss  kept elsewhere \n-- dbtop: probe SELECT true\n"
		"UPDATE t SET a = 1;\n");
	const struct migration_script *up = loaded(w, SECTION_UP);
	const struct migration_statement *s = &up->statements[1];
	assert_null(up->statements[0].step_name);
	assert_string_equal(s->step_name, "fill it");
	assert_string_equal(s->probe, "SELECT true");
	assert_int_equal(s->ack_count, 2);
	assert_string_equal(s->acks[0].hazard, "no-where");
	assert_string_equal(s->acks[1].reason, "kept elsewhere");
	assert_int_equal(s->acks[1].line, 5);
}

static void directives_in_literals_are_text(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- dbtop: up\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n-- dbtop: down\n"
		"SELECT 1;\n-- dbtop: nonsense\n$$;\nSELECT '\n-- dbtop: down\n';\n");
	assert_int_equal(loaded(w, SECTION_UP)->statement_count, 2);
	assert_false(w->set.items[0]->sections[SECTION_DOWN].is_present);
}

static void a_section_ends_its_last_statement_without_a_semicolon(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"-- dbtop: up\nCREATE TABLE t (id int)\n-- dbtop: down\n-- dbtop: ack data-loss x\n"
		"DROP TABLE t\n");
	assert_int_equal(loaded(w, SECTION_UP)->statement_count, 1);
	const struct migration_script *down = loaded(w, SECTION_DOWN);
	assert_int_equal(down->statement_count, 1);
	assert_int_equal(down->statements[0].ack_count, 1);
}

static void crlf_and_a_byte_order_mark_are_accepted_and_the_mark_is_said(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME,
		"\xef\xbb\xbf-- dbtop: up\r\nCREATE TABLE t (id int);\r\n"
		"-- dbtop: down\r\nDROP TABLE t;\r\n");
	const struct migration_script *down = loaded(w, SECTION_DOWN);
	assert_true(span_is(down->statements[0].sql.text, "DROP TABLE t"));
	assert_int_equal(w->set.warning_count, 1);
	assert_non_null(
		strstr(w->set.warnings[0], NAME ":1:1: begins with a byte order mark: skipped"));
}

static void digests_are_of_the_bytes_and_of_the_tokens(void **state)
{
	struct migration_world *w = *state;
	char norm[65];

	world_file(w, NAME, "-- dbtop: up\nCREATE TABLE t (id int);\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(w->set.items[0]->sha256,
		"55a904f9d56feb4b23f89a765970ca5368776979bd00eb2a6013d795c5d8d14e");
	assert_true(source_normalize(&w->set, w->set.items[0], &w->e));
	memcpy(norm, w->set.items[0]->sha256_norm, sizeof(norm));
	world_file(w, NAME, "-- other\n-- dbtop: up\ncreate  table t\n\t(id int) ;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_true(source_normalize(&w->set, w->set.items[0], &w->e));
	assert_string_equal(w->set.items[0]->sha256_norm, norm);
	world_file(w, NAME, "-- dbtop: up\nCREATE TABLE t (id bigint);\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_true(source_normalize(&w->set, w->set.items[0], &w->e));
	assert_string_not_equal(w->set.items[0]->sha256_norm, norm);
}

/* One file, and what is said of it. */
static const struct bad {
	const char *text, *said;
} bad_files[] = {
	{ "-- dbtop: up\n-- dbtop: lock-timout 2s\nSELECT 1;\n",
		NAME ":2:1: unknown directive `lock-timout`; did you mean `lock-timeout`?" },
	{ "-- dbtop: up\n-- dbtop: zebra\nSELECT 1;\n",
		NAME ":2:1: unknown directive `zebra`; take \"dbtop:\" out of the comment if it is "
		     "none" },
	{ "-- dbtop: up\n-- dbtop: batch key=id\nSELECT 1;\n",
		NAME ":2:1: `batch` is known but not built yet; leave it out for this version of "
		     "dbtop" },
	{ "-- dbtop: depends x\n-- dbtop: up\n",
		NAME ":1:1: `depends` is known but not built yet; leave it out for this version of "
		     "dbtop" },
	{ "-- dbtop: up\nSELECT 1;\n-- dbtop: up\nSELECT 1;\n",
		NAME ":3:1: a second `up` section; the first begins at line 1; put them together" },
	{ "SELECT 1;\n-- dbtop: up\nSELECT 1;\n",
		NAME ":1:1: a statement before the first section; put `-- dbtop: up` above it" },
	{ "-- dbtop: up\nSELECT 1;\n-- dbtop: tx one\n",
		NAME ":3:1: `tx` stands behind the first statement; put it in the lines above the "
		     "first statement" },
	{ "-- dbtop: up\nSELECT\n-- dbtop: irreversible x\n1;\n",
		NAME ":3:1: `irreversible` stands inside a statement; put it between statements" },
	{ "-- dbtop: tx sometimes\n-- dbtop: up\n",
		NAME ":1:1: `tx` knows auto, one, step and none; leave it out: auto is one "
		     "transaction wherever that is possible" },
	{ "-- dbtop: lock-timeout soon\n-- dbtop: up\n",
		NAME ":1:1: `lock-timeout` is no duration; write 500ms, 2s or 5min" },
	{ "-- dbtop: lock-timeout\n-- dbtop: up\n",
		NAME ":1:1: `lock-timeout` needs a value; write `-- dbtop: lock-timeout 2s`" },
	{ "-- dbtop: irreversible\n-- dbtop: up\n",
		NAME ":1:1: `irreversible` needs a value; write `-- dbtop: irreversible the old "
		     "prices are gone`" },
	{ "-- dbtop: rev a:b\n-- dbtop: up\n",
		NAME ":1:1: `rev` may hold letters, digits, _ and . only; leave it out: the digits "
		     "of the file's name are the revision" },
	{ "-- dbtop: parents @1\n-- dbtop: up\n",
		NAME ":1:1: `parents`: \"@1\" is no revision; separate revisions by commas: "
		     "`-- dbtop: parents 20260131120000,20260131130000`" },
	{ "-- dbtop: up\nSELECT 'abc;\n", NAME ":2:8: quoted string without an end; close it, or "
					       "look for one above that is open" },
	{ "-- dbtop: up\nSELECT 1; /* no end\n", NAME
		":2:11: comment without an end; close it, or look for one above that is open" },
	{ "-- dbtop: up\nSELECT '\xff';\n",
		NAME ":2:9: byte 0xff is not UTF-8; save the file as UTF-8" },
};

static void every_bad_file_is_refused_with_its_place_and_a_way_out(void **state)
{
	struct migration_world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad_files); i++) {
		world_file(w, NAME, bad_files[i].text);
		assert_int_not_equal(world_open(w, "dbtop"), EXIT_DONE);
		assert_string_equal(w->said, bad_files[i].said);
	}
}

static const struct bad bad_statements[] = {
	{ "-- dbtop: up\n-- dbtop: ack danger because\nSELECT 1;\n",
		NAME ":2:1: `ack`: no hazard is called \"danger\"; `dbtop plan` names the hazards "
		     "of each step" },
	{ "-- dbtop: up\n-- dbtop: ack data-los because\nSELECT 1;\n",
		NAME ":2:1: `ack`: no hazard is called \"data-los\"; did you mean data-loss?" },
	{ "-- dbtop: up\n-- dbtop: ack data-loss\nSELECT 1;\n",
		NAME ":2:1: `ack` needs a reason; write `-- dbtop: ack data-loss why it is fine "
		     "here`" },
	{ "-- dbtop: up\n-- dbtop: ack\nSELECT 1;\n",
		NAME ":2:1: `ack` needs a value; write `-- dbtop: ack KIND reason`" },
	{ "-- dbtop: up\nSELECT 1;\n-- dbtop: step last\n",
		NAME ":3:1: no statement follows `step` in its section; put it above the statement "
		     "it is about" },
	{ "-- dbtop: up\nSELECT\n-- dbtop: step x\n1;\n", NAME
		":3:1: `step` stands inside a statement; is the semicolon before it missing?" },
};

static void a_directive_without_its_statement_is_refused(void **state)
{
	struct migration_world *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad_statements); i++) {
		world_file(w, NAME, bad_statements[i].text);
		assert_int_equal(world_open(w, NULL), EXIT_DONE);
		assert_false(world_load(w, 0, SECTION_UP));
		assert_string_equal(w->said, bad_statements[i].said);
	}
}

static void verify_may_only_look(void **state)
{
	struct migration_world *w = *state;

	world_file(w, NAME, "-- dbtop: up\nSELECT 1;\n-- dbtop: verify\n  DROP TABLE t;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_false(world_load(w, 0, SECTION_VERIFY));
	assert_string_equal(w->said,
		NAME ":4:3: DROP TABLE in verify, which may only look; write queries that return "
		     "true when all is well");
}

static void a_name_without_a_version_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "add_users.sql", "-- dbtop: up\n");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"add_users.sql:1:1: the name has no version; name it <14 digits>_<words>.sql, as "
		"`dbtop create` does");
}

static void a_nul_byte_is_refused_with_its_place(void **state)
{
	struct migration_world *w = *state;

	free(scratch_write_bytes(w->dir, NAME, "-- dbtop: up\nSE\0LECT", 21));
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(
		w->said, NAME ":2:3: a NUL byte stands in the text; save the file as UTF-8");
}

static void a_file_over_64_mb_is_refused_unread(void **state)
{
	struct migration_world *w = *state;
	char *path = scratch_write(w->dir, NAME, "-- dbtop: up\n");

	assert_int_equal(truncate(path, 64 * 1024 * 1024 + 1), 0);
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		NAME ":1:1: has 67108865 bytes, more than the 64 MB a migration may have; load "
		     "data with \\copy or a seed, and keep migrations for the schema");
	free(path);
}

/* Root may read everything, so the test steps down for the moment. */
static void an_unreadable_file_is_refused(void **state)
{
	struct migration_world *w = *state;
	char *path = scratch_write(w->dir, NAME, "-- dbtop: up\n");
	bool is_root = geteuid() == 0;

	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(w->dir, 0755), 0);
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	world_open(w, NULL);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_string_equal(w->said,
		NAME ":1:1: cannot read the file: Permission denied; give yourself the right to "
		     "read it");
	free(path);
}

/* So many that two threads read them. */
static void many_files(struct migration_world *w)
{
	for (int i = 0; i < 600; i++) {
		char name[64], text[128];
		snprintf(name, sizeof(name), "20240101%06d_step.sql", i);
		snprintf(text, sizeof(text), "%s-- dbtop: up\nCREATE TABLE t%d (id int);\n",
			i == 100 || i == 400 ? "\xef\xbb\xbf" : "", i);
		world_file(w, name, text);
	}
}

static void many_files_are_read_as_few_are(void **state)
{
	struct migration_world *w = *state;

	many_files(w);

	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(w->set.count, 600);
	for (size_t i = 0; i < w->set.count; i++) {
		char table[64];
		snprintf(table, sizeof(table), "CREATE TABLE t%zu (id int)", i);
		assert_true(w->set.items[i]->is_content_read);
		assert_true(world_load(w, i, SECTION_UP));
		assert_true(span_is(
			w->set.items[i]->sections[SECTION_UP].statements[0].sql.text, table));
	}
	assert_int_equal(w->set.warning_count, 2);
	assert_non_null(strstr(w->set.warnings[0], "20240101000100_step.sql"));
	assert_non_null(strstr(w->set.warnings[1], "20240101000400_step.sql"));
}

static void of_two_faults_in_many_files_the_first_is_told(void **state)
{
	struct migration_world *w = *state;

	many_files(w);
	world_file(w, "20240101000299_step.sql", "-- dbtop: upp\n");
	world_file(w, "20240101000300_step.sql", "SELECT 1;\n");

	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_non_null(strstr(w->said, "20240101000299_step.sql:1:1"));
}

static void a_fault_in_the_second_half_of_many_files_is_told(void **state)
{
	struct migration_world *w = *state;

	many_files(w);
	world_file(w, "20240101000599_step.sql", "SELECT 1;\n");

	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_non_null(strstr(w->said, "20240101000599_step.sql:1:1"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(a_file_has_its_sections_with_lines_of_the_file),
		TEST(the_header_sets_what_it_names),
		TEST(directives_above_a_statement_are_about_it),
		TEST(directives_in_literals_are_text),
		TEST(a_section_ends_its_last_statement_without_a_semicolon),
		TEST(crlf_and_a_byte_order_mark_are_accepted_and_the_mark_is_said),
		TEST(digests_are_of_the_bytes_and_of_the_tokens),
		TEST(every_bad_file_is_refused_with_its_place_and_a_way_out),
		TEST(a_directive_without_its_statement_is_refused),
		TEST(verify_may_only_look),
		TEST(a_name_without_a_version_is_refused),
		TEST(a_nul_byte_is_refused_with_its_place),
		TEST(a_file_over_64_mb_is_refused_unread),
		TEST(an_unreadable_file_is_refused),
		TEST(many_files_are_read_as_few_are),
		TEST(of_two_faults_in_many_files_the_first_is_told),
		TEST(a_fault_in_the_second_half_of_many_files_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
