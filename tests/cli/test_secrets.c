// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Passwords, however they were given: they open the connection and stand nowhere afterwards: not in what is printed, in
 * the log, in the store, in the history, in what `ps` shows, in what a crash would leave.
 */
#include "test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/shell.h"

#define SECRET "tr0ubad0ur"
#define NAME   "migrations/20240101000000_a.sql"

static struct cluster *servers;

static int world_up(void **state)
{
	(void)state;
	servers = server_start_guarded("login superuser password '" SECRET "'");
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

/* ---- the ways to give it ---- */

enum way { WAY_URI, WAY_DATABASE_URL, WAY_PGPASSWORD, WAY_PASSFILE, WAY_SERVICE, WAY_CONF };

static int port(void)
{
	return (int)strtol(strstr(cluster_tcp_conninfo(servers, 0), "port=") + 5, NULL, 10);
}

static char *write_secret(struct shell *sh, const char *name, const char *text)
{
	char *path = mem_printf("%s/%s", sh->work, name);

	shell_write(sh, name, text);
	assert_int_equal(chmod(path, 0600), 0);
	return path;
}

static void set_env(struct shell *sh, const char *name, char *value)
{
	shell_env(sh, name, value);
	free(value);
}

static void set_file(struct shell *sh, const char *name, const char *file, char *text)
{
	set_env(sh, name, write_secret(sh, file, text));
	free(text);
}

static void give(struct shell *sh, enum way way)
{
	char *plain =
		mem_printf("host=127.0.0.1 port=%d user=guarded dbname=%s", port(), sh->database);
	char *uri =
		mem_printf("postgres://guarded:" SECRET "@127.0.0.1:%d/%s", port(), sh->database);

	shell_env(sh, "DBTOP_TARGET", way == WAY_URI ? uri : NULL);
	switch (way) {
	case WAY_URI: break;
	case WAY_DATABASE_URL: shell_env(sh, "DATABASE_URL", uri); break;
	case WAY_PGPASSWORD:
		shell_env(sh, "DBTOP_TARGET", plain);
		shell_env(sh, "PGPASSWORD", SECRET);
		break;
	case WAY_PASSFILE:
		shell_env(sh, "DBTOP_TARGET", plain);
		set_file(sh, "PGPASSFILE", "secret.pass", mem_strdup("*:*:*:guarded:" SECRET "\n"));
		break;
	case WAY_SERVICE:
		shell_env(sh, "DBTOP_TARGET", "shop");
		set_file(sh, "PGSERVICEFILE", "secret.service",
			mem_printf("[shop]\nhost=127.0.0.1\nport=%d\nuser=guarded\ndbname=%s\n"
				   "password=" SECRET "\n",
				port(), sh->database));
		break;
	case WAY_CONF:
		set_file(sh, "DBTOP_CONFIG", "secret.conf",
			mem_printf(
				"[target shop]\ndsn = %s password=" SECRET "\nenv = dev\n", plain));
		shell_env(sh, "DBTOP_TARGET", "shop");
		break;
	}
	free(plain);
	free(uri);
}

/* ---- where it may not stand ---- */

static int files_seen;

static int look_into(const char *path, const struct stat *st, int type, struct FTW *where)
{
	size_t len;
	struct err e;

	if (type != FTW_F || strncmp(path + where->base, "secret.", 7) == 0 || !st->st_size)
		return 0;
	char *bytes = path_read(path, 64 << 20, &len, &e);
	assert_non_null(bytes);
	if (memmem(bytes, len, SECRET, strlen(SECRET)))
		fail_msg("the password stands in %s", path);
	files_seen++;
	free(bytes);
	return 0;
}

static void assert_nowhere(struct shell *sh)
{
	files_seen = 0;
	assert_int_equal(nftw(sh->dir, look_into, 8, FTW_PHYS), 0);
	assert_true(files_seen > 4); /* what was printed, the log, the store */
	shell_expect(sh,
		"select count(*) from (select e::text as t from dbtop.event e union all select "
		"r::text from dbtop.revision r union all select a::text from pg_stat_activity a) u "
		"where t like '%" SECRET "%' and t not like '%select count(*) from (select%'",
		"0");
}

static void however_it_is_given_it_stands_nowhere(void **state)
{
	(void)state;
	static const char *const lines[] = { "status", "status --json", "plan --json", "current",
		"history", "health", "health --json", "config show", "config check", "paths",
		"notes add seen", "downgrade --yes --allow-hazard all", "spec --json" };

	for (int way = WAY_URI; way <= WAY_CONF; way++) {
		struct shell *sh = shell_new(servers);
		give(sh, (enum way)way);
		shell_env(sh, "DBTOP_LOG", "all.log");
		shell_env(sh, "DBTOP_LOG_LEVEL", "debug");
		shell_write(sh, NAME,
			"-- dbtop: up\ncreate table a ();\n-- dbtop: down\ndrop table a;\n");

		dbtop(sh, "upgrade --yes");
		shell_assert(sh, 0);
		for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
			dbtop(sh, "%s", lines[i]);
			shell_assert(sh, 0);
		}

		assert_nowhere(sh);
		shell_free(sh);
	}
}

