// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Nobody answers an open console: the server is frozen, packets are dropped, or somebody listens and says nothing (fault
 * row 12); and the console itself was stopped for a while, as with a laptop that slept (row 22). How fast keys and `q` are
 * then is in test_faults and test_return; how far apart the dials are, and eight hours of sleep, in unit tests of conn,
 * loop, pool, probes and clock.
 */
#include "test.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "story/world.h"

enum { CALLERS_MAX = 8 };

/* ---- a frozen server ---- */

static void last_data_stay_and_age_and_the_server_is_found_again(void **state)
{
	struct world *w = *state;
	world_conf(w, "dev", "interval = 500ms\nconnect_timeout = 1s\n");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	pty_wait_text(&w->pty, "nothing needs attention");
	cluster_freeze_node(w->servers, 0);

	pty_wait_text(&w->pty, "2 Pool  ○ stale 1");
	pty_wait_text(&w->pty, "2 Pool  ○ stale 2");
	pty_wait_text(&w->pty, "│ sessions ");
	pty_wait_text(&w->pty, "4 Migrations 12 to run");
	/* the question's own deadline, then dials with theirs */
	pty_wait_text(&w->pty, "NO CONNECTION");
	pty_wait_text(&w->pty, "no answer within 1.0 s");
	pty_wait_text(&w->pty, "  try ");
	pty_wait_text(&w->pty, "│ sessions ");
	cluster_thaw_node(w->servers, 0);

	pty_wait_text(&w->pty, "nothing needs attention");
	world_close(w);
}

/* ---- an address where nobody says anything ---- */

struct hole {
	int listener, port;
	int callers[CALLERS_MAX];
};

/* The system takes connections, and nobody speaks. */
static void hole_open(struct hole *hole, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	*hole = (struct hole){ .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	assert_int_equal(bind(hole->listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(hole->listener, backlog), 0);
	assert_int_equal(getsockname(hole->listener, (struct sockaddr *)&at, &len), 0);
	hole->port = ntohs(at.sin_port);
	for (int i = 0; i < CALLERS_MAX; i++)
		hole->callers[i] = -1;
}

/* Its queue is full: what comes now is dropped by the system, as a firewall would. */
static void hole_fill(struct hole *hole)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)hole->port) };

	for (int i = 0; i < CALLERS_MAX; i++) {
		hole->callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)!connect(hole->callers[i], (struct sockaddr *)&at, sizeof(at));
	}
}

static void hole_close(struct hole *hole)
{
	for (int i = 0; i < CALLERS_MAX; i++)
		if (hole->callers[i] >= 0)
			close(hole->callers[i]);
	close(hole->listener);
}

static void look_into(struct world *w, const struct hole *hole)
{
	char *dsn = mem_printf("host=127.0.0.1 port=%d user=ann dbname=shop", hole->port);

	world_conf_dsn(w, dsn, "dev", "connect_timeout = 1s\n");
	free(dsn);
	world_open(w, 120, 36, "no answer within 1.0 s");
	pty_wait_text(&w->pty, "  try ");
	world_close(w);
}

static void who_listens_and_says_nothing_is_given_up_and_tried_again(void **state)
{
	struct hole hole;

	hole_open(&hole, 8);
	look_into(*state, &hole);
	hole_close(&hole);
}

static void where_packets_are_dropped_it_is_the_same(void **state)
{
	struct hole hole;

	hole_open(&hole, 0);
	hole_fill(&hole);
	look_into(*state, &hole);
	hole_close(&hole);
}

/* ---- the console was stopped ---- */

/* Those of the loop: timers, wakers, pipes. How many connections the pool has just now is another matter. */
static int count_descriptors(pid_t pid)
{
	char *path = mem_printf("/proc/%d/fd", (int)pid), what[64];
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, what, sizeof(what));
		count += len > 0 && strncmp(what, "socket:", 7) != 0;
	}
	closedir(dir);
	free(path);
	return count;
}

/* How often the pool was asked about, by the server's log. */
static int count_asked(const struct world *w)
{
	struct err e;
	size_t len;
	int count = 0;
	char *log = path_read(cluster_log_path(w->servers, 0), 64 << 20, &len, &e);

	assert_non_null(log);
	for (const char *at = log; (at = strstr(at, "superuser_reserved_connections")); at++)
		count++;
	free(log);
	return count;
}

static void after_a_sleep_it_says_stale_comes_back_and_asks_no_more_than_before(void **state)
{
	struct world *w = *state;
	struct err e;
	assert_true(cluster_configure_node(w->servers, 0, "log_statement = all\n", &e));
	server_wait(w->servers, 0,
		"select setting = 'all' from pg_settings where name = 'log_statement'");
	world_conf(w, "dev", "interval = 500ms\n");
	world_open(w, 120, 36, "4 Migrations 12 to run");
	pty_wait_text(&w->pty, "nothing needs attention");
	int descriptors = count_descriptors(w->pty.pid);

	kill(w->pty.pid, SIGSTOP);
	pty_wait_stop(&w->pty);
	server_run(w->servers, 0,
		"select pg_terminate_backend(pid, 5000) from pg_stat_activity where "
		"application_name like 'dbtop/%'");
	int before = count_asked(w);
	assert_true(before > 0);
	/* as long as four intervals, by the server's clock */
	server_run(w->servers, 0, "select pg_sleep(2)");
	kill(w->pty.pid, SIGCONT);

	pty_wait_text(&w->pty, "stale");
	pty_wait_text(&w->pty, "2 Pool  ●");
	assert_in_range(count_asked(w) - before, 1, 2);
	assert_int_equal(count_descriptors(w->pty.pid), descriptors);
	world_close(w);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(300); /* a child that hangs ends the test */
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_data_stay_and_age_and_the_server_is_found_again),
		cmocka_unit_test(who_listens_and_says_nothing_is_given_up_and_tried_again),
		cmocka_unit_test(where_packets_are_dropped_it_is_the_same),
		cmocka_unit_test(
			after_a_sleep_it_says_stale_comes_back_and_asks_no_more_than_before),
	};
	return cmocka_run_group_tests(tests, world_open_alone, world_close_all);
}
