// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The text of a theme. Not base/ini.h: a bad line is skipped and the rest is read, the built-in themes are no files,
 * and `#` begins both comments and colours.
 */
#include "ui/theme.h"
#include "ui/theme_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/words.h"

enum { PALETTE_MAX = 48, WORD_BYTES = 32 };

struct entry {
	char word[WORD_BYTES];
	struct color color;
};

struct reader {
	struct theme *theme;
	const char *file;
	int line;
	int depth; /* of inherit */
	char section[WORD_BYTES];
	struct entry palette[PALETTE_MAX];
	size_t palette_count;
};

static const char *const names16[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan",
	"white", "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue",
	"bright-magenta", "bright-cyan", "bright-white" };

static const uint32_t rgb16[] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
	0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
	0xffffff };

static void problem(struct reader *r, const char *what, const char *word, const char *nearest)
{
	struct theme *theme = r->theme;
	if (theme->problem_count == THEME_PROBLEMS_MAX)
		return;
	char *out = theme->problems[theme->problem_count++];
	size_t room = sizeof(theme->problems[0]);
	if (nearest)
		snprintf(out, room, "%s:%d: %s \"%.40s\"; did you mean \"%s\"?", r->file, r->line,
			what, word, nearest);
	else
		snprintf(out, room, "%s:%d: %s \"%.40s\"", r->file, r->line, what, word);
}

static void word_copy(char out[WORD_BYTES], struct span word)
{
	snprintf(out, WORD_BYTES, "%.*s", (int)word.len, word.data);
}

static bool parse_number(const char *word, int base, unsigned long max, unsigned long *number)
{
	char *end;
	if (!*word || strchr("+- ", *word))
		return false;
	*number = strtoul(word, &end, base);
	return !*end && *number <= max;
}

static bool find_name16(const char *word, struct color *color)
{
	for (size_t i = 0; i < ARRAY_SIZE(names16); i++) {
		if (strcmp(names16[i], word) == 0) {
			*color = (struct color){ false, rgb16[i], (int16_t)i, (int16_t)i };
			return true;
		}
	}
	return false;
}

enum { SAID_RGB = 1, SAID_INDEX = 2, SAID_NAME = 4 };

/* "default", a name, "#rrggbb" or an index: one word of a palette line, into what it says of the colour. */
static bool color_word(const char *word, struct color *color, int *said)
{
	unsigned long number;
	struct color named = { .name16 = -1 };
	if (strcmp(word, "default") == 0 || find_name16(word, &named)) {
		color->name16 = named.name16;
		*said |= SAID_NAME;
	} else if (*word == '#' && strlen(word) == 7 &&
		   parse_number(word + 1, 16, 0xffffff, &number)) {
		color->rgb = (uint32_t)number;
		*said |= SAID_RGB;
	} else if (parse_number(word, 10, 255, &number)) {
		color->index256 = (int16_t)number;
		*said |= SAID_INDEX;
	} else {
		return false;
	}
	return true;
}

/* The nearest of the 6 x 6 x 6 colours every 256-colour terminal has. */
static int16_t cube_index(uint32_t rgb)
{
	int index = 16;
	for (int shift = 16, weight = 36; shift >= 0; shift -= 8, weight /= 6) {
		int level = (int)(rgb >> shift & 0xff);
		index += weight * (level < 48 ? 0 : level < 115 ? 1 : (level - 35) / 40);
	}
	return (int16_t)index;
}

/* What a palette line left unsaid, from what it said. */
static void color_complete(struct color *color, int said)
{
	color->is_default = said == SAID_NAME && color->name16 < 0;
	if (color->is_default)
		return;
	if (!(said & SAID_RGB) && color->name16 >= 0)
		color->rgb = rgb16[color->name16];
	if (!(said & SAID_INDEX))
		color->index256 = said & SAID_RGB ? cube_index(color->rgb) : color->name16;
}

static void read_palette(struct reader *r, const char *key, struct span value)
{
	struct color color = { .name16 = -1, .index256 = -1 };
	int said = 0;
	struct span word;
	char text[WORD_BYTES];
	while (span_word(&value, &word)) {
		word_copy(text, word);
		if (!color_word(text, &color, &said)) {
			problem(r, "not a colour (#rrggbb, 0 to 255, or a name):", text,
				words_nearest(text, names16, ARRAY_SIZE(names16)));
			return;
		}
	}
	if (!said) {
		problem(r, "no colour for", key, NULL);
		return;
	}
	color_complete(&color, said);
	if (r->palette_count == PALETTE_MAX) {
		problem(r, "more than 48 palette words:", key, NULL);
		return;
	}
	struct entry *entry = &r->palette[r->palette_count++];
	snprintf(entry->word, sizeof(entry->word), "%s", key);
	entry->color = color;
}

/* The word defined last wins: a theme's own stand after the inherited ones. */
static bool palette_find(const struct reader *r, const char *word, struct color *color)
{
	for (size_t i = r->palette_count; i-- > 0;) {
		if (strcmp(r->palette[i].word, word) == 0) {
			*color = r->palette[i].color;
			return true;
		}
	}
	if (strcmp(word, "default") == 0) {
		*color = (struct color){ .is_default = true, .name16 = -1, .index256 = -1 };
		return true;
	}
	return find_name16(word, color);
}

static const char *palette_nearest(const struct reader *r, const char *word)
{
	const char *words[PALETTE_MAX];
	for (size_t i = 0; i < r->palette_count; i++)
		words[i] = r->palette[i].word;
	return words_nearest(word, words, r->palette_count);
}

