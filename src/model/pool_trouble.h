/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pool troubles: all that is wrong with connections, as every panel tells it: the server's slots and sessions, declared
 * pools that are short, and pools that do not fit the server.
 */
#ifndef DBTOP_MODEL_POOL_TROUBLE_H
#define DBTOP_MODEL_POOL_TROUBLE_H

#include "model/model.h"

struct pool_trouble {
	enum status status;
	char words[192]; /* "web: starved: all 3 connections are out" */
};

enum { POOL_TROUBLES_MAX = POOL_REASONS_MAX + APP_POOLS_MAX + BUDGET_LINES_MAX };

/* Worst first; returns how many. None before the first sample. */
size_t pool_troubles(const struct model *model, struct pool_trouble out[POOL_TROUBLES_MAX]);
/* Of the server's sessions and of what pool_troubles() finds, the worst. */
enum status pool_status(const struct model *model);
/* "healthy", "degraded", "unhealthy", "unknown" */
const char *pool_status_word(enum status status);

#endif
