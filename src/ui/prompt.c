// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/prompt.h"

#include <string.h>

#include "base/utf8.h"
#include "base/width.h"
#include "ui/box.h"
#include "ui/pen.h"
#include "ui/wrap.h"

enum {
	DEAF_US = 300 * 1000,
	IDLE_US = 60 * 1000000,
	HANG = 9,
	LEAST_COLUMNS = 60,
	FIELD_LABEL = 21,
	FIELD_LEAST = 12,
	FIELD_MOST = 24,
};

static bool has_target(const struct prompt *prompt)
{
	return prompt->what.level >= 3 && prompt->what.target[0];
}

void prompt_open(struct prompt *prompt, const struct confirmation *what, const struct model *model)
{
	*prompt = (struct prompt){ .is_open = true,
		.what = *what,
		.opened_us = model->now_us,
		.touched_us = model->now_us,
		.link_started_us = model->link.identity.started_us };
}

/* Rows of answer and advice below the lines: a blank one, the fields, one sentence. */
static int answer_rows(const struct prompt *prompt)
{
	if (prompt->what.level < 3)
		return 3;
	return has_target(prompt) ? 5 : 4;
}

/* Lines that begin with a label keep its column free; sentences do not. */
static int line_hang(const char *line)
{
	static const char *const labels[] = { "target ", "note ", "risk ", "DANGER ", "NOT BACK ",
		"undo ", "gate ", "plan ", "depends ", "         " };
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		if (strncmp(line, labels[i], strlen(labels[i])) == 0)
			return HANG;
	return 0;
}

/* Columns of the widest word that has to be typed. */
static int token_columns(const struct prompt *prompt)
{
	int token = text_columns(prompt->what.token), target = text_columns(prompt->what.target);
	return has_target(prompt) && target > token ? target : token;
}

/* What has to be typed is shown whole, with room to type it; else nothing is asked. */
static int least_columns(const struct prompt *prompt)
{
	int borders = 4, words = prompt->what.level >= 3 ? FIELD_LABEL + 4 : 31;
	int least = borders + words + token_columns(prompt) + FIELD_LEAST;
	if (prompt->what.level < 2 || least < LEAST_COLUMNS)
		return LEAST_COLUMNS;
	return least;
}

int prompt_height(const struct prompt *prompt, int columns, enum layout layout)
{
	int width = columns - (layout >= LAYOUT_STACKED ? 4 : 2);
	int rows = wrap_rows(prompt->what.title, width, 0) + answer_rows(prompt);
	for (size_t i = 0; i < prompt->what.line_count; i++)
		rows += wrap_rows(prompt->what.lines[i], width, line_hang(prompt->what.lines[i]));
	return box_height(rows, layout);
}

/* Becoming too small while it asks is a no; becoming large enough asks anew, deaf at first. */
void prompt_set_room(
	struct prompt *prompt, int columns, int rows, enum layout layout, int64_t now_us)
{
	int need = prompt_height(prompt, columns, layout);
	int least = least_columns(prompt);
	bool is_unfit = columns < least || need > rows || layout < LAYOUT_COMPACT;
	prompt->need_columns = least;
	prompt->need_rows = need > 12 ? need + 4 : 16;
	if (prompt->is_unfit && !is_unfit)
		prompt->opened_us = prompt->touched_us = now_us;
	if (prompt->was_fit && is_unfit)
		prompt->why_closed =
			"the window became too small for the question; nothing was done";
	prompt->is_unfit = is_unfit;
	prompt->was_fit = !is_unfit;
}

static enum prompt_answer say_no(struct prompt *prompt, const char *why)
{
	prompt->is_open = false;
	prompt->why_closed = why;
	return PROMPT_NO;
}

static void type(char *text, size_t room, struct key key)
{
	char bytes[4];
	size_t len = strlen(text);
	uint32_t code = key.code == KEYSYM_SPACE ? ' ' : key.code;
	if (key.mods || code >= KEYSYM_NONE)
		return;
	size_t count = utf8_encode(code, bytes);
	if (len + count < room) {
		memcpy(text + len, bytes, count);
		text[len + count] = '\0';
	}
}

