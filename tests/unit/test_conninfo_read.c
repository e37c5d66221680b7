// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Each value of a connection knows its place, a bad one names it, and a password file others may read is not used.
 */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf_world.h"
#include "pg/conninfo.h"

static struct conninfo *read_info(const char *text, const char *text_source)
{
	struct err e = { 0 };
	struct conninfo *info =
		conninfo_new(text, &(struct conninfo_override){ .text_source = text_source }, &e);

	if (!info)
		fail_msg("%s", e.text);
	return info;
}

static void assert_from(
	const struct conninfo *info, const char *keyword, const char *value, const char *source)
{
	assert_string_equal(conninfo_get(info, keyword), value);
	assert_string_equal(conninfo_source(info, keyword), source);
}

static void text_beats_service_beats_variable_beats_default(void **state)
{
	struct conf_world *w = *state;
	conf_world_write(w, "home/.pg_service.conf",
		"# services\n[other]\nuser=nobody\n\n[shop]\n  # here\n  host=pg-s\nport=7000\n"
		"user=cleo\n[shop]\ndbname=never\n");
	char *place = mem_printf("%s/.pg_service.conf:7", getenv("HOME"));
	setenv("PGHOST", "pg-env", 1);
	setenv("PGUSER", "ann", 1);
	setenv("PGDATABASE", "orders", 1);
	setenv("PGSERVICE", "shop", 1);

	struct conninfo *info = read_info("port=7001", "DATABASE_URL");

	assert_from(info, "port", "7001", "DATABASE_URL");
	assert_from(info, "host", "pg-s", place);
	assert_from(info, "dbname", "orders", "PGDATABASE");
	assert_from(info, "sslmode", "prefer", "default");
	assert_true(conninfo_is_said(info, "host"));
	assert_false(conninfo_is_said(info, "sslmode"));
	assert_null(conninfo_source(info, "password"));
	conninfo_free(info);
	free(place);
}

static void a_flag_beats_the_text(void **state)
{
	(void)state;
	struct err e;
	struct conninfo *info = conninfo_new("postgresql://ann@pg-a/shop",
		&(struct conninfo_override){ .port = "6000", .user = "ben" }, &e);

	assert_from(info, "port", "6000", "--port");
	assert_from(info, "user", "ben", "--username");
	assert_from(info, "host", "pg-a", "the connection text");
	conninfo_free(info);
}

