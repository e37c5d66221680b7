/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fleet: the servers of the app's target, and which of them dbtop stands on. It stands on the one the target names
 * until another of them is the primary; then it goes there, but never while a run is open: a run says itself that its
 * server is another now. app->primary and app->standbys are endpoints of the fleet: where dbtop stands, and the others in
 * the target's order.
 */
#ifndef DBTOP_CORE_FLEET_H
#define DBTOP_CORE_FLEET_H

#include "base/err.h"
#include "pg/conninfo.h"
#include "pg/servers.h"

struct app;
struct fleet;

enum { FLEET_NAME_BYTES = 280 };

/* Makes servers and endpoints, once; nothing is dialed. False: the target cannot be read, nothing was made. */
bool fleet_open(struct app *app, struct err *e) MUST_CHECK;
/* Who holds a connection loses it. */
void fleet_close(struct app *app);

struct servers *fleet_servers(const struct app *app);
/* The server dbtop stands on; SERVERS_NONE before fleet_open(). */
int fleet_here(const struct app *app);
/* The server behind app->standbys[index]. */
int fleet_other(const struct app *app, size_t index);
/* How it is reached; borrowed until fleet_close(). */
const struct conninfo *fleet_info(const struct app *app, int server);
/* host:port as configured, so that a server has its name before it first answers. */
void fleet_name(const struct app *app, int server, char out[FLEET_NAME_BYTES]);

/* Stand on that server from now on: watching begins anew there. Not while a run is open. */
void fleet_move(struct app *app, int server);
/* Go to the primary when it is another server than the one dbtop stands on, and nothing forbids it. */
void fleet_follow(struct app *app);

#endif