static void a_connection_that_fails_does_not_show_it_either(void **state)
{
	(void)state;
	static const char *const targets[] = {
		"postgres://guarded:" SECRET "@127.0.0.1:1/x",
		"postgres://guarded:" SECRET "@[::1/x",
		"postgres://guarded:" SECRET "%zz@127.0.0.1/x",
		"host=127.0.0.1 port=1 password='" SECRET "' user=guarded",
		"host=127.0.0.1 password='" SECRET,
		"host=127.0.0.1 port=1 passwrd=" SECRET,
	};

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct shell *sh = shell_new(servers);
		shell_env(sh, "DBTOP_TARGET", targets[i]);
		shell_env(sh, "DBTOP_LOG", "all.log");
		shell_env(sh, "DBTOP_LOG_LEVEL", "debug");
		dbtop(sh, "status");
		assert_true(sh->status == 12 || sh->status == 2);
		assert_true(strlen(sh->err) > 20);
		shell_assert_no(sh, SECRET);
		dbtop(sh, "config check --json");
		shell_assert_no(sh, SECRET);
		char *log = shell_read(sh, "all.log");
		assert_true(!log || !strstr(log, SECRET));
		free(log);
		shell_free(sh);
	}
}

static void a_password_in_a_migration_is_not_kept(void **state)
{
	(void)state;
	struct shell *sh = shell_new(servers);
	shell_env(sh, "DBTOP_LOG", "all.log");
	shell_env(sh, "DBTOP_LOG_LEVEL", "debug");
	shell_write(sh, "secret.d/20240101000000_a.sql",
		"-- dbtop: up\ndo $$ begin raise exception 'no'; end $$;\n"
		"create role t_secret password '" SECRET "';\n");
	shell_env(sh, "DBTOP_DIR", "secret.d");

	dbtop(sh, "upgrade --yes --allow-hazard all");
	shell_assert(sh, 5);
	shell_assert_no(sh, SECRET);
	shell_write(sh, "secret.d/20240101000000_a.sql",
		"-- dbtop: up\ncreate role t_secret password '" SECRET "';\n"
		"select 'x'::int, 'password ''" SECRET "''';\n");
	dbtop(sh, "upgrade --yes --allow-hazard all");
	shell_assert(sh, 5);
	shell_assert_no(sh, SECRET);
	char *log = shell_read(sh, "all.log");
	assert_non_null(log);
	assert_null(strstr(log, SECRET));
	free(log);
	shell_free(sh);
}

/* ---- the process ---- */

static char *proc_text(pid_t pid, const char *name)
{
	char *path = mem_printf("/proc/%d/%s", (int)pid, name);
	char *text = mem_zero(16384);
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, 16383);

	if (fd >= 0)
		close(fd);
	free(path);
	for (ssize_t i = 0; i < len; i++)
		text[i] = text[i] ? text[i] : ' ';
	return text;
}

static void neither_ps_nor_a_core_file_has_it(void **state)
{
	(void)state;
	struct shell *sh = shell_new(servers);
	struct shell_child child;
	shell_write(sh, NAME, "-- dbtop: up\nselect pg_advisory_xact_lock(78);\n");
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(78)");

	shell_start(sh, &child,
		"upgrade --yes --allow-hazard all -d postgres://guarded:" SECRET "@127.0.0.1:%d/%s",
		port(), sh->database);
	shell_wait(sh, "select count(*) > 0 from pg_stat_activity where usename = 'guarded' and "
		       "wait_event_type = 'Lock'");
	char *shown = proc_text(child.pid, "cmdline"), *limits = proc_text(child.pid, "limits");
	PQfinish(holder);
	shell_finish(&child);

	shell_assert(sh, 0);
	assert_non_null(strstr(shown, "guarded:**********@"));
	assert_null(strstr(shown, SECRET));
	const char *core = strstr(limits, "Max core file size");
	assert_non_null(core);
	assert_int_equal(strncmp(core + 26, "0                    0 ", 23), 0);
	free(shown);
	free(limits);
	shell_free(sh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(however_it_is_given_it_stands_nowhere),
		cmocka_unit_test(a_connection_that_fails_does_not_show_it_either),
		cmocka_unit_test(a_password_in_a_migration_is_not_kept),
		cmocka_unit_test(neither_ps_nor_a_core_file_has_it),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
