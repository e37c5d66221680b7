// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/print.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/visible.h"
#include "base/width.h"
#include "base/words.h"

enum { COLUMNS_MAX = 24 };

/* What every part of a report is printed with. */
struct printer {
	FILE *out;
	int64_t now_wall_us;
	bool has_color;
	const char *known; /* name of what is left out; NULL = nothing */
};

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

static const char *color_of_word(const char *word)
{
	static const struct {
		const char *word, *color;
	} words[] = {
		{ "applied", PRINT_GREEN },
		{ "changed", PRINT_RED },
		{ "critical", PRINT_RED },
		{ "degraded", PRINT_YELLOW },
		{ "failed", PRINT_RED },
		{ "file missing", PRINT_RED },
		{ "healthy", PRINT_GREEN },
		{ "late", PRINT_YELLOW },
		{ "partial", PRINT_RED },
		{ "pending", PRINT_YELLOW },
		{ "unhealthy", PRINT_RED },
		{ "unknown", PRINT_YELLOW },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(word, words[i].word) == 0)
			return words[i].color;
	}
	return NULL;
}

/* States and levels have a colour; NULL = none. */
static const char *color_of(const struct node *cell)
{
	if (!cell || !cell->name)
		return NULL;
	if (strcmp(cell->name, "level") == 0 && cell->kind == NODE_INT)
		return cell->number >= 3 ? PRINT_RED : cell->number == 2 ? PRINT_YELLOW : NULL;
	bool is_state = strcmp(cell->name, "state") == 0 || strcmp(cell->name, "status") == 0;
	return is_state && cell->kind == NODE_TEXT && cell->text ? color_of_word(cell->text) : NULL;
}

static void add_colored(struct str *line, const struct str *text, const char *color)
{
	if (color)
		str_add(line, color);
	str_add_span(line, str_span(text));
	if (color)
		str_add(line, PRINT_PLAIN);
}

/* One cell of a line: its text, its colour, and the blanks its column wants. */
struct padded {
	const struct str *text;
	const char *color; /* NULL = none */
	bool is_last;
};

static void add_padded(struct str *line, const struct padded *cell, const struct column *column)
{
	size_t blanks = column->width - width_columns(str_span(cell->text));
	bool is_last = cell->is_last;

	if (column->is_number)
		str_pad(line, ' ', blanks);
	add_colored(line, cell->text, cell->color);
	if (!column->is_number && !is_last)
		str_pad(line, ' ', blanks);
	if (!is_last)
		str_add(line, "  ");
}

/* Blanks that only pad the last columns are no text: they would wrap on a narrow terminal. */
static void print_trimmed(FILE *out, const struct str *line)
{
	size_t len = line->len;

	while (len > 0 && line->data[len - 1] == ' ')
		len--;
	fprintf(out, "%.*s\n", (int)len, str_c(line));
}

/* A single column without a name is a list: each line stands for itself, as editors and grep want it. */
static void print_labels(const struct printer *printer, const struct column *columns, size_t count)
{
	struct str line = { 0 }, text = { 0 };

	if (count == 1 && !*columns->label)
		return;
	for (size_t i = 0; i < count; i++) {
		str_clear(&text);
		str_add(&text, columns[i].label);
		add_padded(&line,
			&(struct padded){ .text = &text,
				.color = printer->has_color ? PRINT_BOLD : NULL,
				.is_last = i + 1 == count },
			&columns[i]);
	}
	print_trimmed(printer->out, &line);
	str_release(&line);
	str_release(&text);
}

static void print_row(const struct printer *printer, const struct node *row,
	const struct column *columns, size_t count)
{
	struct str line = { 0 }, text = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct node *cell = cell_of(row, columns[i].name);
		str_clear(&text);
		if (cell)
			print_cell(&text, cell, printer->now_wall_us);
		add_padded(&line,
			&(struct padded){ .text = &text,
				.color = printer->has_color ? color_of(cell) : NULL,
				.is_last = i + 1 == count },
			&columns[i]);
	}
	print_trimmed(printer->out, &line);
	str_release(&line);
	str_release(&text);
}

static void print_table(const struct printer *printer, const struct node *table)
{
	struct column columns[COLUMNS_MAX];
	size_t count = table_columns(table, columns);

	if (!count)
		return;
	measure(table, columns, count, printer->now_wall_us);
	print_labels(printer, columns, count);
	for (const struct node *row = table->first; row; row = row->next)
		print_row(printer, row, columns, count);
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
static void print_value(const struct printer *printer, const struct node *node, size_t width)
{
	FILE *out = printer->out;
	struct str text = { 0 }, shown = { 0 };

	if (node->kind == NODE_TEXT && node->text && strchr(node->text, '\n')) {
		visible_add(&text, span_of(node->text), VISIBLE_TEXT);
		if (*node->label)
			fprintf(out, "%s:\n", node->label);
		fprintf(out, "%s%s", str_c(&text),
			text.len && text.data[text.len - 1] == '\n' ? "" : "\n");
	} else {
		print_cell(&text, node, printer->now_wall_us);
		add_colored(&shown, &text, printer->has_color ? color_of(node) : NULL);
		fprintf(out, "%s%*s  %s\n", node->label,
			(int)(width - width_columns(span_of(node->label))), "", str_c(&shown));
	}
	str_release(&shown);
	str_release(&text);
}

static void print_object(const struct printer *printer, const struct node *object)
{
	FILE *out = printer->out;
	size_t width = label_width(object);
	bool is_first = true;

	for (const struct node *child = object->first; child; child = child->next) {
		bool is_block = child->kind == NODE_TABLE || child->kind == NODE_OBJECT ||
				child->kind == NODE_LIST;
		bool is_known =
			printer->known && child->name && strcmp(printer->known, child->name) == 0;
		if (!child->label || is_known || (is_block && !child->first))
			continue;
		if (is_block && !is_first)
			fputc('\n', out);
		if (is_block && *child->label)
			fprintf(out, "%s\n", child->label);
		if (child->kind == NODE_TABLE)
			print_table(printer, child);
		else if (is_block)
			print_object(printer, child);
		else
			print_value(printer, child, width);
		is_first = false;
	}
}

void print_text(FILE *out, const struct report *report, const struct print_options *options)
{
	const struct printer printer = { .out = out,
		.now_wall_us = options->now_wall_us,
		.has_color = options->out_has_color,
		.known = options->known };

	print_object(&printer, report->data);
}
