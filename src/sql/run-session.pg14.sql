-- Ours for the changing session, after connecting and after each RESET ALL. While a group runs, the server looks every
-- five seconds whether we are still there.
SET client_encoding = 'UTF8';
SET idle_in_transaction_session_timeout = '60s';
SET client_connection_check_interval = '5s'
