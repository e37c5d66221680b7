// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/dice.h"

#include <sys/random.h>

#include "base/clock.h"

void dice_seed(struct dice *dice, uint64_t seed)
{
	/* splitmix64 spreads small seeds over all bits */
	seed += UINT64_C(0x9E3779B97F4A7C15);
	seed = (seed ^ (seed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	seed = (seed ^ (seed >> 27)) * UINT64_C(0x94D049BB133111EB);
	seed ^= seed >> 31;
	dice->state = seed ? seed : 1;
}

void dice_init(struct dice *dice)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)clock_mono_us(&clock_system) ^ (uint64_t)(uintptr_t)dice;
	dice_seed(dice, seed);
}

/* xorshift64* (Vigna 2016): its upper bits are good, and those are used. */
uint64_t dice_next(struct dice *dice)
{
	uint64_t x = dice->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	dice->state = x;
	return x * UINT64_C(0x2545F4914F6CDD1D);
}

int64_t dice_below(struct dice *dice, int64_t below)
{
	if (below <= 1)
		return 0;
	/* 2^64 is no multiple of below: throws beyond the last whole multiple are thrown again */
	uint64_t span = (uint64_t)below;
	uint64_t most = UINT64_MAX - UINT64_MAX % span;
	uint64_t throw;

	do
		throw = dice_next(dice);
	while (throw >= most);
	return (int64_t)(throw % span);
}
