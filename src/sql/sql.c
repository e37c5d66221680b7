// SPDX-License-Identifier: GPL-3.0-or-later
#include "sql/sql.h"

#include "base/compiler.h"

const char *sql_get(const char *name, int server_version)
{
	const struct sql_text *found = NULL;

	for (size_t i = 0; i < sql_text_count; i++) {
		const struct sql_text *t = &sql_texts[i];
		if (t->version > server_version / 10000 || strcmp(t->name, name) != 0)
			continue;
		if (!found || t->version > found->version)
			found = t;
	}
	assert_always(found, "a query that is not in src/sql");
	return found->text;
}
