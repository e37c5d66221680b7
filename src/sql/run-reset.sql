-- What a file may have changed for the session. Never DISCARD ALL: it drops the lock.
RESET ALL;
RESET SESSION AUTHORIZATION;
