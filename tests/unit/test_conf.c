// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "conf_world.h"
#include "core/console.h"

static const char user_file[] = "home/.config/dbtop/config";

static void without_anything_the_defaults_hold(void **state)
{
	struct conf_world *w = *state;

	assert_true(conf_world_load(w));
	assert_int_equal(conf_number(w->conf, "interval"), 2000);
	assert_string_equal(conf_source(w->conf, "interval"), "default");
	assert_string_equal(conf_text(w->conf, "theme"), "auto");
	assert_false(conf_is(w->conf, "plain"));
	assert_null(conf_text(w->conf, "store"));
	assert_int_equal(conf_number(w->conf, "gate.wait"), -1);
}

static void each_layer_beats_the_one_below_and_names_itself(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, user_file, "interval = 10s\n");
	assert_true(conf_world_load(w));
	assert_int_equal(conf_number(w->conf, "interval"), 10000);
	assert_non_null(strstr(conf_source(w->conf, "interval"), ".config/dbtop/config:1"));

	conf_world_write(w, "dbtop.conf", "# ours\n[dbtop]\ninterval = 20s\n");
	assert_true(conf_world_load(w));
	assert_int_equal(conf_number(w->conf, "interval"), 20000);
	assert_string_equal(conf_source(w->conf, "interval"), "dbtop.conf:3");

	setenv("DBTOP_INTERVAL", "30s", 1);
	assert_true(conf_world_load(w));
	assert_int_equal(conf_number(w->conf, "interval"), 30000);
	assert_string_equal(conf_source(w->conf, "interval"), "DBTOP_INTERVAL");

	conf_world_flag(w, "--interval", "40s");
	assert_true(conf_world_load(w));
	assert_int_equal(conf_number(w->conf, "interval"), 40000);
	assert_string_equal(conf_source(w->conf, "interval"), "--interval");
	conf_world_flag(w, "--interval", "50s");
	assert_true(conf_world_load(w));
	assert_int_equal(conf_number(w->conf, "interval"), 50000);
}

static void a_targets_own_section_beats_dbtop_within_a_file_only(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, user_file, "[target shop]\ninterval = 1s\nlock_wait = 1s\n");
	conf_world_write(w, "dbtop.conf",
		"[target shop]\nlock_timeout = 7s\n[dbtop]\nlock_timeout = 8s\ninterval = 9s\n");
	assert_true(conf_world_load(w));
	assert_string_equal(conf_target_text(w->conf, "shop", "lock_timeout"), "7s");
	assert_string_equal(conf_target_text(w->conf, NULL, "lock_timeout"), "8s");
	assert_string_equal(conf_target_text(w->conf, "other", "lock_timeout"), "8s");
	assert_string_equal(conf_target_text(w->conf, "shop", "interval"), "9s");
	assert_string_equal(conf_target_text(w->conf, "shop", "lock_wait"), "1s");
	assert_string_equal(conf_text(w->conf, "lock_wait"), "15s");
}

static void no_color_and_its_flags_mean_color_never(void **state)
{
	struct conf_world *w = *state;

	setenv("NO_COLOR", "1", 1);
	assert_true(conf_world_load(w));
	assert_string_equal(conf_text(w->conf, "color"), "never");
	assert_string_equal(conf_source(w->conf, "color"), "NO_COLOR");
	setenv("DBTOP_COLOR", "always", 1);
	assert_true(conf_world_load(w));
	assert_string_equal(conf_text(w->conf, "color"), "always");
	conf_world_flag(w, "--no-color", NULL);
	conf_world_flag(w, "--ascii", NULL);
	assert_true(conf_world_load(w));
	assert_string_equal(conf_text(w->conf, "color"), "never");
	assert_string_equal(conf_source(w->conf, "color"), "--no-color");
	assert_string_equal(conf_text(w->conf, "glyphs"), "ascii");
}

static void a_flag_without_a_value_says_yes(void **state)
{
	struct conf_world *w = *state;

	conf_world_flag(w, "--plain", NULL);
	assert_true(conf_world_load(w));
	assert_true(conf_is(w->conf, "plain"));
}

static void config_replaces_the_users_file_and_must_exist(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, user_file, "theme = dusk\n");
	conf_world_write(w, "other.ini", "theme = paper\n");
	conf_world_flag(w, "--config", "other.ini");
	assert_true(conf_world_load(w));
	assert_string_equal(conf_text(w->conf, "theme"), "paper");
	w->flags[0].value = "absent.ini";
	assert_false(conf_world_load(w));
	assert_int_equal(w->e.kind, ERR_IO);
	assert_non_null(strstr(w->e.text, "absent.ini"));
}

