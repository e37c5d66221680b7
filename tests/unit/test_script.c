// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <stdlib.h>

#include "agree.h"
#include "corpus.h"
#include "parse/script.h"
#include "parse/text.h"

struct world {
	struct arena arena;
	struct script script;
	struct err e;
};

static int set_up(void **state)
{
	static struct world world;
	world = (struct world){ 0 };
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	arena_release(&w->arena);
	return 0;
}

static bool split(struct world *w, const char *sql)
{
	script_init(&w->script, &w->arena, "f.sql", span_of(sql));
	return script_split(&w->script, &w->e);
}

static void expect_text(struct world *w, size_t index, const char *text)
{
	assert_true(index < w->script.count);
	if (!span_is(w->script.statements[index].text, text))
		fail_msg("%zu: got %.*s, wanted %s", index,
			(int)w->script.statements[index].text.len,
			w->script.statements[index].text.data, text);
}

/* The number of statements, which the server's grammar must share. */
static void expect_count(struct world *w, const char *sql, size_t count)
{
	char why[AGREE_WHY_BYTES];

	assert_true(split(w, sql));
	assert_int_equal(w->script.count, count);
	if (agree_on_split(&w->script, why) != AGREE_SAME)
		fail_msg("%s: %s", sql, why);
}

/* What the server's grammar refuses as well, unless it is psql's. */
static void refuse(struct world *w, const char *sql, int line, int column)
{
	char why[AGREE_WHY_BYTES];

	assert_false(split(w, sql));
	if (agree_on_refusal(&w->script, &w->e, why) == AGREE_DIFFERENT)
		fail_msg("%s: %s", sql, why);
	assert_int_equal(w->e.kind, ERR_PARSE);
	assert_string_equal(w->e.file, "f.sql");
	assert_int_equal(w->e.line, line);
	assert_int_equal(w->e.column, column);
}

static void semicolons_cut_outside_literals_only(void **state)
{
	struct world *w = *state;
	expect_count(
		w, "select ';'; select \";\" from t; select $$;$$ -- ;\n; /* ; */ select 4", 4);
	expect_text(w, 2, "select $$;$$");
	expect_text(w, 3, "select 4");
}

static void empty_statements_are_dropped(void **state)
{
	struct world *w = *state;
	expect_count(w, ";; ; -- nothing\n select 1;;;", 1);
	assert_true(split(w, " \n-- only a comment\n"));
	assert_int_equal(w->script.count, 0);
	assert_true(split(w, ""));
	assert_int_equal(w->script.count, 0);
}

static void a_place_counts_lines_and_characters(void **state)
{
	struct world *w = *state;
	assert_true(split(w, "select 'ä'; select 2;\r\n  select 3"));
	assert_int_equal(w->script.statements[1].line, 1);
	assert_int_equal(w->script.statements[1].column, 13);
	assert_int_equal(w->script.statements[1].offset, 13);
	assert_int_equal(w->script.statements[2].line, 2);
	assert_int_equal(w->script.statements[2].column, 3);
}

static void a_byte_order_mark_is_no_character(void **state)
{
	struct world *w = *state;
	assert_true(split(w, "\xef\xbb\xbf-- dbtop: up\nselect 1"));
	assert_int_equal(w->script.comment_count, 1);
	assert_int_equal(w->script.comments[0].line, 1);
	assert_true(split(w, "\xef\xbb\xbfselect 1"));
	assert_int_equal(w->script.statements[0].column, 1);
	assert_int_equal(w->script.statements[0].offset, 3);
}

static void parentheses_hold_semicolons(void **state)
{
	struct world *w = *state;
	expect_count(w,
		"create rule r as on insert to t do also (delete from a; delete from b); select 1",
		2);
}

static void an_atomic_body_holds_its_statements(void **state)
{
	struct world *w = *state;
	expect_count(w,
		"create function f() returns int begin atomic select 1; select case when true then "
		"1 end;"
		" select case when x then (select case 1 when 2 then 3 end) end from t; end; "
		"select 2",
		2);
	expect_count(w, "create or replace procedure p() begin atomic end; select 2", 2);
	expect_count(w, "create function f(a int) returns int return a; select 2", 2);
	expect_count(w,
		"create function f() returns int begin atomic create function g() returns int"
		" begin atomic select 1; end; select 2; end; select 3",
		2);
}

static void begin_alone_is_a_statement(void **state)
{
	struct world *w = *state;
	expect_count(w, "begin; select 1; end; begin transaction; commit", 5);
	expect_count(w, "create table atomic (\"begin\" int); select 1", 2);
}