static void type_back(char *text)
{
	size_t len = strlen(text);
	while (len && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
		len--;
	text[len ? len - 1 : 0] = '\0';
}

static bool fields_are_right(const struct prompt *prompt)
{
	return strcmp(prompt->typed[0], prompt->what.token) == 0 &&
	       (!has_target(prompt) || strcmp(prompt->typed[1], prompt->what.target) == 0);
}

static enum prompt_answer enter(struct prompt *prompt, const struct model *model)
{
	if (has_target(prompt) && prompt->field == 0 && prompt->typed[0][0] &&
		!prompt->typed[1][0]) {
		prompt->field = 1;
		return PROMPT_OPEN;
	}
	if (!fields_are_right(prompt))
		return say_no(prompt, prompt->typed[0][0]
					      ? "that is not what was asked for; nothing was done"
					      : "nothing was done");
	if (prompt->what.level < 3)
		return PROMPT_YES;
	prompt->counting_from_us = model->now_us;
	return PROMPT_OPEN;
}

enum prompt_answer prompt_key(struct prompt *prompt, const struct model *model, struct key key)
{
	bool is_interrupt = key.code == 'c' && key.mods == KEY_CTRL;
	if (key.code == KEYSYM_ESC || is_interrupt)
		return say_no(prompt, "nothing was done");
	if (prompt->is_unfit || model->now_us - prompt->opened_us < DEAF_US)
		return PROMPT_OPEN;
	prompt->touched_us = model->now_us;
	if (prompt->counting_from_us)
		return PROMPT_OPEN;
	if (prompt->what.level <= 1)
		return key.code == 'y' && !key.mods ? PROMPT_YES
						    : say_no(prompt, "nothing was done");
	char *text = prompt->typed[prompt->field];
	if (key.code == KEYSYM_ENTER)
		return enter(prompt, model);
	if (key.code == KEYSYM_TAB && has_target(prompt))
		prompt->field ^= 1;
	else if (key.code == KEYSYM_BACKSPACE)
		type_back(text);
	else if (key.code == 'u' && key.mods == KEY_CTRL)
		text[0] = '\0';
	else
		type(text, sizeof(prompt->typed[0]), key);
	return PROMPT_OPEN;
}

void prompt_paste(struct prompt *prompt, const struct model *model)
{
	prompt->touched_us = model->now_us;
	prompt->typed[prompt->field][0] = '\0';
}

/* The digest of what would run now; NULL = nothing with a digest is known. */
static const char *present_digest(const struct model *model)
{
	if (model->run.state != RUN_NONE && model->run.plan)
		return model->run.plan->digest;
	return model->migrations.plan ? model->migrations.plan->digest : NULL;
}

static bool plan_changed(const struct prompt *prompt, const struct model *model)
{
	const char *digest = present_digest(model);
	return prompt->what.digest[0] && digest && strcmp(digest, prompt->what.digest) != 0;
}

enum prompt_answer prompt_check(struct prompt *prompt, const struct model *model)
{
	bool is_about_plan = prompt->what.digest[0];
	if (!prompt->is_open)
		return PROMPT_OPEN;
	if (prompt->why_closed)
		return say_no(prompt, prompt->why_closed);
	if (is_about_plan && model->link.identity.started_us != prompt->link_started_us)
		return say_no(prompt, "another server answers now: the question was withdrawn");
	if (is_about_plan && model->link.state != LINK_UP)
		return say_no(prompt, "the connection was lost: the question was withdrawn");
	if (is_about_plan && model->run.gate.is_shut)
		return say_no(prompt, "the gate shut: the question was withdrawn");
	if (plan_changed(prompt, model))
		return say_no(prompt, "the plan changed: the question was withdrawn");
	if (model->now_us - prompt->touched_us >= IDLE_US)
		return say_no(prompt, "nobody answered for a minute: nothing was done");
	int64_t count_us = (int64_t)prompt->what.count_s * 1000000;
	if (prompt->counting_from_us && model->now_us - prompt->counting_from_us >= count_us)
		return PROMPT_YES;
	return PROMPT_OPEN;
}

static const char *level_word(int level)
{
	static const char *const words[] = { "L0", "L1 routine", "L2 risky", "L3 destructive" };
	return words[level < 0 ? 0 : level > 3 ? 3 : level];
}

/* DANGER and what does not come back stand out by their word; the colour only helps. */
static enum role line_role(const char *line)
{
	static const struct {
		const char *word;
		enum role role;
	} words[] = {
		{ "DANGER", ROLE_STATUS_CRIT },
		{ "NOT BACK", ROLE_STATUS_CRIT },
		{ "risk", ROLE_STATUS_WARN },
	};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strncmp(line, words[i].word, strlen(words[i].word)) == 0)
			return words[i].role;
	return ROLE_DIALOG;
}

