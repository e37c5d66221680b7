// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/ask.h"

#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "base/span.h"

static bool read_answer(const char *prompt, const char *wanted)
{
	char *line = NULL;
	size_t room = 0;

	fprintf(stderr, "%s", prompt);
	fflush(stderr);
	tcflush(STDIN_FILENO, TCIFLUSH);
	ssize_t len = getline(&line, &room, stdin);
	bool same = len > 0 && span_is(span_trim(span_from(line, (size_t)len)), wanted);
	free(line);
	return same;
}

bool ask_person(const struct confirmation *c)
{
	char prompt[256];

	fprintf(stderr, "\n%s\n", c->title);
	for (size_t i = 0; i < c->line_count; i++)
		fprintf(stderr, "  %s\n", c->lines[i]);
	if (c->level < 2)
		return read_answer("Type y and Enter; anything else means no: ", "y");
	snprintf(prompt, sizeof(prompt), "Type  %s  and Enter; anything else means no: ", c->token);
	if (!read_answer(prompt, c->token))
		return false;
	if (!*c->target)
		return true;
	snprintf(prompt, sizeof(prompt), "Then the target's name  %s : ", c->target);
	return read_answer(prompt, c->target);
}
