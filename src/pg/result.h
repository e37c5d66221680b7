/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Result: the rows of one answer. Borrowed: valid only inside the callback that receives it.
 */
#ifndef DBTOP_PG_RESULT_H
#define DBTOP_PG_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct result;

int result_rows(const struct result *result);
int result_columns(const struct result *result);
/* Index of a column by name; -1 = the server did not send it. Never address columns by position. */
int result_column(const struct result *result, const char *name);
const char *result_column_name(const struct result *result, int column);
/* Text of a cell; NULL for SQL null and for column -1. Borrowed. */
const char *result_text(const struct result *result, int row, int column);
/* Number of a cell; `missing` for null, column -1, or what is no number. */
int64_t result_int(const struct result *result, int row, int column, int64_t missing);
bool result_bool(const struct result *result, int row, int column, bool missing);
/* "CREATE TABLE", "INSERT 0 1", and for a COMMIT of a failed transaction "ROLLBACK". */
const char *result_tag(const struct result *result);
/* Rows a command says it touched; -1 = it does not say. */
int64_t result_affected(const struct result *result);

/*
 * Column tables: one row a member says which column fills it, and how. Rows → structs in one call.
 * A null or missing number becomes VALUE_UNKNOWN, a null text "", a null boolean false.
 */
enum field_kind { FIELD_TEXT, FIELD_INT, FIELD_BOOL };
struct field {
	const char *column;
	enum field_kind kind;
	size_t offset;
	size_t bytes; /* room for TEXT */
};
#define FIELD_TEXT_OF(type, member, name)                                             \
	{                                                                             \
		.column = name, .kind = FIELD_TEXT, .offset = offsetof(type, member), \
		.bytes = sizeof(((type *)0)->member)                                  \
	}
#define FIELD_INT_OF(type, member, name)                                            \
	{                                                                           \
		.column = name, .kind = FIELD_INT, .offset = offsetof(type, member) \
	}
#define FIELD_BOOL_OF(type, member, name)                                            \
	{                                                                            \
		.column = name, .kind = FIELD_BOOL, .offset = offsetof(type, member) \
	}
void result_fill(
	const struct result *result, int row, const struct field *fields, size_t count, void *out);

#endif
