/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * App: everything that lives as long as the program. main owns it, fills it through the functions below and lets it go
 * in reverse. Commands change it, panels and reports read app->model.
 */
#ifndef DBTOP_CORE_APP_H
#define DBTOP_CORE_APP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "core/bus.h"
#include "core/command.h"
#include "loop/loop.h"
#include "model/model.h"

struct args;
struct conf;
struct conninfo;
struct conninfo_list;
struct deep;
struct demo;
struct endpoint;
struct fleet;
struct migrations;
struct run;
struct executor;
struct setup;
struct store;
struct metrics_serve;
struct monitor;

struct app {
	struct loop *loop;
	struct bus bus;
	struct model model;
	struct target target;
	struct deep *deep; /* the parser's thread; owned; made at first use */
	struct conf *conf; /* owned; NULL until app_configure() */
	struct err
		config_error; /* a command goes on without a configuration; kind NONE = it is fine */
	struct store *store;  /* owned; NULL when it could not be opened: model.store_words */
	struct arena error_arena;   /* file names that errors borrow */
	struct arena journal_arena; /* of the last find_open() */
	int64_t notes_change;	    /* the store's change number behind model.notes */
	struct fleet *fleet;	    /* core/fleet.c; owned; NULL until app_connect() */
	struct endpoint *primary;   /* the fleet's: where dbtop stands */
	struct endpoint **standbys; /* the fleet's: all others; standby_count */
	size_t standby_count;
	struct monitor *monitor;       /* core/monitor.c; owned; NULL unless watching */
	struct migrations *migrations; /* core/migrations.c; owned */
	struct run *run;	       /* core/run.c; owned; NULL = none */
	struct setup *setup;	       /* under way; its command's; NULL = none */
	struct metrics_serve *serve;   /* core/metrics_serve.c; owned; NULL = none */
	struct executor *repair;       /* under way; its command's; NULL = none */
	size_t inspections;	       /* under way; app_release() lets them end */
	struct call *calls;	       /* under way */
	struct loop_timer *tick;
	bool is_screen;		  /* a console is open: prompts and messages are possible */
	bool is_closing;	  /* app_release() has begun: nothing new starts */
	bool wants_console;	  /* the demo is ready: open the console on it */
	bool wants_tour;	  /* … or show it in plain text */
	struct demo *demo;	  /* owned; its servers end after our connections */
	bool quit;		  /* leave the loop after this turn */
	struct loop_timer *leave; /* quit at last; NULL unless app_leave() waits for a run */
	int interrupted;	  /* signal that asked us to end; 0 = none */
	/* What -h -p -U and the target say together, a host each; owned; NULL until app_configure(). */
	struct conninfo_list *hosts;
	struct conninfo *conninfo; /* the first of them */
	char *password;		   /* typed at a prompt; owned, wiped; NULL = nobody was asked */
	char actor[160];	   /* osuser@host */
};

/* An app with a loop and nothing else. */
void app_init(struct app *app, struct loop *loop);
void app_release(struct app *app);

/* Settings and target from files, environment and flags; nothing is opened. */
bool app_configure(struct app *app, const struct args *args, struct err *e) MUST_CHECK;
/* Make the servers of the target, once; connections open when somebody asks for one. */
bool app_connect(struct app *app, struct err *e) MUST_CHECK;
/* How to reach the standbys one word of the target's replicas names, secured like the primary; the caller's. */
bool app_standby_hosts(
	struct app *app, size_t index, struct conninfo_list *hosts, struct err *e) MUST_CHECK;
/* A server asked for a password and nobody had one. */
bool app_wants_password(const struct app *app);
/* What the user has to know before anything connects: the password file is left out. NULL = nothing. */
const char *app_warning(const struct app *app);
/* Whom the password is for, for the prompt: "bob@host:5432/shop". */
void app_words(const struct app *app, struct str *out);
/*
 * Connections opened from now on use it; those there are end. The target's standbys use it too, for the same user and
 * where they bring none of their own. Only while no call is under way.
 */
void app_set_password(struct app *app, const char *password);
/* Point the app at another place (the demo's cluster), before app_connect(). */
bool app_retarget(struct app *app, const char *name, const char *conninfo,
	const char *const *replicas, size_t count, struct err *e) MUST_CHECK;
/* The local store, opened at first use. NULL: it cannot be used, model.store_words says why. */
struct store *app_store(struct app *app);

/* A signal asks us to end: the first INT stops after the step, the second cancels it; others end at once. */
void app_interrupt(struct app *app, int signum);
/*
 * Leave: a run is closed first, so that nothing of it waits on in a queue of the server; for as long as a server that
 * lives needs for that. A second time: at once.
 */
void app_leave(struct app *app);

/* A console: EVENT_TICK once a second, arming runs out. */
void app_start_ticking(struct app *app);
/* Versions of the libraries at work, for --version. */
void app_libraries(struct str *out);
/* A console: watch, notes, migrations, ticks. */
bool app_open_console(struct app *app, struct err *e) MUST_CHECK;
/* One turn of the program: wait, deliver the news, let go of what callbacks dropped. */
void app_turn(struct app *app);

/* Show a sentence on the message line and keep it in :messages. */
void app_message(struct app *app, enum message_level level, const char *fmt, ...) PRINTF(3, 4);
void app_message_err(struct app *app, const struct err *e);

/* LOCKED and ARMED. Arming takes the time limit of the environment; locking always works. */
void app_arm(struct app *app);
void app_lock(struct app *app, const char *why);
/* Where arming has a time limit it also ends with the connection. */
void app_lock_if_prod(struct app *app, const char *why);
bool app_is_prod(const struct app *app); /* prod, and unlabelled on the screen */

#endif
