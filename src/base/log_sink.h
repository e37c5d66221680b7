/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log sink: where finished lines go. Only log.c uses it.
 */
#ifndef DBTOP_BASE_LOG_SINK_H
#define DBTOP_BASE_LOG_SINK_H

#include "base/log.h"
#include "base/str.h"

enum log_sink_kind { LOG_SINK_NONE, LOG_SINK_STREAM, LOG_SINK_SYSLOG, LOG_SINK_JOURNAL };

struct log_sink {
	enum log_sink_kind kind;
	int fd; /* of a stream, or the journal's socket */
};

/* What is written: the line as a stream wants it, and its parts for those who keep them apart. All are clean. */
struct log_entry {
	enum log_level level;
	const char *topic;
	const char *line;    /* whole, with time and level; no newline at its end */
	const char *message; /* without time, level and topic */
};

bool log_sink_open(
	struct log_sink *sink, const struct log_options *options, struct err *e) MUST_CHECK;
void log_sink_close(struct log_sink *sink);
/* What cannot be written is lost: there is nobody to tell. */
void log_sink_write(const struct log_sink *sink, const struct log_entry *entry);

#endif
