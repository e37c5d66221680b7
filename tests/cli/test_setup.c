// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * `dbtop setup`: roles, database, extensions, migrations and rights, from an empty cluster to a running shop.
 */
#include "test.h"

#include "base/mem.h"
#include "cli/setup_world.h"

static const char roles_sql[] = "select count(*) from pg_roles where rolname like '$\\_%'";
static const char databases_sql[] = "select count(*) from pg_database where datname like '$\\_%'";

static void a_look_says_what_is_missing_and_makes_nothing(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);

	dbtop(w->sh, "setup --check --json");

	shell_assert(w->sh, 3);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "owner role", "$_owner", "missing");
	setup_expect_item(w, "database", "$_shop", "waits");
	setup_expect_item(w, "migrations", NULL, "waits");
	setup_expect_item(w, "seed", "category.csv", "waits");
	setup_expect_server(w, roles_sql, "0");
	setup_expect_server(w, databases_sql, "0");
}

static void without_a_yes_nothing_is_made(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);

	dbtop(w->sh, "setup");

	shell_assert(w->sh, 8);
	shell_assert_err(w->sh, "nothing was done");
	shell_assert_err(w->sh, "say --yes");
	setup_expect_server(w, roles_sql, "0");
	setup_expect_server(w, databases_sql, "0");
}

static void an_empty_cluster_becomes_a_running_shop(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);

	dbtop(w->sh, "setup --yes --json");

	shell_assert(w->sh, 0);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "database", "$_shop", "made");
	setup_expect_item(w, "migrations", NULL, "made");
	assert_true(json_int(json_get(setup_item(w, "database", "$_shop"), "took_ms"), -1) >= 0);
	setup_expect(w,
		"select pg_get_userbyid(relowner) = '$_owner' from pg_class where oid = "
		"'orders'::regclass",
		"t");
	setup_expect(w, "select count(*) from category", "5");
	setup_expect_server(w,
		"select pg_get_userbyid(datdba) = '$_owner' and encoding = "
		"pg_char_to_encoding('UTF8') from pg_database where datname = '$_shop'",
		"t");
	setup_sql(w, "$_web",
		"insert into category (slug, name) values ('toys', 'Toys');"
		"insert into customer (email, name) values ('a@example.org', 'A');"
		"update retailer set website = null; delete from customer");
	setup_expect(w, "select id from category where slug = 'toys'", "6");
	dbtop(w->sh, "status --check");
	shell_assert(w->sh, 0);
}

static void roles_have_few_rights(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);

	setup_expect_refused(w, "$_web", "create table mine (i int)", "42501");
	setup_expect_refused(w, "$_web", "drop table orders", "42501");
	setup_expect_refused(w, "$_web", "truncate orders", "42501");
	setup_expect_refused(w, "$_web", "select * from dbtop.revision", "42501");
	setup_expect_refused(w, "$_watch", "select * from orders", "42501");
	setup_sql(w, "$_watch", "select * from dbtop.revision");
	setup_expect_server(w, "select rolcanlogin from pg_roles where rolname = '$_owner'", "f");
	setup_expect_server(w,
		"select bool_and(rolcanlogin and not (rolsuper or rolcreatedb or rolcreaterole)) "
		"from pg_roles where rolname in ('$_web', '$_watch')",
		"t");
	setup_expect_server(w,
		"select count(*) from pg_authid where rolname like '$\\_%' and rolpassword is not "
		"null",
		"0");
	/* And what comes later is theirs too. */
	setup_sql(w, "postgres", "set role \"$_owner\"; create table later (i int)");
	setup_sql(w, "$_web", "insert into later values (1)");
}

