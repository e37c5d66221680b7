// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the selected step would do, and what the running one meets.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/words.h"
#include "core/prompt.h"
#include "core/run.h"
#include "ui/panels/migration_parts.h"
#include "ui/panels/step_parts.h"
#include "ui/wrap.h"

enum { LABEL = 10 };

static int draw_labelled(
	struct surface *s, int y, const char *label, enum role role, const char *text)
{
	if (y >= s->height)
		return y;
	struct pen pen = pen_at(s, 1, y);
	pen_field(&pen, ROLE_DIM, label, LABEL);
	struct rect at = { 1 + LABEL, y, s->width - LABEL - 2, s->height - y };
	return wrap_draw(s, at, role, text, 0);
}

/* An action of the step, by index. */
struct deed {
	size_t statement, action;
};

static bool is_same_lock(const struct plan_step *step, struct deed left, struct deed right)
{
	const struct action *a = &step->statements[left.statement].sql.actions[left.action];
	const struct action *b = &step->statements[right.statement].sql.actions[right.action];
	struct action_cost x = plan_cost(step, left.statement, left.action);
	struct action_cost y = plan_cost(step, right.statement, right.action);
	return a->lock == b->lock && x.scan == y.scan && x.rewrite == y.rewrite && b->table.name &&
	       text_is(a->table.schema, b->table.schema) &&
	       strcmp(a->table.name, b->table.name) == 0;
}

/* Did an earlier action of the step take it the same way? */
static bool is_told(const struct plan_step *step, struct deed deed)
{
	for (size_t i = 0; i <= deed.statement; i++) {
		size_t count = step->statements[i].sql.action_count;
		for (size_t k = 0; k < count; k++) {
			if (i == deed.statement && k == deed.action)
				return false;
			if (is_same_lock(step, deed, (struct deed){ i, k }))
				return true;
		}
	}
	return false;
}

static int draw_locks(const struct plan *plan, const struct plan_step *step, size_t index,
	struct surface *s, int y)
{
	const struct statement *statement = &step->statements[index].sql;
	for (size_t i = 0; i < statement->action_count && y < s->height; i++) {
		const struct action *action = &statement->actions[i];
		char text[256], bytes[NUMBER_BYTES] = "";
		if (action->lock <= LOCK_ACCESS_SHARE || !action->table.name ||
			is_told(step, (struct deed){ index, i }))
			continue;
		const struct table_size *size = plan_size_of(plan, &action->table);
		const struct action_cost cost = plan_cost(step, index, i);
		if (size)
			number_bytes(size->bytes, bytes);
		snprintf(text, sizeof(text), "%s on %.120s%s%s%s%s", lock_mode_words(action->lock),
			action->table.name, size ? ", " : "", bytes,
			cost.scan ? ", reads all of it" : "",
			cost.rewrite ? ", writes it anew" : "");
		y = draw_labelled(s, y, "takes", ROLE_TEXT, text);
	}
	return y;
}

static int draw_hazards(const struct plan_step *step, struct surface *s, int y)
{
	for (size_t i = 0; i < step->hazard_count && y < s->height; i++) {
		const struct hazard *hazard = &step->hazards[i];
		if (prompt_hazard_is_told(step, i))
			continue;
		char words[512], text[800];
		prompt_hazard_words(hazard, words, sizeof(words));
		snprintf(text, sizeof(text), "%s%s%s", words, hazard->remedy ? "; " : "",
			hazard->remedy ? hazard->remedy : "");
		const char *label = hazard->level >= 3	 ? "DANGER"
				    : hazard->level == 2 ? "risk"
							 : "note";
		int top = y;
		y = draw_labelled(s, y, label, ROLE_TEXT, text);
		surface_restyle(s, (struct rect){ 1, top, LABEL - 1, 1 },
			hazard->level >= 2 ? role_of_status(level_status(hazard->level))
					   : ROLE_DIM);
	}
	return y;
}

static int draw_text(const struct plan_step *step, int rows, struct surface *s)
{
	int y = 0;
	for (size_t i = 0; i < step->statement_count && y < rows; i++) {
		struct span sql = step->statements[i].sql.text;
		char *text = mem_strndup(sql.data, sql.len);
		struct rect at = { 1, y, s->width - 2, rows - y };
		y = wrap_draw(s, at, ROLE_TEXT, text, 0);
		free(text);
	}
	return y;
}

