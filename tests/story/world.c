// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "story/world.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "scratch.h"
#include "stored.h"

struct start {
	const struct world *world;
	const char *words; /* NULL = the console */
};

static int become_command(const char *program, const char *words)
{
	char *line = mem_printf("exec \"$0\" %s </dev/null", words);

	execl("/bin/sh", "sh", "-c", line, program, (char *)NULL);
	return 98;
}

static int exec_dbtop(void *arg)
{
	static const char *const unwanted[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME",
		"XDG_STATE_HOME", "NO_COLOR", "DATABASE_URL", "DBTOP_TARGET", "DBTOP_ENV" };
	const struct start *start = arg;
	const struct world *w = start->world;
	const char *build = getenv("top_builddir");
	char *program = mem_printf("%s/dbtop", build ? build : ".");

	setenv("HOME", w->home, 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	for (size_t i = 0; i < ARRAY_SIZE(unwanted); i++)
		unsetenv(unwanted[i]);
	char *absolute = realpath(program, NULL);
	if (!absolute || chdir(w->home) != 0)
		return 97;
	if (start->words)
		return become_command(absolute, start->words);
	execl(absolute, "dbtop", (char *)NULL);
	return 98;
}

struct world *world_new_on(struct cluster *servers)
{
	struct world *w = mem_new(struct world);
	const char *source = getenv("top_srcdir");
	char *dir = mem_printf("%s/migrations", source ? source : ".");

	w->servers = servers;
	w->home = scratch_new();
	w->dir = realpath(dir, NULL);
	free(dir);
	assert_non_null(w->dir);
	return w;
}

struct world *world_new(int standbys)
{
	return world_new_on(server_start(&(struct cluster_options){ .standbys = standbys }));
}

void world_free(struct world *w)
{
	if (w->is_open)
		pty_stop(&w->pty);
	server_end(w->servers);
	scratch_remove(w->home);
	free(w->dir);
	free(w);
}

void world_conf_dsn(struct world *w, const char *dsn, const char *env, const char *lines)
{
	char *text = mem_printf(
		"[target shop]\ndsn = %s\nenv = %s\nmigrations = %s\n%s", dsn, env, w->dir, lines);

	free(scratch_write(w->home, "dbtop.conf", text));
	free(text);
}

void world_conf(struct world *w, const char *env, const char *lines)
{
	world_conf_dsn(w, cluster_conninfo(w->servers, 0), env, lines);
}

void world_migration(struct world *w, const char *name, const char *text)
{
	char *path = mem_printf("migrations/%s", name);

	free(scratch_write(w->home, path, text));
	free(path);
	free(w->dir);
	w->dir = mem_printf("%s/migrations", w->home);
}

void world_open(struct world *w, int columns, int rows, const char *awaited)
{
	struct start start = { .world = w };

	pty_start(&w->pty, columns, rows, exec_dbtop, &start);
	w->is_open = true;
	pty_wait_text(&w->pty, awaited);
}

void world_open_beside(struct world *w, struct pty *pty, const char *awaited)
{
	struct start start = { .world = w };

	pty_start(pty, 120, 36, exec_dbtop, &start);
	pty_wait_text(pty, awaited);
}

int world_run(struct world *w, struct pty *pty, const char *words)
{
	struct start start = { .world = w, .words = words };

	pty_start(pty, 200, 60, exec_dbtop, &start);
	int status = pty_wait_end(pty);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void world_begin(struct world *w, const char *change, const char *conf)
{
	world_migration(w, "20240101000000_shop.sql",
		"-- dbtop: up\ncreate table shop (id int, name text);\n"
		"insert into shop select i % 50, 'n' from generate_series(1, 100) i;\n"
		"-- dbtop: down\ndrop table shop;\n");
	world_conf(w, "dev", conf);
	world_open(w, 120, 36, "4 Migrations 1 to run");
	world_enter(w);
	world_step(w, "done   step 1 of 1");
	world_close(w);
	world_migration(w, "20240102000000_change.sql", change);
	world_open(w, 120, 36, "4 Migrations 1 to run");
	world_enter(w);
	pty_wait_text(&w->pty, "│ 1 s │"); /* closer looks while stepping */
}

void world_kill(struct world *w)
{
	kill(w->pty.pid, SIGKILL);
	pty_wait_end(&w->pty);
	pty_stop(&w->pty);
	w->is_open = false;
}

void world_close(struct world *w)
{
	pty_type(&w->pty, "q");
	int status = pty_wait_end(&w->pty);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	pty_assert_given_back(&w->pty);
	pty_stop(&w->pty);
	w->is_open = false;
}

void world_enter(struct world *w)
{
	pty_type(&w->pty, "4");
	pty_wait_text(&w->pty, "you are here");
	pty_type(&w->pty, "\r");
	pty_wait_text(&w->pty, "GATE OPEN");
}

void world_step(struct world *w, const char *awaited)
{
	pty_type(&w->pty, "s");
	pty_wait_text(&w->pty, "Press y to do it.");
	/* what is typed in the first moments of a prompt is not heard */
	pty_type_until(&w->pty, "y", awaited);
}

void world_answer(struct world *w, const char *key, const char *words)
{
	char first[] = { *words, '\0' };
	char *seen = mem_printf("> %c", *words), *typed = mem_printf("\025%s\r", words);

	pty_type(&w->pty, key);
	pty_wait_text(&w->pty, "Type  ");
	pty_type_until(&w->pty, first, seen);
	pty_type(&w->pty, typed);
	free(seen);
	free(typed);
}

char *world_stored(struct world *w, const char *sql)
{
	char *path = mem_printf("%s/.local/share/dbtop/dbtop.db", w->home);
	char *cell = stored_cell(path, sql);

	free(path);
	return cell;
}

int world_open_alone(void **state)
{
	*state = world_new(0);
	return 0;
}

int world_open_with_standby(void **state)
{
	*state = world_new(1);
	return 0;
}

int world_close_all(void **state)
{
	world_free(*state);
	return 0;
}