/* Everything a setup writes, and the transactions that wrote it. */
static char *fingerprint(struct setup_world *w)
{
	char *conninfo = mem_printf("host=%s port=%d user=postgres dbname=%s",
		cluster_socket_dir(w->cluster), cluster_node_port(w->cluster, 0), w->database);
	PGconn *conn = server_connect_to(conninfo);
	char *text = server_cell_on(conn,
		"select string_agg(x, ' ' order by x) from ("
		"select c.xmin::text || c.relname || coalesce(c.relacl::text, '') from pg_class c "
		" where relnamespace = 'public'::regnamespace"
		" union all select xmin::text || datname from pg_database"
		" union all select xmin::text || rolname from pg_authid"
		" union all select xmin::text || extname from pg_extension"
		" union all select xmin::text || defaclacl::text from pg_default_acl"
		" union all select xmin::text || rev from dbtop.revision"
		" union all select sequencename || last_value from pg_sequences"
		" union all select xmin::text || slug from category"
		" union all select xmin::text || name from retailer) as t (x)");

	PQfinish(conn);
	free(conninfo);
	return text;
}

static void a_second_run_changes_nothing_and_says_so(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	char *before = fingerprint(w);

	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, "nothing to do: all ");
	dbtop(w->sh, "setup");
	shell_assert(w->sh, 0);
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, "nothing is missing: all ");

	char *after = fingerprint(w);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

static void one_thing_taken_away_is_the_only_one_made(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	setup_sql(w, "postgres", "revoke update on orders from \"$_web\"; drop extension citext");

	dbtop(w->sh, "setup --check --json");
	shell_assert(w->sh, 3);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "rights", "$_web", "missing");
	setup_expect_item(w, "extension", "citext", "missing");
	setup_expect_item(w, "database", "$_shop", "there");

	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 0);
	const struct json *data = json_get(shell_json(w->sh, "setup"), "data");
	assert_int_equal(json_int(json_get(data, "made"), -1), 2);
	setup_expect(w, "select has_table_privilege('$_web', 'orders', 'update')", "t");
}

static void an_extension_is_brought_to_its_version(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "extensions = citext 1.5\n");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	setup_expect(w, "select extversion from pg_extension where extname = 'citext'", "1.5");

	setup_describe(w, "extensions = citext 1.6\n");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 3);
	shell_assert_out(w->sh, "it is 1.5, not 1.6");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	setup_expect(w, "select extversion from pg_extension where extname = 'citext'", "1.6");
}

static void what_the_server_does_not_have_is_said_and_the_rest_is_made(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "extensions = no_such_thing, citext\napp_roles = $_web\n");

	dbtop(w->sh, "setup --yes");

	shell_assert(w->sh, 6);
	shell_assert_out(w->sh, "the server does not have it: install its package there");
	setup_expect(w, "select count(*) from pg_extension where extname = 'citext'", "1");
	setup_sql(w, "$_web", "select 1");
}

static void what_differs_is_told_and_not_changed(void **state)
{
	struct setup_world *w = *state;
	setup_describe(w, "app_roles = $_web\n");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	setup_sql(w, "postgres", "alter role \"$_web\" createdb");

	setup_describe(w, "app_roles = $_web\nencoding = LATIN1\nlocale = POSIX\n");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 7);
	shell_assert_out(w->sh, "its encoding is UTF8, not LATIN1");
	shell_assert_out(w->sh, "may create databases");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 7);
	setup_expect_server(w, "select rolcreatedb from pg_roles where rolname = '$_web'", "t");
}

/* What a careful administrator does with the list: each command, where it says. */
static size_t run_commands(struct setup_world *w)
{
	const struct json *list =
		json_get(json_get(shell_json(w->sh, "setup"), "data"), "administrator");

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *row = json_at(list, i);
		char *conninfo = mem_printf("host=%s port=%d user=postgres dbname=%s",
			cluster_socket_dir(w->cluster), cluster_node_port(w->cluster, 0),
			json_text(json_get(row, "database")));
		PGconn *conn = server_connect_to(conninfo);
		server_run_on(conn, json_text(json_get(row, "command")));
		PQfinish(conn);
		free(conninfo);
	}
	return json_count(list);
}

