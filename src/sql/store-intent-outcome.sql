UPDATE intent SET result = ?4, database_state = ?5, took_ms = ?6, error = ?7, ended_us = ?8
WHERE run = ?1 AND rev = ?2 AND step = ?3 AND result IS NULL
