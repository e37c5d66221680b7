// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * CSV as RFC 4180 has it: the first table of the report, header = JSON names. A report without a table prints its
 * values as name,value rows.
 */
#include "cli/print.h"

#include "base/clock.h"

static void print_field(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fprintf(out, "%s", text);
		return;
	}
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', out);
}

static void print_value(FILE *out, const struct node *node)
{
	char time[CLOCK_TEXT_BYTES];

	if (node->kind == NODE_TEXT && node->text) {
		print_field(out, node->text);
	} else if (node->kind == NODE_BOOL) {
		fprintf(out, node->number ? "true" : "false");
	} else if (node->kind == NODE_INT && value_is_known(node->number)) {
		if (node->unit == UNIT_WALL_US) {
			clock_format_utc(node->number, time);
			fprintf(out, "%s", time);
		} else {
			fprintf(out, "%lld", (long long)node->number);
		}
	}
}

static const struct node *first_table(const struct node *node)
{
	for (const struct node *child = node->first; child; child = child->next) {
		if (child->kind == NODE_TABLE)
			return child;
	}
	return NULL;
}

static void print_table(FILE *out, const struct node *table)
{
	for (const struct node *cell = table->first ? table->first->first : NULL; cell;
		cell = cell->next) {
		print_field(out, cell->name);
		fputc(cell->next ? ',' : '\n', out);
	}
	for (const struct node *row = table->first; row; row = row->next) {
		for (const struct node *cell = row->first; cell; cell = cell->next) {
			print_value(out, cell);
			fputc(cell->next ? ',' : '\n', out);
		}
	}
}

void print_csv(FILE *out, const struct report *report)
{
	const struct node *table = first_table(report->data);

	if (table) {
		print_table(out, table);
		return;
	}
	for (const struct node *value = report->data->first; value; value = value->next) {
		if (value->kind == NODE_OBJECT || value->kind == NODE_LIST)
			continue;
		print_field(out, value->name);
		fputc(',', out);
		print_value(out, value);
		fputc('\n', out);
	}
}
