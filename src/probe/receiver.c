// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/receiver.h"

#include "base/compiler.h"
#include "base/words.h"

/* On an idle upstream messages come each half of wal_receiver_timeout; five seconds more are no news. */
static int64_t message_late_ms(int64_t receiver_timeout_ms)
{
	int64_t timeout_ms = value_is_known(receiver_timeout_ms) && receiver_timeout_ms > 0
				     ? receiver_timeout_ms
				     : 60000;

	return timeout_ms / 2 + 5000;
}

/*
 * How old the first byte is that is here and not replayed. The last replayed commit's age alone grows on an idle upstream,
 * so the ring's answer stands where it reaches back far enough and is smaller.
 */
static struct wal_age apply_age(
	const struct replication *replication, const struct replication_head *head)
{
	struct wal_age age = wal_ring_age(&replication->ring, lsn_parse(head->own_replay_lsn));
	int64_t commit_ms = head->own_replay_age_ms;

	if (!value_is_known(commit_ms))
		return age;
	commit_ms = commit_ms > 0 ? commit_ms : 0;
	if (value_is_known(age.ms) && !age.is_at_least && age.ms < commit_ms)
		return age;
	return (struct wal_age){ commit_ms, false };
}

static const char *receiver_state(const struct replication_head *head)
{
	if (!head->has_receiver) {
		bool is_archive = head->receive_lsn[0] == '\0' && head->has_upstream[0] != 't';
		return is_archive ? "archive" : "disconnected";
	}
	if (strcmp(head->replay_pause, "paused") == 0)
		return "paused";
	if (strcmp(head->receiver_status, "streaming") == 0 &&
		value_is_known(head->apply_delay_ms) && head->apply_delay_ms > 0)
		return "delayed";
	return head->receiver_status[0] ? head->receiver_status : "?";
}

static void own_set(struct replicas *out, int64_t lag_ms, bool is_at_least)
{
	out->own_lag_ms = lag_ms;
	out->own_lag_is_at_least = is_at_least;
}

static enum status disconnected_read(
	const struct replication *replication, int64_t now_us, struct replicas *out, char *words)
{
	char age[WORDS_BYTES];

	own_set(out, (now_us - replication->receiver_seen_us) / 1000, true);
	words_ms(out->own_lag_ms, age);
	snprintf(words, MARK_WORDS_BYTES, "disconnected from its upstream for at least %s", age);
	return STATUS_CRIT;
}

static enum status silent_read(
	const struct replication_head *head, struct replicas *out, char *words)
{
	char age[WORDS_BYTES];
	int64_t lag_ms =
		out->own_lag_ms > head->receiver_age_ms ? out->own_lag_ms : head->receiver_age_ms;

	own_set(out, lag_ms, true);
	words_ms(head->receiver_age_ms, age);
	snprintf(words, MARK_WORDS_BYTES, "no message from its upstream for %s", age);
	return head->receiver_age_ms >= 60000 ? STATUS_CRIT : STATUS_WARN;
}

static enum status applying_read(
	const struct replication_head *head, struct replicas *out, char *words)
{
	char lag[WORDS_BYTES], behind[WORDS_BYTES];
	int64_t wanted_ms = value_is_known(head->apply_delay_ms) ? head->apply_delay_ms : 0;

	words_ms(value_is_known(out->own_lag_ms) ? out->own_lag_ms : 0, lag);
	words_bytes(value_is_known(out->own_replay_bytes) ? out->own_replay_bytes : 0, behind);
	if (out->is_replay_paused) {
		snprintf(words, MARK_WORDS_BYTES, "replay is paused, %s behind", behind);
		return status_worse(STATUS_WARN, status_above(out->own_lag_ms, INT64_MAX, 60000));
	}
	snprintf(words, MARK_WORDS_BYTES, "replay is %s behind, %s", lag, behind);
	return status_above(out->own_lag_ms, wanted_ms + 10000, wanted_ms + 60000);
}

enum status receiver_read(struct replication *replication, const struct replication_head *head,
	int64_t now_us, struct replicas *out, char *words)
{
	if (!head->is_standby)
		return STATUS_OK;
	if (head->has_receiver || replication->receiver_seen_us == 0)
		replication->receiver_seen_us = now_us;
	const char *state = receiver_state(head);
	snprintf(out->receiver_state, sizeof(out->receiver_state), "%s", state);
	out->is_replay_paused =
		head->replay_pause[0] && strcmp(head->replay_pause, "not paused") != 0;
	out->receiver_age_ms = head->receiver_age_ms;
	out->own_replay_bytes =
		lsn_distance(lsn_parse(head->end_lsn), lsn_parse(head->own_replay_lsn));
	struct wal_age age = apply_age(replication, head);
	own_set(out, out->own_replay_bytes == 0 ? 0 : age.ms, age.is_at_least);
	if (strcmp(state, "archive") == 0) {
		own_set(out, head->own_replay_age_ms, false);
		return applying_read(head, out, words);
	}
	if (strcmp(state, "disconnected") == 0)
		return disconnected_read(replication, now_us, out, words);
	/* Without the right to see the receiver nobody can say that it still hears anything. */
	if (!value_is_known(head->receiver_age_ms)) {
		own_set(out, out->own_replay_bytes == 0 ? VALUE_UNKNOWN : out->own_lag_ms, true);
		return STATUS_OK;
	}
	if (head->receiver_age_ms > message_late_ms(head->receiver_timeout_ms))
		return silent_read(head, out, words);
	return applying_read(head, out, words);
}
