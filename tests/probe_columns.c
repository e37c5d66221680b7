// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "probe/standby.h"
#include "probe_columns.h"

/* Asked of each configured standby, over its own connection. */
static const struct probe of_standbys = {
	.name = "probe-standby", .fields = standby_fields, .field_count = &standby_field_count
};

const struct probe *probe_at(size_t index)
{
	if (index < PROBE_COUNT)
		return &probe_table[index];
	return index == PROBE_COUNT ? &of_standbys : NULL;
}

const struct probe *probe_find(const char *sql_name)
{
	const struct probe *probe;

	for (size_t i = 0; (probe = probe_at(i)); i++)
		if (strcmp(probe->name, sql_name) == 0)
			return probe;
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