static void each_fault_of_a_file_names_place_key_and_remedy(void **state)
{
	struct conf_world *w = *state;
	static const struct {
		const char *text, *words, *hint;
	} rows[] = {
		{ "\nintervall = 2s\n", "dbtop.conf:2: there is no key intervall here",
			"did you mean interval?" },
		{ "[target a]\nmigratoins = x\n", "dbtop.conf:2: there is no key migratoins here",
			"did you mean migrations?" },
		{ "bananas = 2s\n", "dbtop.conf:1: there is no key bananas here", "" },
		{ "interval = 2 parsecs\n",
			"dbtop.conf:1: interval cannot be \"2 parsecs\": it takes a time from "
			"100ms to "
			"1h",
			"" },
		{ "[targets a]\ndsn = x\n", "dbtop.conf:2: there is no section [targets a]",
			"did you mean [target]?" },
		{ "[target]\ndsn = x\n", "dbtop.conf:2: [target] needs a name: [target NAME]", "" },
		{ "dsn = x\n", "dbtop.conf:1: dsn belongs in a [target NAME]", "" },
		{ "[target a]\ntheme = dusk\n", "dbtop.conf:2: theme belongs in [dbtop]", "" },
		{ "host = x\n", "dbtop.conf:1: host is said on the command line, not in a file",
			"" },
		{ "theme = a\ntheme = b\n", "dbtop.conf:2: theme is set twice, first in line 1",
			"" },
		{ "editor = rm -rf\n",
			"dbtop.conf:1: editor may not be set by a file found in the working "
			"directory",
			"put it into your own file, or say it with a flag" },
		{ "store = /etc/passwd\n",
			"dbtop.conf:1: store may not be set by a file found in the working "
			"directory",
			"put it into your own file, or say it with a flag" },
		{ "[env]\nprod = host:x\n",
			"dbtop.conf:2: [env] may not be set by a file found in the working "
			"directory",
			"" },
		{ "[keys]\nbind = global q run.step\n",
			"dbtop.conf:2: [keys] may not be set by a file found in the working "
			"directory",
			"" },
		{ "no equals\n", "dbtop.conf:1: expected key = value, [section] or a comment", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		w->e = (struct err){ 0 };
		conf_world_write(w, "dbtop.conf", rows[i].text);
		assert_false(conf_world_load(w));
		assert_string_equal(w->e.text, rows[i].words);
		assert_string_equal(w->e.hint, rows[i].hint);
		assert_int_equal(w->e.kind, ERR_PARSE);
	}
}

static void bad_patterns_of_the_users_file_are_refused(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, user_file, "[env]\nproduction = host:x\n");
	assert_false(conf_world_load(w));
	assert_non_null(strstr(w->e.text, "[env] knows dev, stage and prod, not production"));
	conf_world_write(w, user_file, "[env]\nprod = host:x, pay*\n");
	assert_false(conf_world_load(w));
	assert_non_null(strstr(w->e.text, "\"pay*\" is no pattern: host:GLOB or service:GLOB"));
}

static void variables_and_flags_with_bad_values_name_themselves(void **state)
{
	struct conf_world *w = *state;

	setenv("DBTOP_GATE_SLOTS", "lots", 1);
	assert_false(conf_world_load(w));
	assert_string_equal(w->e.text,
		"DBTOP_GATE_SLOTS: gate.slots cannot be \"lots\": it takes a "
		"share from 1% to 100%, or off");
	unsetenv("DBTOP_GATE_SLOTS");
	conf_world_flag(w, "--pool-size", "many");
	assert_false(conf_world_load(w));
	assert_string_equal(w->e.text,
		"--pool-size: pool_size cannot be \"many\": it takes a number from 1 to 500");
}

static void keys_and_theme_are_handed_on_in_order(void **state)
{
	struct conf_world *w = *state;
	const char *const *keys, *const *values;

	conf_world_write(w, user_file, "[keys]\nbind = q quit\nbind = x run.stop\n");
	conf_world_write(w, "dbtop.conf", "[theme]\nok = green\n");
	assert_true(conf_world_load(w));
	assert_int_equal(conf_section(w->conf, "keys", &keys, &values), 2);
	assert_string_equal(values[0], "q quit");
	assert_string_equal(values[1], "x run.stop");
	struct app app = { .conf = w->conf };
	char *text = console_keys(&app);
	assert_string_equal(text, "q quit\nx run.stop\n");
	free(text);
	assert_int_equal(conf_section(w->conf, "theme", &keys, &values), 1);
	assert_string_equal(keys[0], "ok");
	assert_int_equal(conf_section(w->conf, "none", &keys, &values), 0);
}

