// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/replica_rules.h"

#include "base/compiler.h"
#include "base/words.h"
#include "probe/replica_row.h"
#include "probe/standby_rules.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS	  (60 * MINUTE_MS)
#define MB	  (INT64_C(1) << 20)
#define GB	  (INT64_C(1) << 30)

struct replica_rule {
	enum status (*judge)(const struct replica_case *given);
	void (*words)(const struct replica_case *given, char *out, size_t bytes);
};

static bool row_follows(const struct replica *row)
{
	return row->kind == REPLICA_STANDBY || row->kind == REPLICA_LOGICAL ||
	       row->kind == REPLICA_ARCHIVER;
}

/* ---- slots ---- */

static enum status slot_broken(const struct replica_case *given)
{
	const char *wal = given->row->wal_status;

	if (given->row->invalidation[0] || strcmp(wal, "lost") == 0 ||
		strcmp(wal, "unreserved") == 0)
		return STATUS_CRIT;
	return strcmp(wal, "extended") == 0 ? STATUS_WARN : STATUS_OK;
}

static void slot_broken_words(const struct replica_case *given, char *out, size_t bytes)
{
	const struct replica *row = given->row;
	const char *what = "holds more than max_wal_size";

	if (strcmp(row->wal_status, "unreserved") == 0)
		what = "is lost at the next checkpoint";
	if (strcmp(row->wal_status, "lost") == 0)
		what = "is lost: rebuild what reads it";
	if (row->invalidation[0])
		snprintf(out, bytes, "slot %.40s is invalid (%s): rebuild what reads it", row->slot,
			row->invalidation);
	else
		snprintf(out, bytes, "slot %.40s %s", row->slot, what);
}

/* An active slot moves on: only what it falls behind eats its reserve. An idle one loses what is written. */
int64_t slot_to_lost_ms(const struct replica *row, int64_t wal_bytes_s)
{
	int64_t rate = row->slot_is_active ? row->drain_bytes_s : wal_bytes_s;

	if (!value_is_known(row->safe_bytes) || !value_is_known(rate) || rate <= 0)
		return VALUE_NONE;
	double ms = (double)row->safe_bytes * 1000 / (double)rate;
	return ms < 1e15 ? (int64_t)ms : VALUE_NONE;
}

static int64_t slot_safe_percent(const struct replica *row)
{
	if (!value_is_known(row->safe_bytes) || !value_is_known(row->retained_bytes))
		return VALUE_UNKNOWN;
	int64_t safe = row->safe_bytes > 0 ? row->safe_bytes : 0;
	return safe + row->retained_bytes > 0
		       ? (int64_t)((double)safe * 100 / (double)(safe + row->retained_bytes))
		       : 100;
}

static enum status slot_headroom(const struct replica_case *given)
{
	const struct replica *row = given->row;

	return status_worse(status_below(slot_safe_percent(row), 30, 10),
		status_below(row->to_lost_ms, HOUR_MS, 10 * MINUTE_MS));
}

static void slot_headroom_words(const struct replica_case *given, char *out, size_t bytes)
{
	const struct replica *row = given->row;
	char safe[WORDS_BYTES], left[WORDS_BYTES];

	words_bytes(row->safe_bytes > 0 ? row->safe_bytes : 0, safe);
	if (!value_is_known(row->to_lost_ms)) {
		snprintf(out, bytes, "slot %.40s is lost after %s more", row->slot, safe);
		return;
	}
	words_ms(row->to_lost_ms, left);
	snprintf(out, bytes, "slot %.40s is lost after %s more, in %s at this rate", row->slot,
		safe, left);
}

static enum status slot_uncapped(const struct replica_case *given)
{
	int64_t max_wal = given->head->max_wal_bytes;

	if (given->head->slot_keep_bytes != -1 || !value_is_known(max_wal))
		return STATUS_OK;
	int64_t crit = 4 * max_wal < 10 * GB ? 4 * max_wal : 10 * GB;
	return status_above(given->row->retained_bytes, max_wal + 1, crit + 1);
}

static void slot_uncapped_words(const struct replica_case *given, char *out, size_t bytes)
{
	char retained[WORDS_BYTES];

	words_bytes(given->row->retained_bytes, retained);
	snprintf(out, bytes, "slot %.40s retains %s, without a limit", given->row->slot, retained);
}

