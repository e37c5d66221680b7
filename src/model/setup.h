/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Setup: what a database and its surroundings shall be, as [setup NAME] describes them; and the checklist: one item a
 * thing, with what is true of it. conf/ fills the description, setup/ the checklist, core/ reports it.
 */
#ifndef DBTOP_MODEL_SETUP_H
#define DBTOP_MODEL_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct setup_names {
	const char **items;
	size_t count;
};

struct setup_extension {
	const char *name;
	const char *version; /* NULL = any; the server's default when it is missing */
};

/* Texts live in the arena. */
struct setup_spec {
	struct arena arena;
	const char *maintenance_db;
	const char *owner;    /* NULL = whoever connects */
	const char *encoding; /* "UTF8" unless configured */
	const char *locale;   /* NULL = the server's */
	struct setup_extension *extensions;
	size_t extension_count;
	struct setup_names app_roles, monitor_roles;
	struct setup_names
		schemas;    /* where the application's tables are; "public" unless configured */
	const char *seed;   /* directory; NULL = none configured */
	const char *checks; /* file of queries; NULL = none */
};

void setup_spec_release(struct setup_spec *spec);

enum setup_state {
	SETUP_NOT_SEEN, /* not looked at yet */
	SETUP_THERE,
	SETUP_MISSING,
	SETUP_DIFFERS, /* there, and not as described: not changed by setup */
	SETUP_MADE,    /* by this run */
	SETUP_WAITS,   /* for another item */
	SETUP_ADMIN,   /* a right is missing: `command` is for the administrator */
	SETUP_FAILED,
	SETUP_RUNS, /* whether it is needed shows only when it is done */
};

/* "there", "missing" …: as in JSON. */
const char *setup_state_word(enum setup_state state);

#endif
