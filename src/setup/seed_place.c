// SPDX-License-Identifier: GPL-3.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "setup/seed_csv.h"

const char seed_stage[] = "dbtop_seed";

void seed_place_cell(const struct csv *csv, size_t row, size_t column, struct err *e)
{
	if (row < 1 || row > csv->row_count || column >= csv->column_count)
		return;
	const struct csv_cell *cell = &csv->cells[(row - 1) * csv->column_count + column];
	e->line = cell->line;
	e->column = cell->column;
}

/* The longest column whose name stands here as a whole; column_count = none. */
static size_t column_named(const struct csv *csv, const char *text)
{
	size_t best = csv->column_count, best_len = 0;

	for (size_t i = 0; i < csv->column_count; i++) {
		size_t len = strlen(csv->header[i].text);
		if (len > best_len && strncmp(text, csv->header[i].text, len) == 0 &&
			(text[len] == ':' || text[len] == ' ')) {
			best = i;
			best_len = len;
		}
	}
	return best;
}

/* Behind ", column " in English; else whatever word is a column's name. */
static size_t column_in(const struct csv *csv, const char *text)
{
	static const char english[] = ", column ";
	size_t column = csv->column_count;

	if (strncmp(text, english, sizeof(english) - 1) == 0)
		return column_named(csv, text + sizeof(english) - 1);
	for (; *text && *text != '"' && column == csv->column_count; text++)
		if (*text == ' ')
			column = column_named(csv, text + 1);
	return column;
}

/* "COPY dbtop_seed, line 3, column price: "abc"": in the words of the server's language, so by number and name. */
static void place_copy(const struct csv *csv, struct err *e)
{
	const char *at = strstr(e->detail, seed_stage);
	size_t row = 0;

	at = at ? at + strlen(seed_stage) : "";
	while (*at && !isdigit((unsigned char)*at))
		at++;
	for (; isdigit((unsigned char)*at); at++)
		row = row * 10 + (size_t)(*at - '0');
	size_t column = column_in(csv, at);
	seed_place_cell(csv, row, column < csv->column_count ? column : 0, e);
	if (e->line)
		*e->detail = '\0';
}

/* "Key (category_id)=(9) …": of one column, and that cell is in the file. */
static void place_key(const struct csv *csv, struct err *e)
{
	char wanted[sizeof(e->detail)];

	for (size_t i = 0; i < csv->column_count; i++)
		for (size_t row = 1; row <= csv->row_count && !e->line; row++) {
			const char *text = csv->cells[(row - 1) * csv->column_count + i].text;
			snprintf(wanted, sizeof(wanted), "(%.200s)=(%.200s)", csv->header[i].text,
				text ? text : "");
			if (text && strstr(e->detail, wanted))
				seed_place_cell(csv, row, i, e);
		}
}

void seed_place(const struct csv *csv, struct err *e)
{
	e->line = e->column = 0; /* in our text, which nobody knows */
	if (strstr(e->detail, seed_stage))
		place_copy(csv, e);
	else if (strncmp(e->sqlstate, "23", 2) == 0)
		place_key(csv, e);
}

size_t seed_column(const struct csv *csv, const char *name)
{
	size_t i = 0;

	while (i < csv->column_count && strcmp(csv->header[i].text, name) != 0)
		i++;
	return i;
}
