// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/secret.h"

static void assert_masked(const char *text, const char *expected)
{
	char *once = secret_mask_new(text);
	char *twice = secret_mask_new(once);

	assert_string_equal(once, expected);
	assert_string_equal(twice, expected);
	free(once);
	free(twice);
}

static void the_literal_after_password_is_taken_out_of_sql(void **state)
{
	(void)state;

	assert_masked("ALTER ROLE a PASSWORD 'hunter2' LOGIN", "ALTER ROLE a PASSWORD *** LOGIN");
	assert_masked("create user a password\n\t'it''s'", "create user a password\n\t***");
	assert_masked("ALTER ROLE a PASSWORD E'a\\'b';", "ALTER ROLE a PASSWORD ***;");
	assert_masked("ALTER ROLE a PASSWORD $x$s3cret$x$;", "ALTER ROLE a PASSWORD ***;");
	assert_masked("ALTER ROLE a PASSWORD U&'\\0061' x", "ALTER ROLE a PASSWORD *** x");
	assert_masked("ALTER ROLE a PASSWORD 'open", "ALTER ROLE a PASSWORD ***");
	assert_masked("EXECUTE 'ALTER ROLE a PASSWORD ''x y'' LOGIN'",
		"EXECUTE 'ALTER ROLE a PASSWORD *** LOGIN'");
	assert_masked("'PASSWORD ''it is open", "'PASSWORD ***");
	assert_masked(
		"ALTER ROLE a PASSWORD ''; SELECT 'x'", "ALTER ROLE a PASSWORD ***; SELECT 'x'");
	assert_masked("ALTER ROLE a PASSWORD $$open", "ALTER ROLE a PASSWORD ***");
	assert_masked("ALTER ROLE a PASSWORD NULL", "ALTER ROLE a PASSWORD NULL");
}

static void passwords_of_conninfo_and_uris_are_taken_out(void **state)
{
	(void)state;

	assert_masked("host=a password=hunter2 port=1", "host=a password=*** port=1");
	assert_masked("password = 'a b' host=x", "password = *** host=x");
	assert_masked("postgres://u:hunter2@h/db", "postgres://u:***@h/db");
	assert_masked("postgres://u:p@ss@h/db", "postgres://u:***@h/db");
	assert_masked("postgres://u:@h/db", "postgres://u:@h/db");
	assert_masked("postgres://h/db?password=x&sslmode=require",
		"postgres://h/db?password=***&sslmode=require");
	assert_masked("see http://h:80/x and postgres://a:b@c",
		"see http://h:80/x and postgres://a:***@c");
}

static void what_is_no_secret_stays(void **state)
{
	(void)state;
	static const char *const kept[] = { "", "password", "select password_hash from users",
		"the password is not here", "postgres://u@h:5432/db", "select 'a' as no_password",
		"://", "a://b:c" };

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		assert_masked(kept[i], kept[i]);
	assert_null(secret_mask_new(NULL));
}

static void every_beginning_of_a_text_is_read_within_its_bounds(void **state)
{
	(void)state;
	const char *text = "PASSWORD E'a\\'' password = $a$b$a$ x://u:p@h password=U&'";

	for (size_t len = 0; len <= strlen(text); len++) {
		struct str out = { 0 };
		char *exact = malloc(len ? len : 1); /* so that a sanitizer sees one byte too far */
		memcpy(exact, text, len);
		secret_mask(&out, span_from(exact, len));
		str_release(&out);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_literal_after_password_is_taken_out_of_sql),
		cmocka_unit_test(passwords_of_conninfo_and_uris_are_taken_out),
		cmocka_unit_test(what_is_no_secret_stays),
		cmocka_unit_test(every_beginning_of_a_text_is_read_within_its_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