/* ---- who is not here ---- */

static bool was_here(const struct replica_case *given)
{
	return given->follower && given->follower->seen_us != 0;
}

static enum status row_gone(const struct replica_case *given)
{
	const struct replica *row = given->row;

	if (row->kind == REPLICA_ABSENT && given->expected && !row->sync[0])
		return standby_missing(given);
	if (row->kind == REPLICA_ABSENT)
		return row->sync[0] ? STATUS_CRIT : STATUS_WARN;
	if (row->kind != REPLICA_DOWN || strcmp(row->state, "unused") == 0)
		return STATUS_OK;
	if (given->expected && standby_missing(given) == STATUS_CRIT)
		return STATUS_CRIT;
	if (was_here(given))
		return STATUS_CRIT;
	return value_is_known(row->gone_ms) && row->gone_ms >= HOUR_MS ? STATUS_CRIT : STATUS_WARN;
}

static void row_gone_words(const struct replica_case *given, char *out, size_t bytes)
{
	const struct replica *row = given->row;
	char gone[WORDS_BYTES] = "", retained[WORDS_BYTES] = "nothing";
	char slot[128] = "", missing[MARK_WORDS_BYTES] = "";

	if (row->kind == REPLICA_ABSENT && given->expected && !row->sync[0]) {
		standby_missing_words(given, out, bytes);
		return;
	}
	if (row->kind == REPLICA_ABSENT) {
		snprintf(out, bytes,
			row->sync[0] ? "named in synchronous_standby_names, not connected"
				     : "expected, never seen");
		return;
	}
	if (value_is_known(row->gone_ms))
		words_ms(row->gone_ms, gone);
	if (value_is_known(row->retained_bytes))
		words_bytes(row->retained_bytes, retained);
	if (row->slot[0])
		snprintf(slot, sizeof(slot), ", slot %.40s retains %s", row->slot, retained);
	if (given->expected)
		standby_missing_words(given, missing, sizeof(missing));
	snprintf(out, bytes, "%s for %s%s%s%s",
		was_here(given) || !row->slot[0] ? "down" : "nobody reads it", gone, slot,
		*missing ? "; " : "", missing);
}

/* ---- how far behind ---- */

/* Large and growing, or huge. */
static enum status bytes_judge(const struct replica_case *given, int64_t value)
{
	if (!row_follows(given->row))
		return STATUS_OK;
	enum status status = status_above(value, 64 * MB, GB);
	bool grows = given->follower && follower_is_growing(given->follower);
	return status == STATUS_WARN && !grows ? STATUS_OK : status;
}

static enum status row_behind(const struct replica_case *given)
{
	return bytes_judge(given, given->row->behind_bytes);
}

/* The stage that holds most of what is behind. */
static const char *stage_words(const struct replica *row)
{
	int64_t to_send = row->to_send_bytes, apply = row->apply_bytes;
	int64_t rest = row->behind_bytes / 2;

	if (value_is_known(to_send) && to_send > rest)
		return ", not sent yet";
	return value_is_known(apply) && apply > rest ? ", not replayed yet" : "";
}

static void row_behind_words(const struct replica_case *given, char *out, size_t bytes)
{
	char behind[WORDS_BYTES];

	words_bytes(given->row->behind_bytes, behind);
	snprintf(out, bytes, "%s behind%s", behind, stage_words(given->row));
}

static enum status row_at_risk(const struct replica_case *given)
{
	return bytes_judge(given, given->row->at_risk_bytes);
}

static void row_at_risk_words(const struct replica_case *given, char *out, size_t bytes)
{
	char risk[WORDS_BYTES];

	words_bytes(given->row->at_risk_bytes, risk);
	snprintf(out, bytes, "%s would be lost at a failover now", risk);
}

static bool row_is_sync(const struct replica *row)
{
	return strcmp(row->sync, "sync") == 0 || strcmp(row->sync, "quorum") == 0;
}

static enum status row_late(const struct replica_case *given)
{
	const struct replica *row = given->row;

	if (row->kind != REPLICA_STANDBY && row->kind != REPLICA_LOGICAL)
		return STATUS_OK;
	return row_is_sync(row) ? status_above(row->lag_ms, 1000, 5000)
				: status_above(row->lag_ms, 10000, MINUTE_MS);
}

