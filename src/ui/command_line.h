/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command line: what a person types after `:`, shorter than the table writes it. `:q`, `:theme dusk`, `:status`, `:step`
 * are made into the commands they mean, when they can mean but one; words are completed from the table, the views, the
 * themes and the revisions.
 */
#ifndef DBTOP_UI_COMMAND_LINE_H
#define DBTOP_UI_COMMAND_LINE_H

#include <stddef.h>

#include "core/command.h"
#include "model/model.h"
#include "ui/panel.h"

enum { COMMAND_LINE_BYTES = 1024 };

/* The line with its first word made whole; `typed` itself when there is nothing to make. */
const char *command_line_expand(const char *typed, char out[COMMAND_LINE_BYTES]);
/* The one view whose name begins so; NULL when none or several do. */
const struct view *command_line_view(const char *typed);
/* The index-th word that may follow `before`; the caller frees it. NULL at the end. */
char *command_line_candidate(const struct model *model, const char *before, size_t index);
/* Commands whose name holds what is typed, those that begin with it first. Returns how many are in out. */
size_t command_line_matches(const char *typed, const struct command **out, size_t max);

#endif
