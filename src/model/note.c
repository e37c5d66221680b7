// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/note.h"

#include <stdlib.h>

const char *note_pin_word(enum note_pin pin)
{
	static const char *const words[] = {
		[PIN_NONE] = "",
		[PIN_MIGRATION] = "migration",
		[PIN_TARGET] = "target",
		[PIN_SLOT] = "slot",
		[PIN_REPLICA] = "replica",
	};
	return words[pin];
}

void note_release(struct note *note)
{
	free(note->target);
	free(note->text);
	free(note->author);
	free(note->object);
	*note = (struct note){ 0 };
}

void note_list_release(struct note_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		note_release(&list->items[i]);
	free(list->items);
	*list = (struct note_list){ 0 };
}
