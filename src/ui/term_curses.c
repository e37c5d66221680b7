// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The terminal, through ncursesw: it only paints. Keys are read by ui/input.c from a descriptor of their own; getch()
 * would block the loop for a lone Esc and lose resizes. curses is one global editor of one terminal, so this file has one.
 */
#include "ui/term.h"

#include <curses.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/visible.h"

#define PASTE_ON   "\033[?2004h"
#define PASTE_OFF  "\033[?2004l"
#define MOUSE_ON   "\033[?1000h\033[?1006h"
#define MOUSE_OFF  "\033[?1006l\033[?1000l"
#define TITLE_PUSH "\033[22;2t"
#define TITLE_POP  "\033[23;2t"

struct paint {
	attr_t attributes;
	int pair;
};

struct term_curses {
	struct term term;
	SCREEN *screen; /* owned */
	struct paint paints[ROLE_COUNT][2];
	bool has_color_started;
	bool has_title; /* the terminal knows OSC 2 */
	bool has_mouse; /* somebody turned it on */
	bool is_inside; /* between enter and leave */
	int cursor_x, cursor_y;
};

static const int crash_signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

/* What a dying program still has: bytes prepared at the start, and the modes the terminal had. */
static struct {
	struct term_curses *open; /* owned; NULL = no terminal is taken */
	struct termios before;
	char bytes[160];
	size_t len;
	void *stack; /* owned */
	struct sigaction old[ARRAY_SIZE(crash_signals)];
} own;

static void write_all(const char *bytes, size_t len)
{
	while (len) {
		ssize_t done = write(STDOUT_FILENO, bytes, len);
		if (done <= 0)
			return;
		bytes += done;
		len -= (size_t)done;
	}
}

static void write_text(const char *text)
{
	write_all(text, strlen(text));
}

/* Only write() and tcsetattr(): fit for a signal handler. */
static void give_back(void)
{
	if (!own.open || !own.open->is_inside)
		return;
	write_all(own.bytes, own.len);
	tcsetattr(STDOUT_FILENO, TCSANOW, &own.before);
}

static void crashed(int signum)
{
	give_back();
	signal(signum, SIG_DFL);
	raise(signum);
}

static void add_capability(const char *name)
{
	const char *text = tigetstr(name);
	if (!text || text == (const char *)-1)
		return;
	size_t len = strlen(text);
	if (own.len + len < sizeof(own.bytes)) {
		memcpy(own.bytes + own.len, text, len);
		own.len += len;
	}
}

static void prepare_give_back(const struct term_curses *t)
{
	own.len = (size_t)snprintf(own.bytes, sizeof(own.bytes), "%s%s%s", PASTE_OFF,
		t->has_title ? MOUSE_OFF : "", t->has_title ? TITLE_POP : "");
	static const char *const capabilities[] = { "sgr0", "op", "cnorm", "rmkx", "rmcup" };
	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		add_capability(capabilities[i]);
}

static void catch_crashes(void)
{
	size_t bytes = 64 * 1024;
	own.stack = mem_zero(bytes);
	stack_t stack = { .ss_sp = own.stack, .ss_size = bytes };
	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(crash_signals); i++) {
		struct sigaction action = { .sa_handler = crashed,
			.sa_flags = SA_ONSTACK | SA_NODEFER | (int)SA_RESETHAND };
		sigaction(crash_signals[i], &action, &own.old[i]);
	}
	die_set_restore(give_back);
}

static void leave_crashes_alone(void)
{
	stack_t none = { .ss_flags = SS_DISABLE };
	for (size_t i = 0; i < ARRAY_SIZE(crash_signals); i++)
		sigaction(crash_signals[i], &own.old[i], NULL);
	sigaltstack(&none, NULL);
	free(own.stack);
	own.stack = NULL;
	die_set_restore(NULL);
}

static void curses_size(struct term *term, int *columns, int *rows)
{
	(void)term;
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
		*columns = size.ws_col;
		*rows = size.ws_row;
	} else {
		*columns = COLS;
		*rows = LINES;
	}
	if (*columns != COLS || *rows != LINES)
		resizeterm(*rows, *columns);
}

