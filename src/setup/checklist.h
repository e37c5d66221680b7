/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checklist: everything a described database needs, one item a thing, in the order in which it is made: what the server
 * holds (roles, the database), what stands in the database before the migrations, the migrations, the rights on what
 * they made, the seeds, the checks.
 *
 * A class is a row of one table: how an item is looked at and how it is made, both texts of src/sql.
 */
#ifndef DBTOP_SETUP_CHECKLIST_H
#define DBTOP_SETUP_CHECKLIST_H

#include "base/compiler.h"
#include "model/setup.h"

enum setup_stage {
	SETUP_SERVER,	  /* on the maintenance database */
	SETUP_DATABASE,	  /* on the database, before the migrations */
	SETUP_MIGRATIONS, /* made by the engine of `dbtop upgrade`: core's */
	SETUP_RIGHTS,	  /* on the database, after them */
	SETUP_SEEDS,
	SETUP_CHECKS,
	SETUP_STAGE_COUNT,
};

/* What fills parameters of a look and slots of a make. */
enum setup_slot {
	SLOT_NAME,
	SLOT_OWNER,
	SLOT_SCHEMA,
	SLOT_VERSION,
	SLOT_ENCODING,
	SLOT_LOCALE,
	SLOT_DATABASE,
	SLOT_USER,
	SLOT_COUNT,
};
enum { SETUP_PARAMS_MAX = 4, SETUP_WORDS_BYTES = 256 };

struct setup_class {
	const char *word; /* "application role" */
	enum setup_stage stage;
	/* a row of state (there, missing, differs, waits, absent) and words; NULL = not by a question */
	const char *look;
	enum setup_slot params[SETUP_PARAMS_MAX];
	size_t param_count;
	const char *make; /* its slots are called as in setup_slot_names */
};
/* "name", "owner" …: the slots. */
extern const char *const setup_slot_names[SLOT_COUNT];

struct setup_item {
	const struct setup_class *class;
	const char *values[SLOT_COUNT]; /* NULL = none */
	const char *make;		/* instead of the class's; NULL = that */
	enum setup_state state;
	char words[SETUP_WORDS_BYTES];
	const char *command;	/* for the administrator; in the checklist's arena; NULL = none */
	const char *command_in; /* on this database */
	int64_t took_ms;	/* VALUE_NONE = nothing was done */
};

struct checklist {
	struct arena arena;
	struct setup_item *items;
	size_t count, capacity;
};

struct setup_place {
	const char *database; /* of the target */
	const char *user;     /* who connects */
	bool owner_logs_in;   /* the target is configured to connect as its owner */
};

/* spec, place and seeds (names of files) are borrowed for the life of the list. */
void checklist_fill(struct checklist *list, const struct setup_spec *spec,
	const struct setup_place *place, const struct setup_names *seeds);
void checklist_release(struct checklist *list);
/* word is a class of the table; name is borrowed for the life of the list. Moves the items. */
struct setup_item *checklist_add(struct checklist *list, const char *word, const char *name);
/* The first of that class; NULL = none. */
struct setup_item *checklist_find(const struct checklist *list, const char *word);
size_t checklist_count(const struct checklist *list, enum setup_state state);
void setup_item_say(struct setup_item *item, enum setup_state state, const char *fmt, ...)
	PRINTF(3, 4);

#endif
