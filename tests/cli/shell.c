// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell.h"

#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "scratch.h"

enum { WORDS_MAX = 64, LIMIT_S = 30, LOOK_AGAIN_MS = 20, OUTPUT_MAX = 64 << 20 };

static char *database_new(struct cluster *cluster)
{
	static int count;
	char *name = mem_printf("t%d_%d", (int)getpid(), ++count);
	char *sql = mem_printf("create database %s", name);

	server_run(cluster, 0, sql);
	free(sql);
	return name;
}

/* ---- the world of one program ---- */

static void set_folder(struct shell *sh, const char *name, const char *folder)
{
	char *path = mem_printf("%s/%s", sh->home, folder);
	shell_env(sh, name, path);
	free(path);
}

struct shell *shell_new(struct cluster *cluster)
{
	struct shell *sh = mem_new(struct shell);
	const char *sanitizer[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS" };

	sh->cluster = cluster;
	sh->dir = scratch_new();
	sh->work = mem_printf("%s/work", sh->dir);
	sh->home = mem_printf("%s/home", sh->dir);
	mkdir(sh->work, 0700);
	mkdir(sh->home, 0700);
	shell_env(sh, "HOME", sh->home);
	shell_env(sh, "PATH", getenv("PATH"));
	shell_env(sh, "LC_ALL", "C.UTF-8");
	shell_env(sh, "TZ", "UTC");
	for (size_t i = 0; i < ARRAY_SIZE(sanitizer); i++)
		shell_env(sh, sanitizer[i], getenv(sanitizer[i]));
	set_folder(sh, "XDG_CONFIG_HOME", "config");
	set_folder(sh, "XDG_DATA_HOME", "data");
	set_folder(sh, "XDG_STATE_HOME", "state");
	if (!cluster)
		return sh;
	sh->database = database_new(cluster);
	sh->conninfo = mem_printf("host=%s port=%d user=postgres dbname=%s",
		cluster_socket_dir(cluster), cluster_node_port(cluster, 0), sh->database);
	shell_env(sh, "DBTOP_TARGET", sh->conninfo);
	shell_env(sh, "DBTOP_ENV", "dev");
	return sh;
}

static void forget_run(struct shell *sh)
{
	free(sh->out);
	free(sh->err);
	json_free(sh->json);
	sh->out = sh->err = NULL;
	sh->json = NULL;
}

void shell_free(struct shell *sh)
{
	if (!sh)
		return;
	forget_run(sh);
	for (size_t i = 0; i < SHELL_ENV_MAX; i++)
		free(sh->env[i]);
	scratch_remove(sh->dir);
	free(sh->work);
	free(sh->home);
	free(sh->database);
	free(sh->conninfo);
	free(sh);
}

int shell_servers_up(void **state)
{
	*state = server_start(NULL);
	return 0;
}

int shell_servers_down(void **state)
{
	server_end(*state);
	return 0;
}

int shell_set_up(void **state)
{
	*state = shell_new(*state);
	return 0;
}

int shell_tear_down(void **state)
{
	shell_free(*state);
	return 0;
}

void shell_env(struct shell *sh, const char *name, const char *value)
{
	size_t len = strlen(name), i = 0;

	while (i + 1 < SHELL_ENV_MAX && sh->env[i] &&
		(strncmp(sh->env[i], name, len) != 0 || sh->env[i][len] != '='))
		i++;
	assert_true(i + 1 < SHELL_ENV_MAX);
	free(sh->env[i]);
	sh->env[i] = NULL;
	if (value) {
		sh->env[i] = mem_printf("%s=%s", name, value);
		return;
	}
	for (; i + 1 < SHELL_ENV_MAX; i++)
		sh->env[i] = sh->env[i + 1];
}

void shell_write(struct shell *sh, const char *name, const char *text)
{
	free(scratch_write(sh->work, name, text));
}

void shell_write_bytes(struct shell *sh, const char *name, const void *bytes, size_t len)
{
	free(scratch_write_bytes(sh->work, name, bytes, len));
}

char *shell_read(struct shell *sh, const char *name)
{
	char *path = mem_printf("%s/%s", *name == '/' ? "" : sh->work, name);
	size_t len;
	struct err e;
	char *text = path_read(path, OUTPUT_MAX, &len, &e);

	free(path);
	return text;
}

/* ---- a run ---- */

static size_t split(char *line, char **words)
{
	size_t count = 0;

	while (*line) {
		line += strspn(line, " ");
		if (!*line)
			break;
		assert_true(count + 1 < WORDS_MAX);
		char end = *line == '\'' ? '\'' : ' ';
		if (end == '\'')
			line++;
		words[count++] = line;
		line += strcspn(line, (char[]){ end, '\0' });
		if (*line)
			*line++ = '\0';
	}
	words[count] = NULL;
	return count;
}

static char *stream_path(const struct shell *sh, int run, const char *what)
{
	return mem_printf("%s/%s.%d", sh->dir, what, run);
}

static void put_stream(const struct shell *sh, const char *what, int as)
{
	char *path = stream_path(sh, sh->runs, what);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	free(path);
	if (fd < 0 || dup2(fd, as) < 0)
		_exit(126);
	close(fd);
}

static _Noreturn void execute(const struct shell *sh, char **words)
{
	const char *build = getenv("top_builddir");
	char *program = mem_printf("%s/dbtop", build ? build : ".");

	words[0] = program;
	signal(SIGPIPE, SIG_DFL);
	if (sh->uid && (setgid(sh->uid) != 0 || setuid(sh->uid) != 0))
		_exit(126);
	if (chdir(sh->work) != 0)
		_exit(126);
	execve(program, words, (char *const *)sh->env);
	_exit(127);
}

static _Noreturn void become_dbtop(const struct shell *sh, char **words)
{
	int null = open("/dev/null", O_RDONLY);

	put_stream(sh, "out", STDOUT_FILENO);
	put_stream(sh, "err", STDERR_FILENO);
	dup2(null, STDIN_FILENO);
	execute(sh, words);
}

_Noreturn void shell_become(const struct shell *sh, const char *line)
{
	char copy[4096];
	char *words[WORDS_MAX + 1] = { 0 };

	snprintf(copy, sizeof(copy), "%s", line);
	split(copy, words + 1);
	execute(sh, words);
}

static void start(struct shell *sh, struct shell_child *child, const char *fmt, va_list ap)
{
	char line[4096];
	char *words[WORDS_MAX + 1] = { 0 };

	vsnprintf(line, sizeof(line), fmt, ap);
	split(line, words + 1);
	sh->runs++;
	fflush(NULL);
	*child = (struct shell_child){ .shell = sh, .run = sh->runs, .pid = fork() };
	assert_true(child->pid >= 0);
	if (child->pid == 0)
		become_dbtop(sh, words);
}

void shell_start(struct shell *sh, struct shell_child *child, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	start(sh, child, fmt, ap);
	va_end(ap);
}

static char *read_stream(const struct shell *sh, int run, const char *what)
{
	char *path = stream_path(sh, run, what);
	size_t len;
	struct err e;
	char *text = path_read(path, OUTPUT_MAX, &len, &e);

	free(path);
	return text ? text : mem_strdup("");
}

int shell_finish(struct shell_child *child)
{
	struct shell *sh = child->shell;
	int64_t end_us = clock_mono_us(&clock_system) + LIMIT_S * INT64_C(1000000);
	int status;
	pid_t ended;

	while ((ended = waitpid(child->pid, &status, WNOHANG)) == 0) {
		if (clock_mono_us(&clock_system) > end_us) {
			kill(child->pid, SIGKILL);
			waitpid(child->pid, &status, 0);
			fail_msg("dbtop did not end within %d s", LIMIT_S);
		}
		poll(NULL, 0, 1);
	}
	assert_int_equal(ended, child->pid);
	forget_run(sh);
	sh->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	sh->out = read_stream(sh, child->run, "out");
	sh->err = read_stream(sh, child->run, "err");
	return sh->status;
}

int dbtop(struct shell *sh, const char *fmt, ...)
{
	struct shell_child child;
	va_list ap;

	va_start(ap, fmt);
	start(sh, &child, fmt, ap);
	va_end(ap);
	return shell_finish(&child);
}

void shell_wait_err(struct shell_child *child, const char *text)
{
	int64_t end_us = clock_mono_us(&clock_system) + LIMIT_S * INT64_C(1000000);

	for (bool is_there = false; !is_there;) {
		char *err = read_stream(child->shell, child->run, "err");
		is_there = strstr(err, text) != NULL;
		if (!is_there && clock_mono_us(&clock_system) > end_us)
			fail_msg("not said: %s\nbut\n%s", text, err);
		free(err);
		if (!is_there)
			poll(NULL, 0, LOOK_AGAIN_MS);
	}
}

char *shell_err_now(const struct shell_child *child)
{
	return read_stream(child->shell, child->run, "err");
}

/* ---- what it said ---- */

void shell_assert(struct shell *sh, int status)
{
	if (sh->status != status)
		fail_msg("exit %d, expected %d\n-- out\n%s\n-- err\n%s", sh->status, status,
			sh->out, sh->err);
}

void shell_assert_out(struct shell *sh, const char *text)
{
	if (!strstr(sh->out, text))
		fail_msg("not printed: %s\n-- out\n%s\n-- err\n%s", text, sh->out, sh->err);
}

void shell_assert_err(struct shell *sh, const char *text)
{
	if (!strstr(sh->err, text))
		fail_msg("not said: %s\n-- err\n%s\n-- out\n%s", text, sh->err, sh->out);
}

void shell_assert_no(struct shell *sh, const char *text)
{
	if (strstr(sh->out, text) || strstr(sh->err, text))
		fail_msg("said: %s\n-- out\n%s\n-- err\n%s", text, sh->out, sh->err);
}

static void assert_error(const struct json *error)
{
	static const char *const names[] = { "kind", "sqlstate", "file", "line", "column", "text",
		"detail", "hint", "database" };

	assert_non_null(error);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_non_null(json_get(error, names[i]));
	assert_non_null(json_text(json_get(error, "kind")));
	assert_non_null(json_text(json_get(error, "text")));
}

const struct json *shell_json(struct shell *sh, const char *command)
{
	struct err e;

	json_free(sh->json);
	sh->json = json_parse(span_of(sh->out), &e);
	if (!sh->json)
		fail_msg("no JSON: %s\n%s", e.text, sh->out);
	assert_string_equal(sh->err, "");
	assert_int_equal(json_int(json_get(sh->json, "schema"), 0), 1);
	assert_string_equal(json_text(json_get(sh->json, "command")), command);
	assert_non_null(json_get(sh->json, "target"));
	assert_int_equal(json_int(json_get(sh->json, "exit"), -1), sh->status);
	assert_non_null(json_get(sh->json, "data"));
	assert_non_null(json_get(sh->json, "warnings"));
	if (!json_is_true(json_get(sh->json, "ok")))
		assert_error(json_get(sh->json, "error"));
	return sh->json;
}

/* ---- its database ---- */

static PGconn *connect_own(const struct shell *sh)
{
	return server_connect_to(sh->conninfo);
}

void shell_sql(struct shell *sh, const char *sql)
{
	PGconn *conn = connect_own(sh);
	server_run_on(conn, sql);
	PQfinish(conn);
}

void shell_expect(struct shell *sh, const char *sql, const char *text)
{
	PGconn *conn = connect_own(sh);
	char *cell = server_cell_on(conn, sql);

	PQfinish(conn);
	if (!cell != !text || (cell && strcmp(cell, text) != 0))
		fail_msg("%s\nis       %s\nexpected %s", sql, cell ? cell : "(null)",
			text ? text : "(null)");
	free(cell);
}

void shell_wait(struct shell *sh, const char *sql)
{
	int64_t end_us = clock_mono_us(&clock_system) + LIMIT_S * INT64_C(1000000);
	PGconn *conn = connect_own(sh);

	for (bool is_true = false; !is_true;) {
		char *cell = server_cell_on(conn, sql);
		is_true = cell && strcmp(cell, "t") == 0;
		free(cell);
		if (!is_true && clock_mono_us(&clock_system) > end_us)
			fail_msg("not true after %d s: %s", LIMIT_S, sql);
		if (!is_true)
			poll(NULL, 0, LOOK_AGAIN_MS);
	}
	PQfinish(conn);
}

char *shell_catalog(struct shell *sh)
{
	static const char sql[] =
		"select coalesce(string_agg(line, e'\\n' order by line), '') from ("
		" select format('%s %s.%s', c.relkind, n.nspname, c.relname) as line"
		"  from pg_class c join pg_namespace n on n.oid = c.relnamespace"
		"  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
		" union all select format('type %s.%s', n.nspname, t.typname) from pg_type t"
		"  join pg_namespace n on n.oid = t.typnamespace"
		"  where t.typtype in ('e', 'd') and n.nspname !~ '^pg_'"
		"   and n.nspname <> 'information_schema'"
		" union all select format('function %s', p.oid::regprocedure) from pg_proc p"
		"  join pg_namespace n on n.oid = p.pronamespace"
		"  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
		" union all select format('schema %s', nspname) from pg_namespace"
		"  where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')) l";
	PGconn *conn = connect_own(sh);
	char *catalog = server_cell_on(conn, sql);

	PQfinish(conn);
	return catalog;
}
