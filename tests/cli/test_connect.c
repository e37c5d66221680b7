// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Connecting: who is refused is told why in one sentence; passwords are never shown; a role that may not see says "?".
 */
#include "test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/shell.h"

#define GOOD "-- dbtop: up\ncreate table a (i int);\n-- dbtop: down\ndrop table a;\n"
#define NAME "migrations/20240101000000_a.sql"

static struct cluster *servers;

static int world_up(void **state)
{
	*state = servers = server_start(&(struct cluster_options){ .is_tcp = true,
		.standbys = 1,
		.extra_hba = "host all guarded 127.0.0.1/32 scram-sha-256\n" });
	server_run(servers, 0, "create role guarded login password 'tr0ubadour'");
	server_run(servers, 0, "create role plain login");
	return 0;
}

static int world_down(void **state)
{
	(void)state;
	server_end(servers);
	return 0;
}

/* "host=127.0.0.1 port=…" of the guarded role, without its password. */
static char *guarded(struct shell *sh)
{
	const char *port = strstr(cluster_tcp_conninfo(servers, 0), "port=");

	return mem_printf("host=127.0.0.1 %.*s user=guarded dbname=%s", (int)strcspn(port, " "),
		port, sh->database);
}

static void a_wrong_password_is_said_and_not_shown(void **state)
{
	struct shell *sh = *state;
	char *target = guarded(sh);
	shell_env(sh, "PGPASSWORD", "wr0ng");

	dbtop(sh, "status -d '%s'", target);

	shell_assert(sh, 12);
	shell_assert_err(
		sh, "password authentication failed for user \"guarded\" (SQLSTATE 28P01)");
	shell_assert_no(sh, "wr0ng");
	free(target);
}

static void without_a_password_and_without_a_terminal_nobody_is_asked(void **state)
{
	struct shell *sh = *state;
	char *target = guarded(sh);

	dbtop(sh, "status -d '%s'", target);

	shell_assert(sh, 12);
	shell_assert_err(sh, "no password supplied");
	shell_assert_err(sh, "hint: the server wants a password: set PGPASSWORD");
	dbtop(sh, "status -W -d '%s'", target);
	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop: -W asks for a password, and nobody can be asked here\n");
	free(target);
}

/* Of a process: what `ps` shows. */
static char *shown_arguments(pid_t pid)
{
	char *path = mem_printf("/proc/%d/cmdline", (int)pid);
	char *text = mem_zero(8192);
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, text, 8191);

	close(fd);
	free(path);
	for (ssize_t i = 0; i < len; i++)
		text[i] = text[i] ? text[i] : ' ';
	return text;
}

static void a_password_among_the_arguments_works_and_is_wiped(void **state)
{
	struct shell *sh = *state;
	struct shell_child child;
	char *target = guarded(sh);
	shell_write(sh, NAME, "-- dbtop: up\nselect pg_advisory_xact_lock(77);\n");
	shell_sql(sh, "grant create on schema public to guarded");
	char *grant = mem_printf("grant create on database %s to guarded", sh->database);
	shell_sql(sh, grant);
	free(grant);
	PGconn *holder = server_connect_to(sh->conninfo);
	server_run_on(holder, "select pg_advisory_lock(77)");

	shell_start(sh, &child,
		"upgrade --env dev --yes --allow-hazard all '--target=%s password=tr0ubadour'",
		target);
	shell_wait(sh, "select count(*) > 0 from pg_stat_activity where usename = 'guarded' and "
		       "wait_event_type = 'Lock'");
	char *shown = shown_arguments(child.pid);
	PQfinish(holder);
	shell_finish(&child);

	shell_assert(sh, 0);
	assert_non_null(strstr(shown, "password=**********"));
	assert_null(strstr(shown, "tr0ubadour"));
	shell_assert_no(sh, "tr0ubadour");
	shell_assert_err(sh, "warning: a password on the command line can be read by others");
	free(shown);
	free(target);
}

static void an_unknown_database_is_named(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "status -d 'host=%s port=%d user=postgres dbname=nosuch'",
		cluster_socket_dir(servers), cluster_node_port(servers, 0));

	shell_assert(sh, 12);
	shell_assert_err(sh,
		"database \"nosuch\" does not exist (SQLSTATE 3D000)\n  hint: check the "
		"database's name: psql -l lists those there are\n");
}

static void no_server_is_exit_12_and_unknown_to_health(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, GOOD);
	shell_env(sh, "DBTOP_TARGET", "host=/nowhere port=1 dbname=x");

	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 12);
	shell_assert_err(sh, "dbtop: cannot connect to ");
	dbtop(sh, "upgrade --yes --json");
	shell_assert(sh, 12);
	const struct json *error = json_get(shell_json(sh, "upgrade"), "error");
	assert_string_equal(json_text(json_get(error, "kind")), "connect");
	dbtop(sh, "health --json");
	shell_assert(sh, 3);
	shell_json(sh, "health");
}