static void words_named_end_do_not_end_a_body(void **state)
{
	struct world *w = *state;
	expect_count(w,
		"create function f() returns int begin atomic select x.end, 1 as end, 2 as case "
		"from x; end; select 2",
		2);
}

static void rows_of_copy_are_not_read_as_sql(void **state)
{
	struct world *w = *state;
	assert_true(split(
		w, "COPY public.t (a, b) FROM stdin;\n1\tit's\n2\t$$;\\\\\n\\.\n\nselect 1;"));
	assert_int_equal(w->script.count, 2);
	expect_text(w, 0, "COPY public.t (a, b) FROM stdin");
	assert_true(span_is(w->script.statements[0].data, "1\tit's\n2\t$$;\\\\\n"));
	assert_int_equal(w->script.statements[1].line, 6);
	assert_true(split(w, "copy t from stdin with (format csv);\r\n\\.\r\nselect 1"));
	assert_int_equal(w->script.count, 2);
	assert_non_null(w->script.statements[0].data.data);
	assert_int_equal(w->script.statements[0].data.len, 0);
}

static void copy_of_other_kinds_has_no_rows(void **state)
{
	struct world *w = *state;
	expect_count(
		w, "copy t to stdout; copy t from '/f'; copy (select * from stdin) to stdout", 3);
	assert_null(w->script.statements[2].data.data);
}

static void rows_without_an_end_are_refused(void **state)
{
	struct world *w = *state;
	refuse(w, "select 1;\n copy t from stdin;\n1\n2\n", 2, 2);
	refuse(w, "copy t from stdin", 1, 1);
	refuse(w, "copy t from stdin; select 1;\n\\.\n", 1, 20);
}

static void restrict_lines_of_pg_dump_are_skipped(void **state)
{
	struct world *w = *state;
	assert_true(split(w, "\\restrict aB3\n\nselect 1;\n\\unrestrict aB3\n"));
	assert_int_equal(w->script.count, 1);
}

static void other_psql_commands_are_refused_with_advice(void **state)
{
	struct world *w = *state;
	refuse(w, "select 1;\n\\connect db\n", 2, 1);
	assert_true(strlen(w->e.hint) > 0);
	refuse(w, "select 1 \\gx", 1, 10);
	refuse(w, "select 1\n\\restrict x\n", 2, 1);
	refuse(w, "select 1;\n\\.\n", 2, 1);
}

static void an_unterminated_literal_is_told_where_it_begins(void **state)
{
	struct world *w = *state;
	refuse(w, "select 1;\nselect 'x;\nselect 2;\n", 2, 8);
	refuse(w, "/* one\n/* two */\nselect 1", 1, 1);
	refuse(w, "select $a$ $b$", 1, 8);
}

/* The fuzzer lives on this question: a splitter that refuses too much must not pass. */
static void a_refusal_the_grammar_does_not_share_is_told(void **state)
{
	struct world *w = *state;
	char why[AGREE_WHY_BYTES];

	assert_true(split(w, "select E'a'\n'b\\''"));
	err_at(&w->e, "f.sql", 2, 1, "quoted string without an end");
	assert_int_equal(agree_on_refusal(&w->script, &w->e, why), AGREE_DIFFERENT);
	assert_string_equal(why, "line 2 refused (quoted string without an end), "
				 "the grammar has 1 statements");
}

static void old_strings_are_followed(void **state)
{
	struct world *w = *state;
	assert_true(split(w, "SET standard_conforming_strings = off; select 'a\\';'; "
			     "set standard_conforming_strings to 'on'; select '\\'; select 1"));
	assert_int_equal(w->script.count, 5);
	assert_true(w->script.has_old_strings);
	expect_text(w, 1, "select 'a\\';'");
	expect_text(w, 3, "select '\\'");
}

static void invalid_text_is_refused_with_its_place(void **state)
{
	struct world *w = *state;
	refuse(w, "select 1;\n-- caf\xe9\n", 2, 7);
	script_init(&w->script, &w->arena, "f.sql", span_from("select\0 1", 9));
	assert_false(script_split(&w->script, &w->e));
	assert_int_equal(w->e.column, 7);
}

