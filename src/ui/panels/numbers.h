/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers: what is shown below 60x16, down to 20x3: no refusal, the figures that matter.
 */
#ifndef DBTOP_UI_PANELS_NUMBERS_H
#define DBTOP_UI_PANELS_NUMBERS_H

#include "core/app.h"
#include "ui/prompt.h"

/* Fills the whole frame; returns where the cursor stands (x < 0: nowhere). */
struct rect numbers_draw(struct surface *s, const struct model *model, const struct app *app,
	const struct prompt *prompt);

#endif
