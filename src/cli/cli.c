// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/cli.h"

#include <signal.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/ask.h"
#include "cli/password.h"
#include "cli/print.h"
#include "cli/steps.h"
#include "conf/conf.h"

struct presenter {
	enum print_form form;
	bool has_events; /* NDJSON instead of one report at the end */
	bool may_ask_password;
	bool lacks_password; /* the call failed for want of one: it is not reported, but tried again */
	struct steps steps;
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
	struct presenter *presenter = arg;

	if (presenter->has_events) {
		print_event(event);
		return;
	}
	if (presenter->form != PRINT_JSON)
		steps_tell(&presenter->steps, event);
}

/* color = always also colours a pipe; auto only a terminal that has any. NO_COLOR is read with the settings. */
static bool has_color(const struct app *app, int fd)
{
	const char *when = conf_text(app->conf, "color");
	const char *term = getenv("TERM");

	if (when && strcmp(when, "auto") != 0)
		return strcmp(when, "always") == 0;
	return isatty(fd) && term && strcmp(term, "dumb") != 0;
}

/* Only for a person who watches: a log is read afterwards. */
static void tell_progress(struct presenter *presenter, const struct app *app)
{
	if (presenter->form == PRINT_TEXT && !presenter->has_events)
		steps_tick(&presenter->steps, &app->model.run, app->model.now_us);
}

static void on_done(void *arg, struct call *call)
{
	struct presenter *presenter = arg;

	presenter->is_finished = true;
	presenter->status = call->report.exit;
	presenter->lacks_password =
		presenter->may_ask_password && call->report.exit && app_wants_password(call->app);
	if (presenter->lacks_password)
		return;
	steps_release(&presenter->steps);
	/* Where both streams are one terminal, what was told there is not told again. */
	bool is_known = presenter->steps.has_told && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
	print_report(stdout, stderr, &call->report,
		&(struct print_options){
			.form = presenter->has_events ? PRINT_JSON : presenter->form,
			.known = is_known ? "migrations" : NULL,
			.out_has_color = has_color(call->app, STDOUT_FILENO),
			.talk_has_color = has_color(call->app, STDERR_FILENO),
			.now_wall_us = clock_wall_us(loop_clock(call->app->loop)) });
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

/* One call from its start to its end; false and e when the words are wrong. */
static bool run_call(
	struct app *app, const struct args *args, struct presenter *presenter, struct err *e)
{
	struct call *call = call_new_words(app, args->command, args->words, args->word_count, e);

	if (!call)
		return false;
	if (args->had_password)
		report_warn(&call->report, "a password on the command line can be read by others; "
					   "use a password file or a service");
	if (app_warning(app))
		report_warn(&call->report, "%s", app_warning(app));
	call->tell = tell;
	if (can_ask(presenter))
		call->ask = ask;
	presenter->is_finished = false;
	steps_init(&presenter->steps, stderr, isatty(STDERR_FILENO), has_color(app, STDERR_FILENO));
	call_start(call, NULL, on_done, presenter);
	while (!presenter->is_finished && !app->quit) {
		app_turn(app);
		tell_progress(presenter, app);
	}
	steps_release(&presenter->steps);
	return true;
}

int cli_run(struct app *app, const struct args *args)
{
	struct presenter presenter = { .form = form_of(args),
		.has_events = wants_events(args),
		.may_ask_password = password_may_ask(app) };
	struct err e;

	if (!password_first(app, args, &e))
		return cli_fail(args, EXIT_USAGE, &e);
	listen_to_signals(app);
	if (!run_call(app, args, &presenter, &e))
		return cli_fail(args, EXIT_USAGE, &e);
	if (presenter.lacks_password && !app->quit) {
		/* Given or not, what comes now is the answer. */
		presenter.may_ask_password = false;
		password_ask(app);
		if (!run_call(app, args, &presenter, &e))
			return cli_fail(args, EXIT_USAGE, &e);
	}
	if (app->wants_tour && !app->quit)
		presenter.status = cli_tour(app);
	if (app->interrupted)
		return EXIT_SIGNAL + app->interrupted;
	return presenter.status;
}

int cli_fail(const struct args *args, enum exit_code exit, const struct err *e)
{
	struct report report;

	if (exit == EXIT_USAGE && args->command && args->command->usage_exit)
		exit = args->command->usage_exit;
	report_init(&report, args->command ? args->command->word : "dbtop");
	report_fail(&report, exit, DATABASE_NOT_SAID, e);
	print_report(stdout, stderr, &report, &(struct print_options){ .form = form_of(args) });
	report_release(&report);
	return (int)exit;
}
