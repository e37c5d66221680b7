/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log: one line an event, as text or as a JSON object, to a file, standard error, syslog or the journal. Every topic has
 * its level. The same words too often in ten seconds are counted instead of written, and the count is told; what was
 * done to a database is always written. Secrets never reach it: no field can hold a conninfo (pg/conninfo.c alone
 * turns one into words), and every text passes secret_mask() and the display function.
 * The log is one of the four mutable globals of doc/style.md.
 */
#ifndef DBTOP_BASE_LOG_H
#define DBTOP_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct clock;

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum { LOG_BURST = 20, LOG_WINDOW_MS = 10000 };

struct log_options {
	/* "-" is standard error; syslog; journald; a file is appended to, 0600, and not through a link; NULL = none */
	const char *sink;
	bool is_json;
	enum log_level level;	   /* of the topics not named below */
	const char *levels;	   /* "conn=debug pool=warn"; NULL = none */
	const char *journal;	   /* the journal's socket; NULL = where systemd has it */
	const struct clock *clock; /* NULL = the machine's own */
};

bool log_open(const struct log_options *options, struct err *e) MUST_CHECK;
void log_close(void);
/* Are `levels` well formed? e names the topic or level that is not. */
bool log_check_levels(const char *levels, struct err *e) MUST_CHECK;
/* Would it be written? For those whose words cost something to make. */
bool log_is_on(enum log_level level, const char *topic);

/* Topics are those of log.c. Without a sink: nothing. */
void log_write(enum log_level level, const char *topic, const char *fmt, ...) PRINTF(3, 4);

/* The same with named values: "opened server=pg-a:5432 took_ms=12". Units are in the name. */
struct log_field {
	const char *name; /* NULL ends the list */
	const char *text; /* NULL = the number counts */
	int64_t number;
};
#define LOG_TEXT(name, text)  ((struct log_field){ name, text, 0 })
#define LOG_INT(name, number) ((struct log_field){ name, NULL, number })
#define LOG_FIELDS(...)	      ((const struct log_field[]){ __VA_ARGS__, { NULL, NULL, 0 } })
/* event is a literal; a TEXT whose text is NULL is left out by giving "". */
void log_event(
	enum log_level level, const char *topic, const char *event, const struct log_field *fields);

/* "error" … */
const char *log_level_word(enum log_level level);

#endif