static const char *undo_words(const struct plan *plan, const struct plan_step *step)
{
	if (plan->direction == PLAN_DOWN)
		return "upgrade again; what a rollback drops comes back empty";
	if (!step->is_reversible)
		return "none: it has no way down";
	return step->is_lone ? "its down section, a second change: ROLLBACK cannot undo it"
			     : "until COMMIT the group rolls back by itself; then its down section";
}

void step_draw_sql(const struct model *model, size_t cursor, struct surface *s)
{
	const struct plan *plan = model->run.plan;
	const struct plan_step *step = &plan->steps[cursor];
	int facts = 3 + (int)step->hazard_count;
	int rows = s->height - facts;
	int y = draw_text(step, rows < 2 ? 2 : rows, s);
	y += y + facts < s->height;
	for (size_t i = 0; i < step->statement_count; i++)
		y = draw_locks(plan, step, i, s, y);
	y = draw_hazards(step, s, y);
	draw_labelled(s, y, "undo", ROLE_TEXT, undo_words(plan, step));
}

/* Every plan that is open may be left, so stopping is always the last of the choices. */
static int choice_rows(const struct run_view *run)
{
	int rows = 1;
	if (run->state != RUN_PAUSED)
		return 0;
	for (int choice = 0; choice < RUN_CHOICE_COUNT; choice++)
		rows += (run->choices & RUN_CHOICE_BIT(choice)) != 0;
	return rows;
}

static void draw_choice(struct pen *pen, const char *key, const char *words, const char *more)
{
	pen_field(pen, ROLE_KEY, key ? key : ":", 4);
	pen_text(pen, ROLE_TEXT, words);
	if (text_columns(more) <= pen_room(pen))
		pen_text(pen, ROLE_DIM, more);
}

/* The sound choices only, each with its key: what would do harm here is not offered. */
static int draw_choices(
	const struct run_view *run, const struct keymap *map, struct surface *s, int y)
{
	static const char *const commands[] = { [RUN_CHOICE_AGAIN] = "run.choose again",
		[RUN_CHOICE_CLEAR] = "run.choose clear",
		[RUN_CHOICE_MARK_DONE] = "run.choose done" };
	static const char *const scopes[] = { "step", NULL };
	int top = y;
	for (int choice = 0; choice < RUN_CHOICE_COUNT && y < s->height; choice++) {
		if (!(run->choices & RUN_CHOICE_BIT(choice)))
			continue;
		const struct binding *key = keymap_find_command(map, scopes, commands[choice]);
		struct pen pen = pen_at(s, 1, y);
		pen_field(&pen, ROLE_DIM, y++ == top ? "decide" : "", LABEL);
		draw_choice(&pen, key ? key->shown : NULL, run_choice_words(choice),
			(int)run->proposed == choice ? "  (proposed)" : "");
	}
	if (y >= s->height)
		return y;
	const struct binding *key = keymap_find_command(map, scopes, "step.leave");
	struct pen pen = pen_at(s, 1, y);
	pen_field(&pen, ROLE_DIM, y++ == top ? "decide" : "", LABEL);
	draw_choice(&pen, key ? key->shown : NULL, "stop here and leave the plan",
		"; what is done stays");
	return y;
}

/* While a step waits for a decision, what happened before it is no news. */
static bool has_message(const struct run_view *run)
{
	return run->message[0] && run->state != RUN_PAUSED;
}

enum { DONE_ROWS = 2 };

/* A step left out is recorded but did not run: that is said beside what was reached. */
static void done_words(const struct run_view *run, char out[256])
{
	const struct plan *plan = run->plan;
	size_t skipped = 0;
	for (size_t i = 0; i < plan->step_count; i++)
		skipped += run->step_states[i] == STEP_SKIPPED;
	int len = snprintf(out, 256, "the database is at %.64s; nothing is running",
		plan->to ? plan->to : "base");
	if (skipped)
		snprintf(out + len, 256 - (size_t)len, "; %zu step%s left out", skipped,
			skipped == 1 ? "" : "s");
}

