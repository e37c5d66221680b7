// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/node.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* Postgres tells its state in two files; how often we look while it starts or is promoted. */
enum { LOOK_MS = 10, STOP_TIMEOUT_MS = 30000, CHILDREN_MAX = 512 };
/* pg_control: the state stands behind an 8-byte identifier and two 4-byte versions, in every version. */
enum { CONTROL_STATE_OFFSET = 16, CONTROL_IN_PRODUCTION = 6 };

void node_release(struct node *node)
{
	free(node->data_dir);
	free(node->log_path);
	free(node->conninfo);
	free(node->tcp_conninfo);
	if (node->server.pid)
		close(node->server.pidfd);
	*node = (struct node){ 0 };
}

bool node_start(struct node *node, struct err *e)
{
	char port[16];

	snprintf(port, sizeof(port), "%d", node->port);
	const char *const argv[] = { node->postgres, "-D", node->data_dir, "-p", port, "-k",
		node->socket_dir, "-h", node->is_tcp ? "127.0.0.1" : "", NULL };
	struct process_start start = {
		.argv = argv,
		.user = node->user,
		.log_path = node->log_path,
		.dir = node->data_dir,
	};
	node->is_frozen = false;
	return process_start(&node->server, &start, e);
}

/* Line 1 of postmaster.pid is the process, line 8 its state, padded with blanks. */
static bool is_ready(const struct node *node)
{
	char line[256] = "";
	char *path = mem_printf("%s/postmaster.pid", node->data_dir);
	FILE *file = fopen(path, "re");
	bool ready = false;

	free(path);
	if (!file)
		return false;
	for (int i = 1; i <= 8 && fgets(line, sizeof(line), file); i++) {
		if (i == 1 && strtol(line, NULL, 10) != node->server.pid)
			break;
		ready = i == 8 && strncmp(line, "ready", 5) == 0;
	}
	fclose(file);
	return ready;
}

static bool is_in_production(const struct node *node)
{
	uint32_t state = 0;
	char *path = mem_printf("%s/global/pg_control", node->data_dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 &&
		  pread(fd, &state, sizeof(state), CONTROL_STATE_OFFSET) == (ssize_t)sizeof(state);

	if (fd >= 0)
		close(fd);
	free(path);
	return ok && state == CONTROL_IN_PRODUCTION;
}

/* The error of a server that ended or took too long, with the end of its log. */
static bool fail(struct node *node, struct err *e, const char *what)
{
	err_set(e, ERR_IO, "%s: the server %s", node->name, what);
	return process_log_tail(e, node->log_path);
}

typedef bool node_test_fn(const struct node *node);

static bool wait_until(struct node *node, node_test_fn *test, struct err *e)
{
	int64_t end_us = clock_mono_us(&clock_system) + NODE_READY_TIMEOUT_MS * INT64_C(1000);

	while (!test(node)) {
		if (process_wait(&node->server, LOOK_MS, NULL))
			return fail(node, e, "ended");
		if (clock_mono_us(&clock_system) > end_us)
			return fail(node, e, "is not ready after a minute");
	}
	return true;
}

bool node_wait_ready(struct node *node, struct err *e)
{
	return wait_until(node, is_ready, e);
}

void node_kill(struct node *node)
{
	pid_t children[CHILDREN_MAX];

	if (!node->server.pid)
		return;
	/* Stopped first: it cannot start another child while we list them. */
	process_signal(&node->server, SIGSTOP);
	size_t count = process_children(node->server.pid, children, ARRAY_SIZE(children));
	process_signal(&node->server, SIGKILL);
	process_kill_all(children, count);
	process_wait(&node->server, STOP_TIMEOUT_MS, NULL);
	node->is_frozen = false;
}

bool node_stop(struct node *node, int signum, struct err *e)
{
	if (!node->server.pid)
		return true;
	node_thaw(node);
	process_signal(&node->server, signum);
	if (process_wait(&node->server, STOP_TIMEOUT_MS, NULL))
		return true;
	node_kill(node);
	return fail(node, e, "did not stop and was killed");
}

static void signal_children(struct node *node, int signum)
{
	pid_t children[CHILDREN_MAX];
	size_t count = process_children(node->server.pid, children, ARRAY_SIZE(children));

	for (size_t i = 0; i < count; i++)
		kill(children[i], signum);
}

void node_freeze(struct node *node)
{
	process_signal(&node->server, SIGSTOP);
	signal_children(node, SIGSTOP);
	node->is_frozen = true;
}

void node_thaw(struct node *node)
{
	if (!node->is_frozen)
		return;
	signal_children(node, SIGCONT);
	process_signal(&node->server, SIGCONT);
	node->is_frozen = false;
}

/* An empty file in the data directory: a word to the server. */
static bool touch(struct node *node, const char *name, struct err *e)
{
	char *path = mem_printf("%s/%s", node->data_dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 &&
		  (!node->user->is_other || fchown(fd, node->user->uid, node->user->gid) == 0);

	if (!ok)
		err_errno(e, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return ok;
}

bool node_promote(struct node *node, struct err *e)
{
	if (!touch(node, "promote", e))
		return false;
	process_signal(&node->server, SIGUSR1);
	return wait_until(node, is_in_production, e);
}

bool node_mark_standby(struct node *node, struct err *e)
{
	return touch(node, "standby.signal", e);
}

bool node_append(struct node *node, const char *file, const char *lines, struct err *e)
{
	char *path = mem_printf("%s/%s", node->data_dir, file);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	bool ok = fd >= 0 && dprintf(fd, "%s\n", lines) > 0;

	if (!ok)
		err_errno(e, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return ok;
}
