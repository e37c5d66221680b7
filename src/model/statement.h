/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statement: one SQL statement of a script, and what it would do. Made by parse/, read by everybody above.
 *
 * What a statement does is a list of actions: one for each object it touches, each with the lock it takes
 * there. The lock table's source is the measured table of PostgreSQL 13 to 18 in parse/actions.c.
 */
#ifndef DBTOP_MODEL_STATEMENT_H
#define DBTOP_MODEL_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* In the order of pg_locks' strength. */
enum lock_mode {
	LOCK_NONE,
	LOCK_ACCESS_SHARE,
	LOCK_ROW_SHARE,
	LOCK_ROW_EXCLUSIVE,
	LOCK_SHARE_UPDATE_EXCLUSIVE,
	LOCK_SHARE,
	LOCK_SHARE_ROW_EXCLUSIVE,
	LOCK_EXCLUSIVE,
	LOCK_ACCESS_EXCLUSIVE,
};

const char *lock_mode_words(enum lock_mode mode); /* "ACCESS EXCLUSIVE"; "none" */
const char *lock_mode_short(enum lock_mode mode); /* "AccExcl", for 80 columns; "-" */

/* BEGIN, COMMIT … written in the file itself: understood, never sent blindly. */
enum transaction_verb {
	TXN_NONE,
	TXN_BEGIN,
	TXN_COMMIT,
	TXN_ROLLBACK,
	TXN_SAVEPOINT, /* SAVEPOINT, RELEASE, ROLLBACK TO: fine inside a group */
	TXN_PREPARE,   /* PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED */
};

/* How the statement was understood. */
enum parse_state {
	PARSE_TOKENS,	/* by its tokens: they settle it */
	PARSE_TREE,	/* by PostgreSQL's own parser */
	PARSE_TOO_BIG,	/* over 64 KB: by its tokens, and marked so */
	PARSE_UNPARSED, /* newer than the parser, or wrong: the server decides */
};

struct object_name {
	const char *schema; /* NULL: found by search_path */
	const char *name;   /* NULL: none */
};

/*
 * What is done to one object. One row each in parse/actions.c (lock, scan, rewrite, lone) and, where it can
 * hurt, in migrate/plan/hazards.c. Append only.
 */