static void row_late_words(const struct replica_case *given, char *out, size_t bytes)
{
	char lag[WORDS_BYTES], behind[WORDS_BYTES];

	words_ms(given->row->lag_ms, lag);
	words_bytes(given->row->behind_bytes, behind);
	snprintf(out, bytes, "%s%s behind, %s%s", given->row->lag_is_at_least ? "at least " : "",
		lag, behind, stage_words(given->row));
}

static enum status row_silent(const struct replica_case *given)
{
	int64_t timeout_ms = given->head->sender_timeout_ms;
	int64_t late_ms = reply_late_ms(timeout_ms);

	if (!row_follows(given->row))
		return STATUS_OK;
	if (!value_is_known(timeout_ms) || timeout_ms <= 0)
		return status_above(given->row->reply_age_ms, late_ms, MINUTE_MS);
	/* Half the timeout, but for a timeout so short that a healthy standby comes near it. */
	int64_t crit_ms = timeout_ms / 2 > late_ms ? timeout_ms / 2 : timeout_ms * 5 / 6;
	return status_above(given->row->reply_age_ms, late_ms, crit_ms);
}

static void row_silent_words(const struct replica_case *given, char *out, size_t bytes)
{
	char age[WORDS_BYTES];

	words_ms(given->row->reply_age_ms, age);
	snprintf(out, bytes, "no reply for %s", age);
}

static enum status row_in_catchup(const struct replica_case *given)
{
	int64_t since_us = given->follower ? given->follower->catchup_us : 0;

	return since_us && given->now_us - since_us > MINUTE_MS * 1000 ? STATUS_WARN : STATUS_OK;
}

static void row_in_catchup_words(const struct replica_case *given, char *out, size_t bytes)
{
	char age[WORDS_BYTES];

	words_ms((given->now_us - given->follower->catchup_us) / 1000, age);
	snprintf(out, bytes, "catching up for %s", age);
}

static enum status row_falling(const struct replica_case *given)
{
	return given->row->is_falling_behind ? STATUS_WARN : STATUS_OK;
}

static void row_falling_words(const struct replica_case *given, char *out, size_t bytes)
{
	char behind[WORDS_BYTES], rate[WORDS_BYTES];

	words_bytes(given->row->behind_bytes, behind);
	words_bytes(given->row->drain_bytes_s, rate);
	snprintf(out, bytes, "%s behind, falling back by %s/s", behind, rate);
}

static enum status row_holds_xmin(const struct replica_case *given)
{
	return status_above(given->row->xmin_age, 10000000, 100000000);
}

static void row_holds_xmin_words(const struct replica_case *given, char *out, size_t bytes)
{
	snprintf(
		out, bytes, "keeps %lld transactions from vacuum", (long long)given->row->xmin_age);
}

/* The first of equally bad ones is the reason. */
static const struct replica_rule rules[FOLLOWER_MARKS] = {
	{ standby_rival, standby_rival_words },
	{ standby_stranger, standby_stranger_words },
	{ slot_broken, slot_broken_words },
	{ row_gone, row_gone_words },
	{ slot_headroom, slot_headroom_words },
	{ standby_timeline, standby_timeline_words },
	{ row_silent, row_silent_words },
	{ row_late, row_late_words },
	{ row_behind, row_behind_words },
	{ row_at_risk, row_at_risk_words },
	{ row_falling, row_falling_words },
	{ slot_uncapped, slot_uncapped_words },
	{ row_in_catchup, row_in_catchup_words },
	{ row_holds_xmin, row_holds_xmin_words },
};

void replica_judge(
	const struct replica_case *given, struct mark *marks, int raise_after, struct replica *row)
{
	enum status worst = STATUS_OK;
	const char *words = "";

	for (size_t i = 0; i < FOLLOWER_MARKS; i++) {
		enum status now = rules[i].judge(given);
		if (now >= STATUS_WARN)
			rules[i].words(given, marks[i].words, sizeof(marks[i].words));
		enum status shown = mark_feed(&marks[i], now, raise_after);
		if (shown > worst) {
			worst = shown;
			words = marks[i].words;
		}
	}
	row->status = worst;
	snprintf(row->reason, sizeof(row->reason), "%s", words);
}
