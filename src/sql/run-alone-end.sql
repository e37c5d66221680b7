RESET lock_timeout;
RESET statement_timeout