/* ---- a server that is too old: a listener that plays one ---- */

static void put_message(int fd, char type, const char *bytes, size_t len)
{
	unsigned char head[5] = { (unsigned char)type, 0, 0, (unsigned char)((len + 4) >> 8),
		(unsigned char)(len + 4) };

	if (write(fd, head, sizeof(head)) < 0 || write(fd, bytes, len) < 0)
		_exit(1);
}

static void play_old_server(int fd)
{
	char junk[1024];

	if (read(fd, junk, sizeof(junk)) <= 0)
		_exit(1);
	put_message(fd, 'R', "\0\0\0\0", 4);
	put_message(fd, 'S',
		"server_version\0"
		"12.22",
		21);
	put_message(fd, 'S', "client_encoding\0UTF8", 21);
	put_message(fd, 'S', "standard_conforming_strings\0on", 31);
	put_message(fd, 'K', "\0\0\0\1\0\0\0\2", 8);
	put_message(fd, 'Z', "I", 1);
	while (read(fd, junk, sizeof(junk)) > 0) {
	}
	_exit(0);
}

static pid_t start_old_server(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		int fd = accept(listener, NULL, NULL);
		play_old_server(fd);
	}
	close(listener);
	return pid;
}

static void a_server_older_than_13_is_refused_by_its_version(void **state)
{
	struct shell *sh = *state;
	int port;
	pid_t pid = start_old_server(&port);
	shell_write(sh, NAME, GOOD);

	dbtop(sh,
		"upgrade --yes -d 'host=127.0.0.1 port=%d user=u dbname=d sslmode=disable "
		"gssencmode=disable'",
		port);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	shell_assert(sh, 12);
	shell_assert_err(sh, "12.22");
	shell_assert_err(sh, "13");
}

/* ---- our own pool ---- */

static void health_tells_the_figures_of_our_own_pool(void **state)
{
	struct shell *sh = *state;

	dbtop(sh, "health --json --pool-size 3 --max-overflow 2");
	const struct json *pool = json_get(json_get(shell_json(sh, "health"), "data"), "pool");
	int64_t in = json_int(json_get(pool, "checked_in_connections"), -1);
	int64_t out = json_int(json_get(pool, "checked_out_connections"), -1);

	assert_string_equal(json_text(json_get(pool, "status")), "healthy");
	assert_string_equal(json_text(json_get(pool, "state")), "open");
	assert_int_equal(json_int(json_get(pool, "pool_size"), -1), 3);
	assert_int_equal(json_int(json_get(pool, "max_overflow"), -1), 2);
	assert_int_equal(json_int(json_get(pool, "overflow"), -1), 0);
	assert_int_equal(json_int(json_get(pool, "waiting"), -1), 0);
	assert_true(in >= 0 && out >= 0 && in + out >= 1);
	assert_int_equal(json_int(json_get(pool, "total"), -1), in + out);
	assert_true(json_int(json_get(pool, "wait_p99_us"), -1) >=
		    json_int(json_get(pool, "wait_p50_us"), -1));
}

/* ---- rights ---- */

static void a_role_that_may_not_see_others_says_so_and_never_zero(void **state)
{
	struct shell *sh = *state;
	PGconn *other = server_connect_to(sh->conninfo);
	server_run_on(other, "begin");
	server_run_on(other, "select 1");

	dbtop(sh, "health --json -d 'host=%s port=%d user=plain dbname=%s'",
		cluster_socket_dir(servers), cluster_node_port(servers, 0), sh->database);
	const struct json *pool = json_get(json_get(shell_json(sh, "health"), "data"), "pool");
	static const char *const hidden[] = { "active", "idle", "idle_in_transaction",
		"oldest_transaction_ms" };
	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++) {
		assert_non_null(json_get(pool, hidden[i]));
		assert_int_equal(json_int(json_get(pool, hidden[i]), -7), -7);
	}
	dbtop(sh, "health -d 'host=%s port=%d user=plain dbname=%s'", cluster_socket_dir(servers),
		cluster_node_port(servers, 0), sh->database);
	PQfinish(other);
	shell_assert_out(sh, "pg_monitor");
}

