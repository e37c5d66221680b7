// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * COMMIT without an answer, where it is harder to say what became of it: the objects belong to a role that may not see
 * our own old backend, somebody else takes the lock meanwhile, or the old backend is still there and holds it.
 */
#include "test.h"

#include <sys/socket.h>

#include "base/digest.h"
#include "base/mem.h"
#include "fault/rig.h"
#include "fault/saboteur.h"

static struct cluster *servers;

static int start_servers(void **state)
{
	(void)state;
	servers = server_start(NULL);
	server_run(servers, 0, "CREATE ROLE keeper");
	return 0;
}

static int end_servers(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

/*
 * A network that swallows everything: COMMIT arrives, its answer does not, and the server does not learn that we are
 * gone: the link is closed at the end of the test only.
 */
static struct {
	struct driver_conn *link;
	bool (*send_simple)(struct driver_conn *conn, const char *sql);
	bool is_noticed; /* at once, although nothing ever comes back */
} swallowed;

static bool note_commit(struct driver_conn *conn, const char *sql)
{
	if (!swallowed.link && strncmp(sql, "COMMIT", 6) == 0) {
		swallowed.link = conn;
		if (swallowed.is_noticed)
			shutdown(driver_libpq.socket(conn), SHUT_RD);
	}
	return swallowed.send_simple(conn, sql);
}

static void finish_others(struct driver_conn *conn)
{
	if (conn != swallowed.link)
		driver_libpq.finish(conn);
}

static void swallow_at_commit(struct rig *rig, bool is_noticed)
{
	saboteur_cut(&rig->driver, "COMMIT", true);
	swallowed.link = NULL;
	swallowed.is_noticed = is_noticed;
	swallowed.send_simple = rig->driver.send_simple;
	rig->driver.send_simple = note_commit;
	rig->driver.finish = finish_others;
}

static void rig_end_swallowed(struct rig *rig)
{
	rig_free(rig);
	assert_non_null(swallowed.link);
	driver_libpq.finish(swallowed.link);
}

static struct rig *two_tables(const char *role)
{
	struct rig *rig = rig_new(servers);
	rig_sql(rig, "GRANT ALL ON SCHEMA public TO keeper; "
		     "DO $$BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO keeper', "
		     "current_database()); END$$");
	rig->migrate_role = role;
	rig_file(rig, "20260101000000_a.sql", "-- dbtop: up\nINSERT INTO t VALUES (1);\n");
	rig_file(rig, "20260102000000_b.sql", "-- dbtop: up\nCREATE TABLE u (a int);\n");
	rig_sql(rig, "CREATE TABLE t (a int); ALTER TABLE t OWNER TO keeper");
	return rig;
}

/* A row of t waits at COMMIT for whoever holds advisory lock 7. */
static PGconn *hold_commits(struct rig *rig)
{
	rig_sql(rig, "CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS "
		     "$$BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END$$; "
		     "CREATE CONSTRAINT TRIGGER w AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED "
		     "FOR EACH ROW EXECUTE FUNCTION wait_here()");
	rig->lock_timeout_ms = 60000;
	PGconn *holder = server_connect_to(rig->conninfo);
	server_run_on(holder, "SELECT pg_advisory_lock(7)");
	return holder;
}

static bool is_named(const char *line)
{
	return strstr(line, "still open on the server as pid ") != NULL;
}

static void end_it(struct rig *rig, const char *line)
{
	if (is_named(line))
		executor_terminate_backend(rig->executor);
}

static void let_it_go(struct rig *rig, const char *line)
{
	if (is_named(line))
		server_run_on(rig->arg, "SELECT pg_advisory_unlock(7)");
}

static void our_old_backend_is_named_and_ended_whatever_role_owns_the_objects(void **state)
{
	(void)state;
	struct rig *rig = two_tables("keeper");
	PGconn *holder = hold_commits(rig);
	swallow_at_commit(rig, true);
	rig->on_event = end_it;
	assert_int_equal(rig_up(rig, "head"), EXIT_FAILED_UNCHANGED);
	assert_non_null(strstr(str_c(&rig->told), "still open on the server as pid "));
	assert_int_equal(rig->trouble.kind, TROUBLE_LOST);
	rig_expect(rig, "SELECT count(*) FROM t", "0");
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "0");
	PQfinish(holder);
	rig_end_swallowed(rig);
}

