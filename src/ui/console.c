// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/console.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "core/console.h"
#include "ui/editor.h"
#include "ui/frame.h"
#include "ui/input.h"
#include "ui/lineedit.h"
#include "ui/term.h"

enum { ESC_DELAY_MS = 25, KEYS_FILE_LIMIT = 256 * 1024, THEME_CHECK_MS = 1000 };

struct console {
	struct app *app;   /* borrowed */
	struct term *term; /* owned, as are input and frame */
	struct input *input;
	struct frame *frame;
	struct loop_timer *theme_timer;
	char *theme_path; /* owned; of the user's theme, watched for changes; NULL = built in */
	struct timespec theme_time;
	char *keys_path; /* owned */
};

static void got_key(void *arg, struct key key)
{
	struct console *c = arg;
	frame_key(c->frame, key);
}

static void got_mouse(void *arg, struct mouse mouse)
{
	struct console *c = arg;
	frame_mouse(c->frame, mouse);
}

static void got_paste(void *arg, struct span text)
{
	struct console *c = arg;
	frame_paste(c->frame, text);
}

static void got_bytes(void *arg, struct span bytes)
{
	struct console *c = arg;
	frame_bytes(c->frame, bytes);
}

/* The terminal is gone: the same as a hangup. */
static void got_lost(void *arg)
{
	struct console *c = arg;
	app_interrupt(c->app, SIGHUP);
}

static void got_resize(void *arg, int signum)
{
	struct console *c = arg;
	(void)signum;
	frame_resize(c->frame);
}

/* The whole group stops: also the script that started us, or the shell would not come back. */
static void suspend(void *arg)
{
	struct console *c = arg;
	c->term->ops->leave(c->term);
	kill(0, SIGSTOP);
	c->term->ops->enter(c->term);
	frame_resize(c->frame);
}

static char *edit(void *arg, const char *text, struct err *e)
{
	struct console *c = arg;
	c->term->ops->leave(c->term);
	char *edited = editor_edit(console_editor(c->app), text, e);
	c->term->ops->enter(c->term);
	frame_resize(c->frame);
	return edited;
}

static void got_stop(void *arg, int signum)
{
	(void)signum;
	frame_do(((struct console *)arg)->frame, "session.suspend");
}

/* Continued after somebody else's SIGSTOP: the screen may show anything. */
static void got_continue(void *arg, int signum)
{
	struct console *c = arg;
	(void)signum;
	c->term->ops->enter(c->term);
	frame_resize(c->frame);
}

static void got_end(void *arg, int signum)
{
	struct console *c = arg;
	app_interrupt(c->app, signum);
}

static const struct {
	int signum;
	loop_signal_fn *fn;
} handled[] = {
	{ SIGWINCH, got_resize },
	{ SIGTSTP, got_stop },
	{ SIGCONT, got_continue },
	{ SIGTERM, got_end },
	{ SIGHUP, got_end },
	{ SIGQUIT, got_end },
	{ SIGINT, got_end },
};

static int esc_delay_ms(void)
{
	const char *text = getenv("ESCDELAY");
	long delay = text ? strtol(text, NULL, 10) : 0;
	return delay > 0 && delay <= 5000 ? (int)delay : ESC_DELAY_MS;
}

static char *read_keys(struct console *c)
{
	struct err e;
	size_t len;
	char *dir = path_xdg(PATH_CONFIG);
	char *path = dir ? path_join(dir, "keys.conf") : NULL;
	char *text = NULL;
	if (path && path_is_file(path)) {
		text = path_read(path, KEYS_FILE_LIMIT, &len, &e);
		if (!text)
			app_message_err(c->app, &e);
	}
	c->keys_path = path;
	free(dir);
	return text;
}

static bool file_time(const char *path, struct timespec *time)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return false;
	*time = info.st_mtim;
	return true;
}

/* A saved theme is read again. */
static void check_theme(void *arg)
{
	struct console *c = arg;
	struct timespec time;
	const char *path = frame_theme_path(c->frame);
	if (!path || !file_time(path, &time))
		return;
	bool is_same_file = c->theme_path && strcmp(c->theme_path, path) == 0;
	bool is_same_time =
		time.tv_sec == c->theme_time.tv_sec && time.tv_nsec == c->theme_time.tv_nsec;
	if (is_same_file && is_same_time)
		return;
	if (!is_same_file) {
		free(c->theme_path);
		c->theme_path = mem_strdup(path);
	}
	c->theme_time = time;
	if (is_same_file)
		frame_reload_theme(c->frame);
}

static bool open_parts(struct console *c, const struct console_options *options, struct err *e)
{
	const struct glyphs *glyphs = options->glyphs ? glyphs_find(options->glyphs) : NULL;
	struct input_handler handler = { got_key, got_mouse, got_paste, got_bytes, got_lost, c };
	if (options->glyphs && !glyphs)
		return err_set(e, ERR_USAGE, "no glyph set \"%s\"", options->glyphs) ||
		       err_hint(e, "utf8 or ascii");
	c->term = term_curses_open(e);
	if (!c->term)
		return false;
	c->input = input_new(c->app->loop, getenv("TERM"), esc_delay_ms(), handler);
	char *keys = read_keys(c), *config_keys = console_keys(c->app);
	struct frame_options frame_options = {
		.glyphs = glyphs ? glyphs : glyphs_for_locale(),
		.theme = options->theme,
		.config_keys = config_keys,
		.keys = keys,
		.keys_name = c->keys_path,
		.input = c->input,
		.suspend = suspend,
		.edit = edit,
		.arg = c,
	};
	c->frame = frame_new(c->app, c->term, &frame_options);
	free(keys);
	free(config_keys);
	return input_start(c->input, e);
}

struct console *console_open(struct app *app, const struct console_options *options, struct err *e)
{
	struct console *c = mem_new(struct console);
	c->app = app;
	if (!open_parts(c, options, e)) {
		console_close(c);
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(handled); i++)
		loop_signal(app->loop, handled[i].signum, handled[i].fn, c);
	c->theme_timer =
		loop_timer_start(app->loop, THEME_CHECK_MS, THEME_CHECK_MS, check_theme, c);
	frame_draw(c->frame, true);
	return c;
}

void console_draw(struct console *c)
{
	frame_draw_if_due(c->frame);
}

void console_close(struct console *c)
{
	if (!c)
		return;
	for (size_t i = 0; c->theme_timer && i < ARRAY_SIZE(handled); i++)
		loop_signal(c->app->loop, handled[i].signum, NULL, NULL);
	loop_timer_stop(c->theme_timer);
	lineedit_release();
	frame_free(c->frame);
	input_free(c->input);
	if (c->term)
		c->term->ops->close(c->term);
	free(c->theme_path);
	free(c->keys_path);
	free(c);
}
