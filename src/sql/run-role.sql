SET ROLE :"role"