static void database_url_against_the_projects_only_target_stops_writers_only(void **state)
{
	struct shell *sh = *state;
	char *conf = mem_printf("[target shop]\ndsn = %s\nenv = dev\n", sh->conninfo);
	shell_write(sh, "dbtop.conf", conf);
	shell_write(sh, NAME, GOOD);
	shell_env(sh, "DBTOP_TARGET", NULL);
	shell_env(sh, "DATABASE_URL", "postgres://bob:s3cret@elsewhere/other");

	dbtop(sh, "status");
	shell_assert(sh, 0);
	dbtop(sh, "upgrade --yes");
	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop: two targets: dbtop.conf:2 names ");
	shell_assert_err(sh, ", DATABASE_URL names bob@elsewhere");
	shell_assert_err(sh, "hint: say which with -d, or unset DATABASE_URL\n");
	shell_assert_no(sh, "s3cret");
	dbtop(sh, "upgrade --yes -d shop");
	shell_assert(sh, 0);
	free(conf);
}

static void database_url_alone_is_the_target(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, NAME, GOOD);
	shell_env(sh, "DBTOP_TARGET", NULL);
	shell_env(sh, "DATABASE_URL", sh->conninfo);

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	shell_assert_no(sh, "warning");
	shell_expect(sh, "select count(*) from a", "0");
}

/* ---- service files ---- */

/* In this file, a service called shop, as that role; the caller frees its path. */
static char *write_service(struct shell *sh, const char *file, const char *name, const char *user)
{
	char *text = mem_printf("# ours\n[other]\nhost=/nowhere\n\n[%s]\nhost=%s\nport=%d\n"
				"user=%s\ndbname=%s\n",
		name, cluster_socket_dir(servers), cluster_node_port(servers, 0), user,
		sh->database);
	char *path = mem_printf("%s/%s", sh->work, file);

	shell_write(sh, file, text);
	free(text);
	return path;
}

/* Who the server says we are. */
static void expect_user(struct shell *sh, const char *line, const char *user)
{
	dbtop(sh, "health --json %s", line);
	const struct json *server = json_get(json_get(shell_json(sh, "health"), "data"), "server");
	const char *is = json_text(json_get(server, "user"));

	if (!is || strcmp(is, user) != 0)
		fail_msg("%s: as %s, not %s\n%s", line, is ? is : "nobody", user, sh->out);
	assert_string_equal(json_text(json_get(server, "database")), sh->database);
}

static void a_service_is_found_and_connected_to_however_it_is_named(void **state)
{
	struct shell *sh = *state;
	char *file = write_service(sh, "services", "shop", "plain");
	char *folder_file = write_service(sh, "etc/pg_service.conf", "shop", "postgres");
	char *home_file = write_service(sh, "../home/.pg_service.conf", "shop", "plain");
	shell_env(sh, "DBTOP_TARGET", NULL);
	*strrchr(folder_file, '/') = '\0';
	shell_env(sh, "PGSYSCONFDIR", folder_file);

	/* the home's file, before the machine's; then the file that is named, before both */
	expect_user(sh, "-d shop", "plain");
	free(write_service(sh, "../home/.pg_service.conf", "gone", "plain"));
	expect_user(sh, "-d shop", "postgres");
	shell_env(sh, "PGSERVICEFILE", file);
	expect_user(sh, "-d shop", "plain");
	expect_user(sh, "-d service=shop", "plain");
	expect_user(sh, "-d postgresql:///?service=shop", "plain");
	shell_env(sh, "PGSERVICE", "shop");
	expect_user(sh, "", "plain");
	shell_env(sh, "PGSERVICE", NULL);
	shell_write(sh, "dbtop.conf", "[target mine]\nservice = shop\nenv = dev\n");
	expect_user(sh, "", "plain");
	expect_user(sh, "-d mine", "plain");
	free(file);
	free(folder_file);
	free(home_file);
}

static void flag_beats_text_beats_service_beats_variable(void **state)
{
	struct shell *sh = *state;
	char *file = write_service(sh, "services", "shop", "plain");
	shell_env(sh, "DBTOP_TARGET", NULL);
	shell_env(sh, "PGSERVICEFILE", file);
	shell_env(sh, "PGUSER", "nobody");
	shell_env(sh, "PGPORT", "1");

	expect_user(sh, "-d service=shop", "plain");
	expect_user(sh, "-d 'service=shop user=postgres'", "postgres");
	expect_user(sh, "-d 'service=shop user=nobody' -U postgres", "postgres");
	shell_env(sh, "PGSERVICE", "other");
	expect_user(sh, "-d service=shop", "plain");
	dbtop(sh, "status");
	shell_assert(sh, 12);
	shell_assert_err(sh, "/nowhere");
	shell_env(sh, "PGSERVICE", "shp");
	dbtop(sh, "status");
	shell_assert(sh, 2);
	shell_assert_err(sh, "there is no service shp in the service file");
	free(file);
}

