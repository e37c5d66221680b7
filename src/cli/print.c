// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/print.h"

#include "base/str.h"
#include "base/visible.h"

static void print_line(FILE *talk, const char *before, const char *text)
{
	struct str line = { 0 };

	visible_add(&line, span_of(text), VISIBLE_TEXT);
	fprintf(talk, "%s%s\n", before, str_c(&line));
	str_release(&line);
}

static void print_error(FILE *talk, const struct report *report)
{
	static const char *const truths[] = {
		[DATABASE_UNCHANGED] = "the database is as it was before",
		[DATABASE_PARTIAL] = "part of the migration stands in the database",
		[DATABASE_UNKNOWN] = "what stands in the database is not known",
	};
	const struct err *e = &report->error;
	struct str line = { 0 };

	str_add(&line, "dbtop: ");
	if (e->file) {
		str_add(&line, e->file);
		if (e->line)
			str_addf(&line, ":%d", e->line);
		if (e->line && e->column)
			str_addf(&line, ":%d", e->column);
		str_add(&line, ": ");
	}
	str_add(&line, e->text);
	if (*e->sqlstate)
		str_addf(&line, " (SQLSTATE %s)", e->sqlstate);
	print_line(talk, "", str_c(&line));
	str_release(&line);
	if (*e->detail)
		print_line(talk, "  detail: ", e->detail);
	if (report->database != DATABASE_NOT_SAID)
		print_line(talk, "  now: ", truths[report->database]);
	if (*e->hint)
		print_line(talk, "  hint: ", e->hint);
}

void print_talk(FILE *talk, const struct report *report)
{
	for (const struct node *say = report->says->first; say; say = say->next)
		print_line(talk, "", say->text);
	for (const struct node *warning = report->warnings->first; warning; warning = warning->next)
		print_line(talk, "dbtop: warning: ", warning->text);
	if (report->has_error)
		print_error(talk, report);
}

void print_report(FILE *out, FILE *talk, const struct report *report, enum print_form form,
	int64_t now_wall_us)
{
	switch (form) {
	case PRINT_TEXT:
		print_text(out, report, now_wall_us);
		fflush(out);
		print_talk(talk, report);
		break;
	case PRINT_JSON: print_json(out, report); break;
	case PRINT_CSV:
		print_csv(out, report);
		fflush(out);
		print_talk(talk, report);
		break;
	}
}
