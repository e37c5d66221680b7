// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <unistd.h>

#include "scratch.h"
#include "ui/editor.h"

static int own_place(void **state)
{
	*state = scratch_new();
	unsetenv("XDG_RUNTIME_DIR");
	return setenv("TMPDIR", *state, 1);
}

static int own_place_end(void **state)
{
	/* Empty again: nothing of a note stays behind. */
	assert_int_equal(rmdir(*state), 0);
	free(*state);
	return 0;
}

static void what_the_editor_saves_comes_back(void **state)
{
	struct err e;
	(void)state;

	char *text = editor_edit("sed -i s/one/two/", "one\nmore", &e);

	assert_string_equal(text, "two\nmore");
	free(text);
}

static void an_untouched_file_gives_the_same_text(void **state)
{
	struct err e;
	(void)state;

	char *text = editor_edit("true", "one", &e);

	assert_string_equal(text, "one");
	free(text);
}

static void the_file_is_private(void **state)
{
	struct err e;
	(void)state;

	char *text = editor_edit("sh -c 'stat -c %a \"$1\" >\"$1.mode\"; cat \"$1.mode\" >\"$1\"; "
				 "rm \"$1.mode\"' sh",
		"secret", &e);

	assert_string_equal(text, "600");
	free(text);
}

static void an_editor_that_fails_changes_nothing_and_says_what_to_do(void **state)
{
	struct err e;
	(void)state;

	assert_null(editor_edit("false", "one", &e));
	assert_string_equal(e.text, "false did not end well; the note is as it was");
	assert_null(editor_edit("/no/such/editor", "one", &e));
	assert_non_null(strstr(e.hint, "DBTOP_EDITOR"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_the_editor_saves_comes_back, own_place, own_place_end),
		cmocka_unit_test_setup_teardown(
			an_untouched_file_gives_the_same_text, own_place, own_place_end),
		cmocka_unit_test_setup_teardown(the_file_is_private, own_place, own_place_end),
		cmocka_unit_test_setup_teardown(
			an_editor_that_fails_changes_nothing_and_says_what_to_do, own_place,
			own_place_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
