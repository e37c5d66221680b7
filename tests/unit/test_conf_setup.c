// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <string.h>

#include "conf/setup.h"
#include "conf_world.h"

static struct setup_spec read_spec(struct conf_world *w, const char *text)
{
	struct setup_spec spec;

	conf_world_write(w, "dbtop.conf", text);
	if (!conf_world_load(w))
		fail_msg("%s %s", w->e.text, w->e.hint);
	assert_true(setup_read(w->conf, "shop", &spec));
	return spec;
}

static void refuses(struct conf_world *w, const char *line, const char *why, const char *hint)
{
	char text[512];

	snprintf(text, sizeof(text), "[setup shop]\n%s\n", line);
	conf_world_write(w, "dbtop.conf", text);
	assert_false(conf_world_load(w));
	if (!strstr(w->e.text, why) || !strstr(w->e.text, "dbtop.conf:2"))
		fail_msg("\"%s\" does not say \"%s\"", w->e.text, why);
	if (hint && !strstr(w->e.hint, hint))
		fail_msg("\"%s\" does not hint \"%s\"", w->e.hint, hint);
}

static void without_a_section_the_defaults_hold(void **state)
{
	struct conf_world *w = *state;
	struct setup_spec spec;

	assert_true(conf_world_load(w));
	assert_false(setup_read(w->conf, "shop", &spec));

	assert_string_equal(spec.maintenance_db, "postgres");
	assert_string_equal(spec.encoding, "UTF8");
	assert_int_equal(spec.schemas.count, 1);
	assert_string_equal(spec.schemas.items[0], "public");
	assert_null(spec.owner);
	assert_null(setup_nearest(w->conf, "shop"));
	setup_spec_release(&spec);
}

static void every_key_goes_where_it_belongs(void **state)
{
	struct conf_world *w = *state;

	struct setup_spec spec =
		read_spec(w, "[setup shop]\nmaintenance_db = admin\n"
			     "owner = boss\nencoding = LATIN1\nlocale = C\n"
			     "extensions = citext, pg_trgm 1.6 ,hstore\n"
			     "app_roles = web, jobs\nmonitor_roles = watch\n"
			     "schemas = sales,stock\nseed = data\nchecks = c.sql\n");

	assert_string_equal(spec.maintenance_db, "admin");
	assert_string_equal(spec.owner, "boss");
	assert_string_equal(spec.encoding, "LATIN1");
	assert_string_equal(spec.locale, "C");
	assert_int_equal(spec.extension_count, 3);
	assert_string_equal(spec.extensions[1].name, "pg_trgm");
	assert_string_equal(spec.extensions[1].version, "1.6");
	assert_null(spec.extensions[2].version);
	assert_int_equal(spec.app_roles.count, 2);
	assert_string_equal(spec.app_roles.items[1], "jobs");
	assert_string_equal(spec.monitor_roles.items[0], "watch");
	assert_int_equal(spec.schemas.count, 2);
	assert_string_equal(spec.seed, "data");
	assert_string_equal(spec.checks, "c.sql");
	setup_spec_release(&spec);
}

static void names_may_hold_blanks_quotes_and_commas(void **state)
{
	struct conf_world *w = *state;

	struct setup_spec spec = read_spec(w, "[setup shop]\nowner = Weird Name\n"
					      "maintenance_db = \" x\"\"y \"\n"
					      "app_roles = Weird Name, \"a, \"\"b\"\"\", c\n"
					      "extensions = \"uuid-ossp\" 1.1\n");

	assert_string_equal(spec.owner, "Weird Name");
	assert_string_equal(spec.maintenance_db, " x\"y ");
	assert_int_equal(spec.app_roles.count, 3);
	assert_string_equal(spec.app_roles.items[0], "Weird Name");
	assert_string_equal(spec.app_roles.items[1], "a, \"b\"");
	assert_string_equal(spec.extensions[0].name, "uuid-ossp");
	assert_string_equal(spec.extensions[0].version, "1.1");
	setup_spec_release(&spec);
}

static void of_two_files_the_projects_says_more(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "home/.config/dbtop/config",
		"[setup shop]\nowner = mine\napp_roles = a, b, c\nlocale = C\n");
	struct setup_spec spec = read_spec(w, "[setup shop]\nowner = ours\napp_roles = d\n");

	assert_string_equal(spec.owner, "ours");
	assert_int_equal(spec.app_roles.count, 1);
	assert_string_equal(spec.locale, "C");
	setup_spec_release(&spec);
}

static void another_targets_section_is_not_read_but_named(void **state)
{
	struct conf_world *w = *state;
	struct setup_spec spec;

	conf_world_write(w, "dbtop.conf", "[setup shopp]\nowner = a\n[setup other]\nowner = b\n");
	assert_true(conf_world_load(w));

	assert_false(setup_read(w->conf, "shop", &spec));
	assert_null(spec.owner);
	assert_string_equal(setup_nearest(w->conf, "shop"), "shopp");
	setup_spec_release(&spec);
}

static void what_is_wrong_says_where_and_what_is_near(void **state)
{
	struct conf_world *w = *state;

	refuses(w, "ownr = x", "no key ownr", "did you mean owner?");
	refuses(w, "database = x", "no key database", NULL);
	refuses(w, "app_roles = a,,b", "a name is empty", NULL);
	refuses(w, "app_roles = \"a", "does not end", NULL);
	refuses(w, "app_roles = \"a\" b", "comma is missing before \"b\"", NULL);
	refuses(w, "extensions = a 1 2", "no version", NULL);
	refuses(w, "owner = 0123456789012345678901234567890123456789012345678901234567890123",
		"longer than 63 bytes", NULL);
}

static void a_section_without_a_name_is_refused(void **state)
{
	struct conf_world *w = *state;

	conf_world_write(w, "dbtop.conf", "[setup]\nowner = x\n");
	assert_false(conf_world_load(w));
	assert_non_null(strstr(w->e.text, "[setup] needs the name of a target"));
	conf_world_write(w, "dbtop.conf", "[setp shop]\nowner = x\n");
	assert_false(conf_world_load(w));
	assert_non_null(strstr(w->e.hint, "did you mean [setup]?"));
}

#define test(name) cmocka_unit_test_setup_teardown(name, conf_world_open, conf_world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(without_a_section_the_defaults_hold),
		test(every_key_goes_where_it_belongs),
		test(names_may_hold_blanks_quotes_and_commas),
		test(of_two_files_the_projects_says_more),
		test(another_targets_section_is_not_read_but_named),
		test(what_is_wrong_says_where_and_what_is_near),
		test(a_section_without_a_name_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
