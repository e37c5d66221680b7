// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/fake_result.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "model/value.h"

static char *cut(char **rest, const char *at)
{
	char *piece = strsep(rest, at);
	return piece && strcmp(piece, "~") == 0 ? NULL : piece;
}

static void add_row(struct driver_result *result, char *line)
{
	assert_always(result->rows < FAKE_ROWS, "a fake result with too many rows");
	for (int i = 0; i < result->columns; i++)
		result->cells[result->rows][i] = cut(&line, "|");
	result->rows++;
}

struct driver_result *fake_result_rows(const char *columns, const char *rows)
{
	struct driver_result *result = mem_new(struct driver_result);
	char *rest = result->text = mem_printf("%s\n%s", columns, rows);
	char *heads = strsep(&rest, "\n");

	result->kind = DRIVER_ROWS;
	for (char *name; (name = strsep(&heads, "|"));) {
		assert_always(
			result->columns < FAKE_COLUMNS, "a fake result with too many columns");
		result->names[result->columns++] = name;
	}
	for (char *line; rest && *rest && (line = strsep(&rest, "\n"));)
		add_row(result, line);
	snprintf(result->tag, sizeof(result->tag), "SELECT %d", result->rows);
	return result;
}

struct driver_result *fake_result_tag(const char *tag)
{
	struct driver_result *result = mem_new(struct driver_result);

	result->kind = DRIVER_COMMAND;
	snprintf(result->tag, sizeof(result->tag), "%s", tag);
	return result;
}

struct driver_result *fake_result_error(
	const char *severity, const char *sqlstate, const char *text, int position)
{
	struct driver_result *result = mem_new(struct driver_result);

	result->kind = DRIVER_ERROR;
	snprintf(result->severity, sizeof(result->severity), "%s", severity);
	snprintf(result->sqlstate, sizeof(result->sqlstate), "%s", sqlstate);
	snprintf(result->message, sizeof(result->message), "%s", text);
	if (position > 0)
		snprintf(result->position, sizeof(result->position), "%d", position);
	return result;
}

static const char *number(int64_t n, char text[24])
{
	snprintf(text, 24, "%" PRId64, n);
	return value_is_known(n) ? text : "~";
}

struct driver_result *fake_result_identity(const struct identity *i)
{
	char oid[24], pid[24], started[24], timeline[24];
	char *row = mem_printf("%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s", number(i->database_oid, oid),
		i->database, i->user, *i->address ? i->address : "~", number(i->backend_pid, pid),
		number(i->started_us, started), i->is_standby ? "t" : "f",
		i->is_superuser ? "t" : "f", i->has_monitor ? "t" : "f",
		*i->system_identifier ? i->system_identifier : "~", number(i->timeline, timeline));
	struct driver_result *result =
		fake_result_rows("database_oid|database_name|user_name|address|backend_pid|"
				 "started_us|is_standby|is_superuser|has_monitor|"
				 "system_identifier|timeline",
			row);

	free(row);
	return result;
}

void fake_result_free(struct driver_result *result)
{
	free(result->text);
	free(result);
}

static enum driver_kind result_kind(const struct driver_result *result)
{
	return result->kind;
}

static int result_row_count(const struct driver_result *result)
{
	return result->rows;
}

static int result_column_count(const struct driver_result *result)
{
	return result->columns;
}

static int result_find_column(const struct driver_result *result, const char *name)
{
	for (int i = 0; i < result->columns; i++)
		if (strcmp(result->names[i], name) == 0)
			return i;
	return -1;
}

static const char *result_name(const struct driver_result *result, int column)
{
	return result->names[column];
}

static const char *result_value(const struct driver_result *result, int row, int column)
{
	return result->cells[row][column];
}

static size_t result_bytes(const struct driver_result *result, int row, int column)
{
	const char *text = result->cells[row][column];
	return text ? strlen(text) : 0;
}

static const char *result_tag_text(const struct driver_result *result)
{
	return result->tag;
}

static const char *result_field(const struct driver_result *result, enum driver_field field)
{
	const char *text = NULL;

	switch (field) {
	case DRIVER_FIELD_SEVERITY:
	case DRIVER_FIELD_SEVERITY_WORD: text = result->severity; break;
	case DRIVER_FIELD_SQLSTATE: text = result->sqlstate; break;
	case DRIVER_FIELD_TEXT: text = result->message; break;
	case DRIVER_FIELD_POSITION: text = result->position; break;
	case DRIVER_FIELD_DETAIL:
	case DRIVER_FIELD_HINT:
	case DRIVER_FIELD_CONTEXT: break;
	}
	return text && *text ? text : NULL;
}

void fake_result_methods(struct driver *driver)
{
	driver->kind = result_kind;
	driver->rows = result_row_count;
	driver->columns = result_column_count;
	driver->column = result_find_column;
	driver->column_name = result_name;
	driver->value = result_value;
	driver->value_bytes = result_bytes;
	driver->tag = result_tag_text;
	driver->error_field = result_field;
	driver->free_result = fake_result_free;
}
