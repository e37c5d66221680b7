// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/filter.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* "app:web" names a column; a colon after a blank or at the start does not. */
static const char *cut_column(struct filter *filter, const char *typed)
{
	size_t len = 0;
	while (isalnum((unsigned char)typed[len]) || typed[len] == '-')
		len++;
	if (!len || typed[len] != ':' || len >= sizeof(filter->column))
		return typed;
	memcpy(filter->column, typed, len);
	filter->column[len] = '\0';
	return typed + len + 1;
}

bool filter_init(struct filter *filter, const char *typed, struct err *e)
{
	*filter = (struct filter){ 0 };
	typed = cut_column(filter, typed);
	filter->is_inverse = *typed == '!';
	typed += filter->is_inverse;
	filter->is_regex = *typed == '~';
	typed += filter->is_regex;
	snprintf(filter->text, sizeof(filter->text), "%s", typed);
	if (!filter->is_regex)
		return true;
	int code = regcomp(&filter->regex, filter->text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
	if (code == 0)
		return true;
	char why[128];
	regerror(code, &filter->regex, why, sizeof(why));
	return err_set(e, ERR_USAGE, "not a regular expression: %s", why);
}

void filter_release(struct filter *filter)
{
	if (filter->is_regex)
		regfree(&filter->regex);
}

bool filter_wants(const struct filter *filter, const char *column)
{
	return !filter->column[0] || strcasecmp(filter->column, column) == 0;
}

bool filter_finds(const struct filter *filter, const char *text)
{
	if (filter->is_regex)
		return regexec(&filter->regex, text, 0, NULL, 0) == 0;
	return strcasestr(text, filter->text) != NULL;
}
