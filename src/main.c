// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Main: owns everything, holds no logic: arguments, the world, the loop, and all of it let go in reverse.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/password.h"
#include "conf/conf.h"
#include "core/app.h"
#include "core/args.h"
#include "core/console.h"
#include "ui/console.h"

/* What a password may be read from after a crash, or by a debugger of the same user, is switched off. */
static void keep_secrets(void)
{
	umask(077);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#ifndef __SANITIZE_ADDRESS__ /* the leak checker attaches to its own process */
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

static int run_console(struct app *app, const struct args *args)
{
	struct err e;

	if (!password_first(app, args, &e) || !app_open_console(app, &e))
		return cli_fail(args, EXIT_USAGE, &e);
	struct console *console = console_open(app,
		&(struct console_options){
			.theme = console_theme(app), .glyphs = console_glyphs(app) },
		&e);
	if (!console)
		return cli_fail(args, EXIT_ERROR, &e);
	if (args->had_password)
		app_message(app, MESSAGE_WARN,
			"a password on the command line can be read by others; use a password file "
			"or a service");
	if (app_warning(app))
		app_message(app, MESSAGE_WARN, "%s", app_warning(app));
	while (!app->quit) {
		app_turn(app);
		console_draw(console);
	}
	console_close(console);
	return app->interrupted ? EXIT_SIGNAL + app->interrupted : 0;
}

static bool needs_terminal(const struct args *args, struct err *e)
{
	if (args->command || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return true;
	err_set(e, ERR_USAGE, "the console needs a terminal, and this is none");
	const char *near = args->target ? command_nearest_word(args->target) : NULL;
	if (near)
		return err_hint(e, "did you mean the command %s?", near);
	return err_hint(e, "for scripts there are commands: dbtop --help");
}

static int run_app(struct app *app, const struct args *args)
{
	struct err e;
	int status = 0;

	if (!needs_terminal(args, &e) || !app_configure(app, args, &e))
		return cli_fail(args, EXIT_USAGE, &e);
	if (!args->command && conf_is(app->conf, "plain")) {
		err_set(&e, ERR_USAGE, "a console without a screen is not built yet");
		err_hint(&e, "every command works without one: dbtop status, plan, upgrade, …");
		return cli_fail(args, EXIT_USAGE, &e);
	}
	if (args->command)
		status = cli_run(app, args);
	if (!args->command || app->wants_console)
		status = run_console(app, args);
	return status;
}

static int run_args(const struct args *args)
{
	struct app app;
	struct loop *loop = loop_new();

	app_init(&app, loop);
	int status = run_app(&app, args);
	app_release(&app);
	loop_free(loop);
	return status;
}

int main(int argc, char **argv)
{
	struct args args;
	struct err e;
	int status = 0;

	setlocale(LC_ALL, "");
	/* The words of libpq are known by what they say (pg/retry.c, pg/advice.c): no translation of them. */
	setlocale(LC_MESSAGES, "C");
	signal(SIGPIPE, SIG_IGN);
	keep_secrets();
	if (!args_parse(&args, argc, argv, &e))
		status = cli_fail(&args, EXIT_USAGE, &e);
	else if (args.wants_help)
		cli_help(stdout, args.command);
	else if (args.wants_version)
		cli_version(stdout);
	else
		status = run_args(&args);
	args_release(&args);
	return status;
}
