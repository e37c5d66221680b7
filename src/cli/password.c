// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/password.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/visible.h"
#include "conf/conf.h"

enum { PASSWORD_BYTES = 1024, KEY_INTERRUPT = 3, KEY_END = 4, KEY_BACKSPACE = 8, KEY_DELETE = 127 };

bool password_may_ask(const struct app *app)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) &&
	       !conf_is(app->conf, "no_password") && !conf_is(app->conf, "no_input");
}

static void show_prompt(const struct app *app)
{
	struct str words = { 0 };

	app_words(app, &words);
	char *text = visible_new(str_c(&words), VISIBLE_LINE);
	fprintf(stderr, "Password for %s: ", text);
	fflush(stderr);
	free(text);
	str_release(&words);
}

/* A line of the terminal, key by key: ^C and ^D give up, and must not end the program with the echo off. */
static bool read_line(char *line, size_t room)
{
	size_t len = 0;
	char key;

	while (read(STDIN_FILENO, &key, 1) == 1) {
		if (key == '\n' || key == '\r') {
			line[len] = '\0';
			return len > 0;
		}
		if (key == KEY_INTERRUPT || key == KEY_END)
			return false;
		if (key != KEY_BACKSPACE && key != KEY_DELETE)
			line[len] = key;
		if (key == KEY_BACKSPACE || key == KEY_DELETE)
			len -= len > 0;
		else if (len + 1 < room)
			len++;
	}
	return false;
}

/* The echo is off before the prompt stands there: what is typed at it is neither shown nor flushed. */
static bool read_hidden(const struct app *app, char *line, size_t room)
{
	struct termios before, hidden;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return false;
	hidden = before;
	hidden.c_lflag &= (tcflag_t) ~(ECHO | ICANON | ISIG);
	hidden.c_cc[VMIN] = 1;
	hidden.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0)
		return false;
	show_prompt(app);
	bool ok = read_line(line, room);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return ok;
}

bool password_ask(struct app *app)
{
	char *password = mem_zero(PASSWORD_BYTES);

	bool ok = read_hidden(app, password, PASSWORD_BYTES);
	if (ok)
		app_set_password(app, password);
	mem_free_secret(password);
	return ok;
}

bool password_first(struct app *app, const struct args *args, struct err *e)
{
	bool is_wanted = false;

	for (size_t i = 0; i < args->flag_count; i++)
		is_wanted = is_wanted || args_flag_is(args, i, "password");
	if (!is_wanted)
		return true;
	if (!password_may_ask(app)) {
		err_set(e, ERR_USAGE, "-W asks for a password, and nobody can be asked here");
		return err_hint(e, "set PGPASSWORD, or write it to ~/.pgpass");
	}
	return password_ask(app) || err_set(e, ERR_CANCELED, "no password was given");
}