static void a_missing_right_is_a_command_for_the_administrator(void **state)
{
	struct setup_world *w = *state;
	char *make = setup_text(w, "create role \"$_me\" login");
	server_run(w->cluster, 0, make);
	free(make);
	free(w->user);
	w->user = setup_text(w, "$_me");
	setup_sample(w);

	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 5);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "owner role", "$_owner", "needs a right");
	setup_expect_item(w, "database", "$_shop", "needs a right");
	setup_expect_item(w, "migrations", NULL, "waits");
	char *wanted = setup_text(w, "CREATE ROLE \"$_owner\";");
	assert_string_equal(
		json_text(json_get(setup_item(w, "owner role", "$_owner"), "command")), wanted);
	free(wanted);

	assert_true(run_commands(w) > 4);
	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 0);
	setup_expect(w, "select count(*) from category", "5");
	setup_sql(w, "$_web", "insert into category (slug, name) values ('toys', 'Toys')");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 0);
}

static void who_may_make_databases_and_roles_needs_no_superuser(void **state)
{
	struct setup_world *w = *state;
	char *make = setup_text(w, "create role \"$_me\" login createdb createrole");
	server_run(w->cluster, 0, make);
	free(make);
	free(w->user);
	w->user = setup_text(w, "$_me");
	setup_sample(w);

	dbtop(w->sh, "setup --yes");

	shell_assert(w->sh, 0);
	setup_expect(w, "select count(*) from category", "5");
}

static void names_of_any_kind_are_quoted(void **state)
{
	struct setup_world *w = *state;
	free(w->database);
	w->database = setup_text(w, "$ Weird \"db'; x");
	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table \"Weird Name\" (\"a \"\"b\" int primary key, "
		"\"c,d\" text);\n");
	shell_write(w->sh, "seed/Weird Name.csv", "\"a \"\"b\",\"c,d\"\n1,one\n");
	setup_describe(w, "owner = $ the \"Owner\"\napp_roles = \"$ a, \"\"b\"\"\", $ It's; \n"
			  "monitor_roles = $ --watch\n");

	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	setup_sql(w, "postgres", "select \"c,d\" from \"Weird Name\" where \"a \"\"b\" = 1");
	setup_expect(w,
		"select pg_get_userbyid(datdba) = '$ the \"Owner\"' from pg_database "
		"where datname = current_database()",
		"t");
	setup_sql(w, "$ a, \"b\"", "insert into \"Weird Name\" values (2, 'two')");
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 0);
}

static void a_read_only_target_is_only_looked_at(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);
	shell_env(w->sh, "DBTOP_READ_ONLY", "yes");

	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 8);
	dbtop(w->sh, "setup --check");
	shell_assert(w->sh, 3);
	setup_expect_server(w, databases_sql, "0");
}

static void a_description_of_another_target_is_pointed_at(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);
	char *conf = shell_read(w->sh, "dbtop.conf");
	char *at = strstr(conf, "[setup shop]");
	assert_non_null(at);
	memcpy(at, "[setup shp ]", 12);
	shell_write(w->sh, "dbtop.conf", conf);

	dbtop(w->sh, "setup --check");

	shell_assert(w->sh, 3);
	shell_assert_err(w->sh, "there is no [setup shop]; there is [setup shp");
	free(conf);
}

/* It fails like this, says that what it made stands, and these two are how they are. */
static void fails_in(struct setup_world *w, const char *words, int made, const char *item)
{
	char *stands = mem_printf("%d of the list were made by this run and stand", made);

	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 6);
	const struct json *error = json_get(shell_json(w->sh, "setup"), "error");
	if (!strstr(json_text(json_get(error, "text")), words))
		fail_msg("%s", w->sh->out);
	assert_string_equal(json_text(json_get(error, "detail")), stands);
	assert_string_equal(json_text(json_get(error, "hint")),
		"put the cause right; `dbtop setup` goes on from there");
	setup_expect_item(w, item, NULL, "failed");
	free(stands);
}

