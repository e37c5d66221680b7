// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The password file's permissions, looked at before libpq does.
 */
#include <sys/stat.h>

#include "base/mem.h"
#include "pg/conninfo_private.h"

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
