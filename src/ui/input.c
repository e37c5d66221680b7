// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <termkey.h>

#include "base/mem.h"
#include "base/str.h"

#define PASTE_BEGIN "\033[200~"
#define PASTE_END   "\033[201~"
enum { PASTE_MARK_BYTES = 6, PASTE_LIMIT = 1 << 20 };

struct input {
	struct loop *loop;
	struct input_handler handler;
	TermKey *keys; /* owned */
	int fd;	       /* owned; -1 = none */
	int esc_delay_ms;
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct str held; /* bytes that may be the beginning of something */
	struct str paste;
	bool is_pasting, is_line;
	bool is_flushed; /* by a handler: the rest of this batch is dropped */
};

/* ncurses' key_mouse of xterm is ESC [ <, which termkey would take for the old mouse. */
static const char *hide_mouse(const char *name, const char *value, void *data)
{
	(void)data;
	return strcmp(name, "key_mouse") == 0 ? NULL : value;
}

static TermKey *keys_new(const char *term_name)
{
	int flags = TERMKEY_FLAG_UTF8 | TERMKEY_FLAG_CTRLC | TERMKEY_FLAG_NOSTART |
		    TERMKEY_FLAG_CONVERTKP;
	TermKey *keys = termkey_new_abstract(term_name && *term_name ? term_name : "xterm", flags);
	if (!keys)
		keys = termkey_new_abstract("xterm", flags);
	assert_always(keys, "termkey knows xterm");
	termkey_hook_terminfo_getstr(keys, hide_mouse, NULL);
	termkey_set_buffer_size(keys, 4096);
	termkey_start(keys);
	return keys;
}

struct input *input_new(
	struct loop *loop, const char *term_name, int esc_delay_ms, struct input_handler handler)
{
	struct input *input = mem_new(struct input);
	*input = (struct input){ .loop = loop,
		.handler = handler,
		.fd = -1,
		.esc_delay_ms = esc_delay_ms,
		.keys = keys_new(term_name) };
	return input;
}

void input_free(struct input *input)
{
	if (!input)
		return;
	loop_watch_stop(input->watch);
	loop_timer_stop(input->timer);
	if (input->fd >= 0)
		close(input->fd);
	termkey_destroy(input->keys);
	str_release(&input->held);
	str_release(&input->paste);
	free(input);
}

static const struct {
	TermKeySym sym;
	uint32_t code;
} syms[] = {
	{ TERMKEY_SYM_BACKSPACE, KEYSYM_BACKSPACE },
	{ TERMKEY_SYM_DEL, KEYSYM_BACKSPACE }, /* the byte 0x7f */
	{ TERMKEY_SYM_DELETE, KEYSYM_DELETE },
	{ TERMKEY_SYM_TAB, KEYSYM_TAB },
	{ TERMKEY_SYM_ENTER, KEYSYM_ENTER },
	{ TERMKEY_SYM_ESCAPE, KEYSYM_ESC },
	{ TERMKEY_SYM_SPACE, KEYSYM_SPACE },
	{ TERMKEY_SYM_INSERT, KEYSYM_INSERT },
	{ TERMKEY_SYM_UP, KEYSYM_UP },
	{ TERMKEY_SYM_DOWN, KEYSYM_DOWN },
	{ TERMKEY_SYM_LEFT, KEYSYM_LEFT },
	{ TERMKEY_SYM_RIGHT, KEYSYM_RIGHT },
	{ TERMKEY_SYM_HOME, KEYSYM_HOME },
	{ TERMKEY_SYM_FIND, KEYSYM_HOME },
	{ TERMKEY_SYM_END, KEYSYM_END },
	{ TERMKEY_SYM_SELECT, KEYSYM_END },
	{ TERMKEY_SYM_PAGEUP, KEYSYM_PAGE_UP },
	{ TERMKEY_SYM_PAGEDOWN, KEYSYM_PAGE_DOWN },
};

static unsigned mods_of(int modifiers)
{
	return (modifiers & TERMKEY_KEYMOD_SHIFT ? (unsigned)KEY_SHIFT : 0) |
	       (modifiers & TERMKEY_KEYMOD_ALT ? (unsigned)KEY_ALT : 0) |
	       (modifiers & TERMKEY_KEYMOD_CTRL ? (unsigned)KEY_CTRL : 0);
}

