// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/options.h"
#include "docs/parts.h"
#include "ui/style.h"

static const char *kind_words(const struct option *option)
{
	switch (option->kind) {
	case OPTION_TEXT: return "text";
	case OPTION_BOOL: return "yes or no";
	case OPTION_MS: return "time: 500ms, 2s, 5min";
	case OPTION_BYTES: return "size: 64MB, 1GB";
	case OPTION_PERCENT: return "percentage: 90%";
	case OPTION_COUNT: return "number";
	case OPTION_WORD: return "word";
	case OPTION_FILE: return "file or directory";
	case OPTION_COUNT_FOR: return "count and time: 3 for 2s";
	}
	return "";
}

static void add_words(struct str *out, const struct option *option, const char *divider)
{
	for (size_t i = 0; option->words[i]; i++)
		str_addf(out, "%s%s", i ? divider : "", option->words[i]);
}

static void add_value(struct str *out, const struct option *option)
{
	if (option->kind == OPTION_WORD)
		add_words(out, option, ", ");
	else
		str_add(out, kind_words(option));
	if (option->may_be_off)
		str_add(out, ", or off");
}

void part_options_md(struct str *out)
{
	str_add(out, "| key in a file | variable | flag | value | default | what it does |\n"
		     "| --- | --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &options[i];
		bool is_key = option->scope != OPTION_COMMAND_LINE;
		str_addf(out, "| %s | %s | ", is_key ? option->key : "",
			option->variable ? option->variable : "");
		if (option->short_flag)
			str_addf(out, "`-%c` ", option->short_flag);
		if (option->flag)
			str_addf(out, "`%s`", option->flag);
		str_add(out, " | ");
		if (option->value || is_key)
			add_value(out, option);
		str_addf(out, " | %s | %s%s |\n", option->fallback ? option->fallback : "",
			option->help, option->is_personal ? "; not from a project's file" : "");
	}
}

void part_options_man(struct str *out)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &options[i];
		if (!option->flag)
			continue;
		str_add(out, ".TP\n.B ");
		if (option->short_flag)
			str_addf(out, "\\-%c\\fR, \\fB", option->short_flag);
		roff_add(out, option->flag);
		if (option->value) {
			str_add(out, " \\fI");
			roff_add(out, option->value);
			str_add(out, "\\fR");
		}
		str_add_char(out, '\n');
		roff_add(out, option->help);
		if (option->kind == OPTION_WORD && option->words) {
			str_add(out, " (");
			add_words(out, option, ", ");
			str_add(out, ")");
		}
		str_add(out, ".\n");
	}
}

void part_variables_man(struct str *out)
{
	for (size_t i = 0; i < option_count; i++) {
		if (!options[i].variable)
			continue;
		str_addf(out, ".TP\n.B %s\n", options[i].variable);
		if (options[i].flag) {
			str_add(out, "as \\fB");
			roff_add(out, options[i].flag);
			str_add(out, "\\fR.\n");
		} else {
			roff_add(out, options[i].help);
			str_add(out, ".\n");
		}
	}
}

static void add_conf_row(struct str *out, const struct option *option)
{
	str_addf(out, ".TP\n.B %s\n", option->key);
	roff_add(out, option->help);
	str_add(out, ". Value: ");
	struct str value = { 0 };
	add_value(&value, option);
	roff_add(out, str_c(&value));
	str_release(&value);
	if (option->fallback) {
		str_add(out, "; default ");
		roff_add(out, option->fallback);
	}
	str_addf(out, ".%s%s\n",
		option->scope == OPTION_TARGET_ONLY ? " Only in a [target] section." : "",
		option->is_personal ? " Only in the user's own file." : "");
}

void part_conf_man(struct str *out)
{
	for (size_t i = 0; i < option_count; i++)
		if (options[i].scope != OPTION_COMMAND_LINE)
			add_conf_row(out, &options[i]);
}

void part_roles_man(struct str *out)
{
	for (int role = 0; role < ROLE_COUNT; role++)
		str_addf(out, ".br\n%s\n", role_name((enum role)role));
}
