// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/run/guard.h"

#include <inttypes.h>

#include "base/compiler.h"
#include "base/words.h"

/* One value against one limit: a negative limit is off, an unknown value warns and does not shut. */
static struct gate_reading reading(const char *name, int64_t value, int64_t limit, enum unit unit)
{
	struct gate_reading r = { .value = value, .limit = limit, .unit = unit };
	snprintf(r.name, sizeof(r.name), "%s", name);
	r.is_shut = limit >= 0 && value_is_known(value) && value >= limit;
	return r;
}

static void say_unknown(struct gate_reading *r)
{
	snprintf(r->words, sizeof(r->words), "%s cannot be read", r->name);
}

static struct gate_reading read_lag(const struct gate_limits *limits, const struct guard_numbers *n)
{
	struct gate_reading r = reading("lag", n->lag_bytes, limits->lag_bytes, UNIT_BYTES);
	char value[WORDS_BYTES], limit[WORDS_BYTES];
	if (!value_is_known(r.value)) {
		say_unknown(&r);
		return r;
	}
	words_bytes(r.value, value);
	words_bytes(r.limit, limit);
	snprintf(r.words, sizeof(r.words), "%.24s is %.16s behind, limit %.16s",
		n->lag_where ? n->lag_where : "the worst standby", value,
		r.limit < 0 ? "off" : limit);
	return r;
}

static struct gate_reading read_slots(
	const struct gate_limits *limits, const struct guard_numbers *n)
{
	bool is_known = value_is_known(n->slots_used) && value_is_known(n->slots_usable) &&
			n->slots_usable > 0;
	int64_t percent = is_known ? n->slots_used * 100 / n->slots_usable : VALUE_UNKNOWN;
	struct gate_reading r = reading("slots", percent, limits->slots_percent, UNIT_PERCENT);
	if (!is_known)
		say_unknown(&r);
	else
		snprintf(r.words, sizeof(r.words),
			"%" PRId64 " of %" PRId64 " connection slots used, limit %" PRId64 " %%",
			n->slots_used, n->slots_usable, r.limit);
	return r;
}

static struct gate_reading read_blocked(
	const struct gate_limits *limits, const struct guard_numbers *n)
{
	struct gate_reading r =
		reading("blocked", n->blocked_by_us, limits->blocked_count, UNIT_COUNT);
	int64_t for_ms = n->blocked_since_us > 0 ? (n->now_us - n->blocked_since_us) / 1000 : 0;
	if (for_ms < limits->blocked_ms)
		r.is_shut = false; /* a moment's queue is none */
	if (!value_is_known(r.value))
		say_unknown(&r);
	else
		snprintf(r.words, sizeof(r.words),
			"%" PRId64 " sessions wait for us, limit %" PRId64, r.value, r.limit);
	return r;
}

static struct gate_reading read_ms(const char *name, int64_t value, int64_t limit, const char *what)
{
	struct gate_reading r = reading(name, value, limit, UNIT_MS);
	char value_words[WORDS_BYTES], limit_words[WORDS_BYTES];
	if (!value_is_known(value)) {
		say_unknown(&r);
		return r;
	}
	words_ms(value, value_words);
	words_ms(limit, limit_words);
	snprintf(r.words, sizeof(r.words), "%s %s, limit %s", what, value_words,
		limit < 0 ? "off" : limit_words);
	return r;
}

void guard_read(
	const struct gate_limits *limits, const struct guard_numbers *n, struct gate_view *view)
{
	*view = (struct gate_view){ 0 };
	view->readings[0] = read_lag(limits, n);
	view->readings[1] = read_slots(limits, n);
	view->readings[2] = read_blocked(limits, n);
	view->readings[3] = read_ms(
		"oldest", n->oldest_ms, limits->oldest_ms, "the oldest transaction is open for");
	view->readings[4] =
		read_ms("wait", n->wait_ms, limits->wait_ms, "our statement has waited for");
	for (size_t i = 0; i < GATE_READINGS; i++) {
		const struct gate_reading *r = &view->readings[i];
		view->warning_count += r->limit >= 0 && r->value == VALUE_UNKNOWN;
		if (r->is_shut && !view->is_shut)
			snprintf(view->reason, sizeof(view->reason), "%s", r->words);
		view->is_shut = view->is_shut || r->is_shut;
	}
}
