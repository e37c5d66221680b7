// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "fault/play.h"

static const char holder[] =
	"pid|app|role|address|since|age_ms\n"
	"4242|dbtop/change bob@laptop|app_admin|10.0.0.4|2026-01-31 12:03:00 UTC|60000";

static struct play *one_group(const char *format)
{
	struct play *play = play_new(format, PLAN_UP);
	play_group(play, 0, "CREATE TABLE big (a int)");
	return play;
}

static void a_held_lock_is_polled_and_its_holder_named_until_the_wait_is_over(void **state)
{
	(void)state;
	struct play *play = one_group("dbtop");
	stage_rows(play->stage, "pg_try_advisory_lock", 0, "got\nf");
	stage_rows(play->stage, "pg_catalog.pg_locks AS l LEFT", 0, holder);
	stage_rows(play->stage, "a.application_name AS app, a.usename", 0, holder);
	play_all(play);
	assert_true(play_told(play,
		"pid 4242, dbtop/change bob@laptop, as app_admin from 10.0.0.4 since 2026-01-31"));
	assert_false(play->is_finished);
	str_clear(&play->told);
	play_ms(play, 14000);
	assert_string_equal(str_c(&play->told), ""); /* the same news is told once */
	assert_false(play->is_finished);
	play_ms(play, 1100);
	assert_true(play->is_finished);
	assert_int_equal(play->end.exit, EXIT_LOCKED);
	assert_non_null(strstr(play->end.error.text, "pid 4242"));
	assert_in_range(stage_count(play->stage, "pg_try_advisory_lock"), 8, 30);
	assert_int_equal(stage_count(play->stage, "pg_advisory_lock("), 0);
	play_free(play);
}

/* Without pg_monitor neither address nor start is seen: that is no socket. */
static void of_a_holder_that_cannot_be_seen_nothing_is_claimed(void **state)
{
	(void)state;
	struct play *play = one_group("dbtop");
	stage_rows(play->stage, "pg_try_advisory_lock", 0, "got\nf");
	stage_rows(play->stage, "a.application_name AS app, a.usename", 0,
		"pid|app|role|address|since|age_ms|start_us|state\n"
		"4242|dbtop/change bob@laptop|app_admin|~|~|~|~|~");
	play_all(play);
	assert_true(play_told(play, "from an address this role may not see since ?"));
	assert_false(play_told(play, "socket"));
	play_free(play);
}

static void a_lock_that_comes_free_is_taken_and_the_run_goes_on(void **state)
{
	(void)state;
	struct play *play = one_group("dbtop");
	stage_rows(play->stage, "pg_try_advisory_lock", 3, "got\nf");
	play_all(play);
	play_ms(play, 15000);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void a_guest_takes_the_other_tools_lock_as_well(void **state)
{
	(void)state;
	struct play *play = one_group("golang-migrate");
	play_all(play);
	assert_int_equal(stage_count(play->stage, "pg_try_advisory_lock"), 2);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_free(play);
}

static void the_server_is_asked_for_both_locks_before_a_step(void **state)
{
	(void)state;
	struct play *play = one_group("golang-migrate");
	play_all(play);
	/* main's, and golang-migrate's for public.schema_migrations in "shop" */
	assert_true(stage_was_given(play->stage, "{7233471971603303780,3689236698}"));
	play_free(play);
}

static void a_guest_that_lost_the_other_tools_lock_runs_nothing(void **state)
{
	(void)state;
	struct play *play = one_group("golang-migrate");
	stage_fail(play->stage, " AS ours", 0, "22P02");
	play_all(play);
	assert_int_equal(stage_count(play->stage, "CREATE TABLE big"), 0);
	play_free(play);
}

static void leaving_while_the_lock_is_waited_for_ends_at_once(void **state)
{
	(void)state;
	struct play *play = one_group("dbtop");
	stage_rows(play->stage, "pg_try_advisory_lock", 0, "got\nf");
	play_all(play);
	executor_close(play->executor);
	play_ms(play, 0);
	assert_true(play->is_finished);
	assert_int_equal(play->end.exit, EXIT_DONE);
	play_ms(play, 20000);
	play_free(play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_held_lock_is_polled_and_its_holder_named_until_the_wait_is_over),
		cmocka_unit_test(of_a_holder_that_cannot_be_seen_nothing_is_claimed),
		cmocka_unit_test(a_lock_that_comes_free_is_taken_and_the_run_goes_on),
		cmocka_unit_test(a_guest_takes_the_other_tools_lock_as_well),
		cmocka_unit_test(the_server_is_asked_for_both_locks_before_a_step),
		cmocka_unit_test(a_guest_that_lost_the_other_tools_lock_runs_nothing),
		cmocka_unit_test(leaving_while_the_lock_is_waited_for_ends_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
