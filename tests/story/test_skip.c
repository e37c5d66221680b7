// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a person says in words on the screen: why a step is left out, why a hazard may run.
 */
#include "test.h"

#include <locale.h>
#include <stdlib.h>

#include "story/world.h"

static void open_plan(struct world *w)
{
	world_conf(w, "dev", "");
	world_open(w, 120, 36, "4 Migrations 2 to run");
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here: nothing applied");
	pty_type(&w->pty, ":run.up\r");
	pty_wait_text(&w->pty, "step 1 of 2");
}

static void a_step_is_left_out_with_a_reason_or_not_at_all(void **state)
{
	struct world *w = *state;

	world_migration(w, "20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	world_migration(w, "20240102000000_b.sql", "-- dbtop: up\ncreate table b ();\n");
	open_plan(w);

	pty_type(&w->pty, "S");
	pty_wait_text(&w->pty, "why is it left out?");
	pty_type(&w->pty, "  \r");
	pty_wait_text(&w->pty, "nothing was said, so nothing is done");
	pty_type(&w->pty, "S");
	pty_wait_text(&w->pty, "why is it left out?");
	pty_type(&w->pty, "the \"a\" stands, ticket 7\r");
	pty_wait_text(&w->pty, "Leave out step");
	pty_type_until(&w->pty, "x", "> x");
	pty_type(&w->pty, "\025skip 20240101.1\r");
	pty_wait_text(&w->pty, "step 2 of 2");

	server_expect(w->servers, 0, "select to_regclass('a')", NULL);
	server_expect(w->servers, 0,
		"select rev || ' ' || event || ' ' || (detail->>'reason') from dbtop.event",
		"20240101000000 skip the \"a\" stands, ticket 7");
	world_close(w);
}

static void a_hazard_of_the_open_plan_is_acknowledged_by_command(void **state)
{
	struct world *w = *state;

	server_run(w->servers, 0, "create table t (i int, j int)");
	world_migration(w, "20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
	world_migration(w, "20240102000000_b.sql", "-- dbtop: up\nalter table t drop column j;\n");
	open_plan(w);

	pty_type(&w->pty, ":plan.ack data-loss\r");
	pty_wait_text(&w->pty, "an acknowledgement needs a reason");
	pty_type(&w->pty, ":plan.ack data-loss nobody reads j\r");
	pty_wait_text(&w->pty, "1 hazard acknowledged");
	pty_type(&w->pty, ":plan.show\r"); /* made anew, with what the store holds */
	pty_wait_text(&w->pty, "ACKNOWLEDGED  nobody reads j");
	world_close(w);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_step_is_left_out_with_a_reason_or_not_at_all,
			world_open_alone, world_close_all),
		cmocka_unit_test_setup_teardown(
			a_hazard_of_the_open_plan_is_acknowledged_by_command, world_open_alone,
			world_close_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
