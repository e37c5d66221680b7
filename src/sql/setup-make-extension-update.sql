ALTER EXTENSION :"name" UPDATE TO :"version"
