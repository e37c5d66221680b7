// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "replication_fixture.h"

/* What the fixture's server is. */
#define CLUSTER "7000000000000000001"

static int fixture_begin(void **state)
{
	*state = test_malloc(sizeof(struct fixture));
	fixture_init(*state);
	return 0;
}

static int fixture_end(void **state)
{
	fixture_release(*state);
	test_free(*state);
	return 0;
}

static struct replica_expected answering(const char *place)
{
	struct replica_expected expected = {
		.state = EXPECTED_ANSWERED,
		.system_identifier = CLUSTER,
		.started_us = 77,
		.timeline = 1,
		.receiver_status = "streaming",
		.replay_lsn = "0/9000000",
	};

	snprintf(expected.place, sizeof(expected.place), "%s", place);
	return expected;
}

/* Two looks: a mark is raised by the second. */
static void look(struct fixture *fixture, const struct replica_expected *list, size_t count)
{
	replication_expect(&fixture->replication, list, count);
	fixture_sample(fixture, 0);
	fixture_sample(fixture, 2000);
}

static void check(struct fixture *fixture, const char *name, enum status status, const char *words)
{
	const struct replica *row = fixture_row(fixture, name);

	assert_int_equal(row->status, status);
	if (!strstr(row->reason, words))
		fail_msg("\"%s\" does not say \"%s\"", row->reason, words);
}

static void a_missing_standby_says_what_is_known(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected list[3] = { answering("b:1"), answering("c:2"), answering("d:3") };
	list[0].receiver_status[0] = '\0';
	list[1].state = EXPECTED_UNREACHED;
	snprintf(list[1].error, sizeof(list[1].error), "connection refused");
	list[2].state = EXPECTED_REFUSED;
	snprintf(list[2].error, sizeof(list[2].error), "password authentication failed");

	look(fixture, list, 3);

	check(fixture, "b:1", STATUS_CRIT,
		"missing: it runs and receives nothing, on timeline 1, replayed to 0/9000000");
	check(fixture, "c:2", STATUS_CRIT, "missing: not streaming from here, connection refused");
	check(fixture, "d:3", STATUS_WARN,
		"not seen streaming, and it cannot be asked: password authentication failed");
	assert_int_equal(fixture_row(fixture, "b:1")->kind, REPLICA_ABSENT);
	assert_string_equal(fixture->replicas.split_words, "");
}

static void a_second_primary_is_a_split_brain_at_the_first_look(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected rival = answering("pg-b:5433");
	rival.is_primary = true;
	rival.timeline = 2;
	rival.receiver_status[0] = '\0';
	replication_expect(&fixture->replication, &rival, 1);

	fixture_sample(fixture, 0);
	assert_string_equal(fixture->replicas.split_words,
		"split brain: pg-b:5433 is a primary, on timeline 2, and this server is one, on "
		"timeline 1");
	fixture_sample(fixture, 2000);

	check(fixture, "pg-b:5433", STATUS_CRIT,
		"split brain: is a primary too, on timeline 2; this server is on timeline 1");
	assert_int_equal(fixture_row(fixture, "pg-b:5433")->kind, REPLICA_RIVAL);
}

static void a_rival_out_of_reach_is_no_split_any_more(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected rival = answering("pg-b:5433");
	rival.is_primary = true;
	rival.state = EXPECTED_UNREACHED;

	look(fixture, &rival, 1);

	assert_string_equal(fixture->replicas.split_words, "");
	check(fixture, "pg-b:5433", STATUS_CRIT, "missing");
}

static void this_server_under_another_name_is_no_rival(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected self = answering("pg-a.alias:5432");
	self.is_primary = true;
	self.started_us = FIXTURE_STARTED_US;
	self.receiver_status[0] = '\0';

	look(fixture, &self, 1);

	assert_string_equal(fixture->replicas.split_words, "");
	check(fixture, "pg-a.alias:5432", STATUS_CRIT,
		"missing: that address leads to this server itself");
}

