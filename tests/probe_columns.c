// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe_columns.h"

const struct probe *probe_find(const char *sql_name)
{
	for (size_t i = 0; i < PROBE_COUNT; i++)
		if (strcmp(probe_table[i].name, sql_name) == 0)
			return &probe_table[i];
	return NULL;
}

static bool fields_have(const struct field *fields, const size_t *count, const char *column)
{
	for (size_t i = 0; count && i < *count; i++)
		if (strcmp(fields[i].column, column) == 0)
			return true;
	return false;
}

bool probe_wants(const struct probe *probe, const char *column)
{
	return fields_have(probe->fields, probe->field_count, column) ||
	       fields_have(probe->row_fields, probe->row_field_count, column);
}

static void check_sent(const struct field *fields, const size_t *field_count,
	const char *const *names, size_t count)
{
	for (size_t i = 0; field_count && i < *field_count; i++) {
		size_t k = 0;
		while (k < count && strcmp(names[k], fields[i].column) != 0)
			k++;
		if (k == count)
			fail_msg("no column %s in the answer", fields[i].column);
	}
}

void probe_check_columns(const struct probe *probe, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!probe_wants(probe, names[i]))
			fail_msg("%s sends %s, which nobody reads", probe->name, names[i]);
	check_sent(probe->fields, probe->field_count, names, count);
	check_sent(probe->row_fields, probe->row_field_count, names, count);
}
