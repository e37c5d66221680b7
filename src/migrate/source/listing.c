// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum entry_kind entry_kind(int dir_fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type == DT_REG)
		return ENTRY_FILE;
	if (entry->d_type == DT_DIR)
		return ENTRY_DIR;
	/* A link, or a file system that does not tell: ask, following links. */
	if (fstatat(dir_fd, entry->d_name, &st, 0) != 0)
		return ENTRY_OTHER;
	return S_ISREG(st.st_mode) ? ENTRY_FILE : S_ISDIR(st.st_mode) ? ENTRY_DIR : ENTRY_OTHER;
}

static int entry_compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void listing_add(struct listing *listing, const char *name, enum entry_kind kind)
{
	listing->items = arena_room(listing->arena, listing->items, listing->count,
		&listing->capacity, sizeof(*listing->items));
	listing->items[listing->count++] =
		(struct entry){ .name = arena_strdup(listing->arena, name), .kind = kind };
}

bool listing_read(struct listing *listing, struct err *e)
{
	DIR *dir = opendir(listing->dir);
	struct dirent *entry;

	if (!dir && errno == ENOENT)
		return true;
	if (!dir && errno == ENOTDIR) {
		err_set(e, ERR_IO, "%s is not a directory", listing->dir);
		return err_hint(e, "name the directory the migrations are in");
	}
	if (!dir) {
		err_errno(e, "cannot read the directory %s", listing->dir);
		return err_hint(e, "give yourself the right to read it");
	}
	while ((errno = 0, entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			listing_add(listing, entry->d_name, entry_kind(dirfd(dir), entry));
	}
	bool ok = errno == 0 || err_errno(e, "cannot read the directory %s", listing->dir);
	closedir(dir);
	if (listing->count)
		qsort(listing->items, listing->count, sizeof(*listing->items), entry_compare);
	return ok;
}

const struct entry *listing_find(
	const struct listing *listing, const char *pattern, enum entry_kind kind)
{
	for (size_t i = 0; i < listing->count; i++) {
		const struct entry *entry = &listing->items[i];
		if (entry->kind == kind && fnmatch(pattern, entry->name, 0) == 0)
			return entry;
	}
	return NULL;
}

const char *listing_path(const struct listing *listing, const char *name)
{
	size_t len = strlen(listing->dir);
	while (len > 1 && listing->dir[len - 1] == '/')
		len--;
	return arena_printf(listing->arena, "%.*s%s%s", (int)len, listing->dir,
		len == 1 && listing->dir[0] == '/' ? "" : "/", name);
}

bool name_ends(const char *name, const char *ending)
{
	size_t n = strlen(name), k = strlen(ending);
	return n > k && memcmp(name + n - k, ending, k) == 0;
}

bool name_split(struct span stem, struct span *digits, struct span *slug)
{
	size_t n = 0;
	while (n < stem.len && stem.data[n] >= '0' && stem.data[n] <= '9')
		n++;
	if (n == 0 || n == stem.len || stem.data[n] != '_')
		return false;
	*digits = span_from(stem.data, n);
	*slug = span_from(stem.data + n + 1, stem.len - n - 1);
	return true;
}

bool digits_number(struct span digits, uint64_t *number)
{
	uint64_t n = 0;
	for (size_t i = 0; i < digits.len; i++) {
		uint64_t digit = (uint64_t)(digits.data[i] - '0');
		if (n > ((uint64_t)INT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return true;
}
