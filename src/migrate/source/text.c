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

static bool text_measure(int fd, const char *path, size_t *bytes, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
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
		return true;
	}
	return false;
}

/* Opened without waiting, so that a pipe in the directory cannot hang the program. */
static int text_open(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		text_cannot(path, e);
	return fd;
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

/* The rest of a file whose first bytes are here, or what is wrong with it. */
static bool read_rest(
	struct arena *arena, int fd, const char *path, struct span *text, struct err *e)
{
	size_t bytes, got = 0;

	if (!text_measure(fd, path, &bytes, e))
		return false;
	if (bytes < text->len)
		bytes = text->len;
	char *buffer = arena_zero(arena, bytes + 1);
	memcpy(buffer, text->data, text->len);
	if (!read_all(fd, buffer + text->len, bytes - text->len, &got))
		return text_cannot(path, e);
	*text = span_from(buffer, text->len + got);
	return true;
}

/*
 * Nearly every file is short: one read has it whole, and says by itself that nothing is wrong with it. A question more
 * for each of thousands is a quarter of the time.
 */
static bool read_text(
	struct arena *arena, int fd, const char *path, struct span *text, struct err *e)
{
	char head[HEAD_BYTES];
	ssize_t n = read(fd, head, sizeof(head));

	*text = span_from(head, n > 0 ? (size_t)n : 0);
	if (n <= 0 || n == sizeof(head))
		return read_rest(arena, fd, path, text, e);
	*text = span_from(arena_strndup(arena, head, (size_t)n), (size_t)n);
	return true;
}

bool source_text_read(
	struct migration_set *set, const char *path, struct source_text *file, struct err *e)
{
	int fd = text_open(path, e);

	if (fd < 0)
		return false;
	*file = (struct source_text){ .path = path };
	bool ok = read_text(&set->arena, fd, path, &file->text, e);
	close(fd);
	if (!ok)
		return false;
	if (!set->digest)
		set->digest = digest_start();
	digest_again(set->digest, file->text, file->sha256);
	return text_check(file->text, path, e);
}

bool source_text_head(struct arena *arena, const char *path, struct span *head, struct err *e)
{
	size_t bytes, got;
	int fd = text_open(path, e);

	if (fd < 0)
		return false;
	bool ok = text_measure(fd, path, &bytes, e);
	if (ok && bytes > HEAD_BYTES)
		bytes = HEAD_BYTES;
	char *buffer = ok ? arena_zero(arena, bytes + 1) : NULL;
	ok = ok && (read_all(fd, buffer, bytes, &got) || text_cannot(path, e));
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