static void a_check_finds_everything_not_only_the_first_thing(void **state)
{
	struct conf_world *w = *state;
	struct arena arena = { 0 };
	struct conf *bare = conf_new_bare(NULL, 0);
	const char **files, **findings;

	conf_world_write(w, "dbtop.conf",
		"intervall = 2s\ntheme = dusk\n[target a]\nenv = production\n[target b]\n"
		"dsn = host=x\nservice = y\nbroken\n");
	conf_world_write(w, user_file, "plain = maybe\n");
	size_t file_count = conf_files(bare, &arena, &files);
	assert_int_equal(file_count, 2);
	assert_string_equal(files[0], "dbtop.conf");
	size_t count = conf_check(files, file_count, &arena, &findings);
	assert_int_equal(count, 5);
	assert_string_equal(findings[0],
		"dbtop.conf:1:1: there is no key intervall here; did you mean interval?");
	assert_string_equal(findings[1],
		"dbtop.conf:4:1: env cannot be \"production\": it takes one "
		"of dev, stage, prod");
	assert_string_equal(
		findings[2], "dbtop.conf:8:1: expected key = value, [section] or a comment");
	assert_string_equal(
		findings[3], "dbtop.conf:6: [target b] says both dsn and service: keep one");
	assert_non_null(strstr(findings[4], "plain cannot be \"maybe\""));
	conf_free(bare);
	arena_release(&arena);
}

static void a_file_that_was_asked_for_is_checked_there_or_not(void **state)
{
	struct conf_world *w = *state;
	struct arena arena = { 0 };
	const char **files, **findings;

	conf_world_write(w, user_file, "plain = maybe\n");
	conf_world_flag(w, "--config", "other.conf");
	struct conf *bare = conf_new_bare(w->flags, w->flag_count);
	size_t file_count = conf_files(bare, &arena, &files);
	assert_int_equal(file_count, 1);
	assert_string_equal(files[0], "other.conf");
	assert_int_equal(conf_check(files, file_count, &arena, &findings), 1);
	assert_non_null(strstr(findings[0], "other.conf"));
	conf_free(bare);
	arena_release(&arena);
}

static void sound_files_have_no_findings(void **state)
{
	struct conf_world *w = *state;
	struct arena arena = { 0 };
	struct conf *bare = conf_new_bare(NULL, 0);
	const char **files, **findings;

	conf_world_write(w, "dbtop.conf",
		"# comments stand on their own line\n[target shop]\nservice    = shop\nenv        "
		"= prod\n"
		"migrations = db/migrations\npgbouncer  = host=pooler port=6432\ngate.lag   = "
		"64MB\n"
		"[pool web]\nmatch = application_name:web\nsize = 5\n");
	conf_world_write(w, user_file, "[env]\nprod = host:*.prod, service:pay*\n");
	size_t file_count = conf_files(bare, &arena, &files);
	assert_int_equal(conf_check(files, file_count, &arena, &findings), 0);
	assert_true(conf_world_load(w));
	conf_free(bare);
	arena_release(&arena);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, conf_world_open, conf_world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(without_anything_the_defaults_hold),
		IN_A_WORLD(each_layer_beats_the_one_below_and_names_itself),
		IN_A_WORLD(a_targets_own_section_beats_dbtop_within_a_file_only),
		IN_A_WORLD(no_color_and_its_flags_mean_color_never),
		IN_A_WORLD(a_flag_without_a_value_says_yes),
		IN_A_WORLD(config_replaces_the_users_file_and_must_exist),
		IN_A_WORLD(each_fault_of_a_file_names_place_key_and_remedy),
		IN_A_WORLD(bad_patterns_of_the_users_file_are_refused),
		IN_A_WORLD(variables_and_flags_with_bad_values_name_themselves),
		IN_A_WORLD(keys_and_theme_are_handed_on_in_order),
		IN_A_WORLD(a_check_finds_everything_not_only_the_first_thing),
		IN_A_WORLD(a_file_that_was_asked_for_is_checked_there_or_not),
		IN_A_WORLD(sound_files_have_no_findings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
