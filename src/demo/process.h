/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Process: child programs of a throwaway cluster, started without a shell, waited for by pidfd.
 *
 * PostgreSQL refuses to run as root, so from root every child becomes a fitting user first (postgres, else
 * nobody). The kernel forgets PR_SET_PDEATHSIG at a change of user, so it is set after it: when this program
 * dies, however it dies, the server is told to stop (SIGQUIT: no checkpoint, shared memory given back).
 *
 * A child gets a session of its own (a ^C typed at dbtop is not its business), a small clean environment, no
 * descriptor but the three standard ones, and writes to a log file.
 */
#ifndef DBTOP_DEMO_PROCESS_H
#define DBTOP_DEMO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { PROCESS_GROUPS = 64 };

/* Whom servers run as. */
struct process_user {
	bool is_other; /* not who we are: children change, files are given to it */
	uid_t uid;
	gid_t gid;
	gid_t groups[PROCESS_GROUPS];
	int group_count;
	char name[64];
};

/* As an ordinary user: that user. From root: postgres, else nobody. */
bool process_user_find(struct process_user *user, struct err *e) MUST_CHECK;

/* May it pass through every folder of this absolute path, the last one too? */
bool process_user_can_enter(const struct process_user *user, const char *path);

struct process {
	pid_t pid; /* 0 = none */
	int pidfd; /* owned; readable once the process has ended */
};

struct process_start {
	const char *const *argv;	 /* argv[0] is the program's path; ends with NULL */
	const struct process_user *user; /* NULL = whoever we are */
	const char *log_path;		 /* appended to */
	const char *dir;		 /* where it runs */
};

/* Fails also when the program cannot be executed. */
bool process_start(struct process *p, const struct process_start *start, struct err *e) MUST_CHECK;
/* Wait for the end and reap; false when it still runs after timeout_ms. *status as waitpid(). */
bool process_wait(struct process *p, int64_t timeout_ms, int *status);
/* Wait for one that was started so, and fail with the end of its log unless it exits 0. */
bool process_finish(struct process *p, const struct process_start *start, struct err *e) MUST_CHECK;
/* Start, and wait so. */
bool process_run(const struct process_start *start, struct err *e) MUST_CHECK;
/* Make the end of a log the error's detail: it says what the program did not like. Returns false. */
bool process_log_tail(struct err *e, const char *log_path);
/* Send a signal, if it runs. */
void process_signal(const struct process *p, int signum);

/* The direct children of a process; up to `room` of them. */
size_t process_children(pid_t parent, pid_t *pids, size_t room);
/* End at once every process of ours whose working directory is below dir, and wait for their ends. */
void process_kill_below(const char *dir);
/* Send SIGKILL and wait until it is gone, child or not. */
void process_kill_all(const pid_t *pids, size_t count);

#endif
