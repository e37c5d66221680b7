/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of `dbtop setup` share: setup.c (the stages), setup_migrations.c (the one stage that is the engine's),
 * setup_report.c (what is asked and told). Private to them.
 */
#ifndef DBTOP_CORE_COMMANDS_SETUP_PRIVATE_H
#define DBTOP_CORE_COMMANDS_SETUP_PRIVATE_H

#include "core/command.h"
#include "core/inspect.h"
#include "setup/setup.h"

/* What the command carries along; ends with the call. */
struct setting_up {
	struct call *call;
	struct setup *setup; /* owned */
	struct setup_spec spec;
	char *seed_dir; /* owned; NULL = no seeds */
	enum setup_stage stage;
	bool makes; /* false: still looking */
	/* the migrations */
	struct inspection *inspection; /* of the look; owned; NULL = none */
	int64_t started_us;
	enum exit_code exit; /* why they cannot be planned; EXIT_DONE = they can */
	struct err error;
};

/* The next stage of the round, or its end. */
void setting_next(struct setting_up *s);

/* Of the checklist. */
struct checklist *setting_list(const struct setting_up *s);
size_t setting_count(const struct setting_up *s, enum setup_state state);
size_t setting_count_open(const struct setting_up *s); /* missing, for whatever reason */
const struct setup_item *setting_first(const struct setting_up *s, enum setup_state state);

/* The migrations: looked at, or applied; ends with setting_next(), or with the call. */
void setting_migrate(struct setting_up *s);
/* Headless, what they need is asked before anything is made. False: the report says what is missing. */
bool setting_migrations_approved(struct setting_up *s);

/* A person at a terminal, shown the list. */
bool setting_ask(struct setting_up *s);
/* The end of the call, each way. */
void setting_finish(struct setting_up *s);
void setting_fail(struct setting_up *s, enum exit_code exit, const struct err *e);
void setting_refuse(struct setting_up *s);
void setting_end_look(struct setting_up *s);
void setting_end_make(struct setting_up *s);

#endif