static void after_a_failure_in_any_stage_the_next_run_goes_on(void **state)
{
	struct setup_world *w = *state;
	static const char lines[] = "owner = $_owner\napp_roles = $_web\nchecks = checks.sql\n"
				    "extensions = citext\n";
	setup_describe(w, lines);
	shell_write(w->sh, "migrations/20240101000000_a.sql",
		"-- dbtop: up\ncreate table a (id int primary key);\n");
	shell_write(w->sh, "migrations/20240102000000_b.sql", "-- dbtop: up\nselect 1 / 0;\n");
	shell_write(w->sh, "seed/a.csv", "id\none\n");
	shell_write(w->sh, "checks.sql", "select count(*) = 2 from a;\n");

	/* roles, the database, the extension and the first migration stand */
	dbtop(w->sh, "setup --yes --allow-hazard all --json");
	shell_assert(w->sh, 5); /* as upgrade: the failing one left nothing */
	shell_json(w->sh, "setup");
	setup_expect_item(w, "migrations", NULL, "failed");
	setup_expect_item(w, "extension", "citext", "made");
	setup_expect_item(w, "database", "$_shop", "made");
	setup_expect(w, "select string_agg(rev, ' ') from dbtop.revision", "20240101000000");

	shell_write(w->sh, "migrations/20240102000000_b.sql", "-- dbtop: up\ncreate table b ();\n");
	/* its table is there by now, so the seed's mistake is seen before anything is made */
	dbtop(w->sh, "setup --yes --json");
	shell_assert(w->sh, 5);
	shell_json(w->sh, "setup");
	setup_expect_item(w, "seed", "a.csv", "failed");
	setup_expect_item(w, "migrations", NULL, "missing");
	shell_write(w->sh, "seed/a.csv", "id\n1\n");
	fails_in(w, "not true: column", 3, "checks");
	setup_expect_item(w, "rights", "$_web", "made");
	setup_expect_item(w, "migrations", NULL, "made");
	setup_expect_item(w, "seed", "a.csv", "made");
	setup_expect_item(w, "database", "$_shop", "there");
	setup_expect(w, "select count(*) from a", "1");

	shell_write(w->sh, "seed/a.csv", "id\n1\n2\n");
	dbtop(w->sh, "setup --yes");
	shell_assert(w->sh, 0);
	shell_assert_err(w->sh, "set up: 1 of ");
	dbtop(w->sh, "setup --yes");
	shell_assert_err(w->sh, "nothing to do: all ");
}

static void each_thing_made_is_a_line_of_the_log(void **state)
{
	struct setup_world *w = *state;
	setup_sample(w);

	dbtop(w->sh, "setup --yes --log setup.log");

	shell_assert(w->sh, 0);
	char *log = shell_read(w->sh, "setup.log");
	char *role = setup_text(w, "item=\"application role\" name=$_web");
	assert_non_null(log);
	if (!strstr(log, "setup") || !strstr(log, role) || !strstr(log, "name=category.csv"))
		fail_msg("%s", log);
	free(log);
	free(role);
}

static void no_server_is_no_connection(void **state)
{
	struct setup_world *w = *state;
	shell_write(w->sh, "dbtop.conf", "[target shop]\ndsn = host=/nowhere dbname=x\n");

	dbtop(w->sh, "setup --check");

	shell_assert(w->sh, 12);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup_world_up, setup_world_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_look_says_what_is_missing_and_makes_nothing),
		test(without_a_yes_nothing_is_made),
		test(an_empty_cluster_becomes_a_running_shop),
		test(roles_have_few_rights),
		test(a_second_run_changes_nothing_and_says_so),
		test(one_thing_taken_away_is_the_only_one_made),
		test(an_extension_is_brought_to_its_version),
		test(what_the_server_does_not_have_is_said_and_the_rest_is_made),
		test(what_differs_is_told_and_not_changed),
		test(a_missing_right_is_a_command_for_the_administrator),
		test(who_may_make_databases_and_roles_needs_no_superuser),
		test(names_of_any_kind_are_quoted),
		test(a_read_only_target_is_only_looked_at),
		test(a_description_of_another_target_is_pointed_at),
		test(after_a_failure_in_any_stage_the_next_run_goes_on),
		test(each_thing_made_is_a_line_of_the_log),
		test(no_server_is_no_connection),
	};
	return cmocka_run_group_tests(tests, shell_servers_up, shell_servers_down);
}
