// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/step_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/visible.h"
#include "base/words.h"
#include "ui/panels/migration_parts.h"
#include "ui/wrap.h"

const char *run_state_word(enum run_state state)
{
	static const char *const words[] = {
		[RUN_NONE] = "",
		[RUN_OPENING] = "opening the changing connection",
		[RUN_READY] = "ready",
		[RUN_GATED] = "waits: the gate is shut",
		[RUN_STEP] = "running",
		[RUN_RETRY] = "waits to try again",
		[RUN_RESOLVING] = "asks the server what COMMIT did",
		[RUN_PAUSED] = "stopped: decide",
		[RUN_DONE] = "done",
		[RUN_STOPPED] = "stopped",
		[RUN_UNKNOWN] = "OUTCOME UNKNOWN",
	};
	return words[state];
}

/* ---- steps ---- */

struct line {
	size_t step;
	size_t statement; /* SIZE_MAX: the step's own line */
};

static enum glyph step_glyph(const struct run_view *run, size_t step, enum role *role)
{
	static const struct {
		enum glyph glyph;
		enum role role;
	} looks[] = {
		[STEP_WAITING] = { GLYPH_EMPTY, ROLE_DIM },
		[STEP_RUNNING] = { GLYPH_HERE, ROLE_KEY },
		[STEP_DONE] = { GLYPH_DONE, ROLE_STATUS_OK },
		[STEP_FAILED] = { GLYPH_FAIL, ROLE_STATUS_CRIT },
		[STEP_SKIPPED] = { GLYPH_ACROSS, ROLE_DIM },
		[STEP_ROLLED_BACK] = { GLYPH_UNDO, ROLE_STATUS_WARN },
	};
	enum step_state state = run->step_states[step];
	*role = looks[state].role;
	if (state != STEP_WAITING)
		return looks[state].glyph;
	if (step == run->step) {
		*role = ROLE_KEY;
		return GLYPH_HERE;
	}
	return run->breakpoints && run->breakpoints[step] ? GLYPH_BREAK : GLYPH_COUNT;
}

static void step_state_words(const struct model *model, size_t step, char out[64])
{
	const struct run_view *run = &model->run;
	char took[NUMBER_BYTES];
	number_ms(run->step_took_ms[step], took);
	switch (run->step_states[step]) {
	case STEP_WAITING:
		snprintf(out, 64, "%s",
			run->breakpoints && run->breakpoints[step] ? "breakpoint"
			: step == run->step			   ? "NOT RUN"
								   : "");
		break;
	case STEP_RUNNING:
		number_ms((model->now_us - run->step_started_us) / 1000, took);
		snprintf(out, 64, "running %s", took);
		break;
	case STEP_DONE: snprintf(out, 64, "%s", took); break;
	case STEP_FAILED: snprintf(out, 64, "FAILED"); break;
	case STEP_SKIPPED: snprintf(out, 64, "left out"); break;
	case STEP_ROLLED_BACK: snprintf(out, 64, "rolled back"); break;
	}
}

static void draw_step_line(
	const struct model *model, const struct line *line, struct surface *s, int y)
{
	const struct run_view *run = &model->run;
	const struct plan_step *step = &run->plan->steps[line->step];
	struct pen pen = pen_at(s, 1, y);
	char words[64];
	enum role role;
	enum glyph glyph = step_glyph(run, line->step, &role);
	if (glyph != GLYPH_COUNT)
		pen_glyph(&pen, role, glyph);
	pen_to(&pen, 3);
	step_state_words(model, line->step, words);
	pen.end--;
	pen_right(&pen, role == ROLE_DIM ? ROLE_DIM : role, words);
	pen.end -= 2;
	char rev[SHORT_REV_BYTES];
	migrations_short_rev(&model->migrations, step->migration->rev, rev);
	pen_printf(&pen, ROLE_TITLE, "%s.%zu ", rev, step->ordinal);
	struct str text = { 0 };
	if (step->statement_count == 1)
		visible_add(&text, step->statements[0].sql.text, VISIBLE_BLANK);
	else
		str_addf(&text, "%zu statements in one transaction", step->statement_count);
	pen_text(&pen, ROLE_TEXT, str_c(&text));
	pen_status(&pen, level_status(step->level));
	str_release(&text);
}

static void draw_statement_line(
	const struct model *model, const struct line *line, struct surface *s, int y)
{
	const struct run_view *run = &model->run;
	const struct plan_step *step = &run->plan->steps[line->step];
	struct pen pen = pen_at(s, 5, y);
	bool is_here = line->step == run->step && run->step_states[line->step] == STEP_RUNNING;
	struct str text = { 0 };
	if (is_here && line->statement < run->statements_done)
		pen_glyph(&pen, ROLE_STATUS_OK, GLYPH_DONE);
	else if (is_here && line->statement == run->statement)
		pen_glyph(&pen, ROLE_KEY, GLYPH_HERE);
	pen_to(&pen, 7);
	visible_add(&text, step->statements[line->statement].sql.text, VISIBLE_BLANK);
	pen.end--;
	pen_text(&pen, ROLE_DIM, str_c(&text));
	str_release(&text);
}

