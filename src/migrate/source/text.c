// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/source/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrate/source/source.h"
#include "parse/text.h"

enum { HEAD_BYTES = 16 * 1024 };

static bool text_cannot(const char *path, struct err *e)
{
	int saved = errno;

	err_at(e, path, 1, 1, "cannot read the file: %s", strerror(saved));
	if (saved == EACCES)
		return err_hint(e, "give yourself the right to read it");
	return err_hint(e, "look at the file, then try again");
}

/* Opened without waiting, so that a pipe in the directory cannot hang the program. */
static int text_open(const char *path, size_t *bytes, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st) != 0) {
		text_cannot(path, e);
	} else if (!S_ISREG(st.st_mode)) {
		err_at(e, path, 1, 1, "is not a file");
		err_hint(e, "migrations are files: move it out of the directory");
	} else if (st.st_size > SOURCE_FILE_BYTES_MAX) {
		err_at(e, path, 1, 1, "has %lld bytes, more than the 64 MB a migration may have",
			(long long)st.st_size);
		err_hint(e, "load data with \\copy or a seed, and keep migrations for the schema");
	} else {
		*bytes = (size_t)st.st_size;
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool read_all(int fd, char *buffer, size_t bytes, size_t *got)
{
	*got = 0;
	while (*got < bytes) {
		ssize_t n = read(fd, buffer + *got, bytes - *got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return true;
}

bool source_text_read(
	struct migration_set *set, const char *path, struct source_text *file, struct err *e)
{
	size_t bytes, got;
	int fd = text_open(path, &bytes, e);

	if (fd < 0)
		return false;
	char *buffer = arena_zero(&set->arena, bytes + 1);
	bool ok = read_all(fd, buffer, bytes, &got) || text_cannot(path, e);
	close(fd);
	if (!ok)
		return false;
	*file = (struct source_text){ .path = path, .text = span_from(buffer, got) };
	digest_sha256(file->text, file->sha256);
	return text_check(file->text, path, e);
}

bool source_text_head(struct arena *arena, const char *path, struct span *head, struct err *e)
{
	size_t bytes, got;
	int fd = text_open(path, &bytes, e);

	if (fd < 0)
		return false;
	if (bytes > HEAD_BYTES)
		bytes = HEAD_BYTES;
	char *buffer = arena_zero(arena, bytes + 1);
	bool ok = read_all(fd, buffer, bytes, &got) || text_cannot(path, e);
	close(fd);
	if (ok)
		*head = span_from(buffer, got);
	return ok;
}

void source_warn(struct migration_set *set, const char *fmt, ...)
{
	va_list ap;
	char words[1024];

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	set->warnings = arena_room(&set->arena, set->warnings, set->warning_count,
		&set->warning_capacity, sizeof(*set->warnings));
	set->warnings[set->warning_count++] = arena_strdup(&set->arena, words);
}
