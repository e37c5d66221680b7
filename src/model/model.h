/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Model: what is known now. The app owns and fills it; screens and reports see it const.
 */
#ifndef DBTOP_MODEL_MODEL_H
#define DBTOP_MODEL_MODEL_H

#include "model/event.h"
#include "model/link.h"
#include "model/migrations_view.h"
#include "model/note.h"
#include "model/pool_health.h"
#include "model/pool_stats.h"
#include "model/replicas.h"
#include "model/run_view.h"
#include "model/target.h"

enum message_level { MESSAGE_INFO, MESSAGE_WARN, MESSAGE_ERROR };

struct message {
	enum message_level level;
	int64_t at_us, at_wall_us; /* mono, wall */
	char text[512];
};

enum { MESSAGES_MAX = 64 };

struct attention {
	enum status status;
	int64_t since_wall_us;
	int view; /* the digit that shows it */
	char words[192];
};

enum { ATTENTION_MAX = 16 };

struct model {
	const struct target *target;
	struct link_view link;	    /* the watching connection to the primary */
	struct link_view *standbys; /* configured standbys, target->replica_count */
	struct pool_health pool;
	struct pool_stats own_pool; /* dbtop's own, to the primary; pool_size 0 = not seen yet */
	struct app_pool_state app_pools[APP_POOLS_MAX]; /* of target->app_pools, as last sampled */
	struct budget_line budget[BUDGET_LINES_MAX];	/* likewise; dbtop's own first */
	size_t budget_count;
	struct replicas replicas;
	struct migrations_view migrations;
	struct run_view run;
	struct note_list notes;
	bool notes_read_only; /* the store cannot be written: why is in store_words */
	char store_words[160];
	bool is_armed;
	int64_t armed_until_us; /* mono; 0 = without limit (dev, stage) */
	bool is_paused;		/* the picture, not the sampling */
	int64_t interval_ms;
	bool interval_is_lengthened;		   /* sampling took over a fifth of it */
	int64_t now_us, now_wall_us;		   /* of this turn */
	struct attention attention[ATTENTION_MAX]; /* worst first */
	size_t attention_count;
	struct message messages[MESSAGES_MAX]; /* ring */
	size_t message_head, message_count;
};

#endif
