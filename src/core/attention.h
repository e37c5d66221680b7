/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attention: what deserves a look, worst first, made anew from the model whenever it changed.
 */
#ifndef DBTOP_CORE_ATTENTION_H
#define DBTOP_CORE_ATTENTION_H

struct app;

/* Keeps the time at which each sentence first appeared. */
void attention_update(struct app *app);

#endif
