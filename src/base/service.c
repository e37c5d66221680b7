// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/service.h"

#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"

enum { SERVICE_FILE_MAX_BYTES = 1 << 20, FILES = 2 };

static char *below(const char *variable, const char *fallback, const char *name)
{
	const char *dir = getenv(variable);

	if (!dir || !*dir)
		dir = fallback;
	return dir ? path_join(dir, name) : NULL;
}

/* The user's own and the system's; a NULL is a file that can have no place. The caller frees both. */
static void find_files(char *files[FILES])
{
	const char *file = getenv("PGSERVICEFILE");

	files[0] = file && *file ? mem_strdup(file) : below("HOME", NULL, ".pg_service.conf");
	/* Debian's libpq is built with this place. */
	files[1] = below("PGSYSCONFDIR", "/etc/postgresql-common", "pg_service.conf");
}

/* "[shop]": libpq does not look at what follows the bracket. */
static bool is_head(struct span line, const char *name)
{
	size_t len = strlen(name);

	return line.len >= len + 2 && *line.data == '[' && memcmp(line.data + 1, name, len) == 0 &&
	       line.data[len + 1] == ']';
}

static bool sets(struct span line, const char *keyword)
{
	const char *equals = memchr(line.data, '=', line.len);

	return equals && *line.data != '#' &&
	       span_is(span_from(line.data, (size_t)(equals - line.data)), keyword);
}

/* Whether the file knows the service; *line_number is where it sets the keyword, 0 = nowhere. */
static bool look_into(const char *text, const char *name, const char *keyword, int *line_number)
{
	struct span rest = span_of(text), line;
	bool is_inside = false;

	*line_number = 0;
	for (int number = 1; span_line(&rest, &line); number++) {
		line = span_trim(line);
		if (line.len == 0)
			continue;
		if (*line.data == '[' && is_inside)
			return true;
		if (*line.data == '[')
			is_inside = is_head(line, name);
		else if (is_inside && keyword && sets(line, keyword) && !*line_number)
			*line_number = number;
	}
	return is_inside;
}

/* As look_into(), of the first file that knows the service: its place, to be freed by the caller; NULL = none does. */
static char *find_service(const char *name, const char *keyword, int *line_number)
{
	char *files[FILES], *found = NULL;

	find_files(files);
	for (size_t i = 0; i < FILES; i++) {
		size_t len;
		struct err e;
		char *text = files[i] && !found
				     ? path_read(files[i], SERVICE_FILE_MAX_BYTES, &len, &e)
				     : NULL;
		if (text && look_into(text, name, keyword, line_number))
			found = mem_strdup(files[i]);
		mem_free_secret(text); /* a service may set a password */
		free(files[i]);
	}
	return found;
}

bool service_exists(const char *name)
{
	int line;
	char *file = find_service(name, NULL, &line);

	free(file);
	return file != NULL;
}

char *service_place(const char *name, const char *keyword)
{
	int line;
	char *file = find_service(name, keyword, &line);
	char *place = file && line ? mem_printf("%s:%d", file, line) : NULL;

	free(file);
	return place;
}
