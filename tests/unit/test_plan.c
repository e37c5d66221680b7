// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "model/plan.h"

static void every_hazard_has_a_word_that_leads_back_to_it(void **state)
{
	(void)state;
	for (int i = 0; i < HAZARD_KIND_COUNT; i++) {
		const char *word = hazard_word((enum hazard_kind)i);
		enum hazard_kind kind;
		assert_non_null(word);
		assert_true(hazard_from_word(word, &kind));
		assert_int_equal(kind, i);
	}
}

static void a_word_that_is_no_hazard_is_refused(void **state)
{
	(void)state;
	enum hazard_kind kind;
	assert_false(hazard_from_word("danger", &kind));
	assert_false(hazard_from_word("", &kind));
}

static void sections_have_the_words_of_their_directives(void **state)
{
	(void)state;
	assert_string_equal(migration_section_word(SECTION_UP), "up");
	assert_string_equal(migration_section_word(SECTION_DOWN), "down");
	assert_string_equal(migration_section_word(SECTION_VERIFY), "verify");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_hazard_has_a_word_that_leads_back_to_it),
		cmocka_unit_test(a_word_that_is_no_hazard_is_refused),
		cmocka_unit_test(sections_have_the_words_of_their_directives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
