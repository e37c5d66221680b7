// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/run/executor_private.h"

#include "base/compiler.h"

static void fill_entry(const struct executor *x, struct history_entry *entry)
{
	const struct migration *m = x->repair->migration;
	*entry = (struct history_entry){
		.project = x->o.project,
		.migration = m,
		.previous = m->parent_count > 0 ? m->parents[0] : NULL,
		.direction = SECTION_UP,
		.ordinal = 1,
		.ordinal_count = 1,
		.client = x->o.client,
		.run_id = x->o.run_id,
		.reason = x->repair->reason,
	};
}

static void written(struct executor *x, const struct result *result, const struct err *e)
{
	(void)result;
	if (e) {
		x->end.database = link_is_lost(x, e) ? DATABASE_UNKNOWN : DATABASE_UNCHANGED;
		enum exit_code exit =
			x->end.database == DATABASE_UNKNOWN ? EXIT_OUTCOME_UNKNOWN : EXIT_ERROR;
		executor_finish(x, RUN_STOPPED, exit, e);
		return;
	}
	executor_finish(x, RUN_DONE, EXIT_DONE, NULL);
}

void repair_write(struct executor *x)
{
	struct history_entry entry;
	enum history_write_kind kind =
		x->repair->mark == REPAIR_APPLIED ? HISTORY_WRITE_APPLIED : HISTORY_WRITE_ABSENT;
	fill_entry(x, &entry);
	bool is_written = history_writer_write(&x->writer, kind, &entry, &x->write);
	assert_always(is_written, "every history can be repaired");
	x->step.is_recording = true; /* what is out cannot be called back */
	record_write(x, written);
}

struct executor *repair_start(
	const struct executor_options *options, const struct repair_request *request)
{
	struct executor *x = executor_new(options);
	x->repair = request;
	executor_start(x);
	return x;
}
