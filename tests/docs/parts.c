// SPDX-License-Identifier: GPL-3.0-or-later
#include "docs/parts.h"

static const struct part {
	const char *name;
	part_fn *add;
} parts[] = {
	{ "commands-man", part_commands_man },
	{ "commands-md", part_commands_md },
	{ "conf-man", part_conf_man },
	{ "files-md", part_files_md },
	{ "keys-md", part_keys_md },
	{ "options-man", part_options_man },
	{ "options-md", part_options_md },
	{ "roles-man", part_roles_man },
	{ "variables-man", part_variables_man },
	{ "words-bash", part_words_bash },
	{ "words-fish", part_words_fish },
	{ "words-zsh", part_words_zsh },
};

bool part_add(struct span name, struct str *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!span_is(name, parts[i].name))
			continue;
		parts[i].add(out);
		return true;
	}
	return false;
}

void roff_add(struct str *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '-')
			str_add(out, "\\-");
		else if (*text == '\\')
			str_add(out, "\\e");
		else
			str_add_char(out, *text);
	}
}
