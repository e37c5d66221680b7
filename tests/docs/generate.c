// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Generate: a document with its generated parts made anew from the tables of the program. `generate FILE` prints FILE;
 * what stands between a line that ends with "generated: NAME" and one with "generated: end" (before what closes a
 * comment) is replaced. tests/lint/docs compares, `make docs` rewrites.
 */
#include "base/compiler.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"
#include "docs/parts.h"
#include "ui/actions.h"

enum { FILE_BYTES_MAX = 1 << 20 };
#define MARK "generated: "

/* The word after the mark; empty when the line has none. */
static struct span mark_of(struct span line)
{
	const char *found = memmem(line.data, line.len, MARK, strlen(MARK));
	struct span word = { "", 0 };

	if (!found)
		return word;
	struct span rest = span_from(
		found + strlen(MARK), line.len - (size_t)(found - line.data) - strlen(MARK));
	span_word(&rest, &word);
	return word;
}

static bool generate(struct span text, struct str *out)
{
	struct span line;
	bool is_copied = true;

	while (span_line(&text, &line)) {
		struct span mark = mark_of(line);
		if (span_is(mark, "end"))
			is_copied = true;
		if (is_copied) {
			str_add_span(out, line);
			str_add_char(out, '\n');
		}
		if (mark.len == 0 || span_is(mark, "end"))
			continue;
		is_copied = false;
		if (!part_add(mark, out)) {
			fprintf(stderr, "no part is called %.*s\n", (int)mark.len, mark.data);
			return false;
		}
	}
	return is_copied;
}

int main(int argc, char **argv)
{
	struct err e;
	struct str out = { 0 };
	size_t len = 0;
	char *text = argc == 2 ? path_read(argv[1], FILE_BYTES_MAX, &len, &e) : NULL;

	actions_register();
	if (!text) {
		fprintf(stderr, "%s\n", argc == 2 ? e.text : "usage: generate FILE");
		return 2;
	}
	bool ok = generate(span_from(text, len), &out);
	if (ok)
		fwrite(str_c(&out), 1, out.len, stdout);
	str_release(&out);
	free(text);
	return ok ? 0 : 1;
}
