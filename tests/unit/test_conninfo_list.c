// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Several hosts in one text: each becomes a conninfo of its own, by libpq's rules, and what is wrong is named by its
 * place in the list.
 */
#include "test.h"

#include "base/mem.h"
#include "conf_world.h"
#include "pg/conninfo_list.h"

static void read_list(struct conninfo_list *list, const char *text)
{
	struct err e = { 0 };

	if (!conninfo_list_read(list, text, NULL, &e))
		fail_msg("%s", e.text);
}

/* "host port hostaddr" of each, divided by bars; "-" = none. */
static char *places_of(const struct conninfo_list *list)
{
	struct str out = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const char *host = conninfo_get(list->items[i], "host");
		const char *address = conninfo_get(list->items[i], "hostaddr");
		str_addf(&out, "%s%s %s %s", i ? " | " : "", host && *host ? host : "-",
			conninfo_get(list->items[i], "port"), address && *address ? address : "-");
	}
	return str_detach(&out);
}

static void check_places(const char *text, const char *expected)
{
	struct conninfo_list list;

	read_list(&list, text);
	char *places = places_of(&list);
	assert_string_equal(places, expected);
	free(places);
	conninfo_list_release(&list);
}

static void every_host_becomes_a_conninfo_of_its_own(void **state)
{
	(void)state;
	check_places("host=pg-a", "pg-a 5432 -");
	check_places("host=pg-a,pg-b port=6000", "pg-a 6000 - | pg-b 6000 -");
	check_places("host=pg-a,pg-b port=6000,6001", "pg-a 6000 - | pg-b 6001 -");
	check_places("postgresql://pg-a:6000,pg-b/shop", "pg-a 6000 - | pg-b 5432 -");
	check_places("postgresql://[2001:db8::1]:6000,[2001:db8::2]/shop",
		"2001:db8::1 6000 - | 2001:db8::2 5432 -");
	check_places("host=/run/a,/run/b port=1,2", "/run/a 1 - | /run/b 2 -");
}

static void addresses_go_with_their_hosts_or_alone(void **state)
{
	(void)state;
	check_places("host=pg-a,pg-b hostaddr=192.0.2.1,192.0.2.2",
		"pg-a 5432 192.0.2.1 | pg-b 5432 192.0.2.2");
	check_places("hostaddr=192.0.2.1,192.0.2.2 port=1,", "- 1 192.0.2.1 | - 5432 192.0.2.2");
	check_places("host=pg-a,pg-b hostaddr=,192.0.2.2", "pg-a 5432 - | pg-b 5432 192.0.2.2");
}

static void all_else_is_the_same_for_each(void **state)
{
	(void)state;
	struct conninfo_list list;

	read_list(&list, "postgresql://ann:s3cret@pg-a,pg-b/shop?sslmode=require");

	assert_int_equal(list.count, 2);
	for (size_t i = 0; i < list.count; i++) {
		const struct conninfo *info = list.items[i];
		assert_string_equal(conninfo_get(info, "user"), "ann");
		assert_string_equal(conninfo_get(info, "password"), "s3cret");
		assert_string_equal(conninfo_get(info, "dbname"), "shop");
		assert_string_equal(conninfo_get(info, "sslmode"), "require");
		assert_string_equal(conninfo_get(info, "target_session_attrs"), "any");
	}
	conninfo_list_release(&list);
}

static void an_empty_host_is_the_default_and_not_the_variable(void **state)
{
	(void)state;
	struct conninfo_list none, list;
	read_list(&none, "user=ann");
	setenv("PGHOST", "pg-env", 1);
	setenv("PGPORT", "6000", 1);

	read_list(&list, "host=pg-a, port=1,");

	assert_int_equal(list.count, 2);
	assert_string_equal(
		conninfo_get(list.items[1], "host"), conninfo_get(none.items[0], "host"));
	assert_string_equal(conninfo_get(list.items[1], "port"), "5432");
	conninfo_list_release(&none);
	conninfo_list_release(&list);
}

static void variables_and_services_may_list_hosts_too(void **state)
{
	struct conf_world *w = *state;
	conf_world_write(
		w, "home/.pg_service.conf", "[shop]\nhost=pg-s,pg-t\nport=7000,7001\nuser=cleo\n");
	check_places("service=shop", "pg-s 7000 - | pg-t 7001 -");
	setenv("PGHOST", "pg-a,pg-b", 1);
	setenv("PGPORT", "6000", 1);
	check_places("dbname=shop", "pg-a 6000 - | pg-b 6000 -");
}

static void a_flag_that_names_hosts_replaces_those_of_the_text(void **state)
{
	(void)state;
	struct conninfo_list list;
	struct err e;
	const struct conninfo_override override = { .host = "pg-c,pg-d", .port = "1,2" };

	assert_true(conninfo_list_read(&list, "host=pg-a dbname=shop", &override, &e));

	char *places = places_of(&list);
	assert_string_equal(places, "pg-c 1 - | pg-d 2 -");
	assert_string_equal(conninfo_source(list.items[1], "host"), "--host");
	free(places);
	conninfo_list_release(&list);
}

static void a_port_flag_that_is_none_names_itself(void **state)
{
	(void)state;
	struct conninfo_list list;
	struct err e;

	assert_false(conninfo_list_read(
		&list, "host=pg-a", &(struct conninfo_override){ .port = "http" }, &e));

	assert_string_equal(e.text, "--port: the port is not a number from 1 to 65535");
}

