-- dbtop.db, version 1. Times are microseconds since 1970, UTC. 1684173936 is "dbtp".
CREATE TABLE change (
	topic   TEXT PRIMARY KEY,
	counter INTEGER NOT NULL
) STRICT;
INSERT INTO change (topic, counter) VALUES ('notes', 0), ('plans', 0), ('runs', 0);

CREATE TABLE content (
	id         INTEGER PRIMARY KEY,
	text       TEXT NOT NULL,
	pin        TEXT NOT NULL,
	object     TEXT,
	at_us      INTEGER NOT NULL,
	is_todo    INTEGER NOT NULL,
	is_done    INTEGER NOT NULL,
	is_deleted INTEGER NOT NULL
) STRICT;
CREATE TABLE note (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	version    INTEGER NOT NULL,
	target     TEXT NOT NULL,
	author     TEXT NOT NULL,
	created_us INTEGER NOT NULL,
	edited_us  INTEGER NOT NULL,
	content    INTEGER NOT NULL REFERENCES content (id)
) STRICT;
CREATE INDEX note_target ON note (target);
CREATE TABLE note_edit (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	note         INTEGER NOT NULL REFERENCES note (id),
	target       TEXT NOT NULL,
	author       TEXT NOT NULL,
	at_us        INTEGER NOT NULL,
	from_content INTEGER NOT NULL REFERENCES content (id),
	to_content   INTEGER NOT NULL REFERENCES content (id),
	is_undone    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX note_edit_stack ON note_edit (target, author, is_undone, id);

CREATE TABLE plan (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	target     TEXT NOT NULL,
	digest     TEXT NOT NULL,
	direction  TEXT NOT NULL,
	author     TEXT NOT NULL,
	status     TEXT NOT NULL,
	created_us INTEGER NOT NULL,
	changed_us INTEGER NOT NULL,
	UNIQUE (target, digest)
) STRICT;
CREATE TABLE plan_step (
	plan          INTEGER NOT NULL REFERENCES plan (id),
	step          INTEGER NOT NULL,
	rev           TEXT NOT NULL,
	section       TEXT NOT NULL,
	ordinal       INTEGER NOT NULL,
	digest_line   TEXT NOT NULL,
	is_breakpoint INTEGER NOT NULL DEFAULT 0,
	skip_reason   TEXT,
	rehearsal_ms  INTEGER,
	PRIMARY KEY (plan, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_ack (
	id     INTEGER PRIMARY KEY,
	plan   INTEGER NOT NULL,
	step   INTEGER NOT NULL,
	hazard TEXT NOT NULL,
	object TEXT,
	reason TEXT NOT NULL,
	author TEXT NOT NULL,
	at_us  INTEGER NOT NULL,
	FOREIGN KEY (plan, step) REFERENCES plan_step (plan, step)
) STRICT;
CREATE INDEX plan_ack_plan ON plan_ack (plan);

CREATE TABLE run (
	id                TEXT PRIMARY KEY,
	target            TEXT NOT NULL,
	digest            TEXT NOT NULL,
	direction         TEXT NOT NULL,
	actor             TEXT NOT NULL,
	system_identifier TEXT NOT NULL,
	database_oid      INTEGER NOT NULL,
	started_us        INTEGER NOT NULL,
	ended_us          INTEGER,
	exit_code         INTEGER,
	steps_done        INTEGER NOT NULL DEFAULT 0,
	words             TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX run_target ON run (target, started_us);
CREATE TABLE run_log (
	id    INTEGER PRIMARY KEY,
	run   TEXT NOT NULL REFERENCES run (id),
	at_us INTEGER NOT NULL,
	level TEXT NOT NULL,
	text  TEXT NOT NULL
) STRICT;
CREATE INDEX run_log_run ON run_log (run);
CREATE TABLE intent (
	id                INTEGER PRIMARY KEY,
	run               TEXT NOT NULL REFERENCES run (id),
	rev               TEXT NOT NULL,
	direction         TEXT NOT NULL,
	step              INTEGER NOT NULL,
	ordinal           INTEGER NOT NULL,
	ordinal_count     INTEGER NOT NULL,
	is_lone           INTEGER NOT NULL,
	attempt           INTEGER NOT NULL,
	step_sha256       TEXT NOT NULL,
	xid               TEXT NOT NULL,
	backend_pid       INTEGER NOT NULL,
	system_identifier TEXT NOT NULL,
	timeline          INTEGER NOT NULL,
	database_oid      INTEGER NOT NULL,
	at_us             INTEGER NOT NULL,
	result            TEXT,
	database_state    TEXT,
	took_ms           INTEGER,
	error             TEXT,
	ended_us          INTEGER
) STRICT;
CREATE INDEX intent_open ON intent (run, rev, step) WHERE result IS NULL;
CREATE TABLE loss (
	id          INTEGER PRIMARY KEY,
	run         TEXT NOT NULL,
	rev         TEXT NOT NULL,
	schema_name TEXT NOT NULL,
	table_name  TEXT NOT NULL,
	rows        INTEGER,
	bytes       INTEGER,
	at_us       INTEGER NOT NULL
) STRICT;
CREATE INDEX loss_rev ON loss (rev);

CREATE TABLE audit (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	at_us     INTEGER NOT NULL,
	of        INTEGER REFERENCES audit (id),
	actor     TEXT NOT NULL,
	target    TEXT NOT NULL,
	env       TEXT NOT NULL,
	kind      TEXT NOT NULL,
	what      TEXT NOT NULL,
	statement TEXT,
	token     TEXT,
	gate      TEXT,
	run       TEXT,
	result    TEXT
) STRICT;
CREATE INDEX audit_target ON audit (target, id);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN
	SELECT raise(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN
	SELECT raise(ABORT, 'the audit is append-only');
END;

CREATE TRIGGER note_new AFTER INSERT ON note BEGIN
	UPDATE change SET counter = counter + 1 WHERE topic = 'notes';
END;
CREATE TRIGGER note_changed AFTER UPDATE ON note BEGIN
	UPDATE change SET counter = counter + 1 WHERE topic = 'notes';
END;
CREATE TRIGGER plan_new AFTER INSERT ON plan BEGIN
	UPDATE change SET counter = counter + 1 WHERE topic = 'plans';
END;
CREATE TRIGGER plan_changed AFTER UPDATE ON plan BEGIN
	UPDATE change SET counter = counter + 1 WHERE topic = 'plans';
END;
CREATE TRIGGER run_new AFTER INSERT ON run BEGIN
	UPDATE change SET counter = counter + 1 WHERE topic = 'runs';
END;
CREATE TRIGGER run_changed AFTER UPDATE ON run BEGIN
	UPDATE change SET counter = counter + 1 WHERE topic = 'runs';
END;

PRAGMA application_id = 1684173936;
PRAGMA user_version = 1;
