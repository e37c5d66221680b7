// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "base/mem.h"
#include "core/args.h"

enum { WORDS_MAX = 16 };

struct line {
	char *words[WORDS_MAX + 1]; /* owned; written to, as argv is */
	int count;
	struct args args;
	bool ok;
	struct err e;
};

static struct line parsed(const char *const *words)
{
	struct line line = { .words = { mem_strdup("dbtop") }, .count = 1 };

	for (; *words; words++)
		line.words[line.count++] = mem_strdup(*words);
	line.ok = args_parse(&line.args, line.count, line.words, &line.e);
	return line;
}

#define PARSED(...) parsed((const char *const[]){ __VA_ARGS__, NULL })

static void release(struct line *line)
{
	args_release(&line->args);
	for (int i = 0; i < line->count; i++)
		free(line->words[i]);
}

static void the_first_bare_word_is_a_command_also_behind_options(void **state)
{
	(void)state;
	struct line line = PARSED("-d", "shop", "--env", "dev", "upgrade", "+1", "--yes");

	assert_true(line.ok);
	assert_string_equal(line.args.command->word, "upgrade");
	assert_string_equal(line.args.target, "shop");
	assert_int_equal(line.args.word_count, 2);
	assert_string_equal(line.args.words[0], "+1");
	assert_string_equal(line.args.words[1], "--yes");
	release(&line);
}

static void a_first_word_that_is_no_command_is_the_target_and_a_second_the_user(void **state)
{
	(void)state;
	struct line line = PARSED("shop", "bob");

	assert_true(line.ok);
	assert_null(line.args.command);
	assert_string_equal(line.args.target, "shop");
	assert_string_equal(line.args.user, "bob");
	release(&line);
}

static void a_command_behind_its_target_is_refused_with_the_right_order(void **state)
{
	(void)state;
	struct line line = PARSED("shop", "upgrade");

	assert_false(line.ok);
	assert_string_equal(line.e.text, "the command comes first, and its target behind -d");
	assert_string_equal(line.e.hint, "dbtop upgrade -d TARGET");
	release(&line);
}

static void digits_behind_a_command_are_its_argument(void **state)
{
	(void)state;
	struct line line = PARSED("downgrade", "-2");

	assert_true(line.ok);
	assert_string_equal(line.args.words[0], "-2");
	release(&line);
}

static void every_password_is_wiped_from_the_words_and_kept_for_the_program(void **state)
{
	(void)state;
	static const struct {
		const char *word, *wiped;
	} rows[] = {
		{ "postgres://bob:s3cret@db/shop", "postgres://bob:******@db/shop" },
		{ "postgres://db/shop?password=s3cret&sslmode=off",
			"postgres://db/shop?password=******&sslmode=off" },
		{ "postgres://bob:one@db/shop?sslpassword=two",
			"postgres://bob:***@db/shop?sslpassword=***" },
		{ "host=db password=s3cret user=bob", "host=db password=****** user=bob" },
		{ "password = 's3 \\'cret' host=db", "password = **********' host=db" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct line line = PARSED("status", "-d", rows[i].word);
		assert_true(line.ok);
		assert_true(line.args.had_password);
		assert_string_equal(line.args.target, rows[i].word);
		assert_string_equal(line.words[3], rows[i].wiped);
		release(&line);
	}
}

static void a_password_is_wiped_wherever_the_target_stands(void **state)
{
	(void)state;
	static const char uri[] = "postgres://bob:s3cret@db/shop";
	struct line lines[] = { PARSED(uri), PARSED("--target=postgres://bob:s3cret@db/shop"),
		PARSED("-dpostgres://bob:s3cret@db/shop"),
		PARSED("status", "--store", "password=x", "-d", uri) };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_true(lines[i].ok);
		assert_string_equal(lines[i].args.target, uri);
		for (int word = 1; word < lines[i].count; word++)
			assert_null(strstr(lines[i].words[word], "s3cret"));
		release(&lines[i]);
	}
}

static void a_target_given_as_a_word_of_a_command_is_refused_without_being_quoted(void **state)
{
	(void)state;
	struct line line = PARSED("upgrade", "postgres://bob:s3cret@db/shop");

	assert_false(line.ok);
	assert_string_equal(line.e.text, "two targets: one is enough");
	assert_null(strstr(line.words[2], "s3cret"));
	release(&line);
}

static void words_without_a_password_stay_as_they_are(void **state)
{
	(void)state;
	struct line line = PARSED("notes", "add", "the password of bob");

	assert_true(line.ok);
	assert_false(line.args.had_password);
	assert_string_equal(line.words[3], "the password of bob");
	release(&line);
}

static void an_unknown_option_without_a_command_is_named(void **state)
{
	(void)state;
	struct line line = PARSED("--frob");

	assert_false(line.ok);
	assert_string_equal(line.e.text, "no option --frob");
	release(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_bare_word_is_a_command_also_behind_options),
		cmocka_unit_test(
			a_first_word_that_is_no_command_is_the_target_and_a_second_the_user),
		cmocka_unit_test(a_command_behind_its_target_is_refused_with_the_right_order),
		cmocka_unit_test(digits_behind_a_command_are_its_argument),
		cmocka_unit_test(every_password_is_wiped_from_the_words_and_kept_for_the_program),
		cmocka_unit_test(a_password_is_wiped_wherever_the_target_stands),
		cmocka_unit_test(
			a_target_given_as_a_word_of_a_command_is_refused_without_being_quoted),
		cmocka_unit_test(words_without_a_password_stay_as_they_are),
		cmocka_unit_test(an_unknown_option_without_a_command_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
