// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What a target says of TLS becomes libpq's options: never weaker than what anybody said, and never silently.
 */
#include "test.h"

#include "conf_world.h"
#include "pg/conninfo.h"

#define ROOT "home/.postgresql/root.crt"

static const struct tls_rule nothing;
static char version_13[] = "1.3", version_12[] = "1.2", place[] = "dbtop.conf:4";
static char require[] = "require", place_of_binding[] = "DBTOP_CHANNEL_BINDING";
static const struct tls_rule only_13 = { .version = version_13, .version_source = place };
static const struct tls_rule from_12 = { .version = version_12, .version_source = place };
static const struct tls_rule bound = { .channel_binding = require,
	.channel_binding_source = place_of_binding };

static struct conninfo *secure(const char *text, const struct tls_rule *rule)
{
	struct err e = { 0 };
	struct conninfo *info = conninfo_new(text, NULL, &e);

	if (!info || !conninfo_secure(info, rule, &e))
		fail_msg("%s: %s", text, e.text);
	return info;
}

static void assert_value(const struct conninfo *info, const char *keyword, const char *value)
{
	const char *found = conninfo_get(info, keyword);

	if (strcmp(found ? found : "", value) != 0)
		fail_msg("%s is %s, expected %s", keyword, found ? found : "unset", value);
}

static void assert_refused(const char *text, const struct tls_rule *rule, const char *words)
{
	struct err e = { 0 };
	struct conninfo *info = conninfo_new(text, NULL, &e);

	assert_non_null(info);
	assert_false(conninfo_secure(info, rule, &e));
	assert_string_equal(e.text, words);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_true(strlen(e.hint) > 10);
	conninfo_free(info);
}

static void a_version_is_a_floor_without_a_plain_fallback(void **state)
{
	(void)state;
	struct conninfo *info = secure("host=pg-a", &only_13);

	assert_value(info, "ssl_min_protocol_version", "TLSv1.3");
	assert_value(info, "sslmode", "require");
	assert_string_equal(conninfo_source(info, "sslmode"), "tls = 1.3 (dbtop.conf:4)");
	conninfo_free(info);
	info = secure("host=pg-a sslmode=allow", &from_12);
	assert_value(info, "ssl_min_protocol_version", "TLSv1.2");
	assert_value(info, "sslmode", "require");
	conninfo_free(info);
}

static void what_was_said_is_never_made_weaker(void **state)
{
	(void)state;
	struct conninfo *info =
		secure("host=pg-a sslmode=verify-ca ssl_min_protocol_version=TLSv1.3", &from_12);

	assert_value(info, "sslmode", "verify-ca");
	assert_value(info, "ssl_min_protocol_version", "TLSv1.3");
	assert_string_equal(
		conninfo_source(info, "ssl_min_protocol_version"), "the connection text");
	conninfo_free(info);
}

static void what_cannot_be_together_is_refused_with_both_places(void **state)
{
	(void)state;

	assert_refused("host=pg-a sslmode=disable", &only_13,
		"tls = 1.3 (dbtop.conf:4) and sslmode = disable (the connection text) contradict "
		"each other");
	setenv("PGSSLMAXPROTOCOLVERSION", "TLSv1.2", 1);
	assert_refused("host=pg-a", &only_13,
		"tls = 1.3 (dbtop.conf:4) and ssl_max_protocol_version = TLSv1.2 "
		"(PGSSLMAXPROTOCOLVERSION) contradict each other");
	assert_refused("host=pg-a sslmode=disable", &bound,
		"channel_binding = require (DBTOP_CHANNEL_BINDING) and sslmode = disable (the "
		"connection text) contradict each other");
}

static void a_local_socket_takes_no_tls_and_that_is_said(void **state)
{
	(void)state;
	struct conninfo *info = secure("host=/run/pg sslmode=require", &nothing);

	assert_true(conninfo_is_local(info));
	conninfo_free(info);
	assert_refused("host=/run/pg", &only_13,
		"tls = 1.3 (dbtop.conf:4) cannot hold: /run/pg is a local socket, and it takes no "
		"TLS");
	assert_refused("host=/run/pg", &bound,
		"channel_binding = require (DBTOP_CHANNEL_BINDING) cannot hold: /run/pg is a local "
		"socket, and it takes no TLS");
	/* a name for the certificate and an address to go to are no socket */
	info = secure("host=/run/pg hostaddr=127.0.0.1", &only_13);
	assert_value(info, "sslmode", "require");
	conninfo_free(info);
}

