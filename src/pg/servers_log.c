// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>

#include "base/log.h"
#include "model/value.h"
#include "pg/identity.h"
#include "pg/servers_private.h"

const char *server_words(const struct server *server, char out[SERVER_WORDS_BYTES])
{
	struct str words = { 0 };

	conninfo_words(server->info, &words);
	snprintf(out, SERVER_WORDS_BYTES, "%.159s", str_c(&words));
	str_release(&words);
	return out;
}

static bool is_changed(int64_t a, int64_t b)
{
	return value_is_known(a) && value_is_known(b) && a != b;
}

bool server_is_same_process(const struct server *server, const struct identity *now)
{
	const struct identity *before = &server->identity;

	return before->server_version && value_is_known(now->started_us) &&
	       before->started_us == now->started_us &&
	       strcmp(before->system_identifier, now->system_identifier) == 0 &&
	       strcmp(before->address, now->address) == 0;
}

/* Another server behind the same address, in words; a mere restart is none. */
void server_log_other(const struct server *server, const struct identity *now)
{
	const struct identity *before = &server->identity;
	char place[SERVER_WORDS_BYTES];
	struct err e;

	if (before->server_version == 0 || server_is_same_process(server, now))
		return;
	if (!identity_check_equal(now, before, &e))
		log_write(LOG_LEVEL_WARN, "role", "%s", e.text);
	else if (strcmp(before->address, now->address) != 0)
		log_write(LOG_LEVEL_WARN, "role", "%s leads to another server now: %s, not %s",
			server_words(server, place), now->address, before->address);
	else if (is_changed(before->started_us, now->started_us))
		log_write(LOG_LEVEL_INFO, "role", "%s was restarted", server_words(server, place));
}

/* One line for each step of a circuit; that a server changed sides is worth a warning. */
void server_log_state(struct server *server)
{
	const struct circuit *c = &server->circuit;
	enum circuit_state before = server->logged_state;
	char place[SERVER_WORDS_BYTES];

	if (c->state == before)
		return;
	bool has_moved = server->was_heard && c->has_role && c->is_standby != server->was_standby;
	server->logged_state = c->state;
	server->was_heard = c->has_role;
	server->was_standby = c->is_standby;
	log_event(has_moved ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "role", "server",
		LOG_FIELDS(LOG_TEXT("server", server_words(server, place)),
			LOG_TEXT("was", circuit_state_word(before)),
			LOG_TEXT("is", circuit_state_word(c->state)),
			LOG_INT("timeline", c->timeline),
			LOG_TEXT("why",
				server->failure.kind == ERR_NONE ? "" : server->failure.text)));
}
