// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Where lines go that go to no file: the journal, whose socket is the test's own here, and syslog, whose functions are the
 * test's own (the linker's --wrap): what arrives there, under which priority, and nothing secret.
 */
#include "test.h"

#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"
#include "base/path.h"
#include "scratch.h"

/* ---- syslog ---- */

static struct {
	char ident[32], text[512];
	int opened, closed, written, priority;
} heard;

void __wrap_openlog(const char *ident, int option, int facility);
void __wrap_closelog(void);
void __wrap_syslog(int priority, const char *fmt, ...) PRINTF(2, 3);
void __wrap___syslog_chk(int priority, int flag, const char *fmt, ...) PRINTF(3, 4);

void __wrap_openlog(const char *ident, int option, int facility)
{
	(void)option;
	assert_int_equal(facility, LOG_USER);
	snprintf(heard.ident, sizeof(heard.ident), "%s", ident);
	heard.opened++;
}

void __wrap_closelog(void)
{
	heard.closed++;
}

static void hear(int priority, const char *fmt, va_list args)
{
	heard.priority = priority;
	heard.written++;
	vsnprintf(heard.text, sizeof(heard.text), fmt, args);
}

void __wrap_syslog(int priority, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	hear(priority, fmt, args);
	va_end(args);
}

/* The same, where the C library is told to look at formats. */
void __wrap___syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list args;

	(void)flag;
	va_start(args, fmt);
	hear(priority, fmt, args);
	va_end(args);
}

static void syslog_gets_topic_words_and_priority(void **state)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	struct err e;

	(void)state;
	memset(&heard, 0, sizeof(heard));
	assert_true(log_open(
		&(const struct log_options){ .sink = "syslog", .level = LOG_LEVEL_DEBUG }, &e));
	assert_string_equal(heard.ident, "dbtop");
	for (int level = LOG_LEVEL_ERROR; level <= (int)LOG_LEVEL_DEBUG; level++) {
		log_event((enum log_level)level, "conn", "opened",
			LOG_FIELDS(LOG_TEXT("server", "a@b:5432/c"), LOG_INT("took_ms", 7)));
		assert_string_equal(heard.text, "conn: opened server=a@b:5432/c took_ms=7");
		assert_int_equal(heard.priority, priorities[level]);
	}
	log_write(LOG_LEVEL_WARN, "run", "%s", "100%s password=hunter2\nMar 1 evil: x");
	assert_string_equal(heard.text, "run: 100%s password=***\\x0aMar 1 evil: x");
	assert_int_equal(heard.written, 5);

	log_close();
	assert_int_equal(heard.opened, 1);
	assert_int_equal(heard.closed, 1);
	log_write(LOG_LEVEL_ERROR, "run", "nobody listens");
	assert_int_equal(heard.written, 5);
}

/* ---- the journal ---- */

struct journal {
	char *dir, *path;
	int fd;
	char datagram[1024];
};

static int journal_up(void **state)
{
	struct journal *j = calloc(1, sizeof(*j));
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	j->dir = scratch_new();
	j->path = path_join(j->dir, "socket");
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", j->path);
	j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(j->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	*state = j;
	return 0;
}

static int journal_down(void **state)
{
	struct journal *j = *state;

	log_close();
	close(j->fd);
	scratch_remove(j->dir);
	free(j->path);
	free(j);
	return 0;
}

static bool open_journal(const struct journal *j, bool is_json, struct err *e)
{
	return log_open(&(const struct log_options){ .sink = "journald",
				.journal = j->path,
				.is_json = is_json,
				.level = LOG_LEVEL_INFO },
		e);
}

/* The next datagram; "" when there is none. */
static const char *receive(struct journal *j)
{
	ssize_t len = recv(j->fd, j->datagram, sizeof(j->datagram) - 1, MSG_DONTWAIT);

	j->datagram[len > 0 ? len : 0] = '\0';
	return j->datagram;
}

static void the_journal_gets_its_fields(void **state)
{
	struct journal *j = *state;
	struct err e;
	assert_true(open_journal(j, false, &e));

	log_event(LOG_LEVEL_WARN, "pool", "waited in vain",
		LOG_FIELDS(LOG_TEXT("asker", "a\nPRIORITY=0"), LOG_INT("waited_ms", 30)));
	assert_string_equal(receive(j),
		"MESSAGE=pool: waited in vain asker=\"a\\\\x0aPRIORITY=0\" waited_ms=30\n"
		"PRIORITY=4\nSYSLOG_IDENTIFIER=dbtop\nDBTOP_TOPIC=pool\n");

	log_write(LOG_LEVEL_ERROR, "conn", "%s", "password=hunter2 is wrong");
	assert_string_equal(receive(j),
		"MESSAGE=conn: password=*** is wrong\nPRIORITY=3\nSYSLOG_IDENTIFIER=dbtop\n"
		"DBTOP_TOPIC=conn\n");
	log_write(LOG_LEVEL_DEBUG, "conn", "below the level");
	assert_string_equal(receive(j), "");
}

static void a_line_of_json_is_one_message(void **state)
{
	struct journal *j = *state;
	struct err e;
	assert_true(open_journal(j, true, &e));

	log_event(LOG_LEVEL_INFO, "run", "step", LOG_FIELDS(LOG_TEXT("rev", "1")));

	const char *text = receive(j);
	assert_int_equal(strncmp(text, "MESSAGE=run: {", 14), 0);
	assert_non_null(strstr(text, "\"rev\":\"1\""));
}

static void a_journal_that_is_full_or_gone_stops_nobody(void **state)
{
	struct journal *j = *state;
	struct err e;
	assert_true(open_journal(j, false, &e));

	for (int i = 0; i < 5000; i++)
		log_write(LOG_LEVEL_INFO, "run", "step %d", i);
	assert_string_equal(receive(j),
		"MESSAGE=run: step 0\nPRIORITY=6\nSYSLOG_IDENTIFIER=dbtop\nDBTOP_TOPIC=run\n");
	unlink(j->path);
	log_write(LOG_LEVEL_INFO, "run", "after the end");
}

static void a_machine_without_a_journal_says_what_else_there_is(void **state)
{
	struct journal *j = *state;
	struct err e;
	unlink(j->path);

	assert_false(open_journal(j, false, &e));

	assert_non_null(strstr(e.text, "cannot log to the journal"));
	assert_non_null(strstr(e.hint, "syslog"));
	assert_false(log_is_on(LOG_LEVEL_ERROR, "run"));
}

int main(void)
{
#define WITH_JOURNAL(f) cmocka_unit_test_setup_teardown(f, journal_up, journal_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syslog_gets_topic_words_and_priority),
		WITH_JOURNAL(the_journal_gets_its_fields),
		WITH_JOURNAL(a_line_of_json_is_one_message),
		WITH_JOURNAL(a_journal_that_is_full_or_gone_stops_nobody),
		WITH_JOURNAL(a_machine_without_a_journal_says_what_else_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
