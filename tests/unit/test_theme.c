// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <math.h>
#include <string.h>

#include "scratch.h"
#include "ui/theme.h"

static void load(struct theme *theme, const char *name)
{
	struct err e;
	assert_true(theme_load(theme, name, &e));
}

static double channel(uint32_t rgb, int shift)
{
	double c = (double)(rgb >> shift & 0xff) / 255;
	return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
	return 0.2126 * channel(rgb, 16) + 0.7152 * channel(rgb, 8) + 0.0722 * channel(rgb, 0);
}

/* As WCAG defines it. */
static double contrast(uint32_t a, uint32_t b)
{
	double one = luminance(a), two = luminance(b);
	return one > two ? (one + 0.05) / (two + 0.05) : (two + 0.05) / (one + 0.05);
}

static double role_contrast(const struct theme *theme, enum role role)
{
	const struct style *style = &theme->roles[role];
	const struct color *bg = style->has_bg ? &style->bg : &theme->roles[ROLE_TEXT].bg;
	return contrast(style->fg.rgb, bg->rgb);
}

static void every_built_in_theme_sets_every_role_without_a_problem(void **state)
{
	(void)state;
	for (int i = 0; theme_builtin_name(i); i++) {
		struct theme theme;
		load(&theme, theme_builtin_name(i));
		for (int role = 0; role < ROLE_COUNT; role++)
			assert_true(theme.roles[role].is_set);
		if (theme.problem_count)
			fail_msg("%s", theme.problems[0]);
		theme_release(&theme);
	}
}

/* Borders and empty gauges are decoration; everything that is read has at least 4.5:1. */
static void what_is_read_stands_out_from_its_background(void **state)
{
	(void)state;
	static const char *const names[] = { "dusk", "paper", "tidal" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct theme theme;
		load(&theme, names[i]);
		assert_true(role_contrast(&theme, ROLE_TEXT) >= 11);
		for (int role = 0; role < ROLE_COUNT; role++) {
			if (role == ROLE_BORDER || role == ROLE_GAUGE_EMPTY)
				continue;
			if (role_contrast(&theme, (enum role)role) < 4.5)
				fail_msg("%s: %s has %.1f:1", names[i], role_name((enum role)role),
					role_contrast(&theme, (enum role)role));
		}
		theme_release(&theme);
	}
}

static void a_theme_keeps_its_own_name_and_kind_whatever_it_inherits(void **state)
{
	(void)state;
	struct theme tidal;
	load(&tidal, "tidal");
	assert_string_equal(tidal.title, "Tidal");
	assert_int_equal(tidal.kind, THEME_DARK);
	theme_release(&tidal);
}

static void mono_has_no_colour_and_native_paints_no_background(void **state)
{
	(void)state;
	struct theme mono, native;
	load(&mono, "mono");
	load(&native, "native");
	assert_int_equal(theme_depth(&mono, 256), DEPTH_MONO);
	assert_int_equal(theme_depth(&native, 256), DEPTH_256);
	assert_int_equal(theme_depth(&native, 4), DEPTH_MONO);
	assert_false(native.roles[ROLE_TEXT].has_bg);
	theme_release(&mono);
	theme_release(&native);
}

static void each_depth_takes_the_colour_the_theme_states_for_it(void **state)
{
	(void)state;
	struct theme dusk;
	load(&dusk, "dusk");
	const struct color *warn = &dusk.roles[ROLE_STATUS_WARN].fg;
	assert_int_equal(color_number(warn, DEPTH_RGB), 0xffd75f);
	assert_int_equal(color_number(warn, DEPTH_256), 221);
	assert_int_equal(color_number(warn, DEPTH_16), 3);
	assert_int_equal(color_number(warn, DEPTH_MONO), -1);
	theme_release(&dusk);
}

static void assert_problem(const char *text, const char *expected)
{
	struct theme theme = { 0 };
	theme_read(&theme, "my.theme", span_of(text));
	assert_int_equal(theme.problem_count, 1);
	assert_string_equal(theme.problems[0], expected);
}

static void a_bad_line_is_named_with_its_file_line_and_the_nearest_word(void **state)
{
	(void)state;
	assert_problem("kind = darkk\n",
		"my.theme:1: not a kind (dark, light, any): \"darkk\"; did you mean \"dark\"?");
	assert_problem("[roles]\n\nstatus.wran = default\n",
		"my.theme:3: no role \"status.wran\"; did you mean \"status.warn\"?");
	assert_problem("[palette]\nink = #12345\n",
		"my.theme:2: not a colour (#rrggbb, 0 to 255, or a name): \"#12345\"");
	assert_problem("[palette]\namber = 3\n[roles]\ntext = ambre\n",
		"my.theme:4: no palette word or attribute \"ambre\"; did you mean \"amber\"?");
	assert_problem("[colors]\n", "my.theme:1: no section \"colors\"");
	assert_problem("rubbish\n", "my.theme:1: not `key = value`: \"rubbish\"");
	assert_problem("inherit = dsuk\n", "my.theme:1: no theme \"dsuk\"; did you mean \"dusk\"?");
}