static int curses_colors(const struct term *term)
{
	(void)term;
	return tigetnum("colors");
}

static struct paint paint_of(const struct theme *theme, enum role role, enum color_depth depth)
{
	const struct style *style = &theme->roles[role];
	const struct color *bg = style->has_bg ? &style->bg : &theme->roles[ROLE_TEXT].bg;
	if (!style->has_bg && !theme->roles[ROLE_TEXT].has_bg)
		bg = NULL;
	int fg_number = color_number(&style->fg, depth);
	int bg_number = bg ? color_number(bg, depth) : -1;
	struct paint paint = { .attributes = A_NORMAL };
	if (style->bold)
		paint.attributes |= A_BOLD;
	if (style->dim)
		paint.attributes |= A_DIM;
	if (style->underline)
		paint.attributes |= A_UNDERLINE;
	if (style->reverse)
		paint.attributes |= A_REVERSE;
	if (fg_number >= 0 || bg_number >= 0)
		paint.pair = alloc_pair(fg_number, bg_number);
	if (paint.pair < 0)
		paint.pair = 0;
	return paint;
}

static void curses_theme(struct term *term, const struct theme *theme)
{
	struct term_curses *t = (struct term_curses *)term;
	enum color_depth depth = theme_depth(theme, curses_colors(term));
	if (depth != DEPTH_MONO && !t->has_color_started) {
		start_color();
		use_default_colors();
		t->has_color_started = true;
	}
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct style *style = &theme->roles[role];
		struct paint paint = paint_of(theme, (enum role)role, depth);
		t->paints[role][0] = paint;
		/* a mark with a background of its own is a badge already */
		if (!role_is_status((enum role)role) || !style->has_bg)
			paint.attributes ^= A_REVERSE;
		t->paints[role][1] = paint;
	}
	cchar_t blank;
	setcchar(
		&blank, L" ", t->paints[ROLE_TEXT][0].attributes, 0, &t->paints[ROLE_TEXT][0].pair);
	bkgrnd(&blank);
	clear();
}

static void curses_put(struct term *term, int x, int y, const struct cell *cell)
{
	struct term_curses *t = (struct term_curses *)term;
	if (cell->width == 0)
		return;
	wchar_t text[CELL_CODES + 1] = { 0 };
	for (int i = 0; i < CELL_CODES && cell->codes[i]; i++)
		text[i] = (wchar_t)cell->codes[i];
	struct paint *paint = &t->paints[cell->role][cell->is_reversed];
	cchar_t wide;
	if (setcchar(&wide, text, paint->attributes, 0, &paint->pair) == OK)
		mvadd_wch(y, x, &wide);
}

static void curses_cursor(struct term *term, int x, int y)
{
	struct term_curses *t = (struct term_curses *)term;
	if ((t->cursor_x < 0) != (x < 0))
		curs_set(x >= 0);
	t->cursor_x = x;
	t->cursor_y = y;
}

static void curses_flush(struct term *term)
{
	struct term_curses *t = (struct term_curses *)term;
	if (!t->is_inside)
		return;
	if (t->cursor_x >= 0)
		move(t->cursor_y, t->cursor_x);
	else
		move(0, 0);
	refresh();
}

static void curses_repaint(struct term *term)
{
	(void)term;
	clearok(curscr, TRUE);
}

static void curses_title(struct term *term, const char *text)
{
	const struct term_curses *t = (const struct term_curses *)term;
	if (!t->has_title || !t->is_inside)
		return;
	struct str bytes = { 0 };
	str_add(&bytes, "\033]2;");
	visible_add(&bytes, span_of(text), VISIBLE_LINE);
	str_add(&bytes, "\033\\");
	write_text(str_c(&bytes));
	str_release(&bytes);
}

