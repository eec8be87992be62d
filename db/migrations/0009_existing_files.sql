-- Files whose name exists on the server, and errors that a server repeats.

ALTER TABLE batches ADD COLUMN on_exists TEXT NOT NULL DEFAULT ''; -- '', overwrite, rename or skip
ALTER TABLE transfers ADD COLUMN on_exists TEXT NOT NULL DEFAULT ''; -- the same
ALTER TABLE transfers ADD COLUMN name_number INTEGER NOT NULL DEFAULT 0; -- in the name that the server gets; 0: none
ALTER TABLE transfers ADD COLUMN repeated_count INTEGER NOT NULL DEFAULT 0; -- of the same error in a row; 0: none
ALTER TABLE transfers ADD COLUMN repeated_since INTEGER; -- milliseconds since 1970
ALTER TABLE transfers ADD COLUMN repeated_op TEXT NOT NULL DEFAULT '';
ALTER TABLE transfers ADD COLUMN repeated_status INTEGER NOT NULL DEFAULT 0; -- of HTTP
