RESET lock_timeout;
RESET statement_timeout;
SET client_connection_check_interval = '5s'
