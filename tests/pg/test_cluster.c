// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "demo/process.h"
#include "demo/rundir.h"
#include "pg/pgbouncer.h"
#include "pg/server.h"
#include "scratch.h"

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void a_primary_and_two_standbys_stream_through_their_slots(void **state)
{
	(void)state;
	struct cluster *c =
		server_start(&(struct cluster_options){ .standbys = 2, .database = "shop" });

	server_run(c, 0, "create table t as select 7 as i");

	server_wait_replayed(c, 1);
	server_wait_replayed(c, 2);
	server_expect(c, 1, "select i from t", "7");
	server_expect(c, 2, "select pg_is_in_recovery()", "t");
	server_expect(c, 0,
		"select string_agg(s.slot_name || ' ' || r.application_name, ',' order by "
		"s.slot_name) "
		"from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid",
		"pg_b pg-b,pg_c pg-c");
	server_expect(c, 0, "select current_database()", "shop");
	server_end(c);
}

static void everything_is_gone_after_the_end(void **state)
{
	(void)state;
	struct cluster *c = server_start(NULL);
	char *dir = mem_strdup(cluster_socket_dir(c));
	pid_t pid = cluster_node_pid(c, 0);
	pid_t children[64];
	size_t count = process_children(pid, children, ARRAY_SIZE(children));
	assert_true(count > 0);
	*strrchr(dir, '/') = '\0';
	assert_true(exists(dir));

	server_end(c);

	assert_false(exists(dir));
	assert_int_equal(kill(pid, 0), -1);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(kill(children[i], 0), -1);
	free(dir);
}

static void a_node_can_be_stopped_killed_and_started_again(void **state)
{
	(void)state;
	struct err e;
	struct cluster *c = server_start(NULL);
	server_run(c, 0,
		"create table t (i int); set synchronous_commit = on; insert into t values (1)");

	assert_true(cluster_stop_node(c, 0, CLUSTER_STOP_FAST, &e));
	assert_int_equal(cluster_node_pid(c, 0), 0);
	assert_true(cluster_start_node(c, 0, &e));
	cluster_kill_node(c, 0);
	assert_true(cluster_start_node(c, 0, &e));
	assert_true(cluster_restart_node(c, 0, &e));

	server_expect(c, 0, "select count(*) from t", "1");
	server_end(c);
}

static void a_frozen_node_answers_again_after_it_thaws(void **state)
{
	(void)state;
	struct cluster *c = server_start(NULL);
	PGconn *conn = server_connect(c, 0);

	cluster_freeze_node(c, 0);
	assert_true(PQsendQuery(conn, "select 1"));
	PQconsumeInput(conn);
	assert_true(PQisBusy(conn));
	cluster_thaw_node(c, 0);

	PGresult *result = PQgetResult(conn);
	assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
	PQclear(result);
	PQfinish(conn);
	/* And a frozen one can be ended. */
	cluster_freeze_node(c, 0);
	server_end(c);
}

static void a_promoted_standby_takes_writes(void **state)
{
	(void)state;
	struct err e;
	struct cluster *c = server_start(&(struct cluster_options){ .standbys = 1 });

	assert_true(cluster_promote_node(c, 1, &e));

	server_expect(c, 1, "select pg_is_in_recovery()", "f");
	server_run(c, 1, "create table after_promotion (i int)");
	server_end(c);
}

static void extra_lines_reach_both_configuration_files(void **state)
{
	(void)state;
	struct err e;
	struct cluster *c = server_start(&(struct cluster_options){
		.is_tcp = true,
		.is_durable = true,
		.extra_conf = "work_mem = '5MB'\n",
		.extra_hba = "local all nobody_at_all reject\n",
	});

	server_expect(c, 0, "show work_mem", "5MB");
	server_expect(c, 0, "show fsync", "on");
	server_expect(
		c, 0, "select count(*) from pg_hba_file_rules where auth_method = 'reject'", "1");
	PGconn *conn = server_connect_to(cluster_tcp_conninfo(c, 0));
	PQfinish(conn);
	assert_true(cluster_configure_node(c, 0, "work_mem = '6MB'", &e));
	server_wait(c, 0, "select current_setting('work_mem') = '6MB'");
	server_end(c);
}

static void servers_of_their_own_have_different_identifiers(void **state)
{
	(void)state;
	static const char sql[] = "select system_identifier from pg_control_system()";
	struct cluster *a = server_start_new(NULL);
	struct cluster *b = server_start_new(NULL);

	char *first = server_cell(a, 0, sql);
	char *second = server_cell(b, 0, sql);

	assert_string_not_equal(first, second);
	free(first);
	free(second);
	server_end(a);
	server_end(b);
}

