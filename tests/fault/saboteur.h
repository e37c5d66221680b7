/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Saboteur: libpq's driver with a fault at its n-th moment. Moments are counted from the first text that holds "BEGIN":
 * before a text is handed to libpq, once it is on its way to the server, and before its answer is looked at. So every
 * boundary of a run has a number, and a test walks through them until a run comes to its end.
 */
#ifndef DBTOP_TESTS_FAULT_SABOTEUR_H
#define DBTOP_TESTS_FAULT_SABOTEUR_H

#include "pg/driver.h"

/* From now on `driver` is sabotaged: at moment `at` (from 1) act(arg) is called, once. */
void saboteur_arm(struct driver *driver, int at, void (*act)(void *arg), void *arg);
/* The same, counted from the first text of the session: its setting up and the locks are moments too. */
void saboteur_arm_at_once(struct driver *driver, int at, void (*act)(void *arg), void *arg);
/*
 * The connection breaks when that text is sent by itself: on the way there (has_arrived false), or on the way back, so
 * that the server has done it and nobody hears the answer. Once.
 */
void saboteur_cut(struct driver *driver, const char *text, bool has_arrived);
/* Was the moment reached? */
bool saboteur_has_acted(void);

#endif
