-- The batches that a batch supersedes, and uploads that the server has not confirmed.

ALTER TABLE batches ADD COLUMN supersedes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(supersedes));

-- When the upload was created; NULL once the server acknowledged it.
ALTER TABLE transfers ADD COLUMN unconfirmed INTEGER;
ALTER TABLE parts ADD COLUMN unconfirmed INTEGER;
