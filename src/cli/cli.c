// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/cli.h"

#include <signal.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "base/visible.h"
#include "cli/ask.h"
#include "cli/print.h"

struct presenter {
	enum print_form form;
	bool has_events; /* NDJSON instead of one report at the end */
	bool is_finished;
	int status;
	int64_t now_wall_us;
};

static enum print_form form_of(const struct args *args)
{
	for (size_t i = 0; i < args->flag_count; i++) {
		if (args_flag_is(args, i, "json"))
			return PRINT_JSON;
		if (args_flag_is(args, i, "csv"))
			return PRINT_CSV;
	}
	return PRINT_TEXT;
}

static bool wants_events(const struct args *args)
{
	for (size_t i = 0; i < args->flag_count; i++) {
		if (args_flag_is(args, i, "events"))
			return true;
	}
	return false;
}

static void print_event(const struct call_event *event)
{
	struct json *json = json_object();

	json_put_text(json, "event", event->kind);
	json_put_text(json, "revision", event->rev);
	if (event->step)
		json_put_int(json, "step", (int64_t)event->step);
	if (value_is_known(event->took_ms))
		json_put_int(json, "took_ms", event->took_ms);
	json_put_text(json, "text", event->text);
	char *text = json_print(json, false);
	printf("%s\n", text);
	fflush(stdout);
	free(text);
	json_free(json);
}

static void tell(void *arg, const struct call_event *event)
{
	const struct presenter *presenter = arg;
	static const char *const marks[][2] = { { "step_start", "  " }, { "step_done", "ok " },
		{ "step_failed", "failed " }, { "step_rolled_back", "rolled back " } };
	const char *mark = "   ";

	if (presenter->has_events) {
		print_event(event);
		return;
	}
	/* Started steps are news only where somebody watches them run. */
	if (presenter->form == PRINT_JSON ||
		(strcmp(event->kind, "step_start") == 0 && !isatty(STDERR_FILENO)))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (strcmp(marks[i][0], event->kind) == 0)
			mark = marks[i][1];
	}
	char *text = visible_new(event->text, VISIBLE_LINE);
	fprintf(stderr, "%s%s\n", mark, text);
	free(text);
}

static void on_done(void *arg, struct call *call)
{
	struct presenter *presenter = arg;

	presenter->is_finished = true;
	presenter->status = call->report.exit;
	print_report(stdout, stderr, &call->report,
		presenter->has_events ? PRINT_JSON : presenter->form,
		clock_wall_us(loop_clock(call->app->loop)));
}

static bool ask(void *arg, const struct confirmation *confirmation)
{
	(void)arg;
	return ask_person(confirmation);
}

static void on_signal(void *arg, int signum)
{
	app_interrupt(arg, signum);
}

static void listen_to_signals(struct app *app)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		loop_signal(app->loop, signals[i], on_signal, app);
}

static bool can_ask(const struct presenter *presenter)
{
	return presenter->form == PRINT_TEXT && !presenter->has_events && isatty(STDIN_FILENO) &&
	       isatty(STDERR_FILENO);
}

int cli_run(struct app *app, const struct args *args)
{
	struct presenter presenter = { .form = form_of(args), .has_events = wants_events(args) };
	struct err e;
	struct call *call = call_new_words(app, args->command, args->words, args->word_count, &e);

	if (!call)
		return cli_fail(args, EXIT_USAGE, &e);
	if (args->had_password)
		report_warn(&call->report, "a password on the command line can be read by others; "
					   "use a password file or a service");
	listen_to_signals(app);
	call->tell = tell;
	if (can_ask(&presenter))
		call->ask = ask;
	call_start(call, NULL, on_done, &presenter);
	while (!presenter.is_finished && !app->quit)
		app_turn(app);
	if (app->wants_tour && !app->quit)
		presenter.status = cli_tour(app);
	if (app->interrupted)
		return EXIT_SIGNAL + app->interrupted;
	return presenter.status;
}

int cli_fail(const struct args *args, enum exit_code exit, const struct err *e)
{
	struct report report;

	report_init(&report, args->command ? args->command->word : "dbtop");
	report_fail(&report, exit, DATABASE_NOT_SAID, e);
	print_report(stdout, stderr, &report, form_of(args), 0);
	report_release(&report);
	return (int)exit;
}
