// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The configuration as a person asks for it: which value is in use, who set it, and in which line; secrets are stars; a
 * bad value names its place whichever way it came.
 */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/shell.h"
#include "scratch.h"

#define SECRET "tr0ubad0ur"
#define USER   "home/config/dbtop/config"

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

static int shell_up(void **state)
{
	struct shell *sh = shell_new(servers);

	shell_env(sh, "DBTOP_TARGET", NULL);
	*state = sh;
	return 0;
}

static int shell_down(void **state)
{
	shell_free(*state);
	return 0;
}

static char *port(void)
{
	const char *text = strstr(cluster_tcp_conninfo(servers, 0), "port=") + 5;

	return mem_strndup(text, strcspn(text, " "));
}

/* Below the home or, as the user's own file, below XDG_CONFIG_HOME; the path, which the caller frees. */
static char *write_own(struct shell *sh, const char *name, const char *text)
{
	char *path = scratch_write(sh->dir, name, text);

	assert_int_equal(chmod(path, 0600), 0);
	return path;
}

static const struct json *find_row(struct shell *sh, const char *table, const char *key)
{
	const struct json *rows = json_get(json_get(sh->json, "data"), table);

	for (size_t i = 0; i < json_count(rows); i++) {
		const struct json *row = json_at(rows, i);
		if (strcmp(json_text(json_get(row, "key")), key) == 0)
			return row;
	}
	fail_msg("%s does not tell of %s", table, key);
	return NULL;
}

static void assert_row(
	struct shell *sh, const char *table, const char *key, const char *value, const char *source)
{
	const struct json *row = find_row(sh, table, key);

	assert_string_equal(json_text(json_get(row, "value")), value);
	assert_string_equal(json_text(json_get(row, "source")), source);
}

static void show(struct shell *sh, const char *more)
{
	dbtop(sh, "config show --json %s", more);
	shell_assert(sh, 0);
	shell_json(sh, "config");
}

static void each_value_names_who_set_it(void **state)
{
	struct shell *sh = *state;
	char *user = write_own(sh, USER, "[dbtop]\ntheme = paper\ninterval = 3s\nlock_wait = 9s\n");
	char *user_line = mem_printf("%s:2", user);
	shell_write(sh, "dbtop.conf",
		"[dbtop]\nlock_wait = 8s\n\n[target shop]\ndsn = host=pg-a dbname=shop\n"
		"lock_timeout = 7s\ntls = 1.3\n");
	shell_env(sh, "DBTOP_INTERVAL", "4s");
	shell_env(sh, "DBTOP_GLYPHS", "ascii");

	show(sh, "--glyphs utf8");

	assert_row(sh, "options", "target", "shop", "dbtop.conf:5");
	assert_row(sh, "options", "theme", "paper", user_line);
	assert_row(sh, "options", "lock_wait", "8s", "dbtop.conf:2");
	assert_row(sh, "options", "lock_timeout", "7s", "dbtop.conf:6");
	assert_row(sh, "options", "interval", "4s", "DBTOP_INTERVAL");
	assert_row(sh, "options", "glyphs", "utf8", "--glyphs");
	assert_row(sh, "options", "pool_size", "4", "default");
	assert_row(sh, "connection", "host", "pg-a", "dbtop.conf:5");
	assert_row(sh, "connection", "sslmode", "require", "tls = 1.3 (dbtop.conf:7)");
	dbtop(sh, "config show");
	shell_assert_out(sh, "lock_timeout     7s");
	shell_assert_out(sh, "tls = 1.3 (dbtop.conf:7)\n");
	free(user_line);
	free(user);
}

