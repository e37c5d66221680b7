// SPDX-License-Identifier: GPL-3.0-or-later
#include "migrate/plan/digest.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "parse/fingerprint.h"

static bool is_digits(const char *rev)
{
	return rev[strspn(rev, "0123456789")] == '\0';
}

/* Numbers come first; they are compared as numbers, so leading zeros do not count. */
static int by_number(const void *a, const void *b)
{
	const char *x = ((const struct applied_revision *)a)->rev;
	const char *y = ((const struct applied_revision *)b)->rev;

	if (is_digits(x) != is_digits(y))
		return is_digits(x) ? -1 : 1;
	if (is_digits(x)) {
		x += strspn(x, "0");
		y += strspn(y, "0");
		if (strlen(x) != strlen(y))
			return strlen(x) < strlen(y) ? -1 : 1;
	}
	return strcmp(x, y);
}

static void add_line(struct digest *digest, const char *line)
{
	digest_add(digest, line, strlen(line));
	digest_add(digest, "\n", 1);
}

static void add_applied(struct digest *digest, const struct plan_request *request)
{
	size_t bytes = (request->applied_count + 1) * sizeof(struct applied_revision);
	struct applied_revision *sorted = mem_zero(bytes);

	if (request->applied_count)
		memcpy(sorted, request->applied, request->applied_count * sizeof(*sorted));
	qsort(sorted, request->applied_count, sizeof(*sorted), by_number);
	for (size_t i = 0; i < request->applied_count; i++) {
		digest_add(digest, " ", i > 0);
		digest_add(digest, sorted[i].rev, strlen(sorted[i].rev));
	}
	add_line(digest, "");
	free(sorted);
}

static void step_digest(struct plan *plan, struct plan_step *step)
{
	struct digest *digest = digest_start();
	char hex[DIGEST_HEX_BYTES];

	for (size_t i = 0; i < step->statement_count; i++) {
		fingerprint_bytes(&step->statements[i].sql, hex);
		add_line(digest, hex);
	}
	digest_end(digest, step->sha256);
	step->digest_line = arena_printf(&plan->arena, "%s %s %zu %c %s", step->migration->rev,
		migration_section_word(step->section), step->ordinal, step->is_lone ? 'L' : 'G',
		step->sha256);
}

void plan_digest(struct plan *plan, const struct plan_request *request)
{
	struct digest *digest = digest_start();

	add_line(digest, "dbtop-plan 1");
	add_line(digest, request->project);
	add_line(digest, request->set->format);
	add_applied(digest, request);
	add_line(digest, plan->direction == PLAN_UP ? "up" : "down");
	for (size_t i = 0; i < plan->step_count; i++) {
		step_digest(plan, &plan->steps[i]);
		add_line(digest, plan->steps[i].digest_line);
	}
	digest_end(digest, plan->digest);
}