/* Those that know a title know this too, or pass over it. */
static bool curses_copy(struct term *term, struct span text)
{
	const struct term_curses *t = (const struct term_curses *)term;
	struct str bytes = { 0 };
	if (!t->has_title || !t->is_inside)
		return false;
	str_add(&bytes, "\033]52;c;");
	digest_base64(text, &bytes);
	str_add(&bytes, "\a");
	write_all(str_c(&bytes), bytes.len);
	str_release(&bytes);
	return true;
}

static void curses_mouse(struct term *term, bool is_on)
{
	struct term_curses *t = (struct term_curses *)term;
	if (t->has_title && t->is_inside && is_on != t->has_mouse)
		write_text(is_on ? MOUSE_ON : MOUSE_OFF);
	t->has_mouse = is_on;
}

static void curses_leave(struct term *term)
{
	struct term_curses *t = (struct term_curses *)term;
	if (!t->is_inside)
		return;
	if (t->has_title)
		write_text(TITLE_POP);
	if (t->has_mouse && t->has_title)
		write_text(MOUSE_OFF);
	write_text(PASTE_OFF);
	curs_set(1);
	endwin();
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &own.before);
	t->is_inside = false;
}

static void curses_enter(struct term *term)
{
	struct term_curses *t = (struct term_curses *)term;
	reset_prog_mode();
	if (t->has_title && !t->is_inside)
		write_text(TITLE_PUSH);
	t->is_inside = true;
	write_text(PASTE_ON);
	if (t->has_mouse && t->has_title)
		write_text(MOUSE_ON);
	clearok(curscr, TRUE);
	refresh();
	curs_set(t->cursor_x >= 0);
}

static void curses_close(struct term *term)
{
	struct term_curses *t = (struct term_curses *)term;
	curses_leave(term);
	own.open = NULL;
	leave_crashes_alone();
	delscreen(t->screen);
	free(t);
}

static const struct term_ops curses_ops = {
	.size = curses_size,
	.theme = curses_theme,
	.put = curses_put,
	.cursor = curses_cursor,
	.flush = curses_flush,
	.repaint = curses_repaint,
	.title = curses_title,
	.mouse = curses_mouse,
	.copy = curses_copy,
	.leave = curses_leave,
	.enter = curses_enter,
	.close = curses_close,
	.colors = curses_colors,
};

static bool knows_titles(const char *name)
{
	static const char *const names[] = { "xterm", "tmux", "screen", "rxvt", "alacritty",
		"kitty", "foot", "konsole", "st", "vte", "gnome" };
	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* `dumb` and printers: text could only be added at the end. */
static bool can_place_cursor(void)
{
	const char *cup = tigetstr("cup");
	return cup && cup != (const char *)-1;
}

struct term *term_curses_open(struct err *e)
{
	const char *name = getenv("TERM");
	if (!isatty(STDOUT_FILENO) || tcgetattr(STDOUT_FILENO, &own.before) != 0) {
		err_set(e, ERR_IO, "standard output is not a terminal");
		return NULL;
	}
	SCREEN *screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		err_set(e, ERR_IO, "the terminal \"%s\" is not known here", name ? name : "");
		err_hint(e, "set TERM to what it is, or to xterm");
		return NULL;
	}
	if (!can_place_cursor()) {
		endwin();
		delscreen(screen);
		err_set(e, ERR_IO, "the terminal \"%s\" cannot show a screen", name ? name : "");
		err_hint(e,
			"set TERM to what it is; or without a screen: dbtop health, dbtop status");
		return NULL;
	}
	struct term_curses *t = mem_new(struct term_curses);
	*t = (struct term_curses){ .term.ops = &curses_ops,
		.screen = screen,
		.cursor_x = -1,
		.has_title = knows_titles(name) };
	raw();
	noecho();
	nonl();
	typeahead(-1);
	curs_set(0);
	def_prog_mode();
	/* after its first endwin() ncurses writes once a frame, before it once a cursor movement */
	endwin();
	refresh();
	own.open = t;
	t->is_inside = true;
	prepare_give_back(t);
	catch_crashes();
	if (t->has_title)
		write_text(TITLE_PUSH);
	write_text(PASTE_ON);
	return &t->term;
}
