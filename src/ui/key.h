/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Key: one key press, and its name as key files and hints write it: "q", "Enter", "S-Tab", "^C", "M-1", "F5".
 */
#ifndef DBTOP_UI_KEY_H
#define DBTOP_UI_KEY_H

#include <stdbool.h>
#include <stdint.h>

enum keysym {
	KEYSYM_NONE = 0x110000, /* above every code point */
	KEYSYM_ENTER,
	KEYSYM_TAB,
	KEYSYM_ESC,
	KEYSYM_SPACE,
	KEYSYM_BACKSPACE,
	KEYSYM_DELETE,
	KEYSYM_INSERT,
	KEYSYM_UP,
	KEYSYM_DOWN,
	KEYSYM_LEFT,
	KEYSYM_RIGHT,
	KEYSYM_HOME,
	KEYSYM_END,
	KEYSYM_PAGE_UP,
	KEYSYM_PAGE_DOWN,
	KEYSYM_F1, /* F1 … F20 follow each other */
	KEYSYM_LAST = KEYSYM_F1 + 19,
};

enum { KEY_SHIFT = 1, KEY_ALT = 2, KEY_CTRL = 4 };

struct key {
	uint32_t code; /* a code point or a keysym */
	unsigned mods; /* of a code point: without KEY_SHIFT */
};

/* What the mouse did, where; both from 0. */
enum mouse_act { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
struct mouse {
	enum mouse_act act;
	int x, y;
};

enum { KEY_NAME_BYTES = 24 };

/* False when the word names no key. */
bool key_parse(const char *word, struct key *key);
void key_name(struct key key, char out[KEY_NAME_BYTES]);
static inline bool key_is(struct key a, struct key b)
{
	return a.code == b.code && a.mods == b.mods;
}

#endif
