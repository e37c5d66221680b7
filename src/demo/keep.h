/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keep: a directory of the user's choice in which a throwaway cluster's data stays, marked as such: dbtop writes
 * only into an empty directory or into one that carries its mark. The mark is locked while a cluster runs there.
 */
#ifndef DBTOP_DEMO_KEEP_H
#define DBTOP_DEMO_KEEP_H

#include <stdbool.h>

#include "base/err.h"

struct keep {
	char *path; /* absolute; owned; NULL = nothing is kept */
	int mark;   /* owned descriptor */
	bool is_resumed;
	int standbys; /* of the cluster that is there */
};

/* Make or take the directory. What an interrupted start left in it is removed. */
bool keep_open(struct keep *keep, const char *dir, struct err *e) MUST_CHECK;
/* The cluster in it is whole. */
bool keep_complete(struct keep *keep, int standbys, struct err *e) MUST_CHECK;
void keep_close(struct keep *keep);

#endif