static void each_part_of_a_connection_names_its_source(void **state)
{
	struct shell *sh = *state;
	char *service = write_own(
		sh, "home/.pg_service.conf", "[pay]\nhost=pg-s\nport=7000\nsslmode=verify-ca\n");
	char *mode = mem_printf("%s:4", service);
	char *host = mem_printf("%s:2", service);
	shell_env(sh, "PGDATABASE", "orders");
	shell_env(sh, "PGAPPNAME", "mine");
	shell_env(sh, "DBTOP_TARGET", "pay");

	show(sh, "-p 7001 -U ann");

	assert_row(sh, "options", "target", "pay", "DBTOP_TARGET");
	assert_row(sh, "connection", "host", "pg-s", host);
	assert_row(sh, "connection", "sslmode", "verify-ca", mode);
	assert_row(sh, "connection", "port", "7001", "--port");
	assert_row(sh, "connection", "user", "ann", "--username");
	assert_row(sh, "connection", "dbname", "orders", "PGDATABASE");
	shell_env(sh, "DBTOP_TARGET", NULL);
	shell_env(sh, "DATABASE_URL", "postgresql://ben@pg-u/store");
	show(sh, "");
	assert_row(sh, "options", "target", "store", "DATABASE_URL");
	assert_row(sh, "connection", "host", "pg-u", "DATABASE_URL");
	assert_row(sh, "connection", "port", "5432", "default");
	show(sh, "-d dbname=x");
	assert_row(sh, "connection", "dbname", "x", "the command line");
	free(service);
	free(mode);
	free(host);
}

/* ---- secrets ---- */

static void secrets_are_stars_whatever_form_they_came_in(void **state)
{
	struct shell *sh = *state;
	char *pass = write_own(sh, "home/.pgpass", "# mine\n*:*:*:*:" SECRET "\n");
	char *line = mem_printf("%s:2", pass);
	static const char *const targets[] = { "postgresql://ann:" SECRET "@pg-a/shop",
		"host=pg-a password='" SECRET "' user=ann",
		"postgresql://ann@pg-a/shop?password=" SECRET "&sslpassword=" SECRET };
	shell_write(sh, "dbtop.conf",
		"[target shop]\nprimary = postgresql://ann:" SECRET "@pg-a/shop\n"
		"replicas = postgresql://ann:" SECRET "@pg-b/shop "
		"postgresql://ann@pg-c/shop?password=" SECRET "\n");

	show(sh, "");
	shell_assert_no(sh, SECRET);
	assert_row(sh, "options", "primary", "postgresql://ann:***@pg-a/shop", "dbtop.conf:2");
	assert_row(sh, "options", "replicas",
		"postgresql://ann:***@pg-b/shop postgresql://ann@pg-c/shop?password=***",
		"dbtop.conf:3");
	assert_row(sh, "connection", "password", "***", "dbtop.conf:2");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		shell_env(sh, "DBTOP_TARGET", targets[i]);
		show(sh, "");
		shell_assert_no(sh, SECRET);
		assert_row(sh, "connection", "password", "***", "DBTOP_TARGET");
	}
	shell_env(sh, "DBTOP_TARGET", "host=pg-a");
	show(sh, "");
	assert_row(sh, "connection", "password", "***", line);
	shell_env(sh, "PGPASSWORD", SECRET);
	show(sh, "");
	shell_assert_no(sh, SECRET);
	assert_row(sh, "connection", "password", "***", "PGPASSWORD");
	free(line);
	free(pass);
}

/* ---- bad values ---- */

