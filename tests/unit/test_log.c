// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/path.h"
#include "scratch.h"

static int world_open(void **state)
{
	*state = scratch_new();
	return 0;
}

static int world_close(void **state)
{
	log_close();
	scratch_remove(*state);
	return 0;
}

static bool open_at(const char *path, enum log_level level, struct err *e)
{
	return log_open(&(const struct log_options){ .sink = path, .level = level }, e);
}

/* All that stands in the log; the caller frees it. */
static char *read_log(const char *path)
{
	struct err e;
	size_t len;

	log_close();
	char *text = path_read(path, 100000, &len, &e);
	assert_non_null(text);
	return text;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void a_line_has_time_level_topic_and_visible_text(void **state)
{
	struct err e = { 0 };
	struct stat st;
	size_t len;
	char *path = path_join(*state, "log");

	assert_true(open_at(path, LOG_LEVEL_INFO, &e));
	log_write(LOG_LEVEL_INFO, "conn", "opened %s\n", "a\x1b[2J password=hunter2");
	log_write(LOG_LEVEL_DEBUG, "conn", "not at this level");
	log_close();
	log_write(LOG_LEVEL_ERROR, "conn", "nobody listens");
	char *text = path_read(path, 1000, &len, &e);
	assert_non_null(text);
	assert_true(len > 24);
	assert_int_equal(text[23], 'Z');
	assert_string_equal(text + 24, " info  conn: opened a\\x1b[2J password=***\\x0a\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(text);
	free(path);
}

static void a_second_log_goes_on_where_the_first_ended(void **state)
{
	struct err e = { 0 };
	size_t len;
	char *path = path_join(*state, "log");

	for (int i = 0; i < 2; i++) {
		assert_true(open_at(path, LOG_LEVEL_ERROR, &e));
		log_write(LOG_LEVEL_ERROR, "run", "%d", i);
	}
	assert_true(open_at(NULL, LOG_LEVEL_ERROR, &e));
	char *text = path_read(path, 1000, &len, &e);
	assert_non_null(strstr(text, "run: 0\n"));
	assert_non_null(strstr(text, "run: 1\n"));
	free(text);
	free(path);
}

static void a_log_behind_a_link_is_refused(void **state)
{
	struct err e = { 0 };
	char *target = scratch_write(*state, "target", "");
	char *link = path_join(*state, "link");

	assert_int_equal(symlink(target, link), 0);
	assert_false(open_at(link, LOG_LEVEL_ERROR, &e));
	assert_non_null(strstr(e.text, "cannot open the log"));
	free(link);
	free(target);
}

static void named_values_follow_the_event_and_are_clean(void **state)
{
	struct err e;
	char *path = path_join(*state, "log");

	assert_true(open_at(path, LOG_LEVEL_INFO, &e));
	log_event(LOG_LEVEL_INFO, "conn", "opened",
		LOG_FIELDS(LOG_TEXT("server", "pg-a:5432"), LOG_INT("took_ms", 12),
			LOG_TEXT("words", "a \"b\x1b"), LOG_TEXT("sql", "x password=hunter2"),
			LOG_TEXT("user", "")));

	char *text = read_log(path);
	assert_string_equal(text + 24,
		" info  conn: opened server=pg-a:5432 took_ms=12 words=\"a \\\"b\\\\x1b\" "
		"sql=\"x password=***\" user=\"\"\n");
	free(text);
	free(path);
}

static void a_value_cannot_end_its_quotes_and_begin_a_field(void **state)
{
	struct err e;
	char *path = path_join(*state, "log");

	assert_true(open_at(path, LOG_LEVEL_INFO, &e));
	log_event(LOG_LEVEL_INFO, "conn", "closed",
		LOG_FIELDS(LOG_TEXT("why", "a\\\" sqlstate=00000 b\\")));

	char *text = read_log(path);
	assert_string_equal(
		text + 24, " info  conn: closed why=\"a\\\\\\\" sqlstate=00000 b\\\\\"\n");
	free(text);
	free(path);
}

static void as_json_a_line_is_one_object(void **state)
{
	struct err e;
	char *path = path_join(*state, "log");
	const struct log_options options = {
		.sink = path, .is_json = true, .level = LOG_LEVEL_INFO
	};

	assert_true(log_open(&options, &e));
	log_event(LOG_LEVEL_WARN, "pool", "waits",
		LOG_FIELDS(LOG_TEXT("who", "a\nb"), LOG_INT("wait_ms", 3)));
	log_write(LOG_LEVEL_ERROR, "run", "%s", "password=hunter2 \"");

	char *text = read_log(path);
	char *second = strchr(text, '\n') + 1;
	second[-1] = '\0';
	struct json *first = json_parse(span_from(text, strlen(text)), &e);
	assert_non_null(first);
	assert_string_equal(json_text(json_get(first, "level")), "warn");
	assert_string_equal(json_text(json_get(first, "topic")), "pool");
	assert_string_equal(json_text(json_get(first, "event")), "waits");
	assert_string_equal(json_text(json_get(first, "who")), "a\\x0ab");
	assert_int_equal(json_int(json_get(first, "wait_ms"), 0), 3);
	struct json *other = json_parse(span_from(second, strlen(second) - 1), &e);
	assert_non_null(other);
	assert_string_equal(json_text(json_get(other, "event")), "password=*** \"");
	json_free(first);
	json_free(other);
	free(text);
	free(path);
}

static void a_topic_has_a_level_of_its_own(void **state)
{
	struct err e;
	char *path = path_join(*state, "log");
	const struct log_options options = {
		.sink = path, .level = LOG_LEVEL_WARN, .levels = "query=debug, conn=error"
	};

	assert_true(log_open(&options, &e));
	assert_true(log_is_on(LOG_LEVEL_DEBUG, "query"));
	assert_false(log_is_on(LOG_LEVEL_WARN, "conn"));
	assert_true(log_is_on(LOG_LEVEL_WARN, "pool"));
	assert_false(log_is_on(LOG_LEVEL_INFO, "pool"));
	log_close();
	assert_false(log_is_on(LOG_LEVEL_ERROR, "pool"));
	free(path);
}

static void a_wrong_level_is_named_with_what_there_is(void **state)
{
	(void)state;
	static const char *const wrong[] = { "query", "query=", "query=loud", "sql=debug",
		"conn=info pool" };
	struct err e;

	assert_true(log_check_levels("conn=debug pool=warn", &e));
	assert_true(log_check_levels("", &e));
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_false(log_check_levels(wrong[i], &e));
		assert_non_null(strstr(e.text, "is no topic=level"));
		assert_non_null(strstr(e.hint, "conn, pool, role, query, run"));
	}
}

static void what_comes_too_often_is_counted(void **state)
{
	struct err e;
	char *path = path_join(*state, "log");

	assert_true(open_at(path, LOG_LEVEL_INFO, &e));
	for (int i = 0; i < 1000; i++)
		log_write(LOG_LEVEL_INFO, "conn", "refused, try %d", i);
	log_write(LOG_LEVEL_INFO, "conn", "other words");

	char *text = read_log(path);
	assert_int_equal(count_lines(text), LOG_BURST + 1);
	assert_non_null(strstr(text, "other words"));
	free(text);
	free(path);
}

static void what_was_done_to_a_database_is_always_written(void **state)
{
	struct err e;
	char *path = path_join(*state, "log");

	assert_true(open_at(path, LOG_LEVEL_INFO, &e));
	for (int i = 0; i < 200; i++)
		log_write(LOG_LEVEL_INFO, "run", "step %d", i);

	char *text = read_log(path);
	assert_int_equal(count_lines(text), 200);
	free(text);
	free(path);
}

static int64_t given_us;

static int64_t given_time(void *state)
{
	(void)state;
	return given_us;
}

static void say_waits(int number)
{
	log_write(LOG_LEVEL_WARN, "pool", "waits, %d", number);
}

static void what_was_left_out_is_told_once_there_is_room_again(void **state)
{
	static const struct clock clock = { .mono_us = given_time, .wall_us = given_time };
	struct err e;
	char *path = path_join(*state, "log");
	given_us = 0;
	assert_true(log_open(
		&(const struct log_options){
			.sink = path, .level = LOG_LEVEL_INFO, .clock = &clock },
		&e));

	for (int i = 0; i < LOG_BURST + 7; i++)
		say_waits(i);
	given_us += LOG_WINDOW_MS * INT64_C(1000) - 1;
	say_waits(98);
	given_us++;
	say_waits(99);
	say_waits(100);

	char *text = read_log(path);
	assert_int_equal(count_lines(text), LOG_BURST + 1 + 2);
	assert_non_null(strstr(text,
		"pool: waits, 19\n1970-01-01T00:00:10.000Z warn  pool: lines like the next one "
		"were left out left_out=8\n1970-01-01T00:00:10.000Z warn  pool: waits, 99\n"));
	free(text);
	free(path);
}

int main(void)
{
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)
	const struct CMUnitTest tests[] = {
		IN_A_WORLD(a_line_has_time_level_topic_and_visible_text),
		IN_A_WORLD(a_second_log_goes_on_where_the_first_ended),
		IN_A_WORLD(a_log_behind_a_link_is_refused),
		IN_A_WORLD(named_values_follow_the_event_and_are_clean),
		IN_A_WORLD(a_value_cannot_end_its_quotes_and_begin_a_field),
		IN_A_WORLD(as_json_a_line_is_one_object),
		IN_A_WORLD(a_topic_has_a_level_of_its_own),
		cmocka_unit_test(a_wrong_level_is_named_with_what_there_is),
		IN_A_WORLD(what_comes_too_often_is_counted),
		IN_A_WORLD(what_was_done_to_a_database_is_always_written),
		IN_A_WORLD(what_was_left_out_is_told_once_there_is_room_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
