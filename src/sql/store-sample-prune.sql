DELETE FROM sample WHERE at_us < ?1
