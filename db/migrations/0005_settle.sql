-- How long to wait for files that are still being written.

ALTER TABLE batches ADD COLUMN settle INTEGER NOT NULL DEFAULT 0; -- milliseconds; -1: none; 0: as in the settings
ALTER TABLE transfers ADD COLUMN as_is INTEGER NOT NULL DEFAULT 0 CHECK (as_is IN (0, 1)); -- do not wait