static int draw_line(struct surface *s, int y, const char *line)
{
	struct rect at = { 1, y, s->width - 2, s->height - y };
	int after = wrap_draw(s, at, ROLE_DIALOG, line, line_hang(line));
	enum role role = line_role(line);
	if (role != ROLE_DIALOG)
		surface_restyle(s, (struct rect){ 1, y, HANG - 1, 1 }, role);
	return after;
}

/* " > typed_" ; returns the column of the cursor. */
static int draw_field(struct pen *pen, const char *typed, bool is_active)
{
	pen_text(pen, is_active ? ROLE_KEY : ROLE_DIM, "> ");
	int field = pen_room(pen) - 1 < FIELD_MOST ? pen_room(pen) - 1 : FIELD_MOST;
	struct span end = span_of(typed);
	/* of a text longer than the field its end is shown */
	while (end.len && (int)width_columns(end) >= field) {
		size_t first = width_cut(end, 2);
		first = first ? first : 1;
		end = span_from(end.data + first, end.len - first);
	}
	surface_fill(pen->s, (struct rect){ pen->x, pen->y, field, 1 }, ROLE_INPUT);
	return pen->x + surface_text(pen->s, pen->x, pen->y, ROLE_INPUT, end, field);
}

static struct rect draw_token(const struct prompt *prompt, struct surface *s, int y)
{
	struct pen pen = pen_at(s, 1, y);
	pen_text(&pen, ROLE_DIALOG, "Type  ");
	pen_text(&pen, ROLE_KEY, prompt->what.token);
	pen_text(&pen, ROLE_DIALOG, "  and press Enter.  ");
	return (struct rect){ draw_field(&pen, prompt->typed[0], true), y, 1, 1 };
}

static void draw_count(const struct prompt *prompt, const struct model *model, struct pen *pen)
{
	int64_t whole = (int64_t)prompt->what.count_s * 1000000;
	int64_t left = prompt->counting_from_us + whole - model->now_us;
	if (!prompt->counting_from_us) {
		pen_printf(pen, ROLE_DIALOG, "Enter starts a count of %d s that Esc stops  ",
			prompt->what.count_s);
		pen_text(pen, ROLE_DIM, "(default: no)");
		return;
	}
	pen_printf(pen, ROLE_DIALOG_DANGER, "Starts in %d s  ",
		(int)((left > 0 ? left + 999999 : 0) / 1000000));
	gauge_draw(pen->s, pen->x, pen->y, 20, whole - left, whole, ROLE_STATUS_CRIT);
	pen_gap(pen, 21);
	pen_text(pen, ROLE_KEY, " Esc");
	pen_text(pen, ROLE_DIALOG, " stops it");
}

