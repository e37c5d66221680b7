// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/seed_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { ENDING_BYTES = 4 };

static bool ends_with(const char *name, const char *ending)
{
	size_t len = strlen(name);

	return len > ENDING_BYTES && *name != '.' && strcmp(name + len - ENDING_BYTES, ending) == 0;
}

bool seed_is_csv(const char *file)
{
	return ends_with(file, ".csv");
}

struct span seed_table_name(const char *file)
{
	return span_from(file, strlen(file) - ENDING_BYTES);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool read_names(
	DIR *dir, const char *path, struct arena *arena, struct setup_names *out, struct err *e)
{
	size_t capacity = 0;
	struct dirent *entry;

	while ((errno = 0, entry = readdir(dir))) {
		const char *name = entry->d_name;
		if (!seed_is_csv(name) && !ends_with(name, ".sql"))
			continue;
		if (utf8_valid(span_of(name)) != strlen(name))
			return err_set(e, ERR_IO, "a name in %s is not UTF-8", path);
		out->items =
			arena_room(arena, out->items, out->count, &capacity, sizeof(*out->items));
		out->items[out->count++] = arena_strdup(arena, name);
	}
	return errno == 0 || err_errno(e, "cannot read the directory %s", path);
}

bool seed_files(const char *dir, struct arena *arena, struct setup_names *out, struct err *e)
{
	*out = (struct setup_names){ 0 };
	if (!dir)
		return true;
	DIR *open = opendir(dir);
	if (!open) {
		err_errno(e, "cannot read the seeds in %s", dir);
		return err_hint(e, "[setup] says which directory they are in: seed = DIR");
	}
	bool ok = read_names(open, dir, arena, out, e);
	closedir(open);
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), compare);
	return ok;
}
