// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/create.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "migrate/source/format.h"
#include "migrate/source/source.h"

enum { SLUG_BYTES_MAX = 60, UNIX_DIGITS = 10, TIME_DIGITS = 14 };

/* Lower case letters and digits; everything between becomes one underscore. NULL when nothing is left. */
static char *slug_new(const char *title)
{
	struct str slug = { 0 };

	for (const char *p = title; *p && slug.len < SLUG_BYTES_MAX; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			str_add_char(&slug, c);
		else if (slug.len && slug.data[slug.len - 1] != '_')
			str_add_char(&slug, '_');
	}
	while (slug.len && slug.data[slug.len - 1] == '_')
		str_truncate(&slug, slug.len - 1);
	if (slug.len)
		return str_detach(&slug);
	str_release(&slug);
	return NULL;
}

static const struct migration *newest(const struct migration_set *set)
{
	const struct migration *found = NULL;

	for (size_t i = 0; i < set->count; i++) {
		if (!found || set->items[i]->number >= found->number)
			found = set->items[i];
	}
	return found;
}

/* The moment as the newest file counts it; always above the newest. */
static char *revision_new(const struct migration *last, const struct clock *clock)
{
	int64_t wall_us = clock_wall_us(clock);
	char time[CLOCK_TEXT_BYTES];
	size_t width = last ? strlen(last->rev) : TIME_DIGITS;
	uint64_t floor = last ? last->number + 1 : 1, number;

	clock_format_revision(wall_us, time);
	if (width == TIME_DIGITS)
		number = strtoull(time, NULL, 10);
	else if (width == UNIX_DIGITS && last->number > 1000000000)
		number = (uint64_t)(wall_us / 1000000);
	else
		number = floor;
	if (number < floor)
		number = floor;
	return mem_printf("%0*" PRIu64, (int)width, number);
}

static bool file_write(const char *path, const char *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	size_t len = strlen(text);

	if (fd < 0 && errno == EEXIST) {
		err_set(e, ERR_IO, "%s is there already", path);
		return err_hint(e, "nothing was written; choose other words");
	}
	if (fd < 0)
		return err_errno(e, "cannot create %s", path);
	bool ok = write(fd, text, len) == (ssize_t)len || err_errno(e, "cannot write %s", path);
	if (close(fd) != 0 && ok)
		ok = err_errno(e, "cannot write %s", path);
	if (!ok)
		unlink(path);
	return ok;
}

static char *file_path(
	const struct create_request *request, const char *rev, const char *slug, const char *ending)
{
	char *name = mem_printf("%s_%s%s", rev, slug, ending);
	char *path = path_join(request->dir, name);

	free(name);
	return path;
}

static bool files_write(const struct create_request *request, const struct migration_set *set,
	const char *slug, struct created *created, struct err *e)
{
	const struct format *format = format_of(set) ? format_of(set) : &format_dbtop;
	const struct migration *last = newest(set);
	bool is_pair = format->down.ending && (!last || last->sections[SECTION_DOWN].path);

	created->rev = revision_new(last, request->clock);
	created->paths[0] = file_path(request, created->rev, slug, format->up.ending);
	if (is_pair)
		created->paths[1] = file_path(request, created->rev, slug, format->down.ending);
	if (!path_make_dirs(request->dir, e) || !file_write(created->paths[0], format->up.text, e))
		return false;
	if (!is_pair || file_write(created->paths[1], format->down.text, e))
		return true;
	unlink(created->paths[0]);
	return false;
}

/* The path of an error would die with the set: it goes into the words. */
static void error_keep(struct err *e)
{
	if (e->file)
		err_detail(e, "%s", e->file);
	e->file = NULL;
}

enum exit_code migration_create(
	const struct create_request *request, struct created *created, struct err *e)
{
	struct migration_set set;
	enum exit_code exit;
	char *slug = slug_new(request->title);

	*created = (struct created){ 0 };
	if (!slug) {
		err_set(e, ERR_USAGE, "\"%s\" has no letter a to z and no digit for a file name",
			request->title);
		err_hint(e, "say in a few words what changes: \"Add user table\"");
		return EXIT_USAGE;
	}
	exit = source_scan(&set, request->dir, request->format, e);
	if (exit == EXIT_DONE && !files_write(request, &set, slug, created, e))
		exit = EXIT_ERROR;
	if (exit != EXIT_DONE) {
		error_keep(e);
		created_release(created);
	}
	source_close(&set);
	free(slug);
	return exit;
}

void created_release(struct created *created)
{
	free(created->rev);
	free(created->paths[0]);
	free(created->paths[1]);
	*created = (struct created){ 0 };
}
