// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/ini.h"
#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"

struct world {
	char *dir, *path;
	struct str seen;
	struct err e;
};

static int world_open(void **state)
{
	struct world *w = mem_new(struct world);

	w->dir = scratch_new();
	*state = w;
	return 0;
}

static int world_close(void **state)
{
	struct world *w = *state;

	scratch_remove(w->dir);
	free(w->path);
	str_release(&w->seen);
	free(w);
	return 0;
}

static bool note_pair(
	void *arg, const char *section, const char *key, const char *value, int line, struct err *e)
{
	struct world *w = arg;

	if (strcmp(key, "refused") == 0)
		return err_set(e, ERR_USAGE, "cannot take %s", key);
	str_addf(&w->seen, "%d [%s] %s=<%s>\n", line, section, key, value);
	return true;
}

static bool read_text(struct world *w, const char *text, size_t len)
{
	w->path = scratch_write_bytes(w->dir, "a.conf", text, len);
	return ini_read(w->path, note_pair, w, &w->e);
}

static void pairs_come_with_section_and_line(void **state)
{
	struct world *w = *state;

	assert_true(read_text(w,
		"# head\n"
		"\n"
		"interval = 2s\r\n"
		"[target shop]\n"
		"  dsn   =  host=a dbname=b  \n"
		"\tempty =\n"
		"; another comment\n"
		"last=x",
		strlen("# head\n\ninterval = 2s\r\n[target shop]\n  dsn   =  host=a dbname=b  \n"
		       "\tempty =\n; another comment\nlast=x")));
	assert_string_equal(str_c(&w->seen), "3 [] interval=<2s>\n"
					     "5 [target shop] dsn=<host=a dbname=b>\n"
					     "6 [target shop] empty=<>\n"
					     "8 [target shop] last=<x>\n");
}

static void semicolons_quotes_and_equals_signs_stay_in_a_value(void **state)
{
	struct world *w = *state;
	const char *text = "\xef\xbb\xbf"
			   "dsn = password='a ; b # c=d' x\n";

	assert_true(read_text(w, text, strlen(text)));
	assert_string_equal(str_c(&w->seen), "1 [] dsn=<password='a ; b # c=d' x>\n");
}

static void an_indented_key_is_a_key_and_no_continuation(void **state)
{
	struct world *w = *state;
	const char *text = "a = 1\n   b = 2\n";

	assert_true(read_text(w, text, strlen(text)));
	assert_string_equal(str_c(&w->seen), "1 [] a=<1>\n2 [] b=<2>\n");
}

static void long_values_are_whole_and_too_long_lines_refused(void **state)
{
	struct world *w = *state;
	struct str text = { 0 };

	str_add(&text, "a = ");
	str_pad(&text, 'x', 3996);
	str_add(&text, "\n");
	assert_true(read_text(w, text.data, text.len));
	assert_int_equal(w->seen.len, strlen("1 [] a=<>\n") + 3996);
	str_truncate(&text, text.len - 1);
	str_add(&text, "y\n");
	free(w->path);
	assert_false(read_text(w, text.data, text.len));
	assert_string_equal(w->e.text, "the line is longer than 4000 bytes");
	assert_int_equal(w->e.line, 1);
	str_release(&text);
}

static void each_fault_names_its_line_and_column(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *text;
		size_t len;
		int line, column;
		const char *words;
	} rows[] = {
#define ROW(t, line, column, words) { t, sizeof(t) - 1, line, column, words }
		ROW("a = 1\nno equals sign\n", 2, 1,
			"expected key = value, [section] or a comment"),
		ROW("  = 1\n", 1, 3, "expected key = value, [section] or a comment"),
		ROW("[open\n", 1, 1, "a section is written [name] on a line of its own"),
		ROW("[a] b\n", 1, 1, "a section is written [name] on a line of its own"),
		ROW("[a]]\n", 1, 1, "a section is written [name] on a line of its own"),
		ROW("[01234567890123456789012345678901234567890123456789]\n", 1, 1,
			"the section's name is longer than 49 bytes"),
		ROW("\n\na = é\xff\n", 3, 6, "the byte here is not UTF-8"),
		ROW("a = b\0c\n", 1, 6, "a control byte stands here"),
#undef ROW
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_false(read_text(w, rows[i].text, rows[i].len));
		assert_string_equal(w->e.text, rows[i].words);
		assert_int_equal(w->e.kind, ERR_PARSE);
		assert_string_equal(w->e.file, w->path);
		assert_int_equal(w->e.line, rows[i].line);
		assert_int_equal(w->e.column, rows[i].column);
		free(w->path);
		w->path = NULL;
	}
}

static void nothing_is_read_after_a_pair_was_refused(void **state)
{
	struct world *w = *state;
	const char *text = "a = 1\nrefused = x\nb = 2\nnot even a pair\n";

	assert_false(read_text(w, text, strlen(text)));
	assert_string_equal(str_c(&w->seen), "1 [] a=<1>\n");
	assert_string_equal(w->e.text, "cannot take refused");
	assert_string_equal(w->e.file, w->path);
	assert_int_equal(w->e.line, 2);
}

/* Pieces of configuration in a random order, with random bytes between them. */
static void whatever_a_file_holds_a_fault_has_a_place(void **state)
{
	struct world *w = *state;
	static const char *const pieces[] = { "[a]", "[", "]", "=", "key", " ", "\n", "\r\n", "#",
		";", "\t", "\xef\xbb\xbf", "é", "value value", "\n[target x]\n" };
	uint32_t seed = 99;

	for (int round = 0; round < 400; round++) {
		struct str text = { 0 };
		for (int i = 0; i < 30; i++) {
			seed = seed * 1664525 + 1013904223;
			uint32_t pick = (seed >> 16) % (ARRAY_SIZE(pieces) + 1);
			if (pick == ARRAY_SIZE(pieces))
				str_add_char(&text, (char)(seed >> 24));
			else
				str_add(&text, pieces[pick]);
		}
		w->e = (struct err){ 0 };
		bool ok = read_text(w, str_c(&text), text.len);
		assert_true(ok || (w->e.kind == ERR_PARSE && w->e.line >= 1 && *w->e.text));
		free(w->path);
		w->path = NULL;
		str_release(&text);
	}
}

static void a_missing_file_and_a_folder_are_said_so(void **state)
{
	struct world *w = *state;

	assert_false(ini_read("/nonexistent/x", note_pair, w, &w->e));
	assert_int_equal(w->e.kind, ERR_IO);
	assert_false(ini_read(w->dir, note_pair, w, &w->e));
	assert_non_null(strstr(w->e.text, "it is a directory"));
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(pairs_come_with_section_and_line),
		IN_A_WORLD(semicolons_quotes_and_equals_signs_stay_in_a_value),
		IN_A_WORLD(an_indented_key_is_a_key_and_no_continuation),
		IN_A_WORLD(long_values_are_whole_and_too_long_lines_refused),
		IN_A_WORLD(each_fault_names_its_line_and_column),
		IN_A_WORLD(nothing_is_read_after_a_pair_was_refused),
		IN_A_WORLD(whatever_a_file_holds_a_fault_has_a_place),
		IN_A_WORLD(a_missing_file_and_a_folder_are_said_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