/* The last step is behind us: what is true now and where to go from here. */
static int draw_done(const struct run_view *run, const struct keymap *map, struct surface *s, int y)
{
	static const char *const own[] = { "step", NULL };
	const struct binding *leave = keymap_find_command(map, own, "step.leave");
	const struct binding *back = keymap_find_command(map, own, "item.rollback");
	bool goes_back = back && run->plan->direction == PLAN_UP;
	char text[256];
	done_words(run, text);
	y = draw_labelled(s, y, "done", ROLE_STATUS_OK, text);
	snprintf(text, sizeof(text), "%s leaves this plan%s%s%s",
		leave ? leave->shown : ":step.leave", goes_back ? "; " : "",
		goes_back ? back->shown : "", goes_back ? " rolls the last migration back" : "");
	return draw_labelled(s, y, "next", ROLE_TEXT, text);
}

int step_news_rows(const struct model *model, int width)
{
	enum { ROWS_MOST = 8 };
	const struct run_view *run = &model->run;
	int columns = width - LABEL - 4;
	int rows = run->gate.is_shut + (run->blocked_by_us > 0) + (run->progress[0] != 0) +
		   (run->state == RUN_RETRY);
	rows += (int)run->blocker_count * (width < 100 ? 2 : 1);
	rows += choice_rows(run);
	rows += run->state == RUN_DONE ? DONE_ROWS : 0;
	rows += run->error[0] ? wrap_rows(run->error, columns, 0) : 0;
	rows += has_message(run) ? wrap_rows(run->message, columns, 0) : 0;
	return rows < ROWS_MOST ? rows : ROWS_MOST;
}

static int draw_blockers(const struct run_view *run, struct surface *s, int y)
{
	for (size_t i = 0; i < run->blocker_count && y < s->height; i++) {
		const struct run_blocker *b = &run->blockers[i];
		char text[320], age[NUMBER_BYTES];
		number_ms(b->age_ms, age);
		snprintf(text, sizeof(text), "pid %lld%s%s, %s for %s: %s", (long long)b->pid,
			b->app[0] ? " " : "", b->app, b->state, age, b->query);
		y = draw_labelled(s, y, "waits for", ROLE_STATUS_WARN, text);
	}
	return y;
}

static int draw_retry(const struct model *model, struct surface *s, int y)
{
	const struct run_view *run = &model->run;
	char text[96], left[WORDS_BYTES];
	if (run->state != RUN_RETRY)
		return y;
	int64_t left_us = run->retry_at_us - model->now_us;
	words_ms(left_us > 0 ? left_us / 1000 : 0, left);
	snprintf(text, sizeof(text), "rolled back; try %d in %s", run->attempt + 1, left);
	return draw_labelled(s, y, "retry", ROLE_STATUS_WARN, text);
}

/* The choices keep their rows when the words of the failure are longer than the room. */
static int draw_failure(
	const struct run_view *run, const struct keymap *map, struct surface *s, int y)
{
	int choices = choice_rows(run);
	struct rect at = surface_rect(s);
	at.height = at.height > choices + 1 ? at.height - choices : at.height;
	struct surface above = surface_part(s, (struct rect){ 0, 0, at.width, at.height });
	bool is_unknown = run->state == RUN_UNKNOWN || run->state == RUN_RESOLVING;
	if (run->error[0])
		y = draw_labelled(
			&above, y, is_unknown ? "unknown" : "failed", ROLE_STATUS_CRIT, run->error);
	return choices ? draw_choices(run, map, s, y) : y;
}

int step_draw_now(const struct model *model, const struct keymap *map, struct surface *s)
{
	const struct run_view *run = &model->run;
	char text[64];
	int y = draw_failure(run, map, s, 0);
	if (run->state == RUN_DONE)
		y = draw_done(run, map, s, y);
	if (run->gate.is_shut)
		y = draw_labelled(s, y, "gate", ROLE_STATUS_CRIT, run->gate.reason);
	y = draw_blockers(run, s, y);
	y = draw_retry(model, s, y);
	if (run->blocked_by_us > 0) {
		snprintf(text, sizeof(text), "%lld session%s wait for us",
			(long long)run->blocked_by_us, run->blocked_by_us == 1 ? "" : "s");
		y = draw_labelled(s, y, "blocks", ROLE_STATUS_WARN, text);
	}
	if (run->progress[0])
		y = draw_labelled(s, y, "progress", ROLE_TEXT, run->progress);
	if (has_message(run))
		y = draw_labelled(s, y, "now", ROLE_TEXT, run->message);
	return y;
}
