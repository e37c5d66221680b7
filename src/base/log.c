// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/visible.h"

/* One of the four mutable globals of doc/style.md: whoever has something to log holds no pointer to a sink. */
static struct {
	int fd; /* 0 = none: standard input is never a sink */
	enum log_level level;
} sink;

static const char *const level_words[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

bool log_open(const char *path, enum log_level level, struct err *e)
{
	log_close();
	if (!path)
		return true;
	int fd = strcmp(path, "-") == 0
			 ? STDERR_FILENO
			 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, "cannot open the log %s", path);
	sink.fd = fd;
	sink.level = level;
	return true;
}

void log_close(void)
{
	if (sink.fd > STDERR_FILENO)
		close(sink.fd);
	sink.fd = 0;
}

void log_write(enum log_level level, const char *topic, const char *fmt, ...)
{
	char *text;
	char when[CLOCK_TEXT_BYTES];
	struct str line = { 0 }, masked = { 0 };
	va_list ap;

	if (!sink.fd || level > sink.level)
		return;
	int saved = errno;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n >= 0) {
		clock_format_utc(clock_wall_us(&clock_system), when);
		str_addf(&line, "%s %-5s %s: ", when, level_words[level], topic);
		secret_mask(&masked, span_from(text, (size_t)n));
		visible_add(&line, str_span(&masked), VISIBLE_LINE);
		str_add_char(&line, '\n');
		/* One write a line, so that two programs do not mix theirs. A full disk loses it: nobody to tell. */
		ssize_t written = write(sink.fd, line.data, line.len);
		(void)written;
		str_release(&line);
		str_release(&masked);
		free(text);
	}
	errno = saved;
}
