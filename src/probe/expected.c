// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/expected.h"

#include <string.h>
#include <strings.h>

/* What walreceivers are called that nobody gave a name: it says nothing. */
static const char nameless[] = "walreceiver";

struct matching {
	const struct replica_expected *list;
	const struct replica *rows;
	size_t row_count;
	int *row_of;
	size_t count;
};

typedef bool is_row_fn(const struct replica_expected *expected, const struct replica *row);

static bool word_is(const char *expected, const char *actual)
{
	return expected[0] && strcasecmp(expected, actual) == 0;
}

const char *expected_name(const struct replica_expected *expected)
{
	if (expected->name[0] && !word_is(expected->name, nameless))
		return expected->name;
	if (expected->slot[0])
		return expected->slot;
	return expected->place[0] ? expected->place : expected->address;
}

static bool is_receiving(const struct replica_expected *expected)
{
	return expected->state == EXPECTED_ANSWERED &&
	       strcmp(expected->receiver_status, "streaming") == 0;
}

bool expected_is_elsewhere(const struct replica_expected *expected)
{
	return !expected->is_primary && is_receiving(expected);
}

/* What says of itself that it receives nothing is none of those that are sent something. */
static bool may_be(const struct replica_expected *expected, const struct replica *row)
{
	if (expected->state != EXPECTED_ANSWERED || is_receiving(expected))
		return true;
	return row->kind == REPLICA_DOWN || row->kind == REPLICA_ABSENT;
}

static bool has_slot(const struct replica_expected *expected, const struct replica *row)
{
	return word_is(expected->slot, row->slot);
}

static bool has_name(const struct replica_expected *expected, const struct replica *row)
{
	return word_is(expected->name, row->name);
}

static bool has_address(const struct replica_expected *expected, const struct replica *row)
{
	if (word_is(expected->address, row->address))
		return true;
	for (size_t i = 0; i < EXPECTED_ADDRESSES; i++)
		if (word_is(expected->addresses[i], row->address))
			return true;
	return false;
}

static bool has_name_and_address(const struct replica_expected *expected, const struct replica *row)
{
	return has_name(expected, row) && has_address(expected, row);
}

static bool is_claimed(const struct matching *m, int row)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->row_of[i] == row)
			return true;
	return false;
}

/* The only row that is left and fits; of several nobody knows which. */
static int only_row(
	const struct matching *m, const struct replica_expected *expected, is_row_fn *is)
{
	int found = EXPECTED_NONE;

	for (size_t i = 0; i < m->row_count; i++) {
		if (is_claimed(m, (int)i) || !is(expected, &m->rows[i]) ||
			!may_be(expected, &m->rows[i]))
			continue;
		if (found != EXPECTED_NONE)
			return EXPECTED_NONE;
		found = (int)i;
	}
	return found;
}

void expected_match(const struct replica_expected *list, size_t count, const struct replica *rows,
	size_t row_count, int *row_of)
{
	/* The surest first, for all of them, before the next is asked of any. */
	static is_row_fn *const ways[] = { has_slot, has_name_and_address, has_name, has_address };
	struct matching m = { list, rows, row_count, row_of, count };

	for (size_t i = 0; i < count; i++)
		row_of[i] = EXPECTED_NONE;
	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++)
		for (size_t i = 0; i < count; i++)
			if (row_of[i] == EXPECTED_NONE)
				row_of[i] = only_row(&m, &list[i], ways[way]);
}
