/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dice: chance for jitter, spacing and choices among equals. Not for secrets. A die is a number the caller owns; tests
 * seed it and print the seed.
 */
#ifndef DBTOP_BASE_DICE_H
#define DBTOP_BASE_DICE_H

#include <stdint.h>

struct dice {
	uint64_t state; /* never 0 */
};

/* From the system's own chance; where that has none yet, from the clock. */
void dice_init(struct dice *dice);
/* The same seed gives the same throws. */
void dice_seed(struct dice *dice, uint64_t seed);
uint64_t dice_next(struct dice *dice);
/* 0 … below - 1, evenly; 0 when below is not positive. */
int64_t dice_below(struct dice *dice, int64_t below);

#endif
