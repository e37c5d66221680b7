/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cancel: a request to end what runs on a link, sent on a worker thread, since libpq 15 blocks in it. The
 * request is its own: it outlives the conn that asked. Where the link must be encrypted, so is the request: then it is a
 * statement over a second link (driver_cancel.h).
 */
#ifndef DBTOP_PG_CANCEL_H
#define DBTOP_PG_CANCEL_H

struct conn;
struct cancel;

/* NULL when the link has nothing to cancel with; the log says why. */
struct cancel *cancel_start(struct conn *conn);
/* The conn goes away before its request is through. */
void cancel_orphan(struct cancel *cancel);

#endif
