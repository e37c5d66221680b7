/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Advice as the program gives it: the row of pg/advice.h that fits the target now, with what the model knows of it. In
 * words for the screen without a connection, as values for reports.
 */
#ifndef DBTOP_CORE_ADVICE_H
#define DBTOP_CORE_ADVICE_H

#include "base/str.h"
#include "model/report.h"

struct app;

/* "Likely:" and "To do:", a line each; nothing when there is no advice. */
void app_advice(const struct app *app, struct str *out);
/* data.advice: symptom, likely causes, steps; nothing when there is no advice. */
void app_report_advice(const struct app *app, struct report *report);

#endif