enum action_kind {
	ACTION_OTHER, /* changes nothing anybody else could be waiting for */
	ACTION_UNKNOWN,
	ACTION_OPAQUE, /* DO, CALL, SELECT of a function: may do anything */
	/* tables */
	ACTION_CREATE_TABLE,
	ACTION_CREATE_TABLE_AS,
	ACTION_CREATE_PARTITION, /* PARTITION OF: AX on the parent (the table) */
	ACTION_DROP_TABLE,
	ACTION_TRUNCATE,
	ACTION_RENAME_TABLE,
	ACTION_SET_SCHEMA,
	ACTION_ADD_COLUMN,
	ACTION_ADD_COLUMN_REWRITE, /* volatile default, serial, identity, generated stored */
	ACTION_DROP_COLUMN,
	ACTION_RENAME_COLUMN,
	ACTION_ALTER_TYPE_MAYBE_REWRITE, /* what the type was is in the catalog only */
	ACTION_ALTER_TYPE_INSTANT,	 /* the rows can stay: the catalog says so */
	ACTION_SET_NOT_NULL,
	ACTION_DROP_NOT_NULL,
	ACTION_SET_DEFAULT,    /* SET or DROP DEFAULT, SET STORAGE, SET COMPRESSION */
	ACTION_SET_STATISTICS, /* and SET (fillfactor …), CLUSTER ON */
	ACTION_SET_LOGGED,     /* SET LOGGED, UNLOGGED, TABLESPACE, ACCESS METHOD: rewrite */
	ACTION_ADD_CHECK,
	ACTION_ADD_CHECK_NOT_VALID,
	ACTION_ADD_FOREIGN_KEY,
	ACTION_ADD_FOREIGN_KEY_NOT_VALID,
	ACTION_ADD_UNIQUE, /* UNIQUE, PRIMARY KEY, EXCLUDE: builds an index under AX */
	ACTION_ADD_UNIQUE_USING_INDEX,
	ACTION_VALIDATE_CONSTRAINT,
	ACTION_DROP_CONSTRAINT, /* of a foreign key: AX on the referenced table too */
	ACTION_RENAME_CONSTRAINT,
	ACTION_ALTER_TABLE_OTHER, /* OWNER, RLS, REPLICA IDENTITY, ALTER CONSTRAINT, INHERIT …: AX, instant */
	ACTION_TRIGGER, /* CREATE, ENABLE, DISABLE TRIGGER */
	ACTION_DROP_TRIGGER,
	ACTION_ATTACH_PARTITION,
	ACTION_DETACH_PARTITION,
	ACTION_DETACH_PARTITION_CONCURRENTLY,
	ACTION_REFERENCED, /* the partner of a foreign key: the lock is on the table here */
	/* indexes */
	ACTION_CREATE_INDEX,
	ACTION_CREATE_INDEX_CONCURRENTLY,
	ACTION_DROP_INDEX,
	ACTION_DROP_INDEX_CONCURRENTLY,
	ACTION_REINDEX,
	ACTION_REINDEX_CONCURRENTLY,
	ACTION_ALTER_INDEX,
	ACTION_RENAME_INDEX,
	/* views, functions, types, schemas, sequences */
	ACTION_CREATE_VIEW,
	ACTION_REPLACE_VIEW,
	ACTION_DROP_VIEW,
	ACTION_CREATE_MATVIEW,
	ACTION_DROP_MATVIEW,
	ACTION_REFRESH_MATVIEW,
	ACTION_REFRESH_MATVIEW_CONCURRENTLY,
	ACTION_CREATE_FUNCTION,
	ACTION_DROP_FUNCTION,
	ACTION_CREATE_TYPE,
	ACTION_DROP_TYPE,
	ACTION_ADD_ENUM_VALUE,
	ACTION_RENAME_OTHER, /* any rename not named above */
	ACTION_ALTER_DOMAIN,
	ACTION_CREATE_SCHEMA,
	ACTION_DROP_SCHEMA,
	ACTION_CREATE_SEQUENCE,
	ACTION_DROP_SEQUENCE,
	ACTION_CREATE_EXTENSION,
	ACTION_DROP_EXTENSION,
	ACTION_CREATE_OTHER, /* statistics, publication, policy-less objects: new, nobody waits */
	ACTION_DROP_OTHER,
	ACTION_RULE_OR_POLICY,
	ACTION_COMMENT,
	ACTION_GRANT,
	ACTION_REVOKE,
	ACTION_ROLE, /* CREATE, ALTER, DROP ROLE; ALTER DEFAULT PRIVILEGES; OWNER of non-tables */
	/* rows */
	ACTION_SELECT,
	ACTION_INSERT,
	ACTION_UPDATE,
	ACTION_UPDATE_ALL, /* without WHERE */
	ACTION_DELETE,
	ACTION_DELETE_ALL, /* without WHERE */
	ACTION_MERGE,
	ACTION_COPY_FROM,
	ACTION_LOCK_TABLE,
	/* upkeep */
	ACTION_ANALYZE,
	ACTION_VACUUM,
	ACTION_VACUUM_FULL,
	ACTION_CLUSTER,
	ACTION_CREATE_DATABASE,
	ACTION_DROP_DATABASE,
	ACTION_ALTER_SYSTEM, /* and tablespaces, subscriptions with a slot, DISCARD ALL: alone, whole server */
	ACTION_SET, /* SET, RESET, SHOW */
	/* appended */
	ACTION_CREATE_CHILD,	   /* INHERITS: the lock is on the parent (the table) */
	ACTION_ALTER_SEQUENCE,	   /* its bounds, start, owner column */
	ACTION_ALTER_TYPE_REWRITE, /* USING an expression, or the catalog says so */
	ACTION_KIND_COUNT,
};

struct action {
	enum action_kind kind;
	struct object_name object; /* the thing made, changed or dropped: table, index, view … */
	struct object_name table;  /* the relation the lock is on; equal to object for tables */
	const char *part;	   /* column or constraint; NULL = none */
	const char *type; /* ADD COLUMN, ALTER TYPE: the new type, "varchar(40)"; NULL = none */
	/* the same when it is none of the server's own: it may be a domain */
	struct object_name named_type;
	const char *collation; /* ALTER TYPE … COLLATE: as written; NULL = none said */
	const char *proven;    /* ADD CHECK (column IS NOT NULL): that column; NULL = none */
	enum lock_mode lock;
	bool scan;    /* reads all rows of the table */
	bool rewrite; /* writes the table (or index) anew */
	bool cascade;
	bool if_exists; /* IF EXISTS, IF NOT EXISTS, OR REPLACE */
	bool is_temporary;
};

struct statement {
	/* without the closing semicolon and what surrounds it; borrowed from the script */
	struct span text;
	struct span data; /* rows of COPY … FROM stdin, without "\."; empty otherwise; borrowed */
	int line, column; /* of the first byte of text, from 1; columns count characters */
	size_t offset;	  /* of text in the script, bytes */
	const char *tag;  /* as the server's command tag: "CREATE INDEX"; "" = empty statement */
	enum parse_state parse;
	enum transaction_verb txn;
	bool is_lone; /* may not stand in a transaction block */
	bool is_read_only; /* provably a read: SELECT without locks, INTO, writing CTE; SHOW; plain EXPLAIN */
	struct action *actions; /* in the script's arena */
	size_t action_count;
};

#endif
