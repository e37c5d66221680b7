// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "model/note.h"
#include "model/report.h"
#include "model/target.h"

static void a_report_is_a_tree_in_the_order_it_was_built(void **state)
{
	(void)state;
	struct report report;

	report_init(&report, "status");
	report_text(&report, report.data, "format", "format", "goose");
	struct node *table = report_table(&report, report.data, "rows", "migrations");
	struct node *row = report_row(&report, table);
	report_int(&report, row, "lag_bytes", "behind", 42, UNIT_BYTES);
	report_bool(&report, row, "reversible", NULL, true);
	report_text(&report, row, "actor", "by", NULL);

	const struct node *first = report.data->first;
	assert_string_equal(first->text, "goose");
	assert_ptr_equal(first->next, table);
	assert_ptr_equal(report.data->last, table);
	assert_int_equal(table->kind, NODE_TABLE);
	assert_int_equal(row->first->number, 42);
	assert_int_equal(row->first->unit, UNIT_BYTES);
	assert_int_equal(row->first->next->kind, NODE_BOOL);
	assert_null(row->first->next->label);
	assert_int_equal(row->last->kind, NODE_NULL);
	assert_int_equal(report.exit, EXIT_DONE);
	report_release(&report);
}

static void strings_are_copied_so_that_their_owners_may_go(void **state)
{
	(void)state;
	struct report report;
	char *text = mem_strdup("gone");

	report_init(&report, text);
	report_text(&report, report.data, text, text, text);
	memset(text, 'x', 4);
	free(text);
	assert_string_equal(report.command, "gone");
	assert_string_equal(report.data->first->name, "gone");
	assert_string_equal(report.data->first->text, "gone");
	report_release(&report);
}

static void a_failure_keeps_its_exit_code_its_words_and_its_place(void **state)
{
	(void)state;
	struct report report;
	struct err e = { 0 };
	char *file = mem_strdup("a.sql");

	report_init(&report, "upgrade");
	err_at(&e, file, 3, 7, "no such directive");
	assert_false(report_fail(&report, EXIT_FAILED_UNCHANGED, DATABASE_UNCHANGED, &e));
	free(file);
	assert_true(report.has_error);
	assert_int_equal(report.exit, 5);
	assert_int_equal(report.database, DATABASE_UNCHANGED);
	assert_string_equal(report.error.file, "a.sql");
	assert_string_equal(report.error.text, "no such directive");
	report_release(&report);
}

static void sentences_and_warnings_come_in_order(void **state)
{
	(void)state;
	struct report report;

	report_init(&report, "plan");
	report_say(&report, "%d to run", 2);
	report_say(&report, "done");
	report_warn(&report, "unlabelled");
	assert_string_equal(report.says->first->text, "2 to run");
	assert_string_equal(report.says->first->next->text, "done");
	assert_null(report.says->first->next->next);
	assert_string_equal(report.warnings->first->text, "unlabelled");
	report_release(&report);
}

static void words_of_pins_and_environments_are_those_of_the_screens(void **state)
{
	(void)state;

	assert_string_equal(note_pin_word(PIN_NONE), "");
	assert_string_equal(note_pin_word(PIN_SLOT), "slot");
	assert_string_equal(env_word(ENV_UNLABELLED), "?ENV");
	assert_string_equal(env_word(ENV_PROD), "prod");
}

static void rows_share_their_names_and_labels(void **state)
{
	(void)state;
	struct report report;
	report_init(&report, "status");
	struct node *table = report_table(&report, report.data, "files", NULL);
	for (int i = 0; i < 2; i++)
		report_text(&report, report_row(&report, table), "revision", "rev", "2026");
	assert_ptr_equal(table->first->first->name, table->last->first->name);
	assert_ptr_equal(table->first->first->label, table->last->first->label);
	report_release(&report);
}

static void more_names_than_are_remembered_stay_what_they_are(void **state)
{
	(void)state;
	struct report report;
	char name[16];
	report_init(&report, "status");
	struct node *table = report_table(&report, report.data, "files", NULL);
	struct node *row = report_row(&report, table);
	for (int k = 0; k < 4 * REPORT_WORDS; k++) {
		snprintf(name, sizeof(name), "n%d", k);
		report_text(&report, row, name, "label", "text");
	}
	const struct node *cell = row->first;
	for (int k = 0; k < 4 * REPORT_WORDS; k++, cell = cell->next) {
		snprintf(name, sizeof(name), "n%d", k);
		assert_string_equal(cell->name, name);
		assert_string_equal(cell->label, "label");
	}
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_a_tree_in_the_order_it_was_built),
		cmocka_unit_test(strings_are_copied_so_that_their_owners_may_go),
		cmocka_unit_test(a_failure_keeps_its_exit_code_its_words_and_its_place),
		cmocka_unit_test(sentences_and_warnings_come_in_order),
		cmocka_unit_test(words_of_pins_and_environments_are_those_of_the_screens),
		cmocka_unit_test(rows_share_their_names_and_labels),
		cmocka_unit_test(more_names_than_are_remembered_stay_what_they_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
