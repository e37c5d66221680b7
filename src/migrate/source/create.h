/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Create: a new, empty migration file. Own format: 14 digits of UTC time, slug, skeleton with up, down and verify. In
 * another tool's directory it follows the newest file: kind and width of its digits, its endings, pair or single.
 */
#ifndef DBTOP_MIGRATE_SOURCE_CREATE_H
#define DBTOP_MIGRATE_SOURCE_CREATE_H

#include "base/clock.h"
#include "base/err.h"
#include "model/report.h"

struct create_request {
	const char *dir;    /* made when absent */
	const char *format; /* NULL = what the directory is; dbtop's own when it is empty */
	const char *title;  /* "Add user table" */
	const struct clock *clock;
};

struct created {
	char *rev;	/* owned, like the paths */
	char *paths[2]; /* the second of a pair; NULL = none */
};

/* Never overwrites a file; on failure nothing new is left behind. */
enum exit_code migration_create(
	const struct create_request *request, struct created *created, struct err *e) MUST_CHECK;
void created_release(struct created *created);

#endif