static void a_server_named_twice_is_one_server(void **state)
{
	(void)state;
	check_places("postgresql://pg-a,pg-b:5432,pg-a:5432/shop", "pg-a 5432 - | pg-b 5432 -");
}

static void a_bad_list_names_its_place_and_what_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "host=pg-a,pg-b port=1,2,3", "dbtop.conf:3: 3 ports for 2 hosts" },
		{ "host=pg-a port=1,2", "dbtop.conf:3: 2 ports for 1 host" },
		{ "host=pg-a,pg-b,pg-c hostaddr=192.0.2.1,192.0.2.2",
			"dbtop.conf:3: 3 hosts for 2 addresses" },
		{ "postgresql://pg-a:1,pg-b:s3cret/shop",
			"dbtop.conf:3: host 2 of 2: the port is not a number from 1 to 65535" },
		{ "host=pg-a,pg-b,pg-c port=1,2,65536",
			"dbtop.conf:3: host 3 of 3: the port is not a number from 1 to 65535" },
		{ "host=pg-a,pg-b port=0",
			"dbtop.conf:3: host 1 of 2: the port is not a number from 1 to 65535" },
		{ "host=pg-a,pg-b sslmode=maybe",
			"dbtop.conf:3: sslmode has a value that cannot be: it takes one of "
			"disable, "
			"allow, prefer, require, verify-ca, verify-full" },
		{ "host=pg-a target_session_attrs=master",
			"dbtop.conf:3: target_session_attrs has a value that cannot be: it takes "
			"one "
			"of any, read-write, read-only, primary, standby, prefer-standby" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct conninfo_list list;
		struct err e = { 0 };
		assert_false(conninfo_list_read(&list, rows[i].text,
			&(struct conninfo_override){ .text_source = "dbtop.conf:3" }, &e));
		assert_string_equal(e.text, rows[i].words);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_int_equal(list.count, 0);
	}
}

static void a_variable_that_does_not_fit_is_named(void **state)
{
	(void)state;
	struct conninfo_list list;
	struct err e;
	setenv("PGPORT", "1,2,3", 1);
	assert_false(conninfo_list_read(&list, "host=pg-a,pg-b", NULL, &e));
	assert_string_equal(e.text, "PGPORT: 3 ports for 2 hosts");
	setenv("PGPORT", "1", 1);
	setenv("PGHOSTADDR", "192.0.2.1,", 1);
	assert_false(conninfo_list_read(&list, "host=pg-a,pg-b", NULL, &e));
	assert_string_equal(e.text, "PGHOSTADDR: host 2 of 2 has no address");
}

static void the_role_asked_for_is_a_hint_or_a_contradiction(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool suits_primary, suits_standbys;
	} rows[] = {
		{ "host=a,b", true, true },
		{ "host=a,b target_session_attrs=any", true, true },
		{ "host=a,b target_session_attrs=prefer-standby", true, true },
		{ "host=a,b target_session_attrs=read-write", true, false },
		{ "host=a,b target_session_attrs=primary", true, false },
		{ "host=a,b target_session_attrs=standby", false, true },
		{ "host=a,b target_session_attrs=read-only", false, true },
		{ "host=a target_session_attrs=standby", true, true },
		{ "host=a target_session_attrs=primary", true, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct conninfo_list list;
		struct err e;
		read_list(&list, rows[i].text);
		assert_int_equal(conninfo_list_suits_primary(&list, &e), rows[i].suits_primary);
		assert_int_equal(conninfo_list_suits_standbys(&list, &e), rows[i].suits_standbys);
		conninfo_list_release(&list);
	}
}

static void a_role_is_read_from_service_and_variable_and_named(void **state)
{
	struct conf_world *w = *state;
	struct conninfo_list list;
	struct err e;
	conf_world_write(w, "home/.pg_service.conf",
		"[shop]\nhost=pg-s,pg-t\ntarget_session_attrs=standby\n");
	char *words = mem_printf("%s/.pg_service.conf:3: target_session_attrs wants a standby, and "
				 "dbtop looks for the primary among these 2 hosts",
		getenv("HOME"));

	read_list(&list, "service=shop");
	assert_false(conninfo_list_suits_primary(&list, &e));
	assert_string_equal(e.text, words);
	conninfo_list_release(&list);
	free(words);

	setenv("PGTARGETSESSIONATTRS", "read-write", 1);
	read_list(&list, "host=a,b");
	assert_true(conninfo_list_suits_standbys(&list, &e));
	conninfo_list_release(&list);
	setenv("PGTARGETSESSIONATTRS", "standby", 1);
	read_list(&list, "host=a,b");
	assert_false(conninfo_list_suits_primary(&list, &e));
	assert_non_null(strstr(e.text, "PGTARGETSESSIONATTRS: "));
	conninfo_list_release(&list);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, conf_world_open, conf_world_close)
	const struct CMUnitTest tests[] = {
		CASE(every_host_becomes_a_conninfo_of_its_own),
		CASE(addresses_go_with_their_hosts_or_alone),
		CASE(all_else_is_the_same_for_each),
		CASE(an_empty_host_is_the_default_and_not_the_variable),
		CASE(variables_and_services_may_list_hosts_too),
		CASE(a_flag_that_names_hosts_replaces_those_of_the_text),
		CASE(a_port_flag_that_is_none_names_itself),
		CASE(a_server_named_twice_is_one_server),
		CASE(a_bad_list_names_its_place_and_what_is_wrong),
		CASE(a_variable_that_does_not_fit_is_named),
		CASE(the_role_asked_for_is_a_hint_or_a_contradiction),
		CASE(a_role_is_read_from_service_and_variable_and_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
