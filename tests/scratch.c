// SPDX-License-Identifier: GPL-3.0-or-later
#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { DIRS_MAX = 64 };

/* What a test that failed half-way did not remove; at_exit() does. */
static char *dirs[DIRS_MAX]; /* owned */
static pid_t made_by;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void at_exit(void)
{
	/* A forked child must leave its parent's directories alone. */
	for (size_t i = 0; i < DIRS_MAX; i++) {
		if (dirs[i] && getpid() == made_by)
			nftw(dirs[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
		free(dirs[i]);
		dirs[i] = NULL;
	}
}

static void remember(const char *dir)
{
	if (made_by != getpid()) {
		made_by = getpid();
		atexit(at_exit);
	}
	for (size_t i = 0; i < DIRS_MAX; i++) {
		if (dirs[i])
			continue;
		dirs[i] = mem_strdup(dir);
		return;
	}
	die("a test program has at most %d scratch directories at a time", DIRS_MAX);
}

char *scratch_new(void)
{
	char *dir = mem_strdup("/tmp/dbt.XXXXXX");
	if (!mkdtemp(dir))
		die("cannot make a scratch directory");
	remember(dir);
	return dir;
}

void scratch_remove(char *dir)
{
	if (!dir)
		return;
	for (size_t i = 0; i < DIRS_MAX; i++) {
		if (!dirs[i] || strcmp(dirs[i], dir) != 0)
			continue;
		free(dirs[i]);
		dirs[i] = NULL;
	}
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}

char *scratch_write_bytes(const char *dir, const char *name, const void *bytes, size_t len)
{
	char *path = mem_printf("%s/%s", dir, name);
	for (char *slash = path + strlen(dir) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	FILE *file = fopen(path, "w");
	if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
		die("cannot write %s", path);
	return path;
}

char *scratch_write(const char *dir, const char *name, const char *text)
{
	return scratch_write_bytes(dir, name, text, strlen(text));
}