static void every_variable_of_libpq_is_obeyed_and_named(void **state)
{
	(void)state;
	static const struct {
		const char *variable, *keyword, *value;
	} rows[] = {
		{ "PGHOST", "host", "pg-a" },
		{ "PGHOSTADDR", "hostaddr", "192.0.2.1" },
		{ "PGPORT", "port", "6000" },
		{ "PGDATABASE", "dbname", "orders" },
		{ "PGUSER", "user", "ann" },
		{ "PGPASSWORD", "password", "s3cret" },
		{ "PGPASSFILE", "passfile", "/nowhere/pass" },
		{ "PGOPTIONS", "options", "-c geqo=off" },
		{ "PGAPPNAME", "application_name", "mine" },
		{ "PGSSLMODE", "sslmode", "verify-ca" },
		{ "PGSSLCERT", "sslcert", "/nowhere/cert" },
		{ "PGSSLKEY", "sslkey", "/nowhere/key" },
		{ "PGSSLROOTCERT", "sslrootcert", "/nowhere/root" },
		{ "PGSSLCRL", "sslcrl", "/nowhere/crl" },
		{ "PGSSLSNI", "sslsni", "0" },
		{ "PGREQUIREPEER", "requirepeer", "postgres" },
		{ "PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version", "TLSv1.3" },
		{ "PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version", "TLSv1.3" },
		{ "PGCHANNELBINDING", "channel_binding", "require" },
		{ "PGCONNECT_TIMEOUT", "connect_timeout", "7" },
		{ "PGCLIENTENCODING", "client_encoding", "LATIN1" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		setenv(rows[i].variable, rows[i].value, 1);

	struct conninfo *info = read_info(NULL, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_from(info, rows[i].keyword, rows[i].value, rows[i].variable);
	conninfo_free(info);
}

static void the_old_variable_that_requires_tls_is_obeyed(void **state)
{
	(void)state;
	setenv("PGREQUIRESSL", "1", 1);
	struct conninfo *info = read_info("host=pg-a", NULL);

	assert_from(info, "sslmode", "require", "PGREQUIRESSL");
	conninfo_free(info);
}

static void a_bad_value_names_itself_its_place_and_what_it_takes(void **state)
{
	struct conf_world *w = *state;
	conf_world_write(w, "home/.pg_service.conf", "[odd]\nhost=h\nsslmode=maybe\n");
	char *in_service = mem_printf("%s/.pg_service.conf:3: sslmode has a value that cannot be: "
				      "it takes one of disable, allow, prefer, require, "
				      "verify-ca, verify-full",
		getenv("HOME"));
	const struct {
		const char *text, *variable, *value, *words;
	} rows[] = {
		{ NULL, "PGSSLMODE", "on",
			"PGSSLMODE: sslmode cannot be \"on\": it takes one of disable, allow, "
			"prefer, require, verify-ca, verify-full" },
		{ NULL, "PGPORT", "fast", "PGPORT: the port is not a number from 1 to 65535" },
		{ NULL, "PGCHANNELBINDING", "yes",
			"PGCHANNELBINDING: channel_binding cannot be \"yes\": it takes one of "
			"disable, prefer, require" },
		{ NULL, "PGCONNECT_TIMEOUT", "5s",
			"PGCONNECT_TIMEOUT: connect_timeout is not a number of seconds" },
		{ "host=h keepalives_idle=30s", NULL, NULL,
			"dbtop.conf:3: keepalives_idle is not a number of seconds" },
		{ "host=h ssl_min_protocol_version=1.3", NULL, NULL,
			"dbtop.conf:3: ssl_min_protocol_version has a value that cannot be: it "
			"takes one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3" },
		{ "host=h,i", NULL, NULL,
			"dbtop.conf:3: a connection names one server, this one lists several" },
		{ "host=h hots=i", NULL, NULL,
			"dbtop.conf:3: the connection text is not well formed" },
		{ "postgres://h:1:2/", NULL, NULL,
			"dbtop.conf:3: the port is not a number from 1 to 65535" },
		{ "service=odd", NULL, NULL, in_service },
		{ "service=gone", NULL, NULL, "there is no service gone in the service file" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err e = { 0 };
		if (rows[i].variable)
			setenv(rows[i].variable, rows[i].value, 1);
		assert_null(conninfo_new(rows[i].text,
			&(struct conninfo_override){ .text_source = "dbtop.conf:3" }, &e));
		assert_string_equal(e.text, rows[i].words);
		assert_int_equal(e.kind, ERR_USAGE);
		if (rows[i].variable)
			unsetenv(rows[i].variable);
	}
	free(in_service);
}

static void a_broken_service_file_is_named_with_the_line(void **state)
{
	struct conf_world *w = *state;
	struct err e = { 0 };
	conf_world_write(w, "home/.pg_service.conf", "[shop]\nhost=h\npassword s3cret\n");

	assert_null(conninfo_new("service=shop", NULL, &e));

	assert_non_null(strstr(e.text, ".pg_service.conf\", line 3"));
	assert_null(strstr(e.text, "s3cret"));
}

/* ---- the password file ---- */

static void write_passfile(struct conf_world *w, mode_t mode)
{
	conf_world_write(w, "home/.pgpass", "*:*:*:*:s3cret\n");
	char *path = mem_printf("%s/.pgpass", getenv("HOME"));
	assert_int_equal(chmod(path, mode), 0);
	free(path);
}

/* What libpq itself writes to standard error while the text is read; the caller frees. */
static char *read_hushed(const char *text, struct conninfo **info)
{
	FILE *file = tmpfile();
	char said[512] = "";
	int kept = dup(STDERR_FILENO);

	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	*info = read_info(text, NULL);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	size_t len = fread(said, 1, sizeof(said) - 1, file);
	fclose(file);
	return mem_strndup(said, len);
}

static void a_password_file_others_may_read_is_left_out_and_said_once(void **state)
{
	struct conf_world *w = *state;
	struct conninfo *info;
	write_passfile(w, 0644);

	char *libpq = read_hushed("host=pg-a", &info);

	assert_string_equal(libpq, "");
	char *words = mem_printf("the password file %s/.pgpass can be read by others and is not "
				 "used: chmod 600 %s/.pgpass",
		getenv("HOME"), getenv("HOME"));
	assert_string_equal(conninfo_warning(info), words);
	struct conninfo *copy = conninfo_copy(info);
	assert_string_equal(conninfo_warning(copy), words);
	conninfo_free(copy);
	conninfo_free(info);
	free(words);
	free(libpq);
}

static void a_password_file_of_ones_own_or_none_is_no_reason_to_warn(void **state)
{
	struct conf_world *w = *state;
	struct conninfo *info = read_info("host=pg-a", NULL);
	assert_null(conninfo_warning(info));
	conninfo_free(info);

	write_passfile(w, 0600);
	info = read_info("host=pg-a", NULL);
	assert_null(conninfo_warning(info));
	conninfo_free(info);
}

static void a_password_file_nobody_asks_is_not_judged(void **state)
{
	struct conf_world *w = *state;
	write_passfile(w, 0644);
	conf_world_write(w, "home/.pg_service.conf", "[shop]\nhost=h\npassword=open\n");
	static const char *const texts[] = { "host=h password=open", "service=shop", "host=h" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (i == 2)
			setenv("PGPASSWORD", "open", 1);
		struct conninfo *info = read_info(texts[i], NULL);
		assert_null(conninfo_warning(info));
		conninfo_free(info);
	}
}

static void the_line_of_the_password_file_that_fits_is_known(void **state)
{
	struct conf_world *w = *state;
	static const struct {
		const char *text;
		int line; /* 0 = none */
	} rows[] = {
		{ "host=pg-a dbname=shop user=ann", 2 },
		{ "host=pg-a port=6000 dbname=shop user=ann", 3 },
		{ "host=pg:b dbname=shop user=ann", 4 },
		{ "hostaddr=192.0.2.1 dbname=shop user=ann", 5 },
		{ "dbname=shop user=ben", 6 },
		{ "host=/elsewhere dbname=shop user=ben", 0 },
		{ "host=pg-a dbname=shop user=ann password=own", 0 },
	};
	conf_world_write(w, "home/.pgpass",
		"#pg-a:5432:shop:ann:no\npg-a:5432:shop:ann:s3cret\npg-a:*:*:*:s3cret\n"
		"pg\\:b:5432:shop:ann:s3cret\n192.0.2.1:5432:shop:ann:s3cret\n"
		"localhost:5432:shop:ben:s3cret\n");
	char *path = mem_printf("%s/.pgpass", getenv("HOME"));
	assert_int_equal(chmod(path, 0600), 0);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct conninfo *info = read_info(rows[i].text, NULL);
		char *found = conninfo_password_place(info);
		char *expected = rows[i].line ? mem_printf("%s:%d", path, rows[i].line) : NULL;
		assert_int_equal(found != NULL, expected != NULL);
		if (expected)
			assert_string_equal(found, expected);
		free(expected);
		free(found);
		conninfo_free(info);
	}
	free(path);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, conf_world_open, conf_world_close)
	const struct CMUnitTest tests[] = {
		CASE(text_beats_service_beats_variable_beats_default),
		CASE(a_flag_beats_the_text),
		CASE(every_variable_of_libpq_is_obeyed_and_named),
		CASE(the_old_variable_that_requires_tls_is_obeyed),
		CASE(a_bad_value_names_itself_its_place_and_what_it_takes),
		CASE(a_broken_service_file_is_named_with_the_line),
		CASE(a_password_file_others_may_read_is_left_out_and_said_once),
		CASE(a_password_file_of_ones_own_or_none_is_no_reason_to_warn),
		CASE(a_password_file_nobody_asks_is_not_judged),
		CASE(the_line_of_the_password_file_that_fits_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
