// SPDX-License-Identifier: GPL-3.0-or-later
#include "probe/follower.h"

#include "base/mem.h"

#define FALLING_US	(INT64_C(30) * 1000000)
#define FALLING_BYTES	(INT64_C(16) << 20)
#define DRAIN_WINDOW_US (INT64_C(10) * 1000000)

void followers_release(struct followers *followers)
{
	for (size_t i = 0; i < followers->count; i++)
		free(followers->list[i]);
	*followers = (struct followers){ 0 };
}

void followers_begin(struct followers *followers, int64_t now_us)
{
	size_t kept = 0;

	for (size_t i = 0; i < followers->count; i++) {
		struct follower *follower = followers->list[i];
		int64_t last_us = follower->seen_us ? follower->seen_us : follower->first_us;
		/* A slot that was here a sample ago is no memory but a fact. */
		if (!follower->is_here && now_us - last_us > FOLLOWER_KEPT_US) {
			free(follower);
			continue;
		}
		follower->is_here = false;
		followers->list[kept++] = follower;
	}
	followers->count = kept;
}

static bool follower_is(const struct follower *follower, const struct replica *row, bool has_sender)
{
	if (row->slot[0] && strcmp(follower->slot, row->slot) == 0)
		return true;
	return has_sender && strcmp(follower->name, row->name) == 0 &&
	       strcmp(follower->address, row->address) == 0 &&
	       strcmp(follower->slot, row->slot) == 0;
}

struct follower *follower_find(
	struct followers *followers, const struct replica *row, bool has_sender)
{
	for (size_t i = 0; i < followers->count; i++) {
		struct follower *follower = followers->list[i];
		if (!follower->is_here && follower_is(follower, row, has_sender))
			return follower;
	}
	return NULL;
}

/* A standby that comes back from another address, with or without a slot, is the one that went. */
static struct follower *follower_find_gone(struct followers *followers, const char *name)
{
	for (size_t i = 0; i < followers->count; i++) {
		struct follower *follower = followers->list[i];
		if (!follower->is_here && follower->seen_us && strcmp(follower->name, name) == 0)
			return follower;
	}
	return NULL;
}

struct follower *follower_make(
	struct followers *followers, const struct replica *row, bool has_sender, int64_t now_us)
{
	struct follower *follower = has_sender ? follower_find_gone(followers, row->name) : NULL;

	if (follower)
		return follower;
	if (followers->count == FOLLOWERS_MAX)
		return NULL;
	follower = mem_new(struct follower);
	follower->first_us = now_us;
	follower->behind =
		(struct series){ .points = follower->points, .capacity = FOLLOWER_POINTS };
	followers->list[followers->count++] = follower;
	return follower;
}

void follower_touch(
	struct follower *follower, const struct replica *row, bool has_sender, int64_t now_us)
{
	follower->is_here = true;
	snprintf(follower->slot, sizeof(follower->slot), "%s", row->slot);
	if (!has_sender && follower->seen_us)
		return; /* the slot alone knows neither name nor address */
	snprintf(follower->name, sizeof(follower->name), "%s", row->name);
	snprintf(follower->address, sizeof(follower->address), "%s", row->address);
	follower->kind = row->kind;
	if (has_sender)
		follower->seen_us = now_us;
}

static int64_t follower_drain(const struct follower *follower)
{
	const struct series *behind = &follower->behind;

	if (behind->count < 2)
		return VALUE_UNKNOWN;
	const struct series_point *last = series_last(behind);
	size_t i = behind->count - 2;
	while (i > 0 && series_at(behind, i - 1)->at_us >= last->at_us - DRAIN_WINDOW_US)
		i--;
	const struct series_point *first = series_at(behind, i);
	int64_t took_us = last->at_us - first->at_us;
	if (took_us <= 0)
		return VALUE_UNKNOWN;
	return (int64_t)((double)(last->value - first->value) * 1e6 / (double)took_us);
}

static int64_t catch_up_ms(const struct replica *row)
{
	if (row->behind_bytes == 0)
		return VALUE_NONE;
	if (!value_is_known(row->drain_bytes_s) || row->drain_bytes_s >= 0)
		return VALUE_UNKNOWN;
	return (int64_t)((double)row->behind_bytes * 1000 / (double)-row->drain_bytes_s);
}

void follower_measure(struct follower *follower, struct replica *row, int64_t now_us)
{
	row->drain_bytes_s = row->catch_up_ms = VALUE_UNKNOWN;
	if (!value_is_known(row->behind_bytes)) {
		series_clear(&follower->behind);
		follower->falling_us = 0;
		return;
	}
	series_push(&follower->behind, now_us, row->behind_bytes);
	row->drain_bytes_s = follower_drain(follower);
	row->catch_up_ms = catch_up_ms(row);
	/* Small gaps come and go with every write. */
	bool grows = value_is_known(row->drain_bytes_s) && row->drain_bytes_s > 0 &&
		     row->behind_bytes >= FALLING_BYTES;
	if (!grows)
		follower->falling_us = 0;
	else if (follower->falling_us == 0)
		follower->falling_us = now_us;
	row->is_falling_behind = grows && now_us - follower->falling_us >= FALLING_US;
}

bool follower_is_growing(const struct follower *follower)
{
	const struct series *behind = &follower->behind;
	size_t n = behind->count;

	return n >= 3 && series_at(behind, n - 1)->value > series_at(behind, n - 2)->value &&
	       series_at(behind, n - 2)->value > series_at(behind, n - 3)->value;
}
