INSERT INTO plan (target, digest, direction, author, status, created_us, changed_us)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
