// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Settings as the program obeys them: a target that is read-only, a configuration that is wrong in several places.
 */
#include "test.h"

#include "cli/shell.h"

#define A	 "migrations/20240101000000_a.sql"
#define B	 "migrations/20240102000000_b.sql"
#define ANSWERED "--yes --allow-hazard all"

/* ---- targets nobody may change ---- */

static void a_read_only_target_is_not_changed_by_any_command(void **state)
{
	struct shell *sh = *state;
	static const char *const lines[] = { "upgrade " ANSWERED, "downgrade " ANSWERED,
		"repair --mark absent 20240101000000 --reason x" };
	shell_write(sh, A, "-- dbtop: up\ncreate table a ();\n-- dbtop: down\ndrop table a;\n");
	dbtop(sh, "upgrade " ANSWERED);
	shell_assert(sh, 0);
	shell_write(sh, B, "-- dbtop: up\ncreate table b ();\n");
	shell_env(sh, "DBTOP_READ_ONLY", "yes");

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		dbtop(sh, "%s", lines[i]);
		shell_assert(sh, 8);
		shell_assert_err(sh, " is read-only here: nothing was done\n");
	}
	shell_expect(sh, "select string_agg(rev, ' ') from dbtop.revision", "20240101000000");
	shell_expect(sh, "select count(*) from dbtop.event", "1");
	dbtop(sh, "upgrade --dry-run");
	shell_assert(sh, 0);
}

/* ---- a configuration that is wrong ---- */

static void config_check_lists_every_fault_where_other_commands_stop_at_one(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "dbtop.conf",
		"[dbtop]\ntheem = dusk\n[target x]\nenv = test\n[foo]\nbar = 1\n");

	dbtop(sh, "status");
	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop: dbtop.conf:2: there is no key theem here\n");
	shell_assert_no(sh, "env cannot be");
	dbtop(sh, "config check");
	shell_assert(sh, 2);
	shell_assert_out(sh, "dbtop.conf:2:1: there is no key theem here; did you mean theme?\n");
	shell_assert_out(sh, "dbtop.conf:4:1: env cannot be \"test\"");
	shell_assert_out(sh, "dbtop.conf:6:1: there is no section [foo]\n");
	shell_assert_err(sh, "things are wrong in the configuration\n");
	dbtop(sh, "config show");
	shell_assert(sh, 2);
}

static void config_check_hears_of_variables_and_of_the_file_that_was_named(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "other.conf", "[dbtop]\nplain = maybe\n");

	dbtop(sh, "config check");
	shell_assert(sh, 0);
	dbtop(sh, "config check --config other.conf");
	shell_assert(sh, 2);
	shell_assert_out(sh, "other.conf:2:1: plain cannot be \"maybe\"");
	dbtop(sh, "config check --config nowhere.conf");
	shell_assert(sh, 2);
	shell_assert_out(sh, "cannot open nowhere.conf: No such file or directory\n");
	shell_env(sh, "DBTOP_LOCK_WAIT", "soon");
	dbtop(sh, "config check");
	shell_assert(sh, 2);
	shell_assert_out(sh, "DBTOP_LOCK_WAIT: lock_wait cannot be \"soon\"");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_read_only_target_is_not_changed_by_any_command),
		IN_SHELL(config_check_lists_every_fault_where_other_commands_stop_at_one),
		IN_SHELL(config_check_hears_of_variables_and_of_the_file_that_was_named),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
