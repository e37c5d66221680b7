// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/str.h"
#include "setup/csv.h"

struct world {
	struct arena arena;
	struct csv csv;
	struct err e;
};

static int world_up(void **state)
{
	static struct world world;

	world = (struct world){ 0 };
	*state = &world;
	return 0;
}

static int world_down(void **state)
{
	struct world *w = *state;

	arena_release(&w->arena);
	return 0;
}

static bool read_bytes(struct world *w, const char *text, size_t len)
{
	return csv_read(&w->csv, &w->arena, "t.csv", span_from(text, len), &w->e);
}

static void reads(struct world *w, const char *text)
{
	if (!read_bytes(w, text, strlen(text)))
		fail_msg("%d:%d: %s", w->e.line, w->e.column, w->e.text);
}

static void refuses(struct world *w, const char *text, int line, int column, const char *why)
{
	w->e = (struct err){ 0 };
	assert_false(read_bytes(w, text, strlen(text)));
	assert_string_equal(w->e.file, "t.csv");
	assert_int_equal(w->e.line, line);
	assert_int_equal(w->e.column, column);
	if (!strstr(w->e.text, why))
		fail_msg("\"%s\" does not say \"%s\"", w->e.text, why);
}

static const struct csv_cell *cell(const struct world *w, size_t row, size_t column)
{
	assert_true(row < w->csv.row_count && column < w->csv.column_count);
	return &w->csv.cells[row * w->csv.column_count + column];
}

static void expect(const struct world *w, size_t row, size_t column, const char *text)
{
	const char *is = cell(w, row, column)->text;

	if (!text)
		assert_null(is);
	else
		assert_string_equal(is ? is : "(null)", text);
}

static void the_first_line_names_the_columns_and_the_others_are_rows(void **state)
{
	struct world *w = *state;

	reads(w, "id,name\n1,one\n2,two\n");

	assert_int_equal(w->csv.column_count, 2);
	assert_int_equal(w->csv.row_count, 2);
	assert_string_equal(w->csv.header[1].text, "name");
	expect(w, 1, 0, "2");
	expect(w, 1, 1, "two");
}

static void the_last_line_may_lack_its_end(void **state)
{
	struct world *w = *state;

	reads(w, "id,name\n1,");

	assert_int_equal(w->csv.row_count, 1);
	expect(w, 0, 1, NULL);
}

static void quotes_hold_commas_quotes_and_line_breaks(void **state)
{
	struct world *w = *state;

	reads(w, "a,b,c\n\"x, y\",\"say \"\"no\"\"\",\"one\r\ntwo\nthree\"\nlast,1,2\n");

	expect(w, 0, 0, "x, y");
	expect(w, 0, 1, "say \"no\"");
	expect(w, 0, 2, "one\r\ntwo\nthree");
	assert_int_equal(cell(w, 1, 0)->line, 5);
	assert_int_equal(cell(w, 1, 1)->column, 6);
}

static void empty_is_null_and_empty_in_quotes_is_the_empty_text(void **state)
{
	struct world *w = *state;

	reads(w, "a,b\n,\"\"\n");

	expect(w, 0, 0, NULL);
	expect(w, 0, 1, "");
}

static void crlf_ends_a_line_and_a_lone_cr_is_a_byte(void **state)
{
	struct world *w = *state;

	reads(w, "a,b\r\nx\ry,2\r\n\"q\",3\r\n");

	assert_int_equal(w->csv.row_count, 2);
	expect(w, 0, 0, "x\ry");
	expect(w, 1, 0, "q");
	expect(w, 1, 1, "3");
}

static void a_byte_order_mark_is_no_part_of_the_first_name(void **state)
{
	struct world *w = *state;

	reads(w, "\xEF\xBB\xBFid\n1\n");

	assert_string_equal(w->csv.header[0].text, "id");
	assert_int_equal(w->csv.header[0].column, 1);
}

static void lines_without_a_byte_are_left_out(void **state)
{
	struct world *w = *state;

	reads(w, "a\n1\n\n\r\n2\n\n");

	assert_int_equal(w->csv.row_count, 2);
	assert_int_equal(cell(w, 1, 0)->line, 5);
}

static void a_header_alone_is_a_table_without_rows(void **state)
{
	struct world *w = *state;

	reads(w, "a,b");

	assert_int_equal(w->csv.column_count, 2);
	assert_int_equal(w->csv.row_count, 0);
}

static void names_may_be_weird_and_columns_count_characters(void **state)
{
	struct world *w = *state;

	reads(w, "\"Weird, \"\"Name\"\"\",größe,c\n1,2,3\n");

	assert_string_equal(w->csv.header[0].text, "Weird, \"Name\"");
	assert_int_equal(w->csv.header[2].column, 25);
}

static void lines_of_another_width_say_where(void **state)
{
	struct world *w = *state;

	refuses(w, "a,b\n1,2\n1,2,3\n", 3, 1, "3 cells, and the header has 2");
	refuses(w, "a,b\n1\n", 2, 1, "1 cells");
	refuses(w, "a,b\n\"x\ny\",1\n\"p\nq\"\n", 4, 1, "1 cells");
}

static void broken_quotes_say_where(void **state)
{
	struct world *w = *state;

	refuses(w, "a,b\n1,\"open\n2,3\n", 2, 3, "never closed");
	refuses(w, "a,b\n\"x\"y,2\n", 2, 4, "after the closing quote");
	refuses(w, "a,b\n1,x\"y\n", 2, 4, "a quote inside a cell");
	refuses(w, "a,b\n1,\"", 2, 3, "never closed");
}

static void a_header_must_name_each_column_once(void **state)
{
	struct world *w = *state;

	refuses(w, "", 1, 1, "must name the columns");
	refuses(w, "\na,b\n", 1, 1, "must name the columns");
	refuses(w, "a,,b\n1,2,3\n", 1, 3, "without a name");
	refuses(w, "a,b,a\n", 1, 5, "column a stands twice");
}

static void what_is_not_utf_8_is_refused_with_its_place(void **state)
{
	struct world *w = *state;

	refuses(w, "a\nx\xff\n", 2, 2, "");
	assert_false(read_bytes(w, "a\nx\0y\n", 6));
	assert_int_equal(w->e.line, 2);
}

#define test(name) cmocka_unit_test_setup_teardown(name, world_up, world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_first_line_names_the_columns_and_the_others_are_rows),
		test(the_last_line_may_lack_its_end),
		test(quotes_hold_commas_quotes_and_line_breaks),
		test(empty_is_null_and_empty_in_quotes_is_the_empty_text),
		test(crlf_ends_a_line_and_a_lone_cr_is_a_byte),
		test(a_byte_order_mark_is_no_part_of_the_first_name),
		test(lines_without_a_byte_are_left_out),
		test(a_header_alone_is_a_table_without_rows),
		test(names_may_be_weird_and_columns_count_characters),
		test(lines_of_another_width_say_where),
		test(broken_quotes_say_where),
		test(a_header_must_name_each_column_once),
		test(what_is_not_utf_8_is_refused_with_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
