UPDATE run SET ended_us = ?2, exit_code = ?3, steps_done = ?4, words = ?5 WHERE id = ?1
