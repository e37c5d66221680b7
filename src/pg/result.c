// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/result.h"

#include <errno.h>

#include "base/compiler.h"
#include "model/value.h"
#include "pg/result_private.h"

int result_rows(const struct result *result)
{
	return result->driver->rows(result->answer);
}

int result_columns(const struct result *result)
{
	return result->driver->columns(result->answer);
}

int result_column(const struct result *result, const char *name)
{
	return result->driver->column(result->answer, name);
}

const char *result_column_name(const struct result *result, int column)
{
	return result->driver->column_name(result->answer, column);
}

const char *result_text(const struct result *result, int row, int column)
{
	if (column < 0)
		return NULL;
	assert_always(row >= 0 && row < result_rows(result) && column < result_columns(result),
		"a cell outside of the result");
	return result->driver->value(result->answer, row, column);
}

int64_t result_int(const struct result *result, int row, int column, int64_t missing)
{
	const char *text = result_text(result, row, column);
	char *end;

	if (!text || !*text)
		return missing;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	return *end || errno ? missing : number;
}

bool result_bool(const struct result *result, int row, int column, bool missing)
{
	const char *text = result_text(result, row, column);
	return text && *text ? *text == 't' : missing;
}

const char *result_tag(const struct result *result)
{
	return result->driver->tag(result->answer);
}

/* The last word of the tag: INSERT 0 1, UPDATE 3, COPY 7; CREATE TABLE has none. */
int64_t result_affected(const struct result *result)
{
	const char *tag = result_tag(result);
	const char *last = strrchr(tag, ' ');
	char *end;

	if (!last || !last[1])
		return -1;
	long long number = strtoll(last + 1, &end, 10);
	return *end ? -1 : number;
}

static void fill_text(char *out, size_t bytes, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	/* Cut between letters, not inside one. */
	if (len >= bytes)
		for (len = bytes - 1; len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80;)
			len--;
	memcpy(out, text ? text : "", len);
	out[len] = '\0';
}

void result_fill(
	const struct result *result, int row, const struct field *fields, size_t count, void *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];
		char *member = (char *)out + field->offset;
		int column = result_column(result, field->column);
		switch (field->kind) {
		case FIELD_TEXT:
			fill_text(member, field->bytes, result_text(result, row, column));
			break;
		case FIELD_INT:
			*(int64_t *)(void *)member = result_int(result, row, column, VALUE_UNKNOWN);
			break;
		case FIELD_BOOL: *(bool *)member = result_bool(result, row, column, false); break;
		}
	}
}