/* False for what is no key press: mouse, focus, unknown sequences. */
static bool key_of(const TermKeyKey *from, struct key *key)
{
	*key = (struct key){ .mods = mods_of(from->modifiers) };
	if (from->type == TERMKEY_TYPE_UNICODE) {
		key->code = from->code.codepoint == ' ' ? (uint32_t)KEYSYM_SPACE
							: (uint32_t)from->code.codepoint;
		if (key->code < 0x80 && !(key->mods & KEY_CTRL))
			key->mods &= ~(unsigned)KEY_SHIFT;
		return true;
	}
	if (from->type == TERMKEY_TYPE_FUNCTION) {
		key->code = (uint32_t)(KEYSYM_F1 + from->code.number - 1);
		return from->code.number >= 1 && from->code.number <= 20;
	}
	if (from->type != TERMKEY_TYPE_KEYSYM)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(syms); i++) {
		if (syms[i].sym == from->code.sym) {
			key->code = syms[i].code;
			return true;
		}
	}
	return false;
}

static void tell_key(struct input *input, struct key key)
{
	input->handler.key(input->handler.arg, key);
}

static void late(void *arg);

static void wait_for_rest(struct input *input)
{
	loop_timer_stop(input->timer);
	input->timer = loop_timer_start(input->loop, input->esc_delay_ms, 0, late, input);
}

/* False when it is none: the button let go, a move. */
static bool mouse_of(TermKey *keys, const TermKeyKey *from, struct mouse *mouse)
{
	TermKeyMouseEvent event;
	int button, row, column;
	bool is_press = from->type == TERMKEY_TYPE_MOUSE &&
			termkey_interpret_mouse(keys, from, &event, &button, &row, &column) ==
				TERMKEY_RES_KEY &&
			event == TERMKEY_MOUSE_PRESS;
	if (!is_press || (button != 1 && button != 4 && button != 5))
		return false;
	*mouse = (struct mouse){ .act = button == 4   ? MOUSE_WHEEL_UP
					: button == 5 ? MOUSE_WHEEL_DOWN
						      : MOUSE_CLICK,
		.x = column - 1,
		.y = row - 1 };
	return true;
}

static void tell_mouse(struct input *input, const TermKeyKey *raw)
{
	struct mouse mouse;
	if (input->handler.mouse && mouse_of(input->keys, raw, &mouse))
		input->handler.mouse(input->handler.arg, mouse);
}

/* All keys termkey has; is_late: nothing more will come for a sequence begun. */
static void drain_keys(struct input *input, bool is_late)
{
	TermKeyKey raw;
	TermKeyResult result;
	for (;;) {
		result = is_late ? termkey_getkey_force(input->keys, &raw)
				 : termkey_getkey(input->keys, &raw);
		if (result != TERMKEY_RES_KEY)
			break;
		struct key key;
		if (!input->is_flushed && key_of(&raw, &key))
			tell_key(input, key);
		else if (!input->is_flushed)
			tell_mouse(input, &raw);
	}
	loop_timer_stop(input->timer);
	input->timer = NULL;
	if (result == TERMKEY_RES_AGAIN && !is_late)
		wait_for_rest(input);
}

static void keys_push(struct input *input, struct span bytes)
{
	while (bytes.len && !input->is_flushed) {
		size_t taken = termkey_push_bytes(input->keys, bytes.data, bytes.len);
		if (taken == (size_t)-1 || taken == 0)
			return;
		bytes.data += taken;
		bytes.len -= taken;
		drain_keys(input, false);
	}
}

/* The next byte sequence in line mode that is a key of ours: its length, 0 = none at this place. */
static size_t line_key(struct span at, struct key *key)
{
	unsigned char first = (unsigned char)at.data[0];
	*key = (struct key){ 0 };
	if (first == 0x03 || first == 0x1a) {
		*key = (struct key){ first == 0x03 ? 'c' : 'z', KEY_CTRL };
		return 1;
	}
	if (first == 0x1b && at.len > 1 && at.data[1] >= '1' && at.data[1] <= '7') {
		*key = (struct key){ (uint32_t)at.data[1], KEY_ALT };
		return 2;
	}
	return 0;
}

static void line_push(struct input *input, struct span bytes)
{
	size_t plain = 0;
	while (plain < bytes.len && input->is_line) {
		struct key key;
		size_t used = line_key(span_from(bytes.data + plain, bytes.len - plain), &key);
		if (!used) {
			plain++;
			continue;
		}
		if (plain)
			input->handler.bytes(input->handler.arg, span_from(bytes.data, plain));
		tell_key(input, key);
		bytes = span_from(bytes.data + plain + used, bytes.len - plain - used);
		plain = 0;
	}
	if (input->is_line && plain)
		input->handler.bytes(input->handler.arg, span_from(bytes.data, plain));
}

