// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <signal.h>

#include "base/mem.h"
#include "demo/process.h"
#include "pg/server.h"
#include "pg/watcher.h"
#include "scratch.h"

/* Followers that are no standbys, and slots that are in danger. */

struct scene {
	struct cluster *servers;
	struct watcher *watcher;
	char *bindir, *dir;
};

static int scene_begin(void **state)
{
	struct scene *scene = mem_new(struct scene);
	struct err e = { 0 };
	scene->servers = server_start(&(struct cluster_options){
		.extra_conf =
			"wal_level = logical\nmax_slot_wal_keep_size = 8MB\nwal_keep_size = 0\n" });
	scene->bindir = cluster_binaries(&e);
	scene->dir = scratch_new();
	server_run(scene->servers, 0, "create table ballast (t text)");
	scene->watcher = watcher_start(scene->servers, 0, NULL);
	*state = scene;
	return 0;
}

static int scene_end(void **state)
{
	struct scene *scene = *state;
	watcher_end(scene->watcher);
	server_end(scene->servers);
	scratch_remove(scene->dir);
	free(scene->bindir);
	free(scene);
	return 0;
}

/* A client program of PostgreSQL, told where the server is; it runs until it is stopped. */
static struct process client_start(struct scene *scene, const char *name, const char *const *words)
{
	char *path = mem_printf("%s/%s", scene->bindir, name);
	char *log = mem_printf("%s/log", scene->dir);
	char *port = mem_printf("%d", cluster_node_port(scene->servers, 0));
	const char *argv[24] = { path, "-h", cluster_socket_dir(scene->servers), "-p", port, "-U",
		"postgres" };
	struct process process = { 0 };
	struct err e = { 0 };
	size_t n = 7;

	for (; *words; words++)
		argv[n++] = *words;
	const struct process_start start = { .argv = argv, .log_path = log, .dir = scene->dir };
	if (!process_start(&process, &start, &e))
		fail_msg("%s", e.text);
	free(path);
	free(log);
	free(port);
	return process;
}

static void client_stop(struct process *process)
{
	int status;
	process_signal(process, SIGINT);
	assert_true(process_wait(process, 10000, &status));
}

static bool has_archiver(const struct watcher *watcher)
{
	const struct replica *row = watcher_row(watcher, "pg_receivewal");
	return row && row->kind == REPLICA_ARCHIVER && value_is_known(row->behind_bytes);
}

static bool archiver_is_down(const struct watcher *watcher)
{
	const struct replica *row = watcher_row(watcher, "pg_receivewal");
	return row && row->kind == REPLICA_DOWN;
}

static void who_only_keeps_the_log_is_an_archiver_and_no_standby(void **state)
{
	struct scene *scene = *state;
	const char *const words[] = { "-D", scene->dir, "--no-loop", "--status-interval=1", NULL };
	struct process process = client_start(scene, "pg_receivewal", words);
	watcher_until(scene->watcher, has_archiver, "an archiver");
	const struct replica *row = watcher_row(scene->watcher, "pg_receivewal");
	assert_int_equal(row->at_risk_bytes, VALUE_NONE);
	assert_int_equal(row->apply_bytes, VALUE_NONE);
	assert_int_equal(scene->watcher->replicas.worst_lag_bytes, VALUE_NONE);
	client_stop(&process);
	watcher_until(scene->watcher, archiver_is_down, "an archiver that is gone");
}

static bool has_logical(const struct watcher *watcher)
{
	const struct replica *row = watcher_row(watcher, "pg_recvlogical");
	return row && row->kind == REPLICA_LOGICAL && value_is_known(row->behind_bytes);
}

static bool logical_is_down(const struct watcher *watcher)
{
	const struct replica *row = watcher_row(watcher, "pg_recvlogical");
	return row && row->kind == REPLICA_DOWN && row->slot_is_logical &&
	       row->status == STATUS_CRIT;
}

static bool logical_is_dismissed(const struct watcher *watcher)
{
	return watcher_row(watcher, "pg_recvlogical") == NULL;
}

static void a_logical_follower_is_missed_while_its_slot_stands(void **state)
{
	struct scene *scene = *state;
	server_run(scene->servers, 0,
		"select pg_create_logical_replication_slot('sub', 'test_decoding')");
	const char *const words[] = { "-d", "postgres", "-S", "sub", "--start", "-f", "/dev/null",
		"--no-loop", "--status-interval=1", NULL };
	struct process process = client_start(scene, "pg_recvlogical", words);
	watcher_until(scene->watcher, has_logical, "a logical follower");
	assert_string_equal(watcher_row(scene->watcher, "pg_recvlogical")->slot, "sub");
	client_stop(&process);
	watcher_until(scene->watcher, logical_is_down, "a logical follower that is gone");
	server_run(scene->servers, 0, "select pg_drop_replication_slot('sub')");
	watcher_until(scene->watcher, logical_is_dismissed, "a logical follower nobody misses");
}

static bool slot_is_unread(const struct watcher *watcher)
{
	const struct replica *row = watcher_row(watcher, "forgotten");
	return row && row->kind == REPLICA_DOWN && row->status == STATUS_WARN &&
	       value_is_known(row->safe_bytes) && value_is_known(row->gone_ms);
}

static bool slot_is_lost(const struct watcher *watcher)
{
	const struct replica *row = &watcher->replicas.rows[0];
	return watcher->replicas.count > 0 && strcmp(row->name, "forgotten") == 0 &&
	       strcmp(row->wal_status, "lost") == 0 && row->status == STATUS_CRIT;
}

static void a_forgotten_slot_warns_and_once_lost_stands_first(void **state)
{
	struct scene *scene = *state;
	server_run(
		scene->servers, 0, "select pg_create_physical_replication_slot('forgotten', true)");
	watcher_until(scene->watcher, slot_is_unread, "a slot nobody reads");
	assert_non_null(
		strstr(watcher_row(scene->watcher, "forgotten")->reason, "nobody reads it"));
	for (int i = 0; i < 4; i++)
		server_run(scene->servers, 0,
			"insert into ballast select repeat('x', 1000) from generate_series(1, "
			"4000)");
	server_run(scene->servers, 0, "checkpoint");
	server_run(scene->servers, 0, "select pg_switch_wal()");
	server_run(scene->servers, 0, "checkpoint");
	watcher_until(scene->watcher, slot_is_lost, "a lost slot at the top");
	assert_int_equal(scene->watcher->replicas.rows[0].retained_bytes, VALUE_UNKNOWN);
	assert_non_null(strstr(scene->watcher->replicas.reason, "rebuild what reads it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_only_keeps_the_log_is_an_archiver_and_no_standby),
		cmocka_unit_test(a_logical_follower_is_missed_while_its_slot_stands),
		cmocka_unit_test(a_forgotten_slot_warns_and_once_lost_stands_first),
	};
	return cmocka_run_group_tests(tests, scene_begin, scene_end);
}