/* The standby first, then the primary. */
static char *both_hosts(struct shell *sh)
{
	server_wait_replayed(servers, 1);
	return mem_printf("postgresql://postgres@127.0.0.1:%d,127.0.0.1:%d/%s",
		cluster_node_port(servers, 1), cluster_node_port(servers, 0), sh->database);
}

static void of_several_hosts_in_one_url_the_primary_is_found_and_changed(void **state)
{
	struct shell *sh = *state;
	char *url = both_hosts(sh);
	shell_write(sh, NAME, GOOD);
	shell_env(sh, "DBTOP_TARGET", NULL);
	shell_env(sh, "DATABASE_URL", url);

	dbtop(sh, "upgrade --yes");

	shell_assert(sh, 0);
	shell_expect(sh, "select count(*) from a", "0");
	dbtop(sh, "status -d '%s'", url);
	shell_assert(sh, 0);
	shell_assert_no(sh, "standby");
	free(url);
}

static void a_list_in_keywords_variables_or_a_flag_is_the_same_list(void **state)
{
	struct shell *sh = *state;
	char *ports =
		mem_printf("%d,%d", cluster_node_port(servers, 1), cluster_node_port(servers, 0));
	shell_write(sh, NAME, GOOD);
	server_wait_replayed(servers, 1);

	dbtop(sh,
		"upgrade --yes -d 'host=127.0.0.1,127.0.0.1 port=%s user=postgres "
		"dbname=%s'",
		ports, sh->database);
	shell_assert(sh, 0);
	dbtop(sh,
		"downgrade --yes --allow-hazard data-loss:public.a -d 'user=postgres "
		"dbname=%s' -h "
		"127.0.0.1,127.0.0.1 -p %s",
		sh->database, ports);
	shell_assert(sh, 0);
	shell_env(sh, "PGHOST", "127.0.0.1,127.0.0.1");
	shell_env(sh, "PGPORT", ports);
	dbtop(sh, "upgrade --yes -d 'user=postgres dbname=%s'", sh->database);
	shell_assert(sh, 0);
	shell_expect(sh, "select count(*) from a", "0");
	free(ports);
}

static void a_list_that_cannot_be_names_its_place_and_connects_to_nobody(void **state)
{
	struct shell *sh = *state;
	shell_write(sh, "dbtop.conf",
		"[target odd]\ndsn = postgresql://pg-a:1,pg-b:70000/shop\n"
		"[target roles]\ndsn = "
		"postgresql://pg-a,pg-b/shop?target_session_attrs=standby\n");

	dbtop(sh, "status -d odd");
	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop.conf:2: host 2 of 2: the port is not a number from 1 to 65535");
	dbtop(sh, "status -d roles");
	shell_assert(sh, 2);
	shell_assert_err(sh, "dbtop.conf:4: target_session_attrs wants a standby, and dbtop looks "
			     "for the primary among these 2 hosts");
	dbtop(sh, "status -d 'host=a,b,c port=1,2'");
	shell_assert(sh, 2);
	shell_assert_err(sh, "the command line: 2 ports for 3 hosts");
}

int main(void)
{
#define IN_SHELL(test) cmocka_unit_test_setup_teardown(test, shell_set_up, shell_tear_down)
	const struct CMUnitTest tests[] = {
		IN_SHELL(a_wrong_password_is_said_and_not_shown),
		IN_SHELL(without_a_password_and_without_a_terminal_nobody_is_asked),
		IN_SHELL(a_password_among_the_arguments_works_and_is_wiped),
		IN_SHELL(an_unknown_database_is_named),
		IN_SHELL(no_server_is_exit_12_and_unknown_to_health),
		IN_SHELL(health_tells_the_figures_of_our_own_pool),
		IN_SHELL(a_server_older_than_13_is_refused_by_its_version),
		IN_SHELL(a_role_that_may_not_see_others_says_so_and_never_zero),
		IN_SHELL(database_url_against_the_projects_only_target_stops_writers_only),
		IN_SHELL(database_url_alone_is_the_target),
		IN_SHELL(a_service_is_found_and_connected_to_however_it_is_named),
		IN_SHELL(flag_beats_text_beats_service_beats_variable),

		IN_SHELL(of_several_hosts_in_one_url_the_primary_is_found_and_changed),
		IN_SHELL(a_list_in_keywords_variables_or_a_flag_is_the_same_list),
		IN_SHELL(a_list_that_cannot_be_names_its_place_and_connects_to_nobody),
	};
	return cmocka_run_group_tests(tests, world_up, world_down);
}
