// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/advice.h"

#include "core/app.h"
#include "pg/advice.h"

static const struct advice *find(const struct app *app, struct advice_causes *causes)
{
	const struct model *model = &app->model;
	const struct advice *advice = advice_now(&model->link);

	if (advice)
		advice_causes(advice,
			&(struct advice_given){ .link = &model->link,
				.pool = &model->pool,
				.others = model->standbys,
				.other_count = app->standby_count },
			causes);
	return advice;
}

void app_advice(const struct app *app, struct str *out)
{
	struct advice_causes causes;
	const struct advice *advice = find(app, &causes);

	if (!advice)
		return;
	str_addf(out, "Likely (%s):\n", advice->symptom);
	for (size_t i = 0; i < causes.count; i++)
		str_addf(out, "- %s\n", causes.words[i]);
	str_add(out, "To do:\n");
	for (size_t i = 0; i < ADVICE_STEPS_MAX && advice->steps[i]; i++)
		str_addf(out, "- %s\n", advice->steps[i]);
}

void app_report_advice(const struct app *app, struct report *report)
{
	struct advice_causes causes;
	const struct advice *advice = find(app, &causes);

	if (!advice)
		return;
	struct node *node = report_object(report, report->data, "advice", "advice");
	report_text(report, node, "id", NULL, advice->id);
	report_text(report, node, "symptom", "symptom", advice->symptom);
	struct node *table = report_table(report, node, "causes", "");
	for (size_t i = 0; i < causes.count; i++)
		report_text(report, report_row(report, table), "cause", "LIKELY", causes.words[i]);
	table = report_table(report, node, "steps", "");
	for (size_t i = 0; i < ADVICE_STEPS_MAX && advice->steps[i]; i++)
		report_text(report, report_row(report, table), "step", "TO DO", advice->steps[i]);
}
