// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "screen/pty.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "base/clock.h"
#include "base/utf8.h"

enum { PATIENCE_US = 10000000, TURN_MS = 50 };

static int on_property(VTermProp property, VTermValue *value, void *arg)
{
	struct pty *pty = arg;
	if (property == VTERM_PROP_ALTSCREEN)
		pty->is_alternate = value->boolean;
	if (property == VTERM_PROP_CURSORVISIBLE)
		pty->is_cursor_on = value->boolean;
	return 1;
}

/* Answers of the terminal (to queries) go back to the child. */
static void on_output(const char *bytes, size_t len, void *arg)
{
	const struct pty *pty = arg;
	ssize_t done = write(pty->fd, bytes, len);
	(void)done;
}

static void open_screen(struct pty *pty, int columns, int rows)
{
	static const VTermScreenCallbacks callbacks = { .settermprop = on_property };
	pty->vterm = vterm_new(rows, columns);
	vterm_set_utf8(pty->vterm, 1);
	pty->screen = vterm_obtain_screen(pty->vterm);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
	vterm_output_set_callback(pty->vterm, on_output, pty);
	pty->is_cursor_on = true;
}

void pty_start(struct pty *pty, int columns, int rows, int (*body)(void *arg), void *arg)
{
	struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };
	*pty = (struct pty){ .fd = -1 };
	open_screen(pty, columns, rows);
	fflush(NULL);
	int terminal;
	assert_int_equal(openpty(&pty->fd, &terminal, NULL, NULL, &size), 0);
	/* Before there is a child that could have changed it already. */
	assert_int_equal(tcgetattr(terminal, &pty->before), 0);
	pty->pid = fork();
	assert_true(pty->pid >= 0);
	if (pty->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing behind */
		close(pty->fd);
		if (login_tty(terminal) != 0)
			_exit(97);
		_exit(body(arg));
	}
	close(terminal);
}

/* What the child wrote until now, waiting at most so long for more. False at its end. */
static bool read_some(struct pty *pty, int wait_ms)
{
	struct pollfd ready = { .fd = pty->fd, .events = POLLIN };
	char bytes[8192];
	int found = poll(&ready, 1, wait_ms);
	if (found <= 0)
		return found == 0 || errno == EINTR;
	ssize_t got = read(pty->fd, bytes, sizeof(bytes));
	if (got <= 0)
		return got < 0 && (errno == EINTR || errno == EAGAIN);
	str_add_bytes(&pty->bytes, bytes, (size_t)got);
	vterm_input_write(pty->vterm, bytes, (size_t)got);
	return true;
}

void pty_stop(struct pty *pty)
{
	if (pty->pid > 0) {
		kill(pty->pid, SIGKILL);
		kill(pty->pid, SIGCONT);
		waitpid(pty->pid, NULL, 0);
	}
	if (pty->fd >= 0)
		close(pty->fd);
	vterm_free(pty->vterm);
	str_release(&pty->bytes);
	*pty = (struct pty){ .fd = -1 };
}

void pty_type(struct pty *pty, const char *bytes)
{
	size_t len = strlen(bytes);
	assert_int_equal(write(pty->fd, bytes, len), len);
}

void pty_resize(struct pty *pty, int columns, int rows)
{
	struct winsize size = { .ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows };
	vterm_set_size(pty->vterm, rows, columns);
	assert_int_equal(ioctl(pty->fd, TIOCSWINSZ, &size), 0);
	read_some(pty, 0);
}

char *pty_row(const struct pty *pty, int row)
{
	int rows, columns;
	struct str text = { 0 };
	size_t end = 0;
	vterm_get_size(pty->vterm, &rows, &columns);
	for (int x = 0; x < columns; x++) {
		VTermScreenCell cell;
		VTermPos at = { .row = row, .col = x };
		vterm_screen_get_cell(pty->screen, at, &cell);
		/* the right half of a wide character, or a buffer libvterm has not written yet */
		if (cell.chars[0] > 0x10ffff)
			continue;
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && (cell.chars[i] || !i); i++) {
			char bytes[4];
			uint32_t code = cell.chars[i] ? cell.chars[i] : ' ';
			if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
				break;
			str_add_bytes(&text, bytes, utf8_encode(code, bytes));
		}
		if (cell.chars[0] && cell.chars[0] != ' ')
			end = text.len;
	}
	str_truncate(&text, end);
	return str_detach(&text);
}

static bool shows(const struct pty *pty, const char *text)
{
	int rows, columns;
	bool found = false;
	vterm_get_size(pty->vterm, &rows, &columns);
	for (int y = 0; y < rows && !found; y++) {
		char *row = pty_row(pty, y);
		found = strstr(row, text) != NULL;
		free(row);
	}
	return found;
}

static void print_screen(const struct pty *pty)
{
	int rows, columns;
	vterm_get_size(pty->vterm, &rows, &columns);
	for (int y = 0; y < rows; y++) {
		char *row = pty_row(pty, y);
		print_message("|%s\n", row);
		free(row);
	}
}

