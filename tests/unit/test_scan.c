// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "migration_world.h"
#include "scratch.h"

static const char own_text[] = "-- dbtop: up\nCREATE TABLE t (id int);\n";

static void an_absent_directory_is_nothing_to_do(void **state)
{
	struct migration_world *w = *state;
	char *dir = mem_printf("%s/nowhere", w->dir);

	assert_int_equal(source_open(&w->set, w->deep, dir, NULL, &w->e), EXIT_DONE);
	assert_int_equal(w->set.count, 0);
	assert_string_equal(w->set.format, "");
	free(dir);
}

static void an_empty_directory_is_nothing_to_do(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "README.md", "nothing here yet");
	world_file(w, ".hidden.sql", "-- +goose Up");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_int_equal(w->set.count, 0);
}

static void a_directory_is_known_by_its_marks_and_says_why(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql", "-- a comment\n-- dbtop: up\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(w->set.format, "dbtop");
	assert_string_equal(w->set.format_words, "its files have `-- dbtop: up`");
}

static void goose_is_known_by_its_mark_in_any_case(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "00001_a.sql", "-- +GOOSE up\nSELECT 1;\n");
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(w->set.format, "goose");
	assert_string_equal(w->set.format_words, "its files have `-- +goose Up`");
}

static void pairs_are_known_by_names_without_opening_a_file(void **state)
{
	struct migration_world *w = *state;
	char *link = mem_printf("%s/1_a.up.sql", w->dir);

	/* Without rights nobody could open it; only the name may be asked for. */
	world_file(w, "1_a.up.sql", "");
	assert_int_equal(chmod(link, 0), 0);
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(w->set.format, "golang-migrate");
	assert_string_equal(w->set.format_words, "it has pairs like 1_a.up.sql");
	assert_null(w->set.items[0]->sections[SECTION_UP].text.data);
	free(link);
}

static void sql_without_any_mark_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.sql", "CREATE TABLE a ();\n");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"1_a.sql:1:1: no `dbtop: up`; is this goose, dbmate?; a migration of dbtop begins "
		"with `-- dbtop: up`; other tools' directories are known by their names or marks, "
		"or pinned with --format");
}

static void a_mark_further_down_the_directory_is_found(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.sql", "CREATE TABLE a ();\n");
	world_file(w, "2_b.sql", own_text);
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->set.format, "dbtop");
	assert_string_equal(w->said,
		"1_a.sql:1:1: no `dbtop: up`; is this goose, dbmate? In dbtop's format a line "
		"`-- dbtop: up` stands before the first statement");
}

static const struct foreign {
	const char *file, *text, *format;
} foreigns[] = {
	{ "V1_2__add.sql", "select 1;", "Flyway" },
	{ "R__views.sql", "select 1;", "Flyway" },
	{ "20240101_a.sql", "-- migrate:up\nselect 1;", "dbmate" },
	{ "20240101_a.sql", "-- no-transaction\nselect 1;", "sqlx" },
	{ "20240101_a/up.sql", "select 1;", "diesel" },
	{ "sqitch.plan", "%project=x", "Sqitch" },
	{ "0123456789ab_a.py", "revision = '0123456789ab'", "Alembic" },
	{ "atlas.sum", "h1:x", "Atlas" },
	{ "changelog.sql", "--liquibase formatted sql\n", "Liquibase" },
	{ "000001-a.sql", "--! Previous: -\n", "graphile" },
	{ "01_a.yaml", "operations:", "pgroll" },
	{ "20240101_a/migration.sql", "select 1;", "Prisma" },
	{ "20240101_a.rb", "class A", "Rails" },
};

static void formats_not_read_yet_are_named_and_left_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(foreigns); i++) {
		void *inner;
		migration_world_start(&inner);
		struct migration_world *w = inner;
		char *said = mem_printf("%s directories are not read yet; nothing was touched; "
					"dbtop reads its own format, golang-migrate and goose "
					"directories",
			foreigns[i].format);
		world_file(w, foreigns[i].file, foreigns[i].text);
		assert_int_equal(world_open(w, NULL), EXIT_ERROR);
		assert_string_equal(w->said, said);
		free(said);
		migration_world_end(&inner);
	}
}

static void a_pinned_format_wins_over_the_guess(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "1_a.sql", "-- +goose Up\nSELECT 1;\n");
	assert_int_equal(world_open(w, "dbtop"), EXIT_ERROR);
	assert_string_equal(w->set.format, "dbtop");
	assert_null(w->set.format_words);
}

