/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command: everything dbtop can be told to do is one row of a table: typed in a shell (`dbtop upgrade`), typed after
 * `:` (`run.step`), or bound to a key. Help, manual, completion and `spec --json` are made from the rows.
 *
 * A call is one use of a command. Its run() fills call->report and ends with call_finish(), once, at once or on a later
 * turn. `risk` is the one place that decides about arming, confirmation and audit; command_start() applies it.
 */
#ifndef DBTOP_CORE_COMMAND_H
#define DBTOP_CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/report.h"

struct app;
struct call;

enum risk {
	RISK_READ,	  /* looks */
	RISK_LOCAL,	  /* changes this console or the local store: undo instead of asking */
	RISK_WRITE,	  /* changes a server: armed, confirmed at its level, audited */
	RISK_DESTRUCTIVE, /* the same, and data may be lost */
};

enum reach { REACH_CLI = 1, REACH_SCREEN = 2, REACH_BOTH = 3 };

/* An option of one command; those of all commands stand in conf/options.c. */
struct command_option {
	const char *flag;  /* "--check" */
	const char *value; /* "DIGEST"; NULL = takes none */
	const char *help;
	bool is_repeatable;
};

/* What a prompt must show and get before a command runs. Level 0: nothing is asked. */
enum { CONFIRM_LINES = 12 };
struct confirmation {
	int level; /* as raised by the environment: 1 key y · 2 token · 3 token, target, count */
	int own_level;	 /* before it was raised */
	char title[160]; /* "Run step 2 of 3 of 0042 orders_currency on PROD payments-prod?" */
	char lines[CONFIRM_LINES][160]; /* target, plan, hazards, what does not come back, gate */
	size_t line_count;
	char token[96];	 /* typed at levels 2 and 3 */
	char target[64]; /* typed too; "" = not asked */
	int count_s;	 /* level 3: Enter starts a count that Esc stops */
	char digest[65]; /* of the plan it speaks of: the prompt closes when that changes */
};

struct command {
	const char *name; /* "run.step" */
	const char *word; /* on the command line: "upgrade"; NULL = not there */
	const char *args; /* "[REV|+N|head]"; NULL = none */
	const char *asks; /* on the screen the message line asks this when its words are missing */
	const char *help; /* one line, imperative, no full stop */
	const char *example; /* "dbtop upgrade +1 --yes"; NULL = none */
	enum risk risk;
	enum reach reach;
	const struct command_option *options;
	size_t option_count;
	size_t args_max;
	enum exit_code usage_exit; /* of a wrong use; EXIT_DONE = EXIT_USAGE, as everywhere */
	bool works_unconfigured; /* also where the configuration is wrong: app->config_error says how */
	void (*run)(struct call *call);
	/* Can it be used now? False: *why is a sentence (static or in the model). NULL = always. */
	bool (*is_enabled)(const struct app *app, const char **why);
	/* What must be asked; NULL = nothing (or, headless, the command's own rules). */
	void (*confirm)(const struct call *call, struct confirmation *confirmation);
};

struct call_option {
	const struct command_option *option;
	const char *value; /* "" for a flag */
};

typedef void call_done_fn(void *arg, struct call *call);

/* Something happened on the way: told at once, not at the end. */
struct call_event {
	const char *kind; /* step_start, step_done, waiting, retry, notice, gate, resume */
	const char *rev;  /* NULL = none */
	size_t step;	  /* from 1; 0 = none */
	int64_t took_ms;  /* VALUE_NONE = none */
	const char *text; /* for people */
};
typedef void call_tell_fn(void *arg, const struct call_event *event);

struct call {
	struct app *app;
	const struct command *command;
	/* words after the command; owned by the call, as are the option values */
	const char **args;
	size_t arg_count;
	struct call_option *options;
	size_t option_count;
	bool is_screen; /* from the screen: reports become messages, prompts are possible */
	struct report report;
	void *state;  /* the command's own, freed by it before call_finish() */
	char *memory; /* owns the words */
	bool is_finished;
	struct call *next; /* the app's list of calls under way */
	call_done_fn *done;
	call_tell_fn *tell; /* NULL = nobody listens */
	bool (*ask)(void *arg,
		const struct confirmation *confirmation); /* on a terminal; NULL = nobody to ask */
	void *arg;
};

/* The table: rows of all command files, in the order of help. */
size_t command_count(void);
const struct command *command_at(size_t index);
/* The screen adds its own rows (views, focus, zoom) once, at its start; borrowed for ever. */
void command_add(const struct command *rows, size_t count);
const struct command *command_find(const char *name);
const struct command *command_find_word(const char *word);
/* The word of the command line that differs least; NULL when none is near. */
const char *command_nearest_word(const char *word);

/* May it be used on the screen now? Checks is_enabled, LOCKED for writing ones, reach. *why: a sentence. */
bool command_is_enabled(const struct app *app, const struct command *command, const char **why);

/*
 * Parse `noun.verb arg "arg with blanks" --flag=value` into a call. NULL and e (nearest name) on failure.
 */
struct call *call_new(struct app *app, const char *line, struct err *e) MUST_CHECK;
/* From words already split, after the command's word. */
struct call *call_new_words(struct app *app, const struct command *command,
	const char *const *words, size_t count, struct err *e) MUST_CHECK;
/* What has to be asked before this call may start. */
void call_confirmation(const struct call *call, struct confirmation *confirmation);
/*
 * Start it; takes the call. On the screen `typed` is the prompt that was answered (NULL = none); when it does not satisfy
 * what call_confirmation() asks now, nothing runs and the report says so. done() gets the call on a later turn
 * or before this returns, and must not keep it: it is freed afterwards.
 */
void call_start(struct call *call, const struct confirmation *typed, call_done_fn *done, void *arg);
/* Called by run(), exactly once. */
void call_finish(struct call *call);
/* Drop a call that was never started. */
void call_free(struct call *call);

/* Tell what happened on the way. */
void call_tell(struct call *call, const struct call_event *event);

bool call_has(const struct call *call, const char *flag);
const char *call_value(const struct call *call, const char *flag); /* NULL = not given */
const char *call_arg(const struct call *call, size_t index);	   /* NULL = not given */

#endif