static void a_bad_value_names_its_place_whichever_way_it_came(void **state)
{
	struct shell *sh = *state;
	static const struct {
		const char *project, *variable, *value, *flags, *words;
	} rows[] = {
		{ "[target a]\ndsn = host=h\ntls = 1.1\n", NULL, NULL, "",
			"dbtop.conf:3: tls cannot be \"1.1\": it takes one of auto, 1.2, 1.3\n" },
		{ NULL, "DBTOP_TLS", "yes", "",
			"DBTOP_TLS: tls cannot be \"yes\": it takes one of auto, 1.2, 1.3\n" },
		{ NULL, NULL, NULL, "--channel-binding always",
			"--channel-binding: channel_binding cannot be \"always\": it takes one of "
			"auto, require, prefer, disable\n" },
		{ NULL, NULL, NULL, "--pool-size 0",
			"--pool-size: pool_size cannot be \"0\": it takes a number from 1 to "
			"500\n" },
		{ NULL, "PGSSLMODE", "yes", "",
			"PGSSLMODE: sslmode cannot be \"yes\": it takes one of disable, allow, "
			"prefer, require, verify-ca, verify-full\n" },
		{ NULL, "DATABASE_URL", "postgres://u:p/x@h/d", "", "DATABASE_URL: " },
		{ "[target a]\n\ndsn = host=h prot=1\n", NULL, NULL, "",
			"dbtop.conf:3: the connection text is not well formed\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		shell_write(sh, "dbtop.conf", rows[i].project ? rows[i].project : "");
		if (rows[i].variable)
			shell_env(sh, rows[i].variable, rows[i].value);
		dbtop(sh, "status %s", rows[i].flags);
		shell_assert(sh, 2);
		shell_assert_err(sh, rows[i].words);
		dbtop(sh, "config check %s", rows[i].flags);
		shell_assert(sh, 2);
		if (rows[i].variable)
			shell_env(sh, rows[i].variable, NULL);
	}
}

static void config_check_sees_what_only_connecting_would_show(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "dbtop.conf",
		"[target a]\nprimary = host=/run/pg\ntls = 1.3\n"
		"replicas = host=pg-b,pg-c port=1,2,3\n");

	dbtop(sh, "config check");

	shell_assert(sh, 2);
	shell_assert_out(sh, "tls = 1.3 (dbtop.conf:3) cannot hold: /run/pg is a local socket");
	shell_assert_out(sh, "dbtop.conf:4: 3 ports for 2 hosts");
	shell_assert_err(sh, "2 things are wrong in the configuration\n");
}

/* ---- the ways to a server ---- */

static void assert_connects(struct shell *sh)
{
	dbtop(sh, "current");
	shell_assert(sh, 0);
	shell_assert_no(sh, "warning");
	shell_assert_no(sh, SECRET);
}

static void libpqs_own_ways_lead_to_a_server(void **state)
{
	struct shell *sh = *state;
	char *number = port();
	shell_env(sh, "PGHOST", "127.0.0.1");
	shell_env(sh, "PGPORT", number);
	shell_env(sh, "PGDATABASE", sh->database);
	shell_env(sh, "PGUSER", "guarded");
	dbtop(sh, "current");
	shell_assert(sh, 12);
	free(write_own(sh, "home/.pgpass", "127.0.0.1:*:*:guarded:" SECRET "\n"));
	assert_connects(sh);

	shell_env(sh, "PGHOST", "nowhere.invalid");
	char *services = mem_printf("[here]\nhost=127.0.0.1\nport=%s\nuser=guarded\n", number);
	free(write_own(sh, "home/.pg_service.conf", services));
	shell_env(sh, "PGSERVICE", "here");
	assert_connects(sh);
	free(services);
	free(number);
}

static void a_password_file_others_may_read_is_told_in_our_words_once(void **state)
{
	struct shell *sh = *state;
	char *number = port();
	char *target =
		mem_printf("host=127.0.0.1 port=%s user=guarded dbname=%s", number, sh->database);
	char *path = write_own(sh, "home/.pgpass", "*:*:*:*:" SECRET "\n");
	char *words = mem_printf("dbtop: warning: the password file %s can be read by others and "
				 "is not used: chmod 600 %s\n",
		path, path);
	assert_int_equal(chmod(path, 0640), 0);
	shell_env(sh, "DBTOP_TARGET", target);

	dbtop(sh, "current");

	shell_assert(sh, 12);
	shell_assert_err(sh, words);
	shell_assert_err(sh, "the server wants a password");
	assert_null(strstr(sh->err, "WARNING"));
	assert_null(strstr(strstr(sh->err, path) + 1, "password file"));
	free(words);
	free(path);
	free(target);
	free(number);
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_up, shell_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(each_value_names_who_set_it),
		IN_SHELL(each_part_of_a_connection_names_its_source),
		IN_SHELL(secrets_are_stars_whatever_form_they_came_in),
		IN_SHELL(a_bad_value_names_its_place_whichever_way_it_came),
		IN_SHELL(config_check_sees_what_only_connecting_would_show),
		IN_SHELL(libpqs_own_ways_lead_to_a_server),
		IN_SHELL(a_password_file_others_may_read_is_told_in_our_words_once),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