/* Every step has a line; the statements of the one under the cursor or under way have theirs. */
static size_t collect_lines(const struct run_view *run, size_t cursor, struct line **lines)
{
	size_t count = 0, capacity = 0;
	*lines = NULL;
	for (size_t i = 0; i < run->plan->step_count; i++) {
		const struct plan_step *step = &run->plan->steps[i];
		bool is_open = step->statement_count > 1 && (i == cursor || i == run->step);
		*lines = mem_room(*lines, count, &capacity, sizeof(**lines));
		(*lines)[count++] = (struct line){ i, SIZE_MAX };
		for (size_t k = 0; is_open && k < step->statement_count; k++) {
			*lines = mem_room(*lines, count, &capacity, sizeof(**lines));
			(*lines)[count++] = (struct line){ i, k };
		}
	}
	return count;
}

void step_draw_list(const struct model *model, size_t cursor, bool is_focused, struct surface *s)
{
	struct line *lines;
	size_t count = collect_lines(&model->run, cursor, &lines), at = 0;
	while (at + 1 < count && lines[at].step != cursor)
		at++;
	size_t height = s->height > 0 ? (size_t)s->height : 0;
	size_t top = at > height / 2 ? at - height / 2 : 0;
	size_t last = count > height ? count - height : 0;
	top = top > last ? last : top;
	for (size_t i = top; i < count && i - top < height; i++) {
		int y = (int)(i - top);
		if (lines[i].statement != SIZE_MAX) {
			draw_statement_line(model, &lines[i], s, y);
			continue;
		}
		draw_step_line(model, &lines[i], s, y);
		if (lines[i].step == cursor && is_focused)
			surface_glyph(s, 0, y, ROLE_KEY, GLYPH_CURSOR, 1);
	}
	free(lines);
}

/* ---- gate ---- */

static void reading_words(const struct gate_reading *reading, int64_t value, char out[NUMBER_BYTES])
{
	switch (reading->unit) {
	case UNIT_BYTES: number_bytes(value, out); return;
	case UNIT_MS: number_ms(value, out); return;
	case UNIT_PERCENT:
		if (value_is_known(value))
			snprintf(out, NUMBER_BYTES, "%d%%", (int)value);
		else
			number_count(value, out);
		return;
	case UNIT_NONE:
	case UNIT_COUNT:
	case UNIT_WALL_US: number_count(value, out); return;
	}
}

static enum status reading_status(const struct gate_reading *reading)
{
	if (reading->is_shut)
		return STATUS_CRIT;
	return reading->value == VALUE_UNKNOWN ? STATUS_WARN : STATUS_OK;
}

/* Names as a person says them. */
static const char *reading_name(const char *name)
{
	static const char *const names[][2] = {
		{ "lag", "worst lag" },
		{ "slots", "slots used" },
		{ "blocked", "blocked by us" },
		{ "oldest", "oldest txn" },
		{ "wait", "we wait" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i][0], name) == 0)
			return names[i][1];
	return name;
}

static void draw_verdict(const struct gate_view *gate, struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	if (gate->is_shut) {
		pen_text(&pen, ROLE_STATUS_CRIT, "GATE SHUT");
		struct rect at = { 1, y + 1, s->width - 2, s->height - y - 1 };
		wrap_draw(s, at, ROLE_TEXT, gate->reason, 0);
		return;
	}
	pen_text(&pen, ROLE_STATUS_OK, "GATE OPEN");
	if (gate->warning_count)
		pen_printf(&pen, ROLE_TEXT, "  %zu warning%s", gate->warning_count,
			gate->warning_count == 1 ? "" : "s");
}

void step_draw_gate(const struct model *model, struct surface *s)
{
	const struct gate_view *gate = &model->run.gate;
	int y = 0;
	for (size_t i = 0; i < GATE_READINGS && y < s->height; i++) {
		const struct gate_reading *reading = &gate->readings[i];
		char value[NUMBER_BYTES], limit[NUMBER_BYTES];
		if (!reading->name[0])
			continue;
		struct pen pen = pen_at(s, 1, y++);
		reading_words(reading, reading->value, value);
		reading_words(reading, reading->limit, limit);
		pen_field(&pen, ROLE_DIM, reading_name(reading->name), 14);
		pen_number(&pen, ROLE_TEXT, value, 9);
		pen_gap(&pen, 1);
		pen_status(&pen, reading_status(reading));
		pen_printf(&pen, ROLE_DIM, "  limit %s", reading->limit < 0 ? "off" : limit);
	}
	if (y + 1 < s->height)
		draw_verdict(gate, s, y + 1);
}

void step_draw_gate_line(const struct model *model, struct surface *s, int y)
{
	const struct gate_view *gate = &model->run.gate;
	struct pen pen = pen_at(s, 1, y);
	surface_fill(s, (struct rect){ 0, y, s->width, 1 }, ROLE_TEXT);
	for (size_t i = 0; i < GATE_READINGS; i++) {
		char value[NUMBER_BYTES];
		if (!gate->readings[i].name[0])
			continue;
		reading_words(&gate->readings[i], gate->readings[i].value, value);
		pen_printf(&pen, ROLE_DIM, "%s ", gate->readings[i].name);
		pen_text(&pen, ROLE_TEXT, value);
		pen_status(&pen, reading_status(&gate->readings[i]));
		pen_gap(&pen, 2);
	}
	pen_text(&pen, gate->is_shut ? ROLE_STATUS_CRIT : ROLE_STATUS_OK,
		gate->is_shut ? "GATE SHUT" : "GATE OPEN");
}
