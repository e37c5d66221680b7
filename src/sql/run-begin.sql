-- A transaction for a group. What follows in the same flight is not run where this fails.
BEGIN
