// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Step-through: a debugger for schema change. Steps and gate above, what the selected step does below; the prompt
 * comes under it and covers nothing.
 */
#include <string.h>

#include "base/str.h"
#include "base/words.h"
#include "ui/box.h"
#include "ui/panels/migration_parts.h"
#include "ui/panels/panels.h"
#include "ui/panels/step_parts.h"
#include "ui/widgets/scroll.h"

struct step_view {
	size_t cursor;
	bool is_moved; /* else the cursor follows the run */
	size_t seen_step;
};

static size_t cursor_of(const struct panel *panel, const struct model *model)
{
	const struct step_view *view = panel->state;
	size_t last = model->run.plan->step_count - 1;
	size_t cursor = view->is_moved && view->seen_step == model->run.step ? view->cursor
									     : model->run.step;
	return cursor > last ? last : cursor;
}

static enum status run_status(const struct run_view *run)
{
	switch (run->state) {
	case RUN_PAUSED:
	case RUN_UNKNOWN: return STATUS_CRIT;
	case RUN_GATED:
	case RUN_RETRY:
	case RUN_RESOLVING: return STATUS_WARN;
	case RUN_NONE:
	case RUN_OPENING:
	case RUN_READY:
	case RUN_STEP:
	case RUN_DONE:
	case RUN_STOPPED: return STATUS_OK;
	}
	return STATUS_OK;
}

struct places {
	struct rect list, gate, sql, now;
};

/* What happens now needs room only when something does; the SQL gets what is left. */
static void place(const struct panel *panel, const struct model *model, const struct surface *s,
	struct places *p)
{
	enum layout layout = panel->context->layout;
	bool is_wide = layout == LAYOUT_WIDE;
	int steps = (int)model->run.plan->step_count + 3;
	int least = is_wide ? 9 : 5;
	int upper = box_height(steps < least ? least : steps, layout);
	int most = is_wide ? s->height / 2 : s->height / 3 + 1;
	upper = upper > most ? most : upper;
	upper = upper < 2 ? 0 : upper;
	int side = is_wide ? (s->width >= 160 ? 56 : 46) : 0;
	int news = step_news_rows(model, s->width);
	int now = news ? box_height(news, layout) : 0;
	int gate = is_wide ? 0 : 1;
	/* what failed is worth more than the SQL of it */
	if (model->run.error[0] && now > s->height - upper - gate)
		now = s->height - upper - gate;
	else if (!model->run.error[0] && s->height < upper + now + gate + 3)
		now = 0;
	*p = (struct places){
		.list = { 0, 0, s->width - side, upper },
		.gate = { s->width - side, 0, side, upper },
		.sql = { 0, upper, s->width, s->height - upper - now - gate },
		.now = { 0, s->height - now, s->width, now },
	};
	if (!is_wide)
		p->gate = (struct rect){ 0, s->height - now - 1, s->width, 1 };
}

static void draw_list(const struct panel *panel, const struct model *model, struct surface *s,
	const struct places *p)
{
	const struct run_view *run = &model->run;
	const struct plan *plan = run->plan;
	char title[160], words[96], elapsed[NUMBER_BYTES];
	size_t shown = run->step < plan->step_count ? run->step + 1 : plan->step_count;
	elapsed[0] = '\0';
	if (run->started_us)
		number_ms((model->now_us - run->started_us) / 1000, elapsed);
	char from[SHORT_REV_BYTES], to[SHORT_REV_BYTES];
	migrations_short_rev(&model->migrations, plan->from ? plan->from : "base", from);
	migrations_short_rev(&model->migrations, plan->to ? plan->to : "base", to);
	int len = snprintf(
		title, sizeof(title), "%s", plan->direction == PLAN_UP ? "Upgrade" : "Rollback");
	/* where it is narrow the state matters more than where from and where to */
	if (p->list.width >= 72)
		snprintf(title + len, sizeof(title) - (size_t)len, " %s to %s", from, to);
	snprintf(words, sizeof(words), "%s   step %zu of %zu%s%s", run_state_word(run->state),
		shown, plan->step_count, *elapsed ? "   " : "", elapsed);
	struct box box = { .title = title,
		.words = words,
		.is_focused = panel->is_focused,
		.has_status = true,
		.status = run_status(run) };
	struct surface in = box_draw(s, p->list, &box, panel->context->layout);
	step_draw_list(model, cursor_of(panel, model), panel->is_focused, &in);
}

static void draw_sql(const struct panel *panel, const struct model *model, struct surface *s,
	const struct places *p)
{
	size_t cursor = cursor_of(panel, model);
	const struct plan_step *step = &model->run.plan->steps[cursor];
	char title[160], rev[SHORT_REV_BYTES];
	migrations_short_rev(&model->migrations, step->migration->rev, rev);
	bool is_roomy = panel->context->layout > LAYOUT_COMPACT;
	snprintf(title, sizeof(title), "Step %s.%zu%s%.60s", rev, step->ordinal,
		is_roomy ? "  " : "", is_roomy ? step->migration->name : "");
	struct box box = { .title = title,
		.has_status = true,
		.status = level_status(step->level),
		.words = step->is_lone ? "alone: it cannot run in a transaction"
				       : "one transaction, the history row inside" };
	struct surface in = box_draw(s, p->sql, &box, panel->context->layout);
	step_draw_sql(model, cursor, &in);
}

