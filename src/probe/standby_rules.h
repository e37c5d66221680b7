/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standby_rules: what is wrong with a configured standby beyond its lag: it is missing, it is a primary too, it belongs
 * to another cluster, it is on another timeline.
 */
#ifndef DBTOP_PROBE_STANDBY_RULES_H
#define DBTOP_PROBE_STANDBY_RULES_H

#include "probe/replica_rules.h"

enum status standby_rival(const struct replica_case *given);
void standby_rival_words(const struct replica_case *given, char *out, size_t bytes);
enum status standby_stranger(const struct replica_case *given);
void standby_stranger_words(const struct replica_case *given, char *out, size_t bytes);
enum status standby_timeline(const struct replica_case *given);
void standby_timeline_words(const struct replica_case *given, char *out, size_t bytes);
/* Of a row that no walsender stands behind. */
enum status standby_missing(const struct replica_case *given);
void standby_missing_words(const struct replica_case *given, char *out, size_t bytes);

/*
 * Two primaries of one cluster among the configured servers: says which, with their timelines. "" = there are not. At
 * once and not after a second look: nothing may be changed meanwhile.
 */
void standby_split_words(const struct replication *replication, const struct replicas *replicas,
	char *out, size_t bytes);

#endif