static void a_commit_still_at_work_is_waited_for_and_found_done(void **state)
{
	(void)state;
	struct rig *rig = two_tables("keeper");
	PGconn *holder = hold_commits(rig);
	swallow_at_commit(rig, true);
	rig->on_event = let_it_go;
	rig->arg = holder;
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	rig_expect(rig, "SELECT count(*) FROM t", "1");
	rig_expect(rig, "SELECT tableowner FROM pg_tables WHERE tablename = 'u'", "keeper");
	PQfinish(holder);
	rig_end_swallowed(rig);
}

/* The next in line gets the lock as soon as our old backend is gone: before we are back. */
static void somebody_takes_the_lock(struct rig *rig, const char *line)
{
	if (strstr(line, "resolving") == NULL || !rig->arg)
		return;
	long long key = (INT64_C(0x6462746F) << 32) | (digest_crc32(span_of("main")) & 0xFFFFFF);
	char *sql = mem_printf("SELECT pg_advisory_lock(%lld)", key);
	server_run_on(rig->arg, sql);
	rig->arg = NULL;
	free(sql);
}

static void a_lock_somebody_took_meanwhile_does_not_hide_what_was_committed(void **state)
{
	(void)state;
	struct rig *rig = two_tables(NULL);
	PGconn *other = server_connect_to(rig->conninfo);
	saboteur_cut(&rig->driver, "COMMIT", true);
	rig->on_event = somebody_takes_the_lock;
	rig->arg = other;
	rig->lock_wait_ms = 300;
	assert_int_equal(rig_up(rig, "head"), EXIT_LOCKED);
	assert_non_null(strstr(str_c(&rig->told), "confirmed after reconnect"));
	assert_int_equal(rig->end.steps_done, 1);
	assert_non_null(strstr(rig->end.error.detail, "what was done before stays"));
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "1");
	PQfinish(other);
	rig_free(rig);
}

static void the_last_step_needs_no_lock_to_be_found_done(void **state)
{
	(void)state;
	struct rig *rig = two_tables(NULL);
	PGconn *other = server_connect_to(rig->conninfo);
	saboteur_cut(&rig->driver, "COMMIT", true);
	rig->on_event = somebody_takes_the_lock;
	rig->arg = other;
	rig->lock_wait_ms = 300;
	assert_int_equal(rig_up(rig, "20260101000000"), EXIT_DONE);
	PQfinish(other);
	rig_free(rig);
}

static void an_old_backend_that_only_holds_the_lock_is_ended(void **state)
{
	(void)state;
	struct rig *rig = two_tables("keeper");
	swallow_at_commit(rig, false);
	assert_int_equal(rig_up(rig, "head"), EXIT_DONE);
	assert_non_null(strstr(str_c(&rig->told), "our own connection that was lost"));
	rig_expect(rig, "SELECT count(*) FROM dbtop.revision", "2");
	rig_end_swallowed(rig);
}

int main(void)
{
	server_need();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_old_backend_is_named_and_ended_whatever_role_owns_the_objects),
		cmocka_unit_test(a_commit_still_at_work_is_waited_for_and_found_done),
		cmocka_unit_test(a_lock_somebody_took_meanwhile_does_not_hide_what_was_committed),
		cmocka_unit_test(the_last_step_needs_no_lock_to_be_found_done),
		cmocka_unit_test(an_old_backend_that_only_holds_the_lock_is_ended),
	};
	return cmocka_run_group_tests(tests, start_servers, end_servers);
}
