// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log_sink.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

/* The native protocol, one datagram of FIELD=value lines: systemd.io/JOURNAL_NATIVE_PROTOCOL. */
static const char journal_socket[] = "/run/systemd/journal/socket";

static const int priorities[] = {
	[LOG_LEVEL_ERROR] = LOG_ERR,
	[LOG_LEVEL_WARN] = LOG_WARNING,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_DEBUG] = LOG_DEBUG,
};

static bool open_journal(struct log_sink *sink, const char *path, struct err *e)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	sink->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sink->fd >= 0 && connect(sink->fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		sink->kind = LOG_SINK_JOURNAL;
		return true;
	}
	err_errno(e, "cannot log to the journal");
	err_hint(e, "this machine may have none: log to a file, to - or to syslog");
	if (sink->fd >= 0)
		close(sink->fd);
	return false;
}

static bool open_file(struct log_sink *sink, const char *path, struct err *e)
{
	sink->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (sink->fd < 0)
		return err_errno(e, "cannot open the log %s", path);
	sink->kind = LOG_SINK_STREAM;
	return true;
}

bool log_sink_open(struct log_sink *sink, const struct log_options *options, struct err *e)
{
	const char *where = options->sink;

	*sink = (struct log_sink){ .fd = -1 };
	if (!where)
		return true;
	if (strcmp(where, "journald") == 0)
		return open_journal(sink, options->journal ? options->journal : journal_socket, e);
	if (strcmp(where, "syslog") == 0) {
		openlog("dbtop", LOG_PID | LOG_NDELAY, LOG_USER);
		sink->kind = LOG_SINK_SYSLOG;
		return true;
	}
	if (strcmp(where, "-") != 0)
		return open_file(sink, where, e);
	*sink = (struct log_sink){ .kind = LOG_SINK_STREAM, .fd = STDERR_FILENO };
	return true;
}

void log_sink_close(struct log_sink *sink)
{
	if (sink->kind == LOG_SINK_SYSLOG)
		closelog();
	if (sink->fd > STDERR_FILENO)
		close(sink->fd);
	*sink = (struct log_sink){ .fd = -1 };
}

static void write_stream(const struct log_sink *sink, const struct log_entry *entry)
{
	struct str line = { 0 };

	/* One write a line, so that two programs do not mix theirs. */
	str_addf(&line, "%s\n", entry->line);
	ssize_t written = write(sink->fd, line.data, line.len);
	(void)written;
	str_release(&line);
}

static void write_journal(const struct log_sink *sink, const struct log_entry *entry)
{
	struct str datagram = { 0 };

	str_addf(&datagram,
		"MESSAGE=%s: %s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=dbtop\nDBTOP_TOPIC=%s\n",
		entry->topic, entry->message, priorities[entry->level], entry->topic);
	ssize_t sent = send(sink->fd, datagram.data, datagram.len, MSG_NOSIGNAL);
	(void)sent;
	str_release(&datagram);
}

void log_sink_write(const struct log_sink *sink, const struct log_entry *entry)
{
	switch (sink->kind) {
	case LOG_SINK_NONE: break;
	case LOG_SINK_STREAM: write_stream(sink, entry); break;
	case LOG_SINK_SYSLOG:
		syslog(priorities[entry->level], "%s: %s", entry->topic, entry->message);
		break;
	case LOG_SINK_JOURNAL: write_journal(sink, entry); break;
	}
}
