// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/screen.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "base/mem.h"
#include "base/str.h"
#include "bench/child.h"

enum { ROWS = 40, COLUMNS = 120, END_S = 3 };

struct screen {
	pid_t pid;
	int fd;
	size_t bytes;
	bool is_over;
	VTerm *terminal;
	VTermScreen *cells;
};

/* What the terminal answers to questions goes back to the program. */
static void answer(const char *bytes, size_t len, void *arg)
{
	struct screen *screen = arg;

	if (write(screen->fd, bytes, len) < 0)
		screen->is_over = true;
}

struct screen *screen_start(const char *dir, const char *const *argv)
{
	struct screen *screen = mem_new(struct screen);
	struct winsize size = { .ws_row = ROWS, .ws_col = COLUMNS };

	screen->pid = forkpty(&screen->fd, NULL, NULL, &size);
	if (screen->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		if (chdir(dir) == 0)
			child_become(dir, argv);
		_exit(127);
	}
	if (screen->pid < 0) {
		free(screen);
		return NULL;
	}
	screen->terminal = vterm_new(ROWS, COLUMNS);
	vterm_set_utf8(screen->terminal, 1);
	vterm_output_set_callback(screen->terminal, answer, screen);
	screen->cells = vterm_obtain_screen(screen->terminal);
	vterm_screen_enable_altscreen(screen->cells, 1);
	vterm_screen_reset(screen->cells, 1);
	return screen;
}

static bool has_ended(struct screen *screen, double until)
{
	int status;

	do {
		if (waitpid(screen->pid, &status, WNOHANG) == screen->pid)
			return true;
		screen_pump(screen, child_now() + 0.02, false);
	} while (child_now() < until);
	return false;
}

void screen_end(struct screen *screen)
{
	if (!screen)
		return;
	screen_type(screen, "q");
	if (!has_ended(screen, child_now() + END_S)) {
		kill(screen->pid, SIGTERM);
		if (!has_ended(screen, child_now() + END_S)) {
			kill(screen->pid, SIGKILL);
			waitpid(screen->pid, NULL, 0);
		}
	}
	close(screen->fd);
	vterm_free(screen->terminal);
	free(screen);
}

pid_t screen_pid(const struct screen *screen)
{
	return screen->pid;
}

bool screen_is_over(const struct screen *screen)
{
	return screen->is_over;
}

size_t screen_bytes(const struct screen *screen)
{
	return screen->bytes;
}

static bool screen_take(struct screen *screen)
{
	char buffer[65536];
	ssize_t n = read(screen->fd, buffer, sizeof(buffer));

	if (n <= 0) {
		screen->is_over = true;
		return false;
	}
	screen->bytes += (size_t)n;
	vterm_input_write(screen->terminal, buffer, (size_t)n);
	return true;
}

bool screen_pump(struct screen *screen, double until, bool is_first)
{
	bool came = false;

	for (;;) {
		double left = until - child_now();
		struct pollfd watched = { .fd = screen->fd, .events = POLLIN };
		if (left <= 0)
			return came;
		/* A closed terminal would answer at once for ever. */
		int ready = poll(screen->is_over ? NULL : &watched, screen->is_over ? 0 : 1,
			(int)(left * 1000) + 1);
		if (ready <= 0)
			continue;
		came = screen_take(screen) || came;
		if (is_first)
			return came;
	}
}

void screen_type(struct screen *screen, const char *keys)
{
	if (write(screen->fd, keys, strlen(keys)) < 0)
		screen->is_over = true;
}

static void cell_add(struct str *text, const VTermScreenCell *cell)
{
	uint32_t c = cell->chars[0];

	if (c == 0 || c == UINT32_MAX)
		str_add_char(text, ' ');
	else
		str_add_char(text, c < 0x80 ? (char)c : '#');
}

char *screen_text(struct screen *screen)
{
	struct str text = { 0 };

	for (int row = 0; row < ROWS; row++) {
		for (int column = 0; column < COLUMNS; column++) {
			VTermScreenCell cell;
			VTermPos at = { row, column };
			vterm_screen_get_cell(screen->cells, at, &cell);
			cell_add(&text, &cell);
		}
		str_add_char(&text, '\n');
	}
	return str_detach(&text);
}

bool screen_shows(struct screen *screen, const char *const *words)
{
	char *text = screen_text(screen);
	bool is_there = true;

	for (; is_there && *words; words++)
		is_there = strstr(text, *words) != NULL;
	free(text);
	return is_there;
}
