/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Print: three ways to write the same report. Text for people (foreign text made visible, units as people read
 * them), JSON and CSV for machines (raw values, units in the names).
 *
 * Data goes to `out`; sentences, warnings and errors are talk and go to `talk`. Colours, where wanted, only repeat what a
 * word says: a state, a level, a warning.
 */
#ifndef DBTOP_CLI_PRINT_H
#define DBTOP_CLI_PRINT_H

#include <stdio.h>

#include "model/report.h"

enum print_form { PRINT_TEXT, PRINT_JSON, PRINT_CSV };

struct print_options {
	enum print_form form;
	bool out_has_color, talk_has_color;
	int64_t now_wall_us; /* for "2 d ago" */
	const char
		*known; /* name of a table that text leaves out: it was told already; NULL = none */
};

void print_report(
	FILE *out, FILE *talk, const struct report *report, const struct print_options *options);

void print_text(FILE *out, const struct report *report, const struct print_options *options);
void print_json(FILE *out, const struct report *report);
void print_csv(FILE *out, const struct report *report);
/* Sentences, warnings, and the error in full: what, where, SQLSTATE, detail, hint, what is now true. */
void print_talk(FILE *talk, const struct report *report, bool has_color);

/* Select Graphic Rendition, to begin and to end a colour. */
#define PRINT_RED    "\033[31m"
#define PRINT_GREEN  "\033[32m"
#define PRINT_YELLOW "\033[33m"
#define PRINT_BOLD   "\033[1m"
#define PRINT_PLAIN  "\033[0m"

/* A cell as people read it, already visible. */
struct str;
void print_cell(struct str *out, const struct node *node, int64_t now_wall_us);

#endif