static void wait_for(
	struct pty *pty, bool (*is_there)(const struct pty *, const char *), const char *text)
{
	bool is_open = true;
	int64_t until_us = clock_mono_us(&clock_system) + PATIENCE_US;
	while (!is_there(pty, text)) {
		if (!is_open || clock_mono_us(&clock_system) > until_us) {
			print_screen(pty);
			fail_msg("\"%s\" never came", text);
		}
		is_open = read_some(pty, TURN_MS);
	}
}

void pty_wait_text(struct pty *pty, const char *text)
{
	wait_for(pty, shows, text);
}

static void add_folded(struct str *text, const char *row)
{
	static const char border[] = "│";
	for (; *row; row++) {
		if (strncmp(row, border, sizeof(border) - 1) == 0)
			row += sizeof(border) - 2;
		else if (*row != ' ')
			str_add_char(text, *row);
		else if (text->len && text->data[text->len - 1] != ' ')
			str_add_char(text, ' ');
	}
	if (text->len && text->data[text->len - 1] != ' ')
		str_add_char(text, ' ');
}

static bool says(const struct pty *pty, const char *words)
{
	int rows, columns;
	struct str text = { 0 };
	vterm_get_size(pty->vterm, &rows, &columns);
	for (int y = 0; y < rows; y++) {
		char *row = pty_row(pty, y);
		add_folded(&text, row);
		free(row);
	}
	bool found = strstr(str_c(&text), words) != NULL;
	str_release(&text);
	return found;
}

void pty_wait_words(struct pty *pty, const char *words)
{
	wait_for(pty, says, words);
}

void pty_type_until(struct pty *pty, const char *bytes, const char *text)
{
	int64_t until_us = clock_mono_us(&clock_system) + PATIENCE_US;
	while (!shows(pty, text)) {
		if (clock_mono_us(&clock_system) > until_us) {
			print_screen(pty);
			fail_msg("\"%s\" never came", text);
		}
		pty_type(pty, bytes);
		read_some(pty, TURN_MS);
		read_some(pty, TURN_MS);
	}
}

static bool is_same(const struct pty *a, const struct pty *b, int first)
{
	int rows, columns;
	bool same = true;
	vterm_get_size(a->vterm, &rows, &columns);
	for (int y = first; y < rows && same; y++) {
		char *left = pty_row(a, y), *right = pty_row(b, y);
		same = strcmp(left, right) == 0;
		free(left);
		free(right);
	}
	return same;
}

void pty_wait_same(struct pty *a, struct pty *b, int first)
{
	int64_t until_us = clock_mono_us(&clock_system) + PATIENCE_US;
	while (!is_same(a, b, first)) {
		if (clock_mono_us(&clock_system) > until_us) {
			print_screen(a);
			print_screen(b);
			fail_msg("two screens stay different");
		}
		read_some(a, TURN_MS / 2);
		read_some(b, TURN_MS / 2);
	}
}

int pty_wait_end(struct pty *pty)
{
	int status = 0;
	/* to the end of what it writes; the watchdog of the program ends a child that never does */
	while (read_some(pty, -1))
		;
	waitpid(pty->pid, &status, 0);
	pty->pid = 0;
	return status;
}

int pty_type_to_end(struct pty *pty, const char *bytes)
{
	do
		pty_type(pty, bytes);
	while (read_some(pty, TURN_MS));
	return pty_wait_end(pty);
}

void pty_wait_stop(struct pty *pty)
{
	int status = 0;
	assert_int_equal(waitpid(pty->pid, &status, WUNTRACED), pty->pid);
	assert_true(WIFSTOPPED(status));
	read_some(pty, 0);
}

static const char *last_of(const struct pty *pty, const char *on, const char *off)
{
	const char *last = NULL, *at = str_c(&pty->bytes);
	while ((at = strstr(at, "\033[?")) != NULL) {
		if (strncmp(at, on, strlen(on)) == 0 || strncmp(at, off, strlen(off)) == 0)
			last = at;
		at++;
	}
	return last;
}

static bool has_paste_off(const struct pty *pty)
{
	const char *paste = last_of(pty, "\033[?2004h", "\033[?2004l");
	return paste && strncmp(paste, "\033[?2004l", 8) == 0;
}

/* A child that is stopped, not ended, may have written what the terminal has not passed on yet. */
static void wait_for_rest(struct pty *pty)
{
	int64_t until_us = clock_mono_us(&clock_system) + PATIENCE_US;
	while (pty->is_alternate || !pty->is_cursor_on || !has_paste_off(pty)) {
		if (!read_some(pty, TURN_MS) || clock_mono_us(&clock_system) > until_us)
			return;
	}
}

void pty_assert_given_back(struct pty *pty)
{
	struct termios now;
	wait_for_rest(pty);
	assert_int_equal(tcgetattr(pty->fd, &now), 0);
	assert_int_equal(now.c_lflag, pty->before.c_lflag);
	assert_int_equal(now.c_iflag, pty->before.c_iflag);
	assert_int_equal(now.c_oflag, pty->before.c_oflag);
	assert_false(pty->is_alternate);
	assert_true(pty->is_cursor_on);
	assert_true(has_paste_off(pty));
}
