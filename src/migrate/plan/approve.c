// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/approve.h"

#include <string.h>

#include "base/words.h"

/* Collects what is missing. */
struct approving {
	const struct plan *plan;
	const struct approval *approval;
	struct arena *arena;
	struct approval_gap *gaps;
	size_t count, capacity;
};

static void gap_add(struct approving *a, const struct plan_step *step, const struct hazard *hazard,
	const char *words)
{
	a->gaps = arena_room(a->arena, a->gaps, a->count, &a->capacity, sizeof(*a->gaps));
	a->gaps[a->count++] = (struct approval_gap){ step, hazard, words };
}

/* "data-loss", "data-loss:app.users", "all". */
bool approve_names(const char *word, const struct hazard *hazard)
{
	const char *kind = hazard_word(hazard->kind);
	size_t n = strlen(kind);

	if (strcmp(word, "all") == 0 || strcmp(word, kind) == 0)
		return true;
	return strncmp(word, kind, n) == 0 && word[n] == ':' && hazard->object &&
	       strcmp(word + n + 1, hazard->object) == 0;
}

static bool is_allowed(const struct approval *approval, const struct hazard *hazard)
{
	if (hazard->ack_reason)
		return true;
	for (size_t i = 0; i < approval->allowed_count; i++) {
		if (approve_names(approval->allowed[i], hazard))
			return true;
	}
	return false;
}

/* One answer covers the same kind and object wherever they stand in the plan. */
static bool is_asked(const struct approving *a, const struct hazard *hazard)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct hazard *other = a->gaps[i].hazard;
		bool is_same_object =
			other && (other->object == hazard->object ||
					 (other->object && hazard->object &&
						 strcmp(other->object, hazard->object) == 0));
		if (is_same_object && other->kind == hazard->kind)
			return true;
	}
	return false;
}

static void check_hazard(
	struct approving *a, const struct plan_step *step, const struct hazard *hazard)
{
	const char *kind = hazard_word(hazard->kind);

	if (hazard->level < 2 || is_allowed(a->approval, hazard) || is_asked(a, hazard))
		return;
	gap_add(a, step, hazard,
		arena_printf(a->arena,
			"%s step %zu: %s (%s, level %d): say `--allow-hazard %s%s%s`, or "
			"`-- dbtop: ack %s REASON` above the statement, or store it with this "
			"plan: `dbtop ack %s%s%s REASON`",
			step->migration->rev, step->ordinal, hazard->words, kind, hazard->level,
			kind, hazard->object ? ":" : "", hazard->object ? hazard->object : "", kind,
			kind, hazard->object ? ":" : "", hazard->object ? hazard->object : ""));
}

static void check_step(struct approving *a, const struct plan_step *step)
{
	for (size_t i = 0; i < step->hazard_count; i++)
		check_hazard(a, step, &step->hazards[i]);
}

static void check_yes(struct approving *a)
{
	size_t count = 0;

	for (size_t i = 0; i < a->plan->step_count; i++)
		count += a->plan->steps[i].level > 0;
	if (!count || a->approval->says_yes)
		return;
	gap_add(a, NULL, NULL,
		arena_printf(a->arena, "%zu %s what exists: say `--yes`", count,
			count == 1 ? "step changes" : "steps change"));
}

static void check_digest(struct approving *a)
{
	const char *given = a->approval->digest;

	if (!a->plan->step_count || (!given && a->approval->env != ENV_PROD))
		return;
	if (given && strncmp(given, "sha256:", 7) == 0)
		given += 7;
	if (given && strcmp(given, a->plan->digest) == 0)
		return;
	gap_add(a, NULL, NULL,
		given ? arena_printf(a->arena,
				"the plan is not the one approved: it is sha256:%s now, look at "
				"`dbtop plan` again",
				a->plan->digest)
		      : arena_printf(a->arena,
				"the target is prod: look at `dbtop plan`, then say "
				"`--plan-digest sha256:%s`",
				a->plan->digest));
}

size_t approve_check(const struct plan *plan, const struct approval *approval, struct arena *arena,
	struct approval_gap **gaps)
{
	struct approving a = { .plan = plan, .approval = approval, .arena = arena };

	check_digest(&a);
	check_yes(&a);
	for (size_t i = 0; i < plan->step_count; i++)
		check_step(&a, &plan->steps[i]);
	*gaps = a.gaps;
	return a.count;
}

bool approve_word(const char *word, struct err *e)
{
	const char *kinds[HAZARD_KIND_COUNT + 1] = { "all" };
	size_t n = strcspn(word, ":");
	char kind[32];
	enum hazard_kind ignored;

	snprintf(kind, sizeof(kind), "%.*s", (int)n, word);
	if (strcmp(word, "all") == 0 || hazard_from_word(kind, &ignored))
		return true;
	for (int i = 0; i < HAZARD_KIND_COUNT; i++)
		kinds[i + 1] = hazard_word((enum hazard_kind)i);
	const char *nearest = words_nearest(kind, kinds, ARRAY_SIZE(kinds));
	err_set(e, ERR_USAGE, "no hazard is called \"%s\"", kind);
	if (nearest)
		return err_hint(e, "did you mean %s?", nearest);
	return err_hint(e, "`dbtop plan` names the hazards of each step");
}