static struct rect draw_fields(
	const struct prompt *prompt, const struct model *model, struct surface *s, int y)
{
	const char *labels[] = { "Type the name", "Type the target" };
	const char *wanted[] = { prompt->what.token, prompt->what.target };
	size_t count = has_target(prompt) ? 2 : 1;
	struct rect cursor = { -1, 0, 1, 1 };
	for (size_t i = 0; i < count; i++) {
		struct pen pen = pen_at(s, 1, y + (int)i);
		pen_printf(&pen, ROLE_DIALOG, "%zu  %s", i + 1, labels[i]);
		pen_to(&pen, FIELD_LABEL);
		pen_field(&pen, ROLE_KEY, wanted[i], token_columns(prompt));
		pen_gap(&pen, 2);
		bool is_active = prompt->field == i && !prompt->counting_from_us;
		int x = draw_field(&pen, prompt->typed[i], is_active);
		if (is_active)
			cursor = (struct rect){ x, y + (int)i, 1, 1 };
	}
	struct pen pen = pen_at(s, 1, y + (int)count);
	pen_printf(&pen, ROLE_DIALOG, "%zu  ", count + 1);
	draw_count(prompt, model, &pen);
	return cursor;
}

static struct rect draw_answer(
	const struct prompt *prompt, const struct model *model, struct surface *s, int y)
{
	struct rect cursor = { -1, 0, 1, 1 };
	const char *advice = prompt->what.digest[0] && s->width >= 105
				     ? "Anything else, Esc or an empty Enter means no. "
				       "Closes by itself if the gate shuts or the plan changes."
				     : "Anything else, Esc or an empty Enter means no.";
	if (prompt->what.level <= 1) {
		advice = "Every other key means no.";
		struct pen pen = pen_at(s, 1, y);
		pen_text(&pen, ROLE_DIALOG, "Press ");
		pen_text(&pen, ROLE_KEY, "y");
		pen_text(&pen, ROLE_DIALOG, " to do it.");
	} else if (prompt->what.level == 2) {
		cursor = draw_token(prompt, s, y);
	} else {
		cursor = draw_fields(prompt, model, s, y);
	}
	struct pen pen = pen_at(s, 1, y + answer_rows(prompt) - 2);
	pen_text(&pen, ROLE_HINT, advice);
	return cursor;
}

static struct rect draw_unfit(const struct prompt *prompt, struct surface *s, struct rect at)
{
	char text[200];
	snprintf(text, sizeof(text),
		"This needs %dx%d to show what it does. Not asking until it fits.\n"
		"Esc back   (enlarge, or shrink the font)",
		prompt->need_columns, prompt->need_rows);
	struct surface part = surface_part(s, at);
	surface_clear(&part);
	wrap_draw(&part, (struct rect){ 1, 0, part.width - 1, part.height }, ROLE_DIALOG, text, 0);
	return (struct rect){ -1, 0, 0, 0 };
}

struct rect prompt_draw(const struct prompt *prompt, const struct model *model, struct surface *s,
	struct rect at, enum layout layout)
{
	static const char *const why[] = {
		[ENV_UNLABELLED] = "the target has no label",
		[ENV_DEV] = "of its own rules",
		[ENV_STAGE] = "of its own rules",
		[ENV_PROD] = "the target is PROD",
	};
	char title[96], words[96] = "";
	if (prompt->is_unfit)
		return draw_unfit(prompt, s, at);
	snprintf(title, sizeof(title), "Confirm   %s", level_word(prompt->what.level));
	if (prompt->what.level > prompt->what.own_level && prompt->what.own_level > 0)
		snprintf(words, sizeof(words), "raised from L%d because %s", prompt->what.own_level,
			why[model->target->env]);
	struct box box = { .title = title,
		.words = words,
		.role = prompt->what.level >= 3 ? ROLE_DIALOG_DANGER : ROLE_BORDER_FOCUS };
	struct surface in = box_draw(s, at, &box, layout);
	struct rect all = { 1, 0, in.width - 2, in.height };
	int y = wrap_draw(&in, all, ROLE_TITLE, prompt->what.title, 0);
	for (size_t i = 0; i < prompt->what.line_count; i++)
		y = draw_line(&in, y, prompt->what.lines[i]);
	struct rect cursor = draw_answer(prompt, model, &in, y + 1);
	if (cursor.x >= 0) {
		cursor.x += in.x - s->x;
		cursor.y += in.y - s->y;
	}
	return cursor;
}
