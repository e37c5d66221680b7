// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/json.h"
#include "base/mem.h"
#include "cli/print.h"

static char *printed(void (*print)(FILE *, const struct report *), const struct report *report)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	print(out, report);
	fclose(out);
	return text;
}

static void text_of(FILE *out, const struct report *report)
{
	print_text(out, report,
		&(struct print_options){ .now_wall_us = INT64_C(3) * 86400 * 1000000 });
}

static void colored_text_of(FILE *out, const struct report *report)
{
	print_text(out, report, &(struct print_options){ .out_has_color = true });
}

static void talk_of(FILE *out, const struct report *report)
{
	print_talk(out, report, false);
}

static void fill(struct report *report)
{
	report_init(report, "status");
	report->target = "shop";
	struct node *table = report_table(report, report->data, "migrations", "");
	struct node *row = report_row(report, table);
	report_text(report, row, "revision", "REVISION", "0001");
	report_text(report, row, "name", "NAME", "init, \"the\" first\x1b[2J");
	report_int(report, row, "lag_bytes", "BEHIND", 884 * 1024 * 1024, UNIT_BYTES);
	report_int(report, row, "applied_at", "APPLIED", INT64_C(86400) * 1000000, UNIT_WALL_US);
	row = report_row(report, table);
	report_text(report, row, "revision", "REVISION", "0002");
	report_text(report, row, "name", "NAME", NULL);
	report_int(report, row, "lag_bytes", "BEHIND", VALUE_UNKNOWN, UNIT_BYTES);
	report_int(report, row, "applied_at", "APPLIED", VALUE_NONE, UNIT_WALL_US);
}

static void a_table_is_aligned_and_its_text_is_visible(void **state)
{
	(void)state;
	struct report report;
	fill(&report);

	char *text = printed(text_of, &report);

	assert_string_equal(text, "REVISION  NAME                      BEHIND  APPLIED\n"
				  "0001      init, \"the\" first\\x1b[2J  884 MB  2 d ago\n"
				  "0002      -                              ?  -\n");
	free(text);
	report_release(&report);
}

static void json_carries_raw_values_and_the_envelope(void **state)
{
	(void)state;
	struct report report;
	struct err e;
	fill(&report);

	char *text = printed(print_json, &report);
	struct json *json = json_parse(span_of(text), &e);

	assert_non_null(json);
	assert_int_equal(json_int(json_get(json, "schema"), 0), 1);
	assert_string_equal(json_text(json_get(json, "command")), "status");
	assert_true(json_is_true(json_get(json, "ok")));
	const struct json *rows = json_get(json_get(json, "data"), "migrations");
	assert_int_equal(json_count(rows), 2);
	assert_string_equal(
		json_text(json_get(json_at(rows, 0), "applied_at")), "1970-01-02T00:00:00.000Z");
	assert_int_equal(json_int(json_get(json_at(rows, 0), "lag_bytes"), 0), 884 * 1024 * 1024);
	assert_null(json_text(json_get(json_at(rows, 1), "name")));
	json_free(json);
	free(text);
	report_release(&report);
}

static void csv_quotes_what_needs_it_and_leaves_the_unknown_empty(void **state)
{
	(void)state;
	struct report report;
	fill(&report);

	char *text = printed(print_csv, &report);

	assert_string_equal(text,
		"revision,name,lag_bytes,applied_at\n"
		"0001,\"init, \"\"the\"\" first\x1b[2J\",926941184,1970-01-02T00:00:00.000Z\n"
		"0002,,,\n");
	free(text);
	report_release(&report);
}

static void an_error_says_where_what_is_true_now_and_what_to_do(void **state)
{
	(void)state;
	struct report report;
	struct err e;
	report_init(&report, "upgrade");
	err_at(&e, "migrations/0002_x.sql", 12, 5, "column \"emial\" does not exist");
	snprintf(e.sqlstate, sizeof(e.sqlstate), "42703");
	err_hint(&e, "perhaps you meant \"email\"");
	assert_false(report_fail(&report, EXIT_FAILED_UNCHANGED, DATABASE_UNCHANGED, &e));

	char *text = printed(talk_of, &report);

	assert_string_equal(text, "dbtop: migrations/0002_x.sql:12:5: column \"emial\" does not "
				  "exist (SQLSTATE 42703)\n"
				  "  now: the database is as it was before\n"
				  "  hint: perhaps you meant \"email\"\n");
	free(text);
	report_release(&report);
}

static void a_state_has_a_colour_and_the_columns_stay_where_they_are(void **state)
{
	(void)state;
	struct report report;
	report_init(&report, "status");
	struct node *table = report_table(&report, report.data, "migrations", "");
	struct node *row = report_row(&report, table);
	report_text(&report, row, "state", "STATE", "failed");
	report_text(&report, row, "name", "NAME", "failed");

	char *text = printed(colored_text_of, &report);

	assert_string_equal(text, "\033[1mSTATE\033[0m   \033[1mNAME\033[0m\n"
				  "\033[31mfailed\033[0m  failed\n");
	free(text);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_aligned_and_its_text_is_visible),
		cmocka_unit_test(json_carries_raw_values_and_the_envelope),
		cmocka_unit_test(csv_quotes_what_needs_it_and_leaves_the_unknown_empty),
		cmocka_unit_test(a_state_has_a_colour_and_the_columns_stay_where_they_are),
		cmocka_unit_test(an_error_says_where_what_is_true_now_and_what_to_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
