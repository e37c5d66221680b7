// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The password file: its permissions, looked at before libpq does, and which of its lines libpq takes.
 */
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"
#include "pg/conninfo_private.h"

enum { PASSFILE_MAX_BYTES = 1 << 20 };

/* Whether libpq will ask a file at all: not where the password is known by then. */
static bool is_asked(const struct conninfo *info)
{
	if (conninfo_has_password(info))
		return false;
	char *place = conninfo_find_place(info, "password", "PGPASSWORD");
	bool is_unknown = strcmp(place, "default") == 0;
	free(place);
	return is_unknown;
}

/* The file libpq would read: the text's, PGPASSFILE, ~/.pgpass; NULL when a service names it. The caller frees. */
static char *find_file(const struct conninfo *info)
{
	const char *said = conninfo_get(info, "passfile"), *variable = getenv("PGPASSFILE");

	if (said && *said)
		return mem_strdup(said);
	char *place = conninfo_find_place(info, "passfile", NULL);
	bool is_in_service = strcmp(place, "default") != 0;
	free(place);
	if (is_in_service)
		return NULL;
	return variable && *variable ? mem_strdup(variable) : conninfo_home_file(".pgpass");
}

static const char *what_is_wrong(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return NULL; /* none is fine */
	if (!S_ISREG(st.st_mode))
		return "is no plain file";
	return st.st_mode & (S_IRWXG | S_IRWXO) ? "can be read by others" : NULL;
}

void passfile_check(struct conninfo *info)
{
	char *path = is_asked(info) ? find_file(info) : NULL;
	const char *wrong = path ? what_is_wrong(path) : NULL;

	if (wrong) {
		info->warning = mem_printf(
			"the password file %s %s and is not used: chmod 600 %s", path, wrong, path);
		/* Below a file nothing can be found, and libpq says nothing of what it does not find. */
		char *nowhere = mem_printf("%s/unused", path);
		conninfo_set(info, "passfile", nowhere);
		free(nowhere);
	}
	free(path);
}

/* ---- which line of it ---- */

/* The rest of the line behind a field that fits, as libpq compares them; NULL = it does not. */
static const char *skip_field(const char *line, const char *value)
{
	if (line[0] == '*' && line[1] == ':')
		return line + 2;
	for (; *line; line++, value++) {
		if (*line == ':' && !*value)
			return line + 1;
		if (*line == '\\' && line[1])
			line++;
		if (!*value || *line != *value)
			return NULL;
	}
	return NULL;
}

/* The default socket is "localhost" in the file. */
static const char *host_in_file(const struct conninfo *info)
{
	const char *host = conninfo_get_or(info, "host", conninfo_get(info, "hostaddr"));
	bool is_default =
		host && *host == '/' &&
		(!conninfo_is_said(info, "host") || strcmp(host, "/var/run/postgresql") == 0);

	return host && !is_default ? host : "localhost";
}

static bool fits(const struct conninfo *info, const char *line)
{
	const char *const values[] = { host_in_file(info), conninfo_get_or(info, "port", "5432"),
		conninfo_get_or(info, "dbname", ""), conninfo_get_or(info, "user", "") };

	if (*line == '#')
		return false;
	for (size_t i = 0; line && i < ARRAY_SIZE(values); i++)
		line = skip_field(line, values[i]);
	return line != NULL;
}

char *conninfo_password_place(const struct conninfo *info)
{
	const char *path = conninfo_get(info, "passfile");
	struct span rest, one;
	size_t len;
	struct err e;
	int number = 1;
	char *place = NULL;

	if (!path || conninfo_has_password(info) || what_is_wrong(path))
		return NULL;
	char *text = path_read(path, PASSFILE_MAX_BYTES, &len, &e);
	for (rest = span_of(text ? text : ""); !place && span_line(&rest, &one); number++) {
		char *line = mem_strndup(one.data, one.len);
		if (fits(info, line))
			place = mem_printf("%s:%d", path, number);
		mem_free_secret(line);
	}
	mem_free_secret(text);
	return place;
}