static void a_kept_directory_is_resumed_with_its_standbys(void **state)
{
	(void)state;
	struct err e = { 0 };
	char *scratch = scratch_new();
	assert_int_equal(chmod(scratch, 0711), 0);
	char *dir = mem_printf("%s/kept here", scratch);
	const struct cluster_options options = {
		.standbys = 2, .database = "shop", .keep_dir = dir
	};
	mode_t old_mask = umask(077); /* as dbtop itself has it */
	struct cluster *c = server_start_new(&options);
	umask(old_mask);
	assert_false(cluster_is_resumed(c));
	server_run(c, 0, "create table kept as select 1 as i");
	server_end(c);

	c = server_start_new(&options);

	assert_true(cluster_is_resumed(c));
	server_run(c, 0, "update kept set i = 2");
	server_wait_replayed(c, 2);
	server_expect(c, 2, "select i from kept", "2");
	assert_null(cluster_start(&options, &e));
	assert_non_null(strstr(e.text, "another dbtop demo runs in"));
	server_end(c);
	free(dir);
	scratch_remove(scratch);
}

/* A zombie that waits for its reaper has no program any more. */
static bool runs(pid_t pid)
{
	char link[64], program[64];

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	return readlink(link, program, sizeof(program)) > 0;
}

/* In another process, which then dies without a word; returns what it left. */
static char *die_with_a_cluster(bool is_frozen)
{
	char text[512] = "";
	int channel[2];
	assert_int_equal(pipe(channel), 0);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e;
		struct cluster *c = cluster_start(&(struct cluster_options){ 0 }, &e);
		if (c && is_frozen)
			cluster_freeze_node(c, 0);
		if (c)
			dprintf(channel[1], "%s %d", cluster_socket_dir(c), cluster_node_pid(c, 0));
		kill(getpid(), SIGKILL);
	}
	close(channel[1]);
	assert_true(read(channel[0], text, sizeof(text) - 1) > 0);
	close(channel[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return mem_strdup(text);
}

static void what_a_killed_owner_left_is_removed_by_the_next(void **state)
{
	(void)state;
	server_need();
	for (int is_frozen = 0; is_frozen < 2; is_frozen++) {
		char *left = die_with_a_cluster(is_frozen);
		char *blank = strchr(left, ' ');
		pid_t server = (pid_t)strtol(blank + 1, NULL, 10);
		*strrchr(left, '/') = '\0';

		/* Another test may be cleaning the same one just now: look until it is gone. */
		for (int i = 0; exists(left) && i < 1000; i++) {
			rundir_clean();
			poll(NULL, 0, exists(left) ? 10 : 0);
		}

		assert_false(exists(left));
		assert_false(runs(server));
		free(left);
	}
}

static void a_directory_with_other_files_is_left_alone(void **state)
{
	(void)state;
	struct err e = { 0 };
	char *scratch = scratch_new();
	char *file = scratch_write(scratch, "thesis.txt", "mine");

	assert_null(cluster_start(&(struct cluster_options){ .keep_dir = scratch }, &e));

	assert_non_null(strstr(e.text, "is not empty and holds no demo cluster"));
	assert_true(exists(file));
	free(file);
	scratch_remove(scratch);
}

static void a_directory_the_servers_cannot_enter_is_refused(void **state)
{
	(void)state;
	struct err e = { 0 };
	char *scratch = scratch_new(); /* 0700, ours */
	char *dir = mem_printf("%s/kept", scratch);

	struct cluster *c = cluster_start(&(struct cluster_options){ .keep_dir = dir }, &e);

	/* Only root's servers run as somebody else. */
	assert_int_equal(c == NULL, geteuid() == 0);
	if (!c)
		assert_non_null(strstr(e.text, "cannot enter it"));
	cluster_free(c);
	free(dir);
	scratch_remove(scratch);
}

static void a_pooler_stands_before_a_node(void **state)
{
	(void)state;
	struct cluster *c = server_start(&(struct cluster_options){ .database = "shop" });
	struct pgbouncer *pooler = pgbouncer_start(c, 0, "transaction", 2);

	PGconn *conn = server_connect_to(pgbouncer_conninfo(pooler));
	char *name = server_cell_on(conn, "select current_database()");
	PGconn *admin = server_connect_to(pgbouncer_admin_conninfo(pooler));
	char *pool = server_cell_on(admin, "show pools");

	assert_string_equal(name, "shop");
	assert_non_null(pool);
	free(name);
	free(pool);
	PQfinish(conn);
	PQfinish(admin);
	pgbouncer_end(pooler);
	server_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_primary_and_two_standbys_stream_through_their_slots),
		cmocka_unit_test(everything_is_gone_after_the_end),
		cmocka_unit_test(a_node_can_be_stopped_killed_and_started_again),
		cmocka_unit_test(a_frozen_node_answers_again_after_it_thaws),
		cmocka_unit_test(a_promoted_standby_takes_writes),
		cmocka_unit_test(extra_lines_reach_both_configuration_files),
		cmocka_unit_test(servers_of_their_own_have_different_identifiers),
		cmocka_unit_test(a_kept_directory_is_resumed_with_its_standbys),
		cmocka_unit_test(what_a_killed_owner_left_is_removed_by_the_next),
		cmocka_unit_test(a_directory_with_other_files_is_left_alone),
		cmocka_unit_test(a_directory_the_servers_cannot_enter_is_refused),
		cmocka_unit_test(a_pooler_stands_before_a_node),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
