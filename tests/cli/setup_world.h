/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Setup world: a shell whose only target is a database that is not there yet, and a [setup] section for it. Roles belong to
 * the whole cluster, so every name of a test begins with the world's own: "$" in a description stands for it.
 */
#ifndef DBTOP_TESTS_CLI_SETUP_WORLD_H
#define DBTOP_TESTS_CLI_SETUP_WORLD_H

#include "cli/shell.h"

struct setup_world {
	struct cluster *cluster; /* borrowed */
	struct shell *sh;
	char *name;	/* "s123_1": begins every role's name */
	char *database; /* of the target; "$_shop" unless a test says otherwise */
	char *user;	/* who connects */
};

struct setup_world *setup_world_new(struct cluster *cluster);
void setup_world_free(struct setup_world *w);
/* The same as cmocka's setup and teardown, on the servers of shell_servers_up(). */
int setup_world_up(void **state);
int setup_world_down(void **state);

/* Text with each $ made the world's name; the caller frees. */
char *setup_text(const struct setup_world *w, const char *text);
/* dbtop.conf: the target, and the section [setup shop] with these lines. */
void setup_describe(struct setup_world *w, const char *lines);
/* The description of the sample shop, and its migrations and seeds copied into the working directory. */
void setup_sample(struct setup_world *w);

/* SQL as that role ("postgres", "$_web") on the target's database, $ as above. */
void setup_sql(struct setup_world *w, const char *role, const char *sql);
/* The first cell as postgres. */
void setup_expect(struct setup_world *w, const char *sql, const char *text);
/* On database postgres. */
void setup_expect_server(struct setup_world *w, const char *sql, const char *text);
/* The SQLSTATE a role gets. */
void setup_expect_refused(
	struct setup_world *w, const char *role, const char *sql, const char *sqlstate);

/* One item of the last --json run: its state; NULL name = any. Fails the test when there is none. */
const struct json *setup_item(struct setup_world *w, const char *item, const char *name);
void setup_expect_item(
	struct setup_world *w, const char *item, const char *name, const char *state);

#endif
