// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/service.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"

enum { SERVICE_FILE_MAX_BYTES = 1 << 20 };

static bool is_in_file(const char *path, const char *name)
{
	size_t len = 0;
	struct err e;
	char *text = path ? path_read(path, SERVICE_FILE_MAX_BYTES, &len, &e) : NULL;
	struct span rest = span_from(text, text ? len : 0), line;
	bool found = false;

	while (!found && span_line(&rest, &line)) {
		line = span_trim(line);
		if (line.len > 2 && *line.data == '[' && line.data[line.len - 1] == ']')
			found = span_is(span_from(line.data + 1, line.len - 2), name);
	}
	free(text);
	return found;
}

static char *below(const char *variable, const char *fallback, const char *name)
{
	const char *dir = getenv(variable);

	if (!dir || !*dir)
		dir = fallback;
	return dir ? path_join(dir, name) : NULL;
}

bool service_exists(const char *name)
{
	const char *file = getenv("PGSERVICEFILE");
	char *own = file && *file ? mem_strdup(file) : below("HOME", NULL, ".pg_service.conf");
	/* Debian's libpq is built with this place. */
	char *system = below("PGSYSCONFDIR", "/etc/postgresql-common", "pg_service.conf");
	bool found = is_in_file(own, name) || is_in_file(system, name);

	free(own);
	free(system);
	return found;
}
