/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rundir: the private directory of one cluster, under a short path because a socket's path holds 107 bytes.
 *
 *   BASE/dbtop-XXXXXX/         ours, 0711: the user the servers run as may pass through, nobody may look
 *        owner                  locked for as long as we live; holds our process id
 *        s/                     sockets; the servers' user's, 0700
 *        pg-a/ pg-b/ …          data directories; the servers' user's, 0700
 *        pg-a.log …             what the programs said
 *
 * The kernel gives the lock back when we die, however we die. So whoever makes the next rundir finds the ones
 * nobody holds, ends what still runs in them, and removes them.
 */
#ifndef DBTOP_DEMO_RUNDIR_H
#define DBTOP_DEMO_RUNDIR_H

#include <stdbool.h>

#include "base/err.h"
#include "demo/process.h"

struct rundir {
	char *path; /* owned */
	int lock;   /* owned descriptor */
};

/*
 * Where it goes: $TMPDIR when it is short and everybody may pass through it; else /dev/shm when it has room, since
 * a server is a thousand small files; else /tmp. must_be_disk: not into memory.
 */
const char *rundir_base(bool must_be_disk);
/* Make one, after removing what dead owners left in any of those places. */
bool rundir_make(struct rundir *dir, bool must_be_disk, struct err *e) MUST_CHECK;
/* Remove it with everything in it. What ran in it has ended before. */
void rundir_remove(struct rundir *dir);
/* End and remove what dead owners left; returns how many directories. */
int rundir_clean(void);

/* Make a directory that belongs to that user, 0700. One that is there already is fine. */
bool rundir_give(const char *path, const struct process_user *user, struct err *e) MUST_CHECK;
/* Remove a tree without following links. Missing is fine. */
void rundir_remove_tree(const char *path);

#endif