/*
 * Plain bytes, in the mode of the moment: one that ends a line (Enter) may change the mode, so in line mode a piece ends
 * with each CR.
 */
static void deliver(struct input *input, struct span bytes)
{
	while (bytes.len && !input->is_flushed) {
		if (!input->is_line) {
			keys_push(input, span_from(bytes.data, 1));
			bytes = span_from(bytes.data + 1, bytes.len - 1);
			continue;
		}
		const char *enter = memchr(bytes.data, '\r', bytes.len);
		size_t piece = enter ? (size_t)(enter - bytes.data) + 1 : bytes.len;
		line_push(input, span_from(bytes.data, piece));
		bytes = span_from(bytes.data + piece, bytes.len - piece);
	}
}

static void late(void *arg)
{
	struct input *input = arg;
	input->timer = NULL;
	struct str held = input->held;
	input->held = (struct str){ 0 };
	input->is_flushed = false;
	if (input->is_line && held.len == 1 && held.data[0] == '\033')
		tell_key(input, (struct key){ KEYSYM_ESC, 0 });
	else
		deliver(input, str_span(&held));
	str_release(&held);
	if (!input->is_line)
		drain_keys(input, true);
}

/* Bytes at the end of `text` that begin `mark` but are not all of it. */
static size_t mark_begun(struct span text, const char *mark)
{
	for (size_t n = PASTE_MARK_BYTES - 1; n > 0; n--)
		if (text.len >= n && memcmp(text.data + text.len - n, mark, n) == 0)
			return n;
	return 0;
}

static const char *find_mark(struct span text, const char *mark)
{
	return text.len ? memmem(text.data, text.len, mark, PASTE_MARK_BYTES) : NULL;
}

/* Text of a paste up to its end mark. Returns the bytes used. */
static size_t take_paste(struct input *input, struct span bytes)
{
	const char *end = find_mark(bytes, PASTE_END);
	size_t text = end ? (size_t)(end - bytes.data) : bytes.len - mark_begun(bytes, PASTE_END);
	if (input->paste.len + text <= PASTE_LIMIT)
		str_add_bytes(&input->paste, bytes.data, text);
	if (!end)
		return text;
	input->is_pasting = false;
	struct str paste = input->paste;
	input->paste = (struct str){ 0 };
	if (!input->is_flushed)
		input->handler.paste(input->handler.arg, str_span(&paste));
	str_release(&paste);
	return text + PASTE_MARK_BYTES;
}

static size_t take_plain(struct input *input, struct span bytes)
{
	const char *begin = find_mark(bytes, PASTE_BEGIN);
	size_t plain =
		begin ? (size_t)(begin - bytes.data) : bytes.len - mark_begun(bytes, PASTE_BEGIN);
	deliver(input, span_from(bytes.data, plain));
	if (!begin)
		return plain;
	input->is_pasting = true;
	return plain + PASTE_MARK_BYTES;
}

void input_push(struct input *input, const char *bytes, size_t len)
{
	input->is_flushed = false;
	loop_timer_stop(input->timer);
	input->timer = NULL;
	struct str all = input->held;
	input->held = (struct str){ 0 };
	str_add_bytes(&all, bytes, len);
	struct span rest = str_span(&all);
	for (size_t used = 1; rest.len && used;) {
		used = input->is_pasting ? take_paste(input, rest) : take_plain(input, rest);
		rest = span_from(rest.data + used, rest.len - used);
	}
	str_add_span(&input->held, rest);
	if (rest.len && !input->is_pasting)
		wait_for_rest(input);
	str_release(&all);
}

void input_line_mode(struct input *input, bool is_line)
{
	input->is_line = is_line;
}

void input_flush(struct input *input)
{
	input->is_flushed = true;
	str_clear(&input->held);
	if (input->fd >= 0)
		tcflush(input->fd, TCIFLUSH);
}

static void readable(void *arg, int events)
{
	struct input *input = arg;
	char bytes[4096];
	(void)events;
	ssize_t got = read(input->fd, bytes, sizeof(bytes));
	if (got > 0) {
		input_push(input, bytes, (size_t)got);
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		loop_watch_stop(input->watch);
		input->watch = NULL;
		input->handler.lost(input->handler.arg);
	}
}

bool input_start(struct input *input, struct err *e)
{
	input->fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (input->fd < 0)
		return err_errno(e, "cannot open the terminal for reading");
	input->watch = loop_watch_start(input->loop, input->fd, LOOP_READ, readable, input, e);
	return input->watch != NULL;
}
