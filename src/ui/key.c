// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/key.h"

#include <ctype.h>
#include <string.h>

#include "base/compiler.h"
#include "base/utf8.h"

static const struct {
	const char *name;
	uint32_t code;
} names[] = {
	{ "Enter", KEYSYM_ENTER },
	{ "Tab", KEYSYM_TAB },
	{ "Esc", KEYSYM_ESC },
	{ "Space", KEYSYM_SPACE },
	{ "BSpace", KEYSYM_BACKSPACE },
	{ "Del", KEYSYM_DELETE },
	{ "Ins", KEYSYM_INSERT },
	{ "Up", KEYSYM_UP },
	{ "Down", KEYSYM_DOWN },
	{ "Left", KEYSYM_LEFT },
	{ "Right", KEYSYM_RIGHT },
	{ "Home", KEYSYM_HOME },
	{ "End", KEYSYM_END },
	{ "PgUp", KEYSYM_PAGE_UP },
	{ "PgDn", KEYSYM_PAGE_DOWN },
};

static bool parse_function(const char *word, struct key *key)
{
	int number = 0;
	if (*word++ != 'F' || !*word || strlen(word) > 2)
		return false;
	for (; isdigit((unsigned char)*word); word++)
		number = number * 10 + *word - '0';
	key->code = (uint32_t)(KEYSYM_F1 + number - 1);
	return !*word && number >= 1 && number <= 20;
}

static bool parse_code(const char *word, struct key *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i].name, word) == 0) {
			key->code = names[i].code;
			return true;
		}
	}
	if (parse_function(word, key))
		return true;
	size_t len = strlen(word);
	return len && utf8_decode(word, len, &key->code) == len && key->code > ' ';
}

bool key_parse(const char *word, struct key *key)
{
	*key = (struct key){ 0 };
	while (word[0] && word[1] == '-' && word[2]) {
		const char *mods = "SMC", *found = strchr(mods, word[0]);
		if (!found)
			break;
		key->mods |= 1u << (found - mods);
		word += 2;
	}
	if (word[0] == '^' && word[1]) {
		key->mods |= KEY_CTRL;
		word++;
	}
	if (!parse_code(word, key))
		return false;
	if (key->mods & KEY_CTRL && key->code < 0x80)
		key->code = (uint32_t)tolower((int)key->code);
	return true;
}

void key_name(struct key key, char out[KEY_NAME_BYTES])
{
	char base[16] = "?";
	if (key.code >= KEYSYM_F1 && key.code <= KEYSYM_LAST)
		snprintf(base, sizeof(base), "F%u", (unsigned)(key.code - KEYSYM_F1 + 1));
	else if (key.code < KEYSYM_NONE)
		base[utf8_encode(key.code, base)] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].code == key.code)
			snprintf(base, sizeof(base), "%s", names[i].name);
	bool is_caret = key.mods & KEY_CTRL && key.code < 0x80;
	if (is_caret)
		base[0] = (char)toupper((unsigned char)base[0]);
	snprintf(out, KEY_NAME_BYTES, "%s%s%s%s", key.mods & KEY_ALT ? "M-" : "",
		key.mods & KEY_SHIFT ? "S-" : "",
		!(key.mods & KEY_CTRL) ? ""
		: is_caret	       ? "^"
				       : "C-",
		base);
}
