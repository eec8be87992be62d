-- Metadata that the user gave for a batch.

ALTER TABLE batches ADD COLUMN metadata TEXT NOT NULL DEFAULT ''; -- template, as in the options of a server
