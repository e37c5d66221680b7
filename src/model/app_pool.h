/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Application pool: a connection pool inside an application, as [pool NAME] of the configuration declares it, and what is
 * seen of it on the server. dbtop cannot look into the application: sessions that idle count as checked in, the
 * others as checked out.
 */
#ifndef DBTOP_MODEL_APP_POOL_H
#define DBTOP_MODEL_APP_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/value.h"

enum { APP_POOLS_MAX = 32 };

struct app_pool {
	char name[64];
	char pattern[128]; /* glob over application_name */
	int64_t size, overflow;
	int64_t workers; /* processes that have such a pool each */
};

struct app_pool_state {
	int64_t capacity; /* (size + overflow) * workers: what it may open at most */
	int64_t total, checked_in, checked_out;
	int64_t overflow; /* sessions above size * workers; never negative */
	bool is_at_least; /* more applications than the sample keeps: there may be more */
	enum status status;
	char reason[128];
};

/* Does what may be opened fit the server? */
struct budget_line {
	char name[64]; /* "dbtop", a pool's name, an application's, or "all of them" */
	int64_t need;
	bool fits;
	bool is_own;	    /* dbtop's */
	bool is_undeclared; /* an application nobody declared that holds nearly everything */
	char words[192];    /* "(20 + 0) * 8 = 160 connections, not below 80% of 97 slots (77.6)" */
};
enum { BUDGET_LINES_MAX = APP_POOLS_MAX + 3 };

#endif
