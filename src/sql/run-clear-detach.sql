ALTER TABLE :"parent_schema".:"parent" DETACH PARTITION :"schema".:"name" FINALIZE
