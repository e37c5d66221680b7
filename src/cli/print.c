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

static void print_error(FILE *talk, const struct report *report, bool has_color)
{
	static const char *const truths[] = {
		[DATABASE_UNCHANGED] = "the database is as it was before",
		[DATABASE_PARTIAL] = "part of the migration stands in the database",
		[DATABASE_UNKNOWN] = "what stands in the database is not known",
	};
	const struct err *e = &report->error;
	struct str line = { 0 };

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
	print_line(talk, has_color ? PRINT_RED "dbtop:" PRINT_PLAIN " " : "dbtop: ", str_c(&line));
	str_release(&line);
	if (*e->detail)
		print_line(talk, "  detail: ", e->detail);
	if (report->database != DATABASE_NOT_SAID)
		print_line(talk, "  now: ", truths[report->database]);
	if (*e->hint)
		print_line(talk, "  hint: ", e->hint);
}

void print_talk(FILE *talk, const struct report *report, bool has_color)
{
	const char *warning_word =
		has_color ? PRINT_YELLOW "dbtop: warning:" PRINT_PLAIN " " : "dbtop: warning: ";

	for (const struct node *say = report->says->first; say; say = say->next)
		print_line(talk, "", say->text);
	for (const struct node *warning = report->warnings->first; warning; warning = warning->next)
		print_line(talk, warning_word, warning->text);
	if (report->has_error)
		print_error(talk, report, has_color);
}

void print_report(
	FILE *out, FILE *talk, const struct report *report, const struct print_options *options)
{
	switch (options->form) {
	case PRINT_TEXT:
		print_text(out, report, options);
		fflush(out);
		print_talk(talk, report, options->talk_has_color);
		break;
	case PRINT_JSON: print_json(out, report); break;
	case PRINT_CSV:
		print_csv(out, report);
		fflush(out);
		print_talk(talk, report, options->talk_has_color);
		break;
	}
}
