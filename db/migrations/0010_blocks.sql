-- Blocks of the proofs of content that have a digest of their own: 16 bytes, of the bytes
-- from start to at. A longer state is that of one hash from the start of the file to at.

ALTER TABLE marks ADD COLUMN start INTEGER NOT NULL DEFAULT 0 CHECK (start >= 0 AND start < at);
