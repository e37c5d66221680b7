INSERT INTO run_log (run, at_us, level, text) VALUES (?1, ?2, ?3, ?4)
