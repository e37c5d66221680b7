/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the store share. Private to this folder.
 */
#ifndef DBTOP_STORE_STORE_PRIVATE_H
#define DBTOP_STORE_STORE_PRIVATE_H

#include "store/db.h"
#include "store/store.h"

/* The outcome of a step that went well, until the next write takes it along. */
struct store_waiting {
	char *run_id, *rev; /* owned; NULL = nothing waits */
	int64_t step, took_ms, ended_us;
};

struct store {
	struct db db;
	const struct clock *clock; /* borrowed */
	enum store_health health;
	char why[200];	   /* it is not writable; "" = it is */
	char *path;	   /* owned; NULL = none */
	char words[256];   /* about the file; "" = well */
	char trouble[256]; /* about the last write; "" = well */
	struct store_waiting waiting;
};

int64_t store_now(const struct store *store); /* wall */
/* A transaction, with what waits in it already; false with the reason when nothing can be written. */
bool store_begin(struct store *store, enum db_sync sync, struct err *e) MUST_CHECK;
/* Ends it, keeps in mind what failed, and puts it into words. Returns whether it is written. */
bool store_end(struct store *store, bool ok, struct err *e) MUST_CHECK;
/* One text in a transaction of its own. */
bool store_write(struct store *store, enum db_sync sync, const char *name, struct db_values values,
	struct err *e) MUST_CHECK;
/* store_run.c: what waits, inside a transaction that was begun; and away with it, once that is committed. */
bool store_waiting_write(struct store *store, struct err *e) MUST_CHECK;
void store_waiting_drop(struct store *store);
/* Whoever reads what runs have left reads all of it. */
void store_waiting_show(struct store *store);
/* Before the file of that older version is upgraded: keep it as it is, beside it. */
bool store_copy(struct store *store, int64_t version, struct err *e) MUST_CHECK;

#endif
