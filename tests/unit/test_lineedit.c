// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <locale.h>
#include <string.h>

#include "base/str.h"
#include "ui/lineedit.h"

static void see(void *arg, const char *text)
{
	struct str *seen = arg;
	str_addf(seen, "%s;", text ? text : "(none)");
}

static const char *const candidates[] = { "run.step", "run.stop", "view.go" };

static char *complete(void *arg, const char *before, size_t index)
{
	(void)arg;
	if (*before)
		return strcmp(before, "view.go ") == 0 && !index ? strdup("pool") : NULL;
	return index < ARRAY_SIZE(candidates) ? strdup(candidates[index]) : NULL;
}

static void open_line(struct str *seen, const char *initial)
{
	struct lineedit_request request = { .prompt = ":",
		.initial = initial,
		.done = see,
		.complete = complete,
		.has_history = true,
		.arg = seen };
	lineedit_open(&request);
}

static void type(const char *bytes)
{
	lineedit_bytes(span_of(bytes));
}

static int seen_open(void **state)
{
	static struct str seen;
	seen = (struct str){ 0 };
	*state = &seen;
	return 0;
}

static int seen_close(void **state)
{
	lineedit_release();
	str_release(*state);
	return 0;
}

static void a_line_is_edited_and_taken(void **state)
{
	struct str *seen = *state;
	open_line(seen, NULL);
	type("naïve\001x\005y\r");
	assert_string_equal(str_c(seen), "xnaïvey;");
	assert_false(lineedit_is_open());
}

static void bytes_after_enter_are_not_part_of_the_line(void **state)
{
	struct str *seen = *state;
	open_line(seen, "ab");
	type("c\rrest");
	assert_string_equal(str_c(seen), "abc;");
}

static void a_paste_is_one_step_and_never_ends_the_line(void **state)
{
	struct str *seen = *state;
	open_line(seen, NULL);
	lineedit_paste(span_of("drop\ntable\r"));
	assert_true(lineedit_is_open());
	type("!\r");
	assert_string_equal(str_c(seen), "drop table !;");
}

static void cancel_gives_no_text(void **state)
{
	struct str *seen = *state;
	open_line(seen, "half");
	lineedit_cancel();
	assert_string_equal(str_c(seen), "(none);");
	assert_false(lineedit_is_open());
}

static void tab_completes_and_history_comes_back(void **state)
{
	struct str *seen = *state;
	open_line(seen, NULL);
	type("vi\t\r");
	open_line(seen, NULL);
	type("\033[A\r");
	assert_string_equal(str_c(seen), "view.go ;view.go ;");
	str_clear(seen);
	open_line(seen, NULL);
	type("view.go p\t");
	assert_string_equal(lineedit_text(), "view.go pool ");
	type("\r");
	assert_string_equal(lineedit_text(), "");
}

static void it_scrolls_so_that_the_cursor_is_seen(void **state)
{
	struct str *seen = *state;
	struct surface s;
	surface_init(&s, 12, 1, &glyphs_ascii);
	open_line(seen, "0123456789abcdef");
	int x = lineedit_draw(&s, 0);
	assert_in_range(x, 2, 11);
	char *row = surface_row_text(&s, 0);
	assert_string_equal(row, " :789abcdef");
	free(row);
	surface_release(&s);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, seen_open, seen_close)

int main(void)
{
	setlocale(LC_ALL, "");
	setenv("INPUTRC", "/dev/null", 1);
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_edited_and_taken),
		TEST(bytes_after_enter_are_not_part_of_the_line),
		TEST(a_paste_is_one_step_and_never_ends_the_line),
		TEST(cancel_gives_no_text),
		TEST(tab_completes_and_history_comes_back),
		TEST(it_scrolls_so_that_the_cursor_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
