/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Place: whether a path is one a store may live at: ours, not a link, not linked twice, private; and on what kind of
 * file system. Private to this folder.
 */
#ifndef DBTOP_STORE_PLACE_H
#define DBTOP_STORE_PLACE_H

#include <stdbool.h>

#include "base/err.h"

struct place {
	char *path;	 /* its folder without links; owned */
	bool is_new;	 /* was made just now */
	bool is_fixed;	 /* the folder cannot be written, so the file can only be read */
	bool is_network; /* shared memory does not work there */
};

/*
 * Makes the folder and an empty file of mode 0600 where there is none. False with a sentence when the file may not be
 * used. place_release() in any case.
 */
bool place_prepare(struct place *place, const char *path, struct err *e) MUST_CHECK;
void place_release(struct place *place);
/* By the number statfs() gives. */
bool place_is_network(long file_system);

#endif