static bool style_attribute(struct style *style, const char *word)
{
	const struct {
		const char *word;
		bool *flag;
	} attributes[] = {
		{ "bold", &style->bold },
		{ "dim", &style->dim },
		{ "underline", &style->underline },
		{ "reverse", &style->reverse },
	};
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		if (strcmp(attributes[i].word, word) == 0) {
			*attributes[i].flag = true;
			return true;
		}
	}
	return false;
}

static void read_role(struct reader *r, const char *key, struct span value)
{
	enum role role;
	if (!role_find(key, &role)) {
		problem(r, "no role", key, role_nearest(key));
		return;
	}
	struct style style = { .is_set = true };
	struct color *next = &style.fg;
	struct span word;
	char text[WORD_BYTES];
	while (span_word(&value, &word)) {
		word_copy(text, word);
		if (next == &style.fg && style_attribute(&style, text))
			continue;
		if (strcmp(text, "on") == 0) {
			next = &style.bg;
			style.has_bg = true;
			continue;
		}
		if (!palette_find(r, text, next)) {
			problem(r, "no palette word or attribute", text, palette_nearest(r, text));
			return;
		}
		next = &style.fg;
	}
	r->theme->roles[role] = style;
}

static void read_text(struct reader *r, struct span text);

static void read_inherit(struct reader *r, const char *name)
{
	enum { INHERIT_MAX = 4 };
	if (r->depth == INHERIT_MAX) {
		problem(r, "inherits in a circle:", name, NULL);
		return;
	}
	struct theme_text parent;
	if (!theme_text_find(&parent, name)) {
		problem(r, "no theme", name, theme_name_nearest(name));
		return;
	}
	const char *file = r->file;
	int line = r->line;
	/* colours are inherited, what the theme is called and is for is its own */
	struct theme own = *r->theme;
	r->file = parent.file;
	r->depth++;
	read_text(r, parent.text);
	r->depth--;
	memcpy(r->theme->title, own.title, sizeof(own.title));
	r->theme->kind = own.kind;
	r->file = file;
	r->line = line;
	r->section[0] = '\0';
	theme_text_release(&parent);
}

static void read_head(struct reader *r, const char *key, struct span value)
{
	static const char *const keys[] = { "name", "kind", "inherit" };
	static const char *const kinds[] = { "any", "dark", "light" };
	char word[64];
	snprintf(word, sizeof(word), "%.*s", (int)value.len, value.data);
	if (strcmp(key, "name") == 0) {
		snprintf(r->theme->title, sizeof(r->theme->title), "%s", word);
	} else if (strcmp(key, "inherit") == 0) {
		read_inherit(r, word);
	} else if (strcmp(key, "kind") == 0) {
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
			if (strcmp(word, kinds[i]) == 0) {
				r->theme->kind = (enum theme_kind)i;
				return;
			}
		}
		problem(r, "not a kind (dark, light, any):", word,
			words_nearest(word, kinds, ARRAY_SIZE(kinds)));
	} else {
		problem(r, "no such key", key, words_nearest(key, keys, ARRAY_SIZE(keys)));
	}
}

static void read_section(struct reader *r, struct span line)
{
	static const char *const sections[] = { "palette", "roles" };
	struct span name = span_trim(span_from(line.data + 1, line.len > 2 ? line.len - 2 : 0));
	word_copy(r->section, name);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (line.data[line.len - 1] == ']' && strcmp(r->section, sections[i]) == 0)
			return;
	problem(r, "no section", r->section, words_nearest(r->section, sections, 2));
	snprintf(r->section, sizeof(r->section), "?");
}

/* Without a comment: `#` at the start or after a blank and before one. */
static struct span without_comment(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		bool opens = i == 0 || line.data[i - 1] == ' ' || line.data[i - 1] == '\t';
		bool closes = i == 0 || i + 1 == line.len || line.data[i + 1] == ' ';
		if (line.data[i] == '#' && opens && closes)
			return span_trim(span_from(line.data, i));
	}
	return span_trim(line);
}

static void read_line(struct reader *r, struct span raw)
{
	struct span line = without_comment(raw);
	if (!line.len)
		return;
	if (line.data[0] == '[') {
		read_section(r, line);
		return;
	}
	const char *equals = memchr(line.data, '=', line.len);
	char key[WORD_BYTES];
	struct span left = span_from(line.data, equals ? (size_t)(equals - line.data) : line.len);
	word_copy(key, span_trim(left));
	if (!equals || !*key) {
		problem(r, "not `key = value`:", key, NULL);
		return;
	}
	size_t used = (size_t)(equals + 1 - line.data);
	struct span value = span_trim(span_from(equals + 1, line.len - used));
	if (!r->section[0])
		read_head(r, key, value);
	else if (strcmp(r->section, "palette") == 0)
		read_palette(r, key, value);
	else if (strcmp(r->section, "roles") == 0)
		read_role(r, key, value);
}

static void read_text(struct reader *r, struct span text)
{
	struct span line;
	r->section[0] = '\0';
	for (r->line = 1; span_line(&text, &line); r->line++)
		read_line(r, line);
}

void theme_read(struct theme *theme, const char *file, struct span text)
{
	struct reader *r = mem_new(struct reader);
	r->theme = theme;
	r->file = file;
	read_text(r, text);
	free(r);
}
