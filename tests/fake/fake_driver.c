// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake/fake_driver.h"

#include "test.h"

#include <utlist.h>

#include "base/mem.h"
#include "fake/fake_private.h"

static void add_dial(struct fake *fake, enum dial_kind kind, const char *message)
{
	struct fake_dial *dial = mem_new(struct fake_dial);

	dial->kind = kind;
	dial->message = mem_strdup(message);
	LL_APPEND(fake->dial_script, dial);
}

void fake_refuse(struct fake *fake, const char *message)
{
	add_dial(fake, DIAL_REFUSE, message);
}

void fake_hang(struct fake *fake)
{
	add_dial(fake, DIAL_HANG, NULL);
}

void fake_admit(struct fake *fake)
{
	add_dial(fake, DIAL_ADMIT, NULL);
}

void fake_expect(struct fake *fake, const char *prefix)
{
	struct fake_step *step = mem_new(struct fake_step);

	step->prefix = mem_strdup(prefix);
	LL_APPEND(fake->script, step);
}

static void answer(struct fake *fake, struct driver_result *result)
{
	struct fake_step *last = fake->script;

	assert_always(last, "an answer without an expectation");
	while (last->next)
		last = last->next;
	LL_APPEND(last->answers, result);
}

void fake_rows(struct fake *fake, const char *columns, const char *rows)
{
	answer(fake, fake_result_rows(columns, rows));
}

void fake_tag(struct fake *fake, const char *tag)
{
	answer(fake, fake_result_tag(tag));
}

void fake_error(struct fake *fake, const char *sqlstate, const char *text, int position)
{
	answer(fake, fake_result_error("ERROR", sqlstate, text, position));
}

void fake_fatal(struct fake *fake, const char *sqlstate, const char *text)
{
	answer(fake, fake_result_error("FATAL", sqlstate, text, 0));
	fake_drop(fake);
}

void fake_notice(struct fake *fake, const char *severity, const char *text)
{
	struct driver_result *notice = fake_result_error(severity, "00000", text, 0);

	notice->act = FAKE_ACT_NOTICE;
	answer(fake, notice);
}

void fake_copy_in(struct fake *fake)
{
	struct driver_result *copy = fake_result_tag("COPY");

	copy->kind = DRIVER_COPY_IN;
	answer(fake, copy);
}

static void answer_act(struct fake *fake, enum fake_act act)
{
	struct driver_result *result = fake_result_tag("");

	result->act = act;
	answer(fake, result);
}

void fake_drop(struct fake *fake)
{
	answer_act(fake, FAKE_ACT_DROP);
}

void fake_silence(struct fake *fake)
{
	answer_act(fake, FAKE_ACT_SILENCE);
}

void fake_check_done(const struct fake *fake)
{
	if (fake->script)
		fail_msg("never asked: %s", fake->script->prefix);
}

void fake_free_answers(struct driver_result *answers)
{
	for (struct driver_result *next; answers; answers = next) {
		next = answers->next;
		fake_result_free(answers);
	}
}

struct fake *fake_new(struct loop *loop)
{
	struct fake *fake = mem_new(struct fake);

	fake->loop = loop;
	fake->first_fd = 1000;
	fake->lsn = "0/1000000";
	fake->backend_pid = 4242;
	fake->server_version = 150018;
	fake->in_hot_standby = "off";
	fake->identity = (struct identity){
		.system_identifier = "7000000000000000001",
		.timeline = 1,
		.database_oid = 16384,
		.database = "shop",
		.user = "ann",
		.host = "pg-a",
		.port = "5432",
		.backend_pid = 4242,
		.started_us = 1,
	};
	fake_link_methods(&fake->driver);
	fake->driver.state = fake;
	fake_result_methods(&fake->driver);
	return fake;
}

const struct driver *fake_driver(struct fake *fake)
{
	return &fake->driver;
}

void fake_free(struct fake *fake)
{
	for (struct fake_step *step = fake->script, *next; step; step = next) {
		next = step->next;
		fake_free_answers(step->answers);
		free(step->prefix);
		free(step);
	}
	for (struct fake_dial *dial = fake->dial_script, *next; dial; dial = next) {
		next = dial->next;
		free(dial->message);
		free(dial);
	}
	free(fake);
}
