// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/print.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/visible.h"
#include "base/width.h"
#include "base/words.h"

enum { COLUMNS_MAX = 24 };

struct column {
	const char *name, *label;
	size_t width;
	bool is_number;
};

static void add_number(struct str *out, const struct node *node, int64_t now_wall_us)
{
	char words[WORDS_BYTES];

	switch (node->unit) {
	case UNIT_BYTES: words_bytes(node->number, words); break;
	case UNIT_MS: words_ms(node->number, words); break;
	case UNIT_WALL_US: words_ago(node->number, now_wall_us, words); break;
	case UNIT_PERCENT: snprintf(words, sizeof(words), "%lld%%", (long long)node->number); break;
	case UNIT_NONE:
	case UNIT_COUNT: snprintf(words, sizeof(words), "%lld", (long long)node->number); break;
	}
	str_add(out, words);
}

void print_cell(struct str *out, const struct node *node, int64_t now_wall_us)
{
	if (node->kind == NODE_TEXT && node->text)
		visible_add(out, span_of(node->text), VISIBLE_LINE);
	else if (node->kind == NODE_BOOL)
		str_add(out, node->number ? "yes" : "no");
	else if (node->kind == NODE_INT && node->number == VALUE_UNKNOWN)
		str_add(out, "?");
	else if (node->kind == NODE_INT && node->number != VALUE_NONE)
		add_number(out, node, now_wall_us);
	else
		str_add(out, "-");
}

static const struct node *cell_of(const struct node *row, const char *name)
{
	for (const struct node *cell = row->first; cell; cell = cell->next) {
		if (strcmp(cell->name, name) == 0)
			return cell;
	}
	return NULL;
}

/* Columns of a table are those its rows have, in the order they first appear. */
static size_t table_columns(const struct node *table, struct column *columns)
{
	size_t count = 0;

	for (const struct node *row = table->first; row; row = row->next) {
		for (const struct node *cell = row->first; cell; cell = cell->next) {
			size_t i = 0;
			if (!cell->label)
				continue;
			while (i < count && strcmp(columns[i].name, cell->name) != 0)
				i++;
			if (i == count && count < COLUMNS_MAX)
				columns[count++] = (struct column){ .name = cell->name,
					.label = cell->label,
					.width = width_columns(span_of(cell->label)),
					.is_number = cell->kind == NODE_INT &&
						     cell->unit != UNIT_WALL_US };
		}
	}
	return count;
}

static void measure(
	const struct node *table, struct column *columns, size_t count, int64_t now_wall_us)
{
	struct str text = { 0 };

	for (const struct node *row = table->first; row; row = row->next) {
		for (size_t i = 0; i < count; i++) {
			const struct node *cell = cell_of(row, columns[i].name);
			str_clear(&text);
			if (cell)
				print_cell(&text, cell, now_wall_us);
			size_t width = width_columns(str_span(&text));
			if (width > columns[i].width)
				columns[i].width = width;
		}
	}
	str_release(&text);
}

static void add_padded(
	struct str *line, const struct str *text, const struct column *column, bool is_last)
{
	size_t blanks = column->width - width_columns(str_span(text));

	if (column->is_number)
		str_pad(line, ' ', blanks);
	str_add_span(line, str_span(text));
	if (!column->is_number && !is_last)
		str_pad(line, ' ', blanks);
	if (!is_last)
		str_add(line, "  ");
}

static void print_table(FILE *out, const struct node *table, int64_t now_wall_us)
{
	struct column columns[COLUMNS_MAX];
	struct str line = { 0 }, text = { 0 };
	size_t count = table_columns(table, columns);

	if (!count)
		return;
	measure(table, columns, count, now_wall_us);
	for (size_t i = 0; i < count; i++) {
		str_clear(&text);
		str_add(&text, columns[i].label);
		add_padded(&line, &text, &columns[i], i + 1 == count);
	}
	fprintf(out, "%s\n", str_c(&line));
	for (const struct node *row = table->first; row; row = row->next) {
		str_clear(&line);
		for (size_t i = 0; i < count; i++) {
			const struct node *cell = cell_of(row, columns[i].name);
			str_clear(&text);
			if (cell)
				print_cell(&text, cell, now_wall_us);
			add_padded(&line, &text, &columns[i], i + 1 == count);
		}
		fprintf(out, "%s\n", str_c(&line));
	}
	str_release(&line);
	str_release(&text);
}

static size_t label_width(const struct node *object)
{
	size_t width = 0;

	for (const struct node *child = object->first; child; child = child->next) {
		bool is_value = child->kind != NODE_TABLE && child->kind != NODE_OBJECT &&
				child->kind != NODE_LIST;
		if (child->label && is_value && width_columns(span_of(child->label)) > width)
			width = width_columns(span_of(child->label));
	}
	return width;
}

/* Several lines of text (an SQL script, a note) stand below their label; one line stands beside it. */
static void print_value(FILE *out, const struct node *node, size_t width, int64_t now_wall_us)
{
	struct str text = { 0 };

	if (node->kind == NODE_TEXT && node->text && strchr(node->text, '\n')) {
		visible_add(&text, span_of(node->text), VISIBLE_TEXT);
		if (*node->label)
			fprintf(out, "%s:\n", node->label);
		fprintf(out, "%s%s", str_c(&text),
			text.len && text.data[text.len - 1] == '\n' ? "" : "\n");
	} else {
		print_cell(&text, node, now_wall_us);
		fprintf(out, "%s%*s  %s\n", node->label,
			(int)(width - width_columns(span_of(node->label))), "", str_c(&text));
	}
	str_release(&text);
}

static void print_object(FILE *out, const struct node *object, int64_t now_wall_us)
{
	size_t width = label_width(object);
	bool is_first = true;

	for (const struct node *child = object->first; child; child = child->next) {
		bool is_block = child->kind == NODE_TABLE || child->kind == NODE_OBJECT ||
				child->kind == NODE_LIST;
		if (!child->label || (is_block && !child->first))
			continue;
		if (is_block && !is_first)
			fputc('\n', out);
		if (is_block && *child->label)
			fprintf(out, "%s\n", child->label);
		if (child->kind == NODE_TABLE)
			print_table(out, child, now_wall_us);
		else if (is_block)
			print_object(out, child, now_wall_us);
		else
			print_value(out, child, width, now_wall_us);
		is_first = false;
	}
}

void print_text(FILE *out, const struct report *report, int64_t now_wall_us)
{
	print_object(out, report->data, now_wall_us);
}
