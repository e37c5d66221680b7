/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options: one table of everything that can be set. A row gives the key in a file, the DBTOP_ variable, the flags, the
 * default, unit and range, and one line of help; --help, the manual, doc/options.md, completion and `config
 * check` are made from it. Flag beats environment beats project file beats user file beats default.
 */
#ifndef DBTOP_CONF_OPTIONS_H
#define DBTOP_CONF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum option_kind {
	OPTION_TEXT,
	OPTION_BOOL, /* yes, no; a flag of this kind takes no value */
	OPTION_MS,
	OPTION_BYTES,
	OPTION_PERCENT,
	OPTION_COUNT,
	OPTION_WORD, /* one of `words` */
	OPTION_FILE,
	OPTION_COUNT_FOR, /* "3 for 2s": option_count_for() */
};

enum option_scope {
	OPTION_GLOBAL,	     /* [dbtop] */
	OPTION_TARGET,	     /* [target NAME]; in [dbtop] a default for all targets */
	OPTION_TARGET_ONLY,  /* [target NAME] only: how to reach it */
	OPTION_COMMAND_LINE, /* a flag only: -h -p -U -w -W --json --version … */
};

struct option {
	const char *key;      /* "gate.lag"; unique; also the name conf_text() knows */
	const char *variable; /* "DBTOP_GATE_LAG"; NULL = none */
	const char *flag;     /* "--gate-lag"; NULL = none */
	char short_flag;      /* 'd'; 0 = none */
	const char *value;    /* word for help: "BYTES"; NULL = takes none */
	enum option_kind kind;
	enum option_scope scope;
	const char *fallback;	  /* default as written in a file; NULL = none */
	int64_t min, max;	  /* of numbers; both 0 = any */
	bool may_be_off;	  /* `off` is a value: a negative number */
	const char *const *words; /* of OPTION_WORD, ends with NULL */
	bool (*check)(
		const char *text, struct err *e); /* of a TEXT with a form of its own; NULL = any */
	const char *sets,
		*sets_value; /* a flag that stands for another option's value; NULL = itself */
	bool is_personal; /* names a program to run or a file to write: not from a project file */
	const char *help; /* one line */
};

extern const struct option options[];
extern const size_t option_count;

const struct option *option_find(const char *key);
/* "--json", "-d": NULL = none of ours. */
const struct option *option_find_flag(struct span flag);

/* Check and convert a value. e names the option, the value and the allowed range, not the source. */
bool option_number(
	const struct option *option, const char *text, int64_t *number, struct err *e) MUST_CHECK;
bool option_check(const struct option *option, const char *text, struct err *e) MUST_CHECK;

/* "3 for 2s", "3" (at once), "off" (count -1). */
bool option_count_for(const struct option *option, const char *text, int64_t *count, int64_t *ms,
	struct err *e) MUST_CHECK;
/* yes, no, on, off, true, false, 1, 0 */
bool option_bool(const char *text, bool *is_true);
/* What may stand there: "a duration from 100ms to 1h, or off". */
void option_range(const struct option *option, struct str *out);

/* The table as Markdown (doc/options.md) and as man-page source. */
void options_markdown(struct str *out);
void options_man(struct str *out);

#endif