static void step_draw(const struct panel *panel, const struct model *model, struct surface *s)
{
	enum layout layout = panel->context->layout;
	struct places p;
	if (model->run.state == RUN_NONE || !model->run.plan || !model->run.plan->step_count) {
		struct surface in = box_draw(
			s, surface_rect(s), &(struct box){ .title = "Step through" }, layout);
		struct pen pen = pen_at(&in, 1, 0);
		pen_text(&pen, ROLE_DIM,
			"no plan is open; Enter on a migration in view 4 opens one");
		return;
	}
	place(panel, model, s, &p);
	if (p.list.height > 0)
		draw_list(panel, model, s, &p);
	if (p.sql.height >= 3)
		draw_sql(panel, model, s, &p);
	if (layout == LAYOUT_WIDE) {
		struct surface in =
			box_draw(s, p.gate, &(struct box){ .title = "Live gate" }, layout);
		step_draw_gate(model, &in);
	} else if (p.gate.y >= 0) {
		step_draw_gate_line(model, s, p.gate.y);
	}
	if (p.now.height > 0) {
		struct box box = { .title = model->run.state == RUN_UNKNOWN ? "Outcome unknown"
									    : "Now",
			.role = model->run.error[0] ? ROLE_DIALOG_DANGER : ROLE_TEXT };
		struct surface in = box_draw(s, p.now, &box, layout);
		step_draw_now(model, panel->context->keymap, &in);
	}
}

static bool move(struct panel *panel, const struct model *model, long by)
{
	struct step_view *view = panel->state;
	long last = (long)model->run.plan->step_count - 1;
	long to = (long)cursor_of(panel, model) + by;
	view->cursor = (size_t)(to < 0 ? 0 : to > last ? last : to);
	view->is_moved = true;
	view->seen_step = model->run.step;
	return true;
}

/* Another plan takes the place of this one where nothing of it is left to decide. */
static void roll_back(const struct run_view *run, struct panel_answer *answer)
{
	bool is_between = run->state == RUN_READY || run->state == RUN_DONE;
	if (!is_between)
		snprintf(answer->say, sizeof(answer->say),
			"first this step comes to its end; then R rolls back");
	else if (run->plan->direction == PLAN_DOWN && run->state == RUN_READY)
		snprintf(answer->say, sizeof(answer->say), "this plan rolls back already: s steps");
	else
		snprintf(answer->command, sizeof(answer->command), "run.down -1");
}

static bool step_command(struct panel *panel, const struct model *model, const char *command,
	struct panel_answer *answer)
{
	long rows;
	if (model->run.state == RUN_NONE || !model->run.plan || !model->run.plan->step_count)
		return false;
	if (scroll_rows(command, &rows))
		return move(panel, model, rows);
	size_t cursor = cursor_of(panel, model);
	const struct plan_step *step = &model->run.plan->steps[cursor];
	if (strcmp(command, "item.break") == 0)
		snprintf(answer->command, sizeof(answer->command), "run.break %zu", cursor + 1);
	else if (strcmp(command, "item.describe") == 0)
		snprintf(answer->command, sizeof(answer->command), "migration.show %.40s",
			step->migration->rev);
	else if (strcmp(command, "item.rollback") == 0)
		roll_back(&model->run, answer);
	else if (strcmp(command, "item.pin") == 0) {
		snprintf(answer->command, sizeof(answer->command), "--migration");
		snprintf(answer->say, sizeof(answer->say), "%s", step->migration->rev);
	} else {
		return false;
	}
	return true;
}

static bool step_copy(
	const struct panel *panel, const struct model *model, struct str *out, const char **what)
{
	if (model->run.state == RUN_NONE || !model->run.plan || !model->run.plan->step_count)
		return false;
	const struct plan_step *step = &model->run.plan->steps[cursor_of(panel, model)];
	for (size_t i = 0; i < step->statement_count; i++) {
		str_add_span(out, step->statements[i].sql.text);
		str_add(out, ";\n");
	}
	*what = "the SQL of this step";
	return true;
}

static const char *change_word(const struct run_view *run)
{
	if (run->backend_pid)
		return "open";
	if (run->state == RUN_OPENING)
		return "opens";
	return run->started_us ? "closed" : "not open yet";
}

static void step_crumb(const struct panel *panel, const struct model *model, char out[128])
{
	(void)panel;
	out[0] = '\0';
	if (model->run.state != RUN_NONE && model->run.plan)
		snprintf(out, 128, "digest %.8s   changing connection %s", model->run.plan->digest,
			change_word(&model->run));
}

const struct panel_class step_panel = {
	.name = "step",
	.title = "Step through",
	.base = "text",
	.listens = EVENT_BIT(EVENT_RUN) | EVENT_BIT(EVENT_TICK) | EVENT_BIT(EVENT_POOL) |
		   EVENT_BIT(EVENT_REPLICAS) | EVENT_BIT(EVENT_ARMED),
	.has_own_boxes = true,
	.state_size = sizeof(struct step_view),
	.draw = step_draw,
	.command = step_command,
	.copy = step_copy,
	.crumb = step_crumb,
};
