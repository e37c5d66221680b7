// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void err_clear(struct err *e, enum err_kind kind)
{
	*e = (struct err){ .kind = kind };
}

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	err_clear(e, kind);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return false;
}

bool err_at(struct err *e, const char *file, int line, int column, const char *fmt, ...)
{
	va_list ap;

	err_clear(e, ERR_PARSE);
	e->file = file;
	e->line = line;
	e->column = column;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return false;
}

bool err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	err_clear(e, ERR_IO);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	size_t used = strlen(e->text);
	snprintf(e->text + used, sizeof(e->text) - used, ": %s", strerror(saved));
	return false;
}

bool err_detail(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->detail, sizeof(e->detail), fmt, ap);
	va_end(ap);
	return false;
}

bool err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return false;
}

const char *err_kind_word(enum err_kind kind)
{
	static const char *const words[] = {
		[ERR_NONE] = "none",
		[ERR_USAGE] = "usage",
		[ERR_IO] = "io",
		[ERR_CONNECT] = "connect",
		[ERR_SERVER] = "server",
		[ERR_TIMEOUT] = "timeout",
		[ERR_CANCELED] = "canceled",
		[ERR_PARSE] = "parse",
		[ERR_STORE] = "store",
		[ERR_CONFLICT] = "conflict",
	};
	return words[kind];
}
