/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Editor: a text in the operator's own editor, by way of a private file in a directory made for it. The terminal must
 * have been given away before (term_ops.leave), and the loop stands still meanwhile: nothing of ours may be running.
 */
#ifndef DBTOP_UI_EDITOR_H
#define DBTOP_UI_EDITOR_H

#include "base/err.h"

/* The text as it was saved, without its last newline; the caller frees it. NULL and e: the editor failed. */
char *editor_edit(const char *program, const char *text, struct err *e) MUST_CHECK;

#endif
