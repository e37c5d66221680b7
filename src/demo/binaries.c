// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/binaries.h"

#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <unistd.h>

#include "base/mem.h"

static bool is_complete(const char *dir)
{
	static const char *const programs[] = { "initdb", "postgres", "pg_basebackup", "createdb" };
	bool all = dir && *dir;

	for (size_t i = 0; all && i < ARRAY_SIZE(programs); i++) {
		char *path = mem_printf("%s/%s", dir, programs[i]);
		all = access(path, X_OK) == 0;
		free(path);
	}
	return all;
}

static char *complete_or_null(char *dir)
{
	if (is_complete(dir))
		return dir;
	free(dir);
	return NULL;
}

static char *ask_pg_config(void)
{
	char line[PATH_MAX] = "";
	FILE *pipe = popen("pg_config --bindir 2>/dev/null", "re");

	if (!pipe)
		return NULL;
	if (fgets(line, sizeof(line), pipe))
		line[strcspn(line, "\n")] = '\0';
	pclose(pipe);
	return complete_or_null(mem_strdup(line));
}

static char *highest_packaged(void)
{
	glob_t found = { 0 };
	char *best = NULL;
	long best_version = 0;

	if (glob("/usr/lib/postgresql/*/bin", GLOB_ONLYDIR, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			long version = strtol(
				found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), NULL, 10);
			if (version <= best_version || !is_complete(found.gl_pathv[i]))
				continue;
			free(best);
			best = mem_strdup(found.gl_pathv[i]);
			best_version = version;
		}
	}
	globfree(&found);
	return best;
}

/* The directory on PATH that has initdb; links are followed, since the programs look beside themselves. */
static char *on_path(void)
{
	char *path = mem_strdup(getenv("PATH"));
	char *found = NULL;
	char *rest = path;

	for (char *dir; !found && rest && (dir = strsep(&rest, ":"));) {
		char real[PATH_MAX];
		char *program = mem_printf("%s/initdb", dir);
		if (realpath(program, real))
			found = complete_or_null(mem_strdup(dirname(real)));
		free(program);
	}
	free(path);
	return found;
}

char *binaries_find(struct err *e)
{
	const char *told = getenv("PG_BINDIR");
	char *dir;

	if (told && *told) {
		dir = complete_or_null(mem_strdup(told));
		if (!dir) {
			err_set(e, ERR_IO, "PG_BINDIR=%s: no initdb, postgres, pg_basebackup there",
				told);
			err_hint(e, "unset it to look where PostgreSQL is usually installed");
		}
		return dir;
	}
	if ((dir = ask_pg_config()) || (dir = highest_packaged()) || (dir = on_path()))
		return dir;
	err_set(e, ERR_IO, "PostgreSQL's server programs (initdb, postgres) are not here");
	err_detail(e, "looked at pg_config --bindir, /usr/lib/postgresql/*/bin and PATH");
	err_hint(e, "install the package postgresql, or set PG_BINDIR");
	return NULL;
}
