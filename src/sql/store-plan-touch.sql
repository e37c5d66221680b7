UPDATE plan SET changed_us = ?2 WHERE id = ?1