static void comments_at_column_one_are_kept(void **state)
{
	struct world *w = *state;
	const char *sql = "-- dbtop: up\n -- not this\nselect '\n-- nor this';\n/*\n-- nor\n*/\n"
			  "-- two\nselect\n-- inside\n2;\n-- last";
	assert_true(split(w, sql));
	assert_int_equal(w->script.comment_count, 4);
	assert_true(span_is(w->script.comments[0].text, "-- dbtop: up"));
	assert_int_equal(w->script.comments[0].statement, 0);
	assert_false(w->script.comments[0].is_inside);
	assert_int_equal(w->script.comments[1].line, 8);
	assert_int_equal(w->script.comments[1].statement, 1);
	assert_true(w->script.comments[2].is_inside);
	assert_int_equal(w->script.comments[2].statement, 1);
	assert_int_equal(w->script.comments[3].statement, 2);
	assert_int_equal(w->script.comments[3].offset, strlen(sql) - 7);
}

static void a_part_keeps_the_lines_of_the_whole(void **state)
{
	struct world *w = *state;
	const char *sql = "-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;\nselect 'x\n";
	script_init(&w->script, &w->arena, "f.sql", span_of(sql));
	assert_true(script_split_part(&w->script, 13, 23, &w->e));
	assert_true(script_split_part(&w->script, 38, 48, &w->e));
	assert_int_equal(w->script.count, 2);
	expect_text(w, 0, "select 1");
	expect_text(w, 1, "select 2");
	assert_int_equal(w->script.statements[1].line, 4);
	assert_int_equal(w->script.statements[1].offset, 38);
	assert_false(script_split_part(&w->script, 48, strlen(sql), &w->e));
	assert_int_equal(w->e.line, 5);
}

static void one_long_line_is_cut_in_one_pass(void **state)
{
	struct world *w = *state;
	enum { COUNT = 100000 };
	char *sql = malloc(COUNT * 9 + 1);
	for (size_t i = 0; i < COUNT; i++)
		memcpy(sql + i * 9, "select 1;", 10);
	assert_true(split(w, sql));
	assert_int_equal(w->script.count, COUNT);
	assert_int_equal(w->script.statements[COUNT - 1].column, (COUNT - 1) * 9 + 1);
	free(sql);
}

static void check_corpus_file(void *arg, const char *path, const char *text, size_t len)
{
	size_t *asked = arg;
	struct arena arena = { 0 };
	struct script script;
	struct err e;
	char why[AGREE_WHY_BYTES];

	script_init(&script, &arena, path, span_from(text, len));
	if (!script_split(&script, &e))
		fail_msg("%s:%d:%d: %s", path, e.line, e.column, e.text);
	switch (agree_on_split(&script, why)) {
	case AGREE_SAME: ++*asked; break;
	case AGREE_NOT_ASKED: fail_msg("%s: the grammar refuses it", path); break;
	case AGREE_DIFFERENT: fail_msg("%s: %s", path, why); break;
	}
	arena_release(&arena);
}

static void every_file_of_the_corpus_is_cut_as_the_grammar_cuts_it(void **state)
{
	(void)state;
	size_t asked = 0;
	size_t files = corpus_each(check_corpus_file, &asked);
	if (!files)
		skip();
	assert_int_equal(asked, files);
	print_message("corpus: %zu files\n", files);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(semicolons_cut_outside_literals_only),
		WITH_WORLD(empty_statements_are_dropped),
		WITH_WORLD(a_place_counts_lines_and_characters),
		WITH_WORLD(a_byte_order_mark_is_no_character),
		WITH_WORLD(parentheses_hold_semicolons),
		WITH_WORLD(an_atomic_body_holds_its_statements),
		WITH_WORLD(begin_alone_is_a_statement),
		WITH_WORLD(words_named_end_do_not_end_a_body),
		WITH_WORLD(rows_of_copy_are_not_read_as_sql),
		WITH_WORLD(copy_of_other_kinds_has_no_rows),
		WITH_WORLD(rows_without_an_end_are_refused),
		WITH_WORLD(restrict_lines_of_pg_dump_are_skipped),
		WITH_WORLD(other_psql_commands_are_refused_with_advice),
		WITH_WORLD(an_unterminated_literal_is_told_where_it_begins),
		WITH_WORLD(a_refusal_the_grammar_does_not_share_is_told),
		WITH_WORLD(old_strings_are_followed),
		WITH_WORLD(invalid_text_is_refused_with_its_place),
		WITH_WORLD(comments_at_column_one_are_kept),
		WITH_WORLD(a_part_keeps_the_lines_of_the_whole),
		WITH_WORLD(one_long_line_is_cut_in_one_pass),
		WITH_WORLD(every_file_of_the_corpus_is_cut_as_the_grammar_cuts_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
