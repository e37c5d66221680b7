INSERT INTO run (id, target, digest, direction, actor, system_identifier, database_oid, started_us)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
