// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ini.h"

#include <ini.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/span.h"
#include "base/utf8.h"

/*
 * Debian's inih cuts lines at 200 bytes, takes " ;" for a comment inside a value, takes an indented key for a
 * continuation and tells no line numbers. So it is fed one line at a time with the blanks and the value left
 * out, and the value is taken from the line itself.
 */
enum { LINE_MAX_BYTES = 4000, SECTION_MAX_BYTES = 49, FILE_MAX_BYTES = 1 << 20 };

struct reading {
	const char *path;
	struct span rest;  /* of the file */
	struct span value; /* of the line inih is at */
	char key[LINE_MAX_BYTES + 1];
	int line;
	bool has_failed;
	ini_fn *fn;
	void *arg;
	struct err *e;
};

static bool fail_at(struct reading *r, struct span line, size_t byte, const char *what)
{
	r->has_failed = true;
	int column = (int)utf8_count(span_from(line.data, byte)) + 1;
	return err_at(r->e, r->path, r->line, column, "%s", what);
}

static bool line_is_sound(struct reading *r, struct span line)
{
	if (line.len > LINE_MAX_BYTES)
		return fail_at(r, line, 0, "the line is longer than 4000 bytes");
	size_t valid = utf8_valid(line);
	if (valid < line.len)
		return fail_at(r, line, valid, "the byte here is not UTF-8");
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return fail_at(r, line, i, "a control byte stands here");
	}
	return true;
}

/* A section as it is, for inih. */
static bool take_section(struct reading *r, struct span line, struct span text, char *out, int size)
{
	const char *end = memchr(text.data, ']', text.len);

	if (!end || end != text.data + text.len - 1)
		return fail_at(r, line, (size_t)(text.data - line.data),
			"a section is written [name] on a line of its own");
	if (text.len - 2 > SECTION_MAX_BYTES || (int)text.len + 2 > size)
		return fail_at(r, line, (size_t)(text.data - line.data),
			"the section's name is longer than 49 bytes");
	snprintf(out, (size_t)size, "%.*s\n", (int)text.len, text.data);
	return true;
}

static bool take_pair(struct reading *r, struct span line, struct span text, char *out, int size)
{
	const char *equals = memchr(text.data, '=', text.len);

	if (!equals || equals == text.data)
		return fail_at(r, line, (size_t)(text.data - line.data),
			"expected key = value, [section] or a comment");
	struct span key = span_trim(span_from(text.data, (size_t)(equals - text.data)));
	snprintf(r->key, sizeof(r->key), "%.*s", (int)key.len, key.data);
	r->value = span_trim(span_from(equals + 1, (size_t)(text.data + text.len - equals - 1)));
	snprintf(out, (size_t)size, "key = value\n");
	return true;
}

/* inih's fgets(). */
static char *next_line(char *out, int size, void *stream)
{
	struct reading *r = stream;
	struct span line;

	if (r->has_failed || !span_line(&r->rest, &line))
		return NULL;
	r->line++;
	if (!line_is_sound(r, line))
		return NULL;
	struct span text = span_trim(line);
	if (!text.len || *text.data == '#' || *text.data == ';')
		snprintf(out, (size_t)size, "\n");
	else if (*text.data == '[' ? !take_section(r, line, text, out, size)
				   : !take_pair(r, line, text, out, size))
		return NULL;
	return out;
}

static int on_pair(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;

	(void)name;
	(void)value;
	if (r->has_failed)
		return 0;
	char *text = mem_strndup(r->value.data, r->value.len);
	struct err why = { 0 };
	if (!r->fn(r->arg, section, r->key, text, r->line, &why)) {
		r->has_failed = true;
		if (!why.file) {
			why.file = r->path;
			why.line = r->line;
		}
		*r->e = why;
	}
	mem_free_secret(text);
	return !r->has_failed;
}

bool ini_read(const char *path, ini_fn *fn, void *arg, struct err *e)
{
	size_t len;
	char *text = path_read(path, FILE_MAX_BYTES, &len, e);

	if (!text)
		return false;
	struct reading *r = mem_new(struct reading);
	*r = (struct reading){ .path = path, .fn = fn, .arg = arg, .e = e };
	r->rest = span_from(text, len);
	if (span_starts(r->rest, "\xef\xbb\xbf"))
		r->rest = span_from(text + 3, len - 3);
	int failed_line = ini_parse_stream(next_line, r, on_pair, r);
	bool ok = !r->has_failed && failed_line == 0;
	if (!r->has_failed && failed_line)
		err_at(e, path, failed_line, 1, "cannot be read as key = value");
	free(r);
	mem_free_secret(text); /* a dsn may hold a password */
	return ok;
}
