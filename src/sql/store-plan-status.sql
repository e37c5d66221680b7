UPDATE plan SET status = ?2, changed_us = ?3 WHERE id = ?1
