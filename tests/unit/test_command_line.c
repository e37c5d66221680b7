// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "ui/actions.h"
#include "ui/command_line.h"

static const char *expand(const char *typed)
{
	static char out[COMMAND_LINE_BYTES];
	return command_line_expand(typed, out);
}

static void what_means_one_command_is_made_into_it(void **state)
{
	(void)state;
	assert_string_equal(expand("q"), "session.quit");
	assert_string_equal(expand("theme dusk"), "theme.set dusk");
	assert_string_equal(expand("status"), "migration.status");
	assert_string_equal(expand("arm"), "session.arm");
	assert_string_equal(expand("run.st"), "run.st");
	assert_string_equal(expand("run.ski because of lt"), "run.skip because of lt");
	assert_string_equal(expand(" :pause"), "sample.pause");
	assert_string_equal(expand("mess"), "messages");
}

static void what_means_several_or_nothing_stays_as_typed(void **state)
{
	(void)state;
	assert_string_equal(expand("run"), "run");
	assert_string_equal(expand("step"), "step");
	assert_string_equal(expand("frobnicate x"), "frobnicate x");
	assert_string_equal(expand("pool"), "pool");
	assert_string_equal(expand("re"), "re");
	assert_string_equal(expand("run.step"), "run.step");
	assert_string_equal(expand(""), "");
}

/* The words completion would offer for a beginning, with blanks between. */
static const char *offered(const struct model *model, const char *before, const char *beginning)
{
	static char words[1024];
	char *word;
	words[0] = '\0';
	for (size_t i = 0; (word = command_line_candidate(model, before, i)); i++) {
		if (strncmp(word, beginning, strlen(beginning)) == 0) {
			strncat(words, word, sizeof(words) - strlen(words) - 2);
			strncat(words, " ", 2);
		}
		free(word);
	}
	return words;
}

static void words_are_completed_from_what_there_is(void **state)
{
	(void)state;
	struct migration_row rows[] = { { .rev = "0041" }, { .rev = "0042" } };
	struct model model = { .migrations = { .rows = rows, .row_count = 2 } };
	assert_string_equal(offered(&model, "", "session.q"), "session.quit ");
	assert_string_equal(offered(&model, "", "upgrade"), "");
	assert_string_equal(offered(&model, "theme ", "d"), "dusk ");
	assert_string_equal(offered(&model, "view.go ", "po"), "pool ");
	assert_string_equal(offered(&model, "run.up ", ""), "0042 0041 ");
	assert_string_equal(offered(&model, "sample.pause ", ""), "");
}

static void matches_begin_with_what_is_typed_before_they_hold_it(void **state)
{
	(void)state;
	const struct command *found[40];
	size_t count = command_line_matches("step", found, 40);
	assert_true(count >= 2);
	assert_string_equal(found[0]->name, "step.leave");
	assert_string_equal(found[1]->name, "run.step");
	assert_int_equal(command_line_matches("frobnicate", found, 40), 0);
}

int main(void)
{
	actions_register();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_means_one_command_is_made_into_it),
		cmocka_unit_test(what_means_several_or_nothing_stays_as_typed),
		cmocka_unit_test(words_are_completed_from_what_there_is),
		cmocka_unit_test(matches_begin_with_what_is_typed_before_they_hold_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
