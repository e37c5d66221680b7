// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan_acks.h"

#include <string.h>

#include "base/str.h"
#include "core/app.h"
#include "core/audit.h"
#include "migrate/plan/approve.h"
#include "store/store_plan.h"

static struct stored_step step_to_store(const struct plan_step *step)
{
	return (struct stored_step){ .rev = step->migration->rev,
		.section = migration_section_word(step->section),
		.ordinal = step->ordinal,
		.digest_line = step->digest_line };
}

/* What was decided is about one database; another one that goes by the same name is not meant. */
static const char *place_of(
	const struct app *app, const struct inspection *inspection, struct arena *arena)
{
	const struct identity *identity = &inspection->identity;

	return arena_printf(arena, "%s %s/%lld", app->target.name, identity->system_identifier,
		(long long)identity->database_oid);
}

bool plan_keep(struct app *app, const struct inspection *inspection, int64_t *id, struct err *e)
{
	const struct plan *plan = inspection->plan;
	struct arena arena = { 0 };
	struct stored_plan stored = { .target = place_of(app, inspection, &arena),
		.digest = plan->digest,
		.direction = plan->direction == PLAN_DOWN ? "down" : "up",
		.author = app->actor,
		.step_count = plan->step_count };

	stored.steps = arena_array(&arena, struct stored_step, plan->step_count);
	for (size_t i = 0; i < plan->step_count; i++)
		stored.steps[i] = step_to_store(&plan->steps[i]);
	bool ok = store_plan_save(app_store(app), &stored, e);
	*id = stored.id;
	arena_release(&arena);
	return ok;
}

bool plan_recall(struct app *app, const struct inspection *inspection, struct arena *arena,
	struct stored_plan *found, struct err *e)
{
	return store_plan_find(app_store(app), place_of(app, inspection, arena),
		inspection->plan->digest, arena, found, e);
}

/* ---- taking ---- */

static bool is_open(const struct hazard *hazard)
{
	return hazard->level >= 2 && !hazard->ack_reason;
}

static bool has_open(const struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		for (size_t h = 0; h < plan->steps[i].hazard_count; h++) {
			if (is_open(&plan->steps[i].hazards[h]))
				return true;
		}
	}
	return false;
}

static bool is_about(const struct stored_ack *ack, const struct hazard *hazard)
{
	if (strcmp(ack->hazard, hazard_word(hazard->kind)) != 0)
		return false;
	return !ack->object || (hazard->object && strcmp(ack->object, hazard->object) == 0);
}

static void take(struct plan *plan, const struct stored_ack *ack)
{
	if (ack->step >= plan->step_count)
		return;
	struct plan_step *step = &plan->steps[ack->step];
	for (size_t h = 0; h < step->hazard_count; h++) {
		struct hazard *hazard = &step->hazards[h];
		if (!is_open(hazard) || !is_about(ack, hazard))
			continue;
		hazard->ack_reason = arena_strdup(&plan->arena, ack->reason);
		hazard->ack_author = arena_strdup(&plan->arena, ack->author);
	}
}

void plan_acks_take(struct app *app, const struct inspection *inspection)
{
	struct plan *plan = inspection->plan;
	struct arena arena = { 0 };
	struct stored_plan found;
	struct err e;

	if (!has_open(plan))
		return;
	if (plan_recall(app, inspection, &arena, &found, &e)) {
		for (size_t i = 0; i < found.ack_count; i++)
			take(plan, &found.acks[i]);
	}
	arena_release(&arena);
}

/* ---- storing ---- */

static void audit(struct app *app, const struct plan *plan, const struct stored_ack *ack)
{
	const struct plan_step *step = &plan->steps[ack->step];
	struct str text = { 0 };

	str_addf(&text, "%s%s%s in %s step %zu of plan %s: %s", ack->hazard, ack->object ? " " : "",
		ack->object ? ack->object : "", step->migration->rev, step->ordinal, plan->digest,
		ack->reason);
	audit_event(app, "acknowledged", str_c(&text));
	str_release(&text);
}

static bool store_one(
	struct app *app, struct plan *plan, int64_t id, const struct stored_ack *ack, struct err *e)
{
	if (!store_plan_ack(app_store(app), id, ack, e))
		return false;
	take(plan, ack);
	audit(app, plan, ack);
	return true;
}

static bool store_in_step(struct app *app, struct plan *plan, int64_t id,
	const struct stored_ack *given, struct err *e)
{
	struct plan_step *step = &plan->steps[given->step];

	for (size_t h = 0; h < step->hazard_count; h++) {
		struct hazard *hazard = &step->hazards[h];
		if (!is_open(hazard) || !approve_names(given->hazard, hazard))
			continue;
		struct stored_ack ack = *given;
		ack.hazard = hazard_word(hazard->kind);
		ack.object = hazard->object;
		if (!store_one(app, plan, id, &ack, e))
			return false;
	}
	return true;
}

/* Of level 2 or 3, whether or not it was acknowledged before. */
static size_t count_named(const struct plan *plan, const char *word)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->step_count; i++) {
		for (size_t h = 0; h < plan->steps[i].hazard_count; h++) {
			const struct hazard *hazard = &plan->steps[i].hazards[h];
			count += hazard->level >= 2 && approve_names(word, hazard);
		}
	}
	return count;
}

static bool check(const struct plan *plan, const struct plan_ack *ack, size_t *count, struct err *e)
{
	if (!approve_word(ack->word, e))
		return false;
	if (strcmp(ack->word, "all") == 0) {
		err_set(e, ERR_USAGE, "an acknowledgement names one kind of hazard");
		return err_hint(e, "read `dbtop plan`, and say for each why it may run");
	}
	if (!*ack->reason) {
		err_set(e, ERR_USAGE, "an acknowledgement needs a reason");
		return err_hint(e, "dbtop ack %s \"why it may run\"", ack->word);
	}
	*count = count_named(plan, ack->word);
	if (*count)
		return true;
	err_set(e, ERR_USAGE, "this plan has no hazard of level 2 or 3 that is called %s",
		ack->word);
	return err_hint(e, "`dbtop plan` names the hazards of each step, and their objects");
}

bool plan_acks_store(struct app *app, const struct inspection *inspection,
	const struct plan_ack *ack, size_t *count, struct err *e)
{
	struct plan *plan = inspection->plan;
	int64_t id;

	if (!check(plan, ack, count, e) || !plan_keep(app, inspection, &id, e))
		return false;
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct stored_ack given = {
			.step = i, .hazard = ack->word, .reason = ack->reason, .author = app->actor
		};
		if (!store_in_step(app, plan, id, &given, e))
			return false;
	}
	return true;
}