static void another_cluster_is_named_by_its_identifier(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected stranger = answering("pg-b:5433");
	stranger.is_primary = true;
	snprintf(stranger.system_identifier, sizeof(stranger.system_identifier), "42");

	look(fixture, &stranger, 1);

	assert_string_equal(fixture->replicas.split_words, "");
	check(fixture, "pg-b:5433", STATUS_CRIT,
		"another cluster answers there: system identifier 42 instead of " CLUSTER);
}

static void after_a_failover_the_new_primary_is_told_and_is_no_split(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected list[2] = { answering("pg-b:5433"), answering("pg-c:5434") };
	fixture->answer.head.is_standby = true;
	list[0].is_primary = true;
	list[0].timeline = 2;

	look(fixture, list, 2);
	assert_string_equal(fixture->replicas.split_words, "");
	check(fixture, "pg-b:5433", STATUS_WARN, "is a primary, on timeline 2");

	list[1].is_primary = true;
	look(fixture, list, 2);
	assert_int_equal(fixture->replicas.split_words[0], '\0'); /* one server under two names */
	list[1].started_us = 78;
	look(fixture, list, 2);
	assert_string_equal(fixture->replicas.split_words,
		"split brain: pg-b:5433 is a primary, on timeline 2, and pg-c:5434 is one, on "
		"timeline 1");
}

static void a_standby_on_another_timeline_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected expected = answering("pg-b:5433");
	snprintf(expected.name, sizeof(expected.name), "pg-b");
	expected.timeline = 3;
	fixture_standby(fixture, "pg-b");

	look(fixture, &expected, 1);

	assert_int_equal(fixture_row(fixture, "pg-b")->timeline, 3);
	check(fixture, "pg-b", STATUS_WARN, "on timeline 3, this server is on 1");
}

static void a_cascade_is_measured_by_its_own_position(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected expected = answering("pg-c:5434");
	snprintf(expected.name, sizeof(expected.name), "pg-c");
	snprintf(expected.upstream, sizeof(expected.upstream), "pg-b:5433");

	look(fixture, &expected, 1);

	const struct replica *row = fixture_row(fixture, "pg-c");
	assert_int_equal(row->status, STATUS_OK);
	assert_string_equal(row->sync, "cascade");
	assert_string_equal(row->address, "via pg-b:5433");
	assert_int_equal(row->behind_bytes, FIXTURE_END - 0x9000000);

	expected.timeline = 2; /* positions of two timelines are not subtracted */
	look(fixture, &expected, 1);
	assert_int_equal(fixture_row(fixture, "pg-c")->behind_bytes, VALUE_UNKNOWN);
}

static void a_standby_that_went_away_says_why_it_cannot_be_asked(void **state)
{
	struct fixture *fixture = *state;
	struct replica_expected expected = answering("pg-b:5433");
	snprintf(expected.name, sizeof(expected.name), "pg-b");
	fixture_standby(fixture, "pg-b");
	look(fixture, &expected, 1);
	fixture->answer.count = 0;
	expected.state = EXPECTED_UNREACHED;
	snprintf(expected.error, sizeof(expected.error), "connection refused");

	look(fixture, &expected, 1);

	assert_int_equal(fixture->replicas.count, 1);
	check(fixture, "pg-b", STATUS_CRIT, "down for 2 s; missing");
	check(fixture, "pg-b", STATUS_CRIT, "connection refused");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
		CASE(a_missing_standby_says_what_is_known),
		CASE(a_second_primary_is_a_split_brain_at_the_first_look),
		CASE(a_rival_out_of_reach_is_no_split_any_more),
		CASE(this_server_under_another_name_is_no_rival),
		CASE(another_cluster_is_named_by_its_identifier),
		CASE(after_a_failover_the_new_primary_is_told_and_is_no_split),
		CASE(a_standby_on_another_timeline_is_told),
		CASE(a_cascade_is_measured_by_its_own_position),
		CASE(a_standby_that_went_away_says_why_it_cannot_be_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
