-- Folder on the server that the user gave for a batch.

ALTER TABLE batches ADD COLUMN folder TEXT NOT NULL DEFAULT ''; -- relative, with slashes between names
