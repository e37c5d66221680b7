/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shell: the built dbtop run as a person or a pipeline runs it: in a scratch directory of its own, with its own HOME and
 * XDG folders, a clean environment, no terminal, a database of its own. What it wrote and how it ended is kept until
 * the next run.
 *
 *     struct shell *sh = shell_new(servers);
 *     shell_write(sh, "migrations/20240101000000_a.sql", "-- dbtop: up\ncreate table a ();\n");
 *     dbtop(sh, "upgrade --yes");
 *     shell_assert(sh, 0);                    exit code, or fail with all that was written
 *     shell_assert_out(sh, "20240101000000"); and shell_assert_err()
 *
 * The database is its only target, of class dev. A command line is split at blanks; '…' holds blanks together.
 */
#ifndef DBTOP_TESTS_CLI_SHELL_H
#define DBTOP_TESTS_CLI_SHELL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/json.h"
#include "pg/server.h"

enum { SHELL_ENV_MAX = 24 };

struct shell {
	struct cluster *cluster; /* borrowed; NULL = no server */
	char *dir;		 /* scratch; its work/ is the working directory, home/ is HOME */
	char *work, *home;
	char *database, *conninfo; /* of its own, on the cluster's first node */
	char *env[SHELL_ENV_MAX];  /* NAME=value, owned */
	uid_t uid;		   /* 0 = as we are */
	int runs;
	int status; /* exit code, 128 + signal when a signal ended it */
	char *out, *err;
	struct json *json; /* of the last shell_json() */
};

/* Run but not waited for. */
struct shell_child {
	struct shell *shell;
	pid_t pid;
	int run;
};

struct shell *shell_new(struct cluster *cluster);
void shell_free(struct shell *sh);

/*
 * What most test programs want: one server for all tests, which is the group's state, and a shell on it for each.
 *
 *     cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
 *     cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down)
 */
int shell_servers_up(void **state);
int shell_servers_down(void **state);
int shell_set_up(void **state);
int shell_tear_down(void **state);

/* NULL value = not set. */
void shell_env(struct shell *sh, const char *name, const char *value);
/* A file below the working directory; returns nothing, a test has no use for the path. */
void shell_write(struct shell *sh, const char *name, const char *text);
void shell_write_bytes(struct shell *sh, const char *name, const void *bytes, size_t len);
/* Text of a file below the working directory; NULL = not there. The caller frees. */
char *shell_read(struct shell *sh, const char *name);

/* Runs to its end; the exit code. */
int dbtop(struct shell *sh, const char *fmt, ...) PRINTF(2, 3);
void shell_start(struct shell *sh, struct shell_child *child, const char *fmt, ...) PRINTF(3, 4);
/* In a child that has a terminal: become dbtop, with its standard streams as they are. */
_Noreturn void shell_become(const struct shell *sh, const char *line);
/* Waits for the end; then status, out and err are those of this run. */
int shell_finish(struct shell_child *child);
/* What it has written to standard error up to now holds the text; fails after a time only a hanging program needs. */
void shell_wait_err(struct shell_child *child, const char *text);
/* What it has written to standard error up to now; the caller frees. */
char *shell_err_now(const struct shell_child *child);

void shell_assert(struct shell *sh, int status);
void shell_assert_out(struct shell *sh, const char *text);
void shell_assert_err(struct shell *sh, const char *text);
void shell_assert_no(struct shell *sh, const char *text); /* neither out nor err */
/* Standard output parsed, and its envelope checked: schema, command, target, ok, exit, data, warnings; error when not ok. */
const struct json *shell_json(struct shell *sh, const char *command);

/* SQL on its database. */
void shell_sql(struct shell *sh, const char *sql);
void shell_expect(struct shell *sh, const char *sql, const char *text);
void shell_wait(struct shell *sh, const char *sql);
/* Every object of the database that is not PostgreSQL's, one a line: what a run that changes nothing leaves equal. */
char *shell_catalog(struct shell *sh);

#endif
