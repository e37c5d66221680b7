/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Marks: the formats dbtop knows by sight but does not read yet. They are named, so that nobody wonders, and
 * nothing of them is touched. To read one, it moves from here to a format_x.c.
 */
#ifndef DBTOP_MIGRATE_SOURCE_MARKS_H
#define DBTOP_MIGRATE_SOURCE_MARKS_H

#include "base/err.h"
#include "migrate/source/format.h"

struct foreign_mark {
	const char *format;   /* NULL = none found */
	const char *evidence; /* a file name, or a mark within one */
};

/* By names and by the heads of the first files. */
struct foreign_mark marks_find(const struct probe_input *input);
/* Is it the name of a format that is known but not read? Compared without regard to case. */
bool marks_know(const char *format);
/* "Flyway directories are not read yet". Returns false. */
bool marks_refuse(const char *format, struct err *e);

#endif
