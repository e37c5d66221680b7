/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Advice: what a trouble with a server is called, why it usually happens, what the live figures say of it, and what to
 * do. One table: errors take their hint from it, `health` and the screen without a connection show the whole row.
 *
 * A trouble is recognised by its SQLSTATE and by words of the message that do not depend on the server's language;
 * libpq's own messages and dbtop's are in English.
 */
#ifndef DBTOP_PG_ADVICE_H
#define DBTOP_PG_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/link.h"
#include "model/pool_health.h"

enum { ADVICE_CAUSES_MAX = 8, ADVICE_CAUSE_BYTES = 192, ADVICE_STEPS_MAX = 4 };

/* What is known while somebody asks for advice. */
struct advice_given {
	const struct link_view *link;
	const struct pool_health *pool; /* the last sample; sampled_us 0 = there is none */
	const struct link_view *others; /* configured standbys; NULL = none */
	size_t other_count;
};

struct advice_causes {
	char words[ADVICE_CAUSES_MAX][ADVICE_CAUSE_BYTES];
	size_t count;
};

struct advice {
	const char *id;	      /* "too-many-connections": stable, for machines */
	const char *symptom;  /* what it is called; NULL = it has only a hint */
	const char *sqlstate; /* how it begins; NULL = any */
	const char *words;    /* contained in the text; NULL = any */
	const char *or_words; /* … or these; NULL = no others */
	bool stops;	      /* trying again changes nothing */
	const char *verdict;  /* said before the server's own words; NULL = they are enough */
	const char *asked_by; /* the connection option that wants it so; NULL = none */
	const char *hint;     /* one sentence: what to do */
	const char *usual[ADVICE_STEPS_MAX]; /* likely causes, whatever the figures say */
	const char *steps[ADVICE_STEPS_MAX]; /* what to do, in order */
	/* causes the figures show; NULL = none */
	void (*look)(const struct advice_given *given, struct advice_causes *out);
};

/* The row for an error; NULL = there is none. */
const struct advice *advice_find(const char *sqlstate, const char *text);
const struct advice *advice_get(const char *id);
/* The row that fits what is known: of a link that is not up, or of a pooler that answers; NULL = nothing is wrong. */
const struct advice *advice_now(const struct link_view *link);
/* What the figures show first, the usual causes behind. */
void advice_causes(
	const struct advice *advice, const struct advice_given *given, struct advice_causes *out);

size_t advice_count(void);
const struct advice *advice_at(size_t index);

#endif
