// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/standby_rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/compiler.h"

/* One process by its start to the microsecond, whatever address leads there. */
static bool is_same_server(
	const struct replica_expected *a, const char *system_identifier, int64_t started_us)
{
	return a->started_us != 0 && a->started_us == started_us &&
	       strcmp(a->system_identifier, system_identifier) == 0;
}

static bool is_other_cluster(const struct replica_expected *a, const char *system_identifier)
{
	return a->system_identifier[0] && system_identifier[0] &&
	       strcmp(a->system_identifier, system_identifier) != 0;
}

static bool has_answered(const struct replica_case *given)
{
	return given->expected && given->expected->state == EXPECTED_ANSWERED;
}

static bool is_this_server(const struct replica_case *given)
{
	return has_answered(given) &&
	       is_same_server(given->expected, given->system_identifier, given->started_us);
}

/* ---- a primary beside the primary ---- */

static bool is_primary_of(
	const struct replica_expected *expected, const char *system_identifier, int64_t started_us)
{
	return expected->state == EXPECTED_ANSWERED && expected->is_primary &&
	       !is_same_server(expected, system_identifier, started_us) &&
	       !is_other_cluster(expected, system_identifier);
}

enum status standby_rival(const struct replica_case *given)
{
	if (!given->expected ||
		!is_primary_of(given->expected, given->system_identifier, given->started_us))
		return STATUS_OK;
	return given->head->is_standby ? STATUS_WARN : STATUS_CRIT;
}

static void timeline_words(int64_t timeline, char out[48])
{
	if (value_is_known(timeline))
		snprintf(out, 48, ", on timeline %" PRId64, timeline);
	else
		out[0] = '\0';
}

void standby_rival_words(const struct replica_case *given, char *out, size_t bytes)
{
	char theirs[48], ours[48];

	timeline_words(given->expected->timeline, theirs);
	timeline_words(given->head->timeline, ours);
	if (given->head->is_standby)
		snprintf(out, bytes,
			"is a primary%s; the target's own primary is a standby: a failover "
			"happened",
			theirs);
	else
		snprintf(out, bytes, "split brain: is a primary too%s; this server%s%s", theirs,
			*ours ? " is" : "", *ours ? ours + 1 : " is one as well");
}

/* The first other primary; skips `seen`, which may be the same server under another name. */
static const struct replica_expected *find_primary(
	const struct replication *replication, const struct replica_expected *seen)
{
	for (size_t i = 0; i < replication->expected_count; i++) {
		const struct replica_expected *expected = &replication->expected[i];
		if (!is_primary_of(
			    expected, replication->ring.system_identifier, replication->started_us))
			continue;
		if (!seen || (expected != seen && !is_same_server(expected, seen->system_identifier,
							  seen->started_us)))
			return expected;
	}
	return NULL;
}

void standby_split_words(const struct replication *replication, const struct replicas *replicas,
	char *out, size_t bytes)
{
	const struct replica_expected *first = find_primary(replication, NULL), *second = NULL;
	char one[48], two[48];

	out[0] = '\0';
	if (first && replicas->is_standby)
		second = find_primary(replication, first);
	if (!first || (replicas->is_standby && !second))
		return;
	timeline_words(first->timeline, one);
	timeline_words(second ? second->timeline : replicas->timeline, two);
	snprintf(out, bytes, "split brain: %.60s is a primary%s, and %.60s is one%s",
		*first->place ? first->place : first->name, one,
		!second		 ? "this server"
		: *second->place ? second->place
				 : second->name,
		two);
}

/* ---- not one of ours ---- */

enum status standby_stranger(const struct replica_case *given)
{
	return has_answered(given) && is_other_cluster(given->expected, given->system_identifier)
		       ? STATUS_CRIT
		       : STATUS_OK;
}

void standby_stranger_words(const struct replica_case *given, char *out, size_t bytes)
{
	snprintf(out, bytes, "another cluster answers there: system identifier %s instead of %s",
		given->expected->system_identifier, given->system_identifier);
}

/* ---- on its way, on another timeline ---- */

enum status standby_timeline(const struct replica_case *given)
{
	const struct replica *row = given->row;

	if (row->kind != REPLICA_STANDBY || !value_is_known(row->timeline) ||
		!value_is_known(given->head->timeline))
		return STATUS_OK;
	return row->timeline == given->head->timeline ? STATUS_OK : STATUS_WARN;
}

void standby_timeline_words(const struct replica_case *given, char *out, size_t bytes)
{
	snprintf(out, bytes, "on timeline %" PRId64 ", this server is on %" PRId64,
		given->row->timeline, given->head->timeline);
}

/* ---- missing ---- */

enum status standby_missing(const struct replica_case *given)
{
	switch (given->expected->state) {
	case EXPECTED_UNASKED:
	case EXPECTED_REFUSED: return STATUS_WARN;
	case EXPECTED_UNREACHED:
	case EXPECTED_ANSWERED: break;
	}
	return STATUS_CRIT;
}

static void idle_words(const struct replica_case *given, char *out, size_t bytes)
{
	const struct replica_expected *expected = given->expected;
	char theirs[48], ours[48] = "";

	timeline_words(expected->timeline, theirs);
	if (value_is_known(expected->timeline) && value_is_known(given->head->timeline) &&
		expected->timeline != given->head->timeline)
		snprintf(ours, sizeof(ours), " (this server: %" PRId64 ")", given->head->timeline);
	snprintf(out, bytes, "missing: it runs and receives nothing%s%s%s%s%s%s",
		expected->receiver_status[0] ? ", its receiver is " : "", expected->receiver_status,
		theirs, ours, expected->replay_lsn[0] ? ", replayed to " : "",
		expected->replay_lsn);
}

void standby_missing_words(const struct replica_case *given, char *out, size_t bytes)
{
	const struct replica_expected *expected = given->expected;

	switch (expected->state) {
	case EXPECTED_UNASKED: snprintf(out, bytes, "missing: not streaming from here"); return;
	case EXPECTED_UNREACHED:
		snprintf(out, bytes, "missing: not streaming from here, %.127s", expected->error);
		return;
	case EXPECTED_REFUSED:
		snprintf(out, bytes, "not seen streaming, and it cannot be asked: %.120s",
			expected->error);
		return;
	case EXPECTED_ANSWERED: break;
	}
	if (is_this_server(given))
		snprintf(out, bytes, "missing: that address leads to this server itself");
	else
		idle_words(given, out, bytes);
}
