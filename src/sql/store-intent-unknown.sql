-- Nobody knows: what is known is kept, and the intent stays open.
UPDATE intent SET database_state = ?4, took_ms = ?5, error = ?6
WHERE run = ?1 AND rev = ?2 AND step = ?3 AND result IS NULL
