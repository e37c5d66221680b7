/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors are values without heap, about 1 KB, passed by pointer as the last argument. A function that
 * can fail returns bool, carries MUST_CHECK, and on failure fills *e and nothing else.
 *
 * Text says what happened, detail where and what is now true, hint what to do. Lower case, no full stop.
 */
#ifndef DBTOP_BASE_ERR_H
#define DBTOP_BASE_ERR_H

#include <stdbool.h>

#include "base/compiler.h"

enum err_kind {
	ERR_NONE,
	ERR_USAGE,    /* the words typed are wrong */
	ERR_IO,	      /* files, terminal */
	ERR_CONNECT,  /* no connection, refused, lost */
	ERR_SERVER,   /* the server answered with an error: sqlstate is set */
	ERR_TIMEOUT,  /* our own deadline passed */
	ERR_CANCELED, /* somebody gave it up */
	ERR_PARSE,    /* a file or text is not well formed: file, line, column are set */
	ERR_STORE,    /* the local SQLite file */
	ERR_CONFLICT, /* locks, checksums, history, identity: the world is not as expected */
};

struct err {
	enum err_kind kind;
	char sqlstate[6]; /* "" unless SERVER: a failed connect has none */
	const char *file; /* borrowed; NULL = none */
	int line, column; /* in the text the user wrote, from 1; 0 = unknown */
	char text[256], detail[512], hint[256];
};

/* Each returns false, so that `return err_set(e, ERR_PARSE, "…")` reads as one thought. */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF(3, 4);
bool err_at(struct err *e, const char *file, int line, int column, const char *fmt, ...)
	PRINTF(5, 6);
/* As err_set, and ends the text with what errno says. */
bool err_errno(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* Replace the detail or the hint of an error already set; both return false. */
bool err_detail(struct err *e, const char *fmt, ...) PRINTF(2, 3);
bool err_hint(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* "canceled", "connect" …: the word used in JSON and logs. */
const char *err_kind_word(enum err_kind kind);

#endif
