-- Ours for the changing session, after connecting and after each RESET ALL.
SET client_encoding = 'UTF8';
SET idle_in_transaction_session_timeout = '60s'
