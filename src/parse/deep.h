/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deep: a thread with a big stack for PostgreSQL's own parser, whose output stage recurses without a limit.
 * One for the whole program; it starts with the first call and takes one call at a time, from any thread.
 */
#ifndef DBTOP_PARSE_DEEP_H
#define DBTOP_PARSE_DEEP_H

#include "loop/loop.h"

enum {
	DEEP_STACK_BYTES = 128 * 1024 * 1024, /* of address space; only what is used costs memory */
	DEEP_LIMIT_BYTES = 64 * 1024,	      /* no statement above it is ever parsed */
};

struct deep;
struct deep *deep_new(void);
void deep_free(struct deep *deep); /* NULL is fine; nobody may be in deep_call() */

/* Run fn(arg) there and wait for it. fn must not call deep_call() again. */
void deep_call(struct deep *deep, loop_work_fn *fn, void *arg);

#endif
