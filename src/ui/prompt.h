/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prompt: asks before a change. It stands in the page under the thing it talks about and says what will happen;
 * when that text does not fit the terminal, nothing is asked.
 *
 * No accident answers it: what was typed before it opened is gone, keys of the first 300 ms are ignored, pastes are
 * refused, Enter alone and the key that opened it mean no. It closes by itself when the gate shuts, the plan or the
 * connection changes, or nobody types for a minute.
 */
#ifndef DBTOP_UI_PROMPT_H
#define DBTOP_UI_PROMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/command.h"
#include "model/model.h"
#include "ui/key.h"
#include "ui/layout.h"
#include "ui/surface.h"

enum prompt_answer { PROMPT_OPEN, PROMPT_YES, PROMPT_NO };

struct prompt {
	bool is_open;
	bool is_unfit; /* the terminal is too small to ask */
	bool was_fit;  /* it was asked: becoming too small is a no */
	struct confirmation what;
	int64_t opened_us, touched_us;
	int64_t counting_from_us; /* 0 = not counting */
	size_t field;		  /* 0 token, 1 target */
	char typed[2][96];
	int64_t link_started_us; /* of the server it was opened on */
	int need_columns, need_rows;
	const char *why_closed; /* after PROMPT_NO: a sentence; NULL = by the person */
};

void prompt_open(struct prompt *prompt, const struct confirmation *what, const struct model *model);
/* The size it would have; the frame tells it whether that fits. */
int prompt_height(const struct prompt *prompt, int columns, enum layout layout);
void prompt_set_room(
	struct prompt *prompt, int columns, int rows, enum layout layout, int64_t now_us);
enum prompt_answer prompt_key(struct prompt *prompt, const struct model *model, struct key key);
/* A paste never answers. */
void prompt_paste(struct prompt *prompt, const struct model *model);
/* Time passed or news came: it may close, or a count may have ended. */
enum prompt_answer prompt_check(struct prompt *prompt, const struct model *model);
/* Returns where the cursor stands; x < 0: nowhere. */
struct rect prompt_draw(const struct prompt *prompt, const struct model *model, struct surface *s,
	struct rect at, enum layout layout);

#endif
