// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "pg/conninfo.h"
#include "scratch.h"

static const char *const variables[] = { "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE",
	"PGSERVICEFILE", "PGPASSWORD", "PGTARGETSESSIONATTRS", "PGOPTIONS", "PGHOSTADDR" };

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		unsetenv(variables[i]);
	return 0;
}

static struct conninfo *read_info(const char *text)
{
	struct err e = { 0 };
	struct conninfo *info = conninfo_new(text, NULL, &e);

	if (!info)
		fail_msg("%s", e.text);
	return info;
}

static void check_words(const char *text, const char *words)
{
	struct conninfo *info = read_info(text);
	struct str out = { 0 };

	conninfo_words(info, &out);
	assert_string_equal(str_c(&out), words);
	str_release(&out);
	conninfo_free(info);
}

static void words_name_the_place_and_never_the_password(void **state)
{
	(void)state;
	check_words("postgresql://ann:s3cret@pg-a.prod:6543/shop", "ann@pg-a.prod:6543/shop");
	check_words("host=/run/pg user=ann", "ann@/run/pg:5432/ann");
	check_words("host=2001:db8::1 user=ann dbname=shop", "ann@[2001:db8::1]:5432/shop");
}

static void the_environment_fills_what_the_text_leaves_out(void **state)
{
	(void)state;
	setenv("PGHOST", "pg-env", 1);
	setenv("PGPORT", "6000", 1);
	setenv("PGUSER", "ben", 1);
	check_words("port=6001 dbname=shop", "ben@pg-env:6001/shop");
}

static void a_service_fills_what_the_text_leaves_out(void **state)
{
	(void)state;
	char *dir = scratch_new();
	char *file = scratch_write(
		dir, "services", "[shop]\nhost=pg-service\nport=7000\ndbname=store\nuser=cleo\n");
	setenv("PGSERVICEFILE", file, 1);

	check_words("service=shop port=7001", "cleo@pg-service:7001/store");

	free(file);
	scratch_remove(dir);
}

static void an_unknown_service_is_an_error(void **state)
{
	(void)state;
	struct err e;
	setenv("PGSERVICEFILE", "/nonexistent", 1);
	assert_null(conninfo_new("service=nowhere", NULL, &e));
	assert_int_equal(e.kind, ERR_USAGE);
	assert_non_null(strstr(e.text, "service"));
}

static void options_override_the_text(void **state)
{
	(void)state;
	struct err e;
	const struct conninfo_override override = { .host = "pg-b", .dbname = "other" };
	struct conninfo *info =
		conninfo_new("host=pg-a hostaddr=192.0.2.1 user=ann dbname=shop", &override, &e);
	struct str out = { 0 };

	conninfo_words(info, &out);
	assert_string_equal(str_c(&out), "ann@pg-b:5432/other");
	assert_string_equal(
		conninfo_get(info, "hostaddr") ? conninfo_get(info, "hostaddr") : "", "");
	str_release(&out);
	conninfo_free(info);
}

static void several_hosts_are_refused(void **state)
{
	(void)state;
	struct err e;
	assert_null(conninfo_new("host=pg-a,pg-b", NULL, &e));
	assert_non_null(strstr(e.text, "one server"));
	assert_null(conninfo_new("postgresql://pg-a:1,pg-b:2/shop", NULL, &e));
}

static void no_error_quotes_the_text(void **state)
{
	(void)state;
	static const char *const bad[] = { "postgresql://ann:s3cret@[::1", "password=s3cret oops",
		"passwrd=s3cret", "postgresql://ann:s3%cret@h/d", "host=h sslmode=s3cret",
		"host='h password=s3cret", "postgres://ann:s3cret /x@h" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err e = { 0 };
		assert_null(conninfo_new(bad[i], NULL, &e));
		assert_int_equal(e.kind, ERR_USAGE);
		assert_null(strstr(e.text, "cret"));
		assert_null(strstr(e.hint, "cret"));
		assert_null(strstr(e.detail, "cret"));
	}
}

static void the_role_asked_for_is_dropped_and_gss_is_off(void **state)
{
	(void)state;
	setenv("PGTARGETSESSIONATTRS", "read-write", 1);
	struct conninfo *info = read_info("host=h target_session_attrs=read-write");
	assert_string_equal(conninfo_get(info, "target_session_attrs"), "any");
	assert_string_equal(conninfo_get(info, "gssencmode"), "disable");
	conninfo_free(info);
}

static void the_same_place_under_another_name_is_known(void **state)
{
	(void)state;
	struct conninfo *a = read_info("postgresql://ann@h/shop");
	struct conninfo *b = read_info("host=h port=5432 dbname=shop user=ben");
	struct conninfo *c = read_info("host=h port=5433 dbname=shop");

	assert_true(conninfo_same_place(a, b));
	assert_false(conninfo_same_place(a, c));
	conninfo_free(a);
	conninfo_free(b);
	conninfo_free(c);
}

static void a_password_is_hidden_wherever_it_stands(void **state)
{
	(void)state;
	struct conninfo *info = read_info("host=h password=s3cret");
	char text[] = "s3cret and as3cretb";

	assert_true(conninfo_has_password(info));
	assert_true(conninfo_redact(info, text));
	assert_string_equal(text, "*** and a***b");
	conninfo_free(info);
}

static void what_options_ask_for_is_read_as_the_server_reads_it(void **state)
{
	(void)state;
	static const struct {
		const char *options, *path;
	} rows[] = {
		{ "-c search_path=app,public", "app,public" },
		{ "-csearch_path=app", "app" },
		{ "--search-path=a\\ b -c work_mem=1MB", "a b" },
		{ "-c search_path=one --search_path=two", "two" },
		{ "-c search_paths=app", NULL },
		{ "-c work_mem=1MB", NULL },
		{ "-c", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct conninfo *info = read_info("host=h");
		struct str path = { 0 };
		conninfo_set(info, "options", rows[i].options);
		bool is_found = conninfo_startup_option(info, "search_path", &path);
		assert_int_equal(is_found, rows[i].path != NULL);
		if (is_found)
			assert_string_equal(str_c(&path), rows[i].path);
		str_release(&path);
		conninfo_free(info);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		CASE(words_name_the_place_and_never_the_password),
		CASE(the_environment_fills_what_the_text_leaves_out),
		CASE(a_service_fills_what_the_text_leaves_out),
		CASE(an_unknown_service_is_an_error),
		CASE(options_override_the_text),
		CASE(several_hosts_are_refused),
		CASE(no_error_quotes_the_text),
		CASE(the_role_asked_for_is_dropped_and_gss_is_off),
		CASE(the_same_place_under_another_name_is_known),
		CASE(a_password_is_hidden_wherever_it_stands),
		CASE(what_options_ask_for_is_read_as_the_server_reads_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
