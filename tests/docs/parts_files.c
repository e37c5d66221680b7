// SPDX-License-Identifier: GPL-3.0-or-later
#include "docs/parts.h"

#include <glob.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"

enum { FILE_BYTES_MAX = 1 << 20 };

/* Where the sentence ends: a full stop before a blank or the end. 0 = it does not end in this text. */
static size_t sentence_end(const struct str *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] == '.' && (i + 1 == text->len || text->data[i + 1] == ' '))
			return i;
	return 0;
}

/* The first sentence of the comment at the head of a file; empty when it has none. */
static void add_story(struct str *out, struct span text)
{
	struct str story = { 0 };
	struct span line;

	/* The licence, then the comment, which ends at an empty line or with itself. */
	span_line(&text, &line);
	if (!span_line(&text, &line) || !span_starts(line, "/*"))
		return;
	while (span_line(&text, &line) && span_starts(line, " *") && !span_starts(line, " */")) {
		struct span words = span_trim(span_from(line.data + 2, line.len - 2));
		if (words.len == 0)
			break;
		if (story.len)
			str_add_char(&story, ' ');
		str_add_span(&story, words);
		if (sentence_end(&story))
			break;
	}
	size_t end = sentence_end(&story);
	if (end)
		str_truncate(&story, end);
	for (const char *c = str_c(&story); *c; c++)
		str_addf(out, "%s%c", *c == '|' ? "\\" : "", *c);
	str_release(&story);
}

/* A module is named by its header; a source without one stands for itself. */
static bool stands_for_itself(const char *path)
{
	size_t len = strlen(path);

	if (path[len - 1] == 'h')
		return true;
	char *header = mem_printf("%.*sh", (int)len - 1, path);
	bool has_header = path_is_file(header);
	free(header);
	return !has_header;
}

static void add_file(struct str *out, const char *path, const char *name)
{
	struct err e;
	size_t len;
	char *text = path_read(path, FILE_BYTES_MAX, &len, &e);

	if (!text)
		return;
	struct str story = { 0 };
	add_story(&story, span_from(text, len));
	/* A source without a header and without a story is told by its neighbour of the same noun. */
	if (story.len)
		str_addf(out, "| `%s` | %s |\n", name, str_c(&story));
	str_release(&story);
	free(text);
}

static void add_folder(struct str *out, const char *top, const char *folder)
{
	char *pattern = mem_printf("%s/src/%s/*.[ch]", top, folder);
	size_t skip = strlen(top) + strlen("/src/") + strlen(folder) + 1;
	glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found) == 0) {
		str_addf(out, "\n### src/%s\n\n| file | what it is |\n| --- | --- |\n", folder);
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *path = found.gl_pathv[i];
			bool is_generated = strcmp(path + skip, "table.c") == 0 ||
					    strcmp(path + skip, "texts.c") == 0;
			if (!is_generated && stands_for_itself(path))
				add_file(out, path, path + skip);
		}
	}
	globfree(&found);
	free(pattern);
}

/* The folders in the order of src/LAYERS, bottom first, and those below them. */
void part_files_md(struct str *out)
{
	const char *top = getenv("top_srcdir");
	char *layers = mem_printf("%s/src/LAYERS", top ? top : ".");
	struct err e;
	size_t len;
	char *text = path_read(layers, FILE_BYTES_MAX, &len, &e);
	struct span rest = span_from(text, text ? len : 0), line;

	while (span_line(&rest, &line)) {
		const char *colon = memchr(line.data, ':', line.len);
		if (line.len == 0 || line.data[0] == '#' || !colon)
			continue;
		char *folder = mem_strndup(line.data, (size_t)(colon - line.data));
		char *below = mem_printf(
			"%s/%s", folder, strcmp(folder, "ui") == 0 ? "widgets" : "commands");
		add_folder(out, top ? top : ".", folder);
		add_folder(out, top ? top : ".", below);
		free(below);
		if (strcmp(folder, "ui") == 0)
			add_folder(out, top ? top : ".", "ui/panels");
		free(folder);
	}
	free(text);
	free(layers);
}
