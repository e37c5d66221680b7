// SPDX-License-Identifier: GPL-3.0-or-later
#include "stage_result.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stage_result_cut(struct result *r)
{
	char *line = r->text;
	while (line && *line) {
		char *end = strchr(line, '\n');
		if (end)
			*end = '\0';
		int column = 0;
		for (char *cell = line; cell; column++) {
			char *bar = strchr(cell, '|');
			if (bar)
				*bar = '\0';
			r->cells[r->rows][column] = strcmp(cell, "~") == 0 ? NULL : cell;
			cell = bar ? bar + 1 : NULL;
		}
		r->columns = column;
		r->rows++;
		line = end ? end + 1 : NULL;
	}
}

int result_rows(const struct result *r)
{
	return r->rows > 0 ? r->rows - 1 : 0;
}

int result_columns(const struct result *r)
{
	return r->columns;
}

int result_column(const struct result *r, const char *name)
{
	for (int i = 0; r->rows > 0 && i < r->columns; i++)
		if (strcmp(r->cells[0][i], name) == 0)
			return i;
	return -1;
}

const char *result_column_name(const struct result *r, int column)
{
	return r->cells[0][column];
}

const char *result_text(const struct result *r, int row, int column)
{
	return column < 0 || row + 1 >= r->rows ? NULL : r->cells[row + 1][column];
}

int64_t result_int(const struct result *r, int row, int column, int64_t missing)
{
	const char *text = result_text(r, row, column);
	return text && *text ? strtoll(text, NULL, 10) : missing;
}

bool result_bool(const struct result *r, int row, int column, bool missing)
{
	const char *text = result_text(r, row, column);
	return text ? *text == 't' : missing;
}

const char *result_tag(const struct result *r)
{
	return r->tag;
}

int64_t result_affected(const struct result *r)
{
	(void)r;
	return -1;
}

void result_fill(
	const struct result *r, int row, const struct field *fields, size_t count, void *out)
{
	for (size_t i = 0; i < count; i++) {
		int column = result_column(r, fields[i].column);
		char *at = (char *)out + fields[i].offset;
		const char *text = result_text(r, row, column);
		if (fields[i].kind == FIELD_TEXT)
			snprintf(at, fields[i].bytes, "%s", text ? text : "");
		else if (fields[i].kind == FIELD_INT)
			*(int64_t *)(void *)at = result_int(r, row, column, INT64_MIN);
		else
			*(bool *)(void *)at = result_bool(r, row, column, false);
	}
}
