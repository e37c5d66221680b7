/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Panel: a part of the screen that shows one thing. A panel is a class, made of a few functions, and a state of its
 * own. Drawing gets both const: it cannot change the world. A view is a page of panels, reached by its digit or from
 * another view; panels.c lists them.
 *
 * To add a panel: one file panels/x.c with a `const struct panel_class`, one line in panel.c.
 */
#ifndef DBTOP_UI_PANEL_H
#define DBTOP_UI_PANEL_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"
#include "ui/key.h"
#include "ui/layout.h"
#include "ui/surface.h"

struct app;
struct grid;
struct str;
struct keymap;
struct panel_class;

/* What panels may know of the console around them. */
struct panel_context {
	const struct app *app;
	const struct keymap *keymap;
	const struct glyphs *glyphs;
	enum layout layout;
	/* of the panel that had the focus before help was opened; NULL ends */
	const char *scopes[5];
	const char *theme;	  /* name of the one in use */
	const char *report_title; /* what a command answered, for the view `report` */
	const char *report_text;
};

struct panel {
	const struct panel_class *class;
	const struct panel_context *context; /* borrowed from the frame */
	void *state;			     /* owned; class->state_size, zeroed at first */
	struct rect at;			     /* in the frame; empty = not shown */
	bool is_dirty, is_focused;
};

/* The line in the upper border of a panel. */
struct panel_head {
	enum status status;
	bool has_status;
	char words[128];
	int64_t sampled_us; /* mono; 0 = no sample yet, or nothing that grows old */
	bool is_sampled;    /* its data come from samples: shows their age */
};

/* What a panel wants of the frame after a command. */
struct panel_answer {
	char command[192]; /* a command line to run; "" = none */
	char say[256];	   /* for the message line; "" = nothing */
};

struct panel_class {
	const char *name;  /* scope of its keys */
	const char *title; /* "2 Pool": the digit is that of its view */
	const char *base;  /* second scope: "list", "text"; NULL = none */
	unsigned listens;
	int min_height; /* in a stack, with its borders; also without them in the compact layout */
	int compact_height;
	bool has_own_boxes; /* draws its borders itself: it is alone in its view */
	size_t state_size;
	void (*head)(const struct panel *panel, const struct model *model, struct panel_head *head);
	void (*draw)(const struct panel *panel, const struct model *model, struct surface *s);
	/*
	 * One of the commands of actions.c that speak to panels ("cursor.down"). False: not for this panel. To
	 * `item.pin` it answers what a note is pinned to: the flag as command, its value as say.
	 */
	bool (*command)(struct panel *panel, const struct model *model, const char *command,
		struct panel_answer *answer);
	/* Its rows, for what works on rows of any list; its state then begins with a struct grid_state. NULL = no list. */
	const struct grid *grid;
	/* What `copy` takes, and what that is called. False: the row, or what the panel shows. */
	bool (*copy)(const struct panel *panel, const struct model *model, struct str *out,
		const char **what);
	/* A key before the keymap sees it: text typed into a search. False: not taken. */
	bool (*key)(struct panel *panel, const struct model *model, struct key key);
	/* Words beside the breadcrumb: sort, filter, counts. */
	void (*crumb)(const struct panel *panel, const struct model *model, char out[128]);
	void (*release)(void *state);
};

enum { VIEW_PANELS_MAX = 4 };

struct view {
	const char *name;  /* "pool" */
	const char *title; /* "Pool" */
	const char *short_title;
	int digit; /* 0 = reached from another view */
	const struct panel_class *panels[VIEW_PANELS_MAX];
};

extern const struct view views[];
extern const size_t view_count;
/* NULL when there is none. */
const struct view *view_find(const char *name);

#endif
