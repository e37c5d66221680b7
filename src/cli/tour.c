// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The demo without a console: the commands a person would try first, each with its answer.
 */
#include "cli/cli.h"

#include "cli/print.h"

/* `health` may well say degraded: a demo has long transactions. Its exit code is an answer, whatever it is. */
enum { HEALTH_ANSWERS = -1 };

struct stop {
	const char *title, *line;
	int answer; /* an exit code that is one, beside 0 */
};

static const struct stop stops[] = {
	{ "How is the server, and who follows it?", "health", HEALTH_ANSWERS },
	{ "What is applied, what is pending?", "status", 0 },
	{ "Is everything there that the shop needs?", "setup --check", EXIT_PENDING },
	{ "What would the next migration do?", "plan +1", 0 },
	{ "One step up", "upgrade +1 --yes --allow-hazard all", 0 },
	{ "And back", "downgrade -1 --yes --allow-hazard all", 0 },
	{ "What happened?", "history --limit 6", 0 },
};

struct guide {
	bool is_finished;
	int status;
};

static void on_done(void *arg, struct call *call)
{
	struct guide *guide = arg;

	guide->is_finished = true;
	guide->status = call->report.exit;
	print_report(stdout, stdout, &call->report,
		&(struct print_options){ .form = PRINT_TEXT,
			.now_wall_us = clock_wall_us(loop_clock(call->app->loop)) });
}

static bool take_stop(struct app *app, const struct stop *stop, int *status)
{
	struct guide guide = { 0 };
	struct err e;
	struct call *call = call_new(app, stop->line, &e);

	printf("\n== %s\n$ dbtop %s\n", stop->title, stop->line);
	if (!call)
		return false;
	call_start(call, NULL, on_done, &guide);
	while (!guide.is_finished && !app->quit)
		app_turn(app);
	fflush(stdout);
	*status = guide.status;
	return guide.is_finished;
}

int cli_tour(struct app *app)
{
	printf("A primary with %zu standbys is up; a shop works on it.\n",
		app->target.replica_count);
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++) {
		int status = EXIT_ERROR;
		if (!take_stop(app, &stops[i], &status))
			return EXIT_ERROR;
		if (status && status != stops[i].answer && stops[i].answer != HEALTH_ANSWERS)
			return status;
	}
	printf("\nThe servers stop now, and everything but a directory named with --keep is "
	       "removed. "
	       "With a terminal, `dbtop demo` opens the console.\n");
	return 0;
}
