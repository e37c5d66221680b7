/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secret: takes passwords out of text that will be kept or shown: the literal after PASSWORD in SQL, password= in
 * conninfo, the password of a URI. Idempotent. What it cannot recognise it cannot hide, so texts are kept without
 * secrets where they are made, and pass here as well.
 */
#ifndef DBTOP_BASE_SECRET_H
#define DBTOP_BASE_SECRET_H

#include "base/str.h"

void secret_mask(struct str *out, struct span text);
/* The caller frees it; NULL stays NULL. */
char *secret_mask_new(const char *text);

#endif
