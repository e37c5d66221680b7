SELECT at_us, level, text FROM run_log WHERE run = ?1 ORDER BY id
