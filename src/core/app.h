/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * App: everything that lives as long as the program. main owns it, fills it through the functions below and lets it go
 * in reverse. Commands change it, panels and reports read app->model.
 */
#ifndef DBTOP_CORE_APP_H
#define DBTOP_CORE_APP_H

#include <stdbool.h>

#include "base/err.h"
#include "core/bus.h"
#include "core/command.h"
#include "loop/loop.h"
#include "model/model.h"

struct conf;
struct endpoint;
struct migrations;
struct run;
struct store;
struct watcher;

struct app {
	struct loop *loop;
	struct bus bus;
	struct model model;
	struct target target;
	struct conf *conf;	    /* owned; NULL until app_configure() */
	struct store *store;	    /* owned; NULL when it could not be opened: model.store_words */
	struct endpoint *primary;   /* owned; NULL until app_connect() */
	struct endpoint **standbys; /* owned; target.replica_count */
	struct watcher *watcher;    /* core/watch.c; owned; NULL unless watching */
	struct migrations *migrations; /* core/migrations.c; owned */
	struct run *run;	       /* core/run.c; owned; NULL = none */
	struct call *calls;	       /* under way */
	struct loop_timer *tick;
	bool is_screen; /* a console is open: prompts and messages are possible */
	bool quit;	/* leave the loop after this turn */
	int exit_status;
	char actor[160]; /* osuser@host */
};

/* An app with a loop and nothing else. */
void app_init(struct app *app, struct loop *loop);
void app_release(struct app *app);

/* One turn of the program: wait, deliver the news, let go of what callbacks dropped. */
void app_turn(struct app *app);

/* Show a sentence on the message line and keep it in :messages. */
void app_message(struct app *app, enum message_level level, const char *fmt, ...) PRINTF(3, 4);
void app_message_err(struct app *app, const struct err *e);

/* LOCKED and ARMED. Arming takes the time limit of the environment; locking always works. */
void app_arm(struct app *app);
void app_lock(struct app *app, const char *why);
bool app_is_prod(const struct app *app); /* prod, and unlabelled on the screen */

#endif
