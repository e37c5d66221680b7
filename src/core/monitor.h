/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Monitor: turns what the probes and connections tell into the model and into news. Also `health`'s single look.
 */
#ifndef DBTOP_CORE_MONITOR_H
#define DBTOP_CORE_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct app;

/* Start sampling; connections to primary and standbys are kept up until monitor_stop(). */
void monitor_start(struct app *app);
void monitor_stop(struct app *app);
/* Two primaries, or a server of another cluster among the target's, in words: nothing is changed meanwhile; "" = no. */
const char *monitor_trouble(const struct app *app);
/* dbtop stands on another server now: what is watched there begins anew. */
void monitor_move(struct app *app);
/* Sample now; when not connected, try the connection. */
void monitor_now(struct app *app);
void monitor_retry(struct app *app);
void monitor_set_interval(struct app *app, int64_t interval_ms);
/* While stepping: once a second, whatever the interval is. */
void monitor_closely(struct app *app, bool closely);

/* The primary's link changed: told by its endpoint. */
void monitor_link_changed(struct app *app);
/* The link of a configured standby changed. */
void monitor_standby_changed(struct app *app);
/* False, saying which two, when more than one of the configured servers is a primary: nothing may be changed then. */
bool monitor_check_one_primary(const struct app *app, struct err *e) MUST_CHECK;
/* The same, and that dbtop's own pool fits the server and the limits of its role: it is refused at start otherwise. */
bool monitor_check_change(const struct app *app, struct err *e) MUST_CHECK;
/* Configured standbys that may be there and did not say what they are. */
size_t monitor_unheard(const struct app *app);

/*
 * Headless: sample until everything has been seen once, the standbys heard of or given up, or wait_ms are over, or nothing can be seen; then ready().
 * Sampling goes on, for the gate.
 */
typedef void monitor_ready_fn(void *arg);
enum { MONITOR_FIRST_LOOK_MS = 1500 }; /* before something is changed */
/* A little longer than a dial may take, so that one in vain has said why. */
int64_t monitor_patience_ms(const struct app *app);
void monitor_first_look(struct app *app, int64_t wait_ms, monitor_ready_fn *ready, void *arg);

#endif
