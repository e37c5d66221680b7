// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/csv.h"

#include <string.h>

#include "base/str.h"
#include "parse/text.h"

struct reader {
	struct arena *arena;
	const char *file;
	struct span text;
	size_t at;
	int line, column;
	struct csv_cell *cells; /* header first */
	size_t count, capacity;
	size_t width; /* of the header; 0 while it is read */
	struct str cell;
	struct err *e;
};

static bool fail_at(struct reader *r, int line, int column, const char *why)
{
	return err_at(r->e, r->file, line, column, "%s", why);
}

static bool is_at_end(const struct reader *r)
{
	return r->at >= r->text.len;
}

static char peek(const struct reader *r)
{
	return is_at_end(r) ? '\0' : r->text.data[r->at];
}

/* Bytes of the line break here; 0 = none. A CR alone is a byte like others. */
static size_t break_bytes(const struct reader *r)
{
	if (peek(r) == '\n')
		return 1;
	return peek(r) == '\r' && r->at + 1 < r->text.len && r->text.data[r->at + 1] == '\n' ? 2
											     : 0;
}

static void step(struct reader *r)
{
	char c = r->text.data[r->at++];

	if (c == '\n') {
		r->line++;
		r->column = 1;
	} else if (((unsigned char)c & 0xC0) != 0x80) {
		r->column++;
	}
}

static void step_break(struct reader *r)
{
	for (size_t n = break_bytes(r); n > 0; n--)
		step(r);
}

static bool read_quoted(struct reader *r)
{
	int line = r->line, column = r->column;

	step(r);
	for (;;) {
		if (is_at_end(r))
			return fail_at(r, line, column, "a quote is opened here and never closed");
		char c = peek(r);
		step(r);
		if (c == '"' && peek(r) != '"')
			break;
		if (c == '"')
			step(r);
		str_add_char(&r->cell, c);
	}
	if (is_at_end(r) || peek(r) == ',' || break_bytes(r))
		return true;
	return fail_at(r, r->line, r->column,
		"after the closing quote a comma or the end of the "
		"line is wanted");
}

static bool read_plain(struct reader *r)
{
	while (!is_at_end(r) && peek(r) != ',' && !break_bytes(r)) {
		if (peek(r) == '"')
			return fail_at(r, r->line, r->column,
				"a quote inside a cell that does not "
				"begin with one");
		str_add_char(&r->cell, peek(r));
		step(r);
	}
	return true;
}

static bool read_cell(struct reader *r)
{
	struct csv_cell cell = { .line = r->line, .column = r->column };
	bool is_quoted = peek(r) == '"';

	str_clear(&r->cell);
	if (!(is_quoted ? read_quoted(r) : read_plain(r)))
		return false;
	if (is_quoted || r->cell.len)
		cell.text = arena_strndup(r->arena, str_c(&r->cell), r->cell.len);
	r->cells = arena_room(r->arena, r->cells, r->count, &r->capacity, sizeof(*r->cells));
	r->cells[r->count++] = cell;
	return true;
}

/* Up to and over its line break. */
static bool read_record(struct reader *r)
{
	int line = r->line;
	size_t before = r->count;

	for (;;) {
		if (!read_cell(r))
			return false;
		if (peek(r) != ',' || is_at_end(r))
			break;
		step(r);
	}
	size_t width = r->count - before;
	if (r->width && width != r->width)
		return err_at(r->e, r->file, line, 1, "%zu cells, and the header has %zu", width,
			r->width);
	step_break(r);
	return true;
}

static bool check_header(struct reader *r)
{
	for (size_t i = 0; i < r->width; i++) {
		const struct csv_cell *cell = &r->cells[i];
		if (!cell->text || !*cell->text)
			return fail_at(r, cell->line, cell->column, "a column without a name");
		for (size_t j = 0; j < i; j++)
			if (strcmp(r->cells[j].text, cell->text) == 0)
				return err_at(r->e, r->file, cell->line, cell->column,
					"column %s stands twice", cell->text);
	}
	return true;
}

static bool read_all(struct reader *r)
{
	if (is_at_end(r) || break_bytes(r))
		return fail_at(r, 1, 1, "the first line must name the columns");
	if (!read_record(r))
		return false;
	r->width = r->count;
	if (!check_header(r))
		return false;
	while (!is_at_end(r)) {
		if (break_bytes(r))
			step_break(r);
		else if (!read_record(r))
			return false;
	}
	return true;
}

bool csv_read(
	struct csv *csv, struct arena *arena, const char *file, struct span text, struct err *e)
{
	struct reader r = { .arena = arena,
		.file = file,
		.text = text,
		.at = text_bom(text),
		.line = 1,
		.column = 1,
		.e = e };

	bool ok = text_check(text, file, e) && read_all(&r);
	str_release(&r.cell);
	if (!ok)
		return false;
	*csv = (struct csv){ .column_count = r.width,
		.header = r.cells,
		.cells = r.cells + r.width,
		.row_count = r.count / r.width - 1 };
	return true;
}
