// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Golden screens. A *.screen file is a list of cases, each a heading and what the screen then shows:
 *
 *	=== size 80x24 glyphs ascii theme dusk fixture trouble styles keys 2 Down
 *	|row of cells, without blanks at its end
 *	:and, with `styles`, the letter of each cell's role, without dots at its end
 *
 * `make goldens` writes the files anew; the difference is the review. With a heading as argument it is only shown.
 */
#include "test.h"

#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "screen/console_world.h"

struct heading {
	char line[512];
	int columns, rows;
	char glyphs[16], theme[32], fixture[32];
	bool has_styles;
	const char *keys;
};

static bool read_heading(struct heading *h, struct span line)
{
	*h = (struct heading){ .columns = 80,
		.rows = 24,
		.glyphs = "utf8",
		.theme = "dusk",
		.fixture = "healthy",
		.keys = "" };
	snprintf(h->line, sizeof(h->line), "%.*s", (int)line.len, line.data);
	char *rest = h->line + 4;
	char word[64];
	int used;
	while (sscanf(rest, " %63s%n", word, &used) == 1) {
		rest += used;
		if (strcmp(word, "keys") == 0) {
			h->keys = rest;
			return true;
		}
		if (strcmp(word, "styles") == 0) {
			h->has_styles = true;
			continue;
		}
		char value[64];
		if (sscanf(rest, " %63s%n", value, &used) != 1)
			return false;
		rest += used;
		if (strcmp(word, "size") == 0)
			sscanf(value, "%dx%d", &h->columns, &h->rows);
		else if (strcmp(word, "glyphs") == 0)
			snprintf(h->glyphs, sizeof(h->glyphs), "%.15s", value);
		else if (strcmp(word, "theme") == 0)
			snprintf(h->theme, sizeof(h->theme), "%.31s", value);
		else if (strcmp(word, "fixture") == 0)
			snprintf(h->fixture, sizeof(h->fixture), "%.31s", value);
		else
			return false;
	}
	return true;
}

static char style_letter(const struct cell *cell)
{
	char letter = role_letter((enum role)cell->role);
	if (!cell->is_reversed)
		return letter;
	return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

static void add_styles(struct str *out, const struct surface *s, int y)
{
	size_t end = out->len + 1;
	str_add_char(out, ':');
	for (int x = 0; x < s->width; x++) {
		char letter = style_letter(surface_cell(s, x, y));
		str_add_char(out, letter);
		if (letter != '.')
			end = out->len;
	}
	str_truncate(out, end);
	str_add_char(out, '\n');
}

static void assert_no_control(const struct surface *s)
{
	for (int y = 0; y < s->height; y++)
		for (int x = 0; x < s->width; x++)
			for (int i = 0; i < CELL_CODES; i++) {
				uint32_t code = surface_cell(s, x, y)->codes[i];
				assert_true(
					code == 0 || (code >= 0x20 && code < 0x7f) || code >= 0xa0);
				assert_true(code < 0x202a || code > 0x202e);
			}
}

/* The screen of a case as its file has it. */
static void render(const struct heading *h, struct str *out)
{
	struct console_world w;
	char bad[64];
	if (!console_world_open(&w, h->fixture, h->columns, h->rows, h->glyphs, h->theme))
		fail_msg("no such fixture or glyphs: %s", h->line);
	console_world_draw(&w);
	if (!console_world_type(&w, h->keys, bad))
		fail_msg("no such key: %s in %s", bad, h->line);
	console_world_draw(&w);
	const struct surface *s = frame_surface(w.frame);
	assert_no_control(s);
	for (int y = 0; y < s->height; y++) {
		char *row = surface_row_text(s, y);
		str_addf(out, "|%s\n", row);
		free(row);
	}
	for (int y = 0; h->has_styles && y < s->height; y++)
		add_styles(out, s, y);
	console_world_close(&w);
}

static void complain(const struct heading *h, const char *expected, const char *got)
{
	struct span left = span_of(expected), right = span_of(got), a, b;
	print_message("%s\n", h->line);
	for (int row = 0;; row++) {
		bool has_a = span_line(&left, &a), has_b = span_line(&right, &b);
		if (!has_a && !has_b)
			break;
		if (has_a && has_b && a.len == b.len && memcmp(a.data, b.data, a.len) == 0)
			continue;
		print_message("row %d\n  file   %.*s\n  screen %.*s\n", row, has_a ? (int)a.len : 0,
			has_a ? a.data : "", has_b ? (int)b.len : 0, has_b ? b.data : "");
	}
}

/* Compares every case of a text; adds what the screens really show to `fresh`. Returns the cases that differ. */
static int run_cases(struct span text, struct str *fresh)
{
	int differ = 0;
	struct span line;
	struct heading heading = { 0 };
	struct str expected = { 0 }, got = { 0 };
	bool has_case = false;
	for (bool more = true; more;) {
		more = span_line(&text, &line);
		bool is_heading = more && span_starts(line, "===");
		if ((is_heading || !more) && has_case) {
			render(&heading, &got);
			str_add(fresh, str_c(&got));
			if (strcmp(str_c(&expected), str_c(&got)) != 0) {
				complain(&heading, str_c(&expected), str_c(&got));
				differ++;
			}
			str_clear(&expected);
			str_clear(&got);
		}
		if (is_heading) {
			has_case = read_heading(&heading, line);
			assert_true(has_case);
			str_addf(fresh, "%.*s\n", (int)line.len, line.data);
		} else if (more && !has_case) {
			str_addf(fresh, "%.*s\n", (int)line.len, line.data);
		} else if (more) {
			str_addf(&expected, "%.*s\n", (int)line.len, line.data);
		}
	}
	str_release(&expected);
	str_release(&got);
	return differ;
}

static bool check_file(const char *path)
{
	struct err e;
	size_t len;
	struct str fresh = { 0 };
	char *text = path_read(path, 16 << 20, &len, &e);
	if (!text)
		fail_msg("%s", e.text);
	int differ = run_cases(span_from(text, len), &fresh);
	if (differ && getenv("DBTOP_GOLDENS") && !path_write(path, str_c(&fresh), fresh.len, &e))
		fail_msg("%s", e.text);
	free(text);
	str_release(&fresh);
	return differ == 0 || getenv("DBTOP_GOLDENS");
}

static const char *const files[] = { "activity", "help", "hostile", "messages", "migrations",
	"notes", "overview", "pool", "prompt", "replicas", "small", "step", "themes" };

static void every_screen_is_as_its_file_shows_it(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	bool is_right = true;
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *path = mem_printf("%s/tests/screen/%s.screen", top, files[i]);
		bool is_same = check_file(path);
		if (!is_same)
			print_message("%s differs; `make goldens` writes it anew\n", path);
		is_right = is_right && is_same;
		free(path);
	}
	assert_true(is_right);
}

static int show(const char *line)
{
	struct heading heading;
	struct str out = { 0 };
	char *text = mem_printf("=== %s", line);
	if (!read_heading(&heading, span_of(text)))
		return 1;
	render(&heading, &out);
	fputs(str_c(&out), stdout);
	str_release(&out);
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", "/dev/null/home", 1);
	if (argc > 1)
		return show(argv[1]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_screen_is_as_its_file_shows_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
