// SPDX-License-Identifier: GPL-3.0-or-later
#include "typed_answer.h"

#include <stdio.h>

#include "pg/result.h"

void typed_answer_rows(void *arg, const struct result *result)
{
	struct typed_answer *a = arg;
	const char *cell = result_rows(result) > 0 ? result_text(result, 0, 0) : NULL;

	a->answers++;
	snprintf(a->cell, sizeof(a->cell), "%s", cell ? cell : "");
}

void typed_answer_end(void *arg, const struct typed_end *end)
{
	struct typed_answer *a = arg;

	a->ends++;
	a->end = *end;
	a->error = end->e ? *end->e : (struct err){ .kind = ERR_NONE };
}
