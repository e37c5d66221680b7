/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts: the generated pieces of manuals, documents and completions. A part is a row of parts.c: its name in the
 * document, and a function that adds its lines.
 */
#ifndef DBTOP_TESTS_DOCS_PARTS_H
#define DBTOP_TESTS_DOCS_PARTS_H

#include <stdbool.h>

#include "base/str.h"

/* False when no part has that name. */
bool part_add(struct span name, struct str *out);

typedef void part_fn(struct str *out);
part_fn part_options_md, part_options_man, part_variables_man, part_conf_man;
part_fn part_commands_md, part_commands_man, part_keys_md, part_roles_man;
part_fn part_files_md, part_words_bash, part_words_zsh, part_words_fish;

/* Text in which roff and man pages keep every character; flags keep their hyphens. */
void roff_add(struct str *out, const char *text);

#endif
