// SPDX-License-Identifier: GPL-3.0-or-later
#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

char *scratch_new(void)
{
	char *dir = mem_strdup("/tmp/dbt.XXXXXX");
	if (!mkdtemp(dir))
		die("cannot make a scratch directory");
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void scratch_remove(char *dir)
{
	if (!dir)
		return;
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