static void a_root_certificate_at_hand_makes_it_verify_fully(void **state)
{
	struct conf_world *w = *state;
	struct conninfo *info = secure("host=pg-a", &nothing);
	assert_value(info, "sslmode", "prefer");
	assert_string_equal(conninfo_source(info, "sslmode"), "default");
	conninfo_free(info);

	conf_world_write(w, ROOT, "a certificate");
	info = secure("host=pg-a", &nothing);
	assert_value(info, "sslmode", "verify-full");
	assert_non_null(
		strstr(conninfo_source(info, "sslmode"), "a root certificate is at hand ("));
	conninfo_free(info);
	info = secure("host=pg-a", &only_13);
	assert_value(info, "sslmode", "verify-full");
	conninfo_free(info);
	/* nobody to name the certificate's owner: its issuer at least */
	info = secure("hostaddr=192.0.2.1", &nothing);
	assert_value(info, "sslmode", "verify-ca");
	conninfo_free(info);
	info = secure("host=/run/pg", &nothing);
	assert_value(info, "sslmode", "prefer");
	conninfo_free(info);
}

static void a_root_certificate_that_is_named_counts_as_at_hand(void **state)
{
	(void)state;
	setenv("PGSSLROOTCERT", "/somewhere/root.pem", 1);
	struct conninfo *info = secure("host=pg-a", &nothing);

	assert_value(info, "sslmode", "verify-full");
	assert_string_equal(conninfo_source(info, "sslmode"),
		"a root certificate is at hand (/somewhere/root.pem)");
	conninfo_free(info);
}

static void a_mode_said_anywhere_stands_beside_the_root_certificate(void **state)
{
	struct conf_world *w = *state;
	conf_world_write(w, ROOT, "a certificate");
	conf_world_write(w, "home/.pg_service.conf", "[lax]\nhost=pg-a\nsslmode=prefer\n");
	static const char *const texts[] = { "host=pg-a sslmode=prefer", "service=lax" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct conninfo *info = secure(texts[i], &nothing);
		assert_value(info, "sslmode", "prefer");
		conninfo_free(info);
	}
	setenv("PGSSLMODE", "prefer", 1);
	struct conninfo *info = secure("host=pg-a", &nothing);
	assert_value(info, "sslmode", "prefer");
	conninfo_free(info);
	/* … and a version asks for TLS all the same */
	info = secure("host=pg-a", &only_13);
	assert_value(info, "sslmode", "require");
	conninfo_free(info);
}

static void channel_binding_goes_to_libpq_and_requires_tls_where_it_is_required(void **state)
{
	(void)state;
	char prefer[] = "prefer";
	const struct tls_rule preferred = { .channel_binding = prefer,
		.channel_binding_source = place_of_binding };
	struct conninfo *info = secure("host=pg-a channel_binding=disable", &bound);

	assert_value(info, "channel_binding", "require");
	assert_value(info, "sslmode", "require");
	conninfo_free(info);
	info = secure("host=/run/pg", &preferred);
	assert_value(info, "channel_binding", "prefer");
	conninfo_free(info);
}

static void a_way_over_a_network_is_exposed_unless_somebody_took_less(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_exposed;
	} cases[] = {
		{ "host=pg-a", true },
		{ "host=10.1.2.3", true },
		{ "hostaddr=10.1.2.3", true },
		{ "host=pg-a sslmode=require", true },
		{ "host=pg-a sslmode=verify-full", true },
		{ "host=pg-a sslmode=prefer", false },
		{ "host=pg-a sslmode=allow", false },
		{ "host=pg-a sslmode=disable", false },
		/* the near end of a tunnel */
		{ "host=pg-a hostaddr=127.0.0.1", true },
		{ "host=localhost", false },
		{ "host=127.0.0.1", false },
		{ "hostaddr=127.0.0.1", false },
		{ "host=::1", false },
		{ "host=/run/pg", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct conninfo *info = secure(cases[i].text, &nothing);
		if (conninfo_is_exposed(info) != cases[i].is_exposed)
			fail_msg("%s", cases[i].text);
		conninfo_free(info);
	}
}

static void a_copy_knows_where_each_value_came_from(void **state)
{
	(void)state;
	struct conninfo *info = secure("host=pg-a", &only_13);
	struct conninfo *copy = conninfo_copy(info);

	conninfo_set(copy, "user", "watcher");

	assert_value(copy, "ssl_min_protocol_version", "TLSv1.3");
	assert_string_equal(conninfo_source(copy, "sslmode"), "tls = 1.3 (dbtop.conf:4)");
	assert_string_equal(conninfo_source(copy, "user"), "dbtop");
	conninfo_free(info);
	conninfo_free(copy);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, conf_world_open, conf_world_close)
	const struct CMUnitTest tests[] = {
		CASE(a_version_is_a_floor_without_a_plain_fallback),
		CASE(what_was_said_is_never_made_weaker),
		CASE(what_cannot_be_together_is_refused_with_both_places),
		CASE(a_local_socket_takes_no_tls_and_that_is_said),
		CASE(a_root_certificate_at_hand_makes_it_verify_fully),
		CASE(a_root_certificate_that_is_named_counts_as_at_hand),
		CASE(a_mode_said_anywhere_stands_beside_the_root_certificate),
		CASE(channel_binding_goes_to_libpq_and_requires_tls_where_it_is_required),
		CASE(a_way_over_a_network_is_exposed_unless_somebody_took_less),
		CASE(a_copy_knows_where_each_value_came_from),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
