-- samples.db: may be thrown away, so another version starts anew instead of being upgraded. 1684173939 is "dbts".
CREATE TABLE sample (
	target TEXT NOT NULL,
	at_us  INTEGER NOT NULL,
	kind   TEXT NOT NULL,
	json   TEXT NOT NULL,
	PRIMARY KEY (target, at_us, kind)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1684173939;
PRAGMA user_version = 1;
