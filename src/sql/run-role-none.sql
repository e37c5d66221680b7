-- As the role that logged in: only it sees and may end its own old backends, whatever role the objects belong to.
SET ROLE NONE
