// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/progress.h"

#include <inttypes.h>

#include "base/words.h"

enum { FIRST_S = 3, AGAIN_S = 5, SECOND_US = 1000000 };

static void add_blocker(struct str *line, const struct run_view *run)
{
	const struct run_blocker *blocker = &run->blockers[0];
	char age[WORDS_BYTES];

	str_addf(line, ", waits for pid %" PRId64, blocker->pid);
	if (*blocker->app)
		str_addf(line, " %s", blocker->app);
	if (*blocker->state)
		str_addf(line, ", %s", blocker->state);
	if (value_is_known(blocker->age_ms)) {
		words_ms(blocker->age_ms, age);
		str_addf(line, " for %s", age);
	}
	if (run->blocker_count > 1)
		str_addf(line, " (and %zu more)", run->blocker_count - 1);
}

static void add_words(struct str *line, const struct run_view *run, int64_t took_ms)
{
	const struct plan_step *step = &run->plan->steps[run->step];
	char took[WORDS_BYTES];

	words_ms(took_ms, took);
	str_addf(line, "%s %s: %s", step->migration->rev, step->migration->name, took);
	if (step->statement_count > 1)
		str_addf(line, ", statement %zu of %zu", run->statement + 1, step->statement_count);
	if (run->blocker_count)
		add_blocker(line, run);
	if (value_is_known(run->blocked_by_us) && run->blocked_by_us > 0)
		str_addf(line, ", %" PRId64 " wait%s for us", run->blocked_by_us,
			run->blocked_by_us == 1 ? "s" : "");
	if (*run->progress)
		str_addf(line, ", %s", run->progress);
}

bool progress_line(
	struct progress *progress, const struct run_view *run, int64_t now_us, struct str *line)
{
	if (run->state != RUN_STEP || !run->plan || run->step >= run->plan->step_count)
		return false;
	if (progress->started_us != run->statement_started_us)
		*progress = (struct progress){ .started_us = run->statement_started_us };
	int64_t since_us = progress->told_us ? progress->told_us : progress->started_us;
	int64_t wait_us = (progress->told_us ? AGAIN_S : FIRST_S) * (int64_t)SECOND_US;
	if (!since_us || now_us - since_us < wait_us)
		return false;
	progress->told_us = now_us;
	add_words(line, run, (now_us - progress->started_us) / 1000);
	return true;
}
