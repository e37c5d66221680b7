// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The option table as documents.
 */
#include "conf/options.h"

static const struct {
	enum option_scope scope;
	const char *title, *words;
} chapters[] = {
	{ OPTION_COMMAND_LINE, "On the command line", "These are said for one start of dbtop." },
	{ OPTION_GLOBAL, "In [dbtop]", "These are about dbtop itself." },
	{ OPTION_TARGET, "In [target NAME]",
		"These are about one target; in [dbtop] they are the default of all targets." },
	{ OPTION_TARGET_ONLY, "In [target NAME] alone", "These say where a target is." },
};

static void add_flags(struct str *out, const struct option *option, const char *mark)
{
	if (option->short_flag)
		str_addf(out, "%s-%c%s", mark, option->short_flag, mark);
	if (option->short_flag && option->flag)
		str_add(out, ", ");
	if (option->flag && option->value)
		str_addf(out, "%s%s %s%s", mark, option->flag, option->value, mark);
	else if (option->flag)
		str_addf(out, "%s%s%s", mark, option->flag, mark);
}

static void markdown_row(struct str *out, const struct option *option)
{
	bool is_key = option->scope != OPTION_COMMAND_LINE;

	str_add(out, "| ");
	if (is_key)
		str_addf(out, "`%s`", option->key);
	str_add(out, " | ");
	add_flags(out, option, "`");
	str_add(out, " | ");
	if (option->variable)
		str_addf(out, "`%s`", option->variable);
	str_add(out, " | ");
	if (option->fallback)
		str_addf(out, "`%s`", option->fallback);
	str_add(out, " | ");
	if (option->value || is_key)
		option_range(option, out);
	str_addf(out, " | %s |\n", option->help);
}

void options_markdown(struct str *out)
{
	str_add(out, "A flag beats a variable, a variable beats `dbtop.conf` in the working "
		     "directory, that beats the user's own file, and that the default.\n");
	for (size_t c = 0; c < ARRAY_SIZE(chapters); c++) {
		str_addf(out, "\n## %s\n%s\n\n", chapters[c].title, chapters[c].words);
		str_add(out, "| key | flag | variable | default | takes | what it does |\n");
		str_add(out, "| --- | --- | --- | --- | --- | --- |\n");
		for (size_t i = 0; i < option_count; i++) {
			if (options[i].scope == chapters[c].scope)
				markdown_row(out, &options[i]);
		}
	}
}

/* A hyphen is a minus to be typed, a dot or quote at the start of a line a request. */
static void man_text(struct str *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		str_add(out, "\\&");
	for (; *text; text++) {
		if (*text == '-')
			str_add(out, "\\-");
		else if (*text == '\\')
			str_add(out, "\\e");
		else
			str_add_char(out, *text);
	}
}

static void man_row(struct str *out, const struct option *option)
{
	struct str head = { 0 }, range = { 0 };

	add_flags(&head, option, "");
	if (option->scope != OPTION_COMMAND_LINE)
		str_addf(&head, "%s%s", head.len ? ", " : "", option->key);
	option_range(option, &range);
	str_add(out, ".TP\n.B ");
	man_text(out, str_c(&head));
	str_add_char(out, '\n');
	man_text(out, option->help);
	if (option->value || option->scope != OPTION_COMMAND_LINE) {
		str_add(out, "\n.br\nTakes ");
		man_text(out, str_c(&range));
		str_add_char(out, '.');
	}
	if (option->fallback) {
		str_add(out, " Default ");
		man_text(out, option->fallback);
		str_add_char(out, '.');
	}
	if (option->variable)
		str_addf(out, " Variable %s.", option->variable);
	str_add_char(out, '\n');
	str_release(&head);
	str_release(&range);
}

void options_man(struct str *out)
{
	for (size_t c = 0; c < ARRAY_SIZE(chapters); c++) {
		str_add(out, ".SS ");
		man_text(out, chapters[c].title);
		str_add_char(out, '\n');
		man_text(out, chapters[c].words);
		str_add_char(out, '\n');
		for (size_t i = 0; i < option_count; i++) {
			if (options[i].scope == chapters[c].scope)
				man_row(out, &options[i]);
		}
	}
}