static void a_bad_line_is_skipped_and_the_rest_read(void **state)
{
	(void)state;
	struct theme theme = { 0 };
	theme_read(&theme, "my.theme",
		span_of("[palette]\nred = #ff0000 196 red # as usual\nsea = 17\n"
			"[roles]\nnonsense\ntext = red on sea bold\n"));
	assert_int_equal(theme.problem_count, 1);
	const struct style *text = &theme.roles[ROLE_TEXT];
	assert_true(text->bold && text->has_bg);
	assert_int_equal(text->fg.index256, 196);
	assert_int_equal(text->bg.index256, 17);
}

static void a_user_file_comes_before_the_built_in_one(void **state)
{
	(void)state;
	char *dir = scratch_new();
	free(scratch_write(dir, "dbtop/themes/dusk.theme",
		"inherit = native\n[palette]\nmine = #010203 5 blue\n[roles]\ntitle = mine\n"));
	setenv("XDG_CONFIG_HOME", dir, 1);
	struct theme theme;
	load(&theme, "dusk");
	assert_int_equal(theme.roles[ROLE_TITLE].fg.index256, 5);
	assert_true(theme.roles[ROLE_KEY].is_set);
	assert_non_null(theme.path);
	theme_release(&theme);
	unsetenv("XDG_CONFIG_HOME");
	scratch_remove(dir);
}

static void an_unknown_theme_is_refused_with_the_nearest_name(void **state)
{
	(void)state;
	struct theme theme;
	struct err e;
	assert_false(theme_load(&theme, "papre", &e));
	assert_string_equal(e.hint, "did you mean \"paper\"?");
	assert_false(theme_load(&theme, "../../etc/passwd", &e));
}

static void the_default_follows_no_color_colours_and_background(void **state)
{
	(void)state;
	assert_string_equal(theme_default_name("1", NULL, 256), "mono");
	assert_string_equal(theme_default_name("", NULL, 256), "native");
	assert_string_equal(theme_default_name(NULL, NULL, 2), "mono");
	assert_string_equal(theme_default_name(NULL, "0;15", 256), "paper");
	assert_string_equal(theme_default_name(NULL, "15;default;0", 256), "dusk");
}

/* Pieces of themes and any bytes, thrown together: problems are fine, nothing else is. */
static void rubbish_is_only_a_problem(void **state)
{
	static const char *const pieces[] = { "[palette]\n", "[roles]\n", "[", "]", "=", "\n",
		"text", " on ", "#ffffff", "#", " # ", "256", "bold", "inherit = dusk\n",
		"inherit = ", "\xff\xfe", "\t", "status.warn = ", "[\n" };
	unsigned seed = 3;
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct theme theme = { 0 };
		char text[512] = "";
		for (int i = 0; i < 24; i++) {
			seed = seed * 1103515245 + 12345;
			size_t len = strlen(text);
			snprintf(text + len, sizeof(text) - len, "%s",
				pieces[(seed >> 16) % ARRAY_SIZE(pieces)]);
		}
		theme_read(&theme, "rubbish.theme", span_of(text));
		assert_in_range(theme.problem_count, 0, THEME_PROBLEMS_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_built_in_theme_sets_every_role_without_a_problem),
		cmocka_unit_test(what_is_read_stands_out_from_its_background),
		cmocka_unit_test(a_theme_keeps_its_own_name_and_kind_whatever_it_inherits),
		cmocka_unit_test(mono_has_no_colour_and_native_paints_no_background),
		cmocka_unit_test(each_depth_takes_the_colour_the_theme_states_for_it),
		cmocka_unit_test(a_bad_line_is_named_with_its_file_line_and_the_nearest_word),
		cmocka_unit_test(a_bad_line_is_skipped_and_the_rest_read),
		cmocka_unit_test(a_user_file_comes_before_the_built_in_one),
		cmocka_unit_test(rubbish_is_only_a_problem),
		cmocka_unit_test(an_unknown_theme_is_refused_with_the_nearest_name),
		cmocka_unit_test(the_default_follows_no_color_colours_and_background),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
