// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A request for the password in clear (fault row 33) is seen before anybody reads it, in one piece or several.
 */
#include "test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pg/lookout.h"

#define CLEAR "R\0\0\0\10\0\0\0\3"
#define SCRAM "R\0\0\0\27\0\0\0\12SCRAM-SHA-256\0\0"
#define GREETED                                        \
	"R\0\0\0\10\0\0\0\0S\0\0\0\26server_version\0" \
	"15\0K\0\0\0\14RRRRRRRRZ\0\0\0\5I"

struct way {
	struct lookout lookout;
	int ours, theirs;
};

static int way_open(void **state)
{
	struct way *way = calloc(1, sizeof(*way));
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	way->ours = ends[0];
	way->theirs = ends[1];
	*state = way;
	return 0;
}

static int way_close(void **state)
{
	struct way *way = *state;

	close(way->ours);
	close(way->theirs);
	free(way);
	return 0;
}

/* They say it, we look, and then libpq reads it. */
static bool seen_in(struct way *way, const char *bytes, size_t len)
{
	char read_back[256];

	assert_int_equal(write(way->theirs, bytes, len), len);
	bool is_seen = lookout_sees_request(&way->lookout, way->ours);
	assert_int_equal(read(way->ours, read_back, sizeof(read_back)), len);
	assert_memory_equal(read_back, bytes, len);
	return is_seen;
}

#define SEEN_IN(way, text) seen_in(way, text, sizeof(text) - 1)

static void a_request_is_seen_and_left_where_it_is(void **state)
{
	assert_true(SEEN_IN(*state, CLEAR));
}

static void it_is_seen_behind_other_words_and_with_more_behind_it(void **state)
{
	assert_false(SEEN_IN(*state, "N"));
	assert_true(SEEN_IN(*state, SCRAM CLEAR "more"));
}

static void it_is_seen_wherever_it_is_broken(void **state)
{
	struct way *way = *state;
	const char request[] = CLEAR;

	for (size_t at = 1; at < LOOKOUT_REQUEST_BYTES; at++) {
		assert_false(seen_in(way, request, at));
		assert_true(seen_in(way, request + at, LOOKOUT_REQUEST_BYTES - at));
		assert_false(SEEN_IN(way, "SCRAM-SHA-256"));
	}
	for (size_t at = 0; at < LOOKOUT_REQUEST_BYTES; at++)
		assert_int_equal(seen_in(way, request + at, 1), at == LOOKOUT_REQUEST_BYTES - 1);
}

static void other_requests_and_a_greeting_are_no_such_request(void **state)
{
	assert_false(SEEN_IN(*state, SCRAM));
	assert_false(SEEN_IN(*state, "R\0\0\0\14\0\0\0\5salt"));
	assert_false(SEEN_IN(*state, GREETED));
}

static void where_nothing_waits_nothing_is_seen(void **state)
{
	struct way *way = *state;

	assert_false(lookout_sees_request(&way->lookout, way->ours));
	assert_false(lookout_sees_request(&way->lookout, -1));
}

#define ON_WAY(test) cmocka_unit_test_setup_teardown(test, way_open, way_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_WAY(a_request_is_seen_and_left_where_it_is),
		ON_WAY(it_is_seen_behind_other_words_and_with_more_behind_it),
		ON_WAY(it_is_seen_wherever_it_is_broken),
		ON_WAY(other_requests_and_a_greeting_are_no_such_request),
		ON_WAY(where_nothing_waits_nothing_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
