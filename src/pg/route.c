// SPDX-License-Identifier: GPL-3.0-or-later
#include "pg/route.h"

#include <stdio.h>

/* How good an endpoint is for a read, best first. */
enum rank { RANK_GOOD, RANK_ASK, RANK_LAST, RANK_NONE };

static bool says_primary(const struct route_stop *stop)
{
	const struct circuit *c = stop->circuit;
	return c->has_role && !c->is_standby;
}

/* Up, on the newer timeline, in that order: a primary that is away still is the last that was known. */
static bool is_better_primary(const struct circuit *a, const struct circuit *b)
{
	if (a->timeline != b->timeline)
		return a->timeline > b->timeline;
	return a->state == CIRCUIT_PRIMARY && b->state != CIRCUIT_PRIMARY;
}

int route_primary(const struct route_stop *stops, size_t count)
{
	int best = ROUTE_NOWHERE;

	for (size_t i = 0; i < count; i++) {
		if (!says_primary(&stops[i]) || stops[i].circuit->state == CIRCUIT_DRAINING)
			continue;
		if (best == ROUTE_NOWHERE ||
			is_better_primary(stops[i].circuit, stops[best].circuit))
			best = (int)i;
	}
	return best;
}

/* One that cannot be reached may have become a standby meanwhile: only those that answer count. */
static bool is_live_primary(const struct route_stop *stop)
{
	return says_primary(stop) &&
	       (stop->circuit->state == CIRCUIT_PRIMARY || stop->circuit->is_fenced);
}

bool route_find_split(const struct route_stop *stops, size_t count, int *newer, int *older)
{
	int found[2], n = 0;

	for (size_t i = 0; i < count && n < 2; i++)
		if (is_live_primary(&stops[i]))
			found[n++] = (int)i;
	if (n < 2)
		return false;
	bool first_is_newer = !is_better_primary(stops[found[1]].circuit, stops[found[0]].circuit);
	*newer = found[!first_is_newer];
	*older = found[first_is_newer];
	return true;
}

bool route_is_behind(const struct route_stop *stop, const struct route_token *token)
{
	int64_t timeline = stop->circuit->timeline;

	if (!token || token->lsn == 0)
		return false;
	/* On a newer timeline the position belongs to another history: the token says nothing. On an older one the same
	 * position is another one's, too, but what was written came after it. */
	if (timeline > 0 && timeline != token->timeline)
		return timeline < token->timeline;
	return stop->replayed_lsn < token->lsn;
}

static enum rank rank_standby(const struct route_stop *stop, const struct route_token *token)
{
	const struct circuit *c = stop->circuit;

	switch (c->state) {
	case CIRCUIT_REPLICA: return route_is_behind(stop, token) ? RANK_ASK : RANK_GOOD;
	case CIRCUIT_LAGGING:
	case CIRCUIT_SUSPECT:
	case CIRCUIT_DOWN: return c->has_role && c->is_standby ? RANK_LAST : RANK_NONE;
	case CIRCUIT_UNKNOWN:
	case CIRCUIT_PRIMARY:
	case CIRCUIT_AUTH_FAILED:
	case CIRCUIT_DRAINING:
	case CIRCUIT_STATES: break;
	}
	return RANK_NONE;
}

/* The n-th stop of that rank. */
static int nth_of_rank(const struct route_stop *stops, size_t count,
	const struct route_token *token, enum rank rank, int64_t n)
{
	for (size_t i = 0; i < count; i++)
		if (rank_standby(&stops[i], token) == rank && n-- == 0)
			return (int)i;
	return ROUTE_NOWHERE;
}

static int64_t count_rank(const struct route_stop *stops, size_t count,
	const struct route_token *token, enum rank rank)
{
	int64_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += rank_standby(&stops[i], token) == rank;
	return n;
}

/* A readmitted one gives its place to the other as often as its share is missing. */
static bool gives_way(const struct route_stop *stop, struct dice *dice, int64_t now_us)
{
	return dice_below(dice, 100) >= circuit_share_percent(stop->circuit, now_us);
}

/* Power of two choices (Mitzenmacher 1996): two different ones by dice, the less busy of them. */
static int draw(const struct route_stop *stops, size_t count, const struct route_token *token,
	enum rank rank, struct dice *dice, int64_t now_us)
{
	int64_t n = count_rank(stops, count, token, rank);

	if (n == 0)
		return ROUTE_NOWHERE;
	int64_t first = dice_below(dice, n);
	int64_t second = n > 1 ? (first + 1 + dice_below(dice, n - 1)) % n : first;
	int a = nth_of_rank(stops, count, token, rank, first);
	int b = nth_of_rank(stops, count, token, rank, second);
	int idler = stops[b].outstanding < stops[a].outstanding ? b : a;

	if (gives_way(&stops[idler], dice, now_us))
		return idler == a ? b : a;
	return idler;
}

static struct route_choice choose_primary(const struct route_stop *stops, size_t count)
{
	struct route_choice choice = { .stop = route_primary(stops, count) };

	choice.is_last_resort = choice.stop != ROUTE_NOWHERE &&
				stops[choice.stop].circuit->state != CIRCUIT_PRIMARY;
	return choice;
}

static struct route_choice choose_standby(const struct route_stop *stops, size_t count,
	const struct route_token *token, struct dice *dice, int64_t now_us)
{
	struct route_choice choice = { .stop = ROUTE_NOWHERE };

	for (enum rank rank = RANK_GOOD; rank <= RANK_LAST; rank++) {
		choice.stop = draw(stops, count, token, rank, dice, now_us);
		if (choice.stop == ROUTE_NOWHERE)
			continue;
		choice.must_ask_replay = route_is_behind(&stops[choice.stop], token);
		choice.is_last_resort = rank == RANK_LAST;
		break;
	}
	return choice;
}

struct route_choice route_choose(const struct route_stop *stops, size_t count,
	enum route_class class, const struct route_token *token, struct dice *dice, int64_t now_us)
{
	struct route_choice standby, primary;

	if (class == ROUTE_PRIMARY)
		return choose_primary(stops, count);
	standby = choose_standby(stops, count, token, dice, now_us);
	if (class == ROUTE_REPLICA || (standby.stop != ROUTE_NOWHERE && !standby.is_last_resort))
		return standby;
	primary = choose_primary(stops, count);
	if (primary.stop == ROUTE_NOWHERE ||
		(primary.is_last_resort && standby.stop != ROUTE_NOWHERE))
		return standby;
	return primary;
}

uint64_t route_parse_lsn(const char *text)
{
	unsigned int high, low;
	int end = 0;

	if (!text || sscanf(text, "%8X/%8X%n", &high, &low, &end) != 2 || text[end])
		return 0;
	return (uint64_t)high << 32 | low;
}
