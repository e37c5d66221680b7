// SPDX-License-Identifier: GPL-3.0-or-later
#include "corpus.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static void visit(const char *path, corpus_fn *fn, void *arg)
{
	FILE *file = fopen(path, "r");
	size_t len = 0, size = 1 << 20;
	char *text = mem_zero(size);

	if (!file)
		die("cannot open %s", path);
	for (size_t got; (got = fread(text + len, 1, size - len, file)) > 0;) {
		len += got;
		if (len == size)
			text = mem_resize(text, 1, size *= 2);
	}
	fclose(file);
	fn(arg, path, text, len);
	free(text);
}

/* Tests are run in the build tree with top_srcdir set; the source tree may be a checkout beside the corpus or below. */
static char *find_dir(void)
{
	const char *told = getenv("DBTOP_CORPUS");
	const char *top = getenv("top_srcdir");
	static const char *const places[] = { "../shared/corpus", "../../shared/corpus" };

	if (told)
		return mem_strdup(told);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *dir = mem_printf("%s/%s", top ? top : ".", places[i]);
		FILE *is_there = fopen(dir, "r");
		if (is_there) {
			fclose(is_there);
			return dir;
		}
		free(dir);
	}
	return NULL;
}

size_t corpus_each(corpus_fn *fn, void *arg)
{
	char *dir = find_dir();
	glob_t found = { 0 };
	size_t count = 0;

	if (!dir)
		return 0;
	char *pattern = mem_printf("%s/*/*.sql", dir);
	if (glob(pattern, 0, NULL, &found) == 0)
		count = found.gl_pathc;
	for (size_t i = 0; i < count; i++)
		visit(found.gl_pathv[i], fn, arg);
	globfree(&found);
	free(pattern);
	free(dir);
	return count;
}