static void an_unknown_pin_offers_the_nearest_name(void **state)
{
	struct migration_world *w = *state;

	assert_int_equal(world_open(w, "gose"), EXIT_USAGE);
	assert_string_equal(w->said, "no format is called \"gose\"; did you mean goose?");
	assert_int_equal(world_open(w, "zzz"), EXIT_USAGE);
	assert_string_equal(
		w->said, "no format is called \"zzz\"; formats: golang-migrate, dbtop, goose");
	assert_int_equal(world_open(w, "flyway"), EXIT_USAGE);
	assert_string_equal(w->said,
		"Flyway directories are not read yet; nothing was touched; dbtop reads its own "
		"format, golang-migrate and goose directories");
}

static void a_directory_called_like_a_migration_is_refused(void **state)
{
	struct migration_world *w = *state;

	world_file(w, "20240101000000_a.sql/inside", "");
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"20240101000000_a.sql:1:1: is a directory, not a file; migrations are files: "
		"rename it or move it elsewhere");
}

static void a_link_to_nowhere_is_refused_and_one_to_a_file_is_followed(void **state)
{
	struct migration_world *w = *state;
	char *link_path = mem_printf("%s/20240101000000_a.sql", w->dir);

	assert_int_equal(symlink("elsewhere/b.txt", link_path), 0);
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"20240101000000_a.sql:1:1: is not a file one can read; migrations are files: "
		"rename it or move it elsewhere");
	world_file(w, "elsewhere/b.txt", own_text);
	assert_int_equal(world_open(w, NULL), EXIT_DONE);
	assert_string_equal(world_order(w), "20240101000000");
	free(link_path);
}

/* As long as the first read, a byte less, a byte more, and much longer. */
static void a_file_of_any_length_is_read_whole(void **state)
{
	struct migration_world *w = *state;
	static const size_t lengths[] = { 16383, 16384, 16385, 100000 };
	char expected[DIGEST_HEX_BYTES];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		char *name = mem_printf("2024010100000%zu_a.sql", i);
		char *text =
			mem_printf("%s%*s", own_text, (int)(lengths[i] - strlen(own_text)), "\n");
		world_file(w, name, text);
		assert_int_equal(world_open(w, NULL), EXIT_DONE);
		digest_sha256(span_of(text), expected);
		assert_string_equal(w->set.items[i]->sha256, expected);
		assert_int_equal(w->set.items[i]->sections[SECTION_UP].text.len, lengths[i]);
		free(text);
		free(name);
	}
}

static void a_pipe_is_refused_without_waiting_for_it(void **state)
{
	struct migration_world *w = *state;
	char *pipe_path = mem_printf("%s/1_a.sql", w->dir);

	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	assert_int_equal(world_open(w, NULL), EXIT_ERROR);
	assert_string_equal(w->said,
		"1_a.sql:1:1: is not a file one can read; migrations are files: rename it or move "
		"it elsewhere");
	free(pipe_path);
}

static void a_file_in_place_of_the_directory_is_refused(void **state)
{
	struct migration_world *w = *state;
	char *path = scratch_write(w->dir, "x", "");
	char *said = mem_printf("%s is not a directory", path);

	assert_int_equal(source_open(&w->set, w->deep, path, NULL, &w->e), EXIT_ERROR);
	assert_string_equal(w->e.text, said);
	assert_string_equal(w->e.hint, "name the directory the migrations are in");
	free(said);
	free(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, migration_world_start, migration_world_end)
	const struct CMUnitTest tests[] = {
		TEST(an_absent_directory_is_nothing_to_do),
		TEST(an_empty_directory_is_nothing_to_do),
		TEST(a_directory_is_known_by_its_marks_and_says_why),
		TEST(goose_is_known_by_its_mark_in_any_case),
		TEST(pairs_are_known_by_names_without_opening_a_file),
		TEST(sql_without_any_mark_is_refused),
		TEST(a_mark_further_down_the_directory_is_found),
		cmocka_unit_test(formats_not_read_yet_are_named_and_left_alone),
		TEST(a_pinned_format_wins_over_the_guess),
		TEST(an_unknown_pin_offers_the_nearest_name),
		TEST(a_directory_called_like_a_migration_is_refused),
		TEST(a_link_to_nowhere_is_refused_and_one_to_a_file_is_followed),
		TEST(a_file_of_any_length_is_read_whole),
		TEST(a_pipe_is_refused_without_waiting_for_it),
		TEST(a_file_in_place_of_the_directory_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
